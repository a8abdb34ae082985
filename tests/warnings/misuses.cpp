// Mistakes that compilers must warn of. A comment at the end of a line says which warning that line must have: `warns:`
// from every compiler, `clang warns:` from clang alone. No other line may have one. See check_warnings.py.
#include <bitswire/bitswire.hpp>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace bitswire;

struct record {
    upload_session session{};
    std::string reply_url{};
    std::string target{};
};
struct store_type {
    std::map<std::string, record, std::less<>> records{};
    record* find(std::string_view id) {
        const auto it = records.find(id);
        return it == records.end() ? nullptr : &it->second;
    }
    record* insert(std::string_view id, std::string_view target, const upload_session& session) {
        return &(records[std::string(id)] = {.session = session, .target = std::string(target)});
    }
    void erase(std::string_view id) { records.erase(std::string(id)); }
};
using server_type = upload_server<store_type>;

namespace {

std::string made(std::string_view text) {
    return std::string(text) + "/made-up-text-that-is-too-long-to-be-kept-inside";
}

// ---- What a call says must be looked at.

void drop_upload_steps(upload_client& client, const ack& a) {
    client.start({});                                             // warns: unused-result
    client.on_ack(a, {});                                         // warns: unused-result
    client.on_bad_ack({}, {});                                    // warns: unused-result
    client.on_transport_error({});                                // warns: unused-result
    client.on_timeout({});                                        // warns: unused-result
    client.on_timer({});                                          // warns: unused-result
    client.suspend({});                                           // warns: unused-result
    client.resume({});                                            // warns: unused-result
    client.cancel({});                                            // warns: unused-result
    client.on_reply_fetched({});                                  // warns: unused-result
    client.write_snapshot({}, {});                                // warns: unused-result
    upload_client::restore({.url = "", .size_bytes = 1}, "", {}); // warns: unused-result
    client.failure();                                             // warns: unused-result
    carry_out(job_action::stop, client, {});                      // warns: unused-result
}

void drop_server_steps(server_type& server, const upload_request& r, const upload_directory& d,
                       const upload_request_facts& facts) {
    server.on_request(r, d, facts); // warns: unused-result
}

void drop_job_steps(job& j, const moment& now) {
    j.resume(now);                                // warns: unused-result
    j.add_file("http://host/file", "/file", now); // warns: unused-result
    j.on_timer(now);                              // warns: unused-result
    j.on_picked(now);                             // warns: unused-result
    j.complete(now);                              // warns: unused-result
    j.may_complete();                             // warns: unused-result
    job::create({}, {}, now);                     // warns: unused-result
    job::restore("", {}, now);                    // warns: unused-result
}

void drop_other_steps(scheduler& s, notifier& n, upload_session& session) {
    s.next({});                     // warns: unused-result
    n.start();                      // warns: unused-result
    n.on_headers_sent();            // warns: unused-result
    n.on_timeout();                 // warns: unused-result
    session.write_snapshot({}, {}); // warns: unused-result
}

void drop_results(const ack& a, const upload_request& r, upload_request_parser& parser, std::span<char> out) {
    parser.parse("");                                                                    // warns: unused-result
    write_message(a, out);                                                               // warns: unused-result
    size_of_message(r);                                                                  // warns: unused-result
    visit_headers(a, [](std::string_view, std::string_view) {});                         // warns: unused-result
    parse_message<upload_request>({}, std::span<std::pair<std::string, std::string>>{}); // warns: unused-result
    parse_url("");                                                                       // warns: unused-result
    parse_host("");                                                                      // warns: unused-result
    parse_guid("");                                                                      // warns: unused-result
    parse_content_range("");                                                             // warns: unused-result
    parse_code("");                                                                      // warns: unused-result
    resolve_reply_url("", "", out);                                                      // warns: unused-result
    check_reply_url("", "");                                                             // warns: unused-result
    write_file_path("", "", out);                                                        // warns: unused-result
    find_field("", "");                                                                  // warns: unused-result
    name_of(header::host);                                                               // warns: unused-result
}

// ---- What is borrowed must stay.

void keep_a_temporary_text() {
    const std::string host = "host";
    upload_client client({.url = made(host), .size_bytes = 1}); // clang warns: dangling
    static_cast<void>(client.finished());
    upload_client named(upload_client_config{
        .url = "http://host/", .size_bytes = 1, .content_name = made(host)}); // clang warns: dangling
    static_cast<void>(named.finished());
    const upload_client_config config{.url = made(host), .size_bytes = 1}; // clang warns: dangling
    static_cast<void>(config);
    notifier told({.notification_url = made(host)}); // clang warns: dangling
    static_cast<void>(told.finished());
    const upload_directory directory{.host_id = made(host)}; // clang warns: dangling
    static_cast<void>(directory);
}

void parse_a_temporary_text() {
    const std::string text = "text";
    upload_request_parser requests(read_options{});
    const auto request = requests.parse(made(text)); // clang warns: dangling
    static_cast<void>(request);
    const auto url = parse_url(made(text)); // clang warns: dangling
    static_cast<void>(url);
    const auto host = parse_host(made(text)); // clang warns: dangling
    static_cast<void>(host);
    const auto field = find_field(made(text), "host"); // clang warns: dangling
    static_cast<void>(field);
    const ack told = refuse(refusal::access_denied, packet_type::ping, made(text)); // clang warns: dangling
    static_cast<void>(told);
}

void keep_a_part_of_a_temporary() {
    const std::string_view id =
        upload_client({.url = "http://host/", .size_bytes = 1}).session_id(); // clang warns: dangling
    static_cast<void>(id);
    const std::string_view code = write_code(hresult{}).view(); // clang warns: dangling
    static_cast<void>(code);
    const auto& url = *parse_url("http://host/"); // clang warns: dangling
    static_cast<void>(url);
}

void answer_with_a_temporary_id(server_type& server, const upload_request& r, const upload_directory& d) {
    const auto step =
        server.on_request(r, d, {.now = time_point{}, .new_session_id = made("id")}); // clang warns: dangling
    static_cast<void>(step);
}

parsed<upload_request> return_what_a_local_variable_has() {
    upload_request_parser parser(read_options{});
    char buffer[100] = {};
    return parser.parse({buffer, sizeof buffer}); // clang warns: return-stack-address
}

server_type return_a_server_of_a_local_store() {
    store_type store;
    return server_type(store); // clang warns: return-stack-address
}

} // namespace

// Uses all of them, so that no compiler warns of what is not used.
void use_all(upload_client& client, server_type& server, job& j, scheduler& s, notifier& n, upload_session& session,
             upload_request_parser& parser, std::span<char> out) {
    drop_upload_steps(client, {.answers = packet_type::ping});
    drop_server_steps(server, {}, {}, {.now = time_point{}});
    drop_job_steps(j, {});
    drop_other_steps(s, n, session);
    drop_results({.answers = packet_type::ping}, {}, parser, out);
    keep_a_temporary_text();
    parse_a_temporary_text();
    keep_a_part_of_a_temporary();
    answer_with_a_temporary_id(server, {}, {});
    static_cast<void>(return_what_a_local_variable_has());
    static_cast<void>(return_a_server_of_a_local_store());
}
