// BITS-Supported-Protocols: each line of the input is a line of the header. Beside it a second reader that splits and
// reads in another way; and each GUID written and read back.
#include "fuzz.hpp"

#include <bitswire/bitswire.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

using namespace bitswire;

namespace {

/// A GUID's 32 digits in lower case; empty: it is none.
std::string digits_of(std::string_view token) {
    if (token.size() == 38 && token.front() == '{' && token.back() == '}') token = token.substr(1, 36);
    if (token.size() != 36) return {};
    std::string digits;
    for (std::size_t i = 0; i < token.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        const auto c = static_cast<unsigned char>(token[i]);
        if (is_dash ? c != '-' : std::isxdigit(c) == 0) return {};
        if (!is_dash) digits += static_cast<char>(std::tolower(c));
    }
    return digits;
}

void check_guid(const guid& g, const std::string& digits) {
    for (const guid_style style : {guid_style::braces_lower, guid_style::braces_upper}) {
        const auto text = write_guid(g, style);
        const exact_bytes written({text.data(), text.size()});
        FUZZ_CHECK(digits_of(written.view()) == digits, "a GUID is its digits");
        FUZZ_CHECK(parse_guid(written.view()) && *parse_guid(written.view()) == g, "a GUID reads back equal");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    std::string_view left = bytes.view();
    protocol_list_view list;
    std::vector<std::string> expected; // up to the first that is none
    bool all_good = true;
    while (!left.empty()) {
        const std::string_view line = take_line(left);
        const bool room = list.line_count() < max_list_lines;
        FUZZ_CHECK(list.add_line(line) == room, "there is room for so many lines");
        if (!room) break;
        for (std::size_t at = 0; all_good && at < line.size();) {
            const std::size_t end = std::min(line.find_first_of(", \t", at), line.size());
            const std::string_view token = line.substr(at, end - at);
            at = end + 1;
            if (token.empty()) continue;
            const std::string digits = digits_of(token);
            all_good = !digits.empty() && expected.size() < max_supported_protocols;
            if (all_good) expected.push_back(digits);
        }
    }
    std::size_t count = 0;
    const error problem = list.for_each([&](const guid& g) {
        FUZZ_CHECK(count < expected.size(), "no GUID comes from nowhere");
        check_guid(g, expected[count++]);
    });
    FUZZ_CHECK(count == expected.size(), "each GUID is seen, in order");
    FUZZ_CHECK(!problem == (all_good && count != 0), "a list is good if all of it is");
    bool is_in_a_line = list.empty();
    for (std::size_t i = 0; i < list.line_count(); ++i)
        is_in_a_line = is_in_a_line || problem.offset <= list.line(i).size();
    FUZZ_CHECK(!problem || is_in_a_line, "an error is within a line");

    const auto wire = write_guid(bits_upload_protocol, guid_style::braces_lower);
    const std::string mine = digits_of({wire.data(), wire.size()});
    const bool named = std::find(expected.begin(), expected.end(), mine) != expected.end();
    FUZZ_CHECK(list.contains(bits_upload_protocol) == (named && !problem), "a good list contains what it names");
    return 0;
}
