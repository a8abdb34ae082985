// BITS_POST for parsers that do not know it.
#include "peer.hpp"

using namespace bitswire;

framing ask(const peer& who, head_side side, std::string_view bytes) {
    constexpr std::string_view instead = "POST";
    const std::size_t start = bytes.find_first_not_of("\r\n");
    const std::string_view line = bytes.substr(start == std::string_view::npos ? bytes.size() : start);
    const bool replace = side == head_side::request && !who.knows_bits_post &&
                         line.substr(0, find_not(char_class::token, line)) == bits_post;
    if (!replace) return who.read(side, bytes);
    std::string shown(bytes);
    shown.replace(start, bits_post.size(), instead);
    framing f = who.read(side, shown);
    if (f.said != verdict::accepted) return f;
    if (f.method == instead) f.method = bits_post;
    f.head_size += bits_post.size() - instead.size();
    return f;
}
