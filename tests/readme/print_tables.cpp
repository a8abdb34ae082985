// Prints the tables of the specification as the README shows them: usage: print_tables NAME.
#include <bitswire/bitswire.hpp>

#include <cstdio>
#include <cstring>
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
        std::printf("| %s | %s | %s | %s |\n", text(row.name).c_str(), answer.c_str(), text(row.text).c_str(),
                    text(row.source).c_str());
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "headers") == 0) return print_headers(), 0;
    if (argc == 2 && std::strcmp(argv[1], "errors") == 0) return print_errors(), 0;
    std::fprintf(stderr, "usage: print_tables headers|errors\n");
    return 2;
}
