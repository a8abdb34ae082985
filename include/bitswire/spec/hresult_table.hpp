// bitswire/spec/hresult_table.hpp: every BITS HRESULT, one row each: value, name, meaning, source, and what BITS makes
// of it.
//
// Complete: the 159 codes of bitsmsg.h and Microsoft's bits-return-values page, and the general and Win32 codes that
// the upload protocol carries. A disposition is stated where a public page states it, and where a code cannot pass by
// itself. What a job does also depends on the place of the error, and HTTP statuses have rules: see job_error.hpp. The
// Win32 and WinHTTP codes that people meet are in win32_table.hpp. Ordered by value.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_HRESULT_TABLE_HPP
#define BITSWIRE_SPEC_HRESULT_TABLE_HPP

#include "../base/ascii.hpp"
#include "../base/enum_name.hpp"
#include "../base/hash_index.hpp"
#include "../base/name_index.hpp"
#include "../base/perfect_index.hpp"
#include "../base/text_literal.hpp"
#include "hresult.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// What BITS does when a job or a notification meets a code.
enum class disposition : std::uint8_t {
    unstated,
    success,
    transient, ///< the operation is tried again
    fatal,     ///< the job goes to BG_JOB_STATE_ERROR and waits for its owner
    waits,     ///< tried again when what hinders it has gone, and not before
};

/// One code. All text is in static storage.
struct hresult_row {
    hresult code;
    std::string_view name;    ///< as in bitsmsg.h, winerror.h or winhttp.h; HRESULT_FROM_WIN32(...) for mapped codes
    std::string_view meaning; ///< one line for people who read the log
    std::string_view source;  ///< a page of Microsoft's BITS documentation, an [MC-BUP] section or an SDK header
    disposition treated_as;   ///< `unstated`: the rules of job_error.hpp hold
    std::string_view treated_as_source; ///< what states `treated_as`: a page, the severity bit, or why it is so
};

/// A second spelling of a name.
struct hresult_alias {
    std::string_view alias;
    std::string_view name;
};

