// A mutator that knows what a sequence of packets is: it inserts, removes, repeats, swaps, cuts off and moves whole
// events, and changes single fields (a range, an id, a status) to a limit, to what is beside it, or to what another
// event has there. Now and then it leaves the bytes to libFuzzer.
#include "packet_mutator.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <random>
#include <string>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

enum class change : std::uint8_t { insert, remove, repeat, swap, move, cut_off, set_field, set_setting, bytes };
constexpr std::size_t change_count = static_cast<std::size_t>(change::bytes) + 1;

std::size_t sum_of(const std::vector<std::size_t>& sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
}

class mutation {
  public:
    mutation(std::string input, unsigned seed)
        : random_(seed), settings_size_(sum_of(layout().settings)), event_size_(sum_of(layout().event)) {
        settings_ = input.substr(0, settings_size_);
        settings_.resize(settings_size_);
        for (std::size_t at = settings_size_; at + event_size_ <= input.size(); at += event_size_)
            events_.push_back(input.substr(at, event_size_));
    }

    /// Makes one change. False: it is left to libFuzzer.
    bool apply() {
        const auto what = static_cast<change>(pick(change_count));
        if (what == change::bytes) return false;
        if (what == change::set_setting) {
            set_field(settings_, layout().settings, settings_);
        } else if (events_.empty() || what == change::insert) {
            insert();
        } else {
            change_events(what);
        }
        return true;
    }

    /// The events of `other` from some place on, behind the ones of this up to some place.
    void cross(const mutation& other) {
        events_.resize(pick(events_.size() + 1));
        const std::size_t from = pick(other.events_.size() + 1);
        events_.insert(events_.end(), other.events_.begin() + static_cast<std::ptrdiff_t>(from), other.events_.end());
    }

    /// As many of the events as there is room for.
    std::size_t write(std::uint8_t* out, std::size_t room) const {
        std::string all = settings_;
        for (const std::string& e : events_) {
            if (all.size() + e.size() <= room) all += e;
        }
        const std::size_t size = std::min(all.size(), room);
        if (size != 0) std::memcpy(out, all.data(), size);
        return size;
    }

  private:
    std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
    std::string& any() { return events_[pick(events_.size())]; }
    std::vector<std::string>::iterator place(std::size_t i) { return events_.begin() + static_cast<std::ptrdiff_t>(i); }

    void insert() {
        std::string e(event_size_, '\0');
        if (events_.empty() || pick(2) == 0) {
            for (std::size_t n = 0; n < layout().event.size(); ++n)
                set_field(e, layout().event, e);
        } else {
            e = any();
            set_field(e, layout().event, any());
        }
        events_.insert(place(pick(events_.size() + 1)), e);
    }

    void change_events(change what) {
        const std::size_t i = pick(events_.size());
        const std::size_t k = pick(events_.size());
        switch (what) {
        case change::remove:
            events_.erase(place(i));
            break;
        case change::repeat: {
            const std::string e = events_[i];
            events_.insert(place(k), e);
            break;
        }
        case change::swap:
            std::swap(events_[i], events_[k]);
            break;
        case change::move: {
            const std::string e = events_[i];
            events_.erase(place(i));
            events_.insert(place(pick(events_.size() + 1)), e);
            break;
        }
        case change::cut_off:
            events_.resize(i);
            break;
        default:
            set_field(events_[i], layout().event, events_[k]);
        }
    }

    /// Changes one field of `record`, perhaps to what `other` has there.
    void set_field(std::string& record, const std::vector<std::size_t>& sizes, const std::string& other) {
        const std::size_t field = pick(sizes.size());
        std::size_t at = 0;
        for (std::size_t i = 0; i < field; ++i)
            at += sizes[i];
        const std::size_t size = sizes[field];
        unsigned value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value |= static_cast<unsigned>(static_cast<unsigned char>(record[at + i])) << (8 * i);
        switch (pick(7)) {
        case 0:
            ++value;
            break;
        case 1:
            --value;
            break;
        case 2:
            value = 0;
            break;
        case 3:
            value = ~0U - static_cast<unsigned>(pick(4));
            break;
        case 4:
            value ^= 1U << pick(8 * size);
            break;
        case 5:
            value = static_cast<unsigned>(pick(16));
            break;
        default:
            record.replace(at, size, other.substr(at, size));
            return;
        }
        for (std::size_t i = 0; i < size; ++i)
            record[at + i] = static_cast<char>(value >> (8 * i) & 0xffU);
    }

    std::minstd_rand random_;
    std::size_t settings_size_;
    std::size_t event_size_;
    std::string settings_{};
    std::vector<std::string> events_{};
};

std::string text(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
    mutation m(text(data, size), seed);
    return m.apply() ? m.write(data, max_size) : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2, std::uint8_t* out,
                                                 std::size_t max_out_size, unsigned int seed) {
    mutation m(text(data1, size1), seed);
    m.cross(mutation(text(data2, size2), seed));
    return m.write(out, max_out_size);
}
