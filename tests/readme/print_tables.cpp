// Prints the tables of the specification as the README shows them: usage: print_tables NAME.
#include <bitswire/bitswire.hpp>

#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>

using namespace bitswire;

namespace {

std::string text(std::string_view s) { return std::string(s); }

void print_headers() {
    std::puts("| header | Ping | Create | Fragment | Close | Cancel | Acks to these | error | 416 | notification | its "
              "answer |");
    std::puts("| --- | :-: | :-: | :-: | :-: | :-: | :-: | :-: | :-: | :-: | :-: |");
    for (const header_row& row : header_rows) {
        std::string cells;
        for (std::size_t k = 0; k < message_kind_count; ++k) {
            const auto kind = static_cast<message_kind>(k);
            const bool continues_group = (kind > message_kind::ping_ack && kind <= message_kind::cancel_session_ack) ||
                                         kind == message_kind::notification_by_value;
            if (!continues_group) cells += " | ";
            cells += letter_of(presence_of(row.id, kind));
        }
        std::printf("| %s%s |\n", text(row.name).c_str(), cells.c_str());
    }
}

void print_errors() {
    std::puts("| error | status, code, context of the answer | what is wrong | source |");
    std::puts("| --- | --- | --- | --- |");
    for (const error_row& row : error_rows) {
        if (row.on == blame::nobody) continue;
        const std::string answer = row.on == blame::peer
                                       ? std::to_string(row.status) + " " + text(write_code(row.bits_error).view()) +
                                             " " + text(write_code(row.context).view())
                                       : "none: the caller's";
        std::printf("| %s | %s | %s | %s |\n", text(name_of(row.code)).c_str(), answer.c_str(), text(row.text).c_str(),
                    text(row.source).c_str());
    }
}

void print_refusals() {
    std::puts("| refusal | answer | why | source |");
    std::puts("| --- | --- | --- | --- |");
    for (const refusal_row& row : refusal_rows) {
        const std::string answer = std::to_string(row.status) + " " + text(write_code(row.bits_error).view()) + " " +
                                   text(write_code(row.context).view());
        std::printf("| %s | %s | %s | %s |\n", text(enum_name(row.why)).c_str(), answer.c_str(), text(row.text).c_str(),
                    text(row.source).c_str());
    }
}

/// What a machine does: an event per line, a state per column, in the cells the state that follows and what is to be
/// done.
template <class Rules>
void print_matrix() {
    using state = typename Rules::state;
    using event = typename Rules::event;
    std::ostringstream head;
    std::ostringstream rule;
    for (std::size_t s = 0; s < enumerator_count<state>; ++s) {
        if (Rules::final.contains(static_cast<state>(s))) continue;
        head << ' ' << enum_name(static_cast<state>(s)) << " |";
        rule << " --- |";
    }
    std::printf("| event |%s\n| --- |%s\n", head.str().c_str(), rule.str().c_str());
    for (std::size_t e = 0; e < enumerator_count<event>; ++e) {
        std::ostringstream line;
        line << "| " << enum_name(static_cast<event>(e)) << " |";
        for (std::size_t s = 0; s < enumerator_count<state>; ++s) {
            if (Rules::final.contains(static_cast<state>(s))) continue;
            state_machine<Rules> m(static_cast<state>(s));
            if (const auto action = m.step(static_cast<event>(e)))
                line << ' ' << enum_name(m.state()) << ": " << enum_name(*action);
            line << " |";
        }
        std::puts(line.str().c_str());
    }
}

/// The same as a diagram: the events that lead from one state to another are one arrow; those that stay are left out.
template <class Rules>
void print_diagram() {
    using state = typename Rules::state;
    using event = typename Rules::event;
    std::printf("```mermaid\nstateDiagram-v2\n    [*] --> %s\n", enum_name(Rules::initial).data());
    for (std::size_t from = 0; from < enumerator_count<state>; ++from) {
        const char* const from_name = enum_name(static_cast<state>(from)).data();
        for (std::size_t to = 0; to < enumerator_count<state>; ++to) {
            std::ostringstream events;
            for (std::size_t e = 0; e < enumerator_count<event> && from != to; ++e) {
                state_machine<Rules> m(static_cast<state>(from));
                if (!m.step(static_cast<event>(e)) || m.state() != static_cast<state>(to)) continue;
                events << (events.tellp() == 0 ? "" : ", ") << enum_name(static_cast<event>(e));
            }
            if (events.tellp() == 0) continue;
            std::printf("    %s --> %s: %s\n", from_name, enum_name(static_cast<state>(to)).data(),
                        events.str().c_str());
        }
        if (Rules::final.contains(static_cast<state>(from))) std::printf("    %s --> [*]\n", from_name);
    }
    std::puts("```");
}

/// What each method returns in each state.
void print_methods() {
    struct method {
        const char* name;
        job_event event;
    };
    using e = job_event;
    constexpr method methods[] = {
        {"Suspend", e::suspend_called},
        {"Resume", e::resume_called},
        {"Resume, no files", e::resume_called_without_work},
        {"Resume, all files transferred", e::resume_called_when_transferred},
        {"Cancel", e::cancel_called},
        {"Cancel, files left", e::cancel_called_files_left},
        {"Complete, a download", e::complete_called},
        {"Complete, a download in part", e::complete_called_in_part},
        {"Complete, files left", e::complete_called_files_left},
        {"Complete, an upload that is transferred", e::complete_called_on_upload},
        {"Complete, an upload that is not", e::complete_called_on_unfinished_upload},
        {"AddFile", e::add_file_called},
        {"Set...", e::property_set},
    };
    std::ostringstream head;
    std::ostringstream rule;
    for (std::size_t s = 0; s < enumerator_count<job_state>; ++s) {
        head << ' ' << enum_name(static_cast<job_state>(s)) << " |";
        rule << " --- |";
    }
    std::printf("| method |%s\n| --- |%s\n", head.str().c_str(), rule.str().c_str());
    for (const method& m : methods) {
        std::ostringstream line;
        line << "| " << m.name << " |";
        for (std::size_t s = 0; s < enumerator_count<job_state>; ++s)
            line << ' ' << name_of(result_of(static_cast<job_state>(s), m.event)) << " |";
        std::puts(line.str().c_str());
    }
}

template <class Enum>
std::string names_of(const enum_set<Enum>& set) {
    std::ostringstream names;
    for (std::size_t i = 0; i < enumerator_count<Enum>; ++i) {
        if (!set.contains(static_cast<Enum>(i))) continue;
        names << (names.tellp() == 0 ? "" : ", ") << enum_name(static_cast<Enum>(i));
    }
    return names.str();
}

void print_timers() {
    std::puts("| timer | seconds | at least | runs in | set back by | when it is over | source |");
    std::puts("| --- | --: | --: | --- | --- | --- | --- |");
    for (const job_timer_row& row : job_timer_rows) {
        std::printf("| %s | %u | %u | %s | %s | %s | %s |\n", text(enum_name(row.id)).c_str(), row.default_s,
                    row.least_s, names_of(row.runs_in).c_str(), names_of(row.reset_by).c_str(),
                    text(enum_name(row.over)).c_str(), text(row.source).c_str());
    }
}

void print_notifications() {
    std::puts("| event | raised by | of | told again in | source |");
    std::puts("| --- | --- | --- | --- | --- |");
    const auto name_of_flag = [](notify_flags f) {
        switch (f) {
        case notify_flags::job_transferred:
            return "BG_NOTIFY_JOB_TRANSFERRED";
        case notify_flags::job_error:
            return "BG_NOTIFY_JOB_ERROR";
        case notify_flags::file_transferred:
            return "BG_NOTIFY_FILE_TRANSFERRED";
        case notify_flags::job_modification:
            return "BG_NOTIFY_JOB_MODIFICATION";
        default:
            return "";
        }
    };
    for (const job_notification_row& row : job_notification_rows) {
        // The last one has all the others.
        const bool most = row.flag == notify_flags::job_modification;
        std::printf("| %s | %s | %s | %s | %s |\n", name_of_flag(row.flag),
                    most ? ("all events but " + names_of(all_but(row.raised_by))).c_str()
                         : names_of(row.raised_by).c_str(),
                    names_of(row.of).c_str(), names_of(row.told_again_in).c_str(), text(row.source).c_str());
    }
}

void print_job_errors() {
    std::puts("| codes | where | the job | source |");
    std::puts("| --- | --- | --- | --- |");
    const auto print = [](const job_error_row& row) {
        std::string codes = text(write_code(row.first).view());
        if (row.last != row.first) codes += " to " + text(write_code(row.last).view());
        const bool anywhere = row.context == error_context::none;
        std::printf("| %s | %s | %s | %s |\n", codes.c_str(),
                    anywhere ? "anywhere" : text(name_of(row.context)).c_str(), text(enum_name(row.treated_as)).c_str(),
                    text(row.source).c_str());
    };
    for (const job_error_row& row : job_error_exceptions)
        print(row);
    for (const hresult_row& row : hresult_rows) {
        const bool says = row.treated_as != disposition::unstated && row.treated_as != disposition::success;
        if (says) {
            std::printf("| %s | anywhere | %s | %s |\n", text(row.name).c_str(),
                        text(enum_name(row.treated_as)).c_str(), text(row.treated_as_source).c_str());
        }
    }
    for (const job_error_row& row : job_error_defaults)
        print(row);
}

struct table {
    const char* name;
    void (*print)();
};

constexpr table tables[] = {
    {"headers", print_headers},
    {"errors", print_errors},
    {"refusals", print_refusals},
    {"upload_client_matrix", print_matrix<upload_client_rules>},
    {"upload_client_diagram", print_diagram<upload_client_rules>},
    {"upload_server_matrix", print_matrix<upload_server_rules>},
    {"upload_server_diagram", print_diagram<upload_server_rules>},
    {"back_end_client_matrix", print_matrix<back_end_client_rules>},
    {"back_end_client_diagram", print_diagram<back_end_client_rules>},
    {"job_matrix", print_matrix<job_rules>},
    {"job_diagram", print_diagram<job_rules>},
    {"job_methods", print_methods},
    {"job_timers", print_timers},
    {"job_notifications", print_notifications},
    {"job_errors", print_job_errors},
};

} // namespace

int main(int argc, char** argv) {
    for (const table& t : tables) {
        if (argc == 2 && std::strcmp(argv[1], t.name) == 0) return t.print(), 0;
    }
    std::fprintf(stderr, "usage: print_tables NAME, one of:\n");
    for (const table& t : tables)
        std::fprintf(stderr, "  %s\n", t.name);
    return 2;
}
