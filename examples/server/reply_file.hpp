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

/// Where the client of a session finds the reply: relative to the folder of its destination, as IIS has it, so that a
/// proxy may take a part of the path away. `id` is one that the server made.
std::string reply_url_of(std::string_view id);

/// The id of the session whose reply `target` names, in whatever folder; empty if it names none.
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

/// The values of these headers, those that are there.
struct reply_conditions {
    std::optional<std::string_view> if_match{};
    std::optional<std::string_view> if_unmodified_since{};
    std::optional<std::string_view> if_none_match{};
    std::optional<std::string_view> if_modified_since{};
    std::optional<std::string_view> range{}; ///< of GET
    std::optional<std::string_view> if_range{};
};

/// What the conditions make of a request for a file that is there: 200, 304 or 412; the range comes after them. A date
/// that cannot be read is no condition. There are no entity tags here, so none matches. Source: RFC
/// 9110 13.2.1, 13.2.2.
std::uint16_t status_of(const reply_conditions& c, std::time_t modified);

/// A date in any of the three forms that there are (RFC 9110 5.6.7).
std::optional<std::time_t> read_http_date(std::string_view text);

reply_answer answer_with_file(std::uint64_t size_bytes, std::time_t modified, const reply_conditions& c,
                              bool keep_alive);

/// An answer that people can read; without its text if it answers a HEAD.
std::string text_answer(std::uint16_t status, bool keep_alive, bool with_text, std::string_view text,
                        std::string_view further_lines = {});

/// An answer without a body.
std::string plain_head(std::uint16_t status, bool keep_alive, std::string_view further_lines = {});

} // namespace bits_server

#endif
