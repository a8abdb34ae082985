// bitswire/wire/hresult_reader.hpp: reads a code as people and programs write it, in logs, scripts and questions.
//
// Not for the header of a packet, which has one form: parse_code in hresult_text.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_HRESULT_READER_HPP
#define BITSWIRE_WIRE_HRESULT_READER_HPP

#include "../base/ascii.hpp"
#include "../base/number.hpp"
#include "../base/text_literal.hpp"
#include "../spec/error.hpp"
#include "../spec/explain_hresult.hpp"
#include "../spec/hresult.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bitswire {

/// A code that was read.
struct hresult_reading {
    hresult code;
    /// What the same number could mean, too; only set where that has a name.
    std::optional<hresult> other{};

    friend constexpr bool operator==(const hresult_reading&, const hresult_reading&) noexcept = default;
};

/// The longest text that `read_hresult` looks at, in bytes.
inline constexpr std::size_t max_hresult_text_size = 256;

namespace detail {

/// Reads one text from its start to its end; `at` is where the next byte is.
class hresult_text_reader {
  public:
    constexpr explicit hresult_text_reader(std::string_view text) noexcept : text_(text) {}

    constexpr result<hresult_reading> read() noexcept {
        if (text_.size() > max_hresult_text_size)
            return error{errc::value_too_long, header::none, max_hresult_text_size};
        skip_words();
        const bool is_bracketed = take('(');
        if (is_bracketed) skip_blanks();
        const result<hresult_reading> reading = read_value();
        if (!reading) return reading;
        skip_blanks();
        if (is_bracketed && !take(')')) return bad(at_);
        if (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == ',' || text_[at_] == ';')) ++at_;
        skip_blanks();
        if (at_ != text_.size()) return bad(at_);
        return reading;
    }

  private:
    enum class numbers : std::uint8_t { any, win32, http };

    static constexpr error bad(std::size_t at) noexcept {
        return {errc::bad_number, header::none, static_cast<std::uint32_t>(at)};
    }
    static constexpr error too_large(std::size_t at) noexcept {
        return {errc::number_overflow, header::none, static_cast<std::uint32_t>(at)};
    }

