// queue/job_record.hpp: all that is kept of a job: the library's job, the upload that it has at a server, and its local
// file, in one piece, so that they always go together.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_JOB_RECORD_HPP
#define BITSWIRE_EXAMPLES_QUEUE_JOB_RECORD_HPP

#include <bitswire/session/job.hpp>
#include <transfer/http_client.hpp>
#include <transfer/source_file.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace queue_tool {

/// Now. The steady clock goes on while the machine sleeps, and is the same in all processes until it is started again.
bitswire::moment now();

struct job_record {
    job_record() = default;
    job_record(const job_record&) = delete;
    job_record& operator=(const job_record&) = delete;

    std::optional<bitswire::job> job{}; ///< always there, once the record is made
    std::uint64_t revision = 0;         ///< of what is on disk; the next one is one more

    // An upload.
    std::uint32_t generation = 0;     ///< which upload it is: one to another place, or of another file, is another
    std::string client{};             ///< the snapshot of its upload_client; empty: not begun
    transfer::file_identity source{}; ///< without path: not begun

    // A download: what the temporary file has the beginning of.
    std::string validator{}; ///< a strong ETag or a date; empty: it cannot be gone on with
    std::uint64_t part_inode = 0;

    std::string detail{}; ///< what curl or the operating system said about the last error

    // What the job borrows.
    std::vector<bitswire::job_file_record> files{};
    std::vector<char> texts{};

    /// Memory for a job that needs `size`, with room for what one command can add.
    bitswire::job_storage make_room(const bitswire::job_storage_size& size);
    /// The upload that was begun is none of this job's any more.
    void forget_upload();
    [[nodiscard]] const bitswire::job& its() const { return *job; }
    [[nodiscard]] bool is_download() const { return job->type() == bitswire::job_type::download; }
};

/// The record as bytes. `run` is the number of the run that is under way, or 0.
std::string to_bytes(const job_record& r, std::uint64_t run, const bitswire::moment& now);
/// The record, or none if the bytes are damaged. If `run` is under way and has not ended since they were written, a job
/// that was being transferred still is, and its timers have gone on.
std::unique_ptr<job_record> from_bytes(std::string_view bytes, std::uint64_t run, const bitswire::moment& now);
/// The revision alone, from the first bytes; none if they are too few.
std::optional<std::uint64_t> revision_of(std::string_view bytes);
inline constexpr std::size_t revision_end = 14; ///< so many bytes are enough for it

/// Where a file of a download, or a reply, is until the job is completed: beside where it belongs.
std::string part_path(const bitswire::guid& id, std::uint32_t file, const std::string& final_path);
/// Where the reply of an upload belongs.
std::string reply_path(const bitswire::job& j);
/// A remote name as it is sent: with Unicode percent-encoded.
std::string sent_url(std::string_view remote_name);
/// What `o` says, but for what the job says itself.
transfer::http_options options_of(const bitswire::job& j, transfer::http_options o);
/// `{...}`
std::string id_text(const bitswire::guid& id);

} // namespace queue_tool

#endif
