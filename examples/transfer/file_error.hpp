// transfer/file_error.hpp: what is wrong with a command, or with a file that it names, in words.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_TRANSFER_FILE_ERROR_HPP
#define BITSWIRE_EXAMPLES_TRANSFER_FILE_ERROR_HPP

#include <stdexcept>
#include <string>

namespace transfer {

/// Something about the command or the state is wrong, found before anything was sent.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The same about a file, with what the operating system said.
struct file_error : usage_error {
    file_error(const std::string& text, int why) : usage_error(text), os_error(why) {}

    int os_error; ///< an errno; 0: it is no regular file
};

} // namespace transfer

#endif
