// Everything public, called in any order with anything: enumerators that are none, default-constructed arguments, wrong
// tickets and times, buffers that are too small, objects that are over. Nothing may be undefined (the sanitizers see
// that), no text may be null, and no assertion of the library may fail; whatever else comes back is right.
//
// The first byte of an input says which part of the library it is about; the others say what is called with what.
#include "fuzz.hpp"

#include "support/job_memory.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

/// What is left of an input. At its end everything is zero or empty.
class input {
  public:
    explicit input(std::string_view bytes) : left_(bytes) {}

    [[nodiscard]] bool empty() const { return left_.empty(); }
    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const auto b = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return b;
    }
    bool flag() { return byte() % 2 != 0; }
    std::uint16_t word() { return static_cast<std::uint16_t>(byte() | byte() << 8); }
    /// Mostly small, and around the largest there are.
    std::uint64_t number() {
        switch (const std::uint8_t kind = byte(); kind % 8) {
        case 0:
            return UINT64_MAX - kind / 8;
        case 1:
            return UINT32_MAX + std::uint64_t{kind};
        case 2:
            return std::uint64_t{word()} << kind / 8;
        case 3:
            return word();
        default:
            return kind / 8;
        }
    }
    std::uint32_t number32() { return static_cast<std::uint32_t>(number()); }
    template <class Enum>
    Enum enumerator() {
        const std::uint8_t b = byte();
        return static_cast<Enum>(b < 0xc0 ? b % 24 : b);
    }
    time_point time() { return {number()}; }
    moment both_times() { return {time(), {number()}}; }
    /// A part of the input, or a text that may be right somewhere.
    std::string_view text() {
        static constexpr std::array<std::string_view, 16> words = {"",
                                                                   "http://host/folder/file",
                                                                   "https://[::1]:8080/f?q",
                                                                   "/folder/file",
                                                                   "{7df0354d-249b-430f-820d-3d2a9bef4931}",
                                                                   "reply",
                                                                   "bytes 0-9/10",
                                                                   "host:80",
                                                                   "::1",
                                                                   "Ping",
                                                                   "HTTP/1.1 200 OK\r\n",
                                                                   "BITS_POST /x HTTP/1.1\r\n",
                                                                   "/home/user/f",
                                                                   "Content-Length: 0\r\n\r\n",
                                                                   "BG_E_EMPTY",
                                                                   "..\\..\\x"};
        const std::uint8_t kind = byte();
        if (kind % 2 == 0) return words[kind / 2 % words.size()];
        const std::string_view part = left_.substr(0, kind / 2);
        left_.remove_prefix(part.size());
        return part;
    }
    template <class T>
    std::optional<T> maybe(T value) {
        return flag() ? std::optional<T>(value) : std::nullopt;
    }
    std::string_view rest() { return std::exchange(left_, {}); }

  private:
    std::string_view left_;
};

/// A buffer of just that size, so that the sanitizer sees each byte too far.
class buffer {
  public:
    explicit buffer(std::size_t size) : bytes_(size) {}
    [[nodiscard]] std::span<char> span() { return bytes_; }

  private:
    std::vector<char> bytes_;
};

void check_text(std::string_view text) { FUZZ_CHECK(text.data() != nullptr, "no text is null"); }
void check_name(std::string_view text) {
    check_text(text);
    FUZZ_CHECK(text.data()[text.size()] == '\0', "a name has a zero behind it");
}

template <class Packet>
void write(input& in, const Packet& packet) {
    const auto size = size_of_message(packet);
    buffer out(in.word() % 1500);
    const auto written = write_message(packet, out.span());
    FUZZ_CHECK(size.has_value() || !written, "what has no size is not written");
    FUZZ_CHECK(!written || *written <= out.span().size(), "what is written fits");
    static_cast<void>(visit_headers(packet, [](std::string_view name, std::string_view value) {
        check_name(name);
        FUZZ_CHECK(value.size() <= UINT16_MAX, "a value is no longer than a value may be");
    }));
}

