// Every case of the corpus, through both doors: whole, byte by byte (a long one in larger steps), in two parts, with
// other bytes behind it; and what was read is written and read again.
#include "support/corpus.hpp"
#include "support/corpus_settings.hpp"
#include "support/describe.hpp"
#include "support/guarded_bytes.hpp"
#include "support/print.hpp"
#include "support/split_headers.hpp"

#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

template <class Packet>
using settings_of = typename detail::packet_traits<Packet>::settings;

/// What came out, in the words of the corpus.
template <class Packet>
std::string outcome_text(const parsed<Packet>& r) {
    if (r.is_complete()) return describe(r.packet);
    if (!r.is_bad()) return "need_more";
    std::ostringstream os;
    os << "bad " << r.problem;
    return os.str();
}

/// Feeds `bytes` in steps of `step`, each time at another address and up to the edge of readable memory.
template <class Packet>
std::pair<std::string, std::size_t> read_in_steps(std::string_view bytes, std::size_t step,
                                                  const settings_of<Packet>& s) {
    message_parser<Packet> parser(s);
    for (std::size_t size = 0;; size = size + step < bytes.size() ? size + step : bytes.size()) {
        const guarded_bytes part(bytes.substr(0, size));
        const parsed<Packet> r = parser.parse(part.view());
        if (r.state != outcome::need_more || size == bytes.size()) return {outcome_text(r), r.consumed};
    }
}

template <class Packet>
std::pair<std::string, std::size_t> read_in_two(std::string_view bytes, std::size_t split,
                                                const settings_of<Packet>& s) {
    message_parser<Packet> parser(s);
    {
        const guarded_bytes part(bytes.substr(0, split));
        const parsed<Packet> r = parser.parse(part.view());
        if (r.state != outcome::need_more) return {outcome_text(r), r.consumed};
    }
    const guarded_bytes all(bytes);
    const parsed<Packet> r = parser.parse(all.view());
    return {outcome_text(r), r.consumed};
}

template <class Packet>
auto start_line_of(std::string_view bytes, const settings_of<Packet>& s) {
    head_parser<detail::packet_traits<Packet>::side> head(s.limits);
    REQUIRE(head.parse(bytes) == outcome::complete);
    return head.start_line(bytes);
}

/// Doors, writer and reader agree on a packet that was read.
template <class Packet>
void check_packet(const corpus_case& c, const settings_of<Packet>& s) {
    message_parser<Packet> parser(s);
    const parsed<Packet> read = parser.parse(c.bytes);
    REQUIRE(read.is_complete());
    CHECK(read.consumed == c.bytes.size());

    const auto fields = split_headers(c.bytes);
    const auto start = start_line_of<Packet>(c.bytes, s);
    if constexpr (detail::packet_traits<Packet>::side == head_side::request) {
        const result<Packet> foreign = parse_message<Packet>(start, fields, s);
        REQUIRE_MESSAGE(foreign.has_value(), foreign.error());
        CHECK(*foreign == read.packet);
    } else if (start.minor_version == 1) {
        const result<Packet> foreign = parse_message<Packet>(start, fields, s);
        REQUIRE_MESSAGE(foreign.has_value(), foreign.error());
        CHECK(*foreign == read.packet);
    }

    const result<std::size_t> size = size_of_message(read.packet);
    std::vector<std::pair<std::string, std::string>> visited;
    const error refused = visit_headers(
        read.packet, [&](std::string_view name, std::string_view value) { visited.emplace_back(name, value); });
    CHECK(size.has_value() == !refused);
    if (!size) {
        CHECK(visited.empty());
        return;
    }
    std::string written(*size, '?');
    const result<std::size_t> done = write_message(read.packet, written);
    REQUIRE(done.has_value());
    CHECK(*done == *size);
    message_parser<Packet> again = [&] {
        if constexpr (requires { s.answers; }) return message_parser<Packet>({.answers = s.answers, .limits = {}});
        if constexpr (!requires { s.answers; }) return message_parser<Packet>();
    }();
    const parsed<Packet> reread = again.parse(written);
    REQUIRE_MESSAGE(reread.is_complete(), reread.problem);
    CHECK(reread.packet == read.packet);
    CHECK(reread.consumed == *size);
    CHECK(split_headers(written) == visited);
}

