// The table of Win32, WinHTTP, security and HTTP codes against mingw-w64's headers, and what is said of any code.
#include "support/files.hpp"
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>
#include <bitswire/spec/explain_hresult.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace bitswire;

namespace {

/// The codes of a header of mingw-w64, as HRESULTs: `#define X 5`, `__MSABI_LONG(5)`, `_HRESULT_TYPEDEF_(0x80004005)`,
/// `(WINHTTP_ERROR_BASE + 2)`.
std::map<std::string, std::uint32_t> codes_of(const char* path) {
    const std::map<std::string, std::uint32_t> bases = {
        {"(WINHTTP_ERROR_BASE", 12000}, {"(INTERNET_ERROR_BASE", 12000}, {"(WSABASEERR", 10000}};
    std::istringstream in(read_file(path));
    std::map<std::string, std::uint32_t> codes;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string define, name, value, plus, offset;
        words >> define >> name >> value >> plus >> offset;
        if (define != "#define" || value.empty()) continue;
        const auto base = bases.find(value);
        const std::string digits = base != bases.end() && plus == "+"          ? offset
                                   : value.rfind("__MSABI_LONG(", 0) == 0      ? value.substr(13)
                                   : value.rfind("_HRESULT_TYPEDEF_(", 0) == 0 ? value.substr(18)
                                                                               : value;
        if (digits.empty() || digits[0] < '0' || digits[0] > '9') continue;
        auto number = static_cast<std::uint32_t>(std::stoul(digits, nullptr, 0));
        if (base != bases.end()) number += base->second;
        codes.emplace(name, hresult::from_win32(number).value);
    }
    return codes;
}

const std::map<std::string, std::uint32_t>& winerror() {
    static const auto codes = codes_of(BITSWIRE_WINERROR_H);
    return codes;
}
const std::map<std::string, std::uint32_t>& winhttp() {
    static const auto codes = codes_of(BITSWIRE_WINHTTP_H);
    return codes;
}
const std::map<std::string, std::uint32_t>& wininet() {
    static const auto codes = codes_of(BITSWIRE_WININET_H);
    return codes;
}

} // namespace

TEST_CASE("L12: every Win32, WinHTTP and security code has the value of its name in the header that is named") {
    CHECK(winerror().size() > 2000); // or the headers were read wrongly
    CHECK(winhttp().size() > 100);
    for (const win32_row& row : win32_rows) {
        const std::string name(row.name);
        CAPTURE(name);
        const std::string_view header = explain(row.code).source;
        const bool is_second_name = find_hresult(row.code) != nullptr; // ERROR_ACCESS_DENIED of E_ACCESSDENIED
        const auto& codes = name.rfind("ERROR_WINHTTP_", 0) == 0    ? winhttp()
                            : name.rfind("ERROR_INTERNET_", 0) == 0 ? wininet()
                                                                    : winerror();
        REQUIRE(codes.count(name) == 1);
        CHECK(codes.at(name) == row.code.value);
        if (!is_second_name) {
            CHECK(header == (&codes == &winhttp() ? "winhttp.h" : &codes == &wininet() ? "wininet.h" : "winerror.h"));
            CHECK(explain(row.code).name == row.name);
            CHECK(explain(row.code).meaning == row.meaning);
        }
        CHECK(find_code(row.name) == row.code);
    }
    // The mapped codes of the other table, too.
    for (const hresult_row& row : hresult_rows) {
        const std::string name(detail::without_macro(row.name));
        if (row.code.is_success() || name.substr(0, 3) == "BG_" || name.substr(0, 5) == "BITS_" || name == "274")
            continue;
        CAPTURE(name);
        const auto& codes = name.rfind("ERROR_WINHTTP_", 0) == 0 ? winhttp() : winerror();
        REQUIRE(codes.count(name) == 1);
        CHECK(codes.at(name) == row.code.value);
    }
}

