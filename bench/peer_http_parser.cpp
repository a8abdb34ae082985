#include "peers.hpp"

#include <benchmark/benchmark.h>
#include <http_parser.h>

namespace {

int text(http_parser* /*parser*/, const char* at, std::size_t size) {
    benchmark::DoNotOptimize(at);
    benchmark::DoNotOptimize(size);
    return 0;
}
int value(http_parser* parser, const char* at, std::size_t size) {
    ++static_cast<tokens*>(parser->data)->headers;
    return text(parser, at, size);
}
int headers_done(http_parser* parser) {
    static_cast<tokens*>(parser->data)->complete = true;
    return 1; // the body is somebody else's
}

http_parser_settings make_settings() {
    http_parser_settings s;
    http_parser_settings_init(&s);
    s.on_url = text;
    s.on_header_field = text;
    s.on_header_value = value;
    s.on_headers_complete = headers_done;
    return s;
}

const http_parser_settings settings = make_settings();

} // namespace

tokens tokenize_http_parser(side s, std::string_view bytes) {
    tokens t;
    http_parser parser;
    http_parser_init(&parser, s == side::request ? HTTP_REQUEST : HTTP_RESPONSE);
    parser.data = &t;
    http_parser_execute(&parser, &settings, bytes.data(), bytes.size());
    return t;
}
