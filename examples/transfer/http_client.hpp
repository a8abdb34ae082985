// transfer/http_client.hpp: libcurl as the HTTP client of transfers: a request of the library goes out, an answer comes
// back.
//
// One handle, so that one connection and its authentication serve all requests. TLS, proxies and authentication are
// curl's; what an answer means is the library's.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_TRANSFER_HTTP_CLIENT_HPP
#define BITSWIRE_EXAMPLES_TRANSFER_HTTP_CLIENT_HPP

#include "source_file.hpp"

#include <bitswire/session/upload_client.hpp>
#include <bitswire/wire/head.hpp>
#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace transfer {

enum class http_result : std::uint8_t {
    answered,
    not_connected, ///< or the connection broke
    timed_out,
    watcher_stopped,
    file_changed,   ///< the file does not have the bytes that it had
    sink_failed,    ///< the bytes of the answer could not be stored, or were not wanted
    head_too_large, ///< of the answer
};

/// How to reach servers.
struct http_options {
    std::string user; ///< "name:password"
    std::optional<std::string> proxy;
    std::string proxy_user;
    std::string cacert;
    bool insecure = false;
    std::uint64_t limit_rate = 0; ///< bytes per second; 0: none
};

/// A request that is ready to go out, and borrows nothing.
struct http_request {
    std::string url;
    std::vector<std::string> headers{};
    bitswire::content_range range{}; ///< of the file: the body
    std::uint32_t request_timeout_s = 0;
    std::uint32_t response_timeout_s = 0;
};

struct http_answer {
    http_result result = http_result::not_connected;
    bitswire::status_line start{}; ///< of the final answer, and no interim one
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string trouble{};       ///< in words: why there was no answer, or the text of one that is an error
    CURLcode code = CURLE_OK;    ///< what curl made of it
    bool may_help_later = true;  ///< false: trying again will end the same
    bool length_is_known = true; ///< where the body ends, so that half of it is not taken for the whole
};

class http_client {
  public:
    /// Hears how many bytes of the body have gone out or come in; returns false to stop at once.
    using watcher = std::function<bool(std::uint64_t bytes)>;
    /// Stores a part of the answer's body; returns false if it cannot.
    using sink = std::function<bool(std::string_view bytes)>;

    /// Sees the head of an answer with a body to store, before the first byte of it; returns false to stop at once.
    using head_watcher = std::function<bool(const http_answer& head)>;

    /// For transfers to and from the place that `url` leads to. Throws usage_error.
    http_client(const http_options& o, const std::string& url);

    /// The request of a step, to the host that the step names.
    [[nodiscard]] http_request prepare(const bitswire::upload_step& step) const;
    /// Sends a request with bytes of `file`.
    http_answer send(const http_request& request, const source_file* file, const watcher& watch);
    /// GET, with further header lines. What comes with a 200, or with a 206 where a Range was asked for, goes into
    /// `store`. Credentials go along only to where the client was made for.
    http_answer fetch(const http_request& request, const sink& store, const watcher& watch,
                      const head_watcher& see_head = {});

  private:
    struct transfer;
    struct deleter {
        void operator()(CURL* c) const noexcept { curl_easy_cleanup(c); }
        void operator()(curl_slist* l) const noexcept { curl_slist_free_all(l); }
    };
    using header_list = std::unique_ptr<curl_slist, deleter>;

    template <class Value>
    void set(CURLoption option, Value value);
    static void add(header_list& list, const std::string& line);
    http_answer perform(transfer& t, const std::string& url, bool with_credentials);
    void choose_authentication(const std::string& url, bool with_credentials);
    void note_authentication(const std::string& url);

    http_options options_;
    std::string scheme_;
    std::string origin_; ///< scheme, host and port that the upload goes to
    std::unique_ptr<CURL, deleter> curl_;
    char curl_words_[CURL_ERROR_SIZE] = {};
    /// What the server and the proxy have turned out to want: asking again would send each Fragment twice.
    unsigned long server_auth_;
    unsigned long proxy_auth_;
    std::string server_auth_origin_{};
};

} // namespace transfer

#endif
