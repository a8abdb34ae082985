// bitswire/spec/job_property.hpp: properties of jobs that the embedder carries out: who to log on as, which proxy to
// use, which program to run, and those of *SetProperty*. Jobs keep them, within limits that are stated here.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_JOB_PROPERTY_HPP
#define BITSWIRE_SPEC_JOB_PROPERTY_HPP

#include "../base/enum_set.hpp"
#include "../base/text_literal.hpp"
#include "job.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// A text that nobody may see by accident: it cannot be written, compared or converted, only revealed. Borrowed.
class secret_text {
  public:
    constexpr secret_text() noexcept = default;
    constexpr explicit secret_text(std::string_view text BITSWIRE_LIFETIMEBOUND) noexcept : text_(text) {}
    /// For the one place that sends it.
    [[nodiscard]] constexpr std::string_view reveal() const noexcept { return text_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }

  private:
    std::string_view text_ = "";
};

/// BG_AUTH_TARGET.
enum class auth_target : std::uint8_t { server = 1, proxy = 2 };
/// BG_AUTH_SCHEME.
enum class auth_scheme : std::uint8_t { basic = 1, digest = 2, ntlm = 3, negotiate = 4, passport = 5 };
inline constexpr std::size_t auth_target_count = 2;
inline constexpr std::size_t auth_scheme_count = 5;
/// Whether a scheme can use the name and the password of the user who is logged on (*SetCredentials*).
[[nodiscard]] constexpr bool is_implicit_allowed(auth_scheme s) noexcept {
    return s == auth_scheme::ntlm || s == auth_scheme::negotiate;
}

/// BG_AUTH_CREDENTIALS. Without user and password: those of the user who is logged on. The texts are borrowed: from the
/// caller for the call, or from the job until its next change.
struct job_credentials {
    auth_target target = auth_target::server;
    auth_scheme scheme = auth_scheme::basic;
    std::string_view user = "";
    secret_text password{};
    bool is_set = false; ///< of `job::credentials`: there are some
};

/// BG_JOB_PROXY_USAGE.
enum class proxy_usage : std::uint8_t { preconfig = 0, no_proxy = 1, override_list = 2, autodetect = 3 };
inline constexpr std::size_t proxy_usage_count = 4;

/// *SetProxySettings*. The lists are separated by blanks. Borrows the job.
struct job_proxy {
    proxy_usage usage = proxy_usage::preconfig;
    std::string_view list = "";   ///< of `override_list` only
    std::string_view bypass = ""; ///< likewise
};

/// *SetNotifyCmdLine*. Borrows the job.
struct job_command_line {
    std::string_view program = "";    ///< a full path; empty: none
    std::string_view parameters = ""; ///< the first one is the program
};

/// Longest texts, in UTF-16 units.
inline constexpr std::size_t max_user_length = 300;               ///< BG_BASIC_CREDENTIALS
inline constexpr std::size_t max_password_length = 300;           ///< ours; BG_BASIC_CREDENTIALS allows 65,536
inline constexpr std::size_t max_proxy_list_length = 4000;        ///< *SetProxySettings*
inline constexpr std::size_t max_notify_program_length = 260;     ///< *SetNotifyCmdLine*: MAX_PATH
inline constexpr std::size_t max_notify_parameters_length = 4000; ///< *SetNotifyCmdLine*

/// BITS_JOB_PROPERTY_ID.
enum class job_property : std::uint8_t {
    cost_flags = 1,
    notification_clsid = 2, ///< there is no COM here
    dynamic_content = 3,
    high_performance = 4,
    max_download_size = 5,
    use_stored_credentials = 7,
    minimum_notification_interval_ms = 9,
    on_demand_mode = 10,
};

/// When a property may be set, besides that the job is not over.
enum class settable : std::uint8_t { always, before_resume, before_files };

struct job_property_row {
    job_property id;
    std::uint64_t initial;
    std::uint64_t least; ///< the values that it takes
    std::uint64_t most;
    enum_set<job_type> of;
    settable when;
    std::string_view source;
};

// clang-format off
inline constexpr job_property_row job_property_rows[] = {
    {job_property::cost_flags,                       0,            0, UINT32_MAX, enum_set<job_type>::all(), settable::always,        "BITS_JOB_PROPERTY_ID_COST_FLAGS"sv},
    {job_property::dynamic_content,                  0,            0, 1,          {job_type::download},      settable::before_resume, "BITS_JOB_PROPERTY_DYNAMIC_CONTENT"sv},
    {job_property::high_performance,                 0,            0, 1,          {job_type::download},      settable::before_files,  "BITS_JOB_PROPERTY_HIGH_PERFORMANCE"sv},
    {job_property::max_download_size,                size_unknown, 0, UINT64_MAX, {job_type::download},      settable::before_resume, "BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE"sv},
    // BG_AUTH_TARGET: only the proxy; 0 is not set.
    {job_property::use_stored_credentials,           0,            2, 2,          enum_set<job_type>::all(), settable::always,        "BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS"sv},
    {job_property::minimum_notification_interval_ms, 500,          0, UINT32_MAX, enum_set<job_type>::all(), settable::always,        "BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS"sv},
    {job_property::on_demand_mode,                   0,            0, 1,          {job_type::download},      settable::always,        "BITS_JOB_PROPERTY_ON_DEMAND_MODE"sv},
};
// clang-format on
inline constexpr std::size_t job_property_count = std::size(job_property_rows);

/// The number of a property's row; `job_property_count` if there is none.
[[nodiscard]] constexpr std::size_t find_job_property(job_property id) noexcept {
    std::size_t i = 0;
    while (i < job_property_count && job_property_rows[i].id != id)
        ++i;
    return i;
}

} // namespace bitswire

#endif
