// Jobs and queues as bytes: what was written reads back, what is damaged, foreign or impossible is an error, and
// version 2 stays version 2.
#include "support/guarded_bytes.hpp"
#include "support/job_world.hpp"
#include "support/print.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>

using namespace bitswire;

namespace {

constexpr error bad{errc::bad_snapshot, header::none, 0};
constexpr error too_small{errc::buffer_too_small, header::none, 0};

std::string hex(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
    }
    return out;
}

std::string unhex(std::string_view digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const auto value = [&](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
        out += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
    }
    return out;
}

/// Bytes with a right checksum, so that what is behind it is reached.
std::string sealed(std::string bytes) {
    detail::crc32 crc;
    for (const char c : bytes)
        crc.put(static_cast<std::uint8_t>(c));
    for (int i = 0; i < 4; ++i)
        bytes += static_cast<char>(crc.value() >> (8 * i) & 0xffU);
    return bytes;
}

/// A job that was read back into memory that is not one item larger than it has to be.
struct restored_job {
    restored_job(std::string_view bytes, const moment& now)
        : size(job::storage_size_of(bytes)),
          memory(size ? size->files : 0, size ? size->text_bytes : 0, size ? size->ranges : 0),
          j(job::restore(bytes, memory.storage(), now)) {}
    restored_job(const restored_job&) = delete;
    restored_job& operator=(const restored_job&) = delete;

    result<job_storage_size> size;
    job_memory memory;
    result<job> j;
};

/// All that can be asked of a job, but its state and what depends on the clock.
std::string describe(const job& j) {
    std::string s;
    const auto put = [&s](auto value) { s += std::to_string(value) + ' '; };
    const auto put_text = [&s](std::string_view text) { s += '"' + std::string(text) + "\" "; };
    for (const std::uint8_t b : j.id().bytes)
        put(b);
    put(static_cast<int>(j.type()));
    put(static_cast<int>(j.priority()));
    put_text(j.display_name());
    put_text(j.description());
    put_text(j.owner());
    put_text(j.reply_file_name() ? *j.reply_file_name() : "-");
    put(static_cast<std::uint32_t>(j.events()));
    put(j.current_file());
    for (std::uint32_t i = 0; i < j.file_count(); ++i) {
        const job_file f = j.file(i);
        put_text(f.remote_name);
        put_text(f.local_name);
        put(f.bytes_total);
        put(f.bytes_transferred);
        put(f.is_transferred);
        put(f.is_completed);
        for (const file_range& r : f.ranges) {
            put(r.offset);
            put(r.length);
        }
        s += '\n';
    }
    const auto e = j.get_error();
    put(e.has_value());
    if (e) {
        put(e->code.value);
        put(static_cast<int>(e->context));
        put(e->http_status);
    }
    const auto file = j.get_error_file();
    put(file ? *file : 99);
    put(j.error_count());
    put(j.times().created.ms);
    put(j.times().modified.ms);
    put(j.times().transfer_completed.ms);
    put(static_cast<std::uint32_t>(j.get_notify_flags()));
    put(j.minimum_retry_delay_s());
    put(j.no_progress_timeout_s());
    put(j.maximum_download_time_s());
    if (const auto r = j.reply_progress()) {
        put(r->bytes_total);
        put(r->bytes_transferred);
    }
    put(j.is_over());
    return s;
}

/// Some life of a job.
void live(world_job& w, std::mt19937_64& random) {
    const auto pick = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
    job& j = w.j;
    for (std::uint32_t n = pick(40); n > 0; --n) {
        w.now.steady.ms += pick(2) == 0 ? pick(1000) : pick(2'000'000);
        w.now.wall.ms += pick(3000);
        switch (pick(22)) {
        case 0:
            std::ignore = j.add_file("http://h/" + std::string(pick(30), 'r'), "/" + std::string(pick(30), 'l'), w.now);
            break;
        case 1:
        case 2: {
            std::vector<file_range> ranges;
            for (std::uint32_t i = 0; i < 1 + pick(4); ++i)
                ranges.push_back({i * 100 + pick(50), 1 + pick(50)});
            std::ignore = j.add_file_with_ranges("http://h/", "C:\\x", ranges, w.now);
            break;
        }
        case 3:
            std::ignore = j.set_display_name("n" + std::string(pick(30), 'n'), w.now);
            break;
        case 4:
            std::ignore = j.set_description(std::string(pick(30), 'd'), w.now);
            break;
        case 5:
            std::ignore = j.take_ownership({std::string(pick(30), 'o'), pick(2) == 0, pick(2) == 0}, w.now);
            j.on_told(static_cast<notify_flags>(pick(64)));
            break;
        case 6:
            std::ignore = j.set_reply_file_name(pick(2) == 0 ? "" : "/reply", w.now);
            break;
        case 7:
            std::ignore = j.set_priority(static_cast<job_priority>(pick(4)), w.now);
            std::ignore = j.set_notify_flags(static_cast<notify_flags>(pick(64)), w.now);
            break;
        case 8:
            std::ignore = j.set_minimum_retry_delay(pick(2000), w.now);
            break;
        case 9:
            std::ignore = j.set_no_progress_timeout(pick(5000), w.now);
            break;
        case 10:
            std::ignore = j.set_maximum_download_time(pick(5000), w.now);
            break;
        case 11:
            std::ignore = j.suspend(w.now);
            break;
        case 12:
            std::ignore = j.on_error(pick(2) == 0 ? passing_error : pick(2) == 0 ? fatal_error : waiting_error, w.now);
            break;
        case 13:
            if (pick(8) == 0) std::ignore = j.cancel(w.now);
            break;
        case 14:
            if (pick(8) == 0) std::ignore = j.complete(w.now);
            if (pick(8) == 0) std::ignore = j.complete(w.now, {.rename_problem = hresult{0x80070005}});
            break;
        case 15:
            j.on_size(pick(3), pick(1000));
            break;
        case 16:
            std::ignore = j.on_progress(pick(1000), w.now);
            std::ignore = j.on_reply_progress(pick(1000), pick(1000), w.now);
            break;
        case 17:
            std::ignore = j.on_file_transferred(w.now);
            break;
        case 18:
            std::ignore = j.on_timer(w.now);
            break;
        default:
            std::ignore = j.resume(w.now);
            std::ignore = j.on_picked(w.now);
            if (pick(3) != 0) std::ignore = j.on_connected(w.now);
        }
    }
}

