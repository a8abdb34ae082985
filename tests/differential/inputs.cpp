#include "inputs.hpp"

#include "../support/corpus.hpp"
#include "changes.hpp"

#include <initializer_list>
#include <random>
#include <string_view>
#include <utility>

using namespace bitswire;

namespace {

/// Known messages are many and alike; those that are changed systematically are cut at each byte.
constexpr std::size_t truncation_step = 11;

/// A head as its parts, so that each can be changed alone.
struct head {
    head_side side = head_side::request;
    std::string beginning{};
    std::vector<std::pair<std::string, std::string>> lines{}; ///< each with its end
    std::string body{};

    [[nodiscard]] std::string bytes() const {
        std::string all = beginning;
        for (const auto& [line, end] : lines)
            all += line + end;
        return all + body;
    }
};

/// `message` as it is: a head with line ends of CR LF, and what follows.
head take_apart(const input& message) {
    head h{message.side};
    std::string_view rest = message.bytes;
    for (std::size_t end = rest.find("\r\n"); end != std::string_view::npos; end = rest.find("\r\n")) {
        h.lines.emplace_back(rest.substr(0, end), "\r\n");
        rest.remove_prefix(end + 2);
        if (end == 0 && h.lines.size() > 1) break;
    }
    h.body = rest;
    return h;
}

const texts& odd_start_lines(head_side side) {
    return side == head_side::request ? odd_request_lines : odd_status_lines;
}

/// A number below `n`; std::uniform_int_distribution differs from library to library.
class dice {
  public:
    explicit dice(std::uint64_t seed) : bits_(seed) {}
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits_() % n); }
    bool once_in(std::size_t n) { return below(n) == 0; }
    std::string_view of(const texts& t) { return t[below(t.size())]; }

  private:
    std::mt19937_64 bits_;
};

/// The parts of a list are made in their order, the operands of + in any.
std::string joined(std::initializer_list<std::string_view> parts) {
    std::string all;
    for (const std::string_view part : parts)
        all += part;
    return all;
}

/// 1 to `most` bytes of class `k`.
std::string word(dice& d, char_class k, std::size_t most) {
    std::string w;
    for (std::size_t n = 1 + d.below(most); n != 0;) {
        const char c = static_cast<char>(d.below(256));
        if (!is(k, c)) continue;
        w += c;
        --n;
    }
    return w;
}

/// field-value (RFC 9110 5.5): visible, obs-text, blanks in between.
std::string value(dice& d) {
    std::string v;
    for (std::size_t words = d.below(4); words != 0; --words) {
        if (!v.empty()) v += d.once_in(4) ? "\t" : " ";
        if (d.once_in(6)) {
            const char obs_text = static_cast<char>(0x80 + d.below(0x80));
            v.append(1 + d.below(3), obs_text);
        } else {
            v += word(d, char_class::visible, 12);
        }
    }
    return v;
}

std::string blanks(dice& d) {
    constexpr std::string_view usual[] = {" ", " ", " ", "", "\t", "  ", " \t "};
    return std::string(usual[d.below(std::size(usual))]);
}

std::string in_any_case(dice& d, std::string_view name) {
    std::string n(name);
    for (char& c : n) {
        if (d.once_in(8)) c = d.once_in(2) ? to_upper(c) : to_lower(c);
    }
    return n;
}

