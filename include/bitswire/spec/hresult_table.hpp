// bitswire/spec/hresult_table.hpp: every BITS HRESULT, one row each: value, name, meaning, source, and what BITS makes
// of it.
//
// Complete: the 159 codes of bitsmsg.h and Microsoft's bits-return-values page, and the general and Win32 codes that
// the upload protocol carries. A disposition is stated only where a public page states it; several hold for one
// situation only, so a row is a piece of advice to a person, not an input to a state machine. Ordered by value.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SPEC_HRESULT_TABLE_HPP
#define BITSWIRE_SPEC_HRESULT_TABLE_HPP

#include "../base/ascii.hpp"
#include "../base/enum_name.hpp"
#include "../base/hash_index.hpp"
#include "hresult.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bitswire {

/// What BITS does when a job or a notification meets a code, as far as a public source says so.
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
    std::string_view meaning; ///< one line for whoever reads the log
    std::string_view source;  ///< a page of Microsoft's BITS documentation, an [MC-BUP] section or an SDK header
    disposition treated_as;
    std::string_view treated_as_source; ///< what states `treated_as`: a page, or the severity bit
};

/// A second spelling of a name.
struct hresult_alias {
    std::string_view alias;
    std::string_view name;
};

// clang-format off
inline constexpr auto hresult_rows = std::to_array<hresult_row>({
    {{0x00000000}, "S_OK", "Success", "winerror.h", disposition::success, "HRESULT severity"},
    {{0x00000001}, "S_FALSE", "Success, but there was nothing to do", "winerror.h", disposition::success, "HRESULT severity"},
    {{0x00200006}, "BG_S_ERROR_CONTEXT_NONE", "Error context: nothing has gone wrong", "BG_ERROR_CONTEXT", disposition::success, "HRESULT severity"},
    {{0x00200017}, "BG_S_PARTIAL_COMPLETE", "Job closed early: finished files kept, unfinished ones dropped", "bits-return-values", disposition::success, "HRESULT severity"},
    {{0x0020001A}, "BG_S_UNABLE_TO_DELETE_FILES", "Call worked but some temporary files were left behind", "bits-return-values", disposition::success, "HRESULT severity"},
    {{0x0020002A}, "BG_S_PROXY_CHANGED", "Success, noting that the proxy in use has changed", "bitsmsg.h", disposition::success, "HRESULT severity"},
    {{0x00200055}, "BG_S_OVERRIDDEN_BY_POLICY", "Setting was saved but Group Policy takes precedence", "bits-return-values", disposition::success, "HRESULT severity"},
    {{0x80004001}, "E_NOTIMPL", "Call or flag does not apply to this job type or BITS version", "winerror.h", disposition::unstated, ""},
    {{0x80070002}, "HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)", "File, or the named certificate store, does not exist", "winerror.h", disposition::unstated, ""},
    {{0x80070003}, "HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)", "A directory in the path does not exist", "winerror.h", disposition::unstated, ""},
    {{0x80070005}, "E_ACCESSDENIED", "Access denied on file, job or server; on uploads also overwrite barred or uploads off", "winerror.h", disposition::fatal, "best-practices-when-using-bits"},
    {{0x8007000E}, "E_OUTOFMEMORY", "Not enough memory", "winerror.h", disposition::unstated, ""},
    {{0x80070057}, "E_INVALIDARG", "Bad argument (name, path, URL); from an upload server: malformed request", "winerror.h", disposition::fatal, "[MC-BUP] 2.2.1.2"},
    {{0x80070070}, "HRESULT_FROM_WIN32(ERROR_DISK_FULL)", "The disk is full", "winerror.h", disposition::unstated, ""},
    {{0x80070112}, "HRESULT_FROM_WIN32(274)", "Misprint of [MC-BUP] for ERROR_DISK_FULL (112 in hexadecimal); recognise, never send", "[MC-BUP] 2.2.1.2", disposition::unstated, ""},
    {{0x800705B4}, "HRESULT_FROM_WIN32(ERROR_TIMEOUT)", "Request or reply timer of the BITS client ran out", "winerror.h", disposition::unstated, ""},
    {{0x80070717}, "HRESULT_FROM_WIN32(ERROR_RESOURCE_LANG_NOT_FOUND)", "No error text exists in the requested language", "winerror.h", disposition::unstated, ""},
    {{0x80072F0C}, "HRESULT_FROM_WIN32(ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED)", "Site accepts client certificates and the job has none; assign one", "winhttp.h", disposition::fatal, "authentication"},
    {{0x80072F19}, "HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REV_FAILED)", "Revocation list of the server certificate could not be fetched", "winhttp.h", disposition::fatal, "SetSecurityFlags"},
    {{0x80072F8A}, "HRESULT_FROM_WIN32(ERROR_WINHTTP_SECURE_CERT_REVOKED)", "Server certificate has been revoked", "winhttp.h", disposition::fatal, "SetSecurityFlags"},
    {{0x80190064}, "BG_E_HTTP_ERROR_100", "Interim Continue reply: the server wants the rest of the request", "bitsmsg.h", disposition::unstated, ""},
    {{0x80190065}, "BG_E_HTTP_ERROR_101", "Server switched to another protocol on this connection", "bitsmsg.h", disposition::unstated, ""},
    {{0x801900C8}, "BG_E_HTTP_ERROR_200", "Request succeeded (plain OK)", "bitsmsg.h", disposition::success, "handling-server-application-errors"},
    {{0x801900C9}, "BG_E_HTTP_ERROR_201", "Server created a new resource for the request", "bitsmsg.h", disposition::unstated, ""},
    {{0x801900CA}, "BG_E_HTTP_ERROR_202", "Server took the request but has not finished handling it", "bitsmsg.h", disposition::unstated, ""},
    {{0x801900CB}, "BG_E_HTTP_ERROR_203", "Success, but the metadata came from an intermediary copy", "bitsmsg.h", disposition::unstated, ""},
    {{0x801900CC}, "BG_E_HTTP_ERROR_204", "Success with an empty reply; no file content was sent", "bitsmsg.h", disposition::unstated, ""},
    {{0x801900CD}, "BG_E_HTTP_ERROR_205", "Success with no content; the sender is asked to reset its view", "bitsmsg.h", disposition::unstated, ""},
    {{0x801900CE}, "BG_E_HTTP_ERROR_206", "Only the requested byte range was returned", "bitsmsg.h", disposition::unstated, ""},
    {{0x8019012C}, "BG_E_HTTP_ERROR_300", "Several versions of the resource exist and one must be picked", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019012D}, "BG_E_HTTP_ERROR_301", "Resource has moved for good; the job URL needs updating", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019012E}, "BG_E_HTTP_ERROR_302", "Resource is temporarily at another address", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019012F}, "BG_E_HTTP_ERROR_303", "Server points to a different address to be fetched with GET", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190130}, "BG_E_HTTP_ERROR_304", "Server says the cached copy is still current and sent no content", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190131}, "BG_E_HTTP_ERROR_305", "Resource may only be reached through the proxy the server names", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190133}, "BG_E_HTTP_ERROR_307", "Temporary redirect; repeat the same method at the new address", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190190}, "BG_E_HTTP_ERROR_400", "Server rejected the request as malformed; check the remote URL or headers", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x80190191}, "BG_E_HTTP_ERROR_401", "Server wants a login, or the account may not read this remote file", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x80190192}, "BG_E_HTTP_ERROR_402", "Server asks for payment (reserved status)", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190193}, "BG_E_HTTP_ERROR_403", "Server understood but refuses access; check ACLs and overwrite settings", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190194}, "BG_E_HTTP_ERROR_404", "Remote file is missing; on IIS 7 also upload disabled or over the size cap", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x80190195}, "BG_E_HTTP_ERROR_405", "HTTP method is not allowed there; for uploads check that BITS_POST passes", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190196}, "BG_E_HTTP_ERROR_406", "Server has no version matching the Accept headers", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x80190197}, "BG_E_HTTP_ERROR_407", "Proxy wants a login, or the account may not use the proxy", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x80190198}, "BG_E_HTTP_ERROR_408", "Server gave up waiting for the request, or a notification timed out", "bitsmsg.h", disposition::transient, "handling-server-application-errors"},
    {{0x80190199}, "BG_E_HTTP_ERROR_409", "Request conflicts with the present state of the resource", "bitsmsg.h", disposition::transient, "handling-server-application-errors"},
    {{0x8019019A}, "BG_E_HTTP_ERROR_410", "Resource was removed for good", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019019B}, "BG_E_HTTP_ERROR_411", "Server demands a Content-Length header", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019019C}, "BG_E_HTTP_ERROR_412", "A condition in the request headers was not met", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019019D}, "BG_E_HTTP_ERROR_413", "Request body is too big for the server; smaller fragments may pass", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x8019019E}, "BG_E_HTTP_ERROR_414", "Remote URL is longer than the server accepts", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x8019019F}, "BG_E_HTTP_ERROR_415", "Server does not accept this content type", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x801901A0}, "BG_E_HTTP_ERROR_416", "Byte range is out of step with what the server holds or expects", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x801901A1}, "BG_E_HTTP_ERROR_417", "Server cannot honour the Expect header", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x801901C1}, "BG_E_HTTP_ERROR_449", "Microsoft Retry With status: repeat after supplying missing information", "bitsmsg.h", disposition::fatal, "handling-server-application-errors"},
    {{0x801901F4}, "BG_E_HTTP_ERROR_500", "Server failed internally; see the BITS error headers and server log", "bitsmsg.h", disposition::transient, "handling-server-application-errors"},
    {{0x801901F5}, "BG_E_HTTP_ERROR_501", "Server lacks the feature; on IIS 6 BITS uploads are off for the directory", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x801901F6}, "BG_E_HTTP_ERROR_502", "Gateway or proxy got a bad reply from the server behind it", "bitsmsg.h", disposition::transient, "handling-server-application-errors"},
    {{0x801901F7}, "BG_E_HTTP_ERROR_503", "Server is overloaded or down for the moment; resume later", "bits-return-values", disposition::transient, "handling-server-application-errors"},
    {{0x801901F8}, "BG_E_HTTP_ERROR_504", "Gateway waited too long for the server behind it; resume later", "bits-return-values", disposition::transient, "handling-server-application-errors"},
    {{0x801901F9}, "BG_E_HTTP_ERROR_505", "Server refuses the HTTP version used", "bits-return-values", disposition::fatal, "handling-server-application-errors"},
    {{0x80194000}, "BITS_MC_JOB_CANCELLED", "Event log entry: a job was cancelled", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194001}, "BITS_MC_FILE_DELETION_FAILED", "Event log entry: temporary files of a job could not be removed", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194002}, "BITS_MC_FILE_DELETION_FAILED_MORE", "Event log entry: temporary files not removed, and more remain than are listed", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194003}, "BITS_MC_JOB_PROPERTY_CHANGE", "Event log entry: a property of a job was altered", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194004}, "BITS_MC_JOB_TAKE_OWNERSHIP", "Event log entry: somebody took over ownership of a job", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194005}, "BITS_MC_JOB_SCAVENGED", "Event log entry: an inactive job was cleaned up by the service", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194006}, "BITS_MC_JOB_NOTIFICATION_FAILURE", "Event log entry: the owner of a job could not be notified", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194007}, "BITS_MC_STATE_FILE_CORRUPT", "Event log entry: the saved job queue is damaged", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194008}, "BITS_MC_FAILED_TO_START", "Event log entry: the BITS service did not start", "bitsmsg.h", disposition::unstated, ""},
    {{0x80194009}, "BITS_MC_FATAL_IGD_ERROR", "Event log entry: unrecoverable trouble with the Internet gateway device", "bitsmsg.h", disposition::unstated, ""},
    {{0x8019400A}, "BITS_MC_PEERCACHING_PORT", "Message text naming the peer-caching port", "bitsmsg.h", disposition::unstated, ""},
    {{0x8019400B}, "BITS_MC_WSD_PORT", "Message text naming the Web Services Discovery (WSD) port", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200001}, "BG_E_NOT_FOUND", "No job with that identifier is in the queue", "bits-return-values", disposition::unstated, ""},
    {{0x80200002}, "BG_E_INVALID_STATE", "Job is in a state that does not permit this call", "bits-return-values", disposition::unstated, ""},
    {{0x80200003}, "BG_E_EMPTY", "Job has no files; add at least one before resuming it", "bits-return-values", disposition::unstated, ""},
    {{0x80200004}, "BG_E_FILE_NOT_AVAILABLE", "Error is not tied to any file, so there is no file to report", "bits-return-values", disposition::unstated, ""},
    {{0x80200005}, "BG_E_PROTOCOL_NOT_AVAILABLE", "Error is not tied to a transfer protocol, so there is none to report", "bits-return-values", disposition::unstated, ""},
    {{0x80200007}, "BG_E_ERROR_CONTEXT_UNKNOWN", "Error context: the place of failure is not known", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x80200008}, "BG_E_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER", "Error context: the queue manager itself failed", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x80200009}, "BG_E_ERROR_CONTEXT_LOCAL_FILE", "Error context: the file on the client side (rights, volume)", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x8020000A}, "BG_E_ERROR_CONTEXT_REMOTE_FILE", "Error context: the file or URL on the server side", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x8020000B}, "BG_E_ERROR_CONTEXT_GENERAL_TRANSPORT", "Error context: the network transport, not one particular file", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x8020000C}, "BG_E_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION", "Error context: telling the client application about an event", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x8020000D}, "BG_E_DESTINATION_LOCKED", "Target volume is locked, for instance while a disk check runs", "bits-return-values", disposition::waits, "BG_JOB_STATE"},
    {{0x8020000E}, "BG_E_VOLUME_CHANGED", "Target volume is no longer the same one; a removable disk was swapped", "bits-return-values", disposition::unstated, ""},
    {{0x8020000F}, "BG_E_ERROR_INFORMATION_UNAVAILABLE", "No error record to read: job is not in error, or has moved on since", "bits-return-values", disposition::unstated, ""},
    {{0x80200010}, "BG_E_NETWORK_DISCONNECTED", "No usable network adapter or link; jobs wait until it returns", "bits-return-values", disposition::waits, "users-and-network-connections"},
    {{0x80200011}, "BG_E_MISSING_FILE_SIZE", "Server sent no Content-Length; usually dynamic content", "bits-return-values", disposition::unstated, ""},
    {{0x80200012}, "BG_E_INSUFFICIENT_HTTP_SUPPORT", "Server does not speak HTTP/1.1", "bits-return-values", disposition::unstated, ""},
    {{0x80200013}, "BG_E_INSUFFICIENT_RANGE_SUPPORT", "Server or a proxy does not do byte ranges (Content-Range lost)", "bits-return-values", disposition::fatal, "AddFileWithRanges"},
    {{0x80200014}, "BG_E_REMOTE_NOT_SUPPORTED", "BITS cannot be driven from another machine this way", "bits-return-values", disposition::unstated, ""},
    {{0x80200015}, "BG_E_NEW_OWNER_DIFF_MAPPING", "New owner maps the network drive of the local file differently", "bits-return-values", disposition::unstated, ""},
    {{0x80200016}, "BG_E_NEW_OWNER_NO_FILE_ACCESS", "New owner lacks rights on the temporary files of the job", "bits-return-values", disposition::unstated, ""},
    {{0x80200018}, "BG_E_PROXY_LIST_TOO_LARGE", "Proxy list is over 32 KB", "bits-return-values", disposition::unstated, ""},
    {{0x80200019}, "BG_E_PROXY_BYPASS_LIST_TOO_LARGE", "Proxy bypass list is over 32 KB", "bits-return-values", disposition::unstated, ""},
    {{0x8020001B}, "BG_E_INVALID_SERVER_RESPONSE", "Server reply broke the protocol, e.g. it merged requested ranges", "AddFileWithRanges", disposition::fatal, "AddFileWithRanges"},
    {{0x8020001C}, "BG_E_TOO_MANY_FILES", "Upload jobs carry a single file; a second was refused", "bits-return-values", disposition::unstated, ""},
    {{0x8020001D}, "BG_E_LOCAL_FILE_CHANGED", "Source file was modified while it was being uploaded", "bits-return-values", disposition::fatal, "file-transfer-consistency"},
    {{0x8020001E}, "BG_E_ERROR_CONTEXT_REMOTE_APPLICATION", "Error context: the server application that received the upload", "BG_ERROR_CONTEXT", disposition::unstated, ""},
    {{0x8020001F}, "BG_E_SESSION_NOT_FOUND", "Server does not know the upload session; client opens a new one", "[MC-BUP] 2.2.1.2", disposition::transient, "[MC-BUP] 3.1.5.2.1"},
    {{0x80200020}, "BG_E_TOO_LARGE", "Upload is bigger than the server limit allows", "bits-return-values", disposition::fatal, "[MC-BUP] 2.2.1.2"},
    {{0x80200021}, "BG_E_STRING_TOO_LONG", "A text argument exceeds its maximum length", "bits-return-values", disposition::unstated, ""},
    {{0x80200022}, "BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH", "Client and server share no upload protocol version", "bits-return-values", disposition::unstated, ""},
    {{0x80200023}, "BG_E_SERVER_EXECUTE_ENABLE", "IIS upload directory has script or execute rights; switch them off", "bits-return-values", disposition::unstated, ""},
    {{0x80200024}, "BG_E_NO_PROGRESS", "Job made no progress within its allowed time", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200025}, "BG_E_USERNAME_TOO_LARGE", "User name is over 300 characters", "bits-return-values", disposition::unstated, ""},
    {{0x80200026}, "BG_E_PASSWORD_TOO_LARGE", "Password is over 65535 characters", "bits-return-values", disposition::unstated, ""},
    {{0x80200027}, "BG_E_INVALID_AUTH_TARGET", "Credential target is neither server nor proxy", "bits-return-values", disposition::unstated, ""},
    {{0x80200028}, "BG_E_INVALID_AUTH_SCHEME", "Authentication scheme is not one BITS knows", "bits-return-values", disposition::unstated, ""},
    {{0x80200029}, "BG_E_FILE_NOT_FOUND", "Requested file could not be found", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020002B}, "BG_E_INVALID_RANGE", "Byte range lies outside the remote file or is malformed", "bits-return-values", disposition::fatal, "AddFileWithRanges"},
    {{0x8020002C}, "BG_E_OVERLAPPING_RANGES", "Byte ranges repeat or overlap each other", "bits-return-values", disposition::unstated, ""},
    {{0x8020002D}, "BG_E_CONNECT_FAILURE", "Could not connect to the server", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020002E}, "BG_E_CONNECTION_CLOSED", "Connection was closed before the transfer ended", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020002F}, "BG_E_KEEP_ALIVE_FAILURE", "A kept-alive connection was dropped unexpectedly", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200030}, "BG_E_MESSAGE_LENGTH_LIMIT_EXCEEDED", "A message was longer than the permitted limit", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200031}, "BG_E_NAME_RESOLUTION_FAILURE", "Server name could not be resolved; check DNS", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200032}, "BG_E_PENDING", "Operation is still pending", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200033}, "BG_E_PIPELINE_FAILURE", "Pipelined requests failed when the connection broke", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200034}, "BG_E_PROTOCOL_ERROR", "Reply was complete but reported a protocol-level error", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200035}, "BG_E_PROXY_NAME_RESOLUTION_FAILURE", "Proxy name could not be resolved; check DNS and proxy settings", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200036}, "BG_E_RECEIVE_FAILURE", "Full reply could not be received from the server", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200037}, "BG_E_REQUEST_CANCELED", "Request was cancelled", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200038}, "BG_E_SECURE_CHANNEL_FAILURE", "TLS channel could not be set up", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200039}, "BG_E_SEND_FAILURE", "Full request could not be sent to the server", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020003A}, "BG_E_SERVER_PROTOCOL_VIOLATION", "Server reply was not valid HTTP", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020003B}, "BG_E_TIMEOUT", "Operation ran out of time", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020003C}, "BG_E_TRUST_FAILURE", "Server certificate could not be trusted", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020003D}, "BG_E_UNKNOWN_ERROR", "Failure of unknown kind", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020003E}, "BG_E_BLOCKED_BY_POLICY", "Group Policy bandwidth limit is zero now; background jobs wait", "bits-return-values", disposition::waits, "group-policies"},
    {{0x8020003F}, "BG_E_INVALID_PROXY_INFO", "Proxy or bypass list set on the job is not valid", "bits-return-values", disposition::fatal, "SetProxySettings"},
    {{0x80200040}, "BG_E_INVALID_CREDENTIALS", "Credentials are badly formatted", "bits-return-values", disposition::unstated, ""},
    {{0x80200041}, "BG_E_INVALID_HASH_ALGORITHM", "Hash algorithm is not recognised", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200042}, "BG_E_RECORD_DELETED", "Peer-cache record is gone, so its update was dropped", "bits-return-values", disposition::unstated, ""},
    {{0x80200043}, "BG_E_COMMIT_IN_PROGRESS", "A commit is already running; wait for it to end", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200044}, "BG_E_DISCOVERY_IN_PROGRESS", "Peer discovery is already running", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200045}, "BG_E_UPNP_ERROR", "UPnP failure; look at the Internet gateway (router)", "bits-return-values", disposition::unstated, ""},
    {{0x80200046}, "BG_E_TEST_OPTION_BLOCKED_DOWNLOAD", "A test setting stopped the download", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200047}, "BG_E_PEERCACHING_DISABLED", "Peer caching is switched off on this computer", "bits-return-values", disposition::unstated, ""},
    {{0x80200048}, "BG_E_BUSYCACHERECORD", "Peer-cache record is busy; repeat in a few seconds", "bits-return-values", disposition::unstated, ""},
    {{0x80200049}, "BG_E_TOO_MANY_JOBS_PER_USER", "User has reached the MaxJobsPerUser limit", "bits-return-values", disposition::unstated, ""},
    {{0x80200050}, "BG_E_TOO_MANY_JOBS_PER_MACHINE", "Computer has reached the MaxJobsPerMachine limit", "bits-return-values", disposition::unstated, ""},
    {{0x80200051}, "BG_E_TOO_MANY_FILES_IN_JOB", "Job has reached the MaxFilesPerJob limit", "bits-return-values", disposition::unstated, ""},
    {{0x80200052}, "BG_E_TOO_MANY_RANGES_IN_FILE", "File has reached the MaxRangesPerFile limit", "bits-return-values", disposition::unstated, ""},
    {{0x80200053}, "BG_E_VALIDATION_FAILED", "Application rejected the downloaded content as invalid", "bits-return-values", disposition::fatal, "SetValidationState"},
    {{0x80200054}, "BG_E_MAXDOWNLOAD_TIMEOUT", "Job used up its maximum download time (job or MaxDownloadTime policy)", "bits-return-values", disposition::fatal, "SetMaximumDownloadTime"},
    {{0x80200056}, "BG_E_TOKEN_REQUIRED", "Helper token was lost at logoff; set it again or clear its flags, then resume", "helper-tokens-for-bits-transfer-jobs", disposition::fatal, "life-cycle-of-a-bits-job"},
    {{0x80200057}, "BG_E_UNKNOWN_PROPERTY_ID", "Property identifier is not known to this BITS version", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200058}, "BG_E_READ_ONLY_PROPERTY", "Property can be read but not set", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200059}, "BG_E_BLOCKED_BY_COST_TRANSFER_POLICY", "Network is too costly for the transfer policy of the job; it waits", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x80200060}, "BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY", "Property works on download jobs only", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200061}, "BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE", "Property is fixed once the job has files", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200062}, "BG_E_READ_ONLY_PROPERTY_AFTER_RESUME", "Property is fixed once the job was first resumed", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200063}, "BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE", "Maximum download size given is not usable", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200064}, "BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED", "Download hit the maximum size set on the job", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200065}, "BG_E_STANDBY_MODE", "Transfer held back because the system is in standby", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x80200066}, "BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED", "Stored credentials cannot be used for this target", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200067}, "BG_E_BLOCKED_BY_BATTERY_POLICY", "Transfer held back by a policy for running on battery", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x80200068}, "BG_E_BLOCKED_BY_BATTERY_SAVER", "Transfer held back while battery saver is on", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x80200069}, "BG_E_WATCHDOG_TIMEOUT", "Internal watchdog timer expired on the operation", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020006A}, "BG_E_APP_PACKAGE_NOT_FOUND", "App package tied to the job was not found", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020006B}, "BG_E_APP_PACKAGE_SCENARIO_NOT_SUPPORTED", "Packaged apps cannot use BITS in this way", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020006C}, "BG_E_DATABASE_CORRUPT", "BITS job database is damaged", "bitsmsg.h", disposition::unstated, ""},
    {{0x8020006D}, "BG_E_RANDOM_ACCESS_NOT_SUPPORTED", "Ranges on demand impossible: not a download job or no server range support", "RequestFileRanges", disposition::unstated, ""},
    {{0x8020006E}, "BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY", "App is not permitted to work in the background now", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x8020006F}, "BG_E_BLOCKED_BY_GAME_MODE", "Transfer held back while game mode is on", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x80200070}, "BG_E_BLOCKED_BY_SYSTEM_POLICY", "Transfer held back by a system policy", "bitsmsg.h", disposition::waits, "life-cycle-of-a-bits-job"},
    {{0x80200071}, "BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD", "Feature cannot be combined with a custom HTTP method", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200072}, "BG_E_UNSUPPORTED_JOB_CONFIGURATION", "Combination of job settings is not supported", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200073}, "BG_E_REMOTE_FILE_CHANGED", "File on the server changed during the transfer", "bitsmsg.h", disposition::unstated, ""},
    {{0x80200074}, "BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED", "Certificate callback of the app was not reachable; set it again and resume", "SetServerCertificateValidationInterface", disposition::unstated, ""},
    {{0x80200075}, "BG_E_READ_ONLY_WHEN_JOB_ACTIVE", "Suspend the job before changing this setting", "SetServerCertificateValidationInterface", disposition::unstated, ""},
    {{0x80200076}, "BG_E_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK", "Error context: the certificate check callback of the application", "SetServerCertificateValidationInterface", disposition::unstated, ""},
});

