// A computer with a queue: the library's jobs and its scheduler, stored as bytes after every change.
#include "computer.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

using namespace bitswire;

namespace simulation {

namespace {

constexpr std::size_t text_bytes = 400;

} // namespace

queue_computer::queue_computer(const surroundings& all, std::uint32_t first, std::uint32_t count)
    : computer(all, first, count), entries_(count), slots_(count) {}

void queue_computer::begin() {
    scheduler_.emplace(std::span<scheduler_slot>(slots_));
    for (std::uint32_t i = 0; i < entries_.size(); ++i)
        add_job(i);
    work();
}

void queue_computer::add_job(std::uint32_t i) {
    uploader& u = *uploads_[i];
    entry& e = entries_[i];
    e.files.resize(1);
    e.texts.resize(text_bytes);
    job_config c;
    c.id.bytes[0] = static_cast<std::uint8_t>(i);
    c.type = u.book().wants_reply ? job_type::upload_reply : job_type::upload;
    c.display_name = "upload";
    c.owner = "somebody";
    const auto made = job::create(c, {e.files, e.texts, e.ranges}, now());
    w_.demand(made.has_value(), u.number(), "a job can be made");
    e.its_job = *made;
    job& j = *e.its_job;
    w_.demand(j.add_file(u.url(), "C:\\file", now()).returns == hresult{}, u.number(), "a job can have a file");
    j.on_size(0, u.book().content.size_bytes);
    std::ignore = j.set_priority(static_cast<job_priority>(w_.random.pick(enumerator_count<job_priority>)), now());
    std::ignore = j.set_minimum_retry_delay(static_cast<std::uint32_t>(w_.random.log_between(5, 1800)), now());
    w_.demand(j.resume(now()).returns == hresult{}, u.number(), "a new job can be resumed");
    look_at(i);
}

void queue_computer::perform(std::uint32_t i, const job_step& s) {
    const job_action todo = s.todo;
    if (todo == job_action::nothing || todo == job_action::finish) return;
    entries_[i].has_changed = true;
    if (todo == job_action::clean_up) uploads_[i]->will_be_cancelled();
    uploads_[i]->tell([todo](upload_client& c, time_point t) { return carry_out(todo, c, t); });
}

void queue_computer::on_step(uploader& u, const upload_step& step, hresult cause) {
    const std::uint32_t i = index_of(u);
    job& j = *entries_[i].its_job;
    entries_[i].has_changed = true;
    if (step.todo == upload_todo::send) {
        w_.demand(j.is_running() || j.state() == job_state::cancelled, u.number(),
                  "only who has the turn, or is being cancelled, sends");
    }
    perform(i, follow(j, u.client(), step, now(), cause));
    look_at(i);
    work();
}

/// The job may have changed.
void queue_computer::look_at(std::uint32_t i) {
    entry& e = entries_[i];
    job& j = *e.its_job;
    uploader& u = *uploads_[i];
    const job_progress p = j.progress();
    w_.demand(p.bytes_transferred <= p.bytes_total, u.number(), "a job has transferred no more than there is");
    if (j.state() == job_state::transferred) {
        w_.demand(u.client().succeeded(), u.number(), "a job is transferred when its upload is closed");
        perform(i, j.complete(now()));
    }
    scheduler_->update(i, j, now().steady);
    if (u.has_ended()) return;
    if (j.is_over()) u.end(j.state() == job_state::acknowledged ? outcome::done : outcome::cancelled);
    const bool has_failed = j.state() == job_state::error;
    if (has_failed && !std::exchange(e.has_failed, has_failed)) look_at_error(i);
    e.has_failed = has_failed;
}

void queue_computer::look_at_error(std::uint32_t i) {
    entry& e = entries_[i];
    uploader& u = *uploads_[i];
    switch (u.judge()) {
    case uploader::verdict::already_there:
        return u.end(outcome::already_there);
    case uploader::verdict::too_large:
        return u.end(outcome::too_large);
    case uploader::verdict::application_refused:
        if (++e.refusals >= 3) return u.end(outcome::refused_by_application);
        break;
    case uploader::verdict::try_again:
        break;
    }
    resume_later(i, job_state::error, patience());
}

/// If it is still in that state then.
void queue_computer::resume_later(std::uint32_t i, job_state in, std::uint64_t span) {
    w_.after(span, [this, i, in, run = run_] {
        job& j = *entries_[i].its_job;
        if (run != run_ || j.state() != in || uploads_[i]->has_ended()) return;
        perform(i, j.resume(now()));
        look_at(i);
        work();
    });
}

void queue_computer::work() {
    if (std::exchange(is_working_, true)) return;
    schedule_step s = scheduler_->next(now().steady);
    for (int rounds = 0; s.todo != schedule_todo::nothing; s = scheduler_->next(now().steady)) {
        w_.demand(++rounds < 1000, uploads_.front()->number(), "the scheduler comes to an end");
        job& j = *entries_[s.job].its_job;
        perform(s.job, s.todo == schedule_todo::start   ? j.on_picked(now())
                       : s.todo == schedule_todo::yield ? j.on_yielded(now())
                                                        : j.on_timer(now()));
        look_at(s.job);
    }
    is_working_ = false;
    save();
    const std::uint64_t alarm = ++alarm_;
    if (s.wake_at == time_never) return;
    w_.after(elapsed_ms(now().steady, s.wake_at), [this, alarm] {
        if (alarm == alarm_) work();
    });
}

void queue_computer::save() {
    saved_state fresh;
    fresh.clients = saved_.clients;
    fresh.clients.resize(uploads_.size());
    fresh.queue.resize(entries_.size() * 1024);
    const std::size_t size = write_queue(
        static_cast<std::uint32_t>(entries_.size()),
        [this](const auto& f) {
            for (std::uint32_t i = 0; i < entries_.size(); ++i)
                f(i, *entries_[i].its_job);
        },
        *scheduler_, fresh.queue, now());
    w_.demand(size <= fresh.queue.size(), uploads_.front()->number(), "a queue can be written down");
    fresh.queue.resize(size);
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        if (std::exchange(entries_[i].has_changed, false)) fresh.clients[i] = uploads_[i]->remember();
    }
    if (w_.random.pick(8) == 0 && !saved_.queue.empty()) older_ = std::move(saved_);
    saved_ = std::move(fresh);
}

