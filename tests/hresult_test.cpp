// The HRESULT table against the two public lists it must equal: mingw-w64's bitsmsg.h and the CSV of this project.
#include "support/files.hpp"
#include "support/print.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace bitswire;

namespace {

bool is_of_bits(std::string_view name) { return name.substr(0, 3) == "BG_" || name.substr(0, 5) == "BITS_"; }

std::map<std::string, std::uint32_t> bits_rows() {
    std::map<std::string, std::uint32_t> rows;
    for (const hresult_row& row : hresult_rows) {
        if (is_of_bits(row.name)) rows.emplace(row.name, row.code.value);
    }
    return rows;
}

std::map<std::string, std::uint32_t> csv_rows(bool only_mingw) {
    std::map<std::string, std::uint32_t> rows;
    std::istringstream in(read_file(tests_dir() / "data" / "hresults.csv"));
    std::string line;
    std::getline(in, line);
    REQUIRE(line.rfind("name,value,documented_page,current_sdk,mingw_w64_header", 0) == 0);
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string name, value, page, sdk, mingw;
        std::getline(fields, name, ',');
        std::getline(fields, value, ',');
        std::getline(fields, page, ',');
        std::getline(fields, sdk, ',');
        std::getline(fields, mingw, '\r');
        if (only_mingw && mingw != "yes") continue;
        rows.emplace(name, static_cast<std::uint32_t>(std::stoul(value, nullptr, 16)));
    }
    return rows;
}

/// Lines of the form `#define BG_E_X __MSABI_LONG(0x80200001)`.
std::map<std::string, std::uint32_t> mingw_rows() {
    std::istringstream in(read_file(BITSWIRE_BITSMSG_H));
    std::map<std::string, std::uint32_t> rows;
    for (std::string line; std::getline(in, line);) {
        std::istringstream words(line);
        std::string define, name, value;
        words >> define >> name >> value;
        const std::size_t digits = value.find("(0x");
        if (define != "#define" || !is_of_bits(name) || digits == std::string::npos) continue;
        rows.emplace(name, static_cast<std::uint32_t>(std::stoul(value.substr(digits + 1), nullptr, 16)));
    }
    return rows;
}

} // namespace

TEST_CASE("hresult: the table equals the complete list of 159 codes, both ways [bits-return-values]") {
    const auto csv = csv_rows(false);
    CHECK(csv.size() == 159);
    CHECK(bits_rows() == csv);
}

TEST_CASE("hresult: the codes marked so equal mingw-w64's bitsmsg.h, both ways") {
    const auto mingw = mingw_rows();
    CHECK(mingw.size() == csv_rows(true).size());
    for (const auto& code : mingw) {
        CAPTURE(code.first);
        const hresult_row* row = find_hresult(code.first);
        REQUIRE(row != nullptr);
        CHECK(row->code.value == code.second);
    }
    for (const auto& code : csv_rows(true)) {
        CAPTURE(code.first);
        CHECK(mingw.count(code.first) == 1);
    }
}

TEST_CASE("hresult: each row is found by value and by name in any letter case") {
    for (const hresult_row& row : hresult_rows) {
        CAPTURE(row.name);
        CHECK(find_hresult(row.code) == &row);
        CHECK(find_hresult(row.name) == &row);
        std::string lower(row.name);
        for (char& c : lower)
            c = to_lower(c);
        CHECK(find_hresult(lower) == &row);
        CHECK(name_of(row.code) == row.name);
    }
}

TEST_CASE("hresult: of the names that a compiler looks at for a literal there are three at the most") {
    std::map<std::uint32_t, int> names;
    for (const hresult_row& row : hresult_rows)
        CHECK(++names[detail::hash_of_hresult_name(row.name.data(), row.name.size())] <= 3);
}

TEST_CASE("hresult: what is not there is not found") {
    std::set<std::uint32_t> known;
    for (const hresult_row& row : hresult_rows)
        known.insert(row.code.value);
    for (std::uint32_t high : {0x00200000U, 0x80190000U, 0x80200000U, 0x80070000U, 0xA0200000U}) {
        for (std::uint32_t low = 0; low < 0x10000; ++low) {
            REQUIRE((find_hresult(hresult{high | low}) != nullptr) == (known.count(high | low) == 1));
        }
    }
    for (const std::string_view name : {"", "BG_E_", "BG_E_NOT_FOUN", "BG_E_NOT_FOUNDX", "S_OKK", "\xff"}) {
        CHECK(find_hresult(name) == nullptr);
    }
    CHECK(name_of(hresult{0xA0001234}).empty());
}

TEST_CASE("hresult: the page's spelling BG_E_SERVER_EXECUTE_ENABLED is an alias [bits-return-values]") {
    const hresult_row* row = find_hresult("bg_e_server_execute_enabled");
    REQUIRE(row != nullptr);
    CHECK(row->name == "BG_E_SERVER_EXECUTE_ENABLE");
    CHECK(row->code.value == 0x80200023);
}

