// What an embedder gets who sets nothing. Each number was compared with the source that stands beside it; where no
// source has one, it is ours.
#include "support/print.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace bitswire;

TEST_CASE("defaults: an upload has two minutes to send a request and five for its Ack [MC-BUP 3.1.2.1, 3.1.2.2]") {
    upload_client client({.url = "http://h/x", .size_bytes = 1});
    const upload_step first = client.start(time_point{0});
    CHECK(first.request_timeout_s == 120);
    CHECK(first.response_timeout_s == 300);
}

TEST_CASE("defaults: an upload repeats what ends a session for a day, and bears ten setbacks [Cancel]") {
    const upload_client_config config{.size_bytes = 0};
    CHECK(config.first_repeat_s == 5);    // ours
    CHECK(config.repeat_for_s == 86'400); // Cancel: 24 hours; Close-Session alike is ours
    CHECK(config.setbacks_allowed == 10); // ours: README
}

TEST_CASE("defaults: a server keeps a session for 14 days without progress [bits-iis-extension-properties]") {
    const upload_directory directory;
    CHECK(directory.session_timeout_s == 14 * 86'400); // [MC-BUP] 3.2.2.1, too
    CHECK(directory.host_id_fallback_timeout_s == 86'400);
    CHECK(directory.sessions_per_user == 50);
    CHECK(directory.remember_closed_s == 86'400); // ours
}

TEST_CASE("defaults: an application has five minutes to answer [MC-BUP 3.3.2, bits-iis-extension-properties]") {
    CHECK(notifier_config{}.timeout_s == 300);
}

TEST_CASE("defaults: a time slice is five minutes") { CHECK(default_time_slice_s == 300); } // ours: README

TEST_CASE("defaults: what another HTTP library has read is HTTP/1.1 and a success [MC-BUP 2.2.1, 2.2.3.2]") {
    CHECK(status_line{}.minor_version == 1);
    CHECK(ack{}.status == 200);
    CHECK(notification_response{}.status == 200);
}

TEST_CASE("defaults: what came of a notification is no success until somebody says so") {
    CHECK_FALSE(notification_result{}.is_success());
    CHECK(notification_result{}.status == 502); // as where the application was not reached
    CHECK(accepted_by_application(true).is_success());
    CHECK(accepted_by_application(false).status == 200); // handling-server-application-errors
}

// The page has "commonly 255 characters"; in bytes it also holds where a file system counts those.
TEST_CASE("defaults: a file name has at most 255 bytes [naming-a-file]") {
    CHECK(is_safe_file_name(std::string(255, 'x')));
    CHECK_FALSE(is_safe_file_name(std::string(256, 'x')));
}
