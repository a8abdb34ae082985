// What is fast, beside what is plain: questions to text in blocks of every width, names in any letter case, and heads
// whose lines come as Windows sends them, read again so that each of them gets the closer look.
#include "message_fuzz.hpp"

#include "support/questions.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

using namespace bitswire;

namespace {

void check_questions(std::string_view text, std::size_t from) {
    for_each_question([&](auto question, auto plainly) {
        FUZZ_CHECK(is_answered_alike(question, plainly, text, from), "a question has one answer in every width");
    });
}

/// To all of the text, and to every rest of a part of it that has more than two blocks of any width.
void check_questions_to(std::string_view text, std::uint64_t hash) {
    check_questions(text, 0);
    const exact_bytes part(text.substr(hash % (text.size() + 1), 70));
    for (std::size_t from = 0; from <= part.view().size(); ++from)
        check_questions(part.view(), from);
}

/// A name at the beginning of `text`, and one that is all of it.
void check_name(const folded_name& name, std::string_view text) {
    const std::string_view beginning = text.substr(0, name.size());
    FUZZ_CHECK(name.begins(text.data(), text.size()) == iequals(beginning, name.view()),
               "a text begins with a name in any letter case, or does not");
    FUZZ_CHECK(name.matches(text) == iequals(text, name.view()), "a text is a name in any letter case, or is not");
}

/// The same letter, if it is one, as upper or lower case as a bit of `hash` says.
char in_some_case(char c, std::uint64_t hash, std::size_t i) {
    return ((hash >> (i % 64)) & 1) != 0 ? to_upper(c) : to_lower(c);
}

/// The names, beside the lines of the input, and beside themselves with some bytes of the input in them and behind
/// them.
void check_names(std::string_view text, std::uint64_t hash) {
    for (const detail::header_spelling& s : detail::header_spellings<void>) {
        std::string_view left = text;
        while (!left.empty()) {
            check_name(s.name, left);
            const std::string_view line = take_line(left);
            check_name(s.name, line.substr(0, line.find(':')));
        }
        if (text.empty()) continue;
        std::string other(s.name.view());
        for (std::size_t i = 0; i < other.size(); ++i)
            other[i] = in_some_case(other[i], hash, i);
        other += text.substr(0, hash % 40);
        check_name(s.name, exact_bytes(other).view());
        other[hash % s.name.size()] = text[hash % text.size()];
        check_name(s.name, exact_bytes(other).view());
    }
}

/// A head, written differently; `origin` is where in the first one each byte comes from, and the end.
struct rewritten {
    std::string bytes;
    std::vector<std::size_t> origin;

