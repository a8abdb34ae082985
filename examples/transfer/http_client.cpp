// transfer/http_client.cpp: libcurl as the HTTP client of transfers.
//
// curl calls back in the middle of a transfer. What the callbacks need and find out is one `transfer`. None of them
// throws through curl.
//
// SPDX-License-Identifier: BSL-1.0
#include "http_client.hpp"

#include "file_error.hpp"

#include <bitswire/base/number.hpp>
#include <bitswire/wire/url.hpp>
#include <bitswire/wire/write_message.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <new>

namespace transfer {

namespace {

using clock = std::chrono::steady_clock;

/// Far more than an Ack has.
constexpr std::size_t max_head_size = bitswire::read_limits{}.head_bytes;
/// The page of a proxy behind an error is skipped to keep the connection, but not for ever.
constexpr std::uint64_t max_skipped_body = 1'048'576;
/// Of the text of an error as much is shown to people.
constexpr std::size_t max_error_text = 300;
/// The largest that curl takes. It halves the number of system calls again and again.
constexpr std::uint64_t largest_send_buffer = 2'097'152;
constexpr std::uint64_t smallest_send_buffer = 16'384;

/// What a name and a password are good for. Negotiate goes first where it is offered, and without a ticket it fails
/// although a password would do; it is for who is logged in, which is written ":".
unsigned long authentication_with(const std::string& user) {
    if (user.empty()) return CURLAUTH_NONE;
    return user == ":" ? CURLAUTH_NEGOTIATE : CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM;
}

/// The one that curl takes where several are offered.
unsigned long best_of(unsigned long offered) {
    for (const unsigned long one : {CURLAUTH_NEGOTIATE, CURLAUTH_DIGEST, CURLAUTH_NTLM, CURLAUTH_BASIC}) {
        if ((offered & one) != 0) return one;
    }
    return CURLAUTH_NONE;
}

bool may_help_later(CURLcode code) {
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
        return false;
    default:
        return true;
    }
}

/// The first line of a text that somebody has sent, with nothing in it that a terminal obeys.
std::string first_line(std::string_view text) {
    std::string line(text.substr(0, text.find_first_of("\r\n")));
    for (char& c : line)
        c = c >= ' ' && c < '\x7f' ? c : '?';
    return line;
}

/// Scheme, host and port in one form, to see whether two URLs lead to the same place.
std::string origin_of(std::string_view text) {
    const auto url = bitswire::parse_url(text);
    if (!url) return {};
    std::string origin;
    const auto put = [&](std::string_view part) {
        for (const char c : part)
            origin += bitswire::to_lower(c);
    };
    put(url->scheme);
    const bool tls = origin == "https";
    origin += "://";
    put(url->host);
    origin += ':';
    put(!url->port.empty() ? url->port : tls ? "443" : "80");
    return origin;
}

} // namespace

/// One request and its answer.
struct http_client::transfer {
    CURL* curl = nullptr;
    const source_file* file = nullptr;
    bitswire::content_range range{}; ///< what is sent
    std::uint64_t position = 0;      ///< in the range
    const watcher* watch = nullptr;
    const sink* store = nullptr; ///< of the body of a 200 or 206; null: it is dropped
    const head_watcher* see_head = nullptr;
    bool wants_part = false; ///< so a 206 is what was asked for
    std::chrono::seconds sending_timeout{};
    std::chrono::seconds answer_timeout{};

    bool is_sent_out = false; ///< connected, and curl has begun with the request
    clock::time_point last_moved{};
    std::uint64_t last_bytes = 0;
    std::uint64_t body_received = 0;
    std::size_t head_size = 0;
    bool head_is_complete = false;
    bool body_was_enough = false;
    std::string error_text{}; ///< the body of an answer in plain text, or its beginning
    http_answer answer{};

    void fail(http_result why) noexcept { answer.result = why; }