inline constexpr auto hresult_aliases = std::to_array<hresult_alias>({
    // SPEC: the page bits-return-values spells the name with a final D, bitsmsg.h without.
    {"BG_E_SERVER_EXECUTE_ENABLED", "BG_E_SERVER_EXECUTE_ENABLE"},
});
// clang-format on

namespace detail {

constexpr std::uint32_t hash_of(hresult code) noexcept { return (code.value * 0x9E3779B1U) >> 23; }

constexpr std::uint32_t hash_of_name(std::string_view name) noexcept {
    std::uint32_t h = 0x811C9DC5U;
    for (const char c : name)
        h = (h ^ static_cast<unsigned char>(to_upper(c))) * 0x01000193U;
    return h ^ (h >> 15);
}

inline constexpr auto hresult_by_value =
    hash_index<512>::over(hresult_rows, [](const hresult_row& row) { return hash_of(row.code); });
inline constexpr auto hresult_by_name =
    hash_index<512>::over(hresult_rows, [](const hresult_row& row) { return hash_of_name(row.name); });

} // namespace detail

/// The row of a code, or null for a code that is not in the table. Static storage.
constexpr const hresult_row* find_hresult(hresult code) noexcept {
    const std::size_t i = detail::hresult_by_value.find(
        detail::hash_of(code), [&](std::size_t n) noexcept { return hresult_rows[n].code == code; });
    return i < hresult_rows.size() ? &hresult_rows[i] : nullptr;
}

/// The row of a name in any letter case, documented aliases included, or null. Static storage.
constexpr const hresult_row* find_hresult(std::string_view name) noexcept {
    for (const hresult_alias& a : hresult_aliases) {
        if (iequals(a.alias, name)) name = a.name;
    }
    const std::size_t i = detail::hresult_by_name.find(
        detail::hash_of_name(name), [&](std::size_t n) noexcept { return iequals(hresult_rows[n].name, name); });
    return i < hresult_rows.size() ? &hresult_rows[i] : nullptr;
}

/// The name of a code, or an empty view. Static storage.
constexpr std::string_view name_of(hresult code) noexcept {
    const hresult_row* row = find_hresult(code);
    return row != nullptr ? row->name : std::string_view{};
}

/// The enumerator as text. Static storage.
constexpr std::string_view name_of(disposition d) noexcept { return enum_name(d); }

inline namespace literals {

/// `"BG_E_TOO_LARGE"_hresult`: the code of a name, taken from the table. A name that is not there does not compile.
consteval hresult operator""_hresult(const char* name, std::size_t size) {
    return find_hresult(std::string_view{name, size})->code;
}

} // namespace literals

} // namespace bitswire

#endif
