// A client's computer, and the user before it.
#include "computer.hpp"

#include <algorithm>

using namespace bitswire;

namespace simulation {

computer::computer(const surroundings& all, std::uint32_t first, std::uint32_t count)
    : w_(all.w), network_(all.net), wall_offset_ms_(static_cast<std::int64_t>(all.w.random.pick(day_ms))) {
    for (std::uint32_t i = 0; i < count; ++i)
        uploads_.push_back(std::make_unique<uploader>(all.w, all.net, all.its_books, all.its_server, *this, first + i));
}

void computer::switch_on() {
    is_on_ = true;
    booted_at_ = w_.now();
    begin();
}

bool computer::has_ended() const {
    return std::all_of(uploads_.begin(), uploads_.end(), [](const auto& u) { return u->has_ended(); });
}

void computer::demand_end() {
    for (const auto& u : uploads_) {
        w_.demand(u->has_ended(), u->number(),
                  "an upload comes to an end once nothing goes wrong any more: it is in " +
                      std::string(enum_name(u->client().state())));
    }
}

bool computer::suffer() {
    if (has_ended()) return false;
    if (w_.strikes(fault::client_cut_off)) {
        const std::uint64_t until = w_.now() + w_.random.log_between(second_ms, 3 * hour_ms);
        for (const auto& u : uploads_)
            network_.cut_off(u->number(), until);
        note([until] { return "cut off until " + world::clock_text(until); });
    }
    if (w_.strikes(fault::client_clock_forward))
        jump_clock(static_cast<std::int64_t>(w_.random.log_between(second_ms, 365 * day_ms)));
    if (w_.strikes(fault::client_clock_back))
        jump_clock(-static_cast<std::int64_t>(w_.random.log_between(second_ms, 365 * day_ms)));
    if (!is_on_) return true;
    uploader& u = *uploads_[w_.random.pick(uploads_.size())];
    if (!u.has_ended() && w_.strikes(fault::user_suspended))
        user_suspends(u, w_.now() + w_.random.log_between(second_ms, 4 * hour_ms));
    if (!u.has_ended() && w_.strikes(fault::user_cancelled)) user_cancels(u);
    if (!has_ended() && w_.strikes(fault::client_crash)) crash();
    return true;
}

void computer::crash() {
    is_on_ = false;
    ++run_;
    note([] { return std::string("the computer crashes"); });
    stop();
    const bool politely = w_.random.pick(2) == 0;
    for (const auto& u : uploads_)
        u->drop(politely);
    w_.after(w_.random.log_between(second_ms, hour_ms), [this] {
        is_on_ = true;
        booted_at_ = w_.now();
        const bool old = w_.strikes(fault::old_snapshot);
        note([old] { return std::string("the computer is up again") + (old ? ", with an old snapshot" : ""); });
        restore(old);
    });
}

void computer::jump_clock(std::int64_t by_ms) {
    constexpr std::int64_t most = 10 * 365 * std::int64_t{day_ms};
    wall_offset_ms_ = std::clamp(wall_offset_ms_ + by_ms, -most, most);
    note([by_ms] { return "the clock is set by " + std::to_string(by_ms) + " ms"; });
}

std::uint64_t computer::patience() { return w_.random.log_between(second_ms, w_.is_calm ? 5 * minute_ms : hour_ms); }

// ---- One upload.

void plain_computer::begin() {
    its().tell([](upload_client& c, time_point t) { return c.start(t); });
}

void plain_computer::on_step(uploader& u, const upload_step& step, hresult /*cause*/) {
    save();
    if (u.client().finished()) return u.end(u.client().succeeded() ? outcome::done : outcome::cancelled);
    if (step.todo != upload_todo::stopped) return;
    switch (u.judge()) {
    case uploader::verdict::try_again:
        return resume_after(patience());
    case uploader::verdict::application_refused:
        if (++refusals_ < 3) return resume_after(patience());
        if (w_.random.pick(2) == 0) return u.cancel();
        return u.end(outcome::refused_by_application);
    case uploader::verdict::already_there:
        return u.end(outcome::already_there);
    case uploader::verdict::too_large:
        return u.end(outcome::too_large);
    }
}

void plain_computer::resume_after(std::uint64_t span) {
    w_.after(span, [this, run = run_, resumption = ++resumption_] {
        if (run != run_ || resumption != resumption_ || its().has_ended()) return;
        its().tell([](upload_client& c, time_point t) { return c.resume(t); });
        save();
    });
}

void plain_computer::save() {
    if (w_.random.pick(8) == 0 && !saved_.client.empty()) older_ = saved_;
    saved_ = its().remember();
}

void plain_computer::restore(bool old) {
    its().recall(old && older_ ? *older_ : saved_);
    const upload_client& c = its().client();
    if (c.finished()) return its().end(c.succeeded() ? outcome::done : outcome::cancelled);
    if (c.state() == upload_client_state::init) return begin();
    resume_after(std::max(suspended_until_, w_.now() + 1) - w_.now());
}

void plain_computer::user_suspends(uploader& u, std::uint64_t until) {
    suspended_until_ = until;
    u.tell([](upload_client& c, time_point t) { return c.suspend(t); });
    save();
    resume_after(until - w_.now());
}

void plain_computer::user_cancels(uploader& u) {
    u.cancel();
    save();
}

} // namespace simulation