// clang-format off
inline constexpr hresult_row hresult_rows[] = {
    {{0x00000000}, "S_OK"sv, "Success"sv, "winerror.h"sv, disposition::success, "HRESULT severity"sv},
    {{0x00000001}, "S_FALSE"sv, "Success, but there was nothing to do"sv, "winerror.h"sv, disposition::success, "HRESULT severity"sv},
    {{0x00200006}, "BG_S_ERROR_CONTEXT_NONE"sv, "Error context: nothing has gone wrong"sv, "BG_ERROR_CONTEXT"sv, disposition::success, "HRESULT severity"sv},
    {{0x00200017}, "BG_S_PARTIAL_COMPLETE"sv, "Job closed early: finished files kept, unfinished ones dropped"sv, "bits-return-values"sv, disposition::success, "HRESULT severity"sv},
    {{0x0020001A}, "BG_S_UNABLE_TO_DELETE_FILES"sv, "Call worked but some temporary files were left behind"sv, "bits-return-values"sv, disposition::success, "HRESULT severity"sv},
    {{0x0020002A}, "BG_S_PROXY_CHANGED"sv, "Success, noting that the proxy in use has changed"sv, "bitsmsg.h"sv, disposition::success, "HRESULT severity"sv},
    {{0x00200055}, "BG_S_OVERRIDDEN_BY_POLICY"sv, "Setting was saved but Group Policy takes precedence"sv, "bits-return-values"sv, disposition::success, "HRESULT severity"sv},
    {{0x80004001}, "E_NOTIMPL"sv, "Call or flag does not apply to this job type or BITS version"sv, "winerror.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80070002}, "HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)"sv, "File, or the named certificate store, does not exist"sv, "winerror.h"sv, disposition::unstated, ""sv},
    {{0x80070003}, "HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)"sv, "A directory in the path does not exist"sv, "winerror.h"sv, disposition::unstated, ""sv},
    {{0x80070005}, "E_ACCESSDENIED"sv, "Access denied on file, job or server; on uploads also overwrite barred or uploads off"sv, "winerror.h"sv, disposition::fatal, "best-practices-when-using-bits"sv},
    {{0x8007000E}, "E_OUTOFMEMORY"sv, "Not enough memory"sv, "winerror.h"sv, disposition::unstated, ""sv},
    {{0x80070057}, "E_INVALIDARG"sv, "Bad argument (name, path, URL); from an upload server: malformed request"sv, "winerror.h"sv, disposition::fatal, "[MC-BUP] 2.2.1.2"sv},
    {{0x80070070}, "HRESULT_FROM_WIN32(ERROR_DISK_FULL)"sv, "The disk is full"sv, "winerror.h"sv, disposition::unstated, ""sv},
    {{0x80070112}, "HRESULT_FROM_WIN32(274)"sv, "Misprint of [MC-BUP] for ERROR_DISK_FULL (112 in hexadecimal); recognise, never send"sv, "[MC-BUP] 2.2.1.2"sv, disposition::unstated, ""sv},
    {{0x800704DD}, "HRESULT_FROM_WIN32(ERROR_NOT_LOGGED_ON)"sv, "Owner of the job is not logged on, so BITS does not transfer for them"sv, "winerror.h"sv, disposition::waits, "users-and-network-connections"sv},
    {{0x800705B4}, "HRESULT_FROM_WIN32(ERROR_TIMEOUT)"sv, "Request or reply timer of the BITS client ran out"sv, "winerror.h"sv, disposition::unstated, ""sv},
    {{0x80070717}, "HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND)"sv, "No error text exists in the requested language"sv, "winerror.h"sv, disposition::unstated, ""sv},
    {{0x80072F0C}, "HRESULT_FROM_WIN32(ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED)"sv, "Site accepts client certificates and the job has none; assign one"sv, "winhttp.h"sv, disposition::fatal, "authentication"sv},
    {{0x80072F19}, "HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REV_FAILED)"sv, "Revocation list of the server certificate could not be fetched"sv, "winhttp.h"sv, disposition::fatal, "SetSecurityFlags"sv},
    {{0x80072F8A}, "HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REVOKED)"sv, "Server certificate has been revoked"sv, "winhttp.h"sv, disposition::fatal, "SetSecurityFlags"sv},
    {{0x80190064}, "BG_E_HTTP_ERROR_100"sv, "Interim Continue reply: the server wants the rest of the request"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190065}, "BG_E_HTTP_ERROR_101"sv, "Server switched to another protocol on this connection"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900C8}, "BG_E_HTTP_ERROR_200"sv, "Request succeeded (plain OK)"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900C9}, "BG_E_HTTP_ERROR_201"sv, "Server created a new resource for the request"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900CA}, "BG_E_HTTP_ERROR_202"sv, "Server took the request but has not finished handling it"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900CB}, "BG_E_HTTP_ERROR_203"sv, "Success, but the metadata came from an intermediary copy"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900CC}, "BG_E_HTTP_ERROR_204"sv, "Success with an empty reply; no file content was sent"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900CD}, "BG_E_HTTP_ERROR_205"sv, "Success with no content; the sender is asked to reset its view"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801900CE}, "BG_E_HTTP_ERROR_206"sv, "Only the requested byte range was returned"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019012C}, "BG_E_HTTP_ERROR_300"sv, "Several versions of the resource exist and one must be picked"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019012D}, "BG_E_HTTP_ERROR_301"sv, "Resource has moved for good; the job URL needs updating"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019012E}, "BG_E_HTTP_ERROR_302"sv, "Resource is temporarily at another address"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019012F}, "BG_E_HTTP_ERROR_303"sv, "Server points to a different address to be fetched with GET"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190130}, "BG_E_HTTP_ERROR_304"sv, "Server says the cached copy is still current and sent no content"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190131}, "BG_E_HTTP_ERROR_305"sv, "Resource may only be reached through the proxy the server names"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190133}, "BG_E_HTTP_ERROR_307"sv, "Temporary redirect; repeat the same method at the new address"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190190}, "BG_E_HTTP_ERROR_400"sv, "Server rejected the request as malformed; check the remote URL or headers"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80190191}, "BG_E_HTTP_ERROR_401"sv, "Server wants a login, or the account may not read this remote file"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80190192}, "BG_E_HTTP_ERROR_402"sv, "Server asks for payment (reserved status)"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190193}, "BG_E_HTTP_ERROR_403"sv, "Server understood but refuses access; check ACLs and overwrite settings"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190194}, "BG_E_HTTP_ERROR_404"sv, "Remote file is missing; on IIS 7 also upload disabled or over the size cap"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80190195}, "BG_E_HTTP_ERROR_405"sv, "HTTP method is not allowed there; for uploads check that BITS_POST passes"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190196}, "BG_E_HTTP_ERROR_406"sv, "Server has no version matching the Accept headers"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190197}, "BG_E_HTTP_ERROR_407"sv, "Proxy wants a login, or the account may not use the proxy"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80190198}, "BG_E_HTTP_ERROR_408"sv, "Server gave up waiting for the request, or a notification timed out"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80190199}, "BG_E_HTTP_ERROR_409"sv, "Request conflicts with the present state of the resource"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019019A}, "BG_E_HTTP_ERROR_410"sv, "Resource was removed for good"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019019B}, "BG_E_HTTP_ERROR_411"sv, "Server demands a Content-Length header"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019019C}, "BG_E_HTTP_ERROR_412"sv, "A condition in the request headers was not met"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019019D}, "BG_E_HTTP_ERROR_413"sv, "Request body is too big for the server; smaller fragments may pass"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019019E}, "BG_E_HTTP_ERROR_414"sv, "Remote URL is longer than the server accepts"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x8019019F}, "BG_E_HTTP_ERROR_415"sv, "Server does not accept this content type"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801901A0}, "BG_E_HTTP_ERROR_416"sv, "Byte range is out of step with what the server holds or expects"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801901A1}, "BG_E_HTTP_ERROR_417"sv, "Server cannot honour the Expect header"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801901C1}, "BG_E_HTTP_ERROR_449"sv, "Microsoft Retry With status: repeat after supplying missing information"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801901F4}, "BG_E_HTTP_ERROR_500"sv, "Server failed internally; see the BITS error headers and server log"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801901F5}, "BG_E_HTTP_ERROR_501"sv, "Server lacks the feature; on IIS 6 BITS uploads are off for the directory"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x801901F6}, "BG_E_HTTP_ERROR_502"sv, "Gateway or proxy got a bad reply from the server behind it"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x801901F7}, "BG_E_HTTP_ERROR_503"sv, "Server is overloaded or down for the moment; resume later"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x801901F8}, "BG_E_HTTP_ERROR_504"sv, "Gateway waited too long for the server behind it; resume later"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x801901F9}, "BG_E_HTTP_ERROR_505"sv, "Server refuses the HTTP version used"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80194000}, "BITS_MC_JOB_CANCELLED"sv, "Event log entry: a job was cancelled"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194001}, "BITS_MC_FILE_DELETION_FAILED"sv, "Event log entry: temporary files of a job could not be removed"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194002}, "BITS_MC_FILE_DELETION_FAILED_MORE"sv, "Event log entry: temporary files not removed, and more remain than are listed"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194003}, "BITS_MC_JOB_PROPERTY_CHANGE"sv, "Event log entry: a property of a job was altered"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194004}, "BITS_MC_JOB_TAKE_OWNERSHIP"sv, "Event log entry: somebody took over ownership of a job"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194005}, "BITS_MC_JOB_SCAVENGED"sv, "Event log entry: an inactive job was cleaned up by the service"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194006}, "BITS_MC_JOB_NOTIFICATION_FAILURE"sv, "Event log entry: the owner of a job could not be notified"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194007}, "BITS_MC_STATE_FILE_CORRUPT"sv, "Event log entry: the saved job queue is damaged"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194008}, "BITS_MC_FAILED_TO_START"sv, "Event log entry: the BITS service did not start"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80194009}, "BITS_MC_FATAL_IGD_ERROR"sv, "Event log entry: unrecoverable trouble with the Internet gateway device"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019400A}, "BITS_MC_PEERCACHING_PORT"sv, "Message text naming the peer-caching port"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8019400B}, "BITS_MC_WSD_PORT"sv, "Message text naming the Web Services Discovery (WSD) port"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200001}, "BG_E_NOT_FOUND"sv, "No job with that identifier is in the queue"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200002}, "BG_E_INVALID_STATE"sv, "Job is in a state that does not permit this call"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200003}, "BG_E_EMPTY"sv, "Job has no files; add at least one before resuming it"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200004}, "BG_E_FILE_NOT_AVAILABLE"sv, "Error is not tied to any file, so there is no file to report"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200005}, "BG_E_PROTOCOL_NOT_AVAILABLE"sv, "Error is not tied to a transfer protocol, so there is none to report"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200007}, "BG_E_ERROR_CONTEXT_UNKNOWN"sv, "Error context: the place of failure is not known"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x80200008}, "BG_E_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER"sv, "Error context: the queue manager itself failed"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x80200009}, "BG_E_ERROR_CONTEXT_LOCAL_FILE"sv, "Error context: the file on the client side (rights, volume)"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x8020000A}, "BG_E_ERROR_CONTEXT_REMOTE_FILE"sv, "Error context: the file or URL on the server side"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x8020000B}, "BG_E_ERROR_CONTEXT_GENERAL_TRANSPORT"sv, "Error context: the network transport, not one particular file"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x8020000C}, "BG_E_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION"sv, "Error context: telling the client application about an event"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x8020000D}, "BG_E_DESTINATION_LOCKED"sv, "Target volume is locked, for instance while a disk check runs"sv, "bits-return-values"sv, disposition::waits, "BG_JOB_STATE"sv},
    {{0x8020000E}, "BG_E_VOLUME_CHANGED"sv, "Target volume is no longer the same one; a removable disk was swapped"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020000F}, "BG_E_ERROR_INFORMATION_UNAVAILABLE"sv, "No error record to read: job is not in error, or has moved on since"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200010}, "BG_E_NETWORK_DISCONNECTED"sv, "No usable network adapter or link; jobs wait until it returns"sv, "bits-return-values"sv, disposition::waits, "users-and-network-connections"sv},
    {{0x80200011}, "BG_E_MISSING_FILE_SIZE"sv, "Server sent no Content-Length; usually dynamic content"sv, "bits-return-values"sv, disposition::fatal, "bits-jobs-are-failing"sv},
    {{0x80200012}, "BG_E_INSUFFICIENT_HTTP_SUPPORT"sv, "Server does not speak HTTP/1.1"sv, "bits-return-values"sv, disposition::fatal, "event 202: only an administrator can correct it"sv},
    {{0x80200013}, "BG_E_INSUFFICIENT_RANGE_SUPPORT"sv, "Server or a proxy does not do byte ranges (Content-Range lost)"sv, "bits-return-values"sv, disposition::fatal, "AddFileWithRanges"sv},
    {{0x80200014}, "BG_E_REMOTE_NOT_SUPPORTED"sv, "BITS cannot be driven from another machine this way"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200015}, "BG_E_NEW_OWNER_DIFF_MAPPING"sv, "New owner maps the network drive of the local file differently"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200016}, "BG_E_NEW_OWNER_NO_FILE_ACCESS"sv, "New owner lacks rights on the temporary files of the job"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200018}, "BG_E_PROXY_LIST_TOO_LARGE"sv, "Proxy list is over 32 KB"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200019}, "BG_E_PROXY_BYPASS_LIST_TOO_LARGE"sv, "Proxy bypass list is over 32 KB"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020001B}, "BG_E_INVALID_SERVER_RESPONSE"sv, "Server reply broke the protocol, e.g. it merged requested ranges"sv, "AddFileWithRanges"sv, disposition::fatal, "AddFileWithRanges"sv},
    {{0x8020001C}, "BG_E_TOO_MANY_FILES"sv, "Upload jobs carry a single file; a second was refused"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020001D}, "BG_E_LOCAL_FILE_CHANGED"sv, "Source file was modified while it was being uploaded"sv, "bits-return-values"sv, disposition::fatal, "file-transfer-consistency"sv},
    {{0x8020001E}, "BG_E_ERROR_CONTEXT_REMOTE_APPLICATION"sv, "Error context: the server application that received the upload"sv, "BG_ERROR_CONTEXT"sv, disposition::unstated, ""sv},
    {{0x8020001F}, "BG_E_SESSION_NOT_FOUND"sv, "Server does not know the upload session; client opens a new one"sv, "[MC-BUP] 2.2.1.2"sv, disposition::transient, "[MC-BUP] 3.1.5.2.1"sv},
    {{0x80200020}, "BG_E_TOO_LARGE"sv, "Upload is bigger than the server limit allows"sv, "bits-return-values"sv, disposition::fatal, "[MC-BUP] 2.2.1.2"sv},
    {{0x80200021}, "BG_E_STRING_TOO_LONG"sv, "A text argument exceeds its maximum length"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200022}, "BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH"sv, "Client and server share no upload protocol version"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200023}, "BG_E_SERVER_EXECUTE_ENABLE"sv, "IIS upload directory has script or execute rights; switch them off"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200024}, "BG_E_NO_PROGRESS"sv, "Job made no progress within its allowed time"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200025}, "BG_E_USERNAME_TOO_LARGE"sv, "User name is over 300 characters"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200026}, "BG_E_PASSWORD_TOO_LARGE"sv, "Password is over 65535 characters"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200027}, "BG_E_INVALID_AUTH_TARGET"sv, "Credential target is neither server nor proxy"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200028}, "BG_E_INVALID_AUTH_SCHEME"sv, "Authentication scheme is not one BITS knows"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200029}, "BG_E_FILE_NOT_FOUND"sv, "Requested file could not be found"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020002B}, "BG_E_INVALID_RANGE"sv, "Byte range lies outside the remote file or is malformed"sv, "bits-return-values"sv, disposition::fatal, "AddFileWithRanges"sv},
    {{0x8020002C}, "BG_E_OVERLAPPING_RANGES"sv, "Byte ranges repeat or overlap each other"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020002D}, "BG_E_CONNECT_FAILURE"sv, "Could not connect to the server"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020002E}, "BG_E_CONNECTION_CLOSED"sv, "Connection was closed before the transfer ended"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020002F}, "BG_E_KEEP_ALIVE_FAILURE"sv, "A kept-alive connection was dropped unexpectedly"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200030}, "BG_E_MESSAGE_LENGTH_LIMIT_EXCEEDED"sv, "A message was longer than the permitted limit"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200031}, "BG_E_NAME_RESOLUTION_FAILURE"sv, "Server name could not be resolved; check DNS"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200032}, "BG_E_PENDING"sv, "Operation is still pending"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200033}, "BG_E_PIPELINE_FAILURE"sv, "Pipelined requests failed when the connection broke"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200034}, "BG_E_PROTOCOL_ERROR"sv, "Reply was complete but reported a protocol-level error"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200035}, "BG_E_PROXY_NAME_RESOLUTION_FAILURE"sv, "Proxy name could not be resolved; check DNS and proxy settings"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200036}, "BG_E_RECEIVE_FAILURE"sv, "Full reply could not be received from the server"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200037}, "BG_E_REQUEST_CANCELED"sv, "Request was cancelled"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200038}, "BG_E_SECURE_CHANNEL_FAILURE"sv, "TLS channel could not be set up"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200039}, "BG_E_SEND_FAILURE"sv, "Full request could not be sent to the server"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020003A}, "BG_E_SERVER_PROTOCOL_VIOLATION"sv, "Server reply was not valid HTTP"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020003B}, "BG_E_TIMEOUT"sv, "Operation ran out of time"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020003C}, "BG_E_TRUST_FAILURE"sv, "Server certificate could not be trusted"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020003D}, "BG_E_UNKNOWN_ERROR"sv, "Failure of unknown kind"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020003E}, "BG_E_BLOCKED_BY_POLICY"sv, "Group Policy bandwidth limit is zero now; background jobs wait"sv, "bits-return-values"sv, disposition::waits, "group-policies"sv},
    {{0x8020003F}, "BG_E_INVALID_PROXY_INFO"sv, "Proxy or bypass list set on the job is not valid"sv, "bits-return-values"sv, disposition::fatal, "SetProxySettings"sv},
    {{0x80200040}, "BG_E_INVALID_CREDENTIALS"sv, "Credentials are badly formatted"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200041}, "BG_E_INVALID_HASH_ALGORITHM"sv, "Hash algorithm is not recognised"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200042}, "BG_E_RECORD_DELETED"sv, "Peer-cache record is gone, so its update was dropped"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200043}, "BG_E_COMMIT_IN_PROGRESS"sv, "A commit is already running; wait for it to end"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200044}, "BG_E_DISCOVERY_IN_PROGRESS"sv, "Peer discovery is already running"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200045}, "BG_E_UPNP_ERROR"sv, "UPnP failure; look at the Internet gateway (router)"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200046}, "BG_E_TEST_OPTION_BLOCKED_DOWNLOAD"sv, "A test setting stopped the download"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200047}, "BG_E_PEERCACHING_DISABLED"sv, "Peer caching is switched off on this computer"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200048}, "BG_E_BUSYCACHERECORD"sv, "Peer-cache record is busy; repeat in a few seconds"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200049}, "BG_E_TOO_MANY_JOBS_PER_USER"sv, "User has reached the MaxJobsPerUser limit"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200050}, "BG_E_TOO_MANY_JOBS_PER_MACHINE"sv, "Computer has reached the MaxJobsPerMachine limit"sv, "bits-return-values"sv, disposition::unstated, ""sv},
    {{0x80200051}, "BG_E_TOO_MANY_FILES_IN_JOB"sv, "Job has reached the MaxFilesPerJob limit"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200052}, "BG_E_TOO_MANY_RANGES_IN_FILE"sv, "File has reached the MaxRangesPerFile limit"sv, "bits-return-values"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200053}, "BG_E_VALIDATION_FAILED"sv, "Application rejected the downloaded content as invalid"sv, "bits-return-values"sv, disposition::fatal, "SetValidationState"sv},
    {{0x80200054}, "BG_E_MAXDOWNLOAD_TIMEOUT"sv, "Job used up its maximum download time (job or MaxDownloadTime policy)"sv, "bits-return-values"sv, disposition::fatal, "SetMaximumDownloadTime"sv},
    {{0x80200056}, "BG_E_TOKEN_REQUIRED"sv, "Helper token was lost at logoff; set it again or clear its flags, then resume"sv, "helper-tokens-for-bits-transfer-jobs"sv, disposition::fatal, "life-cycle-of-a-bits-job"sv},
    {{0x80200057}, "BG_E_UNKNOWN_PROPERTY_ID"sv, "Property identifier is not known to this BITS version"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200058}, "BG_E_READ_ONLY_PROPERTY"sv, "Property can be read but not set"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200059}, "BG_E_BLOCKED_BY_COST_TRANSFER_POLICY"sv, "Network is too costly for the transfer policy of the job; it waits"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x80200060}, "BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY"sv, "Property works on download jobs only"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200061}, "BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE"sv, "Property is fixed once the job has files"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200062}, "BG_E_READ_ONLY_PROPERTY_AFTER_RESUME"sv, "Property is fixed once the job was first resumed"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200063}, "BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE"sv, "Maximum download size given is not usable"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200064}, "BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED"sv, "Download hit the maximum size set on the job"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200065}, "BG_E_STANDBY_MODE"sv, "Transfer held back because the system is in standby"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x80200066}, "BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED"sv, "Stored credentials cannot be used for this target"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200067}, "BG_E_BLOCKED_BY_BATTERY_POLICY"sv, "Transfer held back by a policy for running on battery"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x80200068}, "BG_E_BLOCKED_BY_BATTERY_SAVER"sv, "Transfer held back while battery saver is on"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x80200069}, "BG_E_WATCHDOG_TIMEOUT"sv, "Internal watchdog timer expired on the operation"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x8020006A}, "BG_E_APP_PACKAGE_NOT_FOUND"sv, "App package tied to the job was not found"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020006B}, "BG_E_APP_PACKAGE_SCENARIO_NOT_SUPPORTED"sv, "Packaged apps cannot use BITS in this way"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020006C}, "BG_E_DATABASE_CORRUPT"sv, "BITS job database is damaged"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020006D}, "BG_E_RANDOM_ACCESS_NOT_SUPPORTED"sv, "Ranges on demand impossible: not a download job or no server range support"sv, "RequestFileRanges"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x8020006E}, "BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY"sv, "App is not permitted to work in the background now"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x8020006F}, "BG_E_BLOCKED_BY_GAME_MODE"sv, "Transfer held back while game mode is on"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x80200070}, "BG_E_BLOCKED_BY_SYSTEM_POLICY"sv, "Transfer held back by a system policy"sv, "bitsmsg.h"sv, disposition::waits, "life-cycle-of-a-bits-job"sv},
    {{0x80200071}, "BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD"sv, "Feature cannot be combined with a custom HTTP method"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200072}, "BG_E_UNSUPPORTED_JOB_CONFIGURATION"sv, "Combination of job settings is not supported"sv, "bitsmsg.h"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200073}, "BG_E_REMOTE_FILE_CHANGED"sv, "File on the server changed during the transfer"sv, "bitsmsg.h"sv, disposition::unstated, ""sv},
    {{0x80200074}, "BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED"sv, "Certificate callback of the app was not reachable; set it again and resume"sv, "SetServerCertificateValidationInterface"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200075}, "BG_E_READ_ONLY_WHEN_JOB_ACTIVE"sv, "Suspend the job before changing this setting"sv, "SetServerCertificateValidationInterface"sv, disposition::fatal, "does not pass by itself"sv},
    {{0x80200076}, "BG_E_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK"sv, "Error context: the certificate check callback of the application"sv, "SetServerCertificateValidationInterface"sv, disposition::unstated, ""sv},
};