ack any_ack(input& in) {
    ack a{.answers = in.enumerator<packet_type>()};
    a.status = static_cast<std::uint16_t>(in.flag() ? 200 + in.byte() : in.word());
    a.session_id = in.text();
    if (in.flag()) a.host_id = in.text();
    a.host_id_fallback_timeout_s = in.number32();
    a.received_content_range = in.maybe(in.number());
    if (in.flag()) a.reply_url = in.text();
    a.error_code = in.maybe(hresult{in.number32()});
    a.error_context = in.maybe(static_cast<error_context>(in.number32()));
    if (in.flag()) a.protocol = bits_upload_protocol;
    a.keep_alive = in.flag();
    if (in.byte() % 8 == 0) a.body = {in.enumerator<body_end>(), in.number()};
    return a;
}

upload_request any_request(input& in) {
    upload_request r;
    r.type = in.enumerator<packet_type>();
    r.target = in.text();
    r.host = in.text();
    r.session_id = in.flag() ? "id" : in.text();
    r.content_name = in.text();
    r.range = {in.number(), in.number(), in.number()};
    if (in.flag()) r.supported_protocols = protocol_list_view(in.flag() ? bits_upload_protocol_text : in.text());
    r.user_agent = in.text();
    r.expects_continue = in.flag();
    r.keep_alive = in.flag();
    return r;
}

error any_error(input& in) { return {in.enumerator<errc>(), in.enumerator<header>(), in.number32()}; }

// ---- The parts.

void use_parsers(input& in) {
    read_options options;
    options.limits = {in.number32(), in.number32(), in.number32(), in.number32()};
    upload_request_parser requests(options);
    ack_parser acks(ack_options{.answers = in.enumerator<packet_type>()});
    request_head_parser heads;
    while (!in.empty()) {
        std::string message;
        for (int parts = in.byte() % 6; parts >= 0; --parts)
            message += in.text();
        const exact_bytes bytes(message);
        const auto request = requests.parse(bytes.view());
        if (request.state == outcome::complete) write(in, request.packet);
        const auto answer = acks.parse(bytes.view());
        if (answer.state == outcome::complete) write(in, answer.packet);
        static_cast<void>(heads.parse(bytes.view()));
        static_cast<void>(heads.start_line(bytes.view()));
        static_cast<void>(heads.size());
        static_cast<void>(heads.fields(bytes.view()).text(header::host));
        static_cast<void>(find_field(bytes.view(), in.text()));
    }
}

void use_packets(input& in) {
    write(in, any_request(in));
    write(in, any_ack(in));
    notification_request n;
    n.type = in.enumerator<notification_type>();
    n.target = in.text();
    n.host = in.text();
    n.original_request_url = in.text();
    n.request_datafile_name = in.text();
    n.response_datafile_name = in.text();
    n.body_bytes = in.number();
    write(in, n);
    notification_response r;
    r.status = in.word();
    r.static_response_url = in.text();
    r.copy_file_to_destination = in.flag();
    r.body = {in.enumerator<body_end>(), in.number()};
    write(in, r);
    const request_line start{.method = in.text(), .target = in.text(), .minor_version = in.byte()};
    const std::array<std::pair<std::string_view, std::string_view>, 3> fields = {
        {{in.text(), in.text()}, {"BITS-Packet-Type", in.text()}, {"Content-Length", in.text()}}};
    static_cast<void>(parse_message<upload_request>(start, fields, read_options{}));
    write(in, refuse(any_error(in), in.enumerator<packet_type>(), in.text()));
    write(in, refuse(in.enumerator<refusal>(), in.enumerator<packet_type>(), in.text()));
}

void use_values(input& in) {
    while (!in.empty()) {
        const exact_bytes a(in.text());
        const exact_bytes b(in.text());
        buffer out(in.byte());
        static_cast<void>(parse_url(a.view()));
        static_cast<void>(parse_host(a.view()));
        static_cast<void>(parse_host_id(a.view()));
        static_cast<void>(parse_authority(a.view()));
        static_cast<void>(parse_guid(a.view()));
        static_cast<void>(parse_content_range(a.view()));
        static_cast<void>(parse_code(a.view()));
        static_cast<void>(parse_decimal(a.view(), in.number()));
        static_cast<void>(resolve_reply_url(a.view(), b.view(), out.span()));
        static_cast<void>(check_reply_url(a.view(), b.view()));
        static_cast<void>(resolve_notification_url(a.view(), b.view(), out.span()));
        static_cast<void>(write_file_path(a.view(), b.view(), out.span()));
        static_cast<void>(is_safe_file_name(a.view()));
        static_cast<void>(write_guid(guid{}, in.enumerator<guid_style>()));
        check_text(number_text::hexadecimal(in.number(), in.byte()).view());
        check_text(write_code(static_cast<error_context>(in.number32())).view());
        protocol_list_view protocols(a.view());
        for (int lines = in.byte() % 12; lines > 0; --lines)
            static_cast<void>(protocols.add_line(b.view()));
        check_text(protocols.line(in.byte()));
        static_cast<void>(protocols.contains(bits_upload_protocol));
    }
}