    void add(std::string_view text, std::size_t from, std::size_t step) {
        for (const char c : text) {
            bytes += c;
            origin.push_back(from);
            from += step;
        }
    }
};

/// Calls `each(line, start)` for the start line and the header lines, ends included; returns where the last one ends.
template <class Each>
std::size_t for_each_line(std::string_view head, Each each) {
    std::size_t start = 0;
    while (head.substr(start, 2) == "\r\n")
        start += 2; // before the start line
    while (start < head.size() && head.substr(start, 2) != "\r\n") {
        const std::size_t line_end = head.find("\r\n", start);
        const std::size_t end = line_end == std::string_view::npos ? head.size() : line_end + 2;
        each(head.substr(start, end - start), start);
        start = end;
    }
    return start;
}

/// What is put into a head that changes nothing of what it says.
struct addition {
    std::string_view before_line;
    std::string_view before_value;
    std::string_view behind_value;
};

rewritten with(const addition& more, std::string_view head) {
    rewritten out;
    bool is_start_line = true;
    const std::size_t end = for_each_line(head, [&](std::string_view line, std::size_t start) {
        if (is_start_line) {
            out.add(head.substr(0, start + line.size()), 0, 1);
            is_start_line = false;
            return;
        }
        const std::size_t value = line.find(':') + 1; // 0: there is none
        const std::size_t line_end = line.ends_with("\r\n") ? line.size() - 2 : line.size();
        out.add(more.before_line, start, 0);
        out.add(line.substr(0, value), start, 1);
        if (value != 0) out.add(more.before_value, start + value, 0);
        out.add(line.substr(value, line_end - value), start + value, 1);
        if (value != 0 && line_end != line.size()) out.add(more.behind_value, start + line_end, 0);
        out.add(line.substr(line_end), start + line_end, 1);
    });
    if (is_start_line) out.add(head.substr(0, end), 0, 1);
    out.add(head.substr(end), end, 1);
    out.origin.push_back(head.size());
    return out;
}

/// The same head with its header names in another letter case.
std::string with_other_letter_case(std::string_view head, std::uint64_t hash) {
    std::string out(head);
    bool is_start_line = true;
    for_each_line(head, [&](std::string_view line, std::size_t start) {
        for (std::size_t i = 0; !is_start_line && i < line.size() && line[i] != ':'; ++i)
            out[start + i] = in_some_case(line[i], hash, i);
        is_start_line = false;
    });
    return out;
}

template <class Packet>
parsed<Packet> read_at_once(std::string_view bytes, const settings_of<Packet>& s) {
    message_parser<Packet> parser(s);
    return parser.parse(bytes);
}

/// Reads `bytes` up to behind the first byte of each line: lines of which a part was seen get the closer look.
template <class Packet>
void check_with_closer_look(std::string_view bytes, const settings_of<Packet>& s, const parsed<Packet>& expected) {
    message_parser<Packet> parser(s);
    for (std::size_t end = 0;;) {
        const exact_bytes part(bytes.substr(0, end));
        const auto r = parser.parse(part.view());
        if (r.state != outcome::need_more || end == bytes.size()) {
            FUZZ_CHECK(is_same(r, expected), "lines that come in parts give the same answer");
            return;
        }
        const std::size_t line_feed = bytes.find('\n', end == 0 ? 0 : end - 1);
        end = line_feed == std::string_view::npos ? bytes.size() : std::min(line_feed + 2, bytes.size());
    }
}

template <class Packet>
void check_head(std::string_view bytes, std::uint64_t hash, settings_of<Packet> s) {
    // A limit of each kind, one at a time.
    const std::array<std::uint32_t*, 4> limits = {&s.limits.head_bytes, &s.limits.target_bytes, &s.limits.value_bytes,
                                                  &s.limits.header_lines};
    const std::size_t which = hash % (2 * limits.size());
    constexpr std::array<std::uint32_t, 4> moduli = {600, 40, 60, 24};
    if (which < limits.size()) *limits[which] = static_cast<std::uint32_t>(hash >> 32) % moduli[which];
    const auto whole = read_at_once<Packet>(bytes, s);
    check_with_closer_look<Packet>(bytes, s, whole);

    const exact_bytes other(with_other_letter_case(bytes, hash));
    FUZZ_CHECK(is_same(read_at_once<Packet>(other.view(), s), whole), "names in any letter case give the same answer");

    // More lines and more bytes are not to be too many.
    s.limits.header_lines = UINT32_MAX;
    s.limits.head_bytes = std::uint32_t{1} << 31;
    const auto usual = read_at_once<Packet>(bytes, s);
    for (const addition& more : {addition{"X: y\r\n", " ", ""}, addition{"", "", " "}}) {
        const rewritten unusual = with(more, bytes);
        const exact_bytes longer(unusual.bytes);
        auto looked_at = read_at_once<Packet>(longer.view(), s);
        if (looked_at.problem.in == header::none) // otherwise it counts from the value
            looked_at.problem.offset = static_cast<std::uint32_t>(unusual.origin[looked_at.problem.offset]);
        looked_at.consumed = unusual.origin[looked_at.consumed];
        FUZZ_CHECK(is_same(looked_at, usual), "lines that need a closer look give the same answer");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    const std::uint64_t hash = hash_of(bytes.view());
    check_questions_to(bytes.view(), hash);
    check_names(bytes.view(), hash);
    if (bytes.view().starts_with("HTTP/")) {
        const auto answers = static_cast<packet_type>((hash >> 8) % request_type_count);
        check_head<ack>(bytes.view(), hash, {.answers = answers, .limits = {}});
        check_head<notification_response>(bytes.view(), hash, {});
    } else {
        check_head<upload_request>(bytes.view(), hash, {});
        check_head<notification_request>(bytes.view(), hash, {});
    }
    return 0;
}
