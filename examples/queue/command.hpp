// queue/command.hpp: what the command line says, and what it does to the queue. Only `run` is elsewhere: runner.hpp.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_COMMAND_HPP
#define BITSWIRE_EXAMPLES_QUEUE_COMMAND_HPP

#include <bitswire/spec/job.hpp>
#include <transfer/http_client.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace queue_tool {

enum exit_code : int {
    exit_done = 0,
    exit_failed = 1, ///< nothing was changed; of `run`: a job is in error
    exit_wrong_usage = 2,
};

struct command {
    std::string queue; ///< the folder
    std::string verb;
    bool json = false;

    bitswire::job_type type = bitswire::job_type::download;
    std::string name; ///< of a new job
    std::string job;
    std::string remote;
    std::string local;
    std::vector<std::string> more; ///< of `add`: further remote and local names
    std::string old_prefix;
    std::string new_prefix;
    std::string property;
    std::string value;

    transfer::http_options http; ///< of `run`
    std::optional<std::uint64_t> fragment_size;
};

/// The command, or the code to end the program with: help was asked for, or it is wrong.
std::optional<command> read_command(int argc, char** argv, int& code);

/// Does what any command but `run` says; returns an exit code. Throws folder_error.
int carry_out_command(const command& c);

} // namespace queue_tool

#endif
