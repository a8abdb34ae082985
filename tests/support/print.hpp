// How doctest prints the library's values, so that a failed check says what was there.
#pragma once

#include <bitswire/bitswire.hpp>

#include <ostream>
#include <string>

namespace bitswire {

inline std::ostream& operator<<(std::ostream& os, const error& e) {
    return os << name_of(e.code) << ' ' << (e.in == header::none ? std::string_view{"-"} : name_of(e.in)) << ' '
              << e.offset;
}
inline std::ostream& operator<<(std::ostream& os, errc code) { return os << name_of(code); }
inline std::ostream& operator<<(std::ostream& os, hresult h) { return os << write_code(h).view(); }
inline std::ostream& operator<<(std::ostream& os, header h) { return os << name_of(h); }
inline std::ostream& operator<<(std::ostream& os, outcome o) {
    constexpr std::string_view names[] = {"need_more", "complete", "bad"};
    return os << names[static_cast<std::size_t>(o)];
}
inline std::ostream& operator<<(std::ostream& os, const content_range& r) {
    return os << r.offset << '+' << r.size_bytes << '/' << r.total_bytes;
}
inline std::ostream& operator<<(std::ostream& os, const number& n) {
    return os << n.value << " status " << static_cast<int>(n.status) << " at " << n.offset;
}

} // namespace bitswire
