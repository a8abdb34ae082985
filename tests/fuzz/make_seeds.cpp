// Writes the seeds of each target, and the dictionary, from what is there already: captures, the text corpus, sessions
// and jobs that are driven, and the library's tables.
//
// usage: make_seeds FOLDER     seeds go to FOLDER/TARGET, the dictionary to FOLDER/bits.dict
#define DOCTEST_CONFIG_IMPLEMENT
#include "client_events.hpp"
#include "events.hpp"
#include "server_events.hpp"

#include "support/checks_without_cases.hpp"
#include "support/corpus.hpp"
#include "support/files.hpp"
#include "support/job_world.hpp"
#include "support/server_world.hpp"
#include "support/split_headers.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>

using namespace bitswire;

namespace {

using texts = std::set<std::string>;
std::map<std::string, texts> seeds; // by target

// ---- Messages, and what is in them.

/// Every value of a header in a message, as it stands there.
texts values_of(const std::string& message, header wanted) {
    texts values;
    for (std::size_t at = message.find("\r\n"); at != std::string::npos; at = message.find("\r\n", at + 2)) {
        const std::size_t end = message.find("\r\n", at + 2);
        const std::size_t colon = message.find(':', at + 2);
        if (end == std::string::npos || colon > end) continue;
        if (find_header(std::string_view(message).substr(at + 2, colon - at - 2)) != wanted) continue;
        values.emplace(trim_ows(std::string_view(message).substr(colon + 1, end - colon - 1)));
    }
    return values;
}

std::string target_of(const std::string& message) {
    request_head_parser head;
    return head.parse(message) == outcome::complete ? std::string(head.start_line(message).target) : std::string();
}

/// The head as lines for the header door; empty: it has none.
std::string lines_of(const std::string& message) {
    std::string out;
    request_head_parser request;
    response_head_parser response;
    std::size_t size = 0;
    if (request.parse(message) == outcome::complete) {
        const request_line start = request.start_line(message);
        out = std::string(start.method) + ' ' + std::string(start.target);
        size = request.size();
    } else if (response.parse(message) == outcome::complete) {
        out = std::to_string(response.start_line(message).status);
        size = response.size();
    } else {
        return {};
    }
    for (const auto& [name, value] : split_headers(message.substr(0, size)))
        out += '\n' + name + ": " + value;
    return out;
}

void add_message(const std::string& target, const std::string& message) {
    seeds[target].insert(message);
    seeds["scan"].insert(message);
    const std::string lines = lines_of(message);
    if (!lines.empty()) seeds["header_door"].insert(lines);
    seeds["content_range"].merge(values_of(message, header::content_range));
    std::string protocols;
    for (const std::string& line : values_of(message, header::supported_protocols))
        protocols += line + '\n';
    if (!protocols.empty()) seeds["protocol_list"].insert(protocols);
    const std::string destination = "http://host" + target_of(message);
    seeds["url"].insert(destination + "\n/upload");
    for (const header h :
         {header::reply_url, header::static_response_url, header::original_request_url, header::host}) {
        for (const std::string& value : values_of(message, h)) {
            seeds["url"].insert("http://host/folder/file?a=b\n" + value);
            seeds["url"].insert(value + '\n' + destination);
        }
    }
}

constexpr std::array<std::string_view, 10> references = {"../../../up",  "..\\..\\up",
                                                         "/../up",       "a/./b/../c/..",
                                                         "%2e%2e/x",     "//other/x",
                                                         "\\\\other\\x", "a?b=/..",
                                                         "?b",           "HTTPS://[::1]:81/a/../../b?c#d"};

void add_references() {
    for (const std::string_view r : references) {
        seeds["url"].insert("http://host:81/folder/file?a=b\n" + std::string(r));
        seeds["url"].insert("/upload/" + std::string(r) + "\n/upload");
    }
}

/// Codes as people write them: each kind of spelling once, and all names.
void add_codes() {
    constexpr std::string_view spellings[] = {"0x80072EE7",
                                              "-2147012889",
                                              "2147954407",
                                              "0n2147012889",
                                              "80072EE7h",
                                              "0x80200011L",
                                              "HRESULT: 0x80190194.",
                                              "(0x80072ee2)",
                                              "error 12007",
                                              "http 429",
                                              "win32 206",
                                              "0xFFFFFFFF80072EE7",
                                              "HRESULT_FROM_WIN32( 112 )",
                                              "8007 2EE7",
                                              "0xA0001234"};
    for (const std::string_view s : spellings)
        seeds["hresult_text"].emplace(s);
    for (const hresult_row& row : hresult_rows)
        seeds["hresult_text"].emplace(row.name);
    seeds["hresult_text"].emplace("ERROR_WINHTTP_TIMEOUT");
}

/// As many protocols as there may be, and one more.
void add_long_lists() {
    std::string list;
    for (unsigned i = 0; i < max_supported_protocols; ++i)
        list += std::string(bits_upload_protocol_text) + (i % 2 == 0 ? ", " : " ");
    seeds["protocol_list"].insert(list);
    seeds["protocol_list"].insert(list + '\n' + std::string(bits_upload_protocol_text));
}

void add_messages() {
    const std::map<std::string, std::string> corpus = {{"upload-requests.txt", "request"},
                                                       {"acks.txt", "response"},
                                                       {"notification-requests.txt", "notification_request"},
                                                       {"notification-responses.txt", "response"}};
    for (const auto& [file, target] : corpus) {
        for (const corpus_case& c : read_corpus(file))
            add_message(target, c.bytes);
    }
    for (const auto& path : files_below(tests_dir() / "captures")) {
        const std::string bytes = read_file(path);
        if (bytes.starts_with("HTTP/")) add_message("response", bytes);
        if (bytes.starts_with("POST ")) add_message("notification_request", bytes);
        if (bytes.starts_with(bits_post) || bytes.starts_with("GET ")) add_message("request", bytes);
    }
}

// ---- Packets, as sequences of events: a folder of captures is one conversation.

template <class Settings, class Event>
void add_events(const std::string& target, const Settings& settings, const std::vector<Event>& events) {
    std::string out;
    append_record(out, settings);
    for (const Event& e : events)
        append_record(out, e);
    seeds[target].insert(out);
}

std::uint16_t field_of(std::uint64_t n) { return static_cast<std::uint16_t>(n); }

server_event event_of(const upload_request& r) {
    server_event e;
    e.type = static_cast<std::uint8_t>(r.type);
    e.offset = field_of(r.range.offset);
    e.size = field_of(r.range.size_bytes);
    e.total = field_of(r.range.total_bytes);
    e.flags = copies;
    return e;
}

client_event event_of(const ack& a) {
    client_event e;
    while (http_status_rows[(e.status + 1U) % std::size(http_status_rows)].status != a.status)
        ++e.status;
    if (a.received_content_range) {
        e.flags = says_offset;
        e.offset = field_of(*a.received_content_range);
    }
    if (!a.reply_url.empty()) e.reply = 1;
    if (!a.host_id.empty()) e.host = 1;
    return e;
}

void add_conversation(const std::string& folder, bool wants_a_reply) {
    std::vector<server_event> requests;
    std::vector<client_event> acks;
    client_settings client;
    for (const auto& path : files_below(tests_dir() / "captures" / folder)) {
        const std::string bytes = read_file(path);
        upload_request_parser request;
        if (const auto r = request.parse(bytes); r.is_complete()) {
            requests.push_back(event_of(r.packet));
            if (r.packet.type == packet_type::fragment) client.size = field_of(r.packet.range.total_bytes);
        }
        if (path.string().find(".ack.") == std::string::npos) continue;
        ack_parser answer({.answers = static_cast<packet_type>(requests.back().type), .limits = {}});
        const auto a = answer.parse(bytes);
        REQUIRE(a.is_complete());
        acks.push_back(event_of(a.packet));
    }
    REQUIRE(acks.size() == requests.size());
    client.flags = wants_a_reply ? wants_reply : 0;
    client.first = client.largest = client.size;
    add_events("client_acks", client, acks);
    if (wants_a_reply) acks.push_back({.what = static_cast<std::uint8_t>(client_happening::reply_fetched)});
    acks.push_back({});
    add_events("client_acks", client, acks);

    // Each Fragment comes twice: the first time its body is cut short.
    std::vector<server_event> cut_short;
    for (const server_event& e : requests) {
        cut_short.push_back(e);
        if (e.size != 0) cut_short.back().lost = static_cast<std::uint16_t>(e.size / 3);
        if (e.size != 0) cut_short.push_back(e);
    }
    // Everything else that can happen, after each Ack; and a server that goes back.
    for (std::size_t h = 0; h < enumerator_count<client_happening>; ++h) {
        std::vector<client_event> between;
        for (const client_event& e : acks) {
            between.push_back(e);
            between.push_back({.what = static_cast<std::uint8_t>(h)});
            between.push_back({.what = static_cast<std::uint8_t>(client_happening::resume)});
        }
        add_events("client_acks", client, between);
    }
    // Each request is refused in each way.
    for (std::size_t i = 0; i < requests.size(); ++i) {
        for (std::size_t status = 0; status < std::size(http_status_rows); ++status) {
            std::vector<client_event> refused = acks;
            refused.insert(refused.begin() + static_cast<std::ptrdiff_t>(i),
                           {.status = static_cast<std::uint8_t>(status)});
            add_events("client_acks", client, refused);
        }
    }
    client.first = client.size / 4U;
    client_event out_of_sync;
    while (http_status_rows[out_of_sync.status + 1U].status != 416)
        ++out_of_sync.status;
    out_of_sync.flags = says_offset;
    out_of_sync.offset = 10;
    add_events("client_acks", client,
               std::vector<client_event>{
                   {}, {}, {}, out_of_sync, {.what = static_cast<std::uint8_t>(client_happening::restart)}, {}, {}});

    server_settings server;
    for (std::size_t type = 0; type < enumerator_count<notification_type>; ++type) {
        server.notification = static_cast<std::uint8_t>(type);
        add_events("server_packets", server, requests);
        for (const std::uint8_t flags : {std::uint8_t{0}, static_cast<std::uint8_t>(keep_partial_fragments)}) {
            server.flags = flags;
            add_events("server_packets", server, cut_short);
        }
        server.flags = 0;
        // The same, each request worked off step by step and between restarts.
        std::vector<server_event> slowly;
        for (server_event e : requests) {
            e.flags |= waits;
            slowly.push_back(e);
            for (const auto h : {server_happening::work, server_happening::reread, server_happening::work})
                slowly.push_back({.what = static_cast<std::uint8_t>(h), .flags = copies});
            slowly.push_back({.what = static_cast<std::uint8_t>(server_happening::restart)});
        }
        add_events("server_packets", server, slowly);
    }
}

// ---- Snapshots, of both ends after each message, and of jobs in each state.

void add_snapshot(const upload_client& c) {
    std::string bytes(upload_client::max_snapshot_size, '\0');
    const auto size = c.write_snapshot(bytes, {});
    REQUIRE(size.has_value());
    seeds["upload_snapshots"].insert(bytes.substr(0, *size));
}
void add_snapshot(const upload_session& s) {
    std::string bytes(upload_session::max_snapshot_size, '\0');
    const auto size = s.write_snapshot(bytes, {});
    REQUIRE(size.has_value());
    seeds["upload_snapshots"].insert(bytes.substr(0, *size));
}

void add_upload(notification_type notification, bool wants_a_reply) {
    server_world world;
    world.directory.notification = notification;
    world.directory.host_id = wants_a_reply ? "2001:db8::1" : "";
    world.application.copy_to_destination = wants_a_reply;
    if (wants_a_reply) world.reply = "replies\\1";
    upload_client client({.url = "http://host:8080/inbox/a?x=1",
                          .size_bytes = 300,
                          .wants_reply = wants_a_reply,
                          .fragment = {.first = 100, .smallest = 10, .largest = 200}});
    add_snapshot(client);
    upload_step step = client.start(world.now);
    while (!client.finished()) {
        if (step.todo == upload_todo::fetch_reply) {
            step = client.on_reply_fetched(world.now);
            continue;
        }
        REQUIRE(step.todo == upload_todo::send);
        const upload_request r = step.request;
        const auto begun = world.begin(r);
        for (const auto& [id, record] : world.store.records)
            add_snapshot(record.session);
        const auto answer = world.work_off(r, begun, std::string(r.body_size(), 'x'));
        for (const auto& [id, record] : world.store.records)
            add_snapshot(record.session);
        step = client.on_ack(*answer, world.now);
        add_snapshot(client);
    }
    REQUIRE(client.succeeded());
}

void add_jobs() {
    std::vector<std::unique_ptr<world_job>> all;
    for (std::size_t type = 0; type < enumerator_count<job_type>; ++type) {
        for (std::size_t state = 0; state < enumerator_count<job_state>; ++state) {
            auto w = std::make_unique<world_job>(static_cast<job_type>(type));
            w->add(static_cast<job_type>(type) == job_type::download ? 2 : 1);
            w->go(static_cast<job_state>(state));
            seeds["job_snapshots"].insert(w->bytes());
            all.push_back(std::move(w));
        }
    }
    world_job ranges;
    const std::array<file_range, 2> two = {{{0, 10}, {100, length_to_eof}}};
    std::ignore = ranges.j.add_file_with_ranges("http://host/part", "/part", two, ranges.now);
    std::ignore = ranges.j.set_description("of a file", ranges.now);
    ranges.go(job_state::transferring);
    std::ignore = ranges.j.on_progress(7, ranges.now);
    seeds["job_snapshots"].insert(ranges.bytes());

    for (std::uint32_t count = 0; count < 12; count += 3) {
        std::vector<scheduler_slot> slots(count);
        scheduler order(slots);
        for (std::uint32_t i = count; i > 0; --i)
            order.update(i - 1, all[i - 1]->j, all[i - 1]->now.steady);
        std::string bytes(20'000, '\0');
        const std::size_t size = write_queue(
            count,
            [&](auto f) {
                for (std::uint32_t i = 0; i < count; ++i)
                    f(i, all[i]->j);
            },
            order, bytes, all[0]->now);
        REQUIRE(size <= bytes.size());
        bytes.resize(size);
        seeds["job_snapshots"].insert(bytes);
    }
}

// ---- The dictionary: words of the protocol, and the values that its messages have.

void add_word(texts& words, std::string_view word) {
    if (word.empty() || word.size() > 60) return;
    std::string line = "\"";
    for (const char c : word) {
        char escaped[5];
        std::snprintf(escaped, sizeof escaped, "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
        line += plain ? std::string(1, c) : std::string(escaped);
    }
    words.insert(line + '"');
}

std::string dictionary() {
    texts words;
    for (const header_row& row : header_rows) {
        add_word(words, "\r\n" + std::string(row.name) + ": ");
        add_word(words, "\n" + std::string(row.name) + ": ");
        for (const auto& [target, all] : seeds) {
            if (target != "request" && target != "response" && target != "notification_request") continue;
            for (const std::string& message : all) {
                for (const std::string& value : values_of(message, row.id))
                    add_word(words, value);
            }
        }
    }
    for (const header_alias& a : header_aliases)
        add_word(words, "\r\n" + std::string(a.alias) + ": ");
    for (std::size_t t = 0; t <= request_type_count; ++t)
        add_word(words, name_of(static_cast<packet_type>(t)));
    for (const http_status_row& row : http_status_rows)
        add_word(words, "HTTP/1.1 " + std::to_string(row.status) + ' ');
    for (const refusal_row& row : refusal_rows)
        add_word(words, write_code(row.bits_error).view());
    add_word(words, std::string(bits_post) + " /");
    add_word(words, bits_upload_protocol_text);
    add_word(words, " HTTP/1.1\r\n");
    add_word(words, "\r\n\r\n");
    for (const std::string_view r : references)
        add_word(words, r);
    for (const std::uint64_t limit : {std::uint64_t{UINT16_MAX}, std::uint64_t{UINT32_MAX}, UINT64_MAX}) {
        add_word(words, std::to_string(limit));
        if (limit != UINT64_MAX) add_word(words, std::to_string(limit + 1));
    }
    add_word(words, "18446744073709551616"); // 2^64
    std::string out;
    for (const std::string& w : words)
        out += w + '\n';
    return out;
}

/// For each part of the library (misuse_fuzz.cpp) some sequences of calls, as chance has them.
void add_misuses() {
    std::minstd_rand random(1);
    for (int part = 0; part < 12; ++part) {
        for (int n = 0; n < 8; ++n) {
            std::string calls(1, static_cast<char>(part));
            for (int size = 100 << n % 4; size > 0; --size)
                calls += static_cast<char>(random() % (size % 2 == 0 ? 256 : 24));
            seeds["misuse"].insert(calls);
        }
    }
}

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    REQUIRE_MESSAGE(out.flush().good(), path);
}

} // namespace

int main(int argc, char** argv) {
    const checks_without_cases checks;
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 1;
    }
    add_messages();
    add_long_lists();
    add_references();
    add_codes();
    add_conversation("upload", false);
    add_conversation("upload-reply", true);
    add_upload(notification_type::none, false);
    add_upload(notification_type::by_reference, false);
    add_upload(notification_type::by_value, true);
    add_jobs();
    add_misuses();
    const std::filesystem::path folder = argv[1];
    for (const auto& [target, all] : seeds) {
        std::filesystem::remove_all(folder / target);
        std::filesystem::create_directories(folder / target);
        std::size_t number = 0;
        for (const std::string& seed : all)
            write(folder / target / std::to_string(++number), seed);
        std::printf("%s: %zu seeds\n", target.c_str(), all.size());
    }
    write(folder / "bits.dict", dictionary());
    return 0;
}
