// bitswire/wire/file_path.hpp: a request target as a file below a folder, where it is safe to have one.
//
// Text only: what is on the disk (symbolic links, case) embedders must check when they open the file, for example with
// openat2 and RESOLVE_BENEATH. A name that any system reads as something else than a plain name is refused on
// every system, so that the same upload works everywhere or nowhere.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_FILE_PATH_HPP
#define BITSWIRE_WIRE_FILE_PATH_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../base/text_literal.hpp"
#include "../spec/error.hpp"
#include "../spec/limits.hpp"
#include "url.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bitswire {

/// The longest name of a file or folder, in bytes: that of NTFS (in characters), ext4 and most others.
inline constexpr std::size_t max_file_name_size = 255;

namespace detail {

inline constexpr char_set forbidden_file_characters{forbidden_in_file_names};

/// Whether `text` is UTF-8 without surrogates and overlong forms (RFC 3629).
constexpr bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t more = lead < 0x80   ? 0
                                 : lead < 0xc2 ? 4
                                 : lead < 0xe0 ? 1
                                 : lead < 0xf0 ? 2
                                 : lead < 0xf5 ? 3
                                               : 4;
        if (more == 4 || text.size() - i <= more) return false;
        std::uint32_t point = more == 0 ? lead : lead & (0x3fU >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xc0U) != 0x80) return false;
            point = point << 6 | (next & 0x3fU);
        }
        if (more == 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) return false;
        if (more == 3 && (point < 0x10000 || point > 0x10ffff)) return false;
        i += more + 1;
    }
    return true;
}

/// Names of devices on Windows, with any extension (*naming-a-file*).
constexpr bool is_device_name(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 6> devices = {"CON"sv, "PRN"sv, "AUX"sv, "NUL"sv, "CONIN$"sv, "CONOUT$"sv};
    std::string_view stem = name.substr(0, name.find('.'));
    while (!stem.empty() && stem.back() == ' ')
        stem.remove_suffix(1);
    for (const std::string_view device : devices) {
        if (iequals(stem, device)) return true;
    }
    if (!iequals(stem.substr(0, 3), "COM") && !iequals(stem.substr(0, 3), "LPT")) return false;
    const std::string_view number = stem.substr(3);
    // The superscripts of Latin-1 count as digits there.
    return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "\xc2\xb9" ||
           number == "\xc2\xb2" || number == "\xc2\xb3";
}

} // namespace detail

/// Whether `name` is a file name that every system takes as one: UTF-8 of 1 to 255 bytes, without control characters
/// and `\ / : * ? " < > |`, not `.` or `..`, without a blank at either end or a dot at the end, and no device.
[[nodiscard]] constexpr bool is_safe_file_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > max_file_name_size) return false;
    if (name.front() == ' ' || name.back() == ' ' || name.back() == '.') return false;
    for (const char c : name) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || detail::forbidden_file_characters.contains(c))
            return false;
    }
    return detail::is_utf8(name) && !detail::is_device_name(name);
}

namespace detail {

/// `path` is what stands behind the host in `target`, without a query; in it, `%` is the beginning of an encoded octet
/// or, if `is_decoded`, a character as any other.
constexpr result<std::size_t> write_file_path(std::string_view target, std::string_view path, bool is_decoded,
                                              std::string_view prefix, std::span<char> out) noexcept {
    const char* const begin = target.data();
    const auto bad = [&](std::string_view part) {
        return error{errc::bad_file_path, header::none, static_cast<std::size_t>(part.data() - begin), target};
    };
    while (!prefix.empty() && prefix.back() == '/')
        prefix.remove_suffix(1);
    if (!path.starts_with(prefix) || path.substr(prefix.size(), 1) != "/") return bad(target);
    path.remove_prefix(prefix.size());

    std::size_t size = 0;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        std::array<char, max_file_name_size> name{};
        std::size_t name_size = 0;
        for (std::size_t i = 0; i < segment.size(); ++i) {
            char c = segment[i];
            if (!is_decoded && c == '%') {
                const number octet = parse_hexadecimal(segment.substr(i + 1, 2), 0xff);
                if (segment.size() - i < 3 || octet.status != number_status::ok) return bad(segment.substr(i));
                c = static_cast<char>(static_cast<unsigned char>(octet.value));
                i += 2;
            }
            if (name_size == name.size()) return bad(segment);
            name[name_size++] = c;
        }
        const std::string_view checked{name.data(), name_size};
        if (!is_safe_file_name(checked)) return bad(segment);
        const std::size_t separator = size == 0 ? 0 : 1;
        if (size + separator + name_size > out.size()) return error{errc::buffer_too_small, header::none, 0};
        if (separator != 0) out[size++] = '/';
        for (const char c : checked)
            out[size++] = c;
    }
    return size;
}

} // namespace detail

/// Writes the path of the file that `target` names, relative to the folder that `prefix` stands for, and returns its
/// size: safe names with `/` between them. `target` is the request target **as the client sent it**, a path or an
/// absolute URL, not decoded, with its query: that is left out, and percent-encodings are decoded, once. Where an HTTP
/// library has done that already, use `write_decoded_file_path`: decoded twice, `%2541` becomes `A`. `prefix` is a path
/// as it stands in targets, such as `/upload`; empty or `/` for all. A buffer of the size of `target` is large enough.
/// Errors: bad_file_path, with the offset of the name at fault in `target`; buffer_too_small. Source: RFC
/// 3986 2.1, 2.4, 3.3.
[[nodiscard]] constexpr result<std::size_t> write_file_path(std::string_view target, std::string_view prefix,
                                                            std::span<char> out) noexcept {
    std::string_view path = target.substr(0, target.find_first_of("?#"));
    if (path.substr(0, 1) != "/") {
        const result<url_view> url = parse_url(target);
        if (!url) return error{errc::bad_file_path, header::none, 0, target};
        path = url->path;
    }
    return detail::write_file_path(target, path, false, prefix, out);
}

/// As `write_file_path`, of a path that an HTTP library has percent-decoded, and whose query it has cut off
/// (libmicrohttpd does both): nothing in it stands for anything else. `prefix` is decoded, too. Errors: as above.
[[nodiscard]] constexpr result<std::size_t> write_decoded_file_path(std::string_view path, std::string_view prefix,
                                                                    std::span<char> out) noexcept {
    return detail::write_file_path(path, path, true, prefix, out);
}

} // namespace bitswire

#endif
