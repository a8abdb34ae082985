// queue/queue_folder.hpp: the queue on disk: a folder with one file per job, which many processes may use at once.
//
// Who changes something holds the lock, has read the job anew, and replaces its file as a whole. A file that is no job
// is left alone.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_QUEUE_FOLDER_HPP
#define BITSWIRE_EXAMPLES_QUEUE_QUEUE_FOLDER_HPP

#include "job_record.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace queue_tool {

/// The folder or a file in it cannot be used; the text says which and why.
struct folder_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An open file, closed at the end.
class open_file {
  public:
    explicit open_file(int fd = -1) noexcept : fd_(fd) {}
    ~open_file();
    open_file(open_file&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    open_file& operator=(open_file&&) = delete;

    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

class queue_folder {
  public:
    /// Makes the folder if there is none. Throws folder_error.
    explicit queue_folder(std::string path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Waits for the lock, which is given back when the result dies. Throws folder_error.
    [[nodiscard]] open_file lock() const;

    // All that follows is for who holds the lock.

    /// The number of the run that is under way; 0 if there is none.
    [[nodiscard]] std::uint64_t current_run() const;
    /// Begins a run, which lasts until the result dies or the process ends; without one there is one already.
    [[nodiscard]] std::unique_ptr<open_file> begin_run(std::uint64_t number) const;

    /// Deletes what commands that were killed while they wrote have left.
    void sweep() const;
    /// The ids that file names say, with the revisions of the files; 0 for a file that cannot be a job.
    [[nodiscard]] std::map<std::string, std::uint64_t> revisions() const;
    /// A job; none if there is no such file. Throws folder_error if it is damaged.
    [[nodiscard]] std::unique_ptr<job_record> read(const std::string& id, std::uint64_t run) const;
    /// All jobs, the oldest first. What is damaged goes into `problems`.
    [[nodiscard]] std::vector<std::unique_ptr<job_record>> read_all(std::uint64_t run,
                                                                    std::vector<std::string>& problems) const;
    /// Throws folder_error, and then nothing has changed.
    void write(job_record& r, std::uint64_t run) const;
    void remove(const bitswire::guid& id) const;

  private:
    [[nodiscard]] std::string file_of(const std::string& id) const;

    std::string path_;
};

} // namespace queue_tool

#endif
