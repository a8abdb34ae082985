// upload/uploader.hpp: drives the library's upload_client: does what each step says, and says what came of it.
//
// This is the example of how to embed upload_client: `run` is the loop, and the rest is what happens in its cases.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_UPLOAD_UPLOADER_HPP
#define BITSWIRE_EXAMPLES_UPLOAD_UPLOADER_HPP

#include "display.hpp"
#include "options.hpp"
#include "state_file.hpp"

#include <bitswire/session/upload_client.hpp>
#include <transfer/http_client.hpp>
#include <transfer/source_file.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace upload_tool {

class uploader {
  public:
    /// Throws usage_error: what cannot be begun is found out here, before anything is sent.
    explicit uploader(const options& o);

    /// Uploads, or cancels. Returns an exit code.
    int run();

  private:
    using step = bitswire::upload_step;

    step begin();
    step exchange(const step& s);
    step on_answer(const transfer::http_answer& answer, bitswire::packet_type answers);
    step fetch_reply();
    step on_reply_trouble(std::string detail, std::uint16_t status, bool may_help_later);
    step give_up_changed_file();
    step ask_to_stop();
    step stop();
    void save_state();

    [[nodiscard]] bool may_help_later() const;
    /// Waits before another attempt; false if there is none, or if somebody has asked to stop meanwhile.
    bool wait_to_retry(bitswire::time_point wake_at);
    static bool wait_until(bitswire::time_point t);

    int finished();
    int failed();
    int interrupted();

    options options_;
    std::optional<transfer::source_file> file_; ///< none where an upload is only cancelled
    std::optional<state_file> state_file_;
    upload_state state_;
    bitswire::upload_client_config config_{.size_bytes = 0};
    bitswire::upload_client client_;
    transfer::http_client http_;
    display display_;

    trouble trouble_{};             ///< the last one
    bool trouble_may_pass_ = true;  ///< as far as the transport knows
    bool file_has_changed_ = false; ///< so the session is being cancelled
    bool is_told_to_stop_ = false;  ///< the client, that somebody has asked to
    bool state_is_unsafe_ = false;  ///< the last one could not be written
    unsigned attempts_ = 0;         ///< since the last progress
    std::uint64_t furthest_ = 0;    ///< the most bytes the server has had
};

} // namespace upload_tool

#endif