template <class Packet>
void run_case(const corpus_case& c, const settings_of<Packet>& s) {
    const std::string expected = unescape(c.expected);
    const auto whole = read_in_steps<Packet>(c.bytes, c.bytes.size() + 1, s);
    REQUIRE(whole.first == expected);
    const bool is_short = c.bytes.size() < 1000; // the work grows with the square of the size
    CHECK(read_in_steps<Packet>(c.bytes, is_short ? 1 : 101, s) == whole);
    if (is_short) {
        for (std::size_t split = 0; split <= c.bytes.size(); ++split) {
            REQUIRE_MESSAGE(read_in_two<Packet>(c.bytes, split, s) == whole, "split at " << split);
        }
    }
    if (expected == "need_more") return;
    for (const char* behind : {"x", "\r\n", "\0", "\n", ": ", "GET / HTTP/1.1\r\n\r\n"}) {
        const std::string longer = c.bytes + behind;
        CHECK(read_in_steps<Packet>(longer, longer.size(), s) == whole);
        CHECK(read_in_steps<Packet>(longer, 7, s) == whole);
    }
    if (expected.rfind("bad ", 0) != 0) check_packet<Packet>(c, s);
}

template <class Packet>
void run_corpus(const char* file) {
    for (const corpus_case& c : read_corpus(file)) {
        CAPTURE(c.where);
        CAPTURE(c.title);
        const auto settings = corpus_settings<settings_of<Packet>>(c.with);
        REQUIRE_MESSAGE(settings, "unknown setting " << c.with);
        run_case<Packet>(c, *settings);
    }
}

/// Every beginning of a head, up to the edge of readable memory: read at once, where lines that come as Windows sends
/// them are taken without a look-up, and byte by byte, where none is.
template <class Packet>
void check_beginnings(const std::string& head, const settings_of<Packet>& s) {
    message_parser<Packet> byte_by_byte(s);
    for (std::size_t size = 0; size <= head.size(); ++size) {
        const guarded_bytes part(std::string_view(head).substr(0, size));
        const parsed<Packet> slowly = byte_by_byte.parse(part.view());
        const parsed<Packet> at_once = message_parser<Packet>(s).parse(part.view());
        const bool is_same = at_once.state == slowly.state && at_once.problem == slowly.problem &&
                             at_once.consumed == slowly.consumed &&
                             (!at_once.is_complete() || at_once.packet == slowly.packet);
        REQUIRE_MESSAGE(is_same, size << " bytes of " << head.size());
        if (slowly.state != outcome::need_more) return;
    }
}

/// The same under each limit of each kind that the head may come to.
template <class Packet>
void check_limits(const std::string& head, settings_of<Packet> s) {
    const read_limits usual = s.limits;
    const auto check = [&](std::uint32_t read_limits::*kind, std::size_t largest) {
        for (std::uint32_t limit = 0; limit <= largest; ++limit) {
            CAPTURE(limit);
            s.limits = usual;
            s.limits.*kind = limit;
            check_beginnings<Packet>(head, s);
        }
    };
    check(&read_limits::head_bytes, head.size() + 1);
    check(&read_limits::target_bytes, 40);
    check(&read_limits::header_lines, 12);
    check(&read_limits::value_bytes, 60);
}

} // namespace

TEST_CASE("head: each beginning of it, under each limit, is read alike at once and byte by byte") {
    check_limits<upload_request>(capture("upload/03-fragment.request-head.bin"), {});
    check_limits<ack>(capture("upload/04-fragment.ack.bin"), {.answers = packet_type::fragment, .limits = {}});
}

TEST_CASE("corpus: upload requests, any split, both doors [MC-BUP 2.2.2-2.2.10]") {
    run_corpus<upload_request>("upload-requests.txt");
}

TEST_CASE("corpus: acks, any split, both doors [MC-BUP 2.2.3-2.2.11]") { run_corpus<ack>("acks.txt"); }

TEST_CASE("corpus: notification requests, any split, both doors [MC-BUP 2.2.12]") {
    run_corpus<notification_request>("notification-requests.txt");
}

TEST_CASE("corpus: notification responses, any split, both doors [MC-BUP 2.2.13]") {
    run_corpus<notification_response>("notification-responses.txt");
}

TEST_CASE("corpus: every file is run by a test") { CHECK(files_below(tests_dir() / "corpus").size() == 4); }
