// Prints the corpus as C++, for check_corpus.cpp.
//
// usage: print_corpus
#define DOCTEST_CONFIG_IMPLEMENT
#include "../support/checks_without_cases.hpp"
#include "../support/corpus.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <utility>

namespace {

std::string literal(const std::string& bytes) {
    std::string out = "\"";
    for (const char c : bytes) {
        std::array<char, 8> octal{};
        std::snprintf(octal.data(), octal.size(), "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += octal.data();
    }
    return out + "\"";
}

} // namespace

int main() {
    const checks_without_cases checks;
    const std::array<std::pair<const char*, const char*>, 4> files = {{
        {"upload_requests", "upload-requests.txt"},
        {"acks", "acks.txt"},
        {"notification_requests", "notification-requests.txt"},
        {"notification_responses", "notification-responses.txt"},
    }};
    constexpr std::size_t longest = 2000; // compilers give up on one that takes too long
    for (const auto& [name, file] : files) {
        std::printf("inline constexpr auto %s = std::to_array<corpus_text>({\n", name);
        for (const corpus_case& c : read_corpus(file)) {
            if (c.bytes.size() > longest) continue;
            std::printf("    {\"%s\", %s, {%s, %zu}, %s},\n", c.where.c_str(), literal(c.with).c_str(),
                        literal(c.bytes).c_str(), c.bytes.size(), literal(unescape(c.expected)).c_str());
        }
        std::printf("});\n");
    }
}
