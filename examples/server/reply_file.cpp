// bitswire-server: the replies of server applications, which clients fetch with GET and HEAD.
//
// SPDX-License-Identifier: BSL-1.0
#include "reply_file.hpp"

#include "packet_log.hpp"

#include <bitswire/base/ascii.hpp>
#include <bitswire/base/number.hpp>
#include <bitswire/spec/http_status.hpp>
#include <bitswire/wire/file_path.hpp>
#include <bitswire/wire/guid.hpp>
#include <bitswire/wire/packet.hpp>
#include <bitswire/wire/url.hpp>

#include <algorithm>
#include <ctime>

namespace bits_server {

namespace {

constexpr std::string_view path_begin = "BITS-Sessions/Replies/"; // as IIS has it
constexpr std::string_view path_end = "/responsefile.bin";

std::string head_of(std::uint16_t status, std::uint64_t size_bytes, bool keep_alive, std::string_view further_lines) {
    std::string head = "HTTP/1.1 " + std::to_string(status) + ' ';
    head += bitswire::reason_of(status);
    head += "\r\nDate: " + http_date(std::time(nullptr)) + "\r\nServer: bitswire\r\n";
    head += further_lines;
    // That of 304 would be the size of the file (RFC 9110 8.6).
    if (bitswire::may_have_body(status)) head += "Content-Length: " + std::to_string(size_bytes) + "\r\n";
    if (!keep_alive) head += "Connection: close\r\n";
    return head += "\r\n";
}

} // namespace

std::string reply_url_of(std::string_view id) {
    const std::string path = std::string(path_begin) + std::string(id) + std::string(path_end);
    std::string url(3 * path.size(), '\0');
    url.resize(bitswire::write_relative_reply_url(path, url).value_or(0));
    return url;
}

std::string session_of_reply(std::string_view target, std::string_view prefix) {
    std::string path(target.size(), '\0');
    const auto size = bitswire::write_file_path(target, prefix, path);
    if (!size) return {};
    path.resize(*size);
    const std::size_t begin = path.rfind(path_begin);
    if (begin == std::string::npos || (begin != 0 && path[begin - 1] != '/')) return {};
    path.erase(0, begin + path_begin.size());
    if (!path.ends_with(path_end)) return {};
    path.resize(path.size() - path_end.size());
    return bitswire::parse_guid(path) ? path : std::string{};
}

std::optional<byte_range> read_range(std::string_view value, std::uint64_t size_bytes) {
    constexpr std::string_view unit = "bytes=";
    if (!bitswire::iequals(value.substr(0, unit.size()), unit)) return std::nullopt;
    value.remove_prefix(unit.size());
    const std::size_t dash = value.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    using bitswire::number_status;
    const bitswire::number first = bitswire::parse_decimal(value.substr(0, dash));
    const bitswire::number last = bitswire::parse_decimal(value.substr(dash + 1));
    // What is too large for 64 bits lies beyond every file.
    const bool is_last_read = last.status == number_status::ok || last.status == number_status::overflow;
    const std::uint64_t last_value = last.status == number_status::ok ? last.value : UINT64_MAX;
    if (dash == 0) {
        if (!is_last_read) return std::nullopt;
        const std::uint64_t size = std::min(last_value, size_bytes);
        return byte_range{size_bytes - size, size};
    }
    const bool is_open = dash + 1 == value.size();
    if (!is_open && !is_last_read) return std::nullopt;
    if (first.status == number_status::malformed) return std::nullopt;
    if (first.status == number_status::ok && !is_open && last_value < first.value) return std::nullopt;
    if (first.status == number_status::overflow || first.value >= size_bytes) return byte_range{};
    const std::uint64_t rest = size_bytes - first.value;
    if (is_open || last_value - first.value >= rest) return byte_range{first.value, rest};
    return byte_range{first.value, last_value - first.value + 1};
}

std::optional<std::time_t> read_http_date(std::string_view text) {
    for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
        std::tm parts{};
        const std::string copy(text);
        const char* const end = ::strptime(copy.c_str(), form, &parts);
        if (end != nullptr && end == copy.c_str() + copy.size()) return ::timegm(&parts);
    }
    return std::nullopt;
}

std::uint16_t status_of(const reply_conditions& c, std::time_t modified) {
    const auto is_newer_than = [modified](std::string_view value) {
        const std::optional<std::time_t> date = read_http_date(value);
        return date ? std::optional{modified > *date} : std::nullopt;
    };
    if (c.if_match) {
        if (*c.if_match != "*") return 412;
    } else if (c.if_unmodified_since && is_newer_than(*c.if_unmodified_since).value_or(false)) {
        return 412;
    }
    if (c.if_none_match) {
        if (*c.if_none_match == "*") return 304;
    } else if (c.if_modified_since && !is_newer_than(*c.if_modified_since).value_or(true)) {
        return 304;
    }
    return 200;
}

reply_answer answer_with_file(std::uint64_t size_bytes, std::time_t modified, const reply_conditions& c,
                              bool keep_alive) {
    const std::string date = http_date(modified);
    std::string lines = "Last-Modified: " + date + "\r\nAccept-Ranges: bytes\r\n";
    if (const std::uint16_t status = status_of(c, modified); status != 200)
        return {status, {}, head_of(status, 0, keep_alive, lines)};
    std::optional<byte_range> part;
    if (c.range && (!c.if_range || *c.if_range == date)) part = read_range(*c.range, size_bytes);
    if (!part) {
        lines += "Content-Type: application/octet-stream\r\n";
        return {200, {0, size_bytes}, head_of(200, size_bytes, keep_alive, lines)};
    }
    const std::string total = std::to_string(size_bytes);
    if (part->size_bytes == 0) {
        lines += "Content-Range: bytes */" + total + "\r\n";
        return {416, {}, head_of(416, 0, keep_alive, lines)};
    }
    lines += "Content-Type: application/octet-stream\r\nContent-Range: bytes " + std::to_string(part->offset) + '-' +
             std::to_string(part->offset + part->size_bytes - 1) + '/' + total + "\r\n";
    return {206, *part, head_of(206, part->size_bytes, keep_alive, lines)};
}

std::string text_answer(std::uint16_t status, bool keep_alive, bool with_text, std::string_view text,
                        std::string_view further_lines) {
    std::string lines = "Content-Type: text/plain\r\n";
    std::string answer = head_of(status, text.size(), keep_alive, lines += further_lines);
    if (with_text) answer += text;
    return answer;
}

std::string plain_head(std::uint16_t status, bool keep_alive, std::string_view further_lines) {
    return head_of(status, 0, keep_alive, further_lines);
}

} // namespace bits_server
