// What goes wrong, how often, and how uploads end. Each seed draws its own weather.
#pragma once

#include "random.hpp"

#include <bitswire/base/enum_name.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simulation {

enum class fault : std::uint8_t {
    // Of the network, at each message or request.
    delayed,
    request_lost,
    request_cut,
    answer_lost,
    answer_cut,
    connection_silent,
    request_repeated,
    repeat_answered,
    proxy_answered,
    fragment_jumped,
    // Of the network, now and then.
    client_cut_off,
    everybody_cut_off,
    host_cut_off,
    // Of clients.
    client_crash,
    old_snapshot,
    client_clock_forward,
    client_clock_back,
    user_suspended,
    user_cancelled,
    // Of the server.
    server_crash,
    server_power_cut,
    server_clock_forward,
    server_clock_back,
    disk_full,
    storage_failed,
    fragment_limit,
    // Of server applications.
    application_unreachable,
    application_silent,
    application_late,
    application_busy,
    application_refused,
    application_wants_no_more,
    application_talks_nonsense,
    application_crash,
    reply_not_fetched,
    // Of somebody who means no good.
    wild_bytes,
    guessed_session,
    damaged_request,
};

/// The chance of a fault in 100,000 opportunities, in fair weather.
struct fault_row {
    fault what;
    std::uint32_t in_100k;
    std::string_view opportunity;
};

// clang-format off
inline constexpr auto fault_rows = std::to_array<fault_row>({
    {fault::delayed,                    3000, "message"},
    {fault::request_lost,               1000, "request"},
    {fault::request_cut,                1500, "request"},
    {fault::answer_lost,                1500, "answer"},
    {fault::answer_cut,                  800, "answer"},
    {fault::connection_silent,           500, "message"},
    {fault::request_repeated,            800, "request"},
    {fault::repeat_answered,             400, "request"},
    {fault::proxy_answered,              300, "request"},
    {fault::fragment_jumped,            2000, "Fragment"},
    {fault::client_cut_off,             1500, "moment of a computer"},
    {fault::everybody_cut_off,          1000, "ten minutes of the network"},
    {fault::host_cut_off,               2000, "ten minutes of the network"},
    {fault::client_crash,               3000, "moment of a computer"},
    {fault::old_snapshot,              20000, "restart of a computer"},
    {fault::client_clock_forward,        300, "moment of a computer"},
    {fault::client_clock_back,           300, "moment of a computer"},
    {fault::user_suspended,             2000, "moment of a computer"},
    {fault::user_cancelled,              500, "moment of a computer"},
    {fault::server_crash,              20000, "ten minutes of the server"},
    {fault::server_power_cut,           8000, "ten minutes of the server"},
    {fault::server_clock_forward,       2000, "ten minutes of the server"},
    {fault::server_clock_back,          2000, "ten minutes of the server"},
    {fault::disk_full,                  8000, "ten minutes of the server"},
    {fault::storage_failed,              300, "work on the disk"},
    {fault::fragment_limit,             5000, "ten minutes of the server"},
    {fault::application_unreachable,    4000, "notification"},
    {fault::application_silent,         2000, "notification"},
    {fault::application_late,           2000, "notification"},
    {fault::application_busy,           4000, "notification"},
    {fault::application_refused,        3000, "notification"},
    {fault::application_wants_no_more,  1000, "notification"},
    {fault::application_talks_nonsense, 3000, "notification"},
    {fault::application_crash,          4000, "notification"},
    {fault::reply_not_fetched,          8000, "reply"},
    {fault::wild_bytes,                30000, "ten minutes of an attacker"},
    {fault::guessed_session,           30000, "ten minutes of an attacker"},
    {fault::damaged_request,           30000, "ten minutes of an attacker"},
});
// clang-format on

inline constexpr std::size_t fault_count = bitswire::enumerator_count<fault>;

static_assert([] {
    for (std::size_t i = 0; i < fault_rows.size(); ++i) {
        if (fault_rows[i].what != static_cast<fault>(i)) return false;
    }
    return fault_rows.size() == fault_count;
}());

/// How an upload ends for its user.
enum class outcome : std::uint8_t {
    done,
    cancelled,
    refused_by_application,
    already_there, ///< the session was closed and forgotten before its client had heard of it
    too_large,
};

inline constexpr std::size_t outcome_count = bitswire::enumerator_count<outcome>;

/// How much goes wrong in a run.
enum class mood : std::uint8_t { calm, fair, rough, brutal };

struct weather {
    explicit weather(random_source& random) : name(static_cast<mood>(random.pick(bitswire::enumerator_count<mood>))) {
        constexpr std::array<std::uint32_t, 4> percent{10, 100, 250, 600};
        constexpr std::array<std::uint32_t, 5> quarters{0, 1, 4, 4, 8};
        for (const fault_row& row : fault_rows) {
            const std::uint64_t chance = std::uint64_t{row.in_100k} * percent[static_cast<std::size_t>(name)] / 100 *
                                         quarters[random.pick(quarters.size())] / 4;
            // Some of everything gets through, or nothing would ever end.
            this->in_100k[static_cast<std::size_t>(row.what)] = chance < 40'000 ? chance : 40'000;
        }
    }

    mood name;
    std::array<std::uint64_t, fault_count> in_100k{};
};

} // namespace simulation
