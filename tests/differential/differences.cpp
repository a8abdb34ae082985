#include "differences.hpp"

#include <algorithm>
#include <vector>

using namespace bitswire;
using enum difference_kind;

namespace {

input request(std::string_view start, std::string_view rest) {
    return {head_side::request, std::string(start) + "\r\n" + std::string(rest) + "\r\n\r\n"};
}
input ping(std::string_view start, std::string_view rest = "X: y") {
    return request(start, "BITS-Packet-Type: Ping\r\nHost: a\r\nContent-Length: 0\r\n" + std::string(rest));
}
input response(std::string_view start, std::string_view rest) {
    return {head_side::response, std::string(start) + "\r\n" + std::string(rest) + "\r\n\r\n"};
}

bool is_request(const sighting& s) { return s.in.side == head_side::request; }
bool begins_empty(const sighting& s) { return s.in.bytes.find_first_of("\r\n") == 0; }
bool is_interim(const sighting& s) { return !is_request(s) && s.ours.status.status < 200; }

/// The values of the header lines of this name.
std::vector<std::string> values(const sighting& s, header h) {
    std::vector<std::string> all;
    for (const auto& [name, value] : s.ours.headers) {
        if (find_header(name) == h) all.push_back(value);
    }
    return all;
}

bool has_length(const sighting& s) { return !values(s, header::content_length).empty(); }
bool has_encoding(const sighting& s, std::string_view text) {
    for (std::string value : values(s, header::transfer_encoding)) {
        std::transform(value.begin(), value.end(), value.begin(), to_lower);
        if (value.find(text) != std::string::npos) return true;
    }
    return false;
}

bool is_token_list(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        list_tokens elements(line);
        for (std::string_view e = elements.next(); !e.empty(); e = elements.next()) {
            if (find_not(char_class::token, e) != e.size()) return false;
        }
    }
    return true;
}

bool has_name_beginning_with_encoding(const sighting& s) {
    const std::string_view encoding = name_of(header::transfer_encoding);
    return std::any_of(s.ours.headers.begin(), s.ours.headers.end(), [&](const auto& line) {
        return line.first.size() > encoding.size() && iequals(line.first.substr(0, encoding.size()), encoding);
    });
}

bool has_length_near_the_end_of_64_bits(const sighting& s) {
    const auto all = values(s, header::content_length);
    return !all.empty() && parse_decimal(all[0]).value > UINT64_MAX - 20;
}

bool repeats_length(const sighting& s) {
    const auto all = values(s, header::content_length);
    return all.size() > 1 && std::equal(all.begin() + 1, all.end(), all.begin()) &&
           values(s, header::transfer_encoding).empty();
}

/// A value of this header with a tab behind it.
template <header H>
bool has_tab_behind(const sighting& s) {
    for (std::size_t at = 0; (at = s.in.bytes.find("\t\r\n", at)) != std::string::npos; ++at) {
        const std::size_t line = s.in.bytes.rfind('\n', at) + 1;
        const std::size_t colon = s.in.bytes.find(':', line);
        if (colon < at && find_header(std::string_view(s.in.bytes).substr(line, colon - line)) == H) return true;
    }
    return false;
}

template <errc E>
bool refused_for(const sighting& s) {
    return s.ours.problem.code == E;
}
template <errc E, header H>
bool refused_for(const sighting& s) {
    return s.ours.problem.code == E && s.ours.problem.in == H;
}
/// The raw door has this error, and the header door none, since the other library does not hand over where it was.
template <errc E>
bool lost(const sighting& s) {
    return s.ours.problem.code == E && s.what == name_of(E);
}

/// The other's reason to refuse.
bool says(const sighting& s, std::string_view why) { return s.theirs.why == why; }

constexpr std::string_view all = "llhttp http-parser Boost.Beast";
constexpr std::string_view both = "llhttp http-parser";

} // namespace

