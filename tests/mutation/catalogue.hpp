// Every mutant there is, and at which points it differs from the library: the rows and numbers that a test has to read
// before it can notice. What is derived from a changed table is derived anew, so a mutant is what the library would be
// with that row.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../support/machine_laws.hpp"
#include "rows.hpp"

#include <bitswire/bitswire.hpp>
#include <mutation/point.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace mutation {

struct place {
    std::string file;
    std::string name;
    std::vector<unsigned> lines; ///< of the rows
};

struct mutant {
    std::string table; ///< `spec/refusal.hpp refusal_rows`; all single numbers are one table
    std::string file;
    unsigned line = 0;
    std::string id; ///< file, table, row and flip; does not change when rows change places
    std::function<void()> apply;
    std::vector<std::size_t> points{}; ///< where it differs; empty: it is the library itself
    bool compiles = true;              ///< the laws of machines hold for it
};

namespace detail {

template <class... Rules>
struct machines {
    static void derive() {
        ((bitswire::detail::transition_cells<Rules>.now = bitswire::detail::make_cells<Rules>()), ...);
    }
    static bool are_proved() { return (laws::all_hold<Rules>() && ...); }
    static void watch(auto& catalogue) { (catalogue.watch(bitswire::detail::transition_cells<Rules>), ...); }
};
using all_machines = machines<back_end_client_rules, job_rules, upload_client_rules, upload_server_rules>;

} // namespace detail

class catalogue {
  public:
    catalogue() {
#include <mutation_points.inc>
        table(bitswire::detail::header_spellings<void>, {"wire/field_set.hpp", "header_spellings", {}});
        watch(bitswire::detail::headers_by_presence);
        watch(bitswire::detail::repetitions);
        detail::all_machines::watch(*this);
        for (mutant& m : mutants_)
            compare(m);
    }

    [[nodiscard]] const std::vector<mutant>& mutants() const noexcept { return mutants_; }

    /// Makes the program a mutant. False: it would not compile.
    static bool become(const mutant& m) {
        m.apply();
        try {
            bitswire::detail::headers_by_presence.now = bitswire::detail::make_presence_sets();
            bitswire::detail::repetitions.now = bitswire::detail::make_repetitions();
            detail::all_machines::derive();
        } catch (const std::out_of_range&) { // what a constant expression must not do
            return false;
        }
        return detail::all_machines::are_proved();
    }

    /// Which points were read since `forget_reads`.
    [[nodiscard]] std::vector<bool> reads() const {
        std::vector<bool> all(number_was_read.begin(), number_was_read.end());
        for (const watched& w : watched_)
            all.insert(all.end(), w.was_read, w.was_read + w.count);
        return all;
    }
    void forget_reads() const noexcept {
        number_was_read.fill(false);
        for (const watched& w : watched_)
            std::memset(w.was_read, 0, w.count);
    }

    template <class Table>
    void watch(const Table& /*table*/) {
        watched_.push_back({reinterpret_cast<char*>(Table::now.data()),
                            reinterpret_cast<const char*>(Table::original().data()), sizeof(Table::now[0]),
                            Table::size(), Table::was_read.data()});
    }

  private:
    struct watched {
        char* now;
        const char* original;
        std::size_t row_size;
        std::size_t count;
        bool* was_read;
    };

    template <class Table>
    void table(const Table& t, const place& where) {
        watch(t);
        for (std::size_t i = 0; i < Table::size(); ++i) {
            flips row;
            flip_row(Table::now[i], row);
            for (const flip& f : row.all())
                add(where, i, where.name + ' ' + key_of(Table::now[i]) + ": " + f.text, where.name, f.apply);
        }
    }

    template <class T, std::size_t Id>
    void number(T original, const place& where) {
        for (const bool more : {false, true}) {
            const T changed = static_cast<T>(more ? original + 1 : original - 1);
            add(where, 0, where.name + ": " + std::to_string(original) + " -> " + std::to_string(changed), "numbers",
                [more] {
                    changed_number = Id;
                    is_one_more = more;
                });
            mutants_.back().points = {Id};
        }
    }

    void add(const place& where, std::size_t row, const std::string& text, const std::string& of,
             std::function<void()> apply) {
        mutants_.push_back({of == "numbers" ? of : where.file + ' ' + of, where.file,
                            row < where.lines.size() ? where.lines[row] : 0, where.file + ' ' + text,
                            std::move(apply)});
    }

    /// Finds the rows of all tables, derived ones too, that the mutant has changed.
    void compare(mutant& m) {
        m.compiles = become(m);
        std::size_t point = max_numbers;
        for (const watched& w : watched_) {
            for (std::size_t i = 0; i < w.count; ++i, ++point) {
                if (std::memcmp(w.now + i * w.row_size, w.original + i * w.row_size, w.row_size) != 0)
                    m.points.push_back(point);
            }
            std::memcpy(w.now, w.original, w.count * w.row_size);
        }
        changed_number = max_numbers;
    }

    std::vector<watched> watched_;
    std::vector<mutant> mutants_;
};

} // namespace mutation