inline constexpr hresult_alias hresult_aliases[] = {
    // SPEC: the page bits-return-values spells the name with a final D, bitsmsg.h without.
    {"BG_E_SERVER_EXECUTE_ENABLED"sv, "BG_E_SERVER_EXECUTE_ENABLE"sv},
    // SPEC: the page AddFile calls the error of an upload whose local file changes so; bitsmsg.h has no such name.
    {"BG_E_FILE_CHANGED"sv, "BG_E_LOCAL_FILE_CHANGED"sv},
};
// clang-format on

namespace detail {

inline constexpr auto hresult_by_value = perfect_index<512>::over(
    hresult_rows, [](const hresult_row& row) { return row.code.value; }, 0x7787B017A575FD73U);

/// The names of all rows, and behind them the aliases.
template <class Late>
consteval auto hresult_spellings() {
    std::array<std::string_view, std::size(hresult_rows) + std::size(hresult_aliases)> names{};
    std::size_t n = 0;
    for (const hresult_row& row : hresult_rows)
        names[n++] = row.name;
    for (const hresult_alias& a : hresult_aliases)
        names[n++] = a.alias;
    return names;
}

/// Templates, so that only those wait for the index who look up names while their program runs.
template <class Late>
inline constexpr auto
    hresult_by_name = name_index<std::size(hresult_rows) + std::size(hresult_aliases), 2048>(hresult_spellings<Late>(),
                                                                                             0x60736104C4363E1BU);

/// The rows that `hresult_spellings` lead to.
template <class Late>
inline constexpr auto hresult_rows_of_spellings = [] {
    std::array<std::uint8_t, std::size(hresult_rows) + std::size(hresult_aliases)> rows{};
    for (std::size_t n = 0; n < rows.size(); ++n) {
        const bool is_name = n < std::size(hresult_rows);
        rows[n] = static_cast<std::uint8_t>(
            is_name ? n : hresult_by_name<Late>.find(hresult_aliases[n - std::size(hresult_rows)].name).number);
    }
    return rows;
}();

/// Chosen so that few names collide; another choice would only take compilers longer.
constexpr std::uint32_t hash_of_hresult_name(const char* name, std::size_t size) noexcept {
    const char* const last = name + size - 1;
    return static_cast<std::uint32_t>(size * 4) + (static_cast<unsigned char>(*last) | 0x20U) * 5 +
           (static_cast<unsigned char>(last[-2]) | 0x20U) * 17;
}

/// For compilers, to which the other index is dear.
inline constexpr auto hresult_by_literal = hash_index<512>::over(
    hresult_rows, [](const hresult_row& row) { return hash_of_hresult_name(row.name.data(), row.name.size()); });

consteval hresult hresult_of(std::string_view name) {
    const auto matches = [&](std::size_t n) { return iequals(hresult_rows[n].name, name); };
    const std::size_t found = hresult_by_literal.find(hash_of_hresult_name(name.data(), name.size()), matches);
    if (found != decltype(hresult_by_literal)::npos) return hresult_rows[found].code;
    for (const hresult_alias& a : hresult_aliases) {
        if (iequals(a.alias, name)) return hresult_of(a.name);
    }
    return hresult_rows[std::size(hresult_rows)].code; // not a constant expression
}

} // namespace detail

