// queue/runner.hpp: transfers what is in the queue until nothing is left to do.
//
// This is the example of how to embed job, scheduler and upload_client together. One loop owns all jobs; threads do
// only HTTP. In each turn the loop takes the lock of the queue, sees what others have changed, lets the library decide,
// writes what has changed, and only then sends.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_QUEUE_RUNNER_HPP
#define BITSWIRE_EXAMPLES_QUEUE_RUNNER_HPP

#include "command.hpp"
#include "part_file.hpp"
#include "queue_folder.hpp"
#include "request_thread.hpp"

#include <bitswire/session/scheduler.hpp>
#include <bitswire/session/upload_client.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace queue_tool {

class runner {
  public:
    explicit runner(const command& c);

    /// Returns an exit code. Throws folder_error.
    int run();

  private:
    /// An upload under way, or one that can be gone on with.
    struct upload {
        std::uint32_t generation = 0;
        std::string url{};
        std::string content_name{};
        std::unique_ptr<transfer::source_file> file{}; ///< none if it is only cancelled
        std::unique_ptr<transfer::http_client> http{};
        bitswire::upload_client_config config{.size_bytes = 0};
        std::optional<bitswire::upload_client> client{};
        bitswire::packet_type sent{};
        bool is_fetching_reply = false;
        std::optional<transfer::http_request> pending{}; ///< to be sent when the thread is free
        bitswire::time_point wake_at = bitswire::time_never;
    };
    struct entry {
        std::string id{};
        std::uint32_t slot = 0;
        std::unique_ptr<job_record> record{};
        bool is_gone = false; ///< from the folder
        std::unique_ptr<upload> up{};
        std::unique_ptr<transfer::http_client> download{};
        bool start_later = false; ///< when the thread is free
        ::pid_t program = 0;      ///< that tells the owner of events; 0: none runs
        bitswire::notify_flags telling = bitswire::notify_flags::none;
        bitswire::time_point tell_at{}; ///< not before; after it has failed
        std::string shown{};
        bitswire::time_point saved_at{};
        bitswire::time_point shown_at{};
        request_thread thread{}; ///< the last one, so that it ends before what it uses
    };

    void turn();
    void see_changes();
    void adopt(entry& e, std::unique_ptr<job_record> fresh);
    void let_go(entry& e);
    void stop_all();
    void schedule();
    void on_client_timers();
    void save(entry& e);
    void forget_those_that_are_gone();
    [[nodiscard]] bool is_something_left() const;

    void start(entry& e);
    void stop(entry& e);
    void clean_up(entry& e);

    static bool is_old_upload_busy(entry& e);
    bool open_upload(entry& e, bool with_file);
    void pump(entry& e, bitswire::upload_step s, bitswire::hresult transport = {});
    bitswire::upload_step give_up_changed_file(entry& e);
    void send(entry& e, transfer::http_request request);
    void on_ack(entry& e, const transfer::http_answer& a);
    void fetch_reply(entry& e);
    void on_reply(entry& e, const fetch_result& r);
    void on_thread_free_of_old_upload(entry& e);

    void start_download(entry& e);
    void on_download_head(entry& e, const fetch_head& head);
    void on_download_progress(entry& e);
    void on_downloaded(entry& e, std::uint32_t file, const std::string& part, const fetch_result& r);

    void tell(entry& e);
    void show(entry& e);
    void say(const std::string& text);

    const command& command_;
    queue_folder folder_;
    std::uint64_t run_ = 0;
    std::unique_ptr<open_file> run_lock_{};
    std::vector<bitswire::scheduler_slot> slots_;
    bitswire::scheduler scheduler_;
    std::vector<std::uint32_t> free_slots_{};
    bool is_stopping_ = false;
    std::set<std::string> damaged_{};
    mailbox mailbox_{};
    std::map<std::string, entry> entries_{}; ///< by id
};

} // namespace queue_tool

#endif
