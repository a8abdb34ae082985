// explain: what an error code of BITS, Windows or HTTP means, and what a job does about it.
//
// SPDX-License-Identifier: BSL-1.0
#include <bitswire/spec/explain_hresult.hpp>
#include <bitswire/spec/job_error.hpp>
#include <bitswire/wire/hresult_reader.hpp>
#include <bitswire/wire/hresult_text.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using bitswire::error_context;
using bitswire::hresult;
using bitswire::hresult_explanation;
using json = nlohmann::ordered_json;

enum exit_code : int { exit_done = 0, exit_not_a_code = 1, exit_wrong_usage = 2 };

/// Where an error of a job happens, and what the columns of `--csv` and the members of `--json` are called.
struct place {
    error_context context;
    std::string_view key;
    std::string_view text;
};
constexpr place places[] = {
    {error_context::general_transport, "job_transport", "on the way"},
    {error_context::remote_file, "job_server", "at the server"},
    {error_context::remote_application, "job_application", "in the application behind the server"},
    {error_context::local_file, "job_local_file", "with the local file"},
    {error_context::general_queue_manager, "job_itself", "with the job itself"},
};

std::string_view disposition_at(hresult code, const place& p) {
    if (code.is_success()) return "success";
    return bitswire::name_of(bitswire::disposition_of({code, p.context}));
}

std::string hexadecimal(hresult code) { return std::string(bitswire::write_code(code).view()); }

std::string_view severity(hresult code) { return code.is_failure() ? "failure" : "success"; }

std::string facility_name(hresult code) {
    if (const bitswire::facility_row* row = bitswire::find_facility(code)) return std::string(row->name);
    return {};
}

/// As a sentence of its own.
std::string facility_text(hresult code) {
    const std::string number =
        std::string(bitswire::number_text::hexadecimal(static_cast<std::uint64_t>(code.facility()), 1).view());
    if (code.is_customer()) return number + " of a vendor";
    if (code.is_ntstatus()) return number + " of NTSTATUS " + hexadecimal({*code.to_ntstatus()});
    const bitswire::facility_row* row = bitswire::find_facility(code);
    if (row == nullptr) return number + ", which has no name here";
    return number + " " + std::string(row->name) + ": " + std::string(row->meaning);
}

/// What a code is of that no table has.
std::string unknown_text(hresult code) {
    if (code.is_customer()) return "not known: a vendor's own code";
    if (code.is_ntstatus()) return "not known: a kernel status (NTSTATUS) in the form of an HRESULT";
    if (code.to_win32()) return "not known: Win32 error " + std::to_string(*code.to_win32());
    if (code.is_success()) return "not known: some kind of success";
    return "not known";
}

/// One line for all places that fare alike.
void print_job(hresult code) {
    if (code.is_success()) {
        std::printf("  %-9s %s\n", "job", "continues: the code is no error");
        return;
    }
    std::vector<std::pair<bitswire::remedy, std::string>> lines;
    for (const place& p : places) {
        const bitswire::remedy what = bitswire::job_error{code, p.context}.what_to_do();
        const auto same = std::find_if(lines.begin(), lines.end(), [what](const auto& l) { return l.first == what; });
        if (same == lines.end()) {
            lines.emplace_back(what, p.text);
        } else {
            same->second.append(", ").append(p.text);
        }
    }
    for (const auto& [what, where] : lines) {
        std::string line(bitswire::row_of(what).text);
        if (lines.size() != 1) line.append(" (if it happened ").append(where).append(")");
        std::printf("  %-9s %s\n", "job", line.c_str());
    }
}

void print_line(const char* key, std::string_view value) {
    if (!value.empty()) std::printf("  %-9s %s\n", key, std::string(value).c_str());
}

void print_code(hresult code) {
    const hresult_explanation e = bitswire::explain(code);
    std::printf("%s%s%s\n", hexadecimal(code).c_str(), e.is_known() ? " " : "", std::string(e.name).c_str());
    print_line("meaning", e.is_known() ? std::string(e.meaning) : unknown_text(code));
    const std::string decimal = std::to_string(code.value);
    print_line("decimal", code.is_failure() ? std::to_string(code.to_signed()) + " or " + decimal : decimal);
    print_line("facility", facility_text(code));
    print_line("severity", severity(code));
    if (code.to_win32()) print_line("Win32", std::to_string(*code.to_win32()));
    if (code.to_http_status()) print_line("HTTP", std::to_string(*code.to_http_status()));
    print_job(code);
    print_line("source", e.source);
}

json json_of(hresult code) {
    const hresult_explanation e = bitswire::explain(code);
    json j = {{"code", hexadecimal(code)},
              {"signed", code.to_signed()},
              {"unsigned", code.value},
              {"known", e.is_known()},
              {"name", e.name},
              {"meaning", e.is_known() ? std::string(e.meaning) : unknown_text(code)},
              {"severity", severity(code)},
              {"facility", static_cast<unsigned>(code.facility())},
              {"facility_name", facility_name(code)},
              {"customer", code.is_customer()},
              {"ntstatus", code.is_ntstatus()}};
    for (const place& p : places)
        j[std::string(p.key)] = disposition_at(code, p);
    j["what_to_do"] = bitswire::enum_name(bitswire::job_error{code, error_context::general_transport}.what_to_do());
    j["source"] = e.source;
    return j;
}

