// What is put into heads: lines and bytes over which HTTP parsers are known to disagree.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

using texts = std::vector<std::string_view>;

using namespace std::string_view_literals;

inline constexpr std::size_t long_line = 9000; ///< beyond the usual limit of one header line
inline constexpr std::size_t many_lines = 120; ///< beyond the usual limit of header lines

// clang-format off

/// Header lines, without their end.
inline const texts odd_lines = {
    // the length of the body
    "Content-Length: 5"sv, "Content-Length: 0"sv, "content-length: 5"sv, "Content-Length:5"sv,
    "Content-Length: \t5 \t"sv, "Content-Length: +5"sv, "Content-Length: -5"sv, "Content-Length: 0x5"sv,
    "Content-Length: 005"sv, "Content-Length: 5, 5"sv, "Content-Length: 5,5"sv, "Content-Length: 5, 6"sv,
    "Content-Length: 5,"sv, "Content-Length: ,5"sv, "Content-Length: 5 5"sv, "Content-Length: 5;"sv,
    "Content-Length: 5.0"sv, "Content-Length: 5e0"sv, "Content-Length:"sv, "Content-Length: "sv,
    "Content-Length: \"5\""sv, "Content-Length: 18446744073709551614"sv, "Content-Length: 18446744073709551615"sv,
    "Content-Length: 18446744073709551616"sv, "Content-Length: 100000000000000000005"sv,
    "Content-Length: 00000000000000000000000000005"sv, "Content-Length : 5"sv, "Content-Length\t: 5"sv,
    "Content-Length\0: 5"sv, "Content_Length: 5"sv, "Content-Length: 5\0"sv, "Content-Length: \v5"sv,
    "Content-Length: 5\x0c"sv, "Content-Length: \xb2"sv, "Content-Length 5"sv, "Content-Length"sv,
    // another length of the body
    "Transfer-Encoding: chunked"sv, "TRANSFER-ENCODING: CHUNKED"sv, "Transfer-Encoding:chunked"sv,
    "Transfer-Encoding: \tchunked\t"sv, "Transfer-Encoding: chunked, identity"sv,
    "Transfer-Encoding: gzip, chunked"sv, "Transfer-Encoding: identity"sv, "Transfer-Encoding: chunked, chunked"sv,
    "Transfer-Encoding: xchunked"sv, "Transfer-Encoding: chunkedx"sv, "Transfer-Encoding: chunked;q=1"sv,
    "Transfer-Encoding: \"chunked\""sv, "Transfer-Encoding: chunked,"sv, "Transfer-Encoding: ,chunked"sv,
    "Transfer-Encoding: chu nked"sv, "Transfer-Encoding:"sv, "Transfer-Encoding: \vchunked"sv,
    "Transfer-Encoding : chunked"sv, "Transfer-Encoding\t: chunked"sv, " Transfer-Encoding: chunked"sv,
    "Transfer_Encoding: chunked"sv, "Transfer-Encodings: x"sv, "Transfer-Encoding: chunked\r\n , identity"sv,
    "Transfer-Encoding:\r\n chunked"sv, "X: y\rTransfer-Encoding: chunked"sv, "X: y\nTransfer-Encoding: chunked"sv,
    // lines that are none
    " folded"sv, "\tfolded"sv, " "sv, ""sv, ": no name"sv, "no colon"sv, ":"sv, "X"sv, "Na me: x"sv, "Na\tme: x"sv,
    "X : y"sv, "X\t: y"sv, "N\xe4me: x"sv, "N\0me: x"sv, "N\x7fme: x"sv, "(X): y"sv, "X@: y"sv, "\"X\": y"sv,
    "{X}: y"sv,
    // values
    "X:"sv, "X: "sv, "X:y"sv, "X:\ty\t"sv, "X: a\tb"sv, "X: a:b"sv, "X: \xff\x80"sv, "X: \0"sv, "X: \x01"sv,
    "X: \x7f"sv, "X: a\rb"sv, "X: a\nb"sv, "X: a\r"sv, "X:\n y"sv, "X: a\r\n b"sv, "X: a\r\n\tb"sv, "X:\r\n b"sv,
    "X: a\r\n \r\n b"sv, "X: \xef\xbc\x9a"sv, "!#$%&'*+-.^_`|~: y"sv,
    // who is meant
    "Host: other"sv, "Host:"sv, "Host: a b"sv, "Host: a\tb"sv, "Host: a/b"sv, "host: frankcao8"sv,
    // what else is to be done with the connection
    "Connection: close"sv, "Connection: keep-alive"sv, "Connection: Upgrade"sv, "Connection: close, x, keep-alive"sv,
    "Connection: ,"sv, "Connection: a b"sv, "Connection: \"close\""sv, "Upgrade: h2c"sv, "Proxy-Connection: close"sv,
    "Proxy-Connection: a b"sv, "Expect: 100-continue"sv, "Expect: other"sv, "Trailer: Content-Length"sv,
};

