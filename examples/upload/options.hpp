// upload/options.hpp: what the command line says.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_UPLOAD_OPTIONS_HPP
#define BITSWIRE_EXAMPLES_UPLOAD_OPTIONS_HPP

#include <transfer/file_error.hpp>
#include <transfer/http_client.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace upload_tool {

/// How the program ends; beside these, 128 + the number of the signal that ended it.
enum exit_code : int {
    exit_done = 0,        ///< the server has closed the session, or cancelled it where that was asked for
    exit_failed = 1,      ///< for good
    exit_wrong_usage = 2, ///< nothing was sent
    exit_resumable = 3,   ///< the same command goes on
};

using transfer::usage_error;

struct options {
    std::string file;
    std::string url;
    std::string reply;      ///< where the reply goes; empty: none is wanted
    std::string state_file; ///< empty: the upload cannot be resumed
    bool cancel = false;

    std::string content_name;
    std::optional<std::uint64_t> fragment_size; ///< bytes
    bool ping_first = false;

    transfer::http_options http;

    unsigned retries = 10;
    std::uint32_t retry_delay_s = 5;
    std::optional<std::uint32_t> timeout_s;

    bool json = false;
    bool verbose = false;
};

/// The options, or the code to end the program with: help was asked for, or the command is wrong.
std::optional<options> read_options(int argc, char** argv, int& exit_code);

} // namespace upload_tool

#endif
