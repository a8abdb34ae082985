// Every way that a server can lead an upload client astray with Acks that are valid: it loses sessions, takes back
// bytes, takes none, says 416 with and without an offset, refuses large Fragments, in any order and for ever. A real
// client answers, and beside it stands the account of its setbacks as upload_client_config promises it.
//
// The graph of all states has no circle, so each upload ends by itself, and the longest is as long as is printed; and
// the client gives up when the account says so, and not before.
//
// usage: setback_model LARGEST_FILE SETBACKS_ALLOWED: bytes; at most so many of each kind
#include <bitswire/bitswire.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

/// What has gone wrong since the last progress of its kind.
struct account {
    std::uint64_t reached = 0;  ///< the most bytes that this session had
    std::uint64_t furthest = 0; ///< the most that any session had
    unsigned gaps = 0, losses = 0, lost_sessions = 0;
    bool has_started_over = false;

    void begin_session() { *this = {.furthest = furthest, .lost_sessions = lost_sessions}; }
    /// True: one too many.
    bool lose_session(unsigned allowed) {
        begin_session();
        return lost_sessions++ == allowed;
    }
    bool move(std::uint64_t from, std::uint64_t to, unsigned allowed) {
        if (to > from) gaps = 0;
        if (to > reached) reached = to, losses = 0, has_started_over = false;
        if (to > furthest) furthest = to, lost_sessions = 0;
        if (to > from) return false;
        return (to < from ? losses : gaps)++ == allowed;
    }
};

/// An Ack that the server may send, to any request that it fits.
struct answer {
    enum kind_type : std::uint8_t { success, out_of_sync, session_lost, too_large } kind;
    int offset = -1; ///< -1: it says none
};

class world {
  public:
    explicit world(const upload_client_config& c) : config_(&c), client_(c) { note(client_.start({})); }

    std::vector<answer> possible() const {
        if (todo_ != upload_todo::send) return {};
        std::vector<answer> all{{answer::success}};
        const bool has_session = type_ != packet_type::create_session;
        if (has_session) all.push_back({answer::session_lost});
        if (type_ != packet_type::fragment) return all;
        for (int to = -1; to <= static_cast<int>(config_->size_bytes); ++to) {
            if (to >= 0) all.push_back({answer::success, to});
            all.push_back({answer::out_of_sync, to});
        }
        all.push_back({answer::too_large});
        return all;
    }

    /// False: the client does not do what its account says.
    bool apply(const answer& x) {
        ack a{.answers = type_};
        const unsigned allowed = config_->setbacks_allowed;
        const std::uint64_t before = client_.bytes_done();
        bool is_too_much = false;
        bool is_bad = false; // a second 416 that does not say where to continue
        switch (x.kind) {
        case answer::success:
            if (type_ == packet_type::create_session) a.session_id = "{1}", account_.begin_session();
            if (type_ != packet_type::fragment) break;
            if (x.offset >= 0) a.received_content_range = static_cast<std::uint64_t>(x.offset);
            is_too_much = move(before, a.received_content_range.value_or(end_));
            break;
        case answer::out_of_sync:
            a.status = 416;
            if (x.offset >= 0) a.received_content_range = static_cast<std::uint64_t>(x.offset);
            is_bad = x.offset < 0 && std::exchange(account_.has_started_over, true);
            if (!is_bad) is_too_much = move(before, a.received_content_range.value_or(0));
            // Having started over counts as long as there is no progress after it.
            if (x.offset < 0) account_.has_started_over = true;
            break;
        case answer::session_lost:
            a.status = 500;
            a.error_code = "BG_E_SESSION_NOT_FOUND"_hresult;
            is_too_much = account_.lose_session(allowed);
            break;
        case answer::too_large:
            a.status = 413;
            break;
        }
        note(client_.on_ack(a, {}));
        const upload_status what = client_.failure().what;
        if (x.kind == answer::too_large) return what == upload_status::ok || what == upload_status::refused;
        if (is_bad) return what == upload_status::invalid_ack;
        return (what == upload_status::no_progress) == is_too_much && (is_too_much || what == upload_status::ok);
    }

