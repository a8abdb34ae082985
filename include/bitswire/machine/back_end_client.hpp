// bitswire/machine/back_end_client.hpp: the back-end client, which tells a server application of an upload, as a table
// ([MC-BUP] 3.3).
//
// States keep the names of [MC-BUP] 3.3.1.1.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_MACHINE_BACK_END_CLIENT_HPP
#define BITSWIRE_MACHINE_BACK_END_CLIENT_HPP

#include "../base/text_literal.hpp"
#include "../base/transition_table.hpp"

#include <array>
#include <cstdint>

namespace bitswire {

enum class back_end_client_state : std::uint8_t {
    init,
    send_headers,
    send_data,
    receive_headers,
    receive_data,
    complete,
    error,
};

enum class back_end_client_event : std::uint8_t {
    not_wanted, ///< BITSServerNotificationType 0
    started,
    headers_sent, ///< of a request without a body
    headers_before_data_sent,
    data_sent,
    accepted,           ///< 200, and no reply follows
    accepted_with_data, ///< 200, and the body is the reply
    data_received,
    refused,
    answer_invalid,
    transport_failed,
    timed_out,
};

enum class back_end_client_action : std::uint8_t {
    send_headers,
    send_data,
    receive_headers,
    receive_data,
    report_success,
    report_error,
};

struct back_end_client_rules {
    using state = back_end_client_state;
    using event = back_end_client_event;
    using action = back_end_client_action;
    using s = state;
    using e = event;
    using a = action;

    static constexpr state initial = s::init;
    static constexpr enum_set<state> final{s::complete, s::error};

    // clang-format off
    static constexpr transition<state, event, action> rows[] = {
        {{s::init},                                                        e::not_wanted,               s::complete,        a::report_success,  "[MC-BUP] 3.3.5.2.1"sv},
        {{s::init},                                                        e::started,                  s::send_headers,    a::send_headers,    "[MC-BUP] 3.3.5.2.1"sv},
        {{s::send_headers},                                                e::headers_sent,             s::receive_headers, a::receive_headers, "[MC-BUP] 3.3.5.2.2: by reference"sv},
        {{s::send_headers},                                                e::headers_before_data_sent, s::send_data,       a::send_data,       "[MC-BUP] 3.3.5.2.2: by value"sv},
        {{s::send_data},                                                   e::data_sent,                s::receive_headers, a::receive_headers, "[MC-BUP] 3.3.5.2.3"sv},
        // An application may answer before it has read all; what it says counts.
        {{s::send_headers, s::send_data, s::receive_headers},              e::accepted,                 s::complete,        a::report_success,  "[MC-BUP] 3.3.5.2.4, 3.3.5.2.6"sv},
        {{s::send_headers, s::send_data, s::receive_headers},              e::accepted_with_data,       s::receive_data,    a::receive_data,    "[MC-BUP] 3.3.5.2.4: by value"sv},
        {{s::receive_data},                                                e::data_received,            s::complete,        a::report_success,  "[MC-BUP] 3.3.5.2.5"sv},
        {{s::send_headers, s::send_data, s::receive_headers},              e::refused,                  s::error,           a::report_error,    "[MC-BUP] 3.3.5.2.6"sv},
        {{s::send_headers, s::send_data, s::receive_headers},              e::answer_invalid,           s::error,           a::report_error,    "[MC-BUP] 3.3.5.3.2"sv},
        {{s::send_headers, s::send_data, s::receive_headers,
          s::receive_data},                                                e::transport_failed,         s::error,           a::report_error,    "[MC-BUP] 3.3.5.2.2 to 3.3.5.2.5"sv},
        {{s::send_headers, s::send_data, s::receive_headers,
          s::receive_data},                                                e::timed_out,                s::error,           a::report_error,    "[MC-BUP] 3.3.6"sv},
    };
    // clang-format on
};

using back_end_client_machine = state_machine<back_end_client_rules>;

} // namespace bitswire

#endif
