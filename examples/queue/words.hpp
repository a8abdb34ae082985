// queue/words.hpp: jobs and codes as people and scripts read them.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_WORDS_HPP
#define BITSWIRE_EXAMPLES_QUEUE_WORDS_HPP

#include "job_record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace queue_tool {

/// Without control characters: each byte of one is written \xNN.
std::string printable(std::string_view text);

/// `BG_E_EMPTY (0x80200003): Job has no files; ...`
std::string text_of(bitswire::hresult code);
nlohmann::json json_of(bitswire::hresult code);

/// One line: id, state, type, priority, bytes, name.
std::string line_of(const bitswire::job& j);
/// Bytes alone: `120 of 1000`.
std::string bytes_of(const bitswire::job_progress& p);
/// All there is to know.
std::string text_of(const job_record& r);
nlohmann::json json_of(const job_record& r);
/// In one line; bytes that are no UTF-8 are replaced.
std::string dump(const nlohmann::json& j);

} // namespace queue_tool

#endif
