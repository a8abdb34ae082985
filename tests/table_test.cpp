// What the compiler proves of the library's tables, here once instead of in each program that includes them.
#include "support/machine_laws.hpp"

#include <bitswire/bitswire.hpp>

using namespace bitswire;

namespace {

static_assert(laws::all_hold<back_end_client_rules>());
static_assert(laws::all_hold<job_rules>());
static_assert(laws::all_hold<upload_client_rules>());
static_assert(laws::all_hold<upload_server_rules>());

/// A row for each enumerator, in their order: `row_of` takes the number of one for that of the other.
template <class Rows, class Row, class Enum>
consteval bool are_rows_of_each(const Rows& rows, Enum Row::*key) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].*key != static_cast<Enum>(i)) return false;
    }
    return rows.size() == enumerator_count<Enum>;
}
static_assert(are_rows_of_each(error_rows, &error_row::code));
static_assert(are_rows_of_each(refusal_rows, &refusal_row::why));
static_assert(are_rows_of_each(upload_status_rows, &upload_status_row::status));
static_assert(are_rows_of_each(job_timer_rows, &job_timer_row::id));

} // namespace
