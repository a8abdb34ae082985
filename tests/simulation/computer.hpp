// A client's computer: clocks that somebody sets, crashes, and a user. One of a plain user has one upload, driven by
// hand; one with a queue has several, as jobs that a scheduler gives their turns.
#pragma once

#include "uploader.hpp"

#include <bitswire/bitswire.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

/// Who else there is.
struct surroundings {
    world& w;
    network& net;
    books& its_books;
    server& its_server;
};

class computer : public upload_boss {
  public:
    /// Its uploads are those from `first` on.
    computer(const surroundings& all, std::uint32_t first, std::uint32_t count);
    virtual ~computer() = default;

    /// Begins to work.
    void switch_on();
    /// What goes wrong in ten minutes; false: it has nothing to do any more.
    bool suffer();
    [[nodiscard]] bool has_ended() const;
    /// All of its uploads are done, cancelled, or over with an error that its user knows.
    void demand_end();
    [[nodiscard]] bitswire::moment now() const final {
        return {{w_.now() - booted_at_}, {epoch_ms + w_.now() + static_cast<std::uint64_t>(wall_offset_ms_)}};
    }

  protected:
    virtual void begin() = 0;
    virtual void stop() {}
    virtual void save() = 0;
    /// Goes on with what was saved, of late or some time ago.
    virtual void restore(bool old) = 0;
    virtual void user_suspends(uploader& u, std::uint64_t until) = 0;
    virtual void user_cancels(uploader& u) = 0;
    /// How long a user waits before he tries again.
    [[nodiscard]] std::uint64_t patience();

    world& w_;
    network& network_;
    std::vector<std::unique_ptr<uploader>> uploads_{};
    bool is_on_ = false;
    std::uint64_t run_ = 0;

  private:
    /// For the traces of all of its uploads.
    template <class Text>
    void note(const Text& text) {
        for (const auto& u : uploads_)
            w_.note(u->number(), 0x800, text);
    }
    void crash();
    void jump_clock(std::int64_t by_ms);

    std::uint64_t booted_at_ = 0;
    std::int64_t wall_offset_ms_;
};

/// One upload, and a user who resumes it when it has stopped.
class plain_computer final : public computer {
  public:
    plain_computer(const surroundings& all, std::uint32_t number) : computer(all, number, 1) {}

    void on_step(uploader& u, const bitswire::upload_step& step, bitswire::hresult cause) override;

  private:
    void begin() override;
    void save() override;
    void restore(bool old) override;
    void user_suspends(uploader& u, std::uint64_t until) override;
    void user_cancels(uploader& u) override;
    void resume_after(std::uint64_t span);
    uploader& its() { return *uploads_.front(); }

    uploader::memory saved_{};
    std::optional<uploader::memory> older_{};
    std::uint64_t suspended_until_ = 0;
    std::uint64_t resumption_ = 0;
    int refusals_ = 0;
};

/// Several uploads as jobs.
class queue_computer final : public computer {
  public:
    queue_computer(const surroundings& all, std::uint32_t first, std::uint32_t count);

    void on_step(uploader& u, const bitswire::upload_step& step, bitswire::hresult cause) override;

  private:
    struct entry {
        std::vector<bitswire::job_file_record> files{};
        std::vector<char> texts{};
        std::vector<bitswire::file_range> ranges{};
        std::optional<bitswire::job> its_job{};
        int refusals = 0;
        bool has_changed = true; ///< since the last time that the client was stored
        bool has_failed = false; ///< and it is known what is done about it
    };
    struct saved_state {
        std::string queue{};
        std::vector<uploader::memory> clients{};
    };
    struct receiver;

    void begin() override;
    void save() override;
    void restore(bool old) override;
    void stop() override { ++alarm_; }
    void user_suspends(uploader& u, std::uint64_t until) override;
    void user_cancels(uploader& u) override;

    void add_job(std::uint32_t i);
    void perform(std::uint32_t i, const bitswire::job_step& s);
    void look_at(std::uint32_t i);
    void look_at_error(std::uint32_t i);
    void resume_later(std::uint32_t i, bitswire::job_state in, std::uint64_t span);
    /// Lets the scheduler say what is to be done, until that is nothing.
    void work();
    [[nodiscard]] std::uint32_t index_of(const uploader& u) const { return u.number() - uploads_.front()->number(); }

    std::vector<entry> entries_{};
    std::vector<bitswire::scheduler_slot> slots_{};
    std::optional<bitswire::scheduler> scheduler_{};
    saved_state saved_{};
    std::optional<saved_state> older_{};
    std::uint64_t alarm_ = 0;
    bool is_working_ = false;
};

} // namespace simulation
