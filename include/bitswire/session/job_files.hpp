// bitswire/session/job_files.hpp: the files of a job and their names, in memory that the embedder owns.
//
// Files are transferred strictly one after the other, so those that are done are the first ones. No I/O: that a local
// file is there, and may be written, is the embedder's to know.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_SESSION_JOB_FILES_HPP
#define BITSWIRE_SESSION_JOB_FILES_HPP

#include "../base/heap.hpp"
#include "../base/snapshot.hpp"
#include "../base/text_arena.hpp"
#include "../spec/hresult_table.hpp"
#include "../spec/job.hpp"
#include "../spec/limits.hpp"
#include "job_names.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace bitswire {

/// How a job keeps one file.
struct job_file_record {
    text_slot remote_name{};
    text_slot local_name{};
    std::uint32_t first_range = 0;
    std::uint32_t range_count = 0;
    std::uint64_t bytes_total = size_unknown;
    std::uint64_t bytes_transferred = 0;
};

/// Memory for what a job has no bounds for. The job borrows it for as long as it lives, and a copy of a job borrows the
/// same: of two copies, only one may be changed.
struct job_storage {
    std::span<job_file_record> files{};
    std::span<char> texts{}; ///< names of files, and those of the job itself
    std::span<file_range> ranges{};
};

/// How much of a `job_storage` is in use.
struct job_storage_size {
    std::uint32_t files = 0;
    std::uint32_t text_bytes = 0;
    std::uint32_t ranges = 0;
};

/// BG_FILE_INFO and BG_FILE_PROGRESS. Borrows the job until the next call that changes it.
struct job_file {
    std::string_view remote_name = "";
    std::string_view local_name = "";
    std::span<const file_range> ranges{};     ///< none: the whole file
    std::uint64_t bytes_total = size_unknown; ///< of the ranges, if there are some
    std::uint64_t bytes_transferred = 0;
    bool is_transferred = false;
    bool is_completed = false; ///< a download: it is where it belongs; an upload: the server has it
};

/// The sum of sizes, of which one may be unknown. What does not fit is unknown.
[[nodiscard]] constexpr std::uint64_t add_sizes(std::uint64_t a, std::uint64_t b) noexcept {
    return a == size_unknown || b > size_unknown - a ? size_unknown : a + b;
}

namespace detail {

// Here, since clang 14 leaves literals inside of templates to the linker, which knows none.
inline constexpr hresult out_of_memory = "E_OUTOFMEMORY"_hresult;
inline constexpr hresult invalid_argument = "E_INVALIDARG"_hresult;
inline constexpr hresult nothing_to_do = "S_FALSE"_hresult;

constexpr bool is_range(const file_range& r) noexcept {
    if (r.offset == length_to_eof || r.length == 0) return false;
    return r.length == length_to_eof || r.length <= size_unknown - r.offset;
}

/// What is wrong with ranges, or S_OK. `scratch` has room for as many. Source: *AddFileWithRanges*.
constexpr hresult check_ranges(std::span<const file_range> ranges, file_range* scratch) noexcept {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (!is_range(ranges[i])) return "BG_E_INVALID_RANGE"_hresult;
        scratch[i] = ranges[i];
    }
    heap_sort(
        ranges.size(), [&](std::size_t a, std::size_t b) noexcept { return scratch[a].offset > scratch[b].offset; },
        [&](std::size_t a, std::size_t b) noexcept { std::swap(scratch[a], scratch[b]); });
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        const file_range& before = scratch[i - 1];
        if (before.length == length_to_eof || before.offset + before.length > scratch[i].offset)
            return "BG_E_OVERLAPPING_RANGES"_hresult;
    }
    return {};
}

} // namespace detail

/// The files of a job, and texts of the job itself, which `Texts` numbers.
template <std::size_t Texts>
class job_files {
  public:
    constexpr explicit job_files(const job_storage& storage) noexcept
        : files_(storage.files), ranges_(storage.ranges), arena_(storage.texts) {}

