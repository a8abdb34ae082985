// Runs a fuzz target without an engine, on any compiler: every file of some folders, and beside each file what is next
// to it: its beginnings, and the file with a byte left out or another one. A target that has a mutator of its own gets
// its changes as well. What is tried is the same each time; which bytes are put in is decided by the seed.
//
// usage: run_corpus [--inputs N] [--seed N] FILE_OR_FOLDER...     N inputs beside the files themselves
#include "fuzz.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                                     std::size_t max_size, unsigned int seed);
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// What a mutator may ask the engine for; this one only changes a byte.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t /*max_size*/) {
    if (size != 0) data[size / 2] = static_cast<std::uint8_t>(data[size / 2] * 5U + 1U);
    return size;
}

namespace {

std::string current; // what the target is looking at
std::string current_name;
std::string kept_in; // where an input that broke a law goes

void keep_current() {
    std::ofstream(kept_in, std::ios::binary) << current;
    std::fprintf(stderr, "with %s; kept in %s\n", current_name.c_str(), kept_in.c_str());
}
void on_abort(int /*signal*/) {
    keep_current();
    std::_Exit(1);
}

void run(std::string input, const std::string& name) {
    current = std::move(input);
    current_name = name;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

/// One input beside `file`.
std::string neighbour(const std::string& file, std::mt19937& random) {
    const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
    const std::size_t at = pick(file.size() + 1);
    std::string changed = file;
    const bool can_mutate = &LLVMFuzzerCustomMutator != nullptr;
    switch (pick(can_mutate ? 8 : 4)) {
    case 0:
        return file.substr(0, at);
    case 1:
        return at < file.size() ? changed.erase(at, 1) : changed;
    case 2:
        if (at < file.size()) {
            const std::size_t flipped = static_cast<unsigned char>(changed[at]) ^ std::size_t{1} << pick(8);
            changed[at] = static_cast<char>(pick(2) == 0 ? pick(256) : flipped);
        }
        return changed;
    case 3:
        return changed.insert(at, 1, static_cast<char>(pick(256)));
    default:
        break;
    }
    std::vector<std::uint8_t> room(changed.begin(), changed.end());
    room.resize(changed.size() + 64);
    std::size_t size = changed.size();
    for (std::size_t times = 1 + pick(4); times > 0; --times)
        size = LLVMFuzzerCustomMutator(room.data(), size, room.size(), static_cast<unsigned>(random()));
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& place) {
    if (std::filesystem::is_regular_file(place)) return {place};
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(place)) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

int main(int argc, char** argv) {
    std::size_t inputs = 0;
    unsigned seed = 1;
    std::vector<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if ((argument == "--inputs" || argument == "--seed") && i + 1 < argc) {
            const unsigned long value = std::strtoul(argv[++i], nullptr, 10);
            if (argument == "--inputs") inputs = value;
            if (argument == "--seed") seed = static_cast<unsigned>(value);
            continue;
        }
        const auto found = files_in(argument);
        if (found.empty()) {
            std::fprintf(stderr, "no files in %s\n", argument.c_str());
            return 1;
        }
        files.insert(files.end(), found.begin(), found.end());
    }
    if (files.empty()) {
        std::fprintf(stderr, "usage: %s [--inputs N] [--seed N] FILE_OR_FOLDER...\n", argv[0]);
        return 1;
    }
    kept_in = std::filesystem::absolute(argv[0]).string() + ".failed-input";
    std::signal(SIGABRT, on_abort);
    if (&__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_current);

    run({}, "no bytes at all");
    std::vector<std::string> contents;
    for (const auto& path : files) {
        std::ifstream in(path, std::ios::binary);
        contents.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        run(contents.back(), path.string());
    }
    std::mt19937 random(seed);
    for (std::size_t i = 0; i < inputs; ++i) {
        const std::size_t file = i % files.size();
        run(neighbour(contents[file], random), "input " + std::to_string(i) + " beside " + files[file].string());
    }
    std::printf("%zu files and %zu inputs beside them, seed %u: all laws hold\n", files.size(), inputs, seed);
    return 0;
}