    constexpr void skip_blanks() noexcept {
        while (at_ < text_.size() && is_blank(text_[at_]))
            ++at_;
    }
    static constexpr bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
    constexpr bool take(char c) noexcept {
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    /// The letters, digits and underscores at `at_`.
    [[nodiscard]] constexpr std::string_view token() const noexcept {
        std::size_t end = at_;
        while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '_'))
            ++end;
        return text_.substr(at_, end - at_);
    }
    static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
    static constexpr bool is_letter(char c) noexcept { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

    /// Words that stand before a code and say nothing, or what kind of number follows.
    constexpr void skip_words() noexcept {
        constexpr std::string_view words[] = {"hresult"sv,   "hr"sv,     "error"sv, "code"sv,  "status"sv,
                                              "exception"sv, "result"sv, "from"sv,  "win32"sv, "windows"sv,
                                              "winhttp"sv,   "http"sv,   "bits"sv};
        skip_blanks();
        for (int left = max_words; left != 0; --left) {
            const std::string_view word = token();
            bool is_word = false;
            for (const std::string_view known : words)
                is_word = is_word || iequals(word, known);
            if (!is_word) return;
            const std::size_t start = at_;
            at_ += word.size();
            const std::size_t end = at_;
            while (at_ < text_.size() && (is_blank(text_[at_]) || contains(":=#", text_[at_])))
                ++at_;
            if (at_ == end && (at_ == text_.size() || text_[at_] != '(')) { // it is the code itself
                at_ = start;
                return;
            }
            if (iequals(word, "http"sv)) kind_ = numbers::http;
            if (iequals(word, "win32"sv) || iequals(word, "windows"sv) || iequals(word, "winhttp"sv))
                kind_ = numbers::win32;
        }
    }

    constexpr result<hresult_reading> read_value() noexcept {
        const bool is_negative = take('-');
        const std::size_t start = at_;
        const std::string_view word = token();
        at_ += word.size();
        if (word.empty()) return bad(start);
        if (word.size() >= 2 && word[0] == '0' && to_lower(word[1]) == 'n') {
            const bool is_inner_negative = !is_negative && word.size() == 2 && take('-');
            const std::size_t digits = is_inner_negative ? at_ : start + 2;
            if (is_inner_negative) at_ += token().size();
            return read_decimal(without_suffix(text_.substr(digits, at_ - digits)), digits,
                                is_negative || is_inner_negative);
        }
        if (is_negative) return read_decimal(without_suffix(word), start, true);
        const std::size_t prefix = word[0] == '0' && word.size() > 1 && to_lower(word[1]) == 'x' ? 2
                                   : to_lower(word[0]) == 'x'                                    ? 1
                                                                                                 : 0;
        if (prefix != 0) return read_hexadecimal(without_suffix(word.substr(prefix)), start + prefix);
        const bool has_suffix = to_lower(word.back()) == 'h';
        const std::string_view digits = has_suffix ? word.substr(0, word.size() - 1) : word;
        const bool is_whole = digits.size() == hresult_digits && parse_hexadecimal(digits).status == number_status::ok;
        if (is_whole || (has_suffix && is_digit(word[0]))) return read_hexadecimal(digits, start);
        if (is_digit(word[0])) return read_decimal(without_suffix(word), start, false);
        return read_name(word, start);
    }

    /// Without the `L` or `UL` of a literal of C.
    static constexpr std::string_view without_suffix(std::string_view digits) noexcept {
        for (int left = 2; left != 0 && !digits.empty(); --left) {
            if (to_lower(digits.back()) == 'l' || to_lower(digits.back()) == 'u') digits.remove_suffix(1);
        }
        return digits;
    }

    /// Up to 64 bits, if they are a 32-bit value that was extended by zeros or by its sign.
    static constexpr result<hresult_reading> read_hexadecimal(std::string_view digits, std::size_t at) noexcept {
        const number n = parse_hexadecimal(digits);
        if (n.status == number_status::overflow) return too_large(at);
        if (n.status != number_status::ok) return bad(at + n.offset);
        const std::uint64_t high = n.value >> 32;
        const hresult code{static_cast<std::uint32_t>(n.value)};
        if (high != 0 && (high != UINT32_MAX || code.is_success())) return too_large(at);
        hresult_reading reading{code};
        if (code.value > 1 && code.value <= UINT16_MAX) reading.other = known(hresult::from_win32(code.value));
        return reading;
    }

    [[nodiscard]] constexpr result<hresult_reading> read_decimal(std::string_view digits, std::size_t at,
                                                                 bool is_negative) const noexcept {
        const number n = parse_decimal(digits);
        if (n.status == number_status::malformed) return bad(at + n.offset);
        if (n.status == number_status::overflow || n.value > (is_negative ? 0x80000000U : UINT32_MAX))
            return too_large(at);
        const auto value = static_cast<std::uint32_t>(n.value);
        if (is_negative) return hresult_reading{hresult{0U - value}};
        if (value > UINT16_MAX || value == 0) {
            const hresult code{value};
            const hresult negative{0U - value};
            const bool has_lost_sign = code.is_success() && !explain(code).is_known() && explain(negative).is_known();
            return hresult_reading{has_lost_sign ? negative : code};
        }
        const hresult win32 = hresult::from_win32(value);
        const hresult http = hresult::from_http_status(static_cast<std::uint16_t>(value));
        if (kind_ == numbers::win32) return hresult_reading{win32};
        if (kind_ == numbers::http) {
            if (!http.to_http_status()) return bad(at);
            return hresult_reading{http};
        }
        if (http.to_http_status() && known(http)) return hresult_reading{http, known(win32)};
        return hresult_reading{win32};
    }

    static constexpr std::optional<hresult> known(hresult code) noexcept {
        if (!explain(code).is_known()) return std::nullopt;
        return code;
    }

    constexpr result<hresult_reading> read_name(std::string_view word, std::size_t start) noexcept {
        if (iequals(word, "HRESULT_FROM_WIN32"sv) || iequals(word, "__HRESULT_FROM_WIN32"sv)) {
            if (!take('(')) return bad(at_);
            skip_blanks();
            const std::size_t inner = at_;
            const std::string_view argument = token();
            at_ += argument.size();
            std::optional<hresult> code = find_code(argument);
            if (code && !code->to_win32() && code->value != 0) return bad(inner);
            if (!code) {
                const bool is_hexadecimal = argument.starts_with("0x"sv) || argument.starts_with("0X"sv);
                const std::string_view digits = without_suffix(argument.substr(is_hexadecimal ? 2 : 0));
                const number n =
                    is_hexadecimal ? parse_hexadecimal(digits, UINT16_MAX) : parse_decimal(digits, UINT16_MAX);
                if (n.status != number_status::ok)
                    return n.status == number_status::overflow ? too_large(inner) : bad(inner);
                code = hresult::from_win32(static_cast<std::uint32_t>(n.value));
            }
            skip_blanks();
            if (!take(')')) return bad(at_);
            return hresult_reading{*code};
        }
        const std::optional<hresult> code = find_code(word);
        if (!code) return bad(start);
        return hresult_reading{*code};
    }

    static constexpr int max_words = 6;
    static constexpr std::size_t hresult_digits = 8;

    std::string_view text_;
    std::size_t at_ = 0;
    numbers kind_ = numbers::any;
};

} // namespace detail

