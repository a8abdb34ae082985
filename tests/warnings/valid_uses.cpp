// What people write who use the library as they should, a little of everything. No compiler may warn of any of it, at
// any level of optimization, and it must compile behind the macros of others. It looks at what comes out, too: a
// program that is compiled for a processor of 32 bits should do more than link.
#include "other_macros.hpp"

#include <bitswire/bitswire.hpp>

using namespace bitswire;

namespace {

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
        const auto [it, is_new] = records.try_emplace(std::string(id));
        if (is_new) it->second = {.session = session, .target = std::string(target)};
        return is_new ? &it->second : nullptr;
    }
    void erase(std::string_view id) { records.erase(std::string(id)); }
};
using server_type = upload_server<store_type>;

int failures = 0;
void expect(bool holds, int line) {
    if (holds) return;
    std::printf("line %d: not as expected\n", line);
    ++failures;
}

template <class Packet>
std::string written(const Packet& packet) {
    const result<std::size_t> size = size_of_message(packet);
    if (!size) return {};
    std::string out(*size, '\0');
    const result<std::size_t> taken = write_message(packet, out);
    return taken && *taken == *size ? out : std::string{};
}

void read_and_write() {
    upload_request_parser short_text(read_options{});
    expect(short_text.parse("x").state == outcome::need_more, __LINE__);

    upload_request r;
    r.type = packet_type::fragment;
    r.target = "/folder/file.bin";
    r.host = "host:8080";
    r.session_id = "{7D5F0DB6-3C2C-4AE7-BC28-6A1B2C3D4E5F}";
    r.range = {.offset = 5'000'000'000, .size_bytes = 10, .total_bytes = 6'000'000'000};
    const std::string text = written(r);
    upload_request_parser parser(read_options{});
    const parsed<upload_request> again = parser.parse(text);
    expect(again.state == outcome::complete && again.packet == r && again.consumed == text.size(), __LINE__);
    expect(find_field(text, "host") == std::string_view("host:8080"), __LINE__);

    const ack a{.answers = packet_type::fragment, .session_id = r.session_id, .received_content_range = 5'000'000'010};
    std::string headers;
    const error problem = visit_headers(a, [&](std::string_view name, std::string_view value) {
        headers += std::string(name) + ": " + std::string(value) + "\n";
    });
    expect(!problem && headers.find("5000000010") != std::string::npos, __LINE__);
    ack_parser acks(ack_options{.answers = packet_type::fragment});
    const std::string answer = written(a);
    const auto read = acks.parse(answer);
    expect(read.state == outcome::complete && read.packet.received_content_range == a.received_content_range, __LINE__);

    const std::map<std::string, std::string> fields = {
        {"BITS-Packet-Type", "Ping"}, {"Host", "h"}, {"Content-Length", "0"}};
    const auto ping = parse_message<upload_request>({.method = "BITS_POST", .target = "/x", .minor_version = 1}, fields,
                                                    read_options{});
    expect(ping.has_value() && ping->type == packet_type::ping, __LINE__);
    const auto look_up = [&](std::string_view name) {
        return name == "bits-packet-type" ? std::string_view("Ping") : std::string_view();
    };
    const auto refused = parse_message<upload_request>({.method = "BITS_POST", .target = "x", .minor_version = 1},
                                                       look_up, read_options{});
    expect(!refused && refused.error().code == errc::bad_target, __LINE__);
    expect(refuse(refused.error()).status == 400, __LINE__);

    notification_request told;
    told.type = notification_type::by_value;
    told.target = "/application";
    told.host = "host";
    told.original_request_url = "http://host/folder/file.bin";
    expect(!written(told).empty(), __LINE__);
}

void read_values() {
    char out[300] = {};
    const auto url = parse_url("http://host:8080/folder/file.bin?x=1");
    expect(url && url->host == "host" && url->port == "8080", __LINE__);
    expect(parse_guid("{7df0354d-249b-430f-820d-3d2a9bef4931}").has_value(), __LINE__);
    expect(parse_content_range("bytes 0-9/10").has_value() && parse_host("[::1]").has_value(), __LINE__);
    const auto path = write_file_path("/folder/file.bin", "/folder", out);
    expect(path.has_value(), __LINE__);
    const auto reply = resolve_reply_url("http://host/folder/file.bin", "reply.bin", out);
    expect(reply && std::string_view(out, *reply) == "http://host/folder/reply.bin", __LINE__);
    std::printf("%s %s %s\n", name_of(errc::bad_host).data(), name_of("BG_E_EMPTY"_hresult).data(),
                std::string(write_code("BG_E_EMPTY"_hresult).view()).c_str());
}

/// The server of an upload: answers a request and does what it says at once.
ack serve(server_type& server, const upload_request& r, std::string_view new_id) {
    const upload_directory directory{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};
    upload_server_step step = server.on_request(r, directory,
                                                {.now = time_point{1000},
                                                 .is_authorized = true,
                                                 .is_owner = true,
                                                 .destination = destination_state::absent,
                                                 .user_sessions = 0,
                                                 .new_session_id = new_id});
    const std::string id(r.type == packet_type::create_session ? new_id : std::string_view(r.session_id));
    for (int steps = 0; steps < 10; ++steps) {
        switch (step.todo) {
        case upload_server_todo::make_room:
            step = server.on_room(id, step.ticket, std::nullopt, directory, {1000});
            continue;
        case upload_server_todo::store_body:
            step = server.on_stored(id, step.ticket, step.size_bytes, directory, {1000});
            continue;
        case upload_server_todo::publish:
            step = server.on_published(id, step.ticket, std::nullopt, directory, {1000});
            continue;
        case upload_server_todo::answer:
        case upload_server_todo::discard:
        case upload_server_todo::notify:
        case upload_server_todo::abandon:
            break;
        }
        break;
    }
    ack told = step.answer;
    told.session_id = new_id; // the step's borrows `id`
    return told;
}

void upload_as_a_job() {
    const moment now{{0}, {1'700'000'000'000}};
    std::array<job_file_record, 2> files{};
    std::array<char, 1000> texts{};
    auto created = job::create({.type = job_type::upload, .display_name = "log", .owner = "me"},
                               {.files = files, .texts = texts}, now);
    expect(created.has_value(), __LINE__);
    if (!created) return;
    job j = *created;
    expect(j.add_file("http://host/folder/file.bin", "/file.bin", now).returns.is_success(), __LINE__);
    expect(j.resume(now).returns.is_success(), __LINE__);
    std::array<scheduler_slot, 2> places{};
    scheduler schedule(places);
    schedule.update(0, j, now.steady);
    expect(schedule.next(now.steady).todo == schedule_todo::start, __LINE__);

    store_type store;
    server_type server(store);
    const std::string url(j.file(0).remote_name);
    upload_client client({.url = url, .size_bytes = 1'000'000, .user_agent = "valid/1"});
    upload_step step = carry_out(j.on_picked(now).todo, client, now.steady);
    for (int steps = 0; steps < 100 && step.todo == upload_todo::send; ++steps) {
        const ack answer = serve(server, step.request, "{7D5F0DB6-3C2C-4AE7-BC28-6A1B2C3D4E5F}");
        step = client.on_ack(answer, now.steady);
        static_cast<void>(follow(j, client, step, now));
    }
    expect(step.todo == upload_todo::done && client.succeeded(), __LINE__);
    expect(j.state() == job_state::transferred, __LINE__);
    expect(j.complete(now).returns.is_success() && j.is_over(), __LINE__);
}

void keep_and_read_back() {
    const moment now{{0}, {1'700'000'000'000}};
    std::array<char, 10'000> bytes{};
    upload_client client({.url = "http://host/file", .size_bytes = 5});
    const upload_step first = client.start(now.steady);
    expect(first.todo == upload_todo::send, __LINE__);
    const auto size = client.write_snapshot(bytes, now.steady);
    expect(size.has_value(), __LINE__);
    if (!size) return;
    const auto restored =
        upload_client::restore({.url = "http://host/file", .size_bytes = 5}, {bytes.data(), *size}, now.steady);
    expect(restored && restored->state() == upload_client_state::suspend, __LINE__);
    const upload_session session(now.steady);
    expect(session.write_snapshot(bytes, now).has_value(), __LINE__);

    char room[8000] = {};
    notifier n({.type = notification_type::by_reference,
                .notification_url = "http://application/told",
                .original_url = "http://host/file",
                .request_datafile_name = "/file",
                .response_datafile_name = "/reply",
                .url_buffer = room});
    const notifier_step told = n.start();
    expect(told.todo == notifier_todo::send_headers && told.request.target == "/told", __LINE__);
}

} // namespace

int main() {
    read_and_write();
    read_values();
    upload_as_a_job();
    keep_and_read_back();
    return failures;
}
