// What "with:" of a case of the corpus says, for the reader that the case is for.
#pragma once

#include <bitswire/bitswire.hpp>

#include <optional>
#include <string_view>

template <class Settings>
constexpr std::optional<Settings> corpus_settings(std::string_view with);

template <>
constexpr std::optional<bitswire::read_options> corpus_settings(std::string_view with) {
    constexpr std::string_view lines = "header_lines ";
    bitswire::read_options o;
    if (with == "allow_method_override") {
        o.allow_method_override = true;
    } else if (with == "allow_missing_content_length") {
        o.allow_missing_content_length = true;
    } else if (with.starts_with(lines)) {
        const bitswire::number count = bitswire::parse_decimal(with.substr(lines.size()), UINT32_MAX);
        if (count.status != bitswire::number_status::ok) return std::nullopt;
        o.limits.header_lines = static_cast<std::uint32_t>(count.value);
    } else if (!with.empty()) {
        return std::nullopt;
    }
    return o;
}

template <>
constexpr std::optional<bitswire::ack_options> corpus_settings(std::string_view with) {
    constexpr std::string_view answers = "answers ";
    bitswire::ack_options o{.answers = bitswire::packet_type::ping};
    if (with.empty()) return o;
    if (!with.starts_with(answers)) return std::nullopt;
    const auto type = bitswire::find_packet_type(with.substr(answers.size()));
    if (!type) return std::nullopt;
    o.answers = *type;
    return o;
}

template <>
constexpr std::optional<bitswire::notification_options> corpus_settings(std::string_view with) {
    return with.empty() ? std::optional<bitswire::notification_options>{bitswire::notification_options{}}
                        : std::nullopt;
}
