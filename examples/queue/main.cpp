// bitswire-queue: a queue of transfers as BITS has one. What jobs may do is the library's; what is kept on disk and
// sent over the wire is here.
//
// SPDX-License-Identifier: BSL-1.0
#include "command.hpp"
#include "queue_folder.hpp"
#include "runner.hpp"
#include "words.hpp"

#include <transfer/file_error.hpp>
#include <transfer/stop_request.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    int code = queue_tool::exit_wrong_usage;
    try {
        const auto command = queue_tool::read_command(argc, argv, code);
        if (!command) return code;
        if (command->verb != "run") return queue_tool::carry_out_command(*command);
        transfer::stop_request::listen();
        curl_global_init(CURL_GLOBAL_DEFAULT);
        code = queue_tool::runner(*command).run();
        curl_global_cleanup();
        return code;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bitswire-queue: %s\n", queue_tool::printable(e.what()).c_str());
        return queue_tool::exit_failed;
    }
}
