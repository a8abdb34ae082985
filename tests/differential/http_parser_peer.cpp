// http-parser as Debian compiles it: strict (HTTP_PARSER_STRICT), and with all that is lenient off.
#include "c_callbacks.hpp"

#include <http_parser.h>

static_assert(HTTP_PARSER_STRICT == 1);

namespace {

int on_headers_complete(http_parser* parser) {
    reading& r = reading_of(parser);
    r.result.said = verdict::accepted;
    if (r.pause) http_parser_pause(parser, 1);
    return 0;
}

http_parser_settings make_settings() {
    http_parser_settings s;
    http_parser_settings_init(&s);
    s.on_url = on_url;
    s.on_header_field = on_field;
    s.on_header_value = on_value;
    s.on_headers_complete = on_headers_complete;
    return s;
}

const http_parser_settings settings = make_settings();

/// What http_parser.c does behind the head (state s_headers_done).
bitswire::body_framing body_of(const http_parser& parser) {
    constexpr std::uint64_t none = UINT64_MAX;
    if ((parser.flags & F_SKIPBODY) != 0) return {};
    if ((parser.flags & F_CHUNKED) != 0) return {bitswire::body_end::chunked, 0};
    if (parser.uses_transfer_encoding == 0) {
        if (parser.content_length != none) return {bitswire::body_end::length, parser.content_length};
        const bool has_none =
            parser.type == HTTP_REQUEST || !bitswire::may_have_body(static_cast<std::uint16_t>(parser.status_code));
        if (has_none) return {};
    }
    return {bitswire::body_end::connection, 0};
}

} // namespace

framing read_with_http_parser(bitswire::head_side side, std::string_view bytes) {
    const http_parser_type type = side == bitswire::head_side::request ? HTTP_REQUEST : HTTP_RESPONSE;
    reading r;
    http_parser parser;
    http_parser_init(&parser, type);
    parser.data = &r;
    const std::size_t read = http_parser_execute(&parser, &settings, bytes.data(), bytes.size());
    if (r.result.said == verdict::accepted) {
        r.result.head_size = read + 1; // it stops at the last LF
        r.result.method = type == HTTP_REQUEST ? http_method_str(static_cast<http_method>(parser.method)) : "";
        r.result.status = {static_cast<std::uint16_t>(parser.status_code),
                           static_cast<std::uint8_t>(parser.http_minor)};
        r.result.body = body_of(parser);
        // Some of its checks come behind the callback: the head alone, without the pause, shows them.
        reading again;
        again.pause = false;
        http_parser_init(&parser, type);
        parser.data = &again;
        http_parser_execute(&parser, &settings, bytes.data(), r.result.head_size);
    }
    const auto e = static_cast<http_errno>(parser.http_errno);
    if (e != HPE_OK) {
        r.result.said = verdict::refused;
        r.result.why = http_errno_name(e);
    }
    return r.result;
}
