// One upload at its client: the library's upload_client, its connection, and what has to be stored of it. Who decides
// when it goes on is its boss: a user, or a job.
#pragma once

#include "books.hpp"
#include "network.hpp"
#include "server.hpp"
#include "wire.hpp"
#include "world.hpp"

#include <bitswire/bitswire.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace simulation {

class uploader;

/// Who an upload belongs to.
class upload_boss {
  public:
    upload_boss() = default;
    upload_boss(const upload_boss&) = delete;
    upload_boss& operator=(const upload_boss&) = delete;

    [[nodiscard]] virtual bitswire::moment now() const = 0;
    /// What the client said was done or is under way. `cause` is why a connection failed.
    virtual void on_step(uploader& u, const bitswire::upload_step& step, bitswire::hresult cause) = 0;

  protected:
    ~upload_boss() = default;
};

class uploader final : public endpoint {
  public:
    /// What is stored of an upload: the client's bytes, and beside them what the laws know of it.
    struct memory {
        std::string client{};
        bool is_to_be_cancelled = false;
        bool has_other_host = false;
        std::uint32_t fallback_s = 0;
        std::uint64_t failing_since_ms = UINT64_MAX; ///< of virtual time; UINT64_MAX: it is not
        std::uint64_t refused_size = UINT64_MAX;
    };
    /// What a client that has stopped with an error is to do.
    enum class verdict : std::uint8_t { try_again, application_refused, already_there, too_large };

    uploader(world& w, network& n, books& b, server& s, upload_boss& boss, std::uint32_t number);

    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] const bitswire::upload_client& client() const { return client_; }
    /// The clock of uploads, which still is the time of day.
    [[nodiscard]] bitswire::time_point client_time() const { return boss_.now().steady; }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] upload_book& book() { return books_.uploads[number_]; }

    /// Does what a step of the client says. `call` gets the client and the time.
    template <class Call>
    void tell(const Call& call, bitswire::hresult cause = {}) {
        const bitswire::upload_step s = call(client_, client_time());
        take(s, cause);
    }
    void cancel() {
        state_.is_to_be_cancelled = true;
        tell([](bitswire::upload_client& c, bitswire::time_point t) { return c.cancel(t); });
    }
    void will_be_cancelled() { state_.is_to_be_cancelled = true; }

    [[nodiscard]] memory remember();
    /// Goes on from what was stored.
    void recall(const memory& m);
    /// Its computer stops.
    void drop(bool politely);
    /// What the failure of a client that has stopped is; one that cannot be is a broken law.
    [[nodiscard]] verdict judge();
    /// Ends it for its user.
    void end(outcome o);
    [[nodiscard]] bool has_ended() const { return has_ended_; }

    void on_bytes(std::string_view bytes) override;
    void on_closed() override;

  private:
    void take(const bitswire::upload_step& s, bitswire::hresult cause);
    void check(const bitswire::upload_step& s);
    void check_request(const bitswire::upload_request& r);
    bitswire::content_range jumped(bitswire::content_range r);
    void send(const bitswire::upload_step& s);
    void let_go(bool politely);
    void fetch_reply();
    void on_answer(const bitswire::ack& a);
    void arm_timer();
    /// Does it later, unless something else has come between.
    template <class F>
    void later(std::uint64_t span, F what) {
        w_.after(span, [this, g = generation_, what] {
            if (g == generation_) what();
        });
    }

    world& w_;
    network& network_;
    books& books_;
    server& server_;
    upload_boss& boss_;
    std::uint32_t number_;
    std::string url_;
    std::string content_name_;
    bitswire::upload_client_config config_{.size_bytes = 0};
    bool expects_continue_ = false;
    bitswire::upload_client client_;
    memory state_{}; ///< but for the client's bytes
    std::uint64_t generation_ = 0;
    bitswire::time_point wake_at_ = bitswire::time_never;
    std::uint64_t timer_ = 0;

    std::shared_ptr<connection> link_{};
    bool is_link_to_other_host_ = false;
    bool is_waiting_ = false;
    bitswire::packet_type sent_{};
    std::uint64_t sent_bytes_ = 0;
    std::optional<std::uint64_t> told_offset_{}; ///< where the server has said that the next Fragment begins
    std::string body_{};                         ///< that waits for 100 (Continue)
    incoming_bytes in_{};
    bool has_ended_ = false;
    bool is_counted_ = false; ///< how it ended; it may go on after that, where an old snapshot was restored
};

} // namespace simulation
