// Looking up HRESULTs, by value and by name, over random hits and misses, beside std::unordered_map and a binary search
// in a sorted array. Those two compare names byte for byte; bitswire takes any letter case, and aliases.
#include "checks.hpp"

#include <bitswire/spec/hresult_table.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace bitswire;

namespace {

constexpr std::size_t key_count = 4096; ///< half of them in the table

using random_numbers = std::mt19937;

const hresult_row& any_row(random_numbers& random) { return hresult_rows[random() % std::size(hresult_rows)]; }

const std::vector<std::uint32_t>& some_values() {
    static const std::vector<std::uint32_t> values = [] {
        random_numbers random(3); // NOLINT: the same values in every run
        std::vector<std::uint32_t> v(key_count);
        for (std::uint32_t& value : v) {
            value = any_row(random).code.value;
            if (random() % 2 != 0) value += 0x1000U + static_cast<std::uint32_t>(random() % 0x1000);
        }
        return v;
    }();
    return values;
}

/// What is not in the table differs from a name of it in one letter, anywhere.
const std::vector<std::string>& some_names() {
    static const std::vector<std::string> names = [] {
        random_numbers random(4); // NOLINT: the same names in every run
        std::vector<std::string> v(key_count);
        for (std::string& name : v) {
            name = any_row(random).name;
            if (random() % 2 == 0) continue;
            char& c = name[random() % name.size()];
            c = c == 'Q' ? 'Z' : 'Q';
        }
        return v;
    }();
    return names;
}

using row = const hresult_row*;

template <class Keys, class Find>
void time_lookup(benchmark::State& state, const Keys& keys, const char* what, Find find) {
    std::size_t hits = 0;
    for (const auto& key : keys)
        hits += find(key) != nullptr ? 1U : 0U;
    check(hits > key_count * 2 / 5 && hits < key_count * 3 / 5, what);
    const std::size_t before = allocation_count();
    std::size_t i = 0;
    for (auto _ : state) {
        row found = find(keys[i++ % key_count]);
        benchmark::DoNotOptimize(found);
    }
    check_no_allocations(before);
}

template <class Find>
void time_by_value(benchmark::State& state, const char* what, Find find) {
    for (const hresult_row& r : hresult_rows)
        check(find(r.code.value) == &r, what);
    time_lookup(state, some_values(), what, find);
}

template <class Find>
void time_by_name(benchmark::State& state, const char* what, Find find) {
    for (const hresult_row& r : hresult_rows)
        check(find(r.name) == &r, what);
    for (const hresult_alias& a : hresult_aliases)
        check(find(a.alias) == find(a.name), what);
    time_lookup(state, some_names(), what, find);
}

/// Each key and the row that it leads to.
template <class Key>
using pairs = std::vector<std::pair<Key, row>>;

pairs<std::uint32_t> rows_by_value() {
    pairs<std::uint32_t> all;
    for (const hresult_row& r : hresult_rows)
        all.emplace_back(r.code.value, &r);
    return all;
}

pairs<std::string_view> rows_by_name() {
    pairs<std::string_view> all;
    for (const hresult_row& r : hresult_rows)
        all.emplace_back(r.name, &r);
    for (const hresult_alias& a : hresult_aliases)
        all.emplace_back(a.alias, find_hresult(a.name));
    return all;
}

template <class Key>
auto finder_in_map(const pairs<Key>& all) {
    return [map = std::unordered_map<Key, row>(all.begin(), all.end())](const Key& key) -> row {
        const auto it = map.find(key);
        return it != map.end() ? it->second : nullptr;
    };
}

template <class Key>
auto finder_in_array(pairs<Key> all) {
    std::sort(all.begin(), all.end());
    return [all = std::move(all)](const Key& key) -> row {
        const auto it = std::lower_bound(all.begin(), all.end(), key,
                                         [](const auto& pair, const Key& wanted) { return pair.first < wanted; });
        return it != all.end() && it->first == key ? it->second : nullptr;
    };
}

void hresult_by_value_bitswire(benchmark::State& state) {
    time_by_value(state, "hresult_by_value_bitswire", [](std::uint32_t value) { return find_hresult(hresult{value}); });
}
void hresult_by_value_unordered_map(benchmark::State& state) {
    time_by_value(state, "hresult_by_value_unordered_map", finder_in_map(rows_by_value()));
}
void hresult_by_value_sorted_array(benchmark::State& state) {
    time_by_value(state, "hresult_by_value_sorted_array", finder_in_array(rows_by_value()));
}
void hresult_by_name_bitswire(benchmark::State& state) {
    time_by_name(state, "hresult_by_name_bitswire", [](std::string_view name) { return find_hresult(name); });
}
void hresult_by_name_unordered_map(benchmark::State& state) {
    time_by_name(state, "hresult_by_name_unordered_map", finder_in_map(rows_by_name()));
}
void hresult_by_name_sorted_array(benchmark::State& state) {
    time_by_name(state, "hresult_by_name_sorted_array", finder_in_array(rows_by_name()));
}

BENCHMARK(hresult_by_value_bitswire);
BENCHMARK(hresult_by_value_unordered_map);
BENCHMARK(hresult_by_value_sorted_array);
BENCHMARK(hresult_by_name_bitswire);
BENCHMARK(hresult_by_name_unordered_map);
BENCHMARK(hresult_by_name_sorted_array);

} // namespace