    [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }
    /// How many are transferred; these are the first ones.
    [[nodiscard]] constexpr std::uint32_t transferred() const noexcept { return transferred_; }
    [[nodiscard]] constexpr bool all_transferred() const noexcept { return transferred_ == size_; }
    [[nodiscard]] constexpr job_storage_size storage_size() const noexcept {
        return {size_, arena_.used(), range_count_};
    }

    /// Goes on in other memory. False, and nothing changed, if it is too small.
    [[nodiscard]] constexpr bool move_to(const job_storage& storage) noexcept {
        if (storage.files.size() < size_ || storage.ranges.size() < range_count_) return false;
        if (!arena_.move_to(storage.texts)) return false;
        for (std::uint32_t i = 0; i < size_; ++i)
            storage.files[i] = files_[i];
        for (std::uint32_t i = 0; i < range_count_; ++i)
            storage.ranges[i] = ranges_[i];
        files_ = storage.files;
        ranges_ = storage.ranges;
        return true;
    }

    /// Nothing for a file that is not there.
    [[nodiscard]] constexpr job_file file(std::uint32_t i) const noexcept {
        if (i >= size_) return {.remote_name = ""sv, .local_name = ""sv};
        const job_file_record& f = files_[i];
        const bool has_ranges = f.first_range <= ranges_.size() && f.range_count <= ranges_.size() - f.first_range;
        return {.remote_name = arena_.view(f.remote_name),
                .local_name = arena_.view(f.local_name),
                .ranges = has_ranges ? ranges_.subspan(f.first_range, f.range_count) : std::span<file_range>{},
                .bytes_total = f.bytes_total,
                .bytes_transferred = f.bytes_transferred,
                .is_transferred = i < transferred_,
                .is_completed = i < completed_};
    }

    [[nodiscard]] constexpr std::string_view text(std::size_t number) const noexcept {
        return arena_.view(texts_[number]);
    }
    /// False, and nothing changed, if there is no room.
    [[nodiscard]] constexpr bool set_text(std::size_t number, std::string_view text) noexcept {
        return arena_.replace(texts_[number], text, each_slot());
    }

    /// Two of them: both, or neither.
    [[nodiscard]] constexpr bool set_texts(std::size_t first, std::string_view one, std::size_t second,
                                           std::string_view two) noexcept {
        if (one.size() > arena_.room() || two.size() > arena_.room() - one.size()) return false;
        text_slot a = arena_.append(one); // they may be texts of this very job, which move
        text_slot b = arena_.append(two);
        const auto each = [&](auto f) noexcept {
            each_slot()(f);
            f(a);
            f(b);
        };
        arena_.remove(texts_[first], each);
        arena_.remove(texts_[second], each);
        texts_[first] = a;
        texts_[second] = b;
        return true;
    }

