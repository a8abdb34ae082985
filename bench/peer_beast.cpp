#include "peers.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <iterator>

namespace http = boost::beast::http;

namespace {

template <bool IsRequest>
tokens tokenize(std::string_view bytes) {
    http::parser<IsRequest, http::empty_body> parser;
    boost::system::error_code ec;
    parser.eager(false);
    parser.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    tokens t;
    t.complete = !ec && parser.is_header_done();
    t.headers = static_cast<int>(std::distance(parser.get().begin(), parser.get().end()));
    return t;
}

} // namespace

tokens tokenize_beast(side s, std::string_view bytes) {
    return s == side::request ? tokenize<true>(bytes) : tokenize<false>(bytes);
}