TEST_CASE("L12: every error code of winhttp.h has a row, and every code of sockets, certificates and trust") {
    std::size_t seen = 0;
    for (const auto& code : winhttp()) {
        if (code.first.rfind("ERROR_WINHTTP_", 0) != 0) continue;
        CAPTURE(code.first);
        CHECK(explain(hresult{code.second}).name == code.first);
        ++seen;
    }
    CHECK(seen == 53);
    for (const auto& code : winerror()) {
        const std::string& name = code.first;
        const bool is_socket = name.rfind("WSA", 0) == 0 && name != "WSABASEERR" && code.second <= 0x80072AFC; // 11004
        if (!is_socket && name.rfind("CERT_E_", 0) != 0 && name.rfind("TRUST_E_", 0) != 0) continue;
        CAPTURE(name);
        CHECK(find_code(name) == hresult{code.second});
        ++seen;
    }
    CHECK(seen > 53 + 50 + 20);
    // What a transfer meets, by number: the list of the issue.
    for (const std::uint32_t win32 :
         {2U,    3U,    5U,    0x57U, 0x70U, 0x1DU, 0x20U, 0x35U, 0x40U, 0x43U,  0x4CFU, 0x4DDU, 0x4C7U, 0x79U, 0x7BU,
          0xA1U, 0xCEU, 0x13U, 0x15U, 0x17U, 0x1FU, 0x27U, 0x50U, 0xB7U, 0x5B4U, 0x4D5U, 12007U, 12031U, 10054U}) {
        CAPTURE(win32);
        CHECK(explain(hresult::from_win32(win32)).is_known());
    }
}

TEST_CASE("L12: the rows are ordered, and each is said in one plain line") {
    std::uint32_t before = 0;
    std::set<std::string_view> names;
    for (const win32_row& row : win32_rows) {
        CAPTURE(row.name);
        CHECK(row.code.value > before);
        before = row.code.value;
        CHECK(names.insert(row.name).second);
        CHECK(row.code.is_failure());
        CHECK_FALSE(row.meaning.empty());
        CHECK(row.meaning.size() <= 95);
        CHECK(row.meaning.back() != '.');
        CHECK(find_control(row.meaning) == row.meaning.size());
        if (const hresult_row* other = find_hresult(row.code)) CHECK(other->name.substr(0, 2) == "E_");
    }
    std::uint16_t last = 299;
    for (const status_row& row : status_rows) {
        CAPTURE(row.status);
        CHECK(row.status > last);
        last = row.status;
        CHECK_FALSE(row.meaning.empty());
        CHECK(row.meaning.size() <= 95);
        CHECK(row.source.substr(0, 4) == "RFC ");
        CHECK(find_hresult(hresult::from_http_status(row.status)) == nullptr); // bitsmsg.h has no name for it
    }
    CHECK(last < 600);
}

TEST_CASE("L12: every HTTP status from 300 to 599 has a name by rule, a meaning, and what a job does") {
    for (std::uint16_t status = 300; status <= 599; ++status) {
        CAPTURE(status);
        const hresult code = hresult::from_http_status(status);
        const hresult_explanation e = explain(code);
        CHECK(e.name == "BG_E_HTTP_ERROR_" + std::to_string(status));
        CHECK_FALSE(e.meaning.empty());
        CHECK_FALSE(e.source.empty());
        CHECK(find_code(e.name) == code);
        const disposition d = disposition_of({code, error_context::remote_file, status});
        CHECK((d == disposition::fatal || d == disposition::transient));
    }
    CHECK(explain(hresult{0x801901AD}).meaning.substr(0, 17) == "Too Many Requests");
    CHECK(explain(hresult{0x801901AD}).source == "RFC 6585 4");
    // The statuses of the registry that bitsmsg.h has no name for.
    std::set<std::uint16_t> named;
    for (const status_row& row : status_rows)
        named.insert(row.status);
    CHECK(named == std::set<std::uint16_t>{306, 308, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, 506, 507,
                                           508, 510, 511});
    CHECK(explain(hresult{0x80190134}).meaning.substr(0, 18) == "Permanent Redirect");
    CHECK(explain(hresult{0x801901AF}).meaning.substr(0, 31) == "Request Header Fields Too Large");
    CHECK(explain(hresult{0x801901C3}).meaning.substr(0, 29) == "Unavailable For Legal Reasons");
    CHECK(explain(hresult{0x801901FF}).meaning.substr(0, 31) == "Network Authentication Required");
    CHECK(explain(hresult{0x80190190}).source == "bits-return-values"); // where the SDK has a name, its row
    CHECK(explain(hresult{0x80190140}).meaning.find("3xx") != std::string_view::npos);
    CHECK(explain(hresult{0x801901F2}).meaning.find("4xx") != std::string_view::npos);
    CHECK(explain(hresult{0x80190257}).meaning.find("5xx") != std::string_view::npos);
    CHECK_FALSE(explain(hresult{0x80190258}).is_known());
    CHECK_FALSE(explain(hresult{0x8019012B}).is_known());
}

