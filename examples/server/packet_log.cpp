// bitswire-server: one line of text for each packet.
//
// SPDX-License-Identifier: BSL-1.0
#include "packet_log.hpp"

#include <array>
#include <cstdio>

namespace bits_server {

namespace {

std::string formatted(std::time_t t, const char* format) {
    std::tm parts{};
    ::gmtime_r(&t, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

void append_answer(std::string& line, const bitswire::ack& answer) {
    line += " -> " + std::to_string(answer.status);
    if (answer.error_code && answer.error_code->value != 0) {
        const std::string_view name = bitswire::name_of(*answer.error_code);
        line += ' ';
        line += name.empty() ? bitswire::write_code(*answer.error_code).view() : name;
    }
    if (answer.received_content_range) line += " received " + std::to_string(*answer.received_content_range);
    if (!answer.reply_url.empty()) line += " reply " + escaped(answer.reply_url);
}

} // namespace

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c > ' ' && c < '\x7f' && c != '\\') {
            out += c;
            continue;
        }
        const auto u = static_cast<unsigned char>(c);
        out += "\\x";
        out += "0123456789abcdef"[u >> 4];
        out += "0123456789abcdef"[u & 0xfU];
    }
    return out;
}

std::string http_date(std::time_t t) { return formatted(t, "%a, %d %b %Y %H:%M:%S GMT"); }

void log_line(std::string_view text) {
    const std::string line = formatted(std::time(nullptr), "%Y-%m-%dT%H:%M:%SZ ").append(text) + '\n';
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

void log_packet(std::string_view peer, const bitswire::upload_request& request, std::string_view session_id,
                const bitswire::ack& answer) {
    std::string line(peer);
    line += ' ';
    line += bitswire::name_of(request.type);
    line += ' ' + escaped(request.target) + ' ' + (session_id.empty() ? "-" : escaped(session_id));
    if (request.type == bitswire::packet_type::fragment) {
        const bitswire::content_range& r = request.range;
        const std::string range =
            r.size_bytes == 0 ? "*" : std::to_string(r.offset) + '-' + std::to_string(r.end() - 1);
        line += " bytes " + range + '/' + std::to_string(r.total_bytes);
    }
    append_answer(line, answer);
    log_line(line);
}

void log_bad_packet(std::string_view peer, const bitswire::error& problem, const bitswire::ack& answer) {
    std::string line(peer);
    line += " - - -";
    append_answer(line, answer);
    line += ": ";
    line += bitswire::error_line(problem).view();
    log_line(line);
}

} // namespace bits_server