TEST_CASE("hresult: a name that differs in one bit of one letter, but for the case, is not found") {
    for (const hresult_row& row : hresult_rows) {
        for (std::size_t i = 0; i < row.name.size() * 8; ++i) {
            std::string other(row.name);
            other[i / 8] = static_cast<char>(other[i / 8] ^ (1 << (i % 8)));
            const hresult_row* const found = find_hresult(other);
            CAPTURE(other);
            CHECK((found == nullptr || iequals(found->name, other)));
            CHECK((found == &row) == iequals(row.name, other));
        }
    }
}

TEST_CASE("hresult: every row says what it means and where that is from, ordered, no value twice") {
    std::uint32_t before = 0;
    for (const hresult_row& row : hresult_rows) {
        CAPTURE(row.name);
        CHECK((row.code.value > before || row.code.value == 0));
        before = row.code.value;
        CHECK_FALSE(row.meaning.empty());
        CHECK(row.meaning.size() <= 95);
        CHECK(row.meaning.back() != '.');
        CHECK(find_control(row.meaning) == row.meaning.size());
        CHECK_FALSE(row.source.empty());
        CHECK((row.treated_as == disposition::unstated) == row.treated_as_source.empty());
        if (row.treated_as == disposition::success) CHECK(row.code.is_success());
        if (row.code.to_http_status()) CHECK(row.treated_as == disposition::unstated); // rules of job_error.hpp
    }
    CHECK(name_of(disposition::transient) == "transient");
    CHECK(name_of(disposition::waits) == "waits");
}

TEST_CASE("hresult: every mapped Win32 code is the one of its name [winerror.h, winhttp.h]") {
    const std::map<std::string_view, std::uint32_t> expected = {
        {"ERROR_FILE_NOT_FOUND", 2},
        {"ERROR_PATH_NOT_FOUND", 3},
        {"ERROR_DISK_FULL", 112},
        {"274", 274},
        {"ERROR_NOT_LOGGED_ON", 1245},
        {"ERROR_TIMEOUT", 1460},
        {"ERROR_RESOURCE_LANG_NOT_FOUND", 1815},
        {"ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED", 12044},
        {"ERROR_WINHTTP_SECURE_CERT_REV_FAILED", 12057},
        {"ERROR_WINHTTP_SECURE_CERT_REVOKED", 12170},
    };
    std::size_t seen = 0;
    for (const hresult_row& row : hresult_rows) {
        constexpr std::string_view macro = "HRESULT_FROM_WIN32(";
        if (row.name.substr(0, macro.size()) != macro) continue;
        CAPTURE(row.name);
        const std::string_view symbol = row.name.substr(macro.size(), row.name.size() - macro.size() - 1);
        REQUIRE(expected.count(symbol) == 1);
        CHECK(row.code == hresult::from_win32(expected.at(symbol)));
        ++seen;
    }
    CHECK(seen == expected.size());
}

TEST_CASE(
    "hresult: what BITS does with a code, where a page says so [BG_JOB_STATE, life-cycle-of-a-bits-job and others]") {
    const std::map<std::string_view, disposition> expected = {
        {"S_OK", disposition::success},
        {"S_FALSE", disposition::success},
        {"BG_S_ERROR_CONTEXT_NONE", disposition::success},
        {"BG_S_PARTIAL_COMPLETE", disposition::success},
        {"BG_S_UNABLE_TO_DELETE_FILES", disposition::success},
        {"BG_S_PROXY_CHANGED", disposition::success},
        {"BG_S_OVERRIDDEN_BY_POLICY", disposition::success},
        {"BG_E_DESTINATION_LOCKED", disposition::waits},
        {"BG_E_NETWORK_DISCONNECTED", disposition::waits},
        {"BG_E_SESSION_NOT_FOUND", disposition::transient},
        {"BG_E_BLOCKED_BY_POLICY", disposition::waits},
        {"BG_E_BLOCKED_BY_COST_TRANSFER_POLICY", disposition::waits},
        {"BG_E_BLOCKED_BY_BATTERY_SAVER", disposition::waits},
        {"BG_E_BLOCKED_BY_GAME_MODE", disposition::waits},
        {"BG_E_BLOCKED_BY_BATTERY_POLICY", disposition::waits},
        {"BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY", disposition::waits},
        {"BG_E_BLOCKED_BY_SYSTEM_POLICY", disposition::waits},
        {"BG_E_STANDBY_MODE", disposition::waits},
        {"HRESULT_FROM_WIN32(ERROR_NOT_LOGGED_ON)", disposition::waits},
        {"E_ACCESSDENIED", disposition::fatal},
        {"E_INVALIDARG", disposition::fatal},
        {"BG_E_TOO_LARGE", disposition::fatal},
        {"BG_E_INVALID_PROXY_INFO", disposition::fatal},
        {"HRESULT_FROM_WIN32(ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED)", disposition::fatal},
        {"BG_E_MISSING_FILE_SIZE", disposition::fatal},
        {"BG_E_INSUFFICIENT_HTTP_SUPPORT", disposition::fatal},
        {"BG_E_INSUFFICIENT_RANGE_SUPPORT", disposition::fatal},
        {"BG_E_INVALID_SERVER_RESPONSE", disposition::fatal},
        {"BG_E_LOCAL_FILE_CHANGED", disposition::fatal},
        {"BG_E_INVALID_RANGE", disposition::fatal},
        {"BG_E_VALIDATION_FAILED", disposition::fatal},
        {"BG_E_MAXDOWNLOAD_TIMEOUT", disposition::fatal},
        {"BG_E_TOKEN_REQUIRED", disposition::fatal},
        {"HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REV_FAILED)", disposition::fatal},
        {"HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REVOKED)", disposition::fatal},
    };
    std::map<std::string_view, disposition> stated;
    for (const hresult_row& row : hresult_rows) {
        if (row.treated_as != disposition::unstated && row.treated_as_source != "does not pass by itself")
            stated.emplace(row.name, row.treated_as);
    }
    CHECK(stated.size() == expected.size());
    for (const auto& [name, treated_as] : expected) {
        const std::string_view code = name;
        CAPTURE(code);
        REQUIRE(stated.count(code) == 1);
        CHECK(stated.at(code) == treated_as);
    }
}

