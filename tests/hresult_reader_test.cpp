// Codes as people write them: spellings from public pages, threads and logs, and what they must be.
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>
#include <bitswire/wire/hresult_reader.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bitswire;

namespace {

struct spelling {
    std::string_view text;
    std::uint32_t code;
    std::uint32_t other = 0; ///< 0: there is none
};

struct mistake {
    std::string_view text;
    errc code;
    std::uint32_t offset;
};

} // namespace

TEST_CASE("L12: codes are read as pages, logs and scripts print them") {
    constexpr spelling spellings[] = {
        // Met in public threads, and on the page of event 61.
        {"0x80072EE7", 0x80072EE7},
        {"-2147012889", 0x80072EE7},
        {"2147954407", 0x80072EE7},
        {"0n2147012889", 0x80072EE7}, // event 61: the page has lost the sign
        {"0n-2147012889", 0x80072EE7},
        {"-0n2147012889", 0x80072EE7},
        {"-2147012889L", 0x80072EE7},
        {"0n-2147012889L", 0x80072EE7},
        {"HRESULT_FROM_WIN32(0x2EE7UL)", 0x80072EE7},
        {"0n2147954407", 0x80072EE7},
        {"2147012889", 0x80072EE7},
        {"80072EE7h", 0x80072EE7},
        {"HRESULT_FROM_WIN32(0X2EE7)", 0x80072EE7},
        {"HRESULT_FROM_WIN32(S_OK)", 0},
        {"05", 0x80070005},
        {"80072ee7H", 0x80072EE7},
        {"0x80200011L", 0x80200011},
        {"0x80200011UL", 0x80200011},
        {"0x80200011u", 0x80200011},
        {"HRESULT: 0x80072EE7", 0x80072EE7},
        {"HRESULT:0x80072EE7", 0x80072EE7},
        {"hresult = 0x80072ee7.", 0x80072EE7},
        {"Exception from HRESULT: 0x80072EE7", 0x80072EE7},
        {"error code: 0x80072EE7;", 0x80072EE7},
        {"Status code 0x80072EE7,", 0x80072EE7},
        {"0x801901AD", 0x801901AD},
        {"0x80190134", 0x80190134},
        {"0x8007001D", 0x8007001D},
        {"(0x80072ee2)", 0x80072EE2},
        {"error error error error error error 5", 0x80070005}, // as many words as there may be
        {"Error (0x80072ee2)", 0x80072EE2},
        {"error(0x80072ee2)", 0x80072EE2},
        {"( 0x80072ee2 ).", 0x80072EE2},
        {"\t 0x80072EE7 \r\n", 0x80072EE7},
        {"0X80072ee7", 0x80072EE7},
        {"x8020001F", 0x8020001F}, // [MC-BUP] prints them so
        {"80072EE7", 0x80072EE7},
        {"F0072EE7h", 0xF0072EE7},
        {"F0072EE7", 0xF0072EE7},
        {"80070005", 0x80070005}, // eight digits are hexadecimal: no failure has so few decimal ones
        {"0xFFFFFFFF80072EE7", 0x80072EE7},
        {"0x0000000080072EE7", 0x80072EE7},
        // Names.
        {"BG_E_TOO_LARGE", 0x80200020},
        {"bg_e_too_large", 0x80200020},
        {"BG_E_SERVER_EXECUTE_ENABLED", 0x80200023},
        {"ERROR_WINHTTP_TIMEOUT", 0x80072EE2},
        {"E_INVALIDARG", 0x80070057},
        {"ERROR_INVALID_PARAMETER", 0x80070057},
        {"ERROR_DISK_FULL", 0x80070070},
        {"HRESULT_FROM_WIN32(ERROR_DISK_FULL)", 0x80070070},
        {"hresult_from_win32( error_disk_full )", 0x80070070},
        {"__HRESULT_FROM_WIN32(ERROR_WINHTTP_TIMEOUT)", 0x80072EE2},
        {"HRESULT_FROM_WIN32(12007)", 0x80072EE7},
        {"HRESULT_FROM_WIN32(0x70)", 0x80070070},
        {"HRESULT_FROM_WIN32(112L)", 0x80070070},
        {"HRESULT_FROM_WIN32(274)", 0x80070112},
        {"HRESULT_FROM_WIN32(0)", 0},
        {"(HRESULT_FROM_WIN32(ERROR_DISK_FULL))", 0x80070070},
        {"BG_E_HTTP_ERROR_404", 0x80190194},
        {"BG_E_HTTP_ERROR_429", 0x801901AD},
        {"bg_e_http_error_599", 0x80190257},
        {"WSAECONNRESET", 0x80072746},
        {"CERT_E_UNTRUSTEDROOT", 0x800B0109},
        {"SEC_E_UNTRUSTED_ROOT", 0x80090325},
        {"S_OK", 0},
        // Small decimal numbers.
        {"0", 0},
        {"12007", 0x80072EE7},
        {"error 12007", 0x80072EE7},
        {"Error code 12007.", 0x80072EE7},
        {"1460", 0x800705B4},
        {"112", 0x80070070},
        {"5", 0x80070005},
        {"5L", 0x80070005},
        {"404", 0x80190194},
        {"503", 0x801901F7},
        {"429", 0x801901AD},
        {"308", 0x80190134},
        {"HTTP 404", 0x80190194},
        {"HTTP status 404", 0x80190194},
        {"HTTP status: 250", 0x801900FA},
        {"300", 0x8019012C, 0x8007012C}, // a redirect, and ERROR_OPLOCK_NOT_GRANTED
        {"206", 0x801900CE, 0x800700CE}, // Partial Content, and ERROR_FILENAME_EXCED_RANGE
        {"534", 0x80190216, 0x80070216},
        {"Win32 error 206", 0x800700CE},
        {"Windows error 404", 0x80070194},
        {"WinHTTP error 12002", 0x80072EE2},
        {"http 206", 0x801900CE},
        {"65535", 0x8007FFFF},
        {"16384", 0x80074000}, // not BITS_MC_JOB_CANCELLED, which shares the facility of statuses
        // What is large is the code itself, and so is what is hexadecimal.
        {"65536", 0x00010000},
        {"2097175", 0x00200017},
        {"4294967295", 0xFFFFFFFF},
        {"-1", 0xFFFFFFFF},
        {"-2147483648", 0x80000000},
        {"2147483648", 0x80000000},
        {"0x0", 0},
        {"0x1", 1},
        {"0x5", 5, 0x80070005},
        {"0x2EE7", 0x2EE7, 0x80072EE7},
        {"0x00000070", 0x70, 0x80070070},
        {"0xFFFF", 0xFFFF},
        {"xF", 0xF, 0x8007000F},
        {"1Fh", 0x1F, 0x8007001F},
        {"0xA0001234", 0xA0001234},
    };
    for (const spelling& s : spellings) {
        CAPTURE(s.text);
        const result<hresult_reading> r = read_hresult(s.text);
        REQUIRE(r.has_value());
        CHECK(r->code.value == s.code);
        CHECK(r->other.value_or(hresult{}).value == s.other);
    }
    static_assert(read_hresult("HRESULT: -2147012889")->code.value == 0x80072EE7);
}

