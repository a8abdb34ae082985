// Content-Range, beside a second reader that is written in another way, and as a part of a Fragment and back.
#include "fuzz.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <charconv>
#include <optional>

using namespace bitswire;

namespace {

/// Whether it is a range, and which: the grammar of RFC 9110 14.4, as simple as can be.
std::optional<content_range> read_simply(std::string_view text) {
    constexpr std::string_view unit = "bytes";
    if (!iequals(text.substr(0, unit.size()), unit)) return std::nullopt;
    text.remove_prefix(unit.size());
    const std::size_t blanks = text.find_first_not_of(" \t");
    if (blanks == 0 || blanks == std::string_view::npos) return std::nullopt;
    text.remove_prefix(blanks);
    if (text == "*/0") return content_range{};
    std::array<std::uint64_t, 3> numbers{};
    constexpr std::array<char, 3> ends = {'-', '/', '\0'};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const char* const end = text.data() + text.size();
        const auto [stop, problem] = std::from_chars(text.data(), end, numbers[i]); // takes no sign and no blank
        if (problem != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
        if (text.substr(0, 1) != std::string_view(&ends[i], ends[i] == '\0' ? 0 : 1)) return std::nullopt;
        if (!text.empty()) text.remove_prefix(1);
    }
    const auto [first, last, total] = numbers;
    if (first > last || last >= total) return std::nullopt;
    return content_range{first, last - first + 1, total};
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    const auto range = parse_content_range(bytes.view());
    const auto expected = read_simply(bytes.view());
    FUZZ_CHECK(range.has_value() == expected.has_value(), "a range is one by the grammar, or is none");
    if (!range) {
        FUZZ_CHECK(range.error().offset <= size, "an error is within the input");
        FUZZ_CHECK(range.error().in == header::content_range, "an error names the header");
        return 0;
    }
    FUZZ_CHECK(*range == *expected, "a range is what the grammar says");
    FUZZ_CHECK(range->is_valid() && range->end() <= range->total_bytes, "a range that was read is valid");

    const upload_request r{
        .type = packet_type::fragment, .target = "/", .host = "host", .session_id = "{1}", .range = *range};
    std::array<char, 512> out{};
    const auto written = write_message(r, out);
    FUZZ_CHECK(written.has_value(), "a range that was read can be written");
    const auto value = find_field({out.data(), *written}, name_of(header::content_range));
    FUZZ_CHECK(value && parse_content_range(*value) && *parse_content_range(*value) == *range,
               "a range that was written reads back equal");
    return 0;
}