    std::string key() const {
        std::array<char, upload_client::max_snapshot_size> bytes{};
        std::string k(bytes.data(), *client_.write_snapshot(bytes, {}));
        const account& a = account_;
        for (const std::uint64_t n : {a.reached, a.furthest, std::uint64_t{a.gaps}, std::uint64_t{a.losses},
                                      std::uint64_t{a.lost_sessions}, std::uint64_t{a.has_started_over}})
            k += static_cast<char>('0' + n);
        k += static_cast<char>(todo_);
        return k;
    }
    std::string describe() const {
        std::string text(enum_name(client_.state()));
        return text + ' ' + std::to_string(client_.bytes_done()) + '/' + std::to_string(client_.bytes_total());
    }

  private:
    bool move(std::uint64_t from, std::uint64_t to) {
        const bool is_too_much = account_.move(from, to, config_->setbacks_allowed);
        return is_too_much && to < config_->size_bytes; // with all of it there is nothing to be gained
    }
    void note(const upload_step& s) {
        todo_ = s.todo;
        type_ = s.request.type;
        end_ = s.request.range.end();
    }

    const upload_client_config* config_;
    upload_client client_;
    account account_{};
    upload_todo todo_ = upload_todo::nothing;
    packet_type type_{};
    std::uint64_t end_ = 0; ///< of the Fragment under way
};

/// Depth first; a state that leads to itself is a circle.
class search {
  public:
    bool run(const world& w) { return visit(w) != circle; }

    std::size_t states() const { return seen_.size(); }
    unsigned longest() const { return longest_; }

  private:
    static constexpr unsigned open = UINT32_MAX;
    static constexpr unsigned circle = UINT32_MAX - 1;

    /// How many requests can follow, or `circle`.
    unsigned visit(const world& w) {
        const auto [at, is_new] = seen_.try_emplace(w.key(), open);
        unsigned& mine = at->second; // references stay where they are
        if (!is_new) return mine == open ? broken(w, "an upload goes on for ever") : mine;
        unsigned most = 0;
        for (const answer& x : w.possible()) {
            const auto next = std::make_unique<world>(w); // too large for a deep stack
            const unsigned more = next->apply(x) ? visit(*next) : broken(*next, "setbacks are not counted as promised");
            if (more == circle) {
                std::printf("  by answer %d %d in %s\n", x.kind, x.offset, w.describe().c_str());
                return circle;
            }
            most = std::max(most, more + 1);
        }
        longest_ = std::max(longest_, most);
        return mine = most;
    }
    static unsigned broken(const world& w, const char* law) {
        std::printf("%s: %s\n", law, w.describe().c_str());
        return circle;
    }

    std::unordered_map<std::string, unsigned> seen_{};
    unsigned longest_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t largest_file = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0;
    const auto most_setbacks = static_cast<std::uint8_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0);
    if (argc != 3 || largest_file > 8 || most_setbacks > 8) {
        std::fprintf(stderr, "usage: setback_model LARGEST_FILE SETBACKS_ALLOWED: at most 8 each\n");
        return 2;
    }
    std::size_t states = 0;
    unsigned longest = 0;
    for (std::uint64_t size = 0; size <= largest_file; ++size) {
        for (std::uint8_t setbacks = 0; setbacks <= most_setbacks; ++setbacks) {
            for (const std::uint64_t fragment : {1U, 2U}) {
                const upload_client_config config{.url = "http://host/f",
                                                  .size_bytes = size,
                                                  .fragment = {.first = fragment, .smallest = 1, .largest = 2},
                                                  .setbacks_allowed = setbacks};
                search s;
                if (!s.run(world(config))) {
                    std::printf("file of %u bytes, %u setbacks allowed\n", static_cast<unsigned>(size),
                                unsigned{setbacks});
                    return 1;
                }
                states += s.states();
                longest = std::max(longest, s.longest());
            }
        }
    }
    std::printf("%zu states, none of which comes again; the longest upload has %u requests: all laws hold\n", states,
                longest);
    return 0;
}
