// transfer/stop_request.hpp: SIGINT and SIGTERM as numbers to look at.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_TRANSFER_STOP_REQUEST_HPP
#define BITSWIRE_EXAMPLES_TRANSFER_STOP_REQUEST_HPP

#include <csignal>

namespace transfer {

/// How often somebody has asked to stop, and with which signal first.
struct stop_request {
    static inline volatile std::sig_atomic_t count = 0;
    static inline volatile std::sig_atomic_t signal = 0;

    static void listen() noexcept {
        struct sigaction action {};
        action.sa_handler = [](int number) noexcept {
            if (count == 0) signal = number;
            if (count < 2) count = count + 1;
        };
        ::sigaction(SIGINT, &action, nullptr);
        ::sigaction(SIGTERM, &action, nullptr);
        // A pipe that nobody reads any more is an error of writing, not the end of a transfer.
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &ignore, nullptr);
    }
    static bool is_made() noexcept { return count > 0; }
    static bool is_urgent() noexcept { return count > 1; }
};

} // namespace transfer

#endif
