// The same heads through bitswire, llhttp, http-parser and Boost.Beast. Where both bitswire and another accept a head,
// they must read the same in it; where they do not agree, differences.cpp must have the reason. Not a test of the
// others: what they make of each other is not looked at.
//
// usage: differential [--seed N] [--inputs N]: N inputs by chance, beside all that are systematic
#define DOCTEST_CONFIG_IMPLEMENT
#include "../support/checks_without_cases.hpp"

#include "doors.hpp"
#include "inputs.hpp"
#include "report.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

using namespace bitswire;

namespace {

/// Names fold, values lose the blanks around them, and lines are sorted by name: Beast keeps those of one name
/// together.
header_lines in_order(header_lines lines) {
    for (auto& [name, value] : lines) {
        std::transform(name.begin(), name.end(), name.begin(), to_lower);
        value = trim_ows(value);
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return lines;
}

void compare_accepted(std::size_t peer, const input& in, const our_framing& ours, const framing& theirs, report& out) {
    bool equal = true;
    const auto must_be = [&](std::string_view what, bool same) {
        if (same) return;
        equal = false;
        out.differ(peer, difference_kind::unequal, {in, ours, theirs, what});
    };
    must_be("method", ours.method == theirs.method);
    must_be("target", ours.target == theirs.target);
    must_be("status", ours.status.status == theirs.status.status);
    must_be("headers", in_order(ours.headers) == in_order(theirs.headers));
    must_be("body", ours.body == theirs.body);
    must_be("head size", ours.head_size == theirs.head_size);
    if (equal) out.agree(peer, report::agreement::accepted);
}

void compare(std::size_t peer, const input& in, const our_framing& ours, const framing& theirs, report& out) {
    const auto differ = [&](difference_kind kind) { out.differ(peer, kind, {in, ours, theirs, "end of the head"}); };
    if (ours.said == verdict::accepted && theirs.said == verdict::accepted) {
        compare_accepted(peer, in, ours, theirs, out);
    } else if (ours.said == verdict::need_more && theirs.said == verdict::need_more) {
        out.agree(peer, report::agreement::need_more);
    } else if (ours.said != verdict::accepted && theirs.said != verdict::accepted) {
        out.agree(peer, report::agreement::refused);
    } else if (theirs.said == verdict::refused) {
        differ(difference_kind::looser);
    } else if (ours.said == verdict::refused) {
        differ(difference_kind::stricter);
    } else {
        differ(difference_kind::unequal);
    }
    const sighting s{in, ours, theirs, ""};
    if (theirs.said == verdict::accepted) compare_doors(peer, s, out);
}

void compare(const input& in, report& out) {
    const our_framing ours = read_with_bitswire(in.side, in.bytes);
    for (std::size_t p = 0; p < peers.size(); ++p) {
        const framing theirs = ask(peers[p], in.side, in.bytes);
        if (!ours.views_agree) out.fail("bitswire's own views of one head differ", {in, ours, theirs, ""});
        if (in.is_valid && ours.said != verdict::accepted) out.fail("a valid head is refused", {in, ours, theirs, ""});
        const bool one_waits = (ours.said == verdict::need_more && theirs.said == verdict::refused) ||
                               (ours.said == verdict::refused && theirs.said == verdict::need_more);
        if (!one_waits) {
            compare(p, in, ours, theirs, out);
            continue;
        }
        // Not everyone says at the same byte that a head is bad: bitswire at the end of a line. What it says then
        // counts.
        const input ended{in.side, in.bytes + "\r\n\r\n"};
        compare(p, ended, read_with_bitswire(ended.side, ended.bytes), ask(peers[p], ended.side, ended.bytes), out);
    }
}

/// The number behind `--name`.
bool take_argument(std::string_view name, int argc, char** argv, std::uint64_t& value) {
    for (int i = 1; i < argc; ++i) {
        if (argv[i] != name) continue;
        const number n = i + 1 < argc ? parse_decimal(argv[i + 1]) : number{0, number_status::malformed};
        value = n.value;
        return n.status == number_status::ok;
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    const checks_without_cases checks;
    std::uint64_t seed = 1;
    std::uint64_t count = 4000;
    if (!take_argument("--seed", argc, argv, seed) || !take_argument("--inputs", argc, argv, count)) {
        std::printf("usage: differential [--seed N] [--inputs N]\n");
        return 2;
    }
    std::size_t inputs = 0;
    report out;
    const auto take = [&](const input& in) {
        ++inputs;
        compare(in, out);
    };
    const std::vector<input> known = known_messages();
    for (const difference& d : known_differences())
        take(d.example);
    systematic_inputs(known, take);
    random_inputs(known, seed, count, take);
    std::printf("seed %llu, ", static_cast<unsigned long long>(seed));
    return out.print(inputs) ? 0 : 1;
}
