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
