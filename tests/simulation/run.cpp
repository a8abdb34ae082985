// One run.
#include "run.hpp"

#include "attacker.hpp"
#include "books.hpp"
#include "computer.hpp"
#include "network.hpp"
#include "server.hpp"

#include <algorithm>
#include <memory>
#include <vector>

using namespace bitswire;

namespace simulation {

namespace {

std::uint64_t pick_size(random_source& random) {
    switch (random.pick(20)) {
    case 0:
        return 0;
    case 1:
    case 2:
        return random.between(1, 100);
    case 3:
        return random.between(50'000, 200'000);
    default:
        return random.pick(500) == 0 ? random.between(1'000'000, 3'000'000) : random.log_between(100, 60'000);
    }
}

upload_book make_upload(random_source& random, std::uint32_t number) {
    upload_book b;
    b.content = {random.next(), pick_size(random)};
    const auto d = static_cast<directory>(std::max<std::uint64_t>(random.pick(6), 3) - 3); // mostly without application
    b.target = target_of(d, number);
    b.wants_reply = d != directory::plain && random.pick(2) == 0;
    return b;
}

} // namespace

run_result run(const run_options& o, const world::law_breaker& on_broken_law) {
    world w(o, on_broken_law);
    const std::uint32_t attackers = 1 + o.clients / 100;
    const std::uint32_t members = o.clients + attackers;
    network net(w, members);
    books all_books(w, members);
    for (std::uint32_t i = 0; i < o.clients; ++i)
        all_books.uploads[i] = make_upload(w.random, i);
    server its_server(w, net, all_books);
    const surroundings all{w, net, all_books, its_server};

    std::vector<std::unique_ptr<computer>> computers;
    const std::uint64_t calm_at = w.random.between(6, 36) * hour_ms;
    std::vector<std::unique_ptr<std::function<void()>>> routines;
    // Again and again, as long as it says that there is more.
    const auto repeat = [&w, &routines](std::uint64_t from, std::uint64_t shortest, auto what) {
        routines.push_back(std::make_unique<std::function<void()>>());
        std::function<void()>* const routine = routines.back().get();
        *routine = [&w, routine, shortest, what] {
            if (!w.is_calm && what()) w.after(w.random.log_between(shortest, 10 * minute_ms), *routine);
        };
        w.queue.at(from, *routine);
    };
    for (std::uint32_t first = 0; first < o.clients;) {
        const bool is_queue = w.random.pick(4) == 0;
        const auto count =
            is_queue ? static_cast<std::uint32_t>(std::min<std::uint64_t>(w.random.between(2, 8), o.clients - first))
                     : 1U;
        if (is_queue) {
            computers.push_back(std::make_unique<queue_computer>(all, first, count));
        } else {
            computers.push_back(std::make_unique<plain_computer>(all, first));
        }
        computer* const c = computers.back().get();
        const std::uint64_t from = w.random.pick(4 * hour_ms);
        w.queue.at(from, [c] { c->switch_on(); });
        // At moments of its own, which are often in the middle of its upload.
        repeat(from + 1, second_ms, [c] { return c->suffer(); });
        first += count;
    }
    std::vector<std::unique_ptr<attacker>> attacking;
    for (std::uint32_t i = o.clients; i < members; ++i) {
        all_books.uploads[i].is_hostile = true;
        all_books.uploads[i].target = target_of(directory::plain, i);
        attacking.push_back(std::make_unique<attacker>(all, i));
        attacker* const a = attacking.back().get();
        repeat(w.random.pick(10 * minute_ms), 10 * minute_ms, [a] { return a->act(), true; });
    }
    repeat(w.random.pick(10 * minute_ms), 10 * minute_ms, [&its_server] { return its_server.suffer(), true; });
    repeat(w.random.pick(10 * minute_ms), 10 * minute_ms, [&w, &net] {
        if (w.strikes(fault::everybody_cut_off))
            net.cut_off_everybody(w.now() + w.random.log_between(second_ms, hour_ms));
        if (w.strikes(fault::host_cut_off)) net.cut_off_host(w.now() + w.random.log_between(minute_ms, 6 * hour_ms));
        return true;
    });
    std::function<void()> sweeping;
    sweeping = [&] {
        its_server.sweep();
        w.after(30 * minute_ms, sweeping);
    };
    w.after(30 * minute_ms, sweeping);

    w.queue.run_until(calm_at);
    w.is_calm = true;
    w.note(nobody, 0x900, [] { return std::string("all is calm from here on"); });
    its_server.calm_down();
    net.heal();
    w.queue.run_until(calm_at + 4 * day_ms);
    for (const auto& c : computers)
        c->demand_end();
    // The longest time that a session may have, and that a closed one is remembered.
    w.queue.run_until(w.now() + std::uint64_t{default_session_timeout_s} * second_ms + 2 * day_ms +
                      its_server.set_back_ms());
    const std::string left = its_server.what_is_left();
    w.demand(left.empty(), nobody, "the server keeps nothing of sessions that are over: " + left);
    w.seen.seeds = 1;
    w.seen.clients = o.clients;
    w.seen.virtual_ms = w.now();
    return {w.seen, w.hash, enum_name(w.sky.name)};
}

} // namespace simulation