/// Reads a code as people write it; all of `text` must be one. In this order:
///
///     text    = blanks [ words ] [ "(" ] value [ ")" ] [ "." / "," / ";" ] blanks
///     words   = up to 6 of HRESULT, HR, ERROR, CODE, STATUS, EXCEPTION, RESULT, FROM, WIN32, WINDOWS, WINHTTP, HTTP,
///     BITS;
///               each followed by blanks, ":", "=" or "#"
///     value   = ( "0x" / "x" ) 1*HEXDIG [ "L" / "UL" ]    0x80072EE7, 0x80200011L, 0xFFFFFFFF80072EE7
///             / DIGIT *HEXDIG "h"                         80072EE7h, 2EE7h
///             / 8HEXDIG [ "h" ]                           80072EE7, 80070005, F0000000h
///             / [ "-" ] [ "0n" ] 1*DIGIT [ "L" / "UL" ]   -2147012889, 2147954407, 0n2147012889
///             / name                                      BG_E_TOO_LARGE, ERROR_WINHTTP_TIMEOUT, E_INVALIDARG
///             / "HRESULT_FROM_WIN32(" ( name / number ) ")"
///
/// Letter case does not matter. Decimal numbers over 65535 are the code itself, and so are all hexadecimal ones.
/// Smaller decimal numbers are an HTTP status if they are one that has a name (100, 101, 200 to 206, 300 to 599), or
/// else a Win32 code: `404`, `12007`. The words WIN32, WINDOWS and WINHTTP make it a Win32 code, and HTTP makes it a
/// status: `win32 404`. `other` is the reading that was not taken. A decimal number that has lost its sign gets it
/// back, if only that makes it a code that has a name: pages print `0n2147012889` for -2147012889.
///
/// Errors, with the offset of the first byte that does not fit: bad_number (no code, or a name that is not known),
/// number_overflow (more than 32 bits), value_too_long.
[[nodiscard]] constexpr result<hresult_reading> read_hresult(std::string_view text) noexcept {
    return detail::hresult_text_reader(text).read();
}

} // namespace bitswire

#endif
