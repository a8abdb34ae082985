// The questions that are asked of text in bulk, beside what each of them means for a single character; and a question
// asked in blocks of every width that this target has.
#pragma once

#include <bitswire/base/ascii.hpp>
#include <bitswire/base/scan.hpp>
#include <bitswire/spec/limits.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

/// Calls `check(Question{}, plainly)` for each.
template <class Check>
void for_each_question(Check check) {
    using namespace bitswire::detail;
    const auto is_any_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    const auto is_invisible = [](char c) { return c <= ' ' || c >= 0x7f; }; // beyond ASCII c is negative, or above
    check(control_character{}, [&](char c) { return is_any_control(c) && c != '\t'; });
    check(not_printable{}, [&](char c) { return is_invisible(c) && c != ' '; });
    check(not_visible{}, is_invisible);
    check(not_in_target{}, [&](char c) { return is_invisible(c) || c == '#'; });
    check(not_in_label{}, [](char c) { return !bitswire::is(bitswire::char_class::label, c) || c == '_'; });
    using in_file_name = one_of<bitswire::forbidden_in_file_names>;
    check(in_file_name{}, [](char c) { return contains(bitswire::forbidden_in_file_names, c); });
    check(colon{}, [](char c) { return c == ':'; });
}

/// Whether a question to `text` from `from` on has the same answer in blocks of every width as one character at a time.
template <class Question, class Plainly>
bool is_answered_alike(Question /*asked*/, Plainly plainly, std::string_view text, std::size_t from) {
    using namespace bitswire::detail;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const char* const expected = std::find_if(begin + from, end, plainly);
    const std::string_view rest = text.substr(from);
    return find_by<Question, byte_blocks>(begin, begin + from, end) == expected &&
           find_by<Question, word_blocks>(begin, begin + from, end) == expected &&
           find_by<Question, name_blocks>(begin, begin + from, end) == expected &&
           find_by<Question, text_blocks>(begin, begin + from, end) == expected &&
           find<Question>(rest) == static_cast<std::size_t>(expected - rest.data()) &&
           has<Question>(rest) == (expected != end) && has<Question, word_blocks>(rest) == (expected != end);
}
