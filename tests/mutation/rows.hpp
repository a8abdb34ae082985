// The rows of the library's tables: what each is called, and what in it can be flipped. A row that gets a new member
// does not compile here.
//
// Never flipped: the number of a row, which a static_assert holds to its place, and texts.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "flips.hpp"

#include <string>

namespace mutation {

using namespace bitswire; // NOLINT(google-build-using-namespace): it speaks of nothing else

template <class State, class Event, class Action>
std::string key_of(const transition<State, Event, Action>& row) {
    return text_of(row.on) + " in {" + text_of(row.from) + '}';
}
template <class State, class Event, class Action>
void flip_row(transition<State, Event, Action>& row, flips& f) {
    auto& [from, on, to, act, source] = row;
    f.row_removed(from);
    f.members("from", from);
    f.neighbours("event", on);
    f.target(to, from);
    f.neighbours("action", act);
}

inline std::string key_of(const job_transition& row) {
    return key_of(static_cast<const transition<job_state, job_event, job_action>&>(row));
}
inline void flip_row(job_transition& row, flips& f) {
    flip_row(static_cast<transition<job_state, job_event, job_action>&>(row), f);
    f.number("returns", row.returns);
}

inline std::string key_of(const job_timer_row& row) { return text_of(row.id); }
inline void flip_row(job_timer_row& row, flips& f) {
    auto& [id, over, default_s, least_s, zero_is_none, runs_in, reset_by, source] = row;
    f.neighbours("over", over);
    f.number("default_s", default_s);
    f.number("least_s", least_s);
    f.number("zero_is_none", zero_is_none);
    f.members("runs_in", runs_in);
    f.members("reset_by", reset_by);
}

inline std::string key_of(const job_property_row& row) { return std::to_string(static_cast<unsigned>(row.id)); }
inline void flip_row(job_property_row& row, flips& f) {
    auto& [id, initial, least, most, of, when, source] = row;
    f.number("initial", initial);
    f.number("least", least);
    f.number("most", most);
    f.members("of", of);
    f.neighbours("when", when);
}

inline std::string key_of(const header_row& row) { return std::string(row.name); }
inline void flip_row(header_row& row, flips& f) {
    auto& [id, name, twice, max_read, max_sent, presence_row, source] = row;
    f.neighbours("twice", twice);
    f.number("max_read", max_read);
    f.number("max_sent", max_sent);
    f.presence_row(presence_row);
}

inline std::string key_of(const detail::header_spelling& row) { return std::string(row.name.view()); }
inline void flip_row(detail::header_spelling& row, flips& f) {
    auto& [name, id] = row;
    f.neighbours("id", id);
}

inline std::string key_of(const hresult_row& row) { return std::string(row.name); }
inline void flip_row(hresult_row& row, flips& f) {
    auto& [code, name, meaning, source, treated_as, treated_as_source] = row;
    f.number("code", code);
    f.neighbours("treated_as", treated_as);
}

inline std::string key_of(const error_row& row) { return text_of(row.code); }
inline void flip_row(error_row& row, flips& f) {
    auto& [code, on, status, bits_error, context, subject, text, source] = row;
    f.neighbours("on", on);
    f.number("status", status);
    f.number("bits_error", bits_error);
    f.neighbours("context", context);
}

inline std::string key_of(const refusal_row& row) { return text_of(row.why); }
inline void flip_row(refusal_row& row, flips& f) {
    auto& [why, status, bits_error, context, text, source] = row;
    f.number("status", status);
    f.number("bits_error", bits_error);
    f.neighbours("context", context);
}

inline std::string key_of(const upload_status_row& row) { return text_of(row.status); }
inline void flip_row(upload_status_row& row, flips& f) {
    auto& [status, text, advice, code, context, source] = row;
    f.number("code", code);
    f.neighbours("context", context);
}

inline std::string key_of(const http_status_row& row) { return std::string(row.reason); }
inline void flip_row(http_status_row& row, flips& f) {
    auto& [status, reason, source] = row;
    f.number("status", status);
}

inline std::string key_of(const job_error_row& row) {
    return std::string(write_code(row.first).view()) + " to " + std::string(write_code(row.last).view()) + " of " +
           text_of(row.context);
}
inline void flip_row(job_error_row& row, flips& f) {
    auto& [first, last, context, treated_as, source] = row;
    f.number("first", first);
    f.number("last", last);
    f.neighbours("context", context);
    f.neighbours("treated_as", treated_as);
}

inline std::string key_of(const job_notification_row& row) { return text_of(static_cast<std::uint32_t>(row.flag)); }
inline void flip_row(job_notification_row& row, flips& f) {
    auto& [flag, raised_by, of, told_again_in, source] = row;
    f.members("raised_by", raised_by);
    f.members("of", of);
    f.members("told_again_in", told_again_in);
}

inline std::string key_of(const detail::local_name_form& row) { return std::string(row.root); }
inline void flip_row(detail::local_name_form& row, flips& f) {
    auto& [root, separators, forbidden, least_names, source] = row;
    f.number("least_names", least_names);
}

inline std::string key_of(const detail::unc_name& row) { return std::string(row.name); }
inline void flip_row(detail::unc_name& row, flips& f) {
    auto& [number, name] = row;
    f.number("number", number);
}

inline std::string key_of(const win32_row& row) { return std::string(row.name); }
inline void flip_row(win32_row& row, flips& f) {
    auto& [code, name, meaning] = row;
    f.number("code", code);
}

inline std::string key_of(const status_row& row) { return text_of(row.status); }
inline void flip_row(status_row& row, flips& f) {
    auto& [status, meaning, source] = row;
    f.number("status", status);
}

inline std::string key_of(const facility_row& row) { return std::string(row.name); }
inline void flip_row(facility_row& row, flips& f) {
    auto& [facility, name, meaning] = row;
    f.number("facility", facility);
}

inline std::string key_of(const remedy_of_code& row) {
    return std::string(write_code(row.first).view()) + " to " + std::string(write_code(row.last).view());
}
inline void flip_row(remedy_of_code& row, flips& f) {
    auto& [first, last, what] = row;
    f.number("first", first);
    f.number("last", last);
    f.neighbours("what", what);
}

} // namespace mutation
