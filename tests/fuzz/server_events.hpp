// What can happen to an upload server: the inputs of server_packets_fuzz.cpp.
#pragma once

#include <cstdint>

enum class server_happening : std::uint8_t {
    request, ///< one arrives, with as much of its body as there is
    work,    ///< on a connection that waits goes on
    report,  ///< of a ticket that counts no more, or never did
    restart, ///< another process goes on with what was written down; connections are gone
    reread,  ///< a session is written to bytes and read back, as a store of bytes does
    expire,  ///< the embedder looks for sessions whose time is over
    end,     ///< the embedder ends a session
};

/// The settings of the directory. 0 of a limit: none.
struct server_settings {
    std::uint8_t flags = 0; ///< server_flag
    std::uint8_t notification = 0;
    std::uint8_t host = 0;
    std::uint8_t sessions_per_user = 0;
    std::uint8_t session_timeout_s = 0;
    std::uint8_t remember_closed_s = 0;
    std::uint16_t max_upload = 0;
    std::uint16_t max_fragment = 0;
    std::uint16_t max_dropped = 0;

    template <class F>
    void for_each_field(F f) {
        f(flags), f(notification), f(host), f(sessions_per_user), f(session_timeout_s), f(remember_closed_s);
        f(max_upload), f(max_fragment), f(max_dropped);
    }
};

enum server_flag : std::uint8_t {
    allow_overwrites = 1,
    refuse_existing_with_403 = 2,
    answer_create_with_201 = 4,
    keep_partial_fragments = 8,
    uploads_disabled = 128,
};

struct server_event {
    std::uint8_t what = 0; ///< server_happening
    std::uint8_t pass_s = 0;
    std::uint8_t type = 0;    ///< packet_type, of a request
    std::uint8_t session = 0; ///< which one of those there are; or which connection
    std::uint8_t target = 0;
    std::uint8_t flags = 0;   ///< server_event_flag
    std::uint8_t problem = 0; ///< refusal, or status of the application
    std::uint8_t reply = 0;
    std::uint16_t offset = 0;
    std::uint16_t size = 0;
    std::uint16_t total = 0;
    std::uint16_t lost = 0; ///< how much of the body does not arrive

    template <class F>
    void for_each_field(F f) {
        f(what), f(pass_s), f(type), f(session), f(target), f(flags), f(problem), f(reply);
        f(offset), f(size), f(total), f(lost);
    }
};

enum server_event_flag : std::uint8_t {
    closes = 1,
    expects_continue = 2,
    waits = 4, ///< what is to be done for the request is done by a later event
    fails = 8, ///< what is to be done for the request
    not_authorized = 16,
    not_owner = 32,
    unknown = 64, ///< session or protocol
    copies = 128, ///< the application wants the file at the destination
};
