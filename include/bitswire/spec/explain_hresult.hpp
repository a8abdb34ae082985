// bitswire/spec/explain_hresult.hpp: what is known about any code: of BITS, Win32, WinHTTP, HTTP, or of nobody.
//
// For people and their tools. hresult_table.hpp alone is enough for the names of what BITS itself says.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_EXPLAIN_HRESULT_HPP
#define BITSWIRE_SPEC_EXPLAIN_HRESULT_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../base/text_literal.hpp"
#include "hresult.hpp"
#include "hresult_table.hpp"
#include "win32_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bitswire {

/// What is known about a code. All text is in static storage; empty where nothing is known.
struct hresult_explanation {
    hresult code;
    /// The name without the macro: `ERROR_DISK_FULL`, not `HRESULT_FROM_WIN32(ERROR_DISK_FULL)`.
    std::string_view name = ""sv;
    std::string_view meaning = ""sv;
    std::string_view source = ""sv;

    [[nodiscard]] constexpr bool is_known() const noexcept { return !name.empty(); }
};

namespace detail {

inline constexpr std::uint16_t first_named_status = 300;
inline constexpr std::uint16_t last_named_status = 599;
inline constexpr std::string_view http_error_prefix = "BG_E_HTTP_ERROR_"sv;
inline constexpr std::string_view from_win32_prefix = "HRESULT_FROM_WIN32("sv;

/// BG_E_HTTP_ERROR_300 to BG_E_HTTP_ERROR_599: bitsmsg.h names some of them, and its rule is plain.
template <class Deferred>
inline constexpr auto http_error_names = [] {
    std::array<std::array<char, http_error_prefix.size() + 3>, last_named_status - first_named_status + 1> names{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t status = first_named_status + i;
        std::size_t at = 0;
        for (const char c : http_error_prefix)
            names[i][at++] = c;
        names[i][at++] = static_cast<char>('0' + status / 100);
        names[i][at++] = static_cast<char>('0' + status / 10 % 10);
        names[i][at++] = static_cast<char>('0' + status % 10);
    }
    return names;
}();

/// Of a status that no table names, by its class (RFC 9110 15).
[[nodiscard]] constexpr std::string_view meaning_of_class(std::uint16_t status) noexcept {
    return status < 400   ? "HTTP status of the class 3xx: the server sends the client elsewhere"sv
           : status < 500 ? "HTTP status of the class 4xx: the server finds the request at fault"sv
                          : "HTTP status of the class 5xx: the server failed"sv;
}

template <class Deferred>
[[nodiscard]] constexpr hresult_explanation explain_status(hresult code, std::uint16_t status) noexcept {
    const auto& name = http_error_names<Deferred>[status - first_named_status];
    hresult_explanation e{code, {name.data(), name.size()}, meaning_of_class(status), "RFC 9110 15"sv};
    for (const status_row& row : status_rows) {
        if (row.status != status) continue;
        e.meaning = row.meaning;
        e.source = row.source;
    }
    return e;
}

[[nodiscard]] constexpr const win32_row* find_win32(hresult code) noexcept {
    std::size_t first = 0;
    std::size_t last = std::size(win32_rows);
    while (first != last) {
        const std::size_t middle = first + (last - first) / 2;
        if (win32_rows[middle].code < code) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first != std::size(win32_rows) && win32_rows[first].code == code ? &win32_rows[first] : nullptr;
}

[[nodiscard]] constexpr std::string_view header_of(const win32_row& row) noexcept {
    return row.name.starts_with("ERROR_WINHTTP_"sv)    ? "winhttp.h"sv
           : row.name.starts_with("ERROR_INTERNET_"sv) ? "wininet.h"sv
                                                       : "winerror.h"sv;
}

/// `ERROR_X` of `HRESULT_FROM_WIN32(ERROR_X)`; other names as they are.
[[nodiscard]] constexpr std::string_view without_macro(std::string_view name) noexcept {
    if (!name.starts_with(from_win32_prefix)) return name;
    return name.substr(from_win32_prefix.size(), name.size() - from_win32_prefix.size() - 1);
}

} // namespace detail

/// What is known about a code; nothing but the code itself, if it is in no table and no HTTP status.
template <class Deferred = void>
[[nodiscard]] constexpr hresult_explanation explain(hresult code) noexcept {
    if (const hresult_row* row = find_hresult(code))
        return {code, detail::without_macro(row->name), row->meaning, row->source};
    if (const win32_row* row = detail::find_win32(code))
        return {code, row->name, row->meaning, detail::header_of(*row)};
    const std::optional<std::uint16_t> status = code.to_http_status();
    if (status && *status >= detail::first_named_status) return detail::explain_status<Deferred>(code, *status);
    return {code, ""sv, ""sv, ""sv};
}

/// The code of a name in any letter case, with or without `HRESULT_FROM_WIN32( )`: of BITS, Win32, WinHTTP, or
/// `BG_E_HTTP_ERROR_` with a status from 300 to 599. A linear search.
[[nodiscard]] constexpr std::optional<hresult> find_code(std::string_view name) noexcept {
    for (const hresult_row& row : hresult_rows) {
        if (iequals(row.name, name) || iequals(detail::without_macro(row.name), name)) return row.code;
    }
    for (const hresult_alias& alias : hresult_aliases) {
        if (iequals(alias.alias, name)) return find_code(alias.name);
    }
    const std::size_t prefix = detail::http_error_prefix.size();
    if (iequals(name.substr(0, prefix), detail::http_error_prefix) && name.size() == prefix + 3) {
        const number status = parse_decimal(name.substr(prefix), detail::last_named_status);
        if (status.status == number_status::ok && status.value >= detail::first_named_status)
            return hresult::from_http_status(static_cast<std::uint16_t>(status.value));
        return std::nullopt;
    }
    if (iequals(name.substr(0, detail::from_win32_prefix.size()), detail::from_win32_prefix) && name.ends_with(')'))
        name = name.substr(detail::from_win32_prefix.size(), name.size() - detail::from_win32_prefix.size() - 1);
    for (const win32_row& row : win32_rows) {
        if (iequals(row.name, name)) return row.code;
    }
    return std::nullopt;
}

/// The row of a code's facility, or null for one without a name, and for codes of vendors and of HRESULT_FROM_NT,
/// whose facilities are their own. Static storage.
[[nodiscard]] constexpr const facility_row* find_facility(hresult code) noexcept {
    if (code.is_customer() || code.is_ntstatus()) return nullptr;
    for (const facility_row& row : facility_rows) {
        if (row.facility == static_cast<std::uint16_t>(code.facility())) return &row;
    }
    return nullptr;
}

} // namespace bitswire

#endif