struct queue_computer::receiver {
    job_storage make_room(std::uint32_t number, const job_storage_size& size) {
        entry& e = its.entries_[number];
        e.files.assign(size.files, {});
        e.texts.assign(size.text_bytes + text_bytes, '\0');
        e.ranges.assign(size.ranges, {});
        return {e.files, e.texts, e.ranges};
    }
    bool take(std::uint32_t number, const job& j) {
        its.entries_[number].its_job = j;
        return true;
    }
    bool wait(std::uint32_t number) {
        its.scheduler_->update(number, *its.entries_[number].its_job, its.now().steady);
        return true;
    }
    queue_computer& its;
};

void queue_computer::restore(bool old) {
    const saved_state from = old && older_ ? *older_ : saved_;
    slots_.assign(slots_.size(), {});
    scheduler_.emplace(std::span<scheduler_slot>(slots_));
    for (std::size_t i = 0; i < uploads_.size(); ++i)
        uploads_[i]->recall(from.clients[i]);
    saved_ = from;
    is_working_ = true; // not before all are there
    receiver r{*this};
    w_.demand(!read_queue(from.queue, r, now()), uploads_.front()->number(),
              "a queue that was written down can be read");
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        const job& j = *entries_[i].its_job;
        w_.demand(!j.is_running(), uploads_[i]->number(), "after a restart nobody is at work");
        entries_[i].has_failed = j.state() == job_state::error;
        look_at(i);
        if (j.state() == job_state::cancelled && !j.is_over()) perform(i, {.todo = job_action::clean_up});
        // The user comes back.
        if (j.state() == job_state::suspended || j.state() == job_state::error) resume_later(i, j.state(), patience());
    }
    is_working_ = false;
    work();
}

void queue_computer::user_suspends(uploader& u, std::uint64_t until) {
    const std::uint32_t i = index_of(u);
    perform(i, entries_[i].its_job->suspend(now()));
    look_at(i);
    work();
    resume_later(i, job_state::suspended, until - w_.now());
}

void queue_computer::user_cancels(uploader& u) {
    const std::uint32_t i = index_of(u);
    perform(i, entries_[i].its_job->cancel(now()));
    look_at(i);
    work();
}

} // namespace simulation
