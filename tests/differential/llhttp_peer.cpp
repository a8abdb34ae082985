// llhttp, compiled strict (LLHTTP_STRICT_MODE), and with all that is lenient off, as it is after llhttp_init: headers,
// chunked length, keep-alive, Transfer-Encoding.
#include "c_callbacks.hpp"

#include <llhttp.h>

static_assert(LLHTTP_STRICT_MODE == 1);

namespace {

/// Comes for an empty value, too.
int on_value_complete(llhttp_t* parser) {
    reading_of(parser).line_is_complete = true;
    return 0;
}
int on_headers_complete(llhttp_t* parser) {
    reading& r = reading_of(parser);
    r.result.said = verdict::accepted;
    return r.pause ? HPE_PAUSED : 0;
}

llhttp_settings_t make_settings() {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = on_url;
    s.on_header_field = on_field;
    s.on_header_value = on_value;
    s.on_header_value_complete = on_value_complete;
    s.on_headers_complete = on_headers_complete;
    return s;
}

const llhttp_settings_t settings = make_settings();

/// What http.c does behind the head (`llhttp__after_headers_complete`).
bitswire::body_framing body_of(const llhttp_t& parser) {
    if ((parser.flags & F_SKIPBODY) != 0) return {};
    if ((parser.flags & F_CHUNKED) != 0) return {bitswire::body_end::chunked, 0};
    if ((parser.flags & F_TRANSFER_ENCODING) == 0) {
        if ((parser.flags & F_CONTENT_LENGTH) != 0) return {bitswire::body_end::length, parser.content_length};
        if (llhttp_message_needs_eof(&parser) == 0) return {};
    }
    return {bitswire::body_end::connection, 0};
}

} // namespace

framing read_with_llhttp(bitswire::head_side side, std::string_view bytes) {
    const llhttp_type_t type = side == bitswire::head_side::request ? HTTP_REQUEST : HTTP_RESPONSE;
    reading r;
    llhttp_t parser;
    llhttp_init(&parser, type, &settings);
    parser.data = &r;
    llhttp_errno_t e = llhttp_execute(&parser, bytes.data(), bytes.size());
    if (r.result.said == verdict::accepted) {
        r.result.head_size = static_cast<std::size_t>(llhttp_get_error_pos(&parser) - bytes.data());
        r.result.method = type == HTTP_REQUEST ? llhttp_method_name(static_cast<llhttp_method_t>(parser.method)) : "";
        r.result.status = {parser.status_code, parser.http_minor};
        r.result.body = body_of(parser);
        // Some of its checks come behind the callback: the head alone, without the pause, shows them.
        reading again;
        again.pause = false;
        llhttp_init(&parser, type, &settings);
        parser.data = &again;
        e = llhttp_execute(&parser, bytes.data(), r.result.head_size);
        if (e == HPE_PAUSED_UPGRADE) e = HPE_OK;
    }
    if (e != HPE_OK) {
        r.result.said = verdict::refused;
        r.result.why = llhttp_errno_name(e);
    }
    return r.result;
}
