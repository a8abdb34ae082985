#include "peers.hpp"

#include <benchmark/benchmark.h>
#include <llhttp.h>

namespace {

int text(llhttp_t* /*parser*/, const char* at, std::size_t size) {
    benchmark::DoNotOptimize(at);
    benchmark::DoNotOptimize(size);
    return 0;
}
int value_done(llhttp_t* parser) {
    ++static_cast<tokens*>(parser->data)->headers;
    return 0;
}
int headers_done(llhttp_t* parser) {
    static_cast<tokens*>(parser->data)->complete = true;
    return HPE_PAUSED; // the body is somebody else's
}

llhttp_settings_t make_settings() {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = text;
    s.on_header_field = text;
    s.on_header_value = text;
    s.on_header_value_complete = value_done;
    s.on_headers_complete = headers_done;
    return s;
}

const llhttp_settings_t settings = make_settings();

} // namespace

tokens tokenize_llhttp(side s, std::string_view bytes) {
    tokens t;
    llhttp_t parser;
    llhttp_init(&parser, s == side::request ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
    parser.data = &t;
    llhttp_execute(&parser, bytes.data(), bytes.size());
    return t;
}