void use_tables(input& in) {
    while (!in.empty()) {
        check_name(name_of(in.enumerator<errc>()));
        check_name(name_of(in.enumerator<header>()));
        check_name(name_of(in.enumerator<packet_type>()));
        check_name(name_of(in.enumerator<disposition>()));
        check_name(name_of(hresult{in.number32()}));
        check_name(name_of(static_cast<error_context>(in.number32())));
        check_name(reason_of(in.word()));
        check_name(row_of(in.enumerator<errc>()).text);
        check_name(row_of(in.enumerator<header>()).name);
        check_name(row_of(in.enumerator<refusal>()).text);
        check_name(row_of(in.enumerator<upload_status>()).text);
        static_cast<void>(row_of(in.enumerator<job_timer>()).least_s);
        check_name(usual_value(in.enumerator<header>(), in.enumerator<message_kind>()));
        static_cast<void>(letter_of(in.enumerator<presence>()));
        static_cast<void>(presence_of(in.enumerator<header>(), in.enumerator<message_kind>()));
        static_cast<void>(required_headers(in.enumerator<message_kind>()));
        static_cast<void>(set_of(in.enumerator<header>()));
        static_cast<void>(request_kind(in.enumerator<packet_type>()));
        static_cast<void>(ack_kind(in.enumerator<packet_type>(), in.word()));
        static_cast<void>(is_name_of(in.enumerator<packet_type>(), in.text()));
        static_cast<void>(find_packet_type(in.text()));
        static_cast<void>(find_header(in.text()));
        static_cast<void>(
            disposition_of(job_error{hresult{in.number32()}, static_cast<error_context>(in.number32()), in.word()}));
        static_cast<void>(disposition_of_application(in.word()));
        static_cast<void>(refused_by_application(in.word()));
        static_cast<void>(not_answered(in.enumerator<refusal>()));
        static_cast<void>(result_of(in.enumerator<job_state>(), in.enumerator<job_event>()));
        static_cast<void>(enum_set<job_state>{in.enumerator<job_state>()}.contains(in.enumerator<job_state>()));
    }
}

template <class Machine>
void use_machine(input& in, Machine m) {
    for (int steps = 0; steps < 20; ++steps) {
        const auto event = in.enumerator<typename Machine::event_type>();
        const bool accepts = m.accepts(event);
        FUZZ_CHECK(static_cast<bool>(m.step(event)) == accepts, "a machine steps where it says so");
        check_name(enum_name(m.state()));
        static_cast<void>(m.is_final());
    }
}

void use_base(input& in) {
    use_machine(in, upload_client_machine(in.enumerator<upload_client_state>()));
    use_machine(in, upload_server_machine(in.enumerator<upload_server_state>()));
    use_machine(in, back_end_client_machine(in.enumerator<back_end_client_state>()));
    use_machine(in, job_machine(in.enumerator<job_state>()));

    const auto size = [&] { return in.number(); };
    fragment_size f(fragment_size_limits{size(), size(), size(), in.number32()});
    for (int steps = 0; steps < 10; ++steps) {
        f.on_acknowledged(size(), size());
        if (in.flag()) f.on_lost();
        if (in.flag()) f.on_too_large(size());
        if (in.flag()) f.resume(size(), size());
        FUZZ_CHECK(f.bytes() != 0 && f.bytes() <= f.ceiling(), "there is a size, and it is not above the ceiling");
    }

    buffer memory(in.byte());
    text_arena arena(memory.span());
    std::array<text_slot, 3> slots{};
    const auto each_slot = [&](auto g) {
        for (text_slot& s : slots)
            g(s);
    };
    for (int steps = 0; steps < 20; ++steps) {
        text_slot& s = slots[in.byte() % slots.size()];
        switch (in.byte() % 4) {
        case 0:
            s = arena.append(in.text());
            break;
        case 1:
            static_cast<void>(arena.replace(s, in.text(), each_slot));
            break;
        case 2:
            arena.remove(s, each_slot);
            break;
        default:
            if (in.byte() % 8 == 0) s = {in.number32(), in.number32()};
        }
        check_text(arena.view(s));
    }

    inline_text<8> text;
    static_cast<void>(text.assign(in.text()));
    static_cast<void>(text.append(in.text()));
    check_text(text.view());
    const snapshot_kind kind{in.text(), in.word()};
    buffer small(in.byte() % 20);
    snapshot_writer w(small.span(), kind);
    w.put(in.text());
    w.put(in.number());
    static_cast<void>(w.finish());
    snapshot_reader r(in.text(), kind);
    check_text(r.get_text(in.byte()));
    static_cast<void>(r.get<std::uint64_t>());
    static_cast<void>(r.finish());
}

