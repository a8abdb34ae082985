// The header door with any fields: as a range, as a look-up, and against the raw door where the same can be said there.
//
// An input is lines: `METHOD target` or a status, then `Name:value` with any bytes but a line feed.
#include "message_fuzz.hpp"

#include <charconv>
#include <optional>

using namespace bitswire;

namespace {

struct field {
    std::string_view name;
    std::string_view value;
};

/// A look-up has no empty values, and no header twice.
bool can_be_looked_up(const std::vector<field>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const header h = find_header(fields[i].name);
        if (fields[i].name.empty() || find_not(char_class::token, fields[i].name) != fields[i].name.size())
            return false;
        if (h == header::none) continue;
        if (trim_ows(fields[i].value).empty()) return false;
        for (std::size_t k = 0; k < i; ++k) {
            if (find_header(fields[k].name) == h) return false;
        }
    }
    return fields.size() <= read_limits{}.header_lines;
}

/// The fields as lines of a head; nothing, where there are no such lines.
std::optional<std::string> lines_of(const std::vector<field>& fields) {
    std::string lines;
    for (const field& f : fields) {
        if (f.name.empty() || find_not(char_class::token, f.name) != f.name.size()) return std::nullopt;
        if (find_control(f.value) != f.value.size()) return std::nullopt;
        lines.append(f.name).append(":").append(f.value).append("\r\n");
    }
    return lines;
}

template <class Packet, class StartLine>
void check_doors(const StartLine& start, const std::string& start_text, const std::vector<field>& fields,
                 const settings_of<Packet>& s) {
    const auto r = parse_message<Packet>(start, fields, s);
    if (r) check_writing(*r, s);
    if (can_be_looked_up(fields)) {
        const auto looked_up = parse_message<Packet>(
            start,
            [&](std::string_view name) {
                for (const field& f : fields) {
                    if (iequals(f.name, name)) return f.value;
                }
                return std::string_view{};
            },
            s);
        FUZZ_CHECK(looked_up.has_value() == r.has_value(), "a look-up is as good as a range");
        FUZZ_CHECK(!r || *looked_up == *r, "a look-up gives the same packet as a range");
    }
    const auto lines = lines_of(fields);
    if (!lines) return;
    const exact_bytes bytes(start_text + *lines + "\r\n");
    message_parser<Packet> parser(s);
    const auto raw = parser.parse(bytes.view());
    const errc code = raw.problem.code;
    if (code == errc::bad_start_line || code == errc::head_too_large) return; // only the raw door reads those
    FUZZ_CHECK(raw.is_complete() == r.has_value(), "both doors agree whether a message is good");
    if (r) {
        FUZZ_CHECK(raw.packet == *r, "both doors give the same packet");
    } else {
        FUZZ_CHECK(raw.problem == r.error(), "both doors give the same error, at the same place");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    std::string_view left = bytes.view();
    const std::string_view first = take_line(left);
    std::vector<field> fields;
    while (!left.empty()) {
        const std::string_view line = take_line(left);
        const std::size_t colon = line.find(':');
        fields.push_back({line.substr(0, colon), colon == std::string_view::npos ? "" : line.substr(colon + 1)});
    }
    std::uint16_t status = 0;
    if (std::from_chars(first.data(), first.data() + first.size(), status).ec == std::errc{}) {
        const status_line start{status, 1};
        const std::string text = "HTTP/1.1 " + std::to_string(status) + "\r\n";
        for (std::size_t type = 0; type < request_type_count; ++type)
            check_doors<ack>(start, text, fields, {.answers = static_cast<packet_type>(type), .limits = {}});
        check_doors<notification_response>(start, text, fields, {});
        return 0;
    }
    const std::size_t blank = first.find(' ');
    const request_line start{first.substr(0, blank), blank == std::string_view::npos ? "" : first.substr(blank + 1), 0,
                             1};
    if (find_not(char_class::token, start.method) != start.method.size() || find_control(first) != first.size())
        return 0;
    const std::string text = std::string(start.method) + ' ' + std::string(start.target) + " HTTP/1.1\r\n";
    check_doors<upload_request>(start, text, fields, {});
    check_doors<upload_request>(start, text, fields,
                                {.allow_method_override = true, .allow_missing_content_length = true});
    check_doors<notification_request>(start, text, fields, {});
    return 0;
}
