// Calls that are mistakes of the caller: each has an error for an answer, or does nothing.
#include "support/job_world.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string_view>
#include <tuple>
#include <vector>

using namespace bitswire;

namespace misuses { // named: several test files are compiled as one

constexpr upload_session_call any_call{.session_id = "id", .reply_url = "", .now = time_point{1}};
constexpr upload_directory open_directory{.uploads_enabled = true, .max_upload_bytes = UINT64_MAX};

upload_request request_of(packet_type type) {
    upload_request r;
    r.type = type;
    r.target = "/f";
    r.session_id = "id";
    r.range = {.offset = 0, .size_bytes = 1, .total_bytes = 2};
    return r;
}

} // namespace misuses

TEST_CASE("misuse: a session that was never created knows no session") {
    using namespace misuses;
    for (const packet_type type : {packet_type::fragment, packet_type::close_session}) {
        upload_session s;
        const upload_server_step step = s.on_request(request_of(type), open_directory, any_call);
        CHECK(step.todo == upload_server_todo::answer);
        CHECK_FALSE(step.answer.is_success());
    }
}

TEST_CASE("misuse: a session that is created twice, or after its end, refuses") {
    using namespace misuses;
    upload_session s({1});
    for (int times = 0; times < 2; ++times) {
        const upload_server_step made = s.create(request_of(packet_type::create_session));
        const upload_server_step step = s.on_room(made.ticket, {}, open_directory, any_call);
        CHECK(step.answer.is_success() == (times == 0));
    }
    s.expire();
    const upload_server_step made = s.create(request_of(packet_type::create_session));
    CHECK_FALSE(s.on_room(made.ticket, {}, open_directory, any_call).answer.is_success());
    CHECK(s.is_over());
}

TEST_CASE("misuse: a job has no file beyond its last, and what it has of it is empty") {
    const world_job w;
    for (const std::uint32_t i : {0U, 8U, UINT32_MAX}) {
        const job_file f = w.j.file(i);
        CHECK(f.remote_name.data() != nullptr);
        CHECK(f.remote_name.empty());
        CHECK(f.local_name.empty());
        CHECK(f.ranges.empty());
    }
}

TEST_CASE("misuse: a job of a type that there is not is refused") {
    job_memory memory;
    job_config c = job_config_of(static_cast<job_type>(9));
    const auto j = job::create(c, memory.storage(), at_s(1));
    REQUIRE_FALSE(j);
    CHECK(j.error() == "E_INVALIDARG"_hresult);
}

TEST_CASE("misuse: an arena has nothing for a slot of another one, and takes no text for which there is no room") {
    std::array<char, 8> memory{};
    text_arena arena(memory);
    CHECK(arena.view({7, 7}) == "");
    CHECK(arena.view({7, 7}).data() != nullptr);
    text_slot other{0, 9};
    arena.remove(other, [](auto) {});
    CHECK(arena.used() == 0);
    CHECK(arena.append("123456789").size == 0);
    CHECK(arena.used() == 0);
    CHECK(text_arena().view({}).data() != nullptr);
}

TEST_CASE("misuse: a scheduler has no jobs beyond its slots, and does not move into fewer") {
    world_job w;
    w.add().go(job_state::queued);
    std::vector<scheduler_slot> slots(1);
    scheduler s(slots);
    s.update(1, w.j, w.now.steady);
    s.update(UINT32_MAX, w.j, w.now.steady);
    s.forget(1, w.now.steady);
    CHECK(s.next(w.now.steady).todo == schedule_todo::nothing);
    s.update(0, w.j, w.now.steady);
    CHECK_FALSE(s.move_to({}));
    CHECK(s.next(w.now.steady).todo == schedule_todo::start);
    scheduler none(std::span<scheduler_slot>{});
    none.update(0, w.j, w.now.steady);
    CHECK(none.next(w.now.steady).todo == schedule_todo::nothing);
}

TEST_CASE("misuse: slots that another scheduler has used are fresh for the next one") {
    world_job w;
    w.add().go(job_state::queued);
    std::vector<scheduler_slot> slots(2);
    {
        scheduler s(slots);
        s.update(0, w.j, w.now.steady);
        s.update(1, w.j, w.now.steady);
    }
    scheduler s(slots);
    s.forget(1, w.now.steady);
    CHECK(s.next(w.now.steady).todo == schedule_todo::nothing);
}

TEST_CASE("misuse: a machine has no row for a state or an event that there is not") {
    upload_client_machine m(static_cast<upload_client_state>(77));
    CHECK_FALSE(m.accepts(upload_client_event::started));
    CHECK_FALSE(m.step(upload_client_event::started));
    CHECK_FALSE(m.is_final());
    upload_client_machine fresh;
    CHECK_FALSE(fresh.step(static_cast<upload_client_event>(200)));
    CHECK(fresh.state() == upload_client_state::init);
    CHECK_FALSE(enum_set<job_state>{static_cast<job_state>(40)}.contains(static_cast<job_state>(40)));
    CHECK(enum_set<job_state>{static_cast<job_state>(40)}.empty());
}
