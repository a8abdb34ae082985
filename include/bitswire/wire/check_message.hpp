// bitswire/wire/check_message.hpp: whether a packet may be sent: each header where it must be and none where it may not
// be, and texts that break no message and read back equal.
//
// Most texts are plain: they are looked at together, and only where something is odd is each one looked at to say what.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_WIRE_CHECK_MESSAGE_HPP
#define BITSWIRE_WIRE_CHECK_MESSAGE_HPP

#include "../base/ascii.hpp"
#include "../base/scan.hpp"
#include "../spec/error.hpp"
#include "../spec/header.hpp"
#include "../spec/limits.hpp"
#include "head.hpp"
#include "host.hpp"
#include "packet.hpp"
#include "url.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace bitswire::detail {

/// `headers` where a condition holds, none elsewhere.
[[gnu::always_inline]] constexpr header_set only_if(bool condition, header_set headers) noexcept {
    return condition ? headers : header_set{0};
}

/// The headers that the texts of a packet are for.
template <class Packet>
inline constexpr header_set headers_of_texts = [] {
    header_set all = 0;
    for (const text_member<Packet>& t : packet_traits<Packet>::text)
        all |= set_of(t.id);
    return all;
}();

/// What is wrong with a text that may not be sent.
[[gnu::noinline]] constexpr error unsendable(header h, std::string_view value, std::size_t limit) noexcept {
    std::size_t bad = value.size() > limit ? limit : find_control(value);
    if (is_ows(value.back())) bad = value.size() - 1;
    if (is_ows(value.front())) bad = 0;
    return {errc::unsendable_value, h, bad, value};
}

/// Whether a text may be sent, which is not empty.
[[gnu::always_inline]] constexpr bool is_sendable(std::string_view value, std::size_t limit) noexcept {
    return value.size() <= limit && !is_ows(value.front()) && !is_ows(value.back()) && !has<control_character>(value);
}

/// Which headers a message of some kind may and must have.
struct header_rules {
    header_set writable;
    header_set sent;
};

using forbidden_in_file_name = one_of<forbidden_in_file_names>;

/// The longest text of a header that may be sent.
constexpr std::size_t longest_sent(header h) noexcept {
    const std::size_t limit = row_of(h).max_sent;
    return limit != 0 ? limit : read_limits{}.value_bytes;
}

/// Checks a text of a packet: there where it must be, not there where it may not be, and of a form that may be sent.
template <std::size_t Index, class Packet>
[[gnu::always_inline]] constexpr bool check_text_member(const Packet& packet, header_rules rules,
                                                        error& problem) noexcept {
    constexpr text_member<Packet> t = packet_traits<Packet>::text[Index];
    const std::size_t limit = longest_sent(t.id);
    const std::string_view value = packet.*t.member;
    if (value.empty()) {
        if ((rules.sent & set_of(t.id)) == 0) return true;
        problem = {errc::unsendable_value, t.id, 0};
        return false;
    }
    if ((rules.writable & set_of(t.id)) == 0) {
        problem = {errc::unsendable_combination, t.id, 0, value};
        return false;
    }
    if constexpr (t.form == text_form::host) { // which has no character that may not be sent
        if (const error e = check_host_header(value)) problem = {errc::unsendable_value, e.in, e.offset, value};
        if (!problem && value.size() > limit) problem = unsendable(t.id, value, limit);
    } else if (!is_sendable(value, limit)) {
        problem = unsendable(t.id, value, limit);
    } else if constexpr (t.form == text_form::file_name) {
        if (!has<forbidden_in_file_name>(value)) return true;
        problem = {errc::unsendable_value, t.id, find<forbidden_in_file_name>(value), value};
    } else if constexpr (t.form == text_form::host_id) {
        if (const auto host = parse_host_id(value); !host)
            problem = {errc::unsendable_value, t.id, host.error().offset, value};
    } else if constexpr (t.form == text_form::url) {
        if (!parse_url(value)) problem = {errc::unsendable_value, t.id, 0, value};
    }
    return !problem;
}
template <class Packet, std::size_t... Index>
[[gnu::noinline]] constexpr error check_texts(const Packet& packet, header_rules rules,
                                              std::index_sequence<Index...> /*all*/) noexcept {
    error problem;
    static_cast<void>((check_text_member<Index>(packet, rules, problem) && ...));
    return problem;
}

/// Whether a text is one of those in which nothing needs a closer look, which most are, if `odd` has no answer for it.
template <std::size_t Index, class Packet>
[[gnu::always_inline]] inline bool is_plain(const Packet& packet, header_rules rules,
                                            any_of<not_printable>& odd) noexcept {
    constexpr text_member<Packet> t = packet_traits<Packet>::text[Index];
    const std::string_view value = packet.*t.member;
    if (value.empty()) return (rules.sent & set_of(t.id)) == 0;
    if ((rules.writable & set_of(t.id)) == 0 || value.size() > longest_sent(t.id)) return false;
    if constexpr (t.form == text_form::host) {
        return is_host_label(value);
    } else {
        if (value.front() == ' ' || value.back() == ' ') return false;
        odd.add(value);
        return t.form == text_form::value || (t.form == text_form::file_name && !has<forbidden_in_file_name>(value));
    }
}
template <class Packet, std::size_t... Index>
[[gnu::always_inline]] inline bool are_plain(const Packet& packet, header_rules rules,
                                             std::index_sequence<Index...> /*all*/) noexcept {
    any_of<not_printable> odd;
    return (is_plain<Index>(packet, rules, odd) && ...) && !odd.yes();
}

/// What is wrong where there are headers that may not be, or some are missing.
[[gnu::noinline]] constexpr error wrong_headers(header_set extra, header_set missing) noexcept {
    const auto first = static_cast<header>(std::countr_zero(extra | missing));
    const bool is_missing = (missing & set_of(first)) != 0;
    return {is_missing ? errc::unsendable_value : errc::unsendable_combination, first, 0};
}

/// Whether a packet can be written so that it reads back equal, and then, which headers it has beside texts. Errors:
/// unsendable_value, unsendable_combination; the offset is that in the value.
template <class Packet>
[[gnu::always_inline]] constexpr error check_packet(const Packet& packet, message_kind kind,
                                                    header_set& headers) noexcept {
    using traits = packet_traits<Packet>;
    if (const error e = traits::problem_of(packet)) return e;
    const header_rules rules{writable_headers(kind), sent_headers(kind)};
    headers = traits::headers_of(packet) | (traits::usual & rules.writable);
    const header_set extra = headers & ~rules.writable;
    const header_set missing = rules.sent & ~(headers | headers_of_texts<Packet>);
    if ((extra | missing) != 0) return wrong_headers(extra, missing);
    constexpr std::make_index_sequence<traits::text.size()> texts;
    if (!std::is_constant_evaluated() && are_plain(packet, rules, texts)) return {};
    return check_texts(packet, rules, texts);
}

template <class Packet>
constexpr error check_sendable(const Packet& packet) noexcept {
    header_set headers = 0;
    return check_packet(packet, packet_traits<Packet>::kind_of(packet), headers);
}

/// Whether a text can be the target of a request.
constexpr bool is_sendable_target(std::string_view target) noexcept {
    return target.size() <= read_limits{}.target_bytes && is_target(target);
}

} // namespace bitswire::detail

#endif
