// What llhttp and http-parser share: callbacks in C that have the same form, and put together what they are told.
#pragma once

#include "peer.hpp"

#include <cstddef>

struct reading {
    framing result{};
    bool pause = true; ///< behind the head
    bool line_is_complete = true;
};

template <class Parser>
reading& reading_of(Parser* parser) {
    return *static_cast<reading*>(parser->data);
}

template <class Parser>
int on_url(Parser* parser, const char* at, std::size_t size) {
    reading_of(parser).result.target.append(at, size);
    return 0;
}

template <class Parser>
int on_field(Parser* parser, const char* at, std::size_t size) {
    reading& r = reading_of(parser);
    if (r.line_is_complete) r.result.headers.emplace_back();
    r.line_is_complete = false;
    r.result.headers.back().first.append(at, size);
    return 0;
}

template <class Parser>
int on_value(Parser* parser, const char* at, std::size_t size) {
    reading& r = reading_of(parser);
    r.line_is_complete = true;
    r.result.headers.back().second.append(at, size);
    return 0;
}