    /// Adds a file whose names are valid. `ranges` must not be a part of the storage.
    constexpr hresult add(std::string_view remote_name, std::string_view local_name,
                          std::span<const file_range> ranges) noexcept {
        const bool fits = size_ < files_.size() && remote_name.size() <= arena_.room() &&
                          local_name.size() <= arena_.room() - remote_name.size() &&
                          // To look for overlaps they are sorted, behind where they are kept as they came.
                          ranges.size() <= (ranges_.size() - range_count_) / 2;
        if (!fits) return detail::out_of_memory;
        file_range* const kept = ranges_.data() + range_count_;
        const hresult problem = detail::check_ranges(ranges, kept + ranges.size());
        if (problem.is_failure()) return problem;
        std::uint64_t total = ranges.empty() ? size_unknown : 0;
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            kept[i] = ranges[i];
            total = add_sizes(total, ranges[i].length);
        }
        files_[size_++] = {.remote_name = arena_.append(remote_name),
                           .local_name = arena_.append(local_name),
                           .first_range = range_count_,
                           .range_count = static_cast<std::uint32_t>(ranges.size()),
                           .bytes_total = total,
                           .bytes_transferred = 0};
        range_count_ += static_cast<std::uint32_t>(ranges.size());
        return {};
    }

    /// How many files there are, and where their texts end, for `cut`.
    struct mark {
        std::uint32_t size;
        std::uint32_t text_bytes;
        std::uint32_t ranges;
    };
    [[nodiscard]] constexpr mark end() const noexcept { return {size_, arena_.used(), range_count_}; }
    /// Takes back what was added since then; nothing else may have changed.
    constexpr void cut(const mark& m) noexcept {
        size_ = m.size;
        range_count_ = m.ranges;
        arena_.cut(m.text_bytes);
    }

    /// Replaces the beginning `old_prefix` of all remote names, or, where `only` is given, of this one's. All or
    /// nothing. Files that are transferred stay so; where another one `starts_over`, nothing of it is transferred any
    /// more. Source: *ReplaceRemotePrefix*.
    constexpr hresult replace_prefix(std::string_view old_prefix, std::string_view new_prefix, bool starts_over,
                                     std::uint32_t only = UINT32_MAX) noexcept {
        // They may be names of this very job, which move while names are replaced; what is longer than names replaces
        // none.
        name_buffer old_copy{};
        name_buffer new_copy{};
        const auto keep = [](std::string_view& text, name_buffer& copy) noexcept {
            if (text.size() > copy.size()) return;
            for (std::size_t i = 0; i < text.size(); ++i)
                copy[i] = text[i];
            text = {copy.data(), text.size()};
        };
        keep(old_prefix, old_copy);
        keep(new_prefix, new_copy);
        name_buffer name{};
        std::size_t room = arena_.room();
        bool any = false;
        const auto applies = [&](std::uint32_t i) noexcept {
            return (only == UINT32_MAX || only == i) && arena_.view(files_[i].remote_name).starts_with(old_prefix);
        };
        for (std::uint32_t i = 0; i < size_; ++i) {
            if (!applies(i)) continue;
            const std::size_t size = compose(i, old_prefix, new_prefix, name);
            if (size == 0 || !is_remote_name({name.data(), size})) return detail::invalid_argument;
            if (size > room) return detail::out_of_memory;
            room = room + files_[i].remote_name.size - size;
            any = true;
        }
        if (!any) return detail::nothing_to_do;
        for (std::uint32_t i = 0; i < size_; ++i) {
            if (!applies(i)) continue;
            const std::size_t size = compose(i, old_prefix, new_prefix, name);
            static_cast<void>(arena_.replace(files_[i].remote_name, {name.data(), size}, each_slot())); // it fits
            if (starts_over && i >= transferred_) files_[i].bytes_transferred = 0;
        }
        return {};
    }

    /// What is transferred of the file cannot be more.
    constexpr void set_size(std::uint32_t i, std::uint64_t bytes) noexcept {
        job_file_record& f = files_[i];
        f.bytes_total = bytes;
        if (f.bytes_transferred > bytes) f.bytes_transferred = bytes;
    }
    /// Bytes of the current file; there has to be one.
    constexpr void set_progress(std::uint64_t bytes) noexcept {
        job_file_record& f = files_[transferred_];
        f.bytes_transferred = bytes < f.bytes_total ? bytes : f.bytes_total;
    }
    /// The current file is done; there has to be one.
    constexpr void finish_current() noexcept {
        job_file_record& f = files_[transferred_++];
        if (f.bytes_total == size_unknown) f.bytes_total = f.bytes_transferred;
        f.bytes_transferred = f.bytes_total;
    }
    /// The first `count` of the transferred files are where they belong.
    constexpr void complete(std::uint32_t count) noexcept { completed_ = count < transferred_ ? count : transferred_; }

    constexpr void write(snapshot_writer& w) const noexcept {
        for (const text_slot& t : texts_)
            w.put(arena_.view(t));
        w.put(size_);
        w.put(transferred_);
        w.put(completed_);
        for (std::uint32_t i = 0; i < size_; ++i) {
            const job_file f = file(i);
            w.put(f.remote_name);
            w.put(f.local_name);
            w.put(f.bytes_total);
            w.put(f.bytes_transferred);
            w.put(static_cast<std::uint32_t>(f.ranges.size()));
            for (const file_range& r : f.ranges) {
                w.put(r.offset);
                w.put(r.length);
            }
        }
    }
    /// Reads what `write` wrote into a list without files. False: it is none, or the storage is too small.
    constexpr bool read(snapshot_reader& r) noexcept {
        for (std::size_t i = 0; i < Texts; ++i) {
            const std::string_view t = r.get_text(UINT16_MAX);
            if (t.size() > arena_.room()) return false;
            texts_[i] = arena_.append(t);
        }
        const auto count = r.get<std::uint32_t>();
        const auto transferred = r.get<std::uint32_t>();
        const auto completed = r.get<std::uint32_t>();
        if (transferred > count || completed > transferred) return false;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::string_view remote = r.get_text(max_url_size);
            const std::string_view local = r.get_text(UINT16_MAX);
            const auto total = r.get<std::uint64_t>();
            const auto done = r.get<std::uint64_t>();
            const auto ranges = r.get<std::uint32_t>();
            if (r.is_bad() || !is_remote_name(remote) || !is_local_name(local, UINT16_MAX) || done > total)
                return false;
            if (ranges > ranges_.size() - range_count_) return false;
            if (add(remote, local, {}).is_failure()) return false;
            std::uint64_t sum = 0;
            for (std::uint32_t k = 0; k < ranges; ++k) {
                const auto offset = r.get<std::uint64_t>();
                const file_range range{offset, r.get<std::uint64_t>()};
                if (!detail::is_range(range)) return false;
                ranges_[range_count_ + k] = range;
                sum = add_sizes(sum, range.length);
            }
            // Where a range goes to the end, the size is known once the file is transferred.
            const bool is_told = sum == size_unknown && i < transferred;
            if (ranges != 0 && sum != total && !is_told) return false;
            job_file_record& f = files_[size_ - 1];
            f.range_count = ranges;
            f.bytes_total = total;
            f.bytes_transferred = done;
            range_count_ += ranges;
        }
        transferred_ = transferred;
        completed_ = completed;
        return !r.is_bad();
    }

  private:
    using name_buffer = std::array<char, max_url_size>;

    /// Every place that says where a text of the arena is.
    constexpr auto each_slot() noexcept {
        return [this](auto f) noexcept {
            for (text_slot& t : texts_)
                f(t);
            for (std::uint32_t i = 0; i < size_; ++i) {
                f(files_[i].remote_name);
                f(files_[i].local_name);
            }
        };
    }
    /// The name of a file with another beginning; 0 if it is too long.
    [[nodiscard]] constexpr std::size_t compose(std::uint32_t i, std::string_view old_prefix,
                                                std::string_view new_prefix, name_buffer& out) const noexcept {
        const std::string_view rest = arena_.view(files_[i].remote_name).substr(old_prefix.size());
        if (new_prefix.size() > out.size() || rest.size() > out.size() - new_prefix.size()) return 0;
        std::size_t size = 0;
        for (const char c : new_prefix)
            out[size++] = c;
        for (const char c : rest)
            out[size++] = c;
        return size;
    }

    std::span<job_file_record> files_;
    std::span<file_range> ranges_;
    text_arena arena_;
    std::array<text_slot, Texts> texts_{};
    std::uint32_t size_ = 0;
    std::uint32_t transferred_ = 0;
    std::uint32_t completed_ = 0;
    std::uint32_t range_count_ = 0;
};

} // namespace bitswire

#endif
