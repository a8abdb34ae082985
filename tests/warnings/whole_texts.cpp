// Texts of all sizes are written whole: compiled as by a compiler that does not know vectors (check_warnings.py).
#include <bitswire/bitswire.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

int main() {
    constexpr std::size_t longest = 200;
    std::string text;
    for (std::size_t size = 1; size <= longest; ++size) {
        text += static_cast<char>('!' + size % 90);
        char out[512] = {};
        const bitswire::ack answer{.answers = bitswire::packet_type::ping, .server = text};
        const auto written = bitswire::write_message(answer, out);
        const std::string line = "\r\nServer: " + text + "\r\n";
        if (!written || std::string_view(out, *written).find(line) == std::string_view::npos) {
            std::printf("a text of %zu bytes is not written whole\n", size);
            return 1;
        }
    }
    return 0;
}
