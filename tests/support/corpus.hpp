// The corpus: text files that anyone can extend, one case after the other:
//
//   case: what it shows [where it is stated]
//   with: a setting of the reader, for example "answers Fragment" (optional)
//   BITS_POST /x HTTP/1.1          each line of the message; CR LF is added,
//   Host: a\                       unless the line ends with a backslash
//   <empty line>
//   = what comes out: the packet as describe.hpp has it, or "bad code header offset", or "need_more"
//
// Within a line, \r \n \t \0 \\ and \xHH stand for bytes, and {N*c} for N times the character c.
#pragma once

#include "files.hpp"

#include <sstream>
#include <string>
#include <vector>

struct corpus_case {
    std::string where; ///< file:line
    std::string title;
    std::string with;
    std::string bytes;
    std::string expected;
};

inline std::string unescape(const std::string& line) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '{') {
            const std::size_t star = line.find_first_not_of("0123456789", i + 1);
            if (star != std::string::npos && star > i + 1 && line.compare(star, 1, "*") == 0 && line[star + 2] == '}') {
                out.append(static_cast<std::size_t>(std::stoul(line.substr(i + 1))), line[star + 1]);
                i = star + 2;
                continue;
            }
        }
        if (c != '\\') {
            out += c;
            continue;
        }
        switch (line.at(++i)) {
        case 'r':
            out += '\r';
            break;
        case 'n':
            out += '\n';
            break;
        case 't':
            out += '\t';
            break;
        case '0':
            out += '\0';
            break;
        case '\\':
            out += '\\';
            break;
        case 'x':
            out += static_cast<char>(std::stoi(line.substr(i + 1, 2), nullptr, 16));
            i += 2;
            break;
        default:
            FAIL("unknown escape in the corpus: " << line);
        }
    }
    return out;
}

/// All cases of a file; a file without one, or with one that has no expectation, fails the test.
inline std::vector<corpus_case> read_corpus(const std::string& name) {
    std::istringstream in(read_file(tests_dir() / "corpus" / name));
    std::vector<corpus_case> cases;
    bool open = false;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.rfind("case: ", 0) == 0) {
            REQUIRE_MESSAGE(!open, name << ": a case without an expectation before line " << number);
            cases.push_back({name + ":" + std::to_string(number), line.substr(6), "", "", ""});
            open = true;
        } else if (!open) {
            REQUIRE_MESSAGE((line.empty() || line[0] == '#'), name << ": text outside of a case in line " << number);
        } else if (line.rfind("with: ", 0) == 0) {
            cases.back().with = line.substr(6);
        } else if (line.rfind("= ", 0) == 0) {
            cases.back().expected = line.substr(2);
            open = false;
        } else if (const bool bare =
                       !line.empty() && line.back() == '\\' && (line.size() < 2 || line[line.size() - 2] != '\\');
                   bare) {
            cases.back().bytes += unescape(line.substr(0, line.size() - 1));
        } else {
            cases.back().bytes += unescape(line) + "\r\n";
        }
    }
    REQUIRE_MESSAGE(!open, name << ": the last case has no expectation");
    REQUIRE_MESSAGE(!cases.empty(), name << ": no cases");
    return cases;
}