void use_client(input& in) {
    upload_client_config config{.url = in.flag() ? "http://host/folder/file" : in.text(), .size_bytes = in.number()};
    if (in.flag()) config.content_name = in.text();
    if (in.flag()) config.user_agent = in.text();
    config.wants_reply = in.flag();
    config.ping_first = in.flag();
    config.fragment = {in.number(), in.number(), in.number(), in.number32()};
    config.first_repeat_s = in.number32();
    config.repeat_for_s = in.number32();
    config.setbacks_allowed = in.byte();
    upload_client client(config);
    while (!in.empty()) {
        upload_step step;
        const time_point now = in.time();
        switch (in.byte() % 20) {
        case 0:
        case 1:
            step = client.start(now);
            break;
        case 2:
        case 3:
        case 4:
        case 5:
            step = client.on_ack(any_ack(in), now);
            break;
        case 6: {
            ack a{.answers = packet_type::create_session};
            a.session_id = "id";
            step = client.on_ack(a, now);
            break;
        }
        case 7:
            step = client.on_bad_ack(any_error(in), now);
            break;
        case 8:
            step = client.on_transport_error(now);
            break;
        case 9:
            step = client.on_timeout(now);
            break;
        case 10:
            step = client.on_timer(now);
            break;
        case 11:
            step = client.on_credentials_given(now);
            break;
        case 12:
            step = client.on_credentials_withheld(now);
            break;
        case 13:
            step = client.on_reply_fetched(now);
            break;
        case 14:
            step = in.flag() ? client.on_reply_given_up(now) : client.on_reply_failed(now);
            break;
        case 15:
            step = client.suspend(now);
            break;
        case 16:
            step = client.resume(now);
            break;
        case 17:
            step = client.cancel(now);
            break;
        case 18:
            step = carry_out(in.enumerator<job_action>(), client, now);
            break;
        default: {
            buffer out(in.word() % 700);
            const auto size = client.write_snapshot(out.span(), now);
            if (!size) break;
            const auto again = upload_client::restore(config, {out.span().data(), *size}, in.time());
            if (again) client = *again;
        }
        }
        if (step.todo == upload_todo::send) write(in, step.request);
        check_text(client.session_id());
        check_text(client.reply_url());
        check_name(enum_name(client.state()));
        check_name(row_of(client.failure().what).text);
        static_cast<void>(error_of(client.failure()));
        buffer out(in.byte());
        static_cast<void>(client.write_reply_url(out.span()));
    }
}

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
        if (is_new) it->second = {session, {}, std::string(target)};
        return is_new ? &it->second : nullptr;
    }
    void erase(std::string_view id) { records.erase(std::string(id)); }
};

upload_directory any_directory(input& in) {
    upload_directory d;
    d.uploads_enabled = in.byte() % 8 != 0;
    d.allow_overwrites = in.flag();
    d.keep_partial_fragments = in.flag();
    d.notification = in.enumerator<notification_type>();
    d.max_upload_bytes = in.number();
    d.max_fragment_bytes = in.number();
    d.max_dropped_bytes = in.number();
    if (in.flag()) d.host_id = in.text();
    d.host_id_fallback_timeout_s = in.number32();
    d.session_timeout_s = in.number32();
    return d;
}

notification_result any_result(input& in) {
    notification_result r;
    r.meaning = in.enumerator<disposition>();
    r.is_final = in.flag();
    r.copy_to_destination = in.flag();
    r.status = in.word();
    r.code = hresult{in.number32()};
    return r;
}