/// A head that RFC 9112 allows, and that bitswire has no limit against.
head from_grammar(dice& d) {
    head h;
    h.side = d.once_in(2) ? head_side::request : head_side::response;
    std::string start;
    if (h.side == head_side::request) {
        static const texts methods = {"BITS_POST", "BITS_POST", "BITS_POST", "POST", "GET", "PUT", "HEAD", "DELETE"};
        static const texts origins = {"", "", "", "http://a", "http://frankcao8:8080", "http://10.1.2.3"};
        start = joined({d.of(methods), " ", d.of(origins), "/"});
        if (!d.once_in(4)) start += word(d, char_class::path, 30);
        if (d.once_in(3)) start += "?" + word(d, char_class::path, 10);
        start += " HTTP/1.1";
        if (d.once_in(10)) h.beginning = "\r\n";
    } else {
        const std::size_t class_and_tens = 200 + d.below(5) * 50;
        start = joined({"HTTP/1.1 ", std::to_string(class_and_tens + d.below(5)), " ", value(d)});
    }
    h.lines.emplace_back(start, "\r\n");
    std::vector<std::string> lines = {"Host:" + blanks(d) + "a"};
    if (h.side == head_side::response) lines[0] = joined({"Server:", blanks(d), value(d)});
    if (d.once_in(2)) {
        const std::size_t length = d.below(std::size_t{1} << d.below(30));
        lines.push_back(joined({in_any_case(d, "Content-Length"), ":", blanks(d), std::to_string(length)}));
    }
    for (std::size_t n = d.below(6); n != 0; --n) {
        // Not the known ones, which have rules of their own.
        lines.push_back(joined({"X-", word(d, char_class::token, 20), ":", blanks(d), value(d), blanks(d)}));
    }
    for (const header_row& row : header_rows) {
        const bool is_free = row.name.starts_with("BITS-") || row.id == header::content_name;
        if (is_free && d.once_in(6))
            lines.push_back(joined({in_any_case(d, row.name), ":", blanks(d), value(d), blanks(d)}));
    }
    while (!lines.empty()) {
        const auto at = lines.begin() + static_cast<std::ptrdiff_t>(d.below(lines.size()));
        h.lines.emplace_back(*at, "\r\n");
        lines.erase(at);
    }
    h.lines.emplace_back("", "\r\n");
    if (d.once_in(4)) h.body = word(d, char_class::visible, 20);
    return h;
}

void change_line(dice& d, head& h) {
    const std::size_t at = d.below(h.lines.size());
    const auto place = h.lines.begin() + static_cast<std::ptrdiff_t>(at);
    switch (d.below(7)) {
    case 0:
        h.lines.insert(place + (at + 1 < h.lines.size() ? 1 : 0), {*place});
        break;
    case 1:
        if (h.lines.size() > 1) h.lines.erase(place);
        break;
    case 2:
        place->second = d.of(odd_line_ends);
        break;
    case 3:
        place->first = in_any_case(d, place->first);
        break;
    default:
        h.lines.insert(place + (at + 1 < h.lines.size() ? 1 : 0), {std::string(d.of(odd_lines)), "\r\n"});
    }
}

void change_bytes(dice& d, std::string& bytes) {
    const std::size_t at = d.below(bytes.size() + 1);
    const char c = d.once_in(2) ? odd_bytes[d.below(odd_bytes.size())] : static_cast<char>(d.below(256));
    switch (d.below(4)) {
    case 0:
        bytes.insert(at, 1, c);
        break;
    case 1:
        bytes.erase(at, 1 + d.below(3));
        break;
    case 2:
        bytes.resize(at);
        break;
    default:
        if (at < bytes.size()) bytes[at] = c;
    }
}

} // namespace

std::vector<input> known_messages() {
    std::vector<input> known;
    for (const auto& path : files_below(tests_dir() / "captures")) {
        const bool is_request = path.filename().string().find(".request") != std::string::npos;
        known.push_back({is_request ? head_side::request : head_side::response, read_file(path)});
    }
    for (const auto& path : files_below(tests_dir() / "corpus")) {
        const std::string name = path.filename().string();
        const bool is_request = name.find("requests") != std::string::npos;
        for (const corpus_case& c : read_corpus(name))
            known.push_back({is_request ? head_side::request : head_side::response, c.bytes});
    }
    return known;
}

