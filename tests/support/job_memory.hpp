// What a job borrows.
#pragma once

#include <bitswire/bitswire.hpp>

#include <vector>

/// Not to be moved while a job has it.
struct job_memory {
    explicit job_memory(std::size_t file_count = 8, std::size_t text_bytes = 20'000, std::size_t range_count = 40)
        : files(file_count), texts(text_bytes), ranges(range_count) {}

    [[nodiscard]] bitswire::job_storage storage() { return {files, texts, ranges}; }

    std::vector<bitswire::job_file_record> files;
    std::vector<char> texts;
    std::vector<bitswire::file_range> ranges;
};