void use_server(input& in) {
    const upload_directory d = any_directory(in);
    store_type store;
    upload_server<store_type> server(store);
    std::uint32_t ticket = 0;
    while (!in.empty()) {
        const time_point now = in.time();
        const std::string id(in.flag() ? std::string_view("id") : in.text());
        const std::uint32_t t = in.byte() % 8 != 0 ? ticket : in.number32();
        upload_server_step step;
        switch (in.byte() % 12) {
        case 0:
        case 1:
        case 2:
        case 3: {
            const upload_request r = any_request(in);
            step = server.on_request(r, d,
                                     {.now = now,
                                      .is_authorized = in.byte() % 8 != 0,
                                      .is_owner = in.byte() % 8 != 0,
                                      .destination = in.enumerator<destination_state>(),
                                      .user_sessions = in.byte(),
                                      .new_session_id = id});
            write(in, step.answer);
            step.answer = {.answers = packet_type::ping};
            break;
        }
        case 4:
            step = server.on_room(id, t, in.maybe(in.enumerator<refusal>()), d, now);
            break;
        case 5:
            step = server.on_stored(id, t, in.number(), d, now);
            break;
        case 6:
            step = server.on_not_stored(id, t, in.enumerator<refusal>(), d, now);
            break;
        case 7:
            step = server.on_notified(id, t, any_result(in), d, now);
            break;
        case 8:
            step = server.on_published(id, t, in.maybe(in.enumerator<refusal>()), d, now);
            break;
        case 9:
            static_cast<void>(server.expire(id, d, now));
            break;
        case 10:
            static_cast<void>(server.end(id));
            break;
        default:
            if (record* r = store.find(id)) r->reply_url = in.text();
        }
        if (step.ticket != 0) ticket = step.ticket;
        write(in, step.answer);
    }
}

void use_session(input& in) {
    const upload_directory d = any_directory(in);
    upload_session session;
    std::uint32_t ticket = 0;
    while (!in.empty()) {
        const std::string reply(in.text());
        const upload_session_call c{"id", reply, in.time()};
        const std::uint32_t t = in.byte() % 8 != 0 ? ticket : in.number32();
        upload_server_step step;
        switch (in.byte() % 10) {
        case 0:
            step = session.create(any_request(in));
            break;
        case 1:
        case 2:
        case 3:
            step = session.on_request(any_request(in), d, c);
            break;
        case 4:
            step = session.on_room(t, in.maybe(in.enumerator<refusal>()), d, c);
            break;
        case 5:
            step = session.on_stored(t, in.number(), d, c);
            break;
        case 6:
            step = session.on_not_stored(t, in.enumerator<refusal>(), d, c);
            break;
        case 7:
            step = session.on_notified(t, any_result(in), d, c);
            break;
        case 8:
            step = session.on_published(t, in.maybe(in.enumerator<refusal>()), d, c);
            break;
        default: {
            if (in.flag()) session.expire();
            buffer out(in.byte());
            const auto size = session.write_snapshot(out.span(), in.both_times());
            if (!size) break;
            const auto again = upload_session::read_snapshot({out.span().data(), *size});
            if (again) session = *again; // after misuse it may be one that cannot be
        }
        }
        if (step.ticket != 0) ticket = step.ticket;
        write(in, step.answer);
        static_cast<void>(session.is_expired(d, in.time()));
        check_name(enum_name(session.state()));
    }
}

void use_notifier(input& in) {
    buffer url(in.word() % 600);
    notifier n({.type = in.enumerator<notification_type>(),
                .notification_url = in.text(),
                .original_url = in.flag() ? "http://host/folder/file" : in.text(),
                .request_datafile_name = in.text(),
                .response_datafile_name = in.text(),
                .size_bytes = in.number(),
                .url_buffer = url.span()});
    while (!in.empty()) {
        notifier_step step;
        switch (in.byte() % 8) {
        case 0:
            step = n.start();
            break;
        case 1:
            step = n.on_headers_sent();
            break;
        case 2:
            step = n.on_data_sent();
            break;
        case 3: {
            notification_response r;
            r.status = in.flag() ? std::uint16_t{200} : in.word();
            r.static_response_url = in.text();
            r.body = {in.enumerator<body_end>(), in.number()};
            step = n.on_response(r);
            break;
        }
        case 4:
            step = n.on_bad_response(any_error(in));
            break;
        case 5:
            step = n.on_reply_received();
            break;
        case 6:
            step = n.on_transport_error();
            break;
        default:
            step = n.on_timeout();
        }
        if (step.todo == notifier_todo::send_headers) write(in, step.request);
        check_name(enum_name(n.state()));
        static_cast<void>(n.result().is_success());
        check_name(name_of(n.problem().code));
    }
}

