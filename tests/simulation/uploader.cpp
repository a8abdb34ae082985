// One upload at its client: requests out, answers in, and the laws of what may be sent.
#include "uploader.hpp"

#include "../support/describe.hpp"

#include <algorithm>
#include <array>
#include <utility>

using namespace bitswire;

namespace simulation {

uploader::uploader(world& w, network& n, books& b, server& s, upload_boss& boss, std::uint32_t number)
    : w_(w), network_(n), books_(b), server_(s), boss_(boss), number_(number),
      url_("http://host" + b.uploads[number].target), content_name_("file-" + std::to_string(number)),
      client_(config_) {
    random_source& random = w.random;
    config_.url = url_;
    config_.size_bytes = book().content.size_bytes;
    config_.content_name = content_name_;
    config_.user_agent = "simulation";
    config_.wants_reply = book().wants_reply;
    config_.ping_first = random.pick(4) == 0;
    config_.fragment.smallest = config_.size_bytes > 100'000 ? 1024 : random.log_between(64, 1024);
    config_.fragment.first = random.log_between(512, 32'768);
    config_.fragment.largest = random.log_between(8192, 262'144);
    config_.fragment.wanted_ms = static_cast<std::uint32_t>(random.log_between(100, 4000));
    config_.request_timeout_s = static_cast<std::uint32_t>(random.between(30, upload_request_timeout_s));
    config_.response_timeout_s = static_cast<std::uint32_t>(random.between(30, upload_response_timeout_s));
    expects_continue_ = random.pick(8) == 0;
    client_ = upload_client(config_);
}

void uploader::take(const upload_step& s, hresult cause) {
    check(s);
    if (s.todo != upload_todo::nothing) ++generation_;
    wake_at_ = s.wake_at;
    arm_timer();
    switch (s.todo) {
    case upload_todo::send:
        send(s);
        break;
    case upload_todo::fetch_reply:
        fetch_reply();
        break;
    case upload_todo::give_credentials: {
        const bool has_some = w_.random.pick(8) != 0;
        later(w_.random.log_between(1, 30 * second_ms), [this, has_some] {
            tell([has_some](upload_client& c, time_point t) {
                return has_some ? c.on_credentials_given(t) : c.on_credentials_withheld(t);
            });
        });
        break;
    }
    case upload_todo::stopped:
        if (state_.has_other_host) state_.failing_since_ms = std::min(state_.failing_since_ms, w_.now());
        w_.note(number_, 0x300U + static_cast<std::uint64_t>(client_.failure().what), [this] {
            return "stopped: " + std::string(row_of(client_.failure().what).text) + " (" +
                   std::to_string(client_.failure().http_status) + ' ' +
                   std::string(write_code(client_.failure().code).view()) + ')';
        });
        break;
    case upload_todo::wait:
        w_.demand(s.wake_at != time_never, number_, "a client that waits knows for how long");
        break;
    default:
        break;
    }
    boss_.on_step(*this, s, cause);
}

void uploader::check(const upload_step& s) {
    const upload_book& b = book();
    w_.demand(client_.bytes_done() <= b.content.size_bytes, number_, "a client counts no more than its file has");
    const session_book* const session = books_.find_session(client_.session_id());
    if (session != nullptr) {
        w_.demand(session->owner == number_, number_, "a client has a session of its own");
        w_.demand(!server_.settings.is_careful || client_.bytes_done() <= session->received_bytes, number_,
                  "a client counts no byte that the server does not have");
    }
    if (client_.succeeded()) {
        w_.demand(b.publications == 1 || b.application_took_it, number_, "who believes to be done is done");
    }
    if (s.todo == upload_todo::done) w_.demand(client_.finished(), number_, "done is done");
    const std::uint64_t longest_s = std::max(state_.has_other_host ? state_.fallback_s : 0, config_.repeat_for_s * 2);
    w_.demand(s.wake_at == time_never || elapsed_ms(client_time(), s.wake_at) <= longest_s * second_ms, number_,
              "no timer is longer than it was set, whatever the time of day does");
    if (s.todo == upload_todo::send) check_request(s.request);
}

void uploader::check_request(const upload_request& r) {
    w_.demand(!has_ended_, number_, "what is over sends nothing any more");
    w_.demand(!state_.is_to_be_cancelled || r.type == packet_type::cancel_session, number_,
              "who was told to cancel does nothing else");
    if (r.type == packet_type::create_session) told_offset_.reset();
    if (r.type == packet_type::fragment) {
        w_.demand(!told_offset_ || r.range.offset == *told_offset_, number_,
                  "a client goes on where the server has said");
        w_.demand(r.range.size_bytes < state_.refused_size, number_,
                  "a size that was refused with 413 is not tried again");
        w_.demand(r.range.end() <= book().content.size_bytes && r.range.total_bytes == book().content.size_bytes,
                  number_, "a Fragment is a part of the file");
    }
    if (!state_.has_other_host) {
        w_.demand(r.host == "host", number_, "without BITS-Host-Id requests go to the host of the URL");
    } else if (r.host == "host" && r.type != packet_type::create_session) {
        w_.demand(state_.failing_since_ms != UINT64_MAX &&
                      w_.now() >= state_.failing_since_ms + std::uint64_t{state_.fallback_s} * second_ms,
                  number_, "the host that the server has named is used until its fall-back time is over");
    }
    if (state_.has_other_host && r.host == "host") {
        state_.has_other_host = false;
        ++w_.seen.host_fallbacks;
    }
}

/// A Fragment, as somebody sends it who has lost count: it begins beyond the next byte.
content_range uploader::jumped(content_range r) {
    const std::uint64_t after_first = r.total_bytes - r.offset - 1;
    r.offset += 1 + w_.random.pick(w_.random.pick(2) == 0 ? std::min(r.size_bytes, after_first) : after_first);
    r.size_bytes = std::min(r.size_bytes, r.total_bytes - r.offset);
    return r;
}

void uploader::send(const upload_step& s) {
    upload_request r = s.request;
    if (r.range.total_bytes > r.range.offset + 1 && w_.strikes(fault::fragment_jumped)) r.range = jumped(r.range);
    const std::string body = book().content.bytes(r.range.offset, r.body_size());
    r.expects_continue = expects_continue_ && !body.empty();
    std::string bytes = written(r);
    w_.demand(!bytes.empty(), number_, "what a client says can be sent");
    w_.note(number_, (static_cast<std::uint64_t>(r.type) << 32) + r.range.offset, [&r] { return describe(r); });
    const bool to_other_host = r.host != "host";
    if (link_ && (is_link_to_other_host_ != to_other_host || w_.random.pick(10) == 0)) let_go(true);
    if (!link_) {
        link_ = network_.connect(number_, to_other_host, this);
        is_link_to_other_host_ = to_other_host;
    }
    in_.clear();
    is_waiting_ = true;
    sent_ = r.type;
    sent_bytes_ = s.request.range.size_bytes;
    if (r.expects_continue) {
        body_ = body;
    } else {
        bytes += body;
    }
    later(std::uint64_t{s.request_timeout_s + s.response_timeout_s} * second_ms, [this] {
        let_go(true);
        is_waiting_ = false;
        tell([](upload_client& c, time_point t) { return c.on_timeout(t); });
    });
    link_->send_request(std::move(bytes));
}

void uploader::on_bytes(std::string_view bytes) {
    if (!is_waiting_) return let_go(true); // nobody asked
    in_.add(bytes);
    while (is_waiting_ && !in_.is_empty()) {
        ack_parser parser({.answers = sent_, .limits = {}});
        const auto message = parser.parse(in_.view());
        if (message.is_bad()) {
            w_.demand(network_.portals(number_) != 0, number_,
                      "a client can read what the server answers: " + std::string(error_line(message.problem).view()));
            let_go(true);
            is_waiting_ = false;
            return tell([&message](upload_client& c, time_point t) { return c.on_bad_ack(message.problem, t); });
        }
        if (!message.is_complete()) return;
        const std::vector<char> kept = in_.take(message.consumed);
        if (message.packet.is_interim()) {
            if (link_ && !body_.empty()) link_->send_rest_of_request(std::exchange(body_, {}));
            continue;
        }
        on_answer(message.packet);
        return;
    }
}

void uploader::on_answer(const ack& a) {
    is_waiting_ = false;
    w_.note(number_, 0x100U + a.status, [&a] { return "<- " + describe(a); });
    const bool has_sent_all = std::exchange(body_, {}).empty();
    if (!a.keep_alive || a.body != body_framing{} || !in_.is_empty() || !has_sent_all) let_go(true);
    if (a.is_success()) state_.failing_since_ms = UINT64_MAX;
    if (a.status == 413 && sent_ == packet_type::fragment)
        state_.refused_size = std::min(state_.refused_size, sent_bytes_);
    if (sent_ == packet_type::create_session && a.is_success()) {
        state_.has_other_host = !a.host_id.empty();
        state_.fallback_s = a.host_id_fallback_timeout_s;
    }
    // The last byte does not count before there is a reply, where there is to be one.
    if (a.received_content_range && *a.received_content_range < book().content.size_bytes &&
        (a.is_success() || a.status == 416))
        told_offset_ = a.received_content_range;
    tell([&a](upload_client& c, time_point t) { return c.on_ack(a, t); });
}

void uploader::on_closed() {
    link_.reset();
    body_.clear();
    if (!std::exchange(is_waiting_, false)) return;
    tell([](upload_client& c, time_point t) { return c.on_transport_error(t); }, "BG_E_CONNECTION_CLOSED"_hresult);
}

void uploader::let_go(bool politely) {
    const std::shared_ptr<connection> link = std::exchange(link_, {});
    body_.clear();
    if (!link) return;
    if (politely) {
        link->close(side::client);
    } else {
        link->vanish(side::client);
    }
}

void uploader::fetch_reply() {
    std::array<char, max_resolved_url_size(max_url_size, max_url_size)> out{};
    const auto size = client_.write_reply_url(out);
    w_.demand(size.has_value(), number_, "a reply that is to be fetched has a URL");
    later(w_.random.log_between(1, 30 * second_ms), [this, url = std::string(out.data(), *size)] {
        if (network_.is_cut_off(number_) || !server_.is_up() || w_.strikes(fault::reply_not_fetched)) {
            return tell([](upload_client& c, time_point t) { return c.on_reply_failed(t); },
                        "BG_E_CONNECT_FAILURE"_hresult);
        }
        const std::string right = reply_to(book().target, book().content);
        std::optional<std::string> reply;
        if (url.starts_with(static_reply_prefix)) {
            w_.demand(url.substr(static_reply_prefix.size()) == book().target, number_,
                      "a client gets the URL of its own reply");
            reply = right;
        } else {
            constexpr std::string_view host = "http://host";
            w_.demand(url.starts_with(host), number_, "a reply is at the host of the upload");
            reply = server_.find_reply(std::string_view(url).substr(host.size()));
        }
        w_.demand(!reply || *reply == right, number_, "a client gets its own reply");
        tell([&reply](upload_client& c, time_point t) {
            return reply ? c.on_reply_fetched(t) : c.on_reply_given_up(t);
        });
    });
}

void uploader::arm_timer() {
    const std::uint64_t timer = ++timer_;
    if (wake_at_ == time_never || has_ended_) return;
    w_.after(elapsed_ms(client_time(), wake_at_), [this, timer] {
        if (timer != timer_) return;
        if (client_time() < wake_at_) return arm_timer();
        wake_at_ = time_never;
        tell([](upload_client& c, time_point t) { return c.on_timer(t); });
    });
}

uploader::memory uploader::remember() {
    std::array<char, upload_client::max_snapshot_size> bytes{};
    const auto size = client_.write_snapshot(bytes, client_time());
    w_.demand(size.has_value(), number_, "a client can be written down");
    memory m = state_;
    m.client.assign(bytes.data(), *size);
    return m;
}

void uploader::recall(const memory& m) {
    state_ = m;
    const auto restored = upload_client::restore(config_, m.client, client_time());
    w_.demand(restored.has_value(), number_, "a client that was written down can be read");
    client_ = *restored;
    told_offset_.reset();
    has_ended_ = false;
    ++generation_;
}

void uploader::drop(bool politely) {
    let_go(politely);
    is_waiting_ = false;
    in_.clear();
    ++generation_;
    ++timer_;
    wake_at_ = time_never;
}

uploader::verdict uploader::judge() {
    const upload_failure& f = client_.failure();
    const job_error e = error_of(f);
    const bool is_of_application = f.context == error_context::remote_application;
    const bool is_final = disposition_of(e) == disposition::fatal;
    const auto text = [&f] {
        return "there is a reason for an error: " + std::string(row_of(f.what).text) + ", " +
               std::to_string(f.http_status) + ' ' + std::string(write_code(f.code).view());
    };
    if (f.what == upload_status::auth_required) return verdict::try_again;
    if (f.what == upload_status::invalid_ack) {
        w_.demand(network_.portals(number_) != 0, number_, text());
        return verdict::try_again;
    }
    if (f.during == packet_type::close_session && f.http_status == 400 && !server_.settings.is_careful) {
        // A power cut has taken back what was acknowledged, and then it was too early for Close-Session.
        return verdict::try_again;
    }
    if (!is_final) {
        w_.demand(f.http_status != 400, number_, text());
        return verdict::try_again;
    }
    if (is_of_application) {
        w_.demand(book().application_refused, number_, text());
        return verdict::application_refused;
    }
    if (f.http_status == 409) {
        w_.demand(book().publications == 1, number_, text());
        return verdict::already_there;
    }
    const bool is_too_large = book().content.size_bytes > server_.settings.directories[0].max_upload_bytes;
    w_.demand(is_too_large && f.code == "BG_E_TOO_LARGE"_hresult, number_, text());
    return verdict::too_large;
}

void uploader::end(outcome o) {
    if (std::exchange(has_ended_, true)) return;
    if (!std::exchange(is_counted_, true)) w_.seen.count(o);
    w_.note(number_, 0x700U + static_cast<std::uint64_t>(o), [o] { return "ended: " + std::string(enum_name(o)); });
    if (o == outcome::done) book().was_done = true;
    let_go(true);
    ++generation_;
    ++timer_;
}

} // namespace simulation