// clang-format off
std::span<const difference> known_differences() {
    static const std::vector<difference> rows = {
        // ---- bitswire accepts what another refuses ------------------------------------------------------------------
        {looser, both, [](const sighting& s) { return is_request(s) && (says(s, "HPE_INVALID_METHOD") || s.ours.method == "PRI"); },
         ping("PRI /x HTTP/1.1"),
         "a method that is none of theirs: at the head any token is one (RFC 9110 9.1); what reads packets takes its own only"},
        {looser, both, [](const sighting& s) { return says(s, "HPE_UNEXPECTED_CONTENT_LENGTH") && repeats_length(s); },
         ping("BITS_POST /x HTTP/1.1", "Content-Length: 0"),
         "Content-Length in several lines with the same text: either is allowed (RFC 9110 8.6), and proxies make such"},
        {looser, both, [](const sighting& s) { return says(s, "HPE_INVALID_CONTENT_LENGTH") && has_tab_behind<header::content_length>(s); },
         ping("BITS_POST /x HTTP/1.1", "Content-Length: 0\t"),
         "a tab behind the value of Content-Length: it is optional white space as a blank is (RFC 9110 5.5, 5.6.3)"},
        {looser, "http-parser", [](const sighting& s) { return says(s, "HPE_INVALID_CONTENT_LENGTH") && has_length_near_the_end_of_64_bits(s); },
         request("BITS_POST /x HTTP/1.1", "Content-Length: 18446744073709551615"),
         "the last Content-Lengths that fit 64 bits: it refuses some that do (RFC 9110 8.6)"},
        {looser, "http-parser", has_name_beginning_with_encoding,
         request("BITS_POST /x HTTP/1.1", "Transfer-Encodings: x\r\nContent-Length: 5"),
         "a header whose name only begins with Transfer-Encoding: it is another (RFC 9110 5.1)"},
        {looser, all, [](const sighting& s) { return is_interim(s) && (has_length(s) || !values(s, header::transfer_encoding).empty()); },
         response("HTTP/1.1 100 Continue", "Content-Length: +5"),
         "what a 1xx answer says of a body: it has none, whatever its headers say (RFC 9112 6.3 rule 1)"},
        {looser, "Boost.Beast", [](const sighting& s) { return is_request(s) && says(s, "bad method") && begins_empty(s); },
         {head_side::request, "\r\nBITS_POST /x HTTP/1.1\r\n\r\n"},
         "empty lines before a request line: a server SHOULD ignore them (RFC 9112 2.2)"},
        {looser, "Boost.Beast", [](const sighting& s) { return !is_request(s) && says(s, "bad status") && s.in.bytes.find("\r\n") == std::string_view("HTTP/1.1 200").size(); },
         response("HTTP/1.1 200", "Server: x"),
         "a status line that ends behind the status: the blank too much is missing in real answers, and ends nothing (RFC 9112 4)"},
        {looser, "Boost.Beast", [](const sighting& s) { return says(s, "bad value"); },
         ping("BITS_POST /x HTTP/1.1", "Connection: \"close\""),
         "a Connection that is no list of tokens: options that it does not know are ignored (RFC 9110 7.6.1)"},

        // ---- both accept, and read something else -------------------------------------------------------------------
        {unequal, both, [](const sighting& s) { return s.what == "body" && !is_request(s) && !may_have_body(s.ours.status.status) && s.ours.body == body_framing{}; },
         response("HTTP/1.1 304 Not Modified", "Content-Length: 5"),
         "they wait for a body behind 1xx, 204 and 304 if the headers speak of one: there is none (RFC 9112 6.3 rule 1)"},
        {unequal, both, [](const sighting& s) { return s.what == "body" && (has_tab_behind<header::transfer_encoding>(s) || has_encoding(s, "\t")); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\t"),
         "to them a tab beside chunked is part of it: it is optional white space (RFC 9110 5.5, 5.6.3)"},
        {unequal, both, [](const sighting& s) { return s.what == "body" && (has_encoding(s, "chunked,") || has_encoding(s, ",chunked")); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding: chunked,"),
         "to them an empty element of Transfer-Encoding is one: it MUST be ignored (RFC 9110 5.6.1.2)"},
        {unequal, "Boost.Beast", [](const sighting& s) { return s.what == "body" && has_encoding(s, "chunked, chunked"); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding: chunked, chunked"),
         "to it, what is chunked twice is not chunked: the last coding is what counts (RFC 9112 6.3 rule 4)"},
        {unequal, "Boost.Beast", [](const sighting& s) { return s.what == "body" && has_encoding(s, "chunked;"); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding: chunked;q=1"),
         "to it, chunked may have parameters: it has none (RFC 9112 7.1); to bitswire it is an unknown coding, which ends with the connection"},
        {unequal, "Boost.Beast", [](const sighting& s) { return s.what == "body" && !is_token_list(values(s, header::transfer_encoding)); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding: g/zip, chunked"),
         "to it, a list ends before what is no token: bitswire looks at the last coding only (RFC 9112 6.3 rule 4)"},
        {unequal, "http-parser", [](const sighting& s) { return s.what == "body" && has_name_beginning_with_encoding(s); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\nTransfer-Encodings: x"),
         "to it, a header whose name only begins with Transfer-Encoding is one (RFC 9110 5.1)"},
        {unequal, "llhttp", [](const sighting& s) { return s.what == "end of the head" && s.ours.method == "PRI"; },
         {head_side::request, "PRI /x HTTP/1.1\r\n\r\n"},
         "to it, behind PRI there is HTTP/2, whatever the version says (RFC 9113 3.4)"},

        // ---- another accepts what bitswire refuses ------------------------------------------------------------------
        {stricter, both, [](const sighting& s) { return refused_for<errc::bad_start_line>(s) && !is_request(s) && begins_empty(s); },
         {head_side::response, "\r\nHTTP/1.1 200 OK\r\n\r\n"},
         "empty lines before a status line: only servers are to ignore them (RFC 9112 2.2)"},
        {stricter, both, [](const sighting& s) { return refused_for<errc::bad_start_line>(s) && is_request(s); },
         ping("BITS_POST /x"),
         "a request line that does not end with a blank and HTTP/x.y, such as those of HTTP/0.9, ICE and RTSP (RFC 9112 3)"},
        {stricter, "http-parser", [](const sighting& s) { return refused_for<errc::bad_start_line>(s) && !is_request(s); },
         response("HtTP/1.1 200 OK", "Server: x"),
         "a status line that does not begin with HTTP in capitals (RFC 9112 2.3)"},
        {stricter, all, refused_for<errc::bad_http_version>,
         ping("BITS_POST /x HTTP/1.0"),
         "a version that is not HTTP/1.1, or 1.0 in an answer ([MC-BUP] 2.2.1)"},
        {stricter, all, refused_for<errc::bad_target>,
         ping("BITS_POST /x#y HTTP/1.1"),
         "a target that is no path and no http URL, or has user information, a fragment, or bytes that are not visible ASCII (RFC 9112 3.2, RFC 9110 4.2.4)"},
        {stricter, all, refused_for<errc::bad_status>,
         response("HTTP/1.1 600 What", "Server: x"),
         "a status that is not three digits from 100 to 599 between single blanks (RFC 9112 4, RFC 9110 15)"},
        {stricter, both, refused_for<errc::bare_line_end>,
         response("HTTP/1.1 200 OK\nServer: x", "Server: y"),
         "LF without CR as the end of a line: it may be taken, but who passes it on may not see a line there (RFC 9112 2.2)"},
        {stricter, both, refused_for<errc::control_character>,
         response("HTTP/1.1 200 a\vb", "Server: x"),
         "control characters, by llhttp in reason phrases only (RFC 9112 4, RFC 9110 5.5)"},
        {stricter, "llhttp", [](const sighting& s) { return refused_for<errc::bad_header_line>(s) && s.in.bytes[s.ours.problem.offset] == ':'; },
         ping("BITS_POST /x HTTP/1.1", ": y"),
         "a header line without a name (RFC 9112 5)"},
        {stricter, "http-parser", [](const sighting& s) { return refused_for<errc::bad_header_line>(s) && s.in.bytes[s.ours.problem.offset] == ' '; },
         ping("BITS_POST /x HTTP/1.1", "Content-Length : 0"),
         "a blank in a name or behind it: a server MUST refuse it (RFC 9112 5, 5.1)"},
        {stricter, all, refused_for<errc::obsolete_line_folding>,
         ping("BITS_POST /x HTTP/1.1", "X: y\r\n z"),
         "folded lines: a server may refuse them (RFC 9112 5.2); in answers they are refused, too"},
        {stricter, all, [](const sighting& s) { return refused_for<errc::conflicting_framing>(s) && is_request(s); },
         request("BITS_POST /x HTTP/1.1", "Transfer-Encoding: chunked"),
         "Transfer-Encoding in a request: only Content-Length frames its body ([MC-BUP] 2.2.1.1)"},
        {stricter, all, [](const sighting& s) { return refused_for<errc::conflicting_framing>(s) && !is_request(s) && s.ours.status.minor_version == 0; },
         response("HTTP/1.0 502 Bad Gateway", "Transfer-Encoding: chunked"),
         "Transfer-Encoding in HTTP/1.0: its framing is to be treated as faulty (RFC 9112 6.1)"},
        {stricter, "llhttp Boost.Beast", [](const sighting& s) { return refused_for<errc::conflicting_framing>(s) && !is_request(s) && has_length(s); },
         response("HTTP/1.1 200 OK", "Transfer-Encoding:\r\nContent-Length: 5"),
         "Transfer-Encoding beside Content-Length: ought to be handled as an error (RFC 9112 6.3 rule 3)"},
        {stricter, all, refused_for<errc::conflicting_headers, header::host>,
         ping("BITS_POST /x HTTP/1.1", "Host: a"),
         "Host in two lines: a server MUST refuse it (RFC 9112 3.2)"},
        {stricter, all, refused_for<errc::conflicting_headers, header::transfer_encoding>,
         response("HTTP/1.1 200 OK", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
         "Transfer-Encoding in two lines: nobody needs it but who wants one of them to be overlooked"},
        {stricter, "Boost.Beast", refused_for<errc::conflicting_headers, header::content_length>,
         ping("BITS_POST /x HTTP/1.1", "Content-Length: 00"),
         "Content-Length in lines with another text for the same number (RFC 9110 8.6)"},
        {stricter, "Boost.Beast", refused_for<errc::bad_number>,
         request("BITS_POST /x HTTP/1.1", "Content-Length: 5, 5"),
         "Content-Length with a list of equal numbers: it may be refused (RFC 9110 8.6)"},
        {stricter, all, refused_for<errc::target_too_long>,
         ping("BITS_POST /" + std::string(read_limits{}.target_bytes, 'x') + " HTTP/1.1"),
         "a limit, to be set: read_limits::target_bytes"},
        {stricter, all, refused_for<errc::value_too_long>,
         ping("BITS_POST /x HTTP/1.1", "Content-Name: " + std::string(read_limits{}.value_bytes + 1, 'x')),
         "a limit, to be set: read_limits::value_bytes"},
        {stricter, all, refused_for<errc::too_many_headers>,
         {head_side::response, [] {
              std::string head = "HTTP/1.1 200 OK\r\n";
              for (std::uint32_t n = 0; n <= read_limits{}.header_lines; ++n) head += "X: y\r\n";
              return head + "\r\n";
          }()},
         "a limit, to be set: read_limits::header_lines"},
        {stricter, both, refused_for<errc::head_too_large>,
         ping("BITS_POST /x HTTP/1.1", "X: " + std::string(read_limits{}.head_bytes, 'x')),
         "a limit, to be set: read_limits::head_bytes"},

        // ---- the header door takes from another what the raw door refuses ---------------------------------------------
        {doors, both, [](const sighting& s) { return lost<errc::bad_http_version>(s) || (s.what == name_of(errc::bad_http_version) && !is_request(s)); },
         ping("BITS_POST /x HTTP/2.1"),
         "the major version is not handed over: what these libraries accept of other ones passes for HTTP/1"},
        {doors, both, lost<errc::bad_start_line>,
         {head_side::response, "\r\nHTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"},
         "how the start line was written is not handed over"},
        {doors, both, lost<errc::bad_status>,
         response("HTTP/1.1 0500 Oops", "Content-Length: 0"),
         "how the status line was written is not handed over"},
        {doors, both, lost<errc::bad_target>,
         ping("BITS_POST  /x HTTP/1.1"),
         "how the request line was written is not handed over"},
        {doors, both, lost<errc::bare_line_end>,
         response("HTTP/1.1 500 Oops\nServer: x", "Content-Length: 0"),
         "how lines ended is not handed over"},
        {doors, both, [](const sighting& s) { return lost<errc::control_character>(s) && s.ours.problem.in == header::none; },
         response("HTTP/1.1 500 a\vb", "Content-Length: 0"),
         "control characters in reason phrases and unknown headers: nobody reads them; those in known headers are refused at both doors"},
        {doors, all, lost<errc::obsolete_line_folding>,
         ping("BITS_POST /x HTTP/1.1", "X: y\r\n z"),
         "that a value had several lines is not handed over; they come as one"},
        {doors, both, lost<errc::head_too_large>,
         ping("BITS_POST /x HTTP/1.1", "X: " + std::string(read_limits{}.head_bytes, 'x')),
         "the size of the head is not handed over"},
    };
    return rows;
}
// clang-format on