job_step call_job(input& in, job& j) {
    const moment now = in.both_times();
    const std::array<file_range, 2> ranges = {{{in.number(), in.number()}, {in.number(), in.number()}}};
    switch (in.byte() % 30) {
    case 0:
        return j.suspend(now);
    case 1:
        return j.resume(now);
    case 2:
        return j.cancel(now, in.flag());
    case 3:
        return j.complete(now, {hresult{in.number32()}, in.number32(), in.flag()});
    case 4:
        return j.add_file("http://host/file", "/file", now);
    case 5:
        return j.add_file(in.text(), in.text(), now);
    case 6:
        return j.add_file_with_ranges("http://host/file", "/file", std::span(ranges).first(in.byte() % 3), now);
    case 7:
        return j.replace_remote_prefix(in.flag() ? "http://" : in.text(), in.text(), now);
    case 8:
        return j.set_remote_name(in.number32(), in.text(), now);
    case 9:
        return j.set_reply_file_name(in.text(), now);
    case 10:
        return j.set_display_name(in.text(), now);
    case 11:
        return j.set_description(in.flag() ? j.display_name() : in.text(), now);
    case 12:
        return j.take_ownership({.name = in.text()}, now);
    case 13:
        return j.set_priority(in.enumerator<job_priority>(), now);
    case 14:
        return j.set_notify_flags(static_cast<notify_flags>(in.number32()), now);
    case 15:
        return j.set_minimum_retry_delay(in.number32(), now);
    case 16:
        return j.set_no_progress_timeout(in.number32(), now);
    case 17:
        return j.set_maximum_download_time(in.number32(), now);
    case 18:
        return j.on_picked(now);
    case 19:
        return j.on_connected(now);
    case 20:
        j.on_size(in.number32(), in.number());
        return j.on_progress(in.number(), now);
    case 21:
        return j.on_reply_progress(in.number(), in.number(), now);
    case 22:
        return j.on_file_transferred(now);
    case 23:
        return j.on_error({hresult{in.number32()}, in.enumerator<error_context>(), in.word()}, now);
    case 24:
        return j.on_network_back(now);
    case 25:
        return j.on_unblocked(hresult{in.number32()}, now);
    case 26:
        return in.flag() ? j.on_yielded(now) : j.on_server_session_ended(now);
    case 27:
        j.on_restarted();
        return j.on_logged_off(now);
    case 28:
        j.on_logged_on();
        return j.on_network_lost(now);
    default:
        return j.on_timer(now);
    }
}

void look_at_job(input& in, const job& j) {
    check_text(j.display_name());
    check_text(j.description());
    check_text(j.owner());
    const job_file f = j.file(in.flag() ? in.byte() % 8 : in.number32());
    check_text(f.remote_name);
    check_text(f.local_name);
    std::uint64_t sum = 0;
    for (const file_range& r : f.ranges)
        sum += r.length;
    static_cast<void>(sum);
    check_name(enum_name(j.state()));
    static_cast<void>(j.progress());
    static_cast<void>(j.reply_progress());
    static_cast<void>(j.get_error());
    static_cast<void>(j.get_error_file());
    buffer out(in.word() % 2000);
    static_cast<void>(j.write_snapshot(out.span(), in.both_times()));
}

job_config any_job_config(input& in) {
    job_config c;
    c.type = in.flag() ? job_type::download : in.enumerator<job_type>();
    c.display_name = in.flag() ? "name" : in.text();
    c.owner = in.text();
    c.is_limited = in.flag();
    c.limits = {in.number32(), in.number32(), in.number32(), in.number32(), in.word(), in.number32(), in.number32()};
    if (in.flag()) c.limits = {};
    return c;
}

