// upload/state_file.cpp: an upload that can be gone on with after a crash.
//
// SPDX-License-Identifier: BSL-1.0
#include "state_file.hpp"

#include "options.hpp"

#include <bitswire/base/number.hpp>
#include <nlohmann/json.hpp>
#include <transfer/whole_file.hpp>

#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace upload_tool {

namespace {

using nlohmann::json;

constexpr std::string_view state_format = "bitswire-upload 1";
/// Far more than a state has; a file beyond is none.
constexpr std::size_t max_state_size = 65'536;

std::string to_hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = bitswire::number_text::hexadecimal(static_cast<unsigned char>(c), 2);
        text += byte.view().substr(2);
    }
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    std::string bytes;
    if (text.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const bitswire::number n = bitswire::parse_hexadecimal(text.substr(i, 2), 255);
        if (n.status != bitswire::number_status::ok) return std::nullopt;
        bytes += static_cast<char>(n.value);
    }
    return bytes;
}

/// Paths are bytes and JSON is UTF-8, so they are stored as hex, too; a readable path stands beside for people.
std::string readable(std::string_view text) {
    return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

std::string text_of(const upload_state& state) {
    const json j = {{"format", state_format},
                    {"url", state.url},
                    {"file", readable(state.file.path)},
                    {"path", to_hex(state.file.path)},
                    {"size", state.file.size_bytes},
                    {"modified_ns", state.file.modified_ns},
                    {"inode", state.file.inode},
                    {"snapshot", to_hex(state.snapshot)}};
    return j.dump(2) + "\n";
}

} // namespace

std::optional<upload_state> state_file::read() const {
    const std::optional<std::string> bytes = transfer::read_whole(path_, max_state_size);
    if (!bytes && errno == ENOENT) return std::nullopt;
    if (!bytes) throw usage_error(path_ + ": " + std::strerror(errno));
    const std::string& text = *bytes;
    try {
        const json j = json::parse(text);
        if (j.at("format") != state_format) throw usage_error(path_ + ": this is not the state of an upload");
        const auto path = from_hex(j.at("path").get_ref<const std::string&>());
        const auto snapshot = from_hex(j.at("snapshot").get_ref<const std::string&>());
        if (!path || !snapshot) throw usage_error(path_ + ": the state is damaged");
        upload_state state{j.at("url").get<std::string>(),
                           {*path, j.at("size").get<std::uint64_t>(), j.at("modified_ns").get<std::int64_t>(),
                            j.at("inode").get<std::uint64_t>()},
                           *snapshot};
        // Whatever was changed in it, though it can be read.
        if (text_of(state) != text) throw usage_error(path_ + ": the state is damaged");
        return state;
    } catch (const json::exception&) {
        throw usage_error(path_ + ": this is not the state of an upload, or it is damaged");
    }
}

void state_file::check_writable() const {
    const std::string folder = transfer::folder_of(path_);
    if (::access(folder.c_str(), W_OK | X_OK) != 0) throw usage_error(folder + ": " + std::strerror(errno));
    struct stat s {};
    if (::stat(path_.c_str(), &s) == 0 && !S_ISREG(s.st_mode)) throw usage_error(path_ + ": not a regular file");
}

bool state_file::write(const upload_state& state) {
    // Once the name is there, only what is behind it changes.
    const bool safe = transfer::write_whole(path_, text_of(state), !folder_synced_);
    folder_synced_ = folder_synced_ || safe;
    return safe;
}

void state_file::remove() noexcept { ::unlink(path_.c_str()); }

} // namespace upload_tool
