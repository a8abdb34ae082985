#include "doors.hpp"

#include <bitswire/wire/ack.hpp>
#include <bitswire/wire/notification.hpp>
#include <bitswire/wire/upload_request.hpp>

using namespace bitswire;

namespace {

request_line start_of(const framing& f, request_line /*kind*/) {
    return {.method = f.method, .target = f.target, .minor_version = f.status.minor_version};
}
status_line start_of(const framing& f, status_line /*kind*/) { return f.status; }

template <class Packet>
void compare(std::size_t peer, const sighting& s, report& out,
             const typename detail::packet_traits<Packet>::settings& settings = {}) {
    using start = typename detail::start_line_of<detail::packet_traits<Packet>::side>::type;
    message_parser<Packet> parser(settings);
    const parsed<Packet> raw = parser.parse(s.in.bytes);
    const result<Packet> foreign = parse_message<Packet>(start_of(s.theirs, start{}), s.theirs.headers, settings);
    const bool both_read = s.ours.said == verdict::accepted;
    const bool same = raw.is_complete() ? foreign.has_value() && *foreign == raw.packet
                                        // Where bitswire has no head, it may not find a packet in the other's either.
                                        : !foreign && (!both_read || (foreign.error().code == raw.problem.code &&
                                                                      foreign.error().in == raw.problem.in));
    if (same) {
        out.doors_agree(peer);
    } else {
        out.differ(peer, difference_kind::doors,
                   {s.in, s.ours, s.theirs, foreign ? name_of(raw.problem.code) : name_of(foreign.error().code)});
    }
}

} // namespace

void compare_doors(std::size_t peer, const sighting& s, report& out) {
    if (s.in.side == head_side::request) {
        compare<upload_request>(peer, s, out);
        compare<notification_request>(peer, s, out);
    } else {
        for (const packet_type asked : {packet_type::ping, packet_type::create_session, packet_type::fragment,
                                        packet_type::close_session, packet_type::cancel_session})
            compare<ack>(peer, s, out, {.answers = asked, .limits = {}});
        compare<notification_response>(peer, s, out);
    }
}