void systematic_inputs(const std::vector<input>& known, const take_input& take) {
    for (const input& message : known) {
        take(message);
        if (message.bytes.size() > 1000) continue;
        for (std::size_t size = 0; size < message.bytes.size(); size += truncation_step)
            take({message.side, message.bytes.substr(0, size)});
    }
    const head bases[] = {
        take_apart({head_side::request, "BITS_POST /a/b?c HTTP/1.1\r\nBITS-Packet-Type: Ping\r\nHost: frankcao8\r\n"
                                        "Content-Length: 0\r\n\r\n"}),
        take_apart({head_side::response, "HTTP/1.1 200 OK\r\nBITS-Packet-Type: Ack\r\nServer: x\r\n"
                                         "Content-Length: 0\r\n\r\n"}),
        // Without a length of its own.
        take_apart({head_side::request, "POST /a HTTP/1.1\r\nHost: frankcao8\r\n\r\n"}),
        take_apart({head_side::response, "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"}),
    };
    for (const head& base : bases) {
        const auto with = [&](auto change) {
            head h = base;
            change(h);
            take({h.side, h.bytes()});
        };
        for (const std::string_view start : odd_start_lines(base.side)) {
            with([&](head& h) { h.lines[0].first = start; });
            for (const std::string_view line :
                 {"Transfer-Encoding: chunked", "Content-Length: 5", "Connection: close"}) {
                with([&](head& h) {
                    h.lines[0].first = start;
                    h.lines.insert(h.lines.begin() + 1, {std::string(line), "\r\n"});
                });
            }
        }
        for (const std::string_view text : odd_beginnings)
            with([&](head& h) { h.beginning = text; });
        for (const std::string_view text : odd_bodies)
            with([&](head& h) { h.body = text; });
        for (std::size_t at = 0; at < base.lines.size(); ++at) {
            for (const std::string_view end : odd_line_ends)
                with([&](head& h) { h.lines[at].second = end; });
            const auto place = static_cast<std::ptrdiff_t>(at);
            for (const std::string_view line : odd_lines)
                with([&](head& h) { h.lines.insert(h.lines.begin() + place, {std::string(line), "\r\n"}); });
        }
        for (const std::string_view a : odd_lines) {
            for (const std::string_view b : {"Content-Length: 5", "Transfer-Encoding: chunked"}) {
                for (int first = 0; first < 2; ++first) {
                    with([&](head& h) {
                        h.lines.insert(h.lines.begin() + 1, {std::string(first != 0 ? a : b), "\r\n"});
                        h.lines.insert(h.lines.begin() + 2, {std::string(first != 0 ? b : a), "\r\n"});
                    });
                }
            }
        }
        with([&](head& h) { h.lines.insert(h.lines.begin() + 1, {"X: " + std::string(long_line, 'x'), "\r\n"}); });
        with([&](head& h) { h.lines.insert(h.lines.begin() + 1, {std::string(long_line, 'x') + ": y", "\r\n"}); });
        with([&](head& h) { h.lines.insert(h.lines.begin() + 1, many_lines, {"X: y", "\r\n"}); });
        with([&](head& h) { h.lines[0].first.insert(h.lines[0].first.find(' ') + 2, long_line, 'x'); });

        const std::string bytes = base.bytes();
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            take({base.side, bytes.substr(0, at)});
            for (const char c : odd_bytes) {
                input changed{base.side, bytes};
                changed.bytes[at] = c;
                take(changed);
            }
        }
    }
}

void random_inputs(const std::vector<input>& known, std::uint64_t seed, std::size_t count, const take_input& take) {
    dice d(seed);
    for (std::size_t n = 0; n < count; ++n) {
        const bool is_new = d.once_in(2);
        head h = is_new ? from_grammar(d) : take_apart(known[d.below(known.size())]);
        if (h.lines.empty()) continue;
        if (is_new && d.once_in(3)) {
            take({h.side, h.bytes(), true});
            continue;
        }
        if (d.once_in(8)) h.lines[0].first = d.of(odd_start_lines(h.side));
        if (d.once_in(12)) h.beginning = d.of(odd_beginnings);
        if (d.once_in(6)) h.body = d.of(odd_bodies);
        for (std::size_t changes = d.below(4); changes != 0; --changes)
            change_line(d, h);
        std::string bytes = h.bytes();
        for (std::size_t changes = d.below(3); changes != 0 && !bytes.empty(); --changes)
            change_bytes(d, bytes);
        take({h.side, bytes});
    }
}
