// What can be wrong with one fact by the smallest step: a number by one, an enumerator by its neighbours, a set by a
// member, a cell of the presence matrix by a letter. Texts are left alone, since nothing is decided by them.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bitswire/bitswire.hpp>
#include <bitswire/wire/hresult_reader.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mutation {

struct flip {
    std::string text; ///< `status 403 -> 404`
    std::function<void()> apply;
};

inline std::string text_of(bool b) { return b ? "true" : "false"; }
inline std::string text_of(std::unsigned_integral auto n) { return std::to_string(n); }
inline std::string text_of(bitswire::hresult h) {
    return std::string(name_of(h).empty() ? bitswire::write_code(h).view() : name_of(h));
}
template <class Enum>
requires std::is_enum_v<Enum> std::string text_of(Enum e) { return std::string(bitswire::enum_name(e)); }

template <class Enum>
std::string text_of(const bitswire::enum_set<Enum>& set) {
    std::string text;
    for (std::size_t i = 0; i < bitswire::enumerator_count<Enum>; ++i) {
        if (set.contains(static_cast<Enum>(i)))
            text.append(text.empty() ? 0 : 1, ' ').append(text_of(static_cast<Enum>(i)));
    }
    return text;
}

/// The flips of one row.
class flips {
  public:
    [[nodiscard]] const std::vector<flip>& all() const noexcept { return all_; }

    template <class T>
    void to(const std::string& what, T& place, const T& value) {
        all_.push_back({what + ' ' + text_of(place) + " -> " + text_of(value), [&place, value] { place = value; }});
    }
    void number(const std::string& what, std::unsigned_integral auto& place) {
        using number_type = std::remove_reference_t<decltype(place)>;
        if (place != 0) to(what, place, static_cast<number_type>(place - 1));
        if (place != static_cast<number_type>(-1)) to(what, place, static_cast<number_type>(place + 1));
    }
    void number(const std::string& what, bitswire::hresult& place) {
        if (place.value != 0) to(what, place, bitswire::hresult{place.value - 1});
        if (place.value != UINT32_MAX) to(what, place, bitswire::hresult{place.value + 1});
    }
    void number(const std::string& what, bool& place) { to(what, place, !place); }
    template <class Enum>
    void neighbours(const std::string& what, Enum& place) {
        constexpr std::size_t count = bitswire::enumerator_count<Enum>;
        const auto at = static_cast<std::size_t>(place);
        to(what, place, static_cast<Enum>((at + 1) % count));
        if (count > 2) to(what, place, static_cast<Enum>((at + count - 1) % count));
    }
    /// Each member taken out, each other one put in.
    template <class Enum>
    void members(const std::string& what, bitswire::enum_set<Enum>& place) {
        using set = bitswire::enum_set<Enum>;
        using bits = decltype(set{}.bits());
        for (std::size_t i = 0; i < bitswire::enumerator_count<Enum>; ++i) {
            const auto changed = std::bit_cast<set>(std::bit_cast<bits>(place) ^ bits{1} << i);
            const char* const how = place.contains(static_cast<Enum>(i)) ? " without " : " with ";
            all_.push_back({what + how + text_of(static_cast<Enum>(i)), [&place, changed] { place = changed; }});
        }
    }
    /// A row of the presence matrix: each cell a letter up and a letter down.
    void presence_row(std::string_view& place) {
        std::size_t kind = 0;
        for (std::size_t i = 0; i < place.size(); ++i) {
            if (place[i] == ' ') continue;
            constexpr std::string_view letters = ".sroSR";
            const std::size_t at = letters.find(place[i]);
            const std::string what = text_of(static_cast<bitswire::message_kind>(kind++));
            if (at > 0) letter(what, place, i, letters[at - 1]);
            if (at + 1 < letters.size()) letter(what, place, i, letters[at + 1]);
        }
    }
    template <class State>
    void target(bitswire::target_state<State>& place, const bitswire::enum_set<State>& from) {
        std::size_t first = 0;
        while (!from.contains(static_cast<State>(first)))
            ++first;
        constexpr std::size_t count = bitswire::enumerator_count<State>;
        const auto to = static_cast<std::size_t>(place.from(static_cast<State>(first)));
        for (const std::size_t step : {std::size_t{1}, count - 1}) {
            const auto other = static_cast<State>((to + step) % count);
            all_.push_back({"to " + text_of(static_cast<State>(to)) + " -> " + text_of(other),
                            [&place, other] { place = other; }});
        }
    }
    void row_removed(auto& from) {
        all_.push_back({"removed", [&from] { from = {}; }});
    }

  private:
    void letter(const std::string& what, std::string_view& place, std::size_t at, char to) {
        all_.push_back({what + ' ' + place[at] + " -> " + to, [&place, at, to] {
                            static std::string changed;
                            changed = place;
                            changed[at] = to;
                            place = changed;
                        }});
    }

    std::vector<flip> all_;
};

} // namespace mutation