TEST_CASE("hresult: the page's name BG_E_FILE_CHANGED is that of a local file that changed [AddFile]") {
    const hresult_row* row = find_hresult("BG_E_FILE_CHANGED");
    REQUIRE(row != nullptr);
    CHECK(row->name == "BG_E_LOCAL_FILE_CHANGED");
    CHECK(row->code.value == 0x8020001D);
}

TEST_CASE("hresult: parts of a value [MS-ERREF 2.1]") {
    constexpr hresult h = "BG_E_SESSION_NOT_FOUND"_hresult;
    static_assert(h.value == 0x8020001F && h.is_failure() && !h.is_success() && !h.is_customer());
    static_assert(h.facility() == hresult_facility::bits && h.code() == 0x1f);
    static_assert("BG_S_PARTIAL_COMPLETE"_hresult.is_success());
    for (const hresult_row& row : hresult_rows)
        CHECK_FALSE(row.code.is_customer()); // [MC-BUP] 1.8: the bit is a vendor's
    CHECK(hresult{0xA0001234}.is_customer());
    CHECK(hresult{0x20000000}.is_customer());
    static_assert("S_OK"_hresult == hresult{} && "E_NOTIMPL"_hresult < "E_INVALIDARG"_hresult);
}

TEST_CASE("hresult: HRESULT_FROM_WIN32 and back [winerror.h]") {
    CHECK(hresult::from_win32(112) == "HRESULT_FROM_WIN32(ERROR_DISK_FULL)"_hresult);
    CHECK(hresult::from_win32(5) == "E_ACCESSDENIED"_hresult);
    CHECK(hresult::from_win32(87) == "E_INVALIDARG"_hresult);
    CHECK(hresult::from_win32(0) == "S_OK"_hresult);
    CHECK(hresult::from_win32(0x8020001F).value == 0x8020001F);
    CHECK(hresult::from_win32(112).to_win32() == 112);
    CHECK(hresult::from_win32(112).facility() == hresult_facility::win32);
    CHECK_FALSE(hresult{0x8020001F}.to_win32());
    CHECK_FALSE(hresult{0}.to_win32());
    CHECK_FALSE(hresult{0x00070070}.to_win32());
}

TEST_CASE("hresult: HTTP status and back [bits-return-values]") {
    for (const std::uint16_t status : std::initializer_list<std::uint16_t>{100, 404, 416, 599}) {
        CHECK(hresult::from_http_status(status).to_http_status() == status);
    }
    CHECK(hresult::from_http_status(404) == "BG_E_HTTP_ERROR_404"_hresult);
    CHECK_FALSE("BITS_MC_JOB_CANCELLED"_hresult.to_http_status()); // same facility, no status
    CHECK_FALSE(hresult{0x80190000}.to_http_status());
    CHECK_FALSE(hresult{0x80200001}.to_http_status());
}

TEST_CASE("hresult: disk full is recognised in both prints [MC-BUP 2.2.1.2]") {
    CHECK(find_hresult(hresult{0x80070070}) != nullptr);
    CHECK(find_hresult(hresult{0x80070112}) != nullptr);
}

TEST_CASE("error context: names and numbers [BG_ERROR_CONTEXT]") {
    CHECK(name_of(error_context::none) == "BG_ERROR_CONTEXT_NONE");
    CHECK(name_of(error_context::remote_file) == "BG_ERROR_CONTEXT_REMOTE_FILE");
    CHECK(static_cast<int>(error_context::remote_application) == 7);
    CHECK(name_of(error_context::server_certificate_callback) == "BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK");
    CHECK(name_of(static_cast<error_context>(9)).empty());
    CHECK(name_of(static_cast<error_context>(UINT32_MAX)).empty());
}
