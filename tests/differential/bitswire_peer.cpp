// bitswire below its packets: the head, and the rule by which every reader of packets frames the body.
#include "peer.hpp"

#include <bitswire/wire/read_message.hpp>

#include <algorithm>

using namespace bitswire;

namespace {

/// Whoever has read a head can look at its headers in three ways; they must agree.
template <class Fields>
bool views_agree(const header_lines& lines, std::string_view head, const Fields& fields) {
    header_set present = 0;
    for (const auto& line : lines) {
        const std::string& name = line.first;
        const auto first =
            std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return iequals(l.first, name); });
        if (find_field(head, name) != std::string_view(first->second)) return false;
        const header h = find_header(name);
        if (h != header::none) present |= set_of(h);
    }
    return present == fields.present();
}

error read_body(const request_line& /*start*/, const fields_view<positioned_value>& fields, framing& out) {
    return detail::read_request_body(fields, out.body.size_bytes);
}
error read_body(const status_line& start, const fields_view<positioned_value>& fields, framing& out) {
    // The readers of packets ask nothing more of a 1xx answer (RFC 9112 6.3, rule 1).
    if (start.status < 200) return {};
    return detail::read_response_body(fields, start, out.body);
}

void put(const request_line& start, framing& out) {
    out.method = start.method;
    out.target = start.target;
}
void put(const status_line& start, framing& out) { out.status = start; }

template <head_side Side>
our_framing read(std::string_view bytes) {
    our_framing f;
    head_parser<Side> parser;
    const outcome o = parser.parse(bytes);
    f.said = o == outcome::need_more ? verdict::need_more : verdict::accepted;
    f.problem = parser.problem();
    if (o == outcome::complete) {
        f.head_size = parser.size();
        f.headers = split_headers(bytes.substr(0, parser.size()));
        put(parser.start_line(bytes), f);
        f.problem = read_body(parser.start_line(bytes), parser.fields(bytes), f);
        f.views_agree = views_agree(f.headers, bytes.substr(0, parser.size()), parser.fields(bytes));
    }
    if (f.problem) {
        f.said = verdict::refused;
        f.why = name_of(f.problem.code);
        if (f.problem.in != header::none) f.why += " " + std::string(name_of(f.problem.in));
    }
    return f;
}

} // namespace

our_framing read_with_bitswire(head_side side, std::string_view bytes) {
    return side == head_side::request ? read<head_side::request>(bytes) : read<head_side::response>(bytes);
}
