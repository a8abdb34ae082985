// bitswire-server: a server for the BITS upload protocol. One process, one folder, no configuration file.
//
// There is no TLS and no authentication here: they belong into a proxy in front. So a user is an address, and who knows
// a session's id and target may write to it, from wherever: clients move between networks.
//
// Where to look: connection_steps.cpp is what an embedder of the library writes; session_store is what the library is
// given; state_folder and destination_folder are the disk; notification is the way to the server application.
//
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"
#include "packet_log.hpp"
#include "server.hpp"

#include <boost/asio/io_context.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace {

/// An exception out of a handler (memory is short) ends what it was handling, not the server.
void run(boost::asio::io_context& io) {
    while (true) {
        try {
            io.run();
            return;
        } catch (const std::exception& e) {
            bits_server::log_line(std::string("internal error: ") + e.what());
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    try {
        int exit_code = 0;
        const auto options = bits_server::read_options(argc, argv, exit_code);
        if (!options) return exit_code;
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGXFSZ, SIG_IGN); // EFBIG is told to the client instead
        boost::asio::io_context io(1);
        bits_server::server server(io, *options);
        std::printf("listening on %s\n", server.address().c_str());
        std::fflush(stdout);
        server.start();
        run(io);
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bitswire-server: %s\n", e.what());
        return 1;
    }
}