/// The row of a code, or null for a code that is not in the table. Static storage.
[[nodiscard]] constexpr const hresult_row* find_hresult(hresult code) noexcept {
    const hresult_row& row = hresult_rows[detail::hresult_by_value.find(code.value)];
    return row.code == code ? &row : nullptr;
}

/// The row of a name in any letter case, documented aliases included, or null. Static storage.
template <class Late = void>
[[nodiscard]] constexpr const hresult_row* find_hresult(std::string_view name) noexcept {
    const auto found = detail::hresult_by_name<Late>.find(name);
    const hresult_row* const rows[] = {nullptr, &hresult_rows[detail::hresult_rows_of_spellings<Late>[found.number]]};
    return rows[found.is_equal ? 1 : 0]; // no branch, which would be guessed wrong
}

/// The name of a code; `""` for one that is not in the table. Static storage, with a zero behind it.
[[nodiscard]] constexpr std::string_view name_of(hresult code) noexcept {
    const hresult_row* row = find_hresult(code);
    return row != nullptr ? row->name : ""sv;
}

/// The enumerator as text. Static storage.
template <class Enum = disposition>
[[nodiscard]] constexpr std::string_view name_of(disposition d) noexcept {
    return enum_name<Enum>(d);
}

inline namespace literals {

/// `"BG_E_TOO_LARGE"_hresult`: the code of a name, taken from the table. A name that is not there does not compile.
consteval hresult operator""_hresult(const char* name, std::size_t size) { return detail::hresult_of({name, size}); }

} // namespace literals

} // namespace bitswire

#endif
