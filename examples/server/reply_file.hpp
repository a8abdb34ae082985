// bitswire-server: the replies of server applications, which clients fetch with GET and HEAD: where they are, and the
// head of the answer.
//
// Nothing else is ever served. The bytes are the connection's to send.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SERVER_REPLY_FILE_HPP
#define BITSWIRE_SERVER_REPLY_FILE_HPP

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace bits_server {

/// Where the client of a session finds the reply. `id` is one that the server made.
std::string reply_url_of(std::string_view prefix, std::string_view id);

/// The id of the session whose reply `target` names; empty if it names none.
std::string session_of_reply(std::string_view target, std::string_view prefix);

/// A part of a file.
struct byte_range {
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0;
};

/// What a value of Range asks for, in a file of `size_bytes`. A range that cannot be satisfied is empty. Without a
/// value, all of the file is to be sent: more than one range, or nothing that can be read (RFC 9110 14.2).
std::optional<byte_range> read_range(std::string_view value, std::uint64_t size_bytes);

/// The answer to a GET or HEAD of a reply.
struct reply_answer {
    std::uint16_t status = 200;
    byte_range range{}; ///< what is sent of the file
    std::string head{};
};

/// `range` and `if_range` are the values of these headers, if they are there.
reply_answer answer_with_file(std::uint64_t size_bytes, std::time_t modified, std::optional<std::string_view> range,
                              std::optional<std::string_view> if_range, bool keep_alive);

/// An answer that people can read; without its text if it answers a HEAD.
std::string text_answer(std::uint16_t status, bool keep_alive, bool with_text, std::string_view text,
                        std::string_view further_lines = {});

/// An answer without a body.
std::string plain_head(std::uint16_t status, bool keep_alive, std::string_view further_lines = {});

} // namespace bits_server

#endif