    static std::size_t on_read(char* out, std::size_t size, std::size_t count, void* self) noexcept {
        auto& t = *static_cast<transfer*>(self);
        const std::uint64_t left = t.range.size_bytes - t.position;
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, size * count));
        if (n == 0) return 0;
        if (t.file == nullptr || !t.file->read(t.range.offset + t.position, out, n)) {
            t.fail(http_result::file_changed);
            return CURL_READFUNC_ABORT;
        }
        t.position += n;
        return n;
    }

    /// Authentication and a connection that turns out to be dead begin a body again.
    static int on_seek(void* self, curl_off_t offset, int origin) noexcept {
        auto& t = *static_cast<transfer*>(self);
        if (origin != SEEK_SET || offset < 0 || static_cast<std::uint64_t>(offset) > t.range.size_bytes)
            return CURL_SEEKFUNC_FAIL;
        t.position = static_cast<std::uint64_t>(offset);
        return CURL_SEEKFUNC_OK;
    }

    static std::size_t on_header(char* line, std::size_t size, std::size_t count, void* self) noexcept {
        auto& t = *static_cast<transfer*>(self);
        try {
            return t.take_header({line, size * count}) ? size * count : 0;
        } catch (const std::bad_alloc&) {
            return 0;
        }
    }

    bool take_header(std::string_view line) {
        head_size += line.size();
        if (head_size > max_head_size) {
            fail(http_result::head_too_large);
            return false;
        }
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
            line.remove_suffix(1);
        if (head_is_complete && !line.starts_with("HTTP/")) return true; // behind a chunked body
        if (line.starts_with("HTTP/")) {
            begin_head();
            constexpr std::string_view version = "HTTP/1.";
            const bool whole = line.size() >= version.size() + 5 && line.starts_with(version);
            if (!whole) return true; // status 0, which no answer has
            answer.start.minor_version = line[version.size()] == '0' ? 0 : 1;
            const auto status = bitswire::parse_decimal(line.substr(version.size() + 2, 3));
            answer.start.status = static_cast<std::uint16_t>(status.value);
        } else if (line.empty()) {
            const bool interim = answer.start.status >= 100 && answer.start.status < 200 && answer.start.status != 101;
            head_is_complete = !interim;
            if (head_is_complete && is_stored() && see_head != nullptr && *see_head && !(*see_head)(answer)) {
                fail(http_result::sink_failed);
                return false;
            }
        } else {
            const std::size_t colon = std::min(line.find(':'), line.size());
            const std::size_t value = std::min(colon + 1, line.size());
            answer.headers.emplace_back(line.substr(0, colon), bitswire::trim_ows(line.substr(value)));
        }
        return true;
    }

    [[nodiscard]] bool is_stored() const noexcept {
        return store != nullptr && (answer.start.status == 200 || (wants_part && answer.start.status == 206));
    }

    /// An Ack has no body. What has one is no Ack, or says what is wrong with a proxy; pages of HTML are not shown.
    [[nodiscard]] bool is_error_text() const {
        return answer.start.status >= 400 &&
               std::any_of(answer.headers.begin(), answer.headers.end(), [](const auto& h) {
                   constexpr std::string_view plain = "text/plain";
                   return bitswire::iequals(h.first, "Content-Type") &&
                          bitswire::iequals(std::string_view(h.second).substr(0, plain.size()), plain);
               });
    }

    void begin_head() {
        error_text.clear();
        answer.start = {};
        answer.headers.clear();
        head_is_complete = false;
        body_received = 0;
    }

    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) noexcept {
        auto& t = *static_cast<transfer*>(self);
        const std::size_t n = size * count;
        t.body_received += n;
        if (t.is_stored()) {
            if ((*t.store)({bytes, n})) return n;
            t.fail(http_result::sink_failed);
            return 0;
        }
        if (t.is_error_text() && t.error_text.size() < max_error_text) {
            try {
                t.error_text.append(bytes, std::min(n, max_error_text - t.error_text.size()));
            } catch (const std::bad_alloc&) {
                return 0;
            }
        }
        t.body_was_enough = t.body_received > max_skipped_body;
        return t.body_was_enough ? 0 : n;
    }

    /// Before each request: a second one, with credentials, has an answer of its own.
    static int on_sent_out(void* self, char*, char*, int, int) noexcept {
        auto& t = *static_cast<transfer*>(self);
        t.begin_head();
        t.head_size = 0;
        t.is_sent_out = true;
        t.last_moved = clock::now();
        return CURL_PREREQFUNC_OK;
    }

    /// At least once a second. The time to connect is curl's to measure.
    static int on_progress(void* self, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) noexcept {
        auto& t = *static_cast<transfer*>(self);
        const auto bytes = static_cast<std::uint64_t>(t.store != nullptr ? received : sent);
        const bool all_sent = t.store == nullptr && bytes >= t.range.size_bytes;
        if (bytes != t.last_bytes) {
            t.last_bytes = bytes;
            t.last_moved = clock::now();
        }
        const auto patience = all_sent || t.store != nullptr ? t.answer_timeout : t.sending_timeout;
        if (t.is_sent_out && clock::now() - t.last_moved > patience) {
            t.fail(http_result::timed_out);
            return 1;
        }
        if (*t.watch && !(*t.watch)(bytes)) {
            t.fail(http_result::watcher_stopped);
            return 1;
        }
        return 0;
    }
};

