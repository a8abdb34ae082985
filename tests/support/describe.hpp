// Packets as one line of text each: only members that have a value, in the order of the struct. The corpus states its
// expectations in this form.
#pragma once

#include <bitswire/bitswire.hpp>

#include <sstream>
#include <string>

namespace bitswire {

inline void describe(std::ostream& os, const char* key, std::string_view value) {
    if (!value.empty()) os << ' ' << key << '=' << value;
}

inline void describe(std::ostream& os, const body_framing& body) {
    if (body.end == body_end::chunked) os << " body=chunked";
    if (body.end == body_end::connection) os << " body=until-close";
    if (body.size_bytes != 0) os << " body=" << body.size_bytes;
}

inline std::string describe(const upload_request& r) {
    std::ostringstream os;
    os << name_of(r.type);
    describe(os, "target", r.target);
    describe(os, "host", r.host);
    describe(os, "session", r.session_id);
    describe(os, "name", r.content_name);
    for (std::size_t i = 0; i < r.supported_protocols.line_count(); ++i) {
        describe(os, "protocols", r.supported_protocols.line(i));
    }
    if (r.type == packet_type::fragment) {
        os << " range=" << r.range.offset << '+' << r.range.size_bytes << '/' << r.range.total_bytes;
    }
    describe(os, "agent", r.user_agent);
    if (r.expects_continue) os << " expects-continue";
    if (!r.keep_alive) os << " close";
    return os.str();
}

inline std::string describe(const ack& a) {
    std::ostringstream os;
    os << "Ack status=" << a.status;
    describe(os, "session", a.session_id);
    if (a.protocol) os << " protocol=" << (*a.protocol == bits_upload_protocol ? "bits" : "other");
    describe(os, "host-id", a.host_id);
    if (a.host_id_fallback_timeout_s != host_id_fallback_never_s) os << " fallback=" << a.host_id_fallback_timeout_s;
    if (a.received_content_range) os << " received=" << *a.received_content_range;
    describe(os, "reply", a.reply_url);
    if (a.error_code) os << " error=" << write_code(*a.error_code).view();
    if (a.error_context) os << " context=" << write_code(*a.error_context).view();
    describe(os, "date", a.date);
    describe(os, "server", a.server);
    describe(os, a.body);
    if (!a.keep_alive) os << " close";
    return os.str();
}

inline std::string describe(const notification_request& r) {
    std::ostringstream os;
    os << (r.type == notification_type::by_reference ? "by-reference" : "by-value");
    describe(os, "target", r.target);
    describe(os, "host", r.host);
    describe(os, "original", r.original_request_url);
    describe(os, "request", r.request_datafile_name);
    describe(os, "response", r.response_datafile_name);
    describe(os, "agent", r.user_agent);
    if (r.body_bytes != 0) os << " body=" << r.body_bytes;
    if (r.expects_continue) os << " expects-continue";
    if (!r.keep_alive) os << " close";
    return os.str();
}

inline std::string describe(const notification_response& r) {
    std::ostringstream os;
    os << "response status=" << r.status;
    describe(os, "static", r.static_response_url);
    if (r.copy_file_to_destination) os << " copy";
    describe(os, "date", r.date);
    describe(os, "server", r.server);
    describe(os, r.body);
    if (!r.keep_alive) os << " close";
    return os.str();
}

} // namespace bitswire
