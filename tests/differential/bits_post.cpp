// Which HTTP parsers of others take the method BITS_POST, as the table in examples/README.md says.
#include "peer.hpp"

#include <cstdio>
#include <string_view>

namespace {

constexpr std::string_view head =
    "BITS_POST /file.bin HTTP/1.1\r\nHost: h\r\nBITS-Packet-Type: Ping\r\nContent-Length: 4\r\n\r\nbody";

bool check(const char* name, const framing& f, bool takes_it) {
    const bool took_it = f.said == verdict::accepted && f.method == "BITS_POST" && f.body.size_bytes == 4;
    const bool refused_it = f.said == verdict::refused && f.why == "HPE_INVALID_METHOD";
    std::printf("%s: %s\n", name, took_it ? "takes BITS_POST" : f.why.c_str());
    return takes_it ? took_it : refused_it;
}

} // namespace

int main() {
    const auto request = bitswire::head_side::request;
    const bool beast = check("Boost.Beast", read_with_beast(request, head), true);
    const bool llhttp = check("llhttp", read_with_llhttp(request, head), false);
    const bool http_parser = check("http-parser", read_with_http_parser(request, head), false);
    return beast && llhttp && http_parser ? 0 : 1;
}
