// What can happen to an upload client: the inputs of client_acks_fuzz.cpp. An Ack of zeros is the one that was hoped
// for.
#pragma once

#include <cstdint>

enum class client_happening : std::uint8_t {
    ack,
    bad_ack,
    transport_error,
    timeout,
    timer,
    credentials_given,
    credentials_withheld,
    reply_fetched,
    reply_given_up,
    reply_failed,
    suspend,
    resume,
    cancel,
    restart, ///< another process goes on with the snapshot
};

struct client_settings {
    std::uint8_t flags = 0; ///< client_flag
    std::uint8_t url = 0;
    std::uint8_t setbacks_allowed = 0;
    std::uint8_t first_repeat_s = 0;
    std::uint8_t repeat_for_s = 0;
    std::uint16_t size = 0;
    std::uint16_t first = 0;
    std::uint16_t smallest = 0;
    std::uint16_t largest = 0;

    template <class F>
    void for_each_field(F f) {
        f(flags), f(url), f(setbacks_allowed), f(first_repeat_s), f(repeat_for_s);
        f(size), f(first), f(smallest), f(largest);
    }
};

enum client_flag : std::uint8_t { wants_reply = 1, ping_first = 2 };

struct client_event {
    std::uint8_t what = 0; ///< client_happening
    std::uint8_t pass_s = 0;
    std::uint8_t flags = 0;  ///< client_event_flag
    std::uint8_t status = 0; ///< how far behind 200 in the table
    std::uint8_t session = 0;
    std::uint8_t host = 0;
    std::uint8_t fallback_s = 0;
    std::uint8_t reply = 0;
    std::uint8_t code = 0;
    std::uint16_t offset = 0;

    template <class F>
    void for_each_field(F f) {
        f(what), f(pass_s), f(flags), f(status), f(session), f(host), f(fallback_s), f(reply), f(code), f(offset);
    }
};

enum client_event_flag : std::uint8_t {
    says_offset = 1,    ///< `offset` instead of the one behind the Fragment
    says_no_offset = 2, ///< none
    wrong_type = 4,
    wrong_protocol = 8,
    has_fallback = 16,
};
