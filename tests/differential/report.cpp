#include "report.hpp"

#include <cstdio>

using namespace bitswire;

namespace {

constexpr std::string_view kind_names[] = {"looser", "stricter", "unequal", "doors"};

std::string_view name_of(difference_kind k) { return kind_names[static_cast<std::size_t>(k)]; }

/// As the corpus writes it.
std::string escaped(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (const std::size_t run = std::min(bytes.find_first_not_of(c, i), bytes.size()) - i; run > 100) {
            out += "{" + std::to_string(run) + "*" + c + "}";
            i += run - 1;
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\n') {
            out += "\\n\n      ";
        } else if (c == '\t') {
            out += "\\t";
        } else if (is_control(c) || static_cast<unsigned char>(c) >= 0x80) {
            char hex[5];
            std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
            out += hex;
        } else {
            out += c;
        }
    }
    return out;
}

std::string text_of(const framing& f) {
    if (f.said == verdict::refused) return "refused: " + f.why;
    if (f.said == verdict::need_more) return "need more";
    constexpr std::string_view ends[] = {"length", "chunked", "until close"};
    std::string t = "accepted: " + f.method + " " + f.target + " " + std::to_string(f.status.status) + ", head of " +
                    std::to_string(f.head_size) + ", body: " + std::string(ends[static_cast<std::size_t>(f.body.end)]) +
                    " " + std::to_string(f.body.size_bytes);
    for (const auto& [name, value] : f.headers)
        t += "\n        \"" + escaped(name) + "\": \"" + escaped(value) + "\"";
    return t;
}

bool names(std::string_view list, std::string_view name) { return list.find(name) != std::string_view::npos; }

} // namespace

report::report() : by_row_(known_differences().size()) {}

void report::differ(std::size_t peer, difference_kind kind, const sighting& s) {
    ++counts_.at(peer).differed.at(static_cast<std::size_t>(kind));
    for (std::size_t row = 0; row < known_differences().size(); ++row) {
        const difference& d = known_differences()[row];
        if (d.kind == kind && names(d.who, peers.at(peer).name) && d.covers(s)) {
            ++by_row_[row].at(peer);
            return;
        }
    }
    fail(std::string(name_of(kind)) + " " + std::string(s.what) + ": bitswire " +
             std::string(s.ours.problem ? name_of(s.ours.problem.code) : "accepts") + ", " +
             std::string(peers.at(peer).name) + " " + (s.theirs.why.empty() ? "accepts" : s.theirs.why),
         s);
}

void report::fail(const std::string& what, const sighting& s) {
    unexplained& u = unexplained_[what];
    ++u.count;
    if (u.example.empty() || s.in.bytes.size() < 100) {
        u.example = "      " + escaped(s.in.bytes) + "\n    bitswire " + text_of(s.ours) + "\n    the other " +
                    text_of(s.theirs);
    }
}

bool report::print(std::size_t inputs) const {
    std::printf("%zu inputs\n%-12s %9s %9s %9s %9s %9s %9s %9s %9s\n", inputs, "", "accepted", "refused", "more",
                "looser", "stricter", "unequal", "packets", "doors");
    for (std::size_t p = 0; p < peers.size(); ++p) {
        const peer_counts& c = counts_.at(p);
        std::printf("%-12s %9zu %9zu %9zu %9zu %9zu %9zu %9zu %9zu\n", std::string(peers.at(p).name).c_str(),
                    c.agreed[0], c.agreed[1], c.agreed[2], c.differed[0], c.differed[1], c.differed[2], c.same_packets,
                    c.differed[3]);
    }
    std::size_t stale = 0;
    for (std::size_t row = 0; row < by_row_.size(); ++row) {
        const difference& d = known_differences()[row];
        std::printf("%s: %.*s\n   ", kind_names[static_cast<std::size_t>(d.kind)].data(),
                    static_cast<int>(d.reason.size()), d.reason.data());
        for (std::size_t p = 0; p < peers.size(); ++p) {
            if (!names(d.who, peers.at(p).name)) continue;
            std::printf(" %s %zu", peers.at(p).name.data(), by_row_[row].at(p));
            if (by_row_[row].at(p) != 0) continue;
            std::printf(" (STALE: nothing shows this any more)");
            ++stale;
        }
        std::printf("\n");
    }
    for (const auto& [what, u] : unexplained_)
        std::printf("UNEXPLAINED, %zu times: %s\n%s\n", u.count, what.c_str(), u.example.c_str());
    return stale == 0 && unexplained_.empty();
}