/// One job, and now and then a copy of it that works with the same memory.
void use_job(input& in) {
    job_memory memory(in.byte() % 5, in.byte(), in.byte() % 9);
    job_memory other(in.byte() % 5, in.byte(), in.byte() % 9);
    auto created = job::create(any_job_config(in), memory.storage(), in.both_times());
    job* const j = created.if_value();
    if (j == nullptr) return;
    job copy = *j;
    while (!in.empty()) {
        switch (in.byte() % 8) {
        case 0:
            static_cast<void>(call_job(in, copy));
            look_at_job(in, copy);
            break;
        case 1:
            static_cast<void>(j->move_to(in.flag() ? other.storage() : memory.storage()));
            break;
        case 2: {
            buffer out(in.word() % 2000);
            const std::size_t size = j->write_snapshot(out.span(), in.both_times());
            if (size > out.span().size()) break;
            const auto again = job::restore({out.span().data(), size}, other.storage(), in.both_times());
            if (again) *j = *again;
            break;
        }
        default:
            static_cast<void>(call_job(in, *j));
        }
        look_at_job(in, *j);
    }
}

void use_scheduler(input& in) {
    constexpr std::uint32_t count = 4;
    std::vector<job_memory> memories;
    std::vector<job> jobs;
    for (std::uint32_t i = 0; i < count; ++i)
        memories.emplace_back(2, 200, 4);
    for (std::uint32_t i = 0; i < count; ++i) {
        const job_config c{.display_name = "name"};
        jobs.push_back(*job::create(c, memories[i].storage(), {}));
        static_cast<void>(jobs.back().add_file("http://host/file", "/file", {}));
    }
    std::vector<scheduler_slot> few(in.byte() % 6);
    std::vector<scheduler_slot> more(in.byte() % 6);
    scheduler s(few, in.number32());
    while (!in.empty()) {
        const std::uint32_t number = in.flag() ? in.byte() % count : in.number32();
        job& j = jobs[in.byte() % count];
        switch (in.byte() % 8) {
        case 0:
            s.forget(number, in.time());
            break;
        case 1:
            static_cast<void>(s.move_to(in.flag() ? few : more));
            break;
        case 2:
        case 3:
            static_cast<void>(call_job(in, j));
            break;
        default:
            s.update(number, j, in.time());
        }
        const schedule_step next = s.next(in.time());
        FUZZ_CHECK(next.todo == schedule_todo::nothing || next.job < few.size() || next.job < more.size(),
                   "a scheduler names jobs that it has been told of");
        std::size_t in_order = 0;
        s.for_each_in_order([&](std::uint32_t) { FUZZ_CHECK(++in_order <= 6, "each job waits once"); });
        if (in.byte() % 16 == 0) {
            buffer out(in.word() % 3000);
            const std::size_t size = write_queue(
                count,
                [&](auto f) {
                    for (std::uint32_t i = 0; i < count; ++i)
                        f(i, jobs[i]);
                },
                s, out.span(), in.both_times());
            FUZZ_CHECK(size != 0, "a queue has a size");
        }
    }
}

/// Takes whatever it is offered, and has less room than it is asked for.
struct careless_receiver {
    input& in;
    job_memory memory;
    job_storage make_room(std::uint32_t /*number*/, const job_storage_size& size) {
        memory = job_memory(size.files % 4, size.text_bytes % 500, size.ranges % 9);
        return memory.storage();
    }
    bool take(std::uint32_t /*number*/, const job& j) {
        look_at_job(in, j);
        return in.byte() % 4 != 0;
    }
    bool wait(std::uint32_t /*number*/) { return in.byte() % 4 != 0; }
};

void use_queue(input& in) {
    const exact_bytes bytes(in.text());
    careless_receiver receiver{in, job_memory(0, 0, 0)};
    static_cast<void>(read_queue(bytes.view(), receiver, in.both_times()));
    static_cast<void>(job::storage_size_of(bytes.view()));
    static_cast<void>(upload_session::restore(bytes.view(), in.both_times()));
}

constexpr std::array parts = {use_parsers, use_packets, use_values,   use_tables, use_base,      use_client,
                              use_server,  use_session, use_notifier, use_job,    use_scheduler, use_queue};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    input in(bytes.view());
    const std::uint8_t part = in.byte();
    parts[part % parts.size()](in);
    return 0;
}
