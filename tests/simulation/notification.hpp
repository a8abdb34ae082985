// One notification: the library's notifier, the bytes that go over the wire, and a server application that answers
// well, late, badly, or not at all.
#pragma once

#include "books.hpp"
#include "disk.hpp"
#include "world.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace simulation {

inline constexpr std::string_view application_url = "http://application/told";
/// Replies that the application serves itself.
inline constexpr std::string_view static_reply_prefix = "http://application/static";

/// What the application is told.
struct notification_order {
    bitswire::notification_type type = bitswire::notification_type::by_value;
    std::uint32_t owner = nobody; ///< whose upload it is
    std::string partial_name{};   ///< of the file on the disk
    std::string reply_name{};     ///< of the note that a reply by reference is to be
    std::uint64_t size_bytes = 0;
};

/// Lives as long as somebody waits for it, and until the last of its bytes has arrived.
class notification : public std::enable_shared_from_this<notification> {
  public:
    /// `reply` is the body of the answer, if there is one. The result borrows the notification.
    using receiver = std::function<void(const bitswire::notification_result&, const std::string& reply)>;

    notification(world& w, books& b, disk& d, notification_order order, receiver done)
        : w_(w), books_(b), disk_(d), order_(std::move(order)), done_(std::move(done)),
          original_url_("http://host" + books_.uploads[order_.owner].target),
          notifier_({.type = order_.type,
                     .notification_url = application_url,
                     .original_url = original_url_,
                     .request_datafile_name = order_.partial_name,
                     .response_datafile_name = order_.reply_name,
                     .size_bytes = order_.size_bytes,
                     .url_buffer = url_}) {}
    notification(const notification&) = delete;
    notification& operator=(const notification&) = delete;

    void start();

  private:
    enum class fate : std::uint8_t { answers, unreachable, silent, late, busy, refused, no_more, nonsense, crash };

    fate pick_fate();
    void application_reads(const std::string& bytes);
    void application_answers();
    void arrive(const std::string& bytes);
    void finish();

    world& w_;
    books& books_;
    disk& disk_;
    notification_order order_;
    receiver done_;
    std::string original_url_;
    std::array<char, bitswire::max_resolved_url_size(bitswire::max_url_size, bitswire::max_url_size)> url_{};
    bitswire::notifier notifier_;
    fate fate_ = fate::answers;
    std::string answer_{}; ///< the bytes that the result borrows
    std::string reply_{};
};

} // namespace simulation
