// A server's embedder in memory: a store, files, and an application. It does what the steps of `upload_server` say and
// keeps its own books, so that tests can ask what has arrived, and how often.
#pragma once

#include <bitswire/bitswire.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct session_record {
    bitswire::upload_session session{};
    std::string reply_url{};
    std::string target{};
    std::string partial{}; ///< the partial file
};

struct session_map {
    std::map<std::string, session_record, std::less<>> records;

    session_record* find(std::string_view id) {
        const auto it = records.find(id);
        return it == records.end() ? nullptr : &it->second;
    }
    session_record* insert(std::string_view id, std::string_view target, const bitswire::upload_session& session) {
        const auto [it, is_new] = records.try_emplace(std::string(id));
        if (is_new) it->second = {.session = session, .target = std::string(target)};
        return is_new ? &it->second : nullptr;
    }
    void erase(std::string_view id) {
        if (const auto it = records.find(id); it != records.end()) records.erase(it);
    }
};

class server_world {
  public:
    using step_type = bitswire::upload_server_step;
    using todo = bitswire::upload_server_todo;

    bitswire::upload_directory directory{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};
    bitswire::time_point now{1'000'000};
    bitswire::wall_time wall{1'700'000'000'000};
    session_map store{};
    std::map<std::string, std::string, std::less<>> destinations{}; ///< what has arrived, by target
    std::map<std::string, int, std::less<>> publications{};
    std::vector<std::string> notified{}; ///< the files that the application was shown

    /// What goes wrong; empty: nothing does.
    std::optional<bitswire::refusal> room_problem{};
    std::optional<bitswire::refusal> store_problem{};
    std::optional<bitswire::refusal> publish_problem{};
    bitswire::notification_result application = bitswire::accepted_by_application(false);
    std::string reply{}; ///< the URL of the reply that the application makes

    bitswire::upload_server<session_map> server{store};

    /// The server's part in one exchange: `body` is what arrives of it. Nothing: the connection is closed without an
    /// answer.
    std::optional<bitswire::ack> exchange(const bitswire::upload_request& r, std::string_view body = {}) {
        return work_off(r, begin(r), body);
    }

    /// What the server says to a request, before anything is done about it.
    step_type begin(const bitswire::upload_request& r) {
        std::uint32_t user_sessions = 0;
        for (const auto& [id, record] : store.records)
            user_sessions += record.session.is_over() ? 0U : 1U;
        bitswire::upload_request_facts facts{.now = now,
                                             .is_authorized = true,
                                             .is_owner = true,
                                             .destination = bitswire::destination_state::absent,
                                             .user_sessions = user_sessions};
        if (r.type == bitswire::packet_type::create_session) {
            new_id_ = "{" + std::to_string(++sessions_made_) + "}";
            facts.new_session_id = new_id_;
            if (destinations.contains(r.target)) facts.destination = bitswire::destination_state::exists;
        }
        return server.on_request(r, directory, facts);
    }

    /// Does what `step` says until there is an answer.
    std::optional<bitswire::ack> work_off(const bitswire::upload_request& r, step_type step, std::string_view body) {
        const bool creates = r.type == bitswire::packet_type::create_session;
        id_ = creates ? new_id_ : std::string(r.session_id);
        while (true) {
            switch (step.todo) {
            case todo::answer:
                return step.answer;
            case todo::abandon:
                return std::nullopt;
            case todo::make_room:
                step = server.on_room(id_, step.ticket, room_problem, directory, now);
                break;
            case todo::store_body:
                step = take_body(step, body);
                break;
            case todo::notify:
                notified.push_back(whole_file());
                if (application.is_success()) store.find(id_)->reply_url = reply;
                step = server.on_notified(id_, step.ticket, application, directory, now);
                break;
            case todo::publish:
                step = publish(step);
                break;
            case todo::discard:
                store.find(id_)->partial.clear();
                return step.answer;
            }
        }
    }

    /// Time passes, on both clocks.
    void pass_s(std::uint32_t seconds) {
        now = bitswire::after_s(now, seconds);
        wall.ms += seconds * std::uint64_t{1000};
    }

    /// Another process goes on with what was written down. Its steady clock begins anew if `steady` says so.
    void restart(std::optional<bitswire::time_point> steady = {}) {
        const bitswire::moment before{now, wall};
        now = steady.value_or(now);
        for (auto& [id, record] : store.records) {
            std::string bytes(bitswire::upload_session::max_snapshot_size, '\0');
            bytes.resize(*record.session.write_snapshot(bytes, before));
            record.session = *bitswire::upload_session::restore(bytes, {now, wall});
        }
    }

  private:
    /// What a connection left beyond the end was never acknowledged.
    std::string& whole_file() {
        session_record& record = *store.find(id_);
        record.partial.resize(record.session.received_bytes());
        return record.partial;
    }

    step_type take_body(const step_type& step, std::string_view body) {
        if (store_problem) return server.on_not_stored(id_, step.ticket, *store_problem, directory, now);
        body.remove_prefix(std::min<std::size_t>(body.size(), step.skip_bytes));
        body = body.substr(0, step.size_bytes);
        std::string& partial = store.find(id_)->partial;
        partial.resize(step.offset); // what a connection left beyond it was never acknowledged
        partial += body;
        return server.on_stored(id_, step.ticket, body.size(), directory, now);
    }

    step_type publish(const step_type& step) {
        session_record& record = *store.find(id_);
        std::optional<bitswire::refusal> problem = publish_problem;
        if (!problem && !step.may_replace && destinations.contains(record.target)) {
            problem = bitswire::refusal::destination_exists;
        }
        if (!problem) {
            destinations[record.target] = std::exchange(whole_file(), {});
            ++publications[record.target];
        }
        return server.on_published(id_, step.ticket, problem, directory, now);
    }

    int sessions_made_ = 0;
    std::string new_id_{};
    std::string id_{};
};
