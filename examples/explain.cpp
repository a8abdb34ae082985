// explain: what a BITS error code means. usage: explain 0x80200011 | BG_E_TOO_LARGE | 404 ...
#include <bitswire/bitswire.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

/// A code by its name, as a hexadecimal number, or as an HTTP status of three digits.
std::optional<bitswire::hresult> read_code(std::string_view text) {
    if (const bitswire::hresult_row* row = bitswire::find_hresult(text)) return row->code;
    if (const auto status = bitswire::parse_decimal(text, 599); text.size() == 3 && status.value >= 100) {
        return bitswire::hresult::from_http_status(static_cast<std::uint16_t>(status.value));
    }
    if (const auto code = bitswire::parse_code(text)) return bitswire::hresult{*code};
    return std::nullopt;
}

void print_line(const char* key, std::string_view value) {
    if (!value.empty()) std::printf("  %-9s %s\n", key, std::string(value).c_str());
}

bool explain(std::string_view text) {
    const auto code = read_code(text);
    if (!code) {
        std::fprintf(stderr, "%s: neither a code nor a name\n", std::string(text).c_str());
        return false;
    }
    std::printf("%s\n", std::string(bitswire::write_code(*code).view()).c_str());
    const bitswire::hresult_row* row = bitswire::find_hresult(*code);
    if (row == nullptr) {
        std::printf("  not a BITS code%s\n", code->is_customer() ? "; a vendor's own" : "");
        return true;
    }
    print_line("name", row->name);
    print_line("meaning", row->meaning);
    print_line("source", row->source);
    print_line("BITS", bitswire::name_of(row->treated_as));
    print_line("says", row->treated_as_source);
    return true;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: explain CODE...   a code is 0x80200011, BG_E_TOO_LARGE or an HTTP status\n");
        return 2;
    }
    bool all = true;
    for (int i = 1; i < argc; ++i)
        all = explain(argv[i]) && all;
    return all ? 0 : 1;
}
