// A code as people write it, beside std::from_chars, and from what is read to each of its spellings and back.
#include "fuzz.hpp"

#include <bitswire/bitswire.hpp>
#include <bitswire/wire/hresult_reader.hpp>

#include <charconv>
#include <string>

using namespace bitswire;

namespace {

template <class Change>
std::string changed(std::string_view text, Change change) {
    std::string out(text);
    for (char& c : out)
        c = change(c);
    return out;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

void check_spelling(std::string_view spelling, hresult code) {
    const exact_bytes bytes(spelling);
    const auto reading = read_hresult(bytes.view());
    FUZZ_CHECK(reading.has_value() && reading->code == code, "each spelling of a code reads back equal");
}

void check_code(hresult code) {
    check_spelling(write_code(code).view(), code);
    check_spelling("HRESULT: " + std::string(write_code(code).view()) + "L.", code);
    const hresult_explanation e = explain(code);
    FUZZ_CHECK(e.code == code && e.is_known() == !e.meaning.empty() && e.is_known() == !e.source.empty(),
               "what is known has a name, a meaning and a source");
    if (e.is_known()) check_spelling(e.name, code);
    if (code.is_success()) return;
    check_spelling(std::to_string(code.value), code);
    check_spelling(std::to_string(code.to_signed()), code);
    check_spelling("0n" + std::to_string(code.to_signed()), code);
    check_spelling('(' + std::string(write_code(code).view().substr(2)) + "h)", code);
    check_spelling(write_code(code).view().substr(2), code);
    if (code.to_win32() && *code.to_win32() != 0) check_spelling("win32 " + std::to_string(*code.to_win32()), code);
    if (code.to_http_status()) check_spelling("http " + std::to_string(*code.to_http_status()), code);
}

/// Plain numbers, as the standard library reads them.
void check_plain(std::string_view text, const result<hresult_reading>& reading) {
    const bool is_hexadecimal = text.starts_with("0x");
    const std::string_view digits = is_hexadecimal ? text.substr(2) : text;
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, value, is_hexadecimal ? 16 : 10);
    if (digits.empty() || stop != end || problem != std::errc{} || digits[0] == '-') return;
    FUZZ_CHECK(reading.has_value(), "a plain number is a code");
    const bool is_raw = is_hexadecimal || (value & 0x80000000U) != 0;
    if (is_raw && (is_hexadecimal || digits.size() != 8))
        FUZZ_CHECK(reading->code.value == value, "a large number is the code itself");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    const auto reading = read_hresult(bytes.view());
    check_plain(bytes.view(), reading);
    for (const std::string& other : {changed(bytes.view(), to_lower), changed(bytes.view(), upper)}) {
        const exact_bytes again(other);
        const auto same = read_hresult(again.view());
        FUZZ_CHECK(same.has_value() == reading.has_value() && same.error() == reading.error(),
                   "letter case makes no difference");
        if (reading) FUZZ_CHECK(*same == *reading, "letter case makes no difference");
    }
    if (!reading) {
        FUZZ_CHECK(reading.error().offset <= size, "an error is within the input");
        FUZZ_CHECK(reading.error().in == header::none, "an error names no header");
        return 0;
    }
    if (size + 2 <= max_hresult_text_size) {
        const exact_bytes wider(' ' + std::string(bytes.view()) + '\t');
        FUZZ_CHECK(read_hresult(wider.view()).has_value() && *read_hresult(wider.view()) == *reading,
                   "blanks around a code make no difference");
    }
    if (reading->other) FUZZ_CHECK(explain(*reading->other).is_known(), "the other reading has a name");
    check_code(reading->code);
    return 0;
}