template <class Value>
void http_client::set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(curl_.get(), option, value);
    if (code != CURLE_OK) throw usage_error(std::string("libcurl cannot do this: ") + curl_easy_strerror(code));
}

void http_client::add(header_list& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
}

http_client::http_client(const http_options& o, const std::string& url)
    : options_(o), origin_(origin_of(url)), curl_(curl_easy_init()), server_auth_(authentication_with(o.user)),
      proxy_auth_(authentication_with(o.proxy_user)) {
    if (!curl_) throw std::bad_alloc();
    scheme_ = origin_.substr(0, origin_.find(':'));
    set(CURLOPT_ERRORBUFFER, &curl_words_[0]);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_READFUNCTION, &transfer::on_read);
    set(CURLOPT_SEEKFUNCTION, &transfer::on_seek);
    set(CURLOPT_HEADERFUNCTION, &transfer::on_header);
    set(CURLOPT_WRITEFUNCTION, &transfer::on_body);
    set(CURLOPT_XFERINFOFUNCTION, &transfer::on_progress);
    set(CURLOPT_PREREQFUNCTION, &transfer::on_sent_out);

    std::uint64_t send_buffer = largest_send_buffer;
    if (o.limit_rate != 0) { // curl waits after each buffer, so a large one would make jerks of it
        set(CURLOPT_MAX_SEND_SPEED_LARGE, static_cast<curl_off_t>(o.limit_rate));
        send_buffer = std::clamp(o.limit_rate / 10, smallest_send_buffer, largest_send_buffer);
    }
    set(CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(send_buffer));
    if (o.proxy) set(CURLOPT_PROXY, o.proxy->c_str());
    if (!o.proxy_user.empty()) set(CURLOPT_PROXYUSERPWD, o.proxy_user.c_str());
    if (!o.cacert.empty()) {
        set(CURLOPT_CAINFO, o.cacert.c_str());
        set(CURLOPT_PROXY_CAINFO, o.cacert.c_str());
    }
    if (o.insecure) {
        set(CURLOPT_SSL_VERIFYPEER, 0L);
        set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

http_request http_client::prepare(const bitswire::upload_step& step) const {
    http_request r;
    // The client has checked that all of it can be sent.
    static_cast<void>(bitswire::visit_headers(step.request, [&](std::string_view name, std::string_view value) {
        // Host comes with the URL, the length with the body.
        const bitswire::header h = bitswire::find_header(name);
        if (h == bitswire::header::host || h == bitswire::header::content_length) return;
        r.headers.push_back(std::string(name).append(": ").append(value));
    }));
    r.url = std::string(scheme_).append("://").append(step.request.host).append(step.request.target);
    r.range = step.request.range;
    r.request_timeout_s = step.request_timeout_s;
    r.response_timeout_s = step.response_timeout_s;
    return r;
}

http_answer http_client::send(const http_request& request, const source_file* file, const watcher& watch) {
    transfer t;
    t.file = file;
    t.range = request.range;
    t.watch = &watch;
    t.sending_timeout = std::chrono::seconds(request.request_timeout_s);
    t.answer_timeout = std::chrono::seconds(request.response_timeout_s);

    header_list headers;
    for (const std::string& line : request.headers)
        add(headers, line);
    add(headers, "Expect:");
    add(headers, "Transfer-Encoding:");
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_CUSTOMREQUEST, bitswire::bits_post.data());
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.range.size_bytes));
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.request_timeout_s));

    http_answer answer = perform(t, request.url, true);
    set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    return answer;
}

