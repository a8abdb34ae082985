// Boost.Beast's parser of messages, with the same limit of the head as bitswire, and none of the body.
#include "peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace http = boost::beast::http;
using bitswire::head_side;

namespace {

std::string text(boost::beast::string_view view) { return {view.data(), view.size()}; }

template <bool IsRequest>
framing read(std::string_view bytes) {
    http::parser<IsRequest, http::empty_body> parser;
    parser.eager(false);
    parser.header_limit(bitswire::read_limits{}.head_bytes);
    parser.body_limit(UINT64_MAX); // boost::none, in 1.74, refuses every body
    boost::system::error_code ec;
    framing f;
    f.head_size = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    if (ec == http::error::need_more) return {};
    if (ec) {
        f.said = verdict::refused;
        f.why = ec.message();
        return f;
    }
    if (!parser.is_header_done()) return {};
    f.said = verdict::accepted;
    const auto& message = parser.get();
    for (const auto& line : message)
        f.headers.emplace_back(text(line.name_string()), text(line.value()));
    f.status.minor_version = static_cast<std::uint8_t>(message.version() % 10);
    if constexpr (IsRequest) {
        f.method = text(message.method_string());
        f.target = text(message.target());
    } else {
        f.status.status = static_cast<std::uint16_t>(message.result_int());
    }
    if (parser.is_done()) return f; // no body
    if (parser.chunked()) {
        f.body = {bitswire::body_end::chunked, 0};
    } else if (parser.need_eof()) {
        f.body = {bitswire::body_end::connection, 0};
    } else {
        f.body = {bitswire::body_end::length, parser.content_length().value_or(0)};
    }
    return f;
}

} // namespace

framing read_with_beast(head_side side, std::string_view bytes) {
    return side == head_side::request ? read<true>(bytes) : read<false>(bytes);
}