/// A field of RFC 4180.
std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text)
        out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

std::string csv_of(const json& j) {
    std::string line;
    for (const auto& [key, value] : j.items())
        line.append(line.empty() ? "" : ",")
            .append(csv_field(value.is_string() ? value.get<std::string>() : value.dump()));
    return line;
}

/// All codes that the library knows, by value, each once.
std::vector<hresult> all_codes() {
    std::vector<hresult> codes;
    for (const bitswire::hresult_row& row : bitswire::hresult_rows)
        codes.push_back(row.code);
    for (const bitswire::win32_row& row : bitswire::win32_rows)
        codes.push_back(row.code);
    for (std::uint16_t status = 300; status <= 599; ++status)
        codes.push_back(hresult::from_http_status(status));
    std::sort(codes.begin(), codes.end());
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    return codes;
}

void print_csv(const std::vector<hresult>& codes) {
    std::string head;
    const json any = json_of({});
    for (const auto& [key, value] : any.items())
        head.append(head.empty() ? "" : ",").append(key);
    std::printf("%s\r\n", head.c_str());
    for (const hresult code : codes)
        std::printf("%s\r\n", csv_of(json_of(code)).c_str());
}

void print_json(const std::vector<hresult>& codes) {
    std::puts("[");
    for (std::size_t i = 0; i < codes.size(); ++i)
        std::printf("%s%s\n", json_of(codes[i]).dump().c_str(), i + 1 == codes.size() ? "" : ",");
    std::puts("]");
}

/// What may be printed on a terminal; the rest as `?`.
std::string printable(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= ' ' && c <= '~' ? c : '?';
    return out;
}

int run(int argc, char** argv) {
    CLI::App app("Says what an error code of BITS, Windows or HTTP means, and what a job does about it.", "explain");
    app.footer(
        "A CODE is 0x80072EE7, 80072EE7h, -2147012889, 2147954407, BG_E_TOO_LARGE, ERROR_WINHTTP_TIMEOUT,\n"
        "HRESULT_FROM_WIN32(112), \"HRESULT: 0x80072EE7\", \"(0x80072ee2)\", 404 (an HTTP status),\n"
        "12007 (a Win32 code), \"win32 206\" or \"http 206\".\n"
        "Ends with 0 if each CODE was read, whether it is known or not, with 1 if one is no code, and with 2 if the\n"
        "command is wrong.");
    std::vector<std::string> positionals; // for --help; they are sorted out below
    bool list = false;
    bool as_csv = false;
    bool as_json = false;
    app.add_option("CODE", positionals, "Codes to explain");
    app.add_flag("--list", list, "All codes that are known, instead");
    CLI::Option* csv = app.add_flag("--csv", as_csv, "As CSV (RFC 4180) with a head line; all codes, if none is given");
    app.add_flag("--json", as_json, "As a JSON array of objects; all codes, if none is given")->excludes(csv);
    // A negative number is no option.
    std::vector<std::string> texts;
    std::vector<std::string> options;
    bool only_codes = false;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const bool is_number = argument.size() > 1 && argument[0] == '-' && argument[1] >= '0' && argument[1] <= '9';
        if (only_codes || is_number || argument[0] != '-') {
            texts.push_back(argument);
        } else if (argument == "--") {
            only_codes = true;
        } else {
            options.insert(options.begin(), argument); // CLI11 takes them from the back
        }
    }
    try {
        app.parse(options);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? exit_done : exit_wrong_usage;
    }
    const bool all = list || ((as_csv || as_json) && texts.empty());
    if (all ? !texts.empty() : texts.empty()) {
        std::fprintf(stderr, "explain: %s; see --help\n", all ? "--list takes no codes" : "no code is given");
        return exit_wrong_usage;
    }
    std::vector<hresult> codes = all ? all_codes() : std::vector<hresult>{};
    int result = exit_done;
    for (const std::string& text : texts) {
        const auto reading = bitswire::read_hresult(text);
        if (!reading) {
            const std::string start = printable(std::string_view(text).substr(0, bitswire::max_hresult_text_size));
            std::fprintf(stderr, "explain: %s: neither a code nor a name that is known (at byte %u)\n", start.c_str(),
                         static_cast<unsigned>(reading.error().offset));
            result = exit_not_a_code;
            continue;
        }
        codes.push_back(reading->code);
        if (as_csv || as_json) continue;
        print_code(reading->code);
        if (reading->other) {
            const hresult_explanation other = bitswire::explain(*reading->other);
            print_line("or",
                       hexadecimal(other.code) + " " + std::string(other.name) + ": " + std::string(other.meaning));
        }
    }
    if (as_csv) {
        print_csv(codes);
    } else if (as_json) {
        print_json(codes);
    } else if (list) {
        for (const hresult code : codes) {
            const hresult_explanation e = bitswire::explain(code);
            std::printf("%s %-50s %s\n", hexadecimal(code).c_str(), std::string(e.name).c_str(),
                        std::string(e.meaning).c_str());
        }
    }
    return result;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& problem) { // out of memory
        std::fprintf(stderr, "explain: %s\n", problem.what());
        return exit_not_a_code;
    }
}