http_answer http_client::fetch(const http_request& request, const sink& store, const watcher& watch,
                               const head_watcher& see_head) {
    const std::string& url = request.url;
    transfer t;
    t.watch = &watch;
    t.store = &store;
    t.see_head = &see_head;
    t.answer_timeout = std::chrono::seconds(request.response_timeout_s);
    header_list headers;
    for (const std::string& line : request.headers) {
        t.wants_part = t.wants_part || line.starts_with("Range:");
        add(headers, line);
    }
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_UPLOAD, 0L);
    set(CURLOPT_HTTPGET, 1L);
    set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
    set(CURLOPT_INFILESIZE_LARGE, curl_off_t{-1});
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.response_timeout_s));
    http_answer answer = perform(t, url, origin_of(url) == origin_);
    set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    curl_off_t length = -1;
    curl_easy_getinfo(curl_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    const bool chunked = std::any_of(answer.headers.begin(), answer.headers.end(), [](const auto& h) {
        return bitswire::find_header(h.first) == bitswire::header::transfer_encoding;
    });
    answer.length_is_known = length >= 0 || chunked;
    return answer;
}

void http_client::choose_authentication(const std::string& url, bool with_credentials) {
    if (server_auth_origin_ != origin_of(url)) { // another server may want something else
        server_auth_ = authentication_with(options_.user);
        server_auth_origin_ = origin_of(url);
    }
    if (!with_credentials || server_auth_ == CURLAUTH_NONE) {
        set(CURLOPT_USERPWD, static_cast<const char*>(nullptr));
        set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    } else {
        set(CURLOPT_USERPWD, options_.user.c_str());
        set(CURLOPT_HTTPAUTH, server_auth_);
    }
    if (proxy_auth_ != CURLAUTH_NONE) set(CURLOPT_PROXYAUTH, proxy_auth_);
}

/// Keeps to what has just been used, so that the next body does not go out in vain to be asked again.
void http_client::note_authentication(const std::string& url) {
    long offered = 0;
    if (server_auth_origin_ == origin_of(url) &&
        curl_easy_getinfo(curl_.get(), CURLINFO_HTTPAUTH_AVAIL, &offered) == CURLE_OK) {
        const unsigned long best = best_of(static_cast<unsigned long>(offered) & server_auth_);
        if (best != CURLAUTH_NONE) server_auth_ = best;
    }
    offered = 0;
    if (curl_easy_getinfo(curl_.get(), CURLINFO_PROXYAUTH_AVAIL, &offered) == CURLE_OK) {
        const unsigned long best = best_of(static_cast<unsigned long>(offered) & proxy_auth_);
        if (best != CURLAUTH_NONE) proxy_auth_ = best;
    }
}

http_answer http_client::perform(transfer& t, const std::string& url, bool with_credentials) {
    t.curl = curl_.get();
    choose_authentication(url, with_credentials);
    set(CURLOPT_URL, url.c_str());
    for (const CURLoption data : {CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA,
                                  CURLOPT_XFERINFODATA, CURLOPT_PREREQDATA})
        set(data, static_cast<void*>(&t));
    curl_words_[0] = '\0';
    const CURLcode code = curl_easy_perform(curl_.get());
    note_authentication(url);

    http_answer& a = t.answer;
    a.code = code;
    const std::uint16_t status = a.start.status;
    // A server that refuses a body may close before it has read all of it, and what curl says then is not the point.
    // But a 401 is half an exchange as long as there are credentials left to send.
    const bool whole = code == CURLE_OK || t.body_was_enough ||
                       (t.store == nullptr && !((status == 401 || status == 407) && server_auth_ != CURLAUTH_NONE));
    long tunnel_status = 0;
    if (a.result != http_result::not_connected) {
        // a callback knows better than curl why it ended
    } else if (t.head_is_complete && whole) {
        a.result = http_result::answered;
    } else if (!t.is_sent_out &&
               curl_easy_getinfo(curl_.get(), CURLINFO_HTTP_CONNECTCODE, &tunnel_status) == CURLE_OK &&
               tunnel_status >= 300 && tunnel_status <= 599) {
        a.result = http_result::answered; // by the proxy that was to connect
        a.start.status = static_cast<std::uint16_t>(tunnel_status);
        a.headers.clear();
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
        a.result = http_result::timed_out;
    }
    if (a.result == http_result::timed_out || a.result == http_result::not_connected) {
        if (code != CURLE_ABORTED_BY_CALLBACK && code != CURLE_OK)
            a.trouble = curl_words_[0] != '\0' ? &curl_words_[0] : curl_easy_strerror(code);
        a.may_help_later = may_help_later(code);
    }
    if (a.result == http_result::answered) a.trouble = first_line(t.error_text);
    return std::move(a);
}

} // namespace transfer
