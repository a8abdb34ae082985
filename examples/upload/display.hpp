// upload/display.hpp: what the user sees: a bar on a terminal, lines elsewhere, JSON for programs.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_UPLOAD_DISPLAY_HPP
#define BITSWIRE_EXAMPLES_UPLOAD_DISPLAY_HPP

#include <bitswire/session/upload_client.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace upload_tool {

/// A failure with all that can be said about it in words.
struct trouble {
    bitswire::upload_failure failure{};
    std::string detail{};        ///< of curl or the operating system
    bool is_about_reply = false; ///< the status is that of fetching the reply
};

class display {
  public:
    display(bool json, bool verbose);

    void started(std::string_view file, std::string_view url, std::uint64_t bytes_done, std::uint64_t bytes_total);
    /// Called as often as one likes; shows as often as one can read.
    void progress(std::uint64_t bytes_done);
    void sent(const bitswire::upload_request& request);
    void received(const bitswire::ack& a);
    void retry(const trouble& t, unsigned attempt, unsigned attempts, std::uint64_t delay_s);
    /// The library sends the same message again.
    void repeat(const trouble& t, std::uint64_t delay_s);
    void reply(std::string_view file, std::uint64_t size_bytes);
    void done(bool cancelled);
    /// `hint` is what the user can do beside what the library advises.
    void failed(const trouble& t, std::string_view hint, int exit_code);
    /// The upload ends for a reason that is not the server's.
    void ended(std::string_view why, int exit_code);
    void warn(std::string_view text);

  private:
    using clock = std::chrono::steady_clock;

    void note_rate(clock::time_point now);
    void draw_bar();
    void clear_bar();
    void print_line(const std::string& line);

    bool json_;
    bool verbose_;
    bool terminal_;
    bool is_started_ = false;
    bool bar_is_drawn_ = false;
    std::uint64_t bytes_at_start_ = 0;
    std::uint64_t bytes_done_ = 0;
    std::uint64_t bytes_total_ = 0;
    double rate_ = 0; ///< bytes per second, smoothed
    std::uint64_t bytes_measured_ = 0;
    clock::time_point started_at_{};
    clock::time_point measured_at_{};
    clock::time_point shown_at_{};
};

} // namespace upload_tool

#endif