/// Between the lines.
inline const texts odd_line_ends = {"\n"sv,     "\r"sv,     "\r\r\n"sv,   "\n\r"sv,   "\n\n"sv,   "\r\r"sv,
                                    " \r\n"sv,  "\t\r\n"sv, "\0\r\n"sv,   "\v\r\n"sv, "\r\n "sv,  "\r\n\t"sv,
                                    "\r \n"sv,  "\r\0\n"sv, "\r\n\r\n"sv, "\n\r\n"sv, "\r\n\n"sv, "\xe2\x80\xa8"sv, ""sv};

/// Before the first line.
inline const texts odd_beginnings = {"\r\n"sv, "\r\n\r\n"sv, "\n"sv, "\r"sv, "\n\n"sv, "\r\r\n"sv, " "sv,
                                     "\t"sv,   "\0"sv,       "\xef\xbb\xbf"sv, "x"sv};

/// Behind the empty line.
inline const texts odd_bodies = {"x"sv,  "hello"sv, "5\r\nhello\r\n0\r\n\r\n"sv, "GET / HTTP/1.1\r\n\r\n"sv, "\0"sv,
                                 "\n"sv, "\r\n"sv,  "\r\n\r\n"sv};

inline const texts odd_request_lines = {
    // versions
    "BITS_POST /x HTTP/1.0"sv, "BITS_POST /x HTTP/1.2"sv, "BITS_POST /x HTTP/2.0"sv, "BITS_POST /x HTTP/0.9"sv,
    "BITS_POST /x HTTP/1.1.1"sv, "BITS_POST /x HTTP/01.1"sv, "BITS_POST /x HTTP/1.01"sv, "BITS_POST /x HTTP/11"sv,
    "BITS_POST /x HTTP/1"sv, "BITS_POST /x HTTP/ 1.1"sv, "BITS_POST /x HTTP/1,1"sv, "BITS_POST /x http/1.1"sv,
    "BITS_POST /x HTTPS/1.1"sv, "BITS_POST /x HTTP1.1"sv, "BITS_POST /x ICE/1.0"sv, "BITS_POST /x RTSP/1.0"sv,
    "SOURCE /x ICE/1.0"sv, "DESCRIBE /x RTSP/1.0"sv, "BITS_POST /x"sv, "BITS_POST /x "sv, "BITS_POST"sv,
    "BITS_POST "sv, "PRI * HTTP/2.0"sv,
    // blanks
    "BITS_POST  /x HTTP/1.1"sv, "BITS_POST /x  HTTP/1.1"sv, "BITS_POST /x HTTP/1.1 "sv, " BITS_POST /x HTTP/1.1"sv,
    "BITS_POST\t/x HTTP/1.1"sv, "BITS_POST /x\tHTTP/1.1"sv, "BITS_POST /x HTTP/1.1\t"sv, "BITS_POST /x y HTTP/1.1"sv,
    "BITS_POST /x\tHTTP/1.1 HTTP/1.1"sv, "BITS_POST HTTP/1.1"sv, "BITS_POST  HTTP/1.1"sv, "BITS_POST\v/x HTTP/1.1"sv,
    // targets
    "BITS_POST * HTTP/1.1"sv, "OPTIONS * HTTP/1.1"sv, "CONNECT a:80 HTTP/1.1"sv, "CONNECT /x HTTP/1.1"sv,
    "BITS_POST a:80 HTTP/1.1"sv, "BITS_POST x HTTP/1.1"sv, "BITS_POST http://a/x HTTP/1.1"sv,
    "BITS_POST http://a HTTP/1.1"sv, "BITS_POST HTTP://A:80/x?y HTTP/1.1"sv, "BITS_POST https://a/x HTTP/1.1"sv,
    "BITS_POST ftp://a/x HTTP/1.1"sv, "BITS_POST http:///x HTTP/1.1"sv, "BITS_POST http:/x HTTP/1.1"sv,
    "BITS_POST http://u:p@a/x HTTP/1.1"sv, "BITS_POST http://a:b/x HTTP/1.1"sv,
    "BITS_POST http://a:99999/x HTTP/1.1"sv, "BITS_POST http://[::1]/x HTTP/1.1"sv,
    "BITS_POST http://a_b/x HTTP/1.1"sv, "BITS_POST http://a?x HTTP/1.1"sv, "BITS_POST http://-a/x HTTP/1.1"sv,
    "BITS_POST //a/x HTTP/1.1"sv, "BITS_POST /x#y HTTP/1.1"sv, "BITS_POST /x?y#z HTTP/1.1"sv,
    "BITS_POST /x?y?z HTTP/1.1"sv, "BITS_POST /%41%zz%00 HTTP/1.1"sv, "BITS_POST /\\..\\\"<>^`{|} HTTP/1.1"sv,
    "BITS_POST /\xc3\xa4 HTTP/1.1"sv, "BITS_POST /\xff HTTP/1.1"sv, "BITS_POST /\x7f HTTP/1.1"sv,
    "BITS_POST /\0 HTTP/1.1"sv, "BITS_POST /\x01 HTTP/1.1"sv, "BITS_POST ?x HTTP/1.1"sv,
    // methods
    "POST /x HTTP/1.1"sv, "GET /x HTTP/1.1"sv, "PUT /x HTTP/1.1"sv, "HEAD /x HTTP/1.1"sv, "M-SEARCH /x HTTP/1.1"sv,
    "PRI /x HTTP/1.1"sv, "SOURCE /x HTTP/1.1"sv, "DESCRIBE rtsp://a/x HTTP/1.1"sv, "bits_post /x HTTP/1.1"sv,
    "BITS_POSTS /x HTTP/1.1"sv, "BITS_POS /x HTTP/1.1"sv, "BITS-POST /x HTTP/1.1"sv, "XBITS_POST /x HTTP/1.1"sv,
    "BITS_POST: /x HTTP/1.1"sv, "B\xcfTS /x HTTP/1.1"sv, "!#$%&'*+-.^_`|~ /x HTTP/1.1"sv, "(GET) /x HTTP/1.1"sv,
    "/x HTTP/1.1"sv, "HTTP/1.1 200 OK"sv,
};