TEST_CASE("L12: of a code that nobody knows its parts are told [MS-ERREF 2.1]") {
    constexpr hresult vendor{0xA0201234};
    static_assert(!explain(vendor).is_known() && explain(vendor).code == vendor && explain(vendor).meaning.empty());
    CHECK(vendor.is_customer());
    CHECK(explain(vendor).name.data() != nullptr); // a text that can be printed, though an empty one
    CHECK(find_facility(vendor) == nullptr);       // the facilities of vendors are their own
    CHECK(find_facility(hresult{0x80201234})->name == "FACILITY_BACKGROUNDCOPY");
    CHECK(find_facility(hresult{0x00070005})->name == "FACILITY_WIN32");
    CHECK(find_facility(hresult{0x80240022})->name == "FACILITY_WINDOWSUPDATE");
    CHECK(find_facility(hresult{0x80091234})->name == "FACILITY_SECURITY");
    CHECK(find_facility(hresult{0x87FF0000}) == nullptr);
    CHECK(find_facility(hresult{0xD0000022}) == nullptr);
    CHECK(hresult{0xD0000022}.is_ntstatus());
    CHECK(hresult{0xD0000022}.to_ntstatus() == 0xC0000022);
    CHECK_FALSE(hresult{0xC0000022}.to_ntstatus());
    CHECK(hresult{0x80072EE7}.to_signed() == -2147012889);
    CHECK(hresult{0x80072EE7}.code() == 12007);
}

TEST_CASE("L12: facilities have the numbers of winerror.h") {
    std::map<std::string, std::uint32_t> facilities;
    std::istringstream in(read_file(BITSWIRE_WINERROR_H));
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string define, name, value;
        words >> define >> name >> value;
        if (define == "#define" && name.rfind("FACILITY_", 0) == 0 && value.substr(0, 2) != "0x")
            facilities.emplace(name, static_cast<std::uint32_t>(std::stoul(value)));
    }
    CHECK(facilities.size() > 25);
    std::set<std::uint32_t> numbers;
    for (const facility_row& row : facility_rows) {
        const std::string name(row.name);
        CAPTURE(name);
        REQUIRE(facilities.count(name) == 1);
        CHECK(facilities.at(name) == row.facility);
        CHECK(numbers.insert(row.facility).second);
        CHECK_FALSE(row.meaning.empty());
    }
    for (const auto& [name, number] : facilities) {
        if (number <= 0x7ff) CHECK(numbers.count(number) == 1);
    }
    CHECK(numbers.count(static_cast<std::uint32_t>(hresult_facility::bits)) == 1);
}

TEST_CASE("L12: names are found in any letter case, and others are not") {
    CHECK(find_code("error_winhttp_timeout") == hresult{0x80072EE2});
    CHECK(find_code("HRESULT_FROM_WIN32(ERROR_WINHTTP_TIMEOUT)") == hresult{0x80072EE2});
    CHECK(find_code("ERROR_FILE_NOT_FOUND") == hresult{0x80070002});
    CHECK(find_code("BG_E_FILE_CHANGED") == hresult{0x8020001D});
    for (const std::string_view name :
         {"", "ERROR_", "ERROR_WINHTTP_TIMEOU", "ERROR_WINHTTP_TIMEOUTS", "HRESULT_FROM_WIN32()", "HRESULT_FROM_WIN32(",
          "BG_E_HTTP_ERROR_", "BG_E_HTTP_ERROR_4294967600", "BG_E_HTTP_ERROR_+99", "274 "})
        CHECK_FALSE(find_code(name));
}