/// Every way to damage bytes by one bit or a cut is found out.
template <class Restore>
void damage(const std::string& good, Restore restore) {
    REQUIRE(restore(guarded_bytes(good).view()) == error{});
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string damaged = good;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        CAPTURE(bit);
        CHECK(restore(guarded_bytes(damaged).view()) == bad);
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK(restore(guarded_bytes(good.substr(0, size)).view()) == bad);
    }
    CHECK(restore(guarded_bytes(good + '\0').view()) == bad);
}

error restore_job(std::string_view bytes) {
    job_memory memory(10, 6000, 30);
    const result<job_storage_size> size = job::storage_size_of(bytes);
    if (size) { // never out of proportion
        CHECK(size->files <= bytes.size() / 24);
        CHECK(size->text_bytes <= bytes.size());
        CHECK(size->ranges <= bytes.size() / 16);
    }
    const result<job> j = job::restore(bytes, memory.storage(), at_s(5));
    return j ? error{} : j.error();
}

/// The fields of a snapshot of version 2, in their order.
struct forged {
    std::uint32_t files = 1, text_bytes = 13, ranges = 0;
    std::array<std::uint8_t, 16> id{};
    std::uint8_t type = 0, priority = 2, state = 3;
    std::uint32_t flags = 3, events = 0;
    std::uint8_t is_limited = 1;
    std::uint32_t files_per_job = 200, ranges_per_file = 500;
    std::uint16_t local_name_length = 260;
    std::uint32_t error_code = 0, error_context = 1;
    std::uint16_t http_status = 0;
    std::uint32_t error_file = 0, error_count = 0;
    std::uint64_t created = 1, modified = 2, completed_at = UINT64_MAX;
    std::uint64_t reply_total = UINT64_MAX, reply_done = 0;
    std::uint8_t has_session = 0, has_own_download_time = 0, was_resumed = 0, proxy = 0;
    std::array<std::uint64_t, 7> properties{0, 0, 0, UINT64_MAX, 0, 500, 0};
    struct timer {
        std::uint64_t elapsed = 0;
        std::uint32_t limit = 0;
        std::uint8_t halted = 0;
    };
    std::array<timer, 5> timers{{{0, 600, 0}, {0, 1'209'600, 1}, {0, 7'776'000, 0}, {0, 7'776'000, 0}, {0, 86'400, 0}}};
    std::string name = "n", description, owner = "o", reply, proxy_list, bypass, program, parameters;
    std::array<std::string, 10> credentials{};
    std::uint32_t count = 1, transferred = 0, completed = 0;
    struct file {
        std::string remote = "http://h/", local = "/x";
        std::uint64_t total = 10, done = 0;
        std::vector<file_range> ranges{};
    };
    std::vector<file> all{file{}};
    std::string behind{};

    void put(snapshot_writer& w) const {
        w.put(files);
        w.put(text_bytes);
        w.put(ranges);
        for (const std::uint8_t b : id)
            w.put(b);
        w.put(type);
        w.put(priority);
        w.put(state);
        w.put(flags);
        w.put(events);
        w.put(is_limited);
        w.put(files_per_job);
        w.put(ranges_per_file);
        w.put(local_name_length);
        w.put(error_code);
        w.put(error_context);
        w.put(http_status);
        w.put(error_file);
        w.put(error_count);
        w.put(created);
        w.put(modified);
        w.put(completed_at);
        w.put(reply_total);
        w.put(reply_done);
        w.put(has_session);
        w.put(has_own_download_time);
        w.put(was_resumed);
        w.put(proxy);
        for (const std::uint64_t p : properties)
            w.put(p);
        for (const timer& t : timers) {
            w.put(t.elapsed);
            w.put(t.limit);
            w.put(t.halted);
        }
        for (const std::string* t : {&name, &description, &owner, &reply, &proxy_list, &bypass, &program, &parameters})
            w.put(std::string_view(*t));
        for (const std::string& t : credentials)
            w.put(std::string_view(t));
        w.put(count);
        w.put(transferred);
        w.put(completed);
        for (const file& f : all) {
            w.put(std::string_view(f.remote));
            w.put(std::string_view(f.local));
            w.put(f.total);
            w.put(f.done);
            w.put(static_cast<std::uint32_t>(f.ranges.size()));
            for (const file_range& r : f.ranges) {
                w.put(r.offset);
                w.put(r.length);
            }
        }
        for (const char c : behind)
            w.put(static_cast<std::uint8_t>(c));
    }
    [[nodiscard]] std::string bytes() const {
        std::string out(10'000, '\0');
        snapshot_writer w(out, {"BWJB", 2});
        put(w);
        out.resize(w.finish());
        return out;
    }
    /// As it is asked for, in proportion.
    forged& fit() {
        files = count;
        text_bytes = 0;
        for (const std::string* t : {&name, &description, &owner, &reply, &proxy_list, &bypass, &program, &parameters})
            text_bytes += static_cast<std::uint32_t>(t->size());
        for (const std::string& t : credentials)
            text_bytes += static_cast<std::uint32_t>(t.size());
        ranges = 0;
        for (const file& f : all) {
            text_bytes += static_cast<std::uint32_t>(f.remote.size() + f.local.size());
            ranges += static_cast<std::uint32_t>(f.ranges.size());
        }
        return *this;
    }
};

/// The embedder of a queue that is read back.
struct queue_receiver {
    explicit queue_receiver(const moment& n) : now(n) {}

    job_storage make_room(std::uint32_t number, const job_storage_size& size) {
        rooms.emplace_back(size.files, size.text_bytes, size.ranges);
        asked_for += size.files * 24ULL + size.text_bytes + size.ranges * 16ULL;
        if (number == small) return {};
        return rooms.back().storage();
    }
    bool take(std::uint32_t number, const job& j) { return jobs.emplace(number, j).second; }
    bool wait(std::uint32_t number) {
        if (!jobs.contains(number)) return false;
        waiting.push_back(number);
        return true;
    }

    moment now;
    std::uint32_t small = UINT32_MAX;
    std::uint64_t asked_for = 0;
    std::deque<job_memory> rooms{};
    std::map<std::uint32_t, job> jobs{};
    std::vector<std::uint32_t> waiting{};
};
static_assert(job_receiver<queue_receiver>);

/// A queue of jobs in all kinds of states.
struct queue_of_jobs {
    explicit queue_of_jobs(std::size_t count = 8) : slots(count), s(slots) {}

    world_job& add(std::uint32_t i, job_state to, job_priority p) {
        jobs[i] = std::make_unique<world_job>();
        std::ignore = jobs[i]->add().j.set_priority(p, now);
        jobs[i]->go(to);
        s.update(i, jobs[i]->j, now.steady);
        return *jobs[i];
    }
    [[nodiscard]] std::vector<std::uint32_t> order() const { return order_of(s); }
    static std::vector<std::uint32_t> order_of(const scheduler& s) {
        std::vector<std::uint32_t> all;
        s.for_each_in_order([&](std::uint32_t i) { all.push_back(i); });
        return all;
    }
    [[nodiscard]] std::string bytes() const {
        const auto each = [this](auto f) {
            for (const auto& [number, w] : jobs)
                f(number, w->j);
        };
        std::string out(20'000, '\0');
        const std::size_t size = write_queue(static_cast<std::uint32_t>(jobs.size()), each, s, out, now);
        REQUIRE(size <= out.size());
        out.resize(size);
        std::string small(size, '?'); // counted, not overrun
        CHECK(write_queue(static_cast<std::uint32_t>(jobs.size()), each, s, std::span(small).first(10), now) == size);
        CHECK(small.substr(10) == std::string(small.size() - 10, '?'));
        return out;
    }

    moment now = at_s(1000);
    std::vector<scheduler_slot> slots;
    scheduler s;
    std::map<std::uint32_t, std::unique_ptr<world_job>> jobs{};
};

} // namespace

TEST_CASE("job snapshot: any job reads back as what it was, into the least memory, and writes the same bytes") {
    std::mt19937_64 random(3); // NOLINT: repeatable
    std::map<job_state, int> seen;
    for (int round = 0; round < 4000; ++round) {
        CAPTURE(round);
        world_job w(static_cast<job_type>(random() % 3));
        live(w, random);
        ++seen[w.j.state()];
        const std::string bytes = w.bytes();
        const moment later = at_s(7); // another run, another clock
        const restored_job r(guarded_bytes(bytes).view(), later);
        REQUIRE(r.j);
        const bool was_running = w.j.is_running();
        CHECK(r.j->state() == (was_running ? job_state::queued : w.j.state()));
        CHECK(describe(*r.j) == describe(w.j));
        CHECK(r.j->storage_size().text_bytes == w.j.storage_size().text_bytes);
        const std::string again = bytes_of(*r.j, later);
        if (!was_running) {
            CHECK(again == bytes);
            if (w.j.wake_at() != time_never) {
                // A timer that is over is over; another one has the time that was left.
                const auto left = elapsed_ms(w.now.steady, w.j.wake_at());
                CHECK(elapsed_ms(later.steady, r.j->wake_at()) == left);
            } else {
                CHECK(r.j->wake_at() == time_never);
            }
        }
        CHECK(again.size() == bytes.size());
        const restored_job twice(again, later);
        REQUIRE(twice.j);
        CHECK(bytes_of(*twice.j, later) == again);
    }
    CHECK(seen.size() == 9); // every state was among them
}

TEST_CASE("job snapshot: a file whose last range goes to its end reads back once it is transferred") {
    world_job w;
    const std::array<file_range, 2> ranges = {{{0, 10}, {100, length_to_eof}}};
    std::ignore = w.j.add_file_with_ranges("http://h/f", "/f", ranges, w.now);
    w.go(job_state::transferring);
    std::ignore = w.j.on_progress(70, w.now);
    std::ignore = w.j.on_file_transferred(w.now);
    const restored_job back(w.bytes(), w.now);
    REQUIRE(back.j);
    CHECK(back.j->file(0).bytes_total == 70);
    CHECK(back.j->file(0).is_transferred);
}

TEST_CASE("job snapshot: every timer goes on with the time that was left") {
    for (const job_state s : {job_state::suspended, job_state::queued, job_state::error, job_state::transient_error,
                              job_state::transferred}) {
        CAPTURE(std::string(enum_name(s)));
        world_job w;
        w.add().go(s);
        const std::uint64_t total = w.wakes_in_s();
        w.pass_s(250);
        const restored_job r(w.bytes(), at_s(3));
        REQUIRE(r.j);
        CHECK((r.j->wake_at().ms - 3000) / 1000 == total - 250);
    }
    // The time of connecting and transferring counts in all.
    job_config c = job_config_of(job_type::download);
    c.limits.max_download_time_s = 1000;
    world_job w(c);
    w.add().go(job_state::transferring);
    w.pass_s(300);
    restored_job r(w.bytes(), at_s(50'000));
    REQUIRE(r.j);
    CHECK(r.j->state() == job_state::queued);
    std::ignore = r.j->on_picked(at_s(60'000));
    CHECK(r.j->wake_at() == at_s(60'700).steady);
    // A cancelled upload goes on cancelling.
    world_job u(job_type::upload);
    u.add().go(job_state::connecting);
    std::ignore = u.j.cancel(u.now);
    u.pass_s(599);
    restored_job ru(u.bytes(), at_s(0));
    REQUIRE(ru.j);
    CHECK_FALSE(ru.j->is_over());
    CHECK(ru.j->wake_at() == at_s(1).steady);
    CHECK(ru.j->on_timer(at_s(1)).todo == job_action::clean_up);
    CHECK(ru.j->on_timer(at_s(85'801)).todo == job_action::clean_up);
    CHECK(ru.j->on_timer(at_s(85'801)).todo == job_action::finish);
    CHECK(ru.j->is_over());
}

TEST_CASE("job snapshot: every bit that flips and every cut is found out") {
    world_job w(job_type::upload_reply);
    w.add().go(job_state::transient_error);
    std::ignore = w.j.set_reply_file_name("/r", w.now);
    damage(w.bytes(), restore_job);
    world_job d;
    const std::vector<file_range> ranges{{0, 10}, {20, 5}};
    std::ignore = d.j.add_file_with_ranges("http://h/x", "C:\\x", ranges, d.now);
    d.add();
    damage(d.bytes(), restore_job);
    // One of another kind or of another version.
    std::string other = w.bytes();
    other.resize(other.size() - 4);
    std::string later = other;
    later[4] = 3;
    CHECK(restore_job(sealed(other)) == error{});
    CHECK(restore_job(sealed(later)) == bad);
    other[3] = 'Q';
    CHECK(restore_job(sealed(other)) == bad);
}

TEST_CASE("job snapshot: what no job can be is refused, with a right checksum too") {
    CHECK(restore_job(forged{}.bytes()) == error{});
    struct sample {
        const char* what;
        std::function<void(forged&)> change;
        bool fits = false; ///< a neighbour of what is refused
    };
    const auto file = [](std::string remote, std::string local) { return forged::file{remote, local, 10, 0, {}}; };
    const std::string long_url = "http://h/?" + std::string(2190, 'u');
    const std::vector<sample> samples{
        {"type", [](forged& f) { f.type = 3; }},
        {"priority", [](forged& f) { f.priority = 4; }},
        {"state", [](forged& f) { f.state = 9; }},
        {"flags", [](forged& f) { f.flags = 0x40; }},
        {"all flags", [](forged& f) { f.flags = 0x3f; }, true},
        {"events", [](forged& f) { f.events = 0x40; }},
        {"all events", [](forged& f) { f.events = 0x3f; }, true},
        {"resumed", [](forged& f) { f.was_resumed = 2; }},
        {"proxy usage", [](forged& f) { f.proxy = 4; }},
        {"no proxy list", [](forged& f) { f.proxy = 2; }},
        {"a proxy list", [](forged& f) { f.proxy = 2, f.proxy_list = "p", f.bypass = "*.h"; }, true},
        {"a proxy list that is not used", [](forged& f) { f.proxy_list = "p"; }},
        {"a long proxy list", [](forged& f) { f.proxy = 2, f.proxy_list = std::string(4001, 'p'); }},
        {"a command line", [](forged& f) { f.program = "/p", f.parameters = "p 1"; }, true},
        {"parameters of no program", [](forged& f) { f.parameters = "p 1"; }},
        {"a long program", [](forged& f) { f.program = std::string(261, 'p'); }},
        {"credentials", [](forged& f) { f.credentials[9] = std::string("u\0p", 3); }, true},
        {"credentials without a password", [](forged& f) { f.credentials[0] = "u"; }},
        {"a long user", [](forged& f) { f.credentials[0] = std::string(301, 'u') + std::string(1, '\0'); }},
        {"a long password", [](forged& f) { f.credentials[0] = std::string(1, '\0') + std::string(301, 'p'); }},
        {"a property", [](forged& f) { f.properties[1] = 1; }, true},
        {"a property's value", [](forged& f) { f.properties[1] = 2; }},
        {"a property of another type", [](forged& f) { f.type = 1, f.properties[1] = 1; }},
        {"own download time", [](forged& f) { f.has_own_download_time = 2; }},
        {"limited", [](forged& f) { f.is_limited = 2; }},
        {"session", [](forged& f) { f.type = 1, f.has_session = 2; }},
        {"session of an upload", [](forged& f) { f.type = 1, f.has_session = 1; }, true},
        {"session of a download", [](forged& f) { f.has_session = 1; }},
        {"halted", [](forged& f) { f.timers[3].halted = 2; }},
        {"retry delay below its floor", [](forged& f) { f.timers[0].limit = 4; }},
        {"retry delay at its floor", [](forged& f) { f.timers[0].limit = 5; }, true},
        {"cancelling below its floor", [](forged& f) { f.timers[4].limit = 299; }},
        {"no progress never", [](forged& f) { f.timers[1].limit = 0; }, true},
        {"ranges",
         [](forged& f) {
             f.all[0].ranges = {{0, 4}, {9, 6}};
         },
         true},
        {"ranges whose sum is another",
         [](forged& f) {
             f.all[0].ranges = {{0, 4}, {9, 7}};
         }},
        {"a range to the end",
         [](forged& f) {
             f.all[0].ranges = {{9, length_to_eof}}, f.all[0].total = size_unknown;
         },
         true},
        {"a range of a size that is known to the end",
         [](forged& f) {
             f.all[0].ranges = {{9, length_to_eof}};
         }},
        {"a range to the end that is transferred",
         [](forged& f) {
             f.all[0].ranges = {{9, length_to_eof}}, f.all[0].done = 10, f.transferred = 1;
         },
         true},
        {"a range of nothing",
         [](forged& f) {
             f.all[0].ranges = {{0, 10}, {20, 0}};
         }},
        {"a range beyond all",
         [](forged& f) {
             f.all[0].ranges = {{UINT64_MAX - 5, 10}};
         }},
        {"no name", [](forged& f) { f.name = ""; }},
        {"long name", [](forged& f) { f.name = std::string(257, 'n'); }},
        {"longest name", [](forged& f) { f.name = std::string(256, 'n'); }, true},
        {"long description", [](forged& f) { f.description = std::string(1025, 'n'); }},
        {"longest description", [](forged& f) { f.description = std::string(1024, 'n'); }, true},
        {"long owner", [](forged& f) { f.owner = std::string(257, 'n'); }},
        {"longest owner", [](forged& f) { f.owner = std::string(256, 'n'); }, true},
        {"relative reply", [](forged& f) { f.type = 2, f.reply = "x"; }},
        {"reply", [](forged& f) { f.type = 2, f.reply = "/x"; }, true},
        {"reply of a download", [](forged& f) { f.reply = "/x"; }},
        {"more transferred than there are", [](forged& f) { f.transferred = 2; }},
        {"more completed than transferred", [](forged& f) { f.completed = 1; }},
        {"transferred and completed", [](forged& f) { f.transferred = f.completed = 1; }, true},
        {"more bytes than there are", [](forged& f) { f.all[0].done = 11; }},
        {"all bytes", [](forged& f) { f.all[0].done = 10; }, true},
        {"bad URL", [&](forged& f) { f.all = {file("ftp://h/", "/x")}; }},
        {"no URL", [&](forged& f) { f.all = {file("", "/x")}; }},
        {"longest URL", [&](forged& f) { f.all = {file(long_url, "/x")}; }, true},
        {"long URL", [&](forged& f) { f.all = {file(long_url + "u", "/x")}; }},
        {"relative path", [&](forged& f) { f.all = {file("http://h/", "x")}; }},
        // Limits are policies, which may have been others when the file was added.
        {"a path beyond the limit", [&](forged& f) { f.all = {file("http://h/", "/" + std::string(260, 'x'))}; }, true},
        {"a folder", [&](forged& f) { f.all = {file("http://h/", "/x/")}; }},
        {"control in path", [&](forged& f) { f.all = {file("http://h/", "/\x01")}; }},
        {"two files of a download", [&](forged& f) { f.count = 2, f.all.push_back(f.all[0]); }, true},
        {"two files of an upload", [&](forged& f) { f.type = 1, f.count = 2, f.all.push_back(f.all[0]); }},
        {"ranges of a download",
         [&](forged& f) {
             f.all[0].ranges = {{0, 10}};
         },
         true},
        {"ranges of an upload",
         [&](forged& f) {
             f.type = 2, f.all[0].ranges = {{0, 10}};
         }},
        {"a file less", [&](forged& f) { f.count = 2; }},
        {"a file more", [&](forged& f) { f.all.push_back(f.all[0]); }},
        {"a byte more", [&](forged& f) { f.behind = "x"; }},
        {"queued", [](forged& f) { f.state = 0; }, true},
        {"queued, all transferred", [](forged& f) { f.state = 0, f.transferred = 1; }},
        {"queued, no files", [](forged& f) { f.state = 0, f.count = 0, f.all.clear(); }},
        {"connecting, no files", [](forged& f) { f.state = 1, f.count = 0, f.all.clear(); }},
        {"transferring, no files", [](forged& f) { f.state = 2, f.count = 0, f.all.clear(); }},
        {"suspended, no files", [](forged& f) { f.state = 3, f.count = 0, f.all.clear(); }, true},
        {"error, no files", [](forged& f) { f.state = 4, f.count = 0, f.all.clear(); }},
        {"transient error, all transferred", [](forged& f) { f.state = 5, f.transferred = 1; }},
        {"cancelled, no files", [](forged& f) { f.state = 8, f.count = 0, f.all.clear(); }, true},
        {"an upload transferred", [](forged& f) { f.type = 1, f.state = 6, f.transferred = 1; }, true},
        {"an upload transferred that is not", [](forged& f) { f.type = 1, f.state = 6; }},
        {"an upload transferred without a file",
         [](forged& f) { f.type = 1, f.state = 6, f.count = 0, f.all.clear(); }},
    };
    for (const sample& x : samples) {
        CAPTURE(x.what);
        forged f;
        x.change(f);
        const std::string bytes = f.fit().bytes();
        CHECK(restore_job(guarded_bytes(bytes).view()) == (x.fits ? error{} : bad));
    }
}

TEST_CASE("job snapshot: a count of errors at its end stays there [GetErrorCount]") {
    for (const bool by_time : {false, true}) {
        forged f;
        f.state = 2; // transferring
        f.error_count = UINT32_MAX - 1;
        job_memory memory;
        auto j = job::read_snapshot(f.fit().bytes(), memory.storage(), at_s(5));
        REQUIRE(j);
        moment now = at_s(5);
        for (int i = 0; i < 2; ++i) {
            now = at_s(now.steady.ms / 1000 + 7'776'000);
            if (by_time) {
                REQUIRE(j->set_maximum_download_time(1, now).returns == hresult{});
                std::ignore = j->on_timer(now);
            } else {
                std::ignore = j->on_error(fatal_error, now);
            }
            CHECK(j->state() == job_state::error);
            CHECK(j->error_count() == UINT32_MAX);
            std::ignore = j->resume(now);
            std::ignore = j->on_picked(now);
            if (by_time) now = at_s(now.steady.ms / 1000 + 1);
        }
    }
}

TEST_CASE("job snapshot: memory that is one too small is said so, at every size") {
    world_job w;
    const std::vector<file_range> ranges{{0, 10}, {20, 5}};
    std::ignore = w.j.add_file_with_ranges("http://h/x", "/x", ranges, w.now);
    w.add(2);
    const std::string bytes = w.bytes();
    const job_storage_size need = *job::storage_size_of(bytes);
    CHECK(need.files == 3);
    CHECK(need.ranges == 2);
    CHECK(need.text_bytes == w.j.storage_size().text_bytes);
    for (std::size_t files = 0; files <= need.files; ++files) {
        for (std::size_t texts = 0; texts <= need.text_bytes; ++texts) {
            for (std::size_t n = 0; n <= need.ranges; ++n) {
                job_memory memory(files, texts, n);
                const result<job> j = job::restore(bytes, memory.storage(), at_s(0));
                const bool enough = files == need.files && texts == need.text_bytes && n == need.ranges;
                REQUIRE(j.has_value() == enough);
                if (!enough) REQUIRE(j.error() == too_small);
            }
        }
    }
}

TEST_CASE("job snapshot: sizes that lie ask for nothing out of proportion, and are refused") {
    for (const std::uint32_t lie : {2U, 50U, 1000U, 0x10000U, 0x7fffffffU, 0xffffffffU}) {
        CAPTURE(lie);
        forged f;
        f.files = lie;
        std::ignore = restore_job(f.bytes());
        CHECK((lie < 20 || job::storage_size_of(f.bytes()).error() == bad));
        f = {};
        f.text_bytes = lie + 1000;
        std::ignore = restore_job(f.bytes());
        CHECK(job::storage_size_of(f.bytes()).error() == bad);
        f = {};
        f.ranges = lie;
        std::ignore = restore_job(f.bytes());
        CHECK((lie < 20 || job::storage_size_of(f.bytes()).error() == bad));
        f = {};
        f.count = lie;
        CHECK(restore_job(f.bytes()) == bad);
    }
    // Less than there is: not beyond the memory that was asked for.
    forged f;
    f.all[0].ranges = {{0, 1}, {2, 1}};
    f.fit();
    for (const auto change : {0, 1, 2}) {
        forged g = f;
        if (change == 0) g.files = 0;
        if (change == 1) --g.text_bytes;
        if (change == 2) g.ranges = 1;
        const restored_job r(g.bytes(), at_s(0));
        REQUIRE_FALSE(r.j);
        CHECK(r.j.error() == bad);
    }
    for (int i = 0; i < 12; ++i) { // before the end of the sizes
        std::string bytes("BWJB\x02\0", 6);
        bytes.append(static_cast<std::size_t>(i), '\0');
        CHECK(job::storage_size_of(sealed(bytes)).error() == bad);
        CHECK(restore_job(sealed(bytes)) == bad);
    }
}

TEST_CASE("job snapshot: random damage with a right checksum makes no job that misbehaves") {
    std::mt19937_64 random(9); // NOLINT: repeatable
    world_job w(job_type::download);
    const std::vector<file_range> ranges{{0, 10}, {20, 5}};
    w.add();
    std::ignore = w.j.add_file_with_ranges("http://h/x", "/x", ranges, w.now);
    w.go(job_state::transient_error);
    std::string good = w.bytes();
    good.resize(good.size() - 4);
    int accepted = 0;
    for (int i = 0; i < 30'000; ++i) {
        std::string b = good;
        for (std::uint64_t k = 0; k <= random() % 3; ++k)
            b[6 + random() % (b.size() - 6)] = static_cast<char>(random() % 4 == 0 ? 0 : random());
        const guarded_bytes bytes(sealed(b));
        if (restore_job(bytes.view())) continue;
        restored_job r(bytes.view(), at_s(5));
        if (!r.j) continue;
        ++accepted;
        job& j = *r.j;
        const job_progress p = j.progress();
        CHECK(p.bytes_transferred <= p.bytes_total);
        CHECK(p.files_transferred <= p.files_total);
        CHECK_FALSE(j.is_running());
        CHECK(describe(j).size() > 10);
        moment now = at_s(5);
        int timers = 0;
        for (; timers < 12 && j.wake_at() != time_never; ++timers) {
            now.steady = std::max(now.steady, j.wake_at());
            std::ignore = j.on_timer(now);
        }
        std::ignore = j.resume(now);
        std::ignore = j.on_picked(now);
        std::ignore = j.on_connected(now);
        for (int n = 0; n < 3; ++n)
            std::ignore = j.on_file_transferred(now);
        std::ignore = j.complete(now);
        std::ignore = j.cancel(now);
        CHECK(j.is_final());
    }
    CHECK(accepted > 1000);
}

TEST_CASE("job snapshot: a queue reads back with all jobs, in the order of their turns") {
    queue_of_jobs q;
    using s = job_state;
    q.add(0, s::queued, job_priority::normal);
    q.add(1, s::transferring, job_priority::normal);
    q.add(2, s::queued, job_priority::low);
    q.add(3, s::suspended, job_priority::high);
    q.add(4, s::transient_error, job_priority::normal);
    q.add(5, s::connecting, job_priority::foreground);
    q.add(6, s::queued, job_priority::normal);
    q.add(7, s::cancelled, job_priority::normal);
    CHECK(q.order() == std::vector<std::uint32_t>{1, 0, 6, 2});
    const std::string bytes = q.bytes();
    const guarded_bytes guarded(bytes);
    queue_receiver r(at_s(2));
    REQUIRE(read_queue(guarded.view(), r, r.now) == error{});
    CHECK(r.jobs.size() == 8);
    CHECK(r.waiting == q.order());
    for (auto& [number, j] : r.jobs) {
        const job& was = q.jobs.at(number)->j;
        CHECK(describe(j) == describe(was));
        CHECK(j.state() == (was.is_running() ? s::queued : was.state()));
    }
    // First those that have an order, then the others.
    std::vector<scheduler_slot> slots(8);
    scheduler again(slots);
    for (const std::uint32_t i : r.waiting)
        again.update(i, r.jobs.at(i), r.now.steady);
    for (const auto& [number, j] : r.jobs)
        again.update(number, j, r.now.steady);
    CHECK(queue_of_jobs::order_of(again) == std::vector<std::uint32_t>{5, 1, 0, 6, 2});
    CHECK(again.next(r.now.steady).job == 5);
}

TEST_CASE("job snapshot: an empty queue is a queue") {
    const queue_of_jobs q;
    queue_receiver r(at_s(0));
    CHECK(read_queue(q.bytes(), r, r.now) == error{});
    CHECK(r.jobs.empty());
    CHECK(r.waiting.empty());
}

TEST_CASE("job snapshot: a damaged queue is found out before anything is taken of it") {
    queue_of_jobs q;
    q.add(0, job_state::queued, job_priority::normal);
    q.add(5, job_state::transferring, job_priority::low);
    damage(q.bytes(), [](std::string_view bytes) {
        queue_receiver r(at_s(0));
        const error e = read_queue(bytes, r, r.now);
        if (e) CHECK(r.rooms.empty());
        return e;
    });
}

TEST_CASE("job snapshot: a queue that cannot be is refused, and memory that is too small is said so") {
    const auto queue = [](std::uint32_t count, const std::vector<forged>& jobs, std::uint32_t waiting,
                          const std::vector<std::uint32_t>& numbers, bool more = false) {
        std::string out(10'000, '\0');
        snapshot_writer w(out, {"BWJQ", 2});
        w.put(count);
        for (std::uint32_t i = 0; i < jobs.size(); ++i) {
            w.put(i);
            jobs[i].put(w);
        }
        w.put(waiting);
        for (const std::uint32_t n : numbers)
            w.put(n);
        if (more) w.put(std::uint8_t{0});
        out.resize(w.finish());
        return out;
    };
    const auto read = [](const std::string& bytes, std::uint32_t small = UINT32_MAX) {
        queue_receiver r(at_s(0));
        r.small = small;
        const guarded_bytes guarded(bytes);
        const error e = read_queue(guarded.view(), r, r.now);
        CHECK(r.asked_for <= 3 * bytes.size() * (r.jobs.size() + 1));
        return e;
    };
    const forged good = forged{}.fit();
    forged wrong = good;
    wrong.state = 9;
    CHECK(read(queue(2, {good, good}, 2, {1, 0})) == error{});
    CHECK(read(queue(2, {good, good}, 2, {1, 0}), 1) == too_small);
    CHECK(read(queue(2, {good, wrong}, 2, {1, 0})) == bad);
    CHECK(read(queue(3, {good, good}, 2, {1, 0})) == bad);
    CHECK(read(queue(0xffffffff, {good, good}, 2, {1, 0})) == bad);
    CHECK(read(queue(1, {good, good}, 2, {1, 0})) == bad);
    CHECK(read(queue(2, {good, good}, 3, {1, 0})) == bad);
    CHECK(read(queue(2, {good, good}, 0xffffffff, {1, 0})) == bad);
    CHECK(read(queue(2, {good, good}, 1, {1, 0})) == bad);
    CHECK(read(queue(2, {good, good}, 2, {1, 0}, true)) == bad);
    CHECK(read(queue(2, {good, good}, 2, {1, 2})) == bad); // the receiver has no such number
    const auto twice = [&](std::uint32_t second) {
        std::string out(10'000, '\0');
        snapshot_writer w(out, {"BWJQ", 2});
        w.put(std::uint32_t{2});
        for (const std::uint32_t number : {std::uint32_t{1}, second}) {
            w.put(number);
            good.put(w);
        }
        w.put(std::uint32_t{0});
        out.resize(w.finish());
        return out;
    };
    CHECK(read(twice(2)) == error{});
    CHECK(read(twice(1)) == bad); // there is one of that number
    forged hostile = good;
    hostile.files = 0xffffffff;
    CHECK(read(queue(1, {hostile}, 0, {})) == bad);
    queue_receiver r(at_s(0));
    CHECK(read_queue(good.bytes(), r, r.now) == bad); // a job is no queue
    CHECK(restore_job(queue(1, {good}, 0, {})) == bad);
}

TEST_CASE("job snapshot: version 2 stays as it is, and version 1 is refused") {
    // A change of these bytes needs a new version: somebody has stored the old ones.
    world_job w(job_type::upload_reply);
    w.add();
    std::ignore = w.j.set_reply_file_name("/home/user/reply", w.now);
    std::ignore = w.j.set_description("all of it", w.now);
    w.go(job_state::transferring);
    w.j.on_size(0, 1000);
    std::ignore = w.j.on_progress(300, w.now);
    w.pass_s(2);
    std::ignore = w.j.on_error(passing_error, w.now);
    w.pass_s(3);
    CHECK(hex(w.bytes()) ==
          "42574a420200010000004a0000000000000000000000000000000000000000000007020205030000000800000001c8000000"
          "f40100000401f701198005000000f701000000000100000040c27d877401000010ca7d8774010000ffffffffffffffffffff"
          "ffffffffffff000000000000000001000100000000000000000000000000000000000000000000000000ffffffffffffffff"
          "0000000000000000f4010000000000000000000000000000b80b0000000000005802000000b80b0000000000000075120000"
          "881300000000000000a7760000d00700000000000000a77600000000000000000000805101000007006e696768746c790900"
          "616c6c206f662069740a00532d312d352d32312d3110002f686f6d652f757365722f7265706c790000000000000000000000"
          "00000000000000000000000000000000000100000000000000000000001400687474703a2f2f686f73742f666f6c6465722f"
          "300c002f686f6d652f757365722f30e8030000000000002c01000000000000000000004d87cdc1");
    queue_of_jobs q(2);
    q.add(0, job_state::queued, job_priority::low);
    q.add(1, job_state::transferring, job_priority::high);
    const std::vector<file_range> ranges{{5, 10}, {0, 2}};
    std::ignore = q.jobs[1]->j.add_file_with_ranges("http://h/x", "C:\\x", ranges, q.now);
    CHECK(hex(q.bytes()) ==
          "42574a5102000200000000000000010000003100000000000000000000000000000000000000000000070003000300000008"
          "00000001c8000000f4010000040100000000010000000000000000000000000040c27d877401000040c27d8774010000ffff"
          "ffffffffffffffffffffffffffff000000000000000000000100000000000000000000000000000000000000000000000000"
          "ffffffffffffffff0000000000000000f4010000000000000000000000000000000000000000000058020000000000000000"
          "0000000075120001000000000000000000a7760000000000000000000000a77600000000000000000000805101000007006e"
          "696768746c7900000a00532d312d352d32312d31000000000000000000000000000000000000000000000000000000000000"
          "0100000000000000000000001400687474703a2f2f686f73742f666f6c6465722f300c002f686f6d652f757365722f30ffff"
          "ffffffffffff00000000000000000000000001000000020000003f0000000200000000000000000000000000000000000007"
          "000102030000000800000001c8000000f4010000040100000000010000000000000000000000000040c27d877401000040c2"
          "7d8774010000ffffffffffffffffffffffffffffffff00000000000000000000010000000000000000000000000000000000"
          "0000000000000000ffffffffffffffff0000000000000000f401000000000000000000000000000000000000000000005802"
          "00000000000000000000000075120001000000000000000000a7760000000000000000000000a77600000000000000000000"
          "805101000007006e696768746c7900000a00532d312d352d32312d3100000000000000000000000000000000000000000000"
          "00000000000000000200000000000000000000001400687474703a2f2f686f73742f666f6c6465722f300c002f686f6d652f"
          "757365722f30ffffffffffffffff0000000000000000000000000a00687474703a2f2f682f780400433a5c780c0000000000"
          "000000000000000000000200000005000000000000000a000000000000000000000000000000020000000000000002000000"
          "0100000000000000d31777a6");
    // A job that version 1 has written: events were not kept.
    CHECK(restore_job(unhex(
              "42574a420100010000004a00000000000000000000000000000000000000000000070202050300000001c8000000f4010000"
              "0401f701198005000000f701000000000100000040c27d877401000010ca7d8774010000ffffffffffffffffffffffffffff"
              "ffff00000000000000002c0100000000000001b80b0000000000005802000000b80b00000000000000751200008813000000"
              "00000000a7760000d00700000000000000a77600000000000000000000805101000007006e696768746c790900616c6c206f"
              "662069740a00532d312d352d32312d3110002f686f6d652f757365722f7265706c7901000000000000000000000014006874"
              "74703a2f2f686f73742f666f6c6465722f300c002f686f6d652f757365722f30e8030000000000002c010000000000000000"
              "0000413fc29d")) == bad);
}

TEST_CASE(
    "job snapshot: read back in the same run it is as it was, in another one it is queued [life-cycle-of-a-bits-job]") {
    for (const job_state at_work : {job_state::connecting, job_state::transferring}) {
        world_job w(job_type::upload);
        w.add().go(at_work);
        const std::string bytes = w.bytes();
        job_memory same, other;
        const auto again = job::read_snapshot(bytes, same.storage(), w.now);
        REQUIRE(again);
        CHECK(again->state() == at_work);
        CHECK(bytes_of(*again, w.now) == bytes);
        CHECK(job::restore(bytes, other.storage(), w.now)->state() == job_state::queued);
    }
}
