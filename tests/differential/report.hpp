// Counts what agrees and what differs, finds the row of each difference, and says what has none.
#pragma once

#include "differences.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

class report {
  public:
    report();

    enum class agreement : std::uint8_t { accepted, refused, need_more };
    void agree(std::size_t peer, agreement a) { ++counts_.at(peer).agreed.at(static_cast<std::size_t>(a)); }
    void differ(std::size_t peer, difference_kind kind, const sighting& s);
    /// The two doors gave the same packet.
    void doors_agree(std::size_t peer) { ++counts_.at(peer).same_packets; }
    /// What no parser may do, whatever the others do.
    void fail(const std::string& what, const sighting& s);

    /// Prints the figures, all that has no row, and the rows that nothing has shown; true if there is none of these.
    bool print(std::size_t inputs) const;

  private:
    struct peer_counts {
        std::array<std::size_t, 3> agreed{};
        std::array<std::size_t, 4> differed{};
        std::size_t same_packets = 0;
    };
    struct unexplained {
        std::size_t count = 0;
        std::string example{};
    };

    std::array<peer_counts, peers.size()> counts_{};
    std::vector<std::array<std::size_t, peers.size()>> by_row_;
    std::map<std::string, unexplained> unexplained_;
};
