// The header lines of a head, split as a plain HTTP library would: at each CR LF, and at the first colon. That this is
// enough is what a strict reader has shown of the head before.
#pragma once

#include <bitswire/base/ascii.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using header_lines = std::vector<std::pair<std::string, std::string>>;

inline header_lines split_headers(std::string_view head) {
    header_lines fields;
    while (head.substr(0, 2) == "\r\n")
        head.remove_prefix(2);
    for (std::size_t end = head.find("\r\n"); end != std::string_view::npos; end = head.find("\r\n")) {
        head.remove_prefix(end + 2);
        const std::string_view line = head.substr(0, head.find("\r\n"));
        if (line.empty()) break;
        const std::string_view name = line.substr(0, line.find(':'));
        fields.emplace_back(name, bitswire::trim_ows(line.substr(std::min(name.size() + 1, line.size()))));
    }
    return fields;
}
