// What the compiler proves of the library's tables, here once instead of in each program that includes them.
#include "support/machine_laws.hpp"
#include "support/perfect_multiplier.hpp"

#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace bitswire;

namespace {

static_assert(laws::all_hold<back_end_client_rules>());
static_assert(laws::all_hold<job_rules>());
static_assert(laws::all_hold<upload_client_rules>());
static_assert(laws::all_hold<upload_server_rules>());

/// What compilers tell of enumerators is what base/enum_name.hpp takes it for.
enum class sample { first, second };
static_assert(enumerator_count<sample> == 2 && enum_name(sample::first) == "first" && enum_name(sample{2}).empty());

/// A row for each enumerator, in their order: `row_of` takes the number of one for that of the other.
template <class Rows, class Row, class Enum>
consteval bool are_rows_of_each(const Rows& rows, Enum Row::*key) {
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        if (rows[i].*key != static_cast<Enum>(i)) return false;
    }
    return std::size(rows) == enumerator_count<Enum>;
}
static_assert(are_rows_of_each(error_rows, &error_row::code));
static_assert(are_rows_of_each(refusal_rows, &refusal_row::why));
static_assert(are_rows_of_each(upload_status_rows, &upload_status_row::status));
static_assert(are_rows_of_each(job_timer_rows, &job_timer_row::id));
static_assert(are_rows_of_each(remedy_rows, &remedy_row::what));

/// What base/name_index.hpp finds names of, and what finds them for literals.
consteval bool is_name(std::string_view name) {
    return name.size() >= 3 && name.size() <= 62 && std::ranges::all_of(name, [](char c) {
               return (c >= 'A' && c <= 'Z') || is(char_class::digit, c) || detail::contains("_()", c);
           });
}
static_assert(std::ranges::all_of(hresult_rows, is_name, [](const hresult_row& row) { return row.name; }));
static_assert(std::ranges::all_of(hresult_aliases, is_name, [](const hresult_alias& a) { return a.alias; }));

consteval bool each_hresult_has_its_literal() {
    for (const hresult_row& row : hresult_rows) {
        if (detail::hresult_of(row.name) != row.code) return false;
    }
    return true;
}
static_assert(each_hresult_has_its_literal());
static_assert("bg_e_server_execute_enabled"_hresult == "BG_E_SERVER_EXECUTE_ENABLE"_hresult);

} // namespace

TEST_CASE("table: the multipliers of the indices are the first that lead each row to a slot of its own") {
    const auto value_of = [](const hresult_row& row) { return row.code.value; };
    CHECK(perfect_multiplier<512>(hresult_rows, value_of) == detail::hresult_by_value.multiplier());
    const auto names = detail::hresult_spellings<void>();
    using index = std::remove_cvref_t<decltype(detail::hresult_by_name<void>)>;
    CHECK(perfect_multiplier<2048>(names, index::hash_of) == detail::hresult_by_name<void>.multiplier());
}