inline const texts odd_status_lines = {
    "HTTP/1.0 200 OK"sv, "HTTP/1.0 500 Oops"sv, "HTTP/1.2 200 OK"sv, "HTTP/2.0 200 OK"sv, "HTTP/0.9 200 OK"sv,
    "http/1.1 200 OK"sv, "HTTP/1.1.1 200 OK"sv, "HTTP/11 200 OK"sv, "HTTP/1 200 OK"sv, "ICY 200 OK"sv,
    "RTSP/1.0 200 OK"sv, "HTTP/1.1 200"sv, "HTTP/1.1 200 "sv, "HTTP/1.1 200\t"sv, "HTTP/1.1 200OK"sv,
    "HTTP/1.1  200 OK"sv, "HTTP/1.1\t200 OK"sv, "HTTP/1.1 200\tOK"sv, "HTTP/1.1 20 OK"sv, "HTTP/1.1 2000 OK"sv,
    "HTTP/1.1 +20 OK"sv, "HTTP/1.1 2x0 OK"sv, "HTTP/1.1 000 OK"sv, "HTTP/1.1 099 OK"sv, "HTTP/1.1 599 OK"sv,
    "HTTP/1.1 600 OK"sv, "HTTP/1.1 999 OK"sv, "HTTP/1.1 "sv, "HTTP/1.1"sv, " HTTP/1.1 200 OK"sv,
    "HTTP/1.1 200 \xc3\xa4\xff"sv, "HTTP/1.1 200 a\0b"sv, "HTTP/1.1 200 a\x01z"sv, "HTTP/1.1 200 a\x7f"sv,
    "HTTP/1.1 200 a\tb"sv, "HTTP/1.1 200 a\rb"sv, "HTTP/1.1 200 a\nb"sv, "HTTP/1.1 200-OK"sv, "HTTP/1.1 200 - OK"sv,
    "HTTP/1.1 100 Continue"sv, "HTTP/1.1 101 Up"sv, "HTTP/1.1 103 Early"sv, "HTTP/1.1 199 x"sv,
    "HTTP/1.1 201 Created"sv, "HTTP/1.1 204 None"sv, "HTTP/1.1 205 Reset"sv, "HTTP/1.1 206 Part"sv,
    "HTTP/1.1 304 Same"sv, "HTTP/1.1 404 No"sv, "HTTP/1.1 500 Oops"sv, "GET / HTTP/1.1"sv,
};

/// What a byte is replaced by, and what is put between two.
inline constexpr auto odd_bytes = std::to_array<char>(
    {'\0', '\x01', '\b', '\t', '\n', '\v', '\f', '\r', '\x1b', '\x1f', ' ', '!', '"', '#', '(', '+', ',', '-', '/', '0',
     ':', ';', '=', '?', '@', 'H', '[', '\\', '_', 'a', '{', '\x7f', '\x80', '\x85', '\xa0', '\xad', '\xe4', '\xff'});

// clang-format on
