// bitswire/session/job_names.hpp: which names a file of a job may have (BG_FILE_INFO), and how a remote one is sent.
//
// No I/O: whether a local folder exists and is writable, the embedder must check.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_NAMES_HPP
#define BITSWIRE_SESSION_JOB_NAMES_HPP

#include "../base/ascii.hpp"
#include "../base/result.hpp"
#include "../base/scan.hpp"
#include "../base/utf8.hpp"
#include "../spec/error.hpp"
#include "../spec/job.hpp"
#include "../spec/limits.hpp"
#include "../wire/url.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

namespace detail {

/// A form of full paths: what they begin with, how many names must follow, and which characters a name must not have.
struct local_name_form {
    std::string_view root; ///< `a` stands for any letter
    std::string_view separators;
    std::string_view forbidden; ///< besides control characters
    std::size_t least_names;
    std::string_view source;
};

// The first one that fits counts.
inline constexpr local_name_form local_name_forms[] = {
    {"\\\\", "\\/", ":*?\"<>|", 3, "BG_FILE_INFO: \\\\server\\share\\path\\file"},
    {"a:\\", "\\/", ":*?\"<>|", 1, "BG_FILE_INFO: full path, no wildcards, no NTFS streams"},
    {"a:/", "\\/", ":*?\"<>|", 1, "BG_FILE_INFO"},
    {"/", "/", "", 1, "POSIX: there every character but the separator may stand in a name"},
};

/// Names of servers and shares behind which there are no files (BG_FILE_INFO: pipes, devices, `\\?`).
struct unc_name {
    std::size_t number; ///< 0: the server; 1: the share
    std::string_view name;
};
inline constexpr unc_name no_unc_names[] = {
    {0, "."},
    {0, "?"},
    {1, "pipe"},
    {1, "mailslot"},
};

constexpr bool begins_as(std::string_view name, std::string_view root) noexcept {
    if (name.size() < root.size()) return false;
    for (std::size_t i = 0; i < root.size(); ++i) {
        if (root[i] == 'a' ? !is(char_class::alpha, name[i]) : name[i] != root[i]) return false;
    }
    return true;
}

constexpr bool is_path_of(const local_name_form& form, std::string_view name) noexcept {
    name.remove_prefix(form.root.size());
    for (std::size_t number = 0;; ++number) {
        const std::size_t size = name.find_first_of(form.separators);
        const std::string_view each = name.substr(0, size);
        if (each.find_first_of(form.forbidden) != std::string_view::npos) return false;
        const bool is_unc = form.least_names > 1;
        if (is_unc && number < 2 && each.empty()) return false;
        for (const unc_name& no : no_unc_names) {
            if (is_unc && no.number == number && iequals(no.name, each)) return false;
        }
        if (size != std::string_view::npos) {
            name.remove_prefix(size + 1);
            continue;
        }
        // The last one is the file.
        return number + 1 >= form.least_names && !each.empty() && each != "." && each != "..";
    }
}

} // namespace detail

/// Whether `name` can be the local name of a file: the full path of a file, not of a folder, a stream, a pipe or a
/// device, of Windows or of POSIX, without control characters and at most `limit` UTF-16 units long. Source:
/// BG_FILE_INFO.
[[nodiscard]] constexpr bool is_local_name(std::string_view name, std::size_t limit) noexcept {
    if (find_control(name) != name.size() || name.find('\t') != std::string_view::npos) return false;
    if (utf16_length(name) > limit) return false;
    for (const detail::local_name_form& form : detail::local_name_forms) {
        if (detail::begins_as(name, form.root)) return detail::is_path_of(form, name);
    }
    return false;
}

namespace detail {

/// What stands behind the host of a remote name: whether it is legal, and how many bytes it is when it is sent.
struct remote_rest {
    bool is_legal = true;
    std::size_t sent_bytes = 0;
};

// SPEC: "You cannot use wildcards in the path or file name": a `*` may stand in a query, where it is none.
inline constexpr std::string_view wildcards = "*";

constexpr remote_rest read_remote_rest(std::string_view text) noexcept {
    remote_rest rest;
    bool is_path = true;
    std::string_view segment = text.substr(0, text.find_first_of("?#"));
    while (!segment.empty()) {
        const std::size_t size = segment.find('/');
        if (utf16_length(segment.substr(0, size)) > max_url_segment_length) return {false, 0};
        segment.remove_prefix(size == std::string_view::npos ? segment.size() : size + 1);
    }
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t size = utf8_size(text);
        if (c == '?' || c == '#') is_path = false;
        const bool encoded =
            c == '%' && text.size() > 2 && is(char_class::hex, text[1]) && is(char_class::hex, text[2]);
        const bool plain = is_path ? is(char_class::path, c) && !contains(wildcards, c)
                                   : is(char_class::path, c) || c == '?' || c == '#';
        if (!plain && !encoded && size < 2) return {false, 0};
        rest.sent_bytes += size < 2 ? 1 : 3 * size;
        text.remove_prefix(size);
    }
    return rest;
}

/// Where what is behind the host of a URL begins.
constexpr std::size_t find_end_of_host(std::string_view url) noexcept {
    const std::size_t slashes = url.find("//");
    if (slashes == std::string_view::npos) return url.size();
    const std::size_t end = url.find_first_of("/?#", slashes + 2);
    return end == std::string_view::npos ? url.size() : end;
}

} // namespace detail

/// Whether `name` can be the remote name of a file: an absolute URL of http or https whose host is ASCII, of legal
/// characters and of characters beyond ASCII in well-formed UTF-8, without wildcards in its path, whose segments have
/// at most 260 UTF-16 units. As it is sent (`write_remote_url`) it has at most 2,200 characters. Source: BG_FILE_INFO.
[[nodiscard]] constexpr bool is_remote_name(std::string_view name) noexcept {
    const std::size_t host_end = detail::find_end_of_host(name);
    const result<url_view> url = parse_url(name.substr(0, host_end));
    if (!url) return false;
    const std::string_view behind = name.substr(host_end);
    if (!behind.empty() && behind.front() == '?') return false;
    const detail::remote_rest rest = detail::read_remote_rest(behind);
    return rest.is_legal && host_end + rest.sent_bytes <= max_url_size;
}

/// Writes a remote name as it stands in a request: what is not ASCII is percent-encoded, and nothing else changes
/// (BG_FILE_INFO: "no escape processing is performed"). At most `max_url_size` bytes. Returns their number. Errors:
/// bad_url if `name` is no remote name; buffer_too_small.
[[nodiscard]] constexpr result<std::size_t> write_remote_url(std::string_view name, std::span<char> out) noexcept {
    if (!is_remote_name(name)) return error{errc::bad_url, header::none, 0, name};
    std::size_t size = 0;
    const auto put = [&](char c) noexcept {
        if (size < out.size()) out[size] = c;
        ++size;
    };
    for (const char c : name) {
        const auto u = static_cast<unsigned char>(c);
        if (u < 0x80) {
            put(c);
            continue;
        }
        put('%');
        put("0123456789ABCDEF"[u >> 4]);
        put("0123456789ABCDEF"[u & 0xfU]);
    }
    if (size > out.size()) return error{errc::buffer_too_small, header::none, 0};
    return size;
}

} // namespace bitswire

#endif
