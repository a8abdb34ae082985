// Compile-only, for Windows: the library lives behind the SDK's headers with all their macros (ERROR, min, max, small,
// S_OK, BG_E_...), and its numbers are theirs.
#include <windows.h>

#include <bits.h>
#include <bitsmsg.h>

// libstdc++ does not survive the next macros itself, so its headers come before them.
#include <array>
#include <bit>
#include <cassert>
#include <compare>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

// What Microsoft's own headers define for C++ too, and mingw's do not.
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#ifndef small
#define small char
#endif
#ifndef interface
#define interface struct
#endif

#include <bitswire/bitswire.hpp>

#if !defined(ERROR) || !defined(near) || !defined(far) || !defined(IN) || !defined(S_OK) || !defined(BG_E_EMPTY)
#error "this test has lost its point: windows.h no longer defines what the library should be tested with"
#endif

using namespace bitswire;

namespace {

constexpr std::uint32_t sdk(long code) { return static_cast<std::uint32_t>(code); }

static_assert("S_OK"_hresult.value == sdk(S_OK));
static_assert("E_INVALIDARG"_hresult.value == sdk(E_INVALIDARG));
static_assert("E_ACCESSDENIED"_hresult.value == sdk(E_ACCESSDENIED));
static_assert("E_OUTOFMEMORY"_hresult.value == sdk(E_OUTOFMEMORY));
static_assert("E_NOTIMPL"_hresult.value == sdk(E_NOTIMPL));
static_assert(hresult::from_win32(ERROR_DISK_FULL).value == sdk(HRESULT_FROM_WIN32(ERROR_DISK_FULL)));
static_assert(hresult::from_win32(ERROR_SUCCESS).value == sdk(HRESULT_FROM_WIN32(ERROR_SUCCESS)));
static_assert(hresult::from_win32(0x8020001F).value == sdk(HRESULT_FROM_WIN32(0x8020001F)));

constexpr int number_of(error_context context) { return static_cast<int>(context); }
static_assert(number_of(error_context::none) == BG_ERROR_CONTEXT_NONE);
static_assert(number_of(error_context::unknown) == BG_ERROR_CONTEXT_UNKNOWN);
static_assert(number_of(error_context::general_queue_manager) == BG_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER);
static_assert(number_of(error_context::queue_manager_notification) == BG_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION);
static_assert(number_of(error_context::local_file) == BG_ERROR_CONTEXT_LOCAL_FILE);
static_assert(number_of(error_context::remote_file) == BG_ERROR_CONTEXT_REMOTE_FILE);
static_assert(number_of(error_context::general_transport) == BG_ERROR_CONTEXT_GENERAL_TRANSPORT);
static_assert(number_of(error_context::remote_application) == BG_ERROR_CONTEXT_REMOTE_APPLICATION);

template <class Enum>
constexpr auto value_of(Enum e) {
    return static_cast<std::underlying_type_t<Enum>>(e);
}
static_assert(value_of(job_state::queued) == BG_JOB_STATE_QUEUED);
static_assert(value_of(job_state::connecting) == BG_JOB_STATE_CONNECTING);
static_assert(value_of(job_state::transferring) == BG_JOB_STATE_TRANSFERRING);
static_assert(value_of(job_state::suspended) == BG_JOB_STATE_SUSPENDED);
static_assert(value_of(job_state::error) == BG_JOB_STATE_ERROR);
static_assert(value_of(job_state::transient_error) == BG_JOB_STATE_TRANSIENT_ERROR);
static_assert(value_of(job_state::transferred) == BG_JOB_STATE_TRANSFERRED);
static_assert(value_of(job_state::acknowledged) == BG_JOB_STATE_ACKNOWLEDGED);
static_assert(value_of(job_state::cancelled) == BG_JOB_STATE_CANCELLED);
static_assert(value_of(job_type::download) == BG_JOB_TYPE_DOWNLOAD);
static_assert(value_of(job_type::upload) == BG_JOB_TYPE_UPLOAD);
static_assert(value_of(job_type::upload_reply) == BG_JOB_TYPE_UPLOAD_REPLY);
static_assert(value_of(job_priority::foreground) == BG_JOB_PRIORITY_FOREGROUND);
static_assert(value_of(job_priority::high) == BG_JOB_PRIORITY_HIGH);
static_assert(value_of(job_priority::normal) == BG_JOB_PRIORITY_NORMAL);
static_assert(value_of(job_priority::low) == BG_JOB_PRIORITY_LOW);
static_assert(value_of(notify_flags::job_transferred) == BG_NOTIFY_JOB_TRANSFERRED);
static_assert(value_of(notify_flags::job_error) == BG_NOTIFY_JOB_ERROR);
static_assert(value_of(notify_flags::disable) == BG_NOTIFY_DISABLE);
static_assert(value_of(notify_flags::job_modification) == BG_NOTIFY_JOB_MODIFICATION);
static_assert(value_of(notify_flags::file_transferred) == BG_NOTIFY_FILE_TRANSFERRED);
static_assert(size_unknown == BG_SIZE_UNKNOWN);

// Each code that bitsmsg.h has: made by the build from that header, one static_assert a line.
#include "bitsmsg_codes.inc"

} // namespace

// The code of every packet is compiled, not only declared.
int use_everything(char* out, std::size_t size) {
    upload_request_parser requests;
    ack_parser acks({.answers = packet_type::fragment, .limits = {}});
    notification_request_parser notifications;
    notification_response_parser responses;
    const std::string_view bytes{out, size};
    const auto r = requests.parse(bytes);
    const auto a = acks.parse(bytes);
    const auto n = notifications.parse(bytes);
    const auto s = responses.parse(bytes);
    const std::span<char> buffer{out, size};
    return write_message(r.packet, buffer).has_value() + write_message(a.packet, buffer).has_value() +
           write_message(n.packet, buffer).has_value() + write_message(s.packet, buffer).has_value() +
           resolve_reply_url(bytes, bytes, buffer).has_value();
}