TEST_CASE("L12: what is no code is an error that says where") {
    const std::string long_text(257, ' ');
    const mistake mistakes[] = {
        {"", errc::bad_number, 0},
        {" ", errc::bad_number, 1},
        {"nonsense", errc::bad_number, 0},
        {"error", errc::bad_number, 0},
        {"error:", errc::bad_number, 6},
        {"error nonsense", errc::bad_number, 6},
        {"0x", errc::bad_number, 2},
        {"0xL", errc::bad_number, 2},
        {"x", errc::bad_number, 1},
        {"0x8007G", errc::bad_number, 6},
        {"0x80072EE7 0x80072EE7", errc::bad_number, 11},
        {"0x80072EE7: text", errc::bad_number, 10},
        {"error-5", errc::bad_number, 0},
        {"5~", errc::bad_number, 1},
        {"0x80072EE7..", errc::bad_number, 11},
        {"0x180072EE7", errc::number_overflow, 2},
        {"0xFFFFFFFF00000001", errc::number_overflow, 2},
        {"0x1FFFFFFFF80072EE7", errc::number_overflow, 2},
        {"4294967296", errc::number_overflow, 0},
        {"99999999999999999999999", errc::number_overflow, 0},
        {"-2147483649", errc::number_overflow, 1},
        {"--5", errc::bad_number, 1},
        {"-", errc::bad_number, 1},
        {"+5", errc::bad_number, 0},
        {"0n", errc::bad_number, 2},
        {"0n-", errc::bad_number, 3},
        {"-0n-5", errc::bad_number, 3},
        {"1F", errc::bad_number, 1},
        {"FFh", errc::bad_number, 0},
        {"h", errc::bad_number, 0},
        {"1Gh", errc::bad_number, 1},
        {"8007 2EE7", errc::bad_number, 5},
        {"1,000", errc::bad_number, 2},
        {"(0x80072ee2", errc::bad_number, 11},
        {"0x80072ee2)", errc::bad_number, 10},
        {"((5))", errc::bad_number, 1},
        {"BG_E_", errc::bad_number, 0},
        {"BG_E_TOO_LARGEX", errc::bad_number, 0},
        {"BG_E_HTTP_ERROR_299", errc::bad_number, 0},
        {"BG_E_HTTP_ERROR_600", errc::bad_number, 0},
        {"BG_E_HTTP_ERROR_4x4", errc::bad_number, 0},
        {"HRESULT_FROM_WIN32", errc::bad_number, 18},
        {"HRESULT_FROM_WIN32()", errc::bad_number, 19},
        {"HRESULT_FROM_WIN32(ERROR_DISK_FULL", errc::bad_number, 34},
        {"HRESULT_FROM_WIN32(NO_SUCH)", errc::bad_number, 19},
        {"HRESULT_FROM_WIN32(BG_E_EMPTY)", errc::bad_number, 19},
        {"HRESULT_FROM_WIN32(65536)", errc::number_overflow, 19},
        {"HTTP 99", errc::bad_number, 5},
        {"HTTP 600", errc::bad_number, 5},
        {"error error error error error error error 5", errc::bad_number, 36},
        {std::string_view("5\0", 2), errc::bad_number, 1},
        {"\xc2\xa0"
         "5",
         errc::bad_number, 0},
        {long_text, errc::value_too_long, 256},
    };
    for (const mistake& m : mistakes) {
        CAPTURE(m.text);
        const result<hresult_reading> r = read_hresult(m.text);
        REQUIRE_FALSE(r.has_value());
        CHECK(r.error() == error{m.code, header::none, m.offset});
    }
}

TEST_CASE("L12: each code is read back from its name, its hexadecimal and its decimal numbers") {
    const auto check = [](hresult code) {
        CAPTURE(code.value);
        const hresult_explanation e = explain(code);
        REQUIRE(e.is_known());
        CHECK(e.code == code);
        CHECK(read_hresult(e.name)->code == code);
        CHECK(read_hresult(write_code(code).view())->code == code);
        const std::string decimal = std::to_string(code.value);
        if (code.is_failure()) {
            CHECK(read_hresult(decimal)->code == code);
            CHECK(read_hresult(std::to_string(code.to_signed()))->code == code);
        }
        if (code.to_win32()) {
            CHECK(read_hresult("win32 " + std::to_string(*code.to_win32()))->code == code);
            CHECK(read_hresult("HRESULT_FROM_WIN32(" + std::to_string(*code.to_win32()) + ")")->code == code);
        }
        if (code.to_http_status()) CHECK(read_hresult(std::to_string(*code.to_http_status()))->code == code);
    };
    for (const hresult_row& row : hresult_rows)
        check(row.code);
    for (const win32_row& row : win32_rows)
        check(row.code);
    for (std::uint16_t status = 300; status <= 599; ++status)
        check(hresult::from_http_status(status));
}
