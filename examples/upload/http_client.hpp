// upload/http_client.hpp: libcurl as the HTTP client of an upload: a request of the library goes out, an answer comes
// back.
//
// One handle, so that one connection and its authentication serve all requests. TLS, proxies and authentication are
// curl's; what an answer means is the library's.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_UPLOAD_HTTP_CLIENT_HPP
#define BITSWIRE_EXAMPLES_UPLOAD_HTTP_CLIENT_HPP

#include "options.hpp"
#include "source_file.hpp"

#include <bitswire/session/upload_client.hpp>
#include <bitswire/wire/head.hpp>
#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace upload_tool {

enum class http_result : std::uint8_t {
    answered,
    not_connected, ///< or the connection broke
    timed_out,
    watcher_stopped,
    file_changed,   ///< the file does not have the bytes that it had
    sink_failed,    ///< the bytes of the answer could not be stored
    head_too_large, ///< of the answer
};

struct http_answer {
    http_result result = http_result::not_connected;
    bitswire::status_line start{}; ///< of the final answer, and no interim one
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string trouble{};       ///< in words, if there was no answer
    bool may_help_later = true;  ///< false: trying again will end the same
    bool length_is_known = true; ///< where the body ends, so that half of it is not taken for the whole
};

class http_client {
  public:
    /// Hears how many bytes of the body have gone out or come in; returns false to stop at once.
    using watcher = std::function<bool(std::uint64_t bytes)>;
    /// Stores a part of the answer's body; returns false if it cannot.
    using sink = std::function<bool(std::string_view bytes)>;

    /// Throws usage_error.
    explicit http_client(const options& o);

    /// Sends the request of a step, with bytes of `file`, to the host that the step names.
    http_answer send(const bitswire::upload_step& step, const source_file* file, const watcher& watch);
    /// GET. Credentials go along only to where the upload goes.
    http_answer fetch(const std::string& url, std::uint32_t timeout_s, const sink& store, const watcher& watch);

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

    options options_;
    std::string scheme_;
    std::string origin_; ///< scheme, host and port that the upload goes to
    std::unique_ptr<CURL, deleter> curl_;
    char curl_words_[CURL_ERROR_SIZE] = {};
    /// What the server and the proxy have turned out to want: asking again would send each Fragment twice.
    unsigned long server_auth_;
    unsigned long proxy_auth_;
    std::string server_auth_origin_{};
};

} // namespace upload_tool

#endif
