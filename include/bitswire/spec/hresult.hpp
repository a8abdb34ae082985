// bitswire/spec/hresult.hpp: HRESULT as an open type, and the contexts that BITS reports beside one.
//
// Not an enumeration: a server may send any of 2^32 values, vendors included, and each must pass through unharmed. What
// the known ones are called and mean is in hresult_table.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_HRESULT_HPP
#define BITSWIRE_SPEC_HRESULT_HPP

#include "../base/text_literal.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bitswire {

/// The facilities that BITS codes come from ([MS-ERREF] 2.1). Open: the names of others are in win32_table.hpp.
enum class hresult_facility : std::uint16_t {
    null = 0x000,
    win32 = 0x007, ///< a Win32 error code, wrapped by HRESULT_FROM_WIN32
    http = 0x019,  ///< an HTTP status (BG_E_HTTP_ERROR_*), and the event log messages BITS_MC_*
    bits = 0x020,  ///< BG_E_* and BG_S_*
};

/// A 32-bit result code: severity, customer bit, facility and code ([MS-ERREF] 2.1).
struct hresult {
    std::uint32_t value = 0;

    /// Severity bit: the code reports a failure.
    [[nodiscard]] constexpr bool is_failure() const noexcept { return (value & 0x80000000U) != 0; }
    [[nodiscard]] constexpr bool is_success() const noexcept { return !is_failure(); }
    /// The customer bit, which vendors set in codes of their own ([MC-BUP] 1.8).
    [[nodiscard]] constexpr bool is_customer() const noexcept { return (value & 0x20000000U) != 0; }
    /// The bit of an NTSTATUS that HRESULT_FROM_NT has wrapped (FACILITY_NT_BIT of winerror.h).
    [[nodiscard]] constexpr bool is_ntstatus() const noexcept { return (value & 0x10000000U) != 0; }
    [[nodiscard]] constexpr hresult_facility facility() const noexcept {
        return static_cast<hresult_facility>((value >> 16) & 0x7ffU);
    }
    [[nodiscard]] constexpr std::uint16_t code() const noexcept { return static_cast<std::uint16_t>(value); }
    /// The value as a signed number, as .NET, PowerShell and event logs print it.
    [[nodiscard]] constexpr std::int32_t to_signed() const noexcept { return static_cast<std::int32_t>(value); }

    /// HRESULT_FROM_WIN32 of winerror.h: 0 and what is an HRESULT already (negative as a signed number) stay as they
    /// are.
    static constexpr hresult from_win32(std::uint32_t code) noexcept {
        if (code == 0 || (code & 0x80000000U) != 0) return {code};
        return {0x80070000U | (code & 0xffffU)};
    }
    /// BG_E_HTTP_ERROR_*: an HTTP status as an HRESULT (bitsmsg.h).
    static constexpr hresult from_http_status(std::uint16_t status) noexcept { return {0x80190000U | status}; }

    /// The Win32 code inside, for a failure of facility win32.
    [[nodiscard]] constexpr std::optional<std::uint16_t> to_win32() const noexcept {
        if ((value & 0xffff0000U) == 0x80070000U) return code();
        return std::nullopt;
    }
    /// The NTSTATUS inside, for a code that HRESULT_FROM_NT has made.
    [[nodiscard]] constexpr std::optional<std::uint32_t> to_ntstatus() const noexcept {
        if (is_ntstatus()) return value & ~0x10000000U;
        return std::nullopt;
    }
    /// The HTTP status inside, for BG_E_HTTP_ERROR_*: a failure of facility http with a code of 100 to 599.
    [[nodiscard]] constexpr std::optional<std::uint16_t> to_http_status() const noexcept {
        if ((value & 0xffff0000U) == 0x80190000U && code() >= 100 && code() <= 599) return code();
        return std::nullopt;
    }

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 that a comparison is compared with for a pointer
    friend constexpr auto operator<=>(const hresult&, const hresult&) noexcept = default;
};

/// Where an error happened (BG_ERROR_CONTEXT of bits.h). Open: other values pass through.
enum class error_context : std::uint32_t {
    none = 0,
    unknown = 1,
    general_queue_manager = 2,
    queue_manager_notification = 3,
    local_file = 4,
    remote_file = 5, ///< the server failed; [MC-BUP] 2.2.1.2 calls it CONTEXT_SERVER
    general_transport = 6,
    remote_application = 7, ///< the application behind the server failed ([MC-BUP] 2.2.1.2)
    server_certificate_callback = 8,
};

namespace detail {

inline constexpr std::array<std::string_view, 9> error_context_names = {
    "BG_ERROR_CONTEXT_NONE"sv,
    "BG_ERROR_CONTEXT_UNKNOWN"sv,
    "BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER"sv,
    "BG_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION"sv,
    "BG_ERROR_CONTEXT_LOCAL_FILE"sv,
    "BG_ERROR_CONTEXT_REMOTE_FILE"sv,
    "BG_ERROR_CONTEXT_GENERAL_TRANSPORT"sv,
    "BG_ERROR_CONTEXT_REMOTE_APPLICATION"sv,
    "BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK"sv,
};

} // namespace detail

/// The Windows SDK's name of a context; `""` for a value that has none. Static storage, with a zero behind it.
[[nodiscard]] constexpr std::string_view name_of(error_context context) noexcept {
    const auto i = static_cast<std::uint32_t>(context);
    return i < detail::error_context_names.size() ? detail::error_context_names[i] : ""sv;
}

} // namespace bitswire

#endif
