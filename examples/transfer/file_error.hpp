// transfer/file_error.hpp: what is wrong with a command, or with a file that it names, in words and as a code.
//
// SPDX-License-Identifier: BSL-1.0
#ifndef BITSWIRE_EXAMPLES_TRANSFER_FILE_ERROR_HPP
#define BITSWIRE_EXAMPLES_TRANSFER_FILE_ERROR_HPP

#include <bitswire/spec/hresult.hpp>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace transfer {

/// Something about the command or the state is wrong, found before anything was sent.
struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The same about a file, with what the operating system said.
struct file_error : usage_error {
    file_error(const std::string& text, int why) : usage_error(text), os_error(why) {}

    int os_error; ///< an errno; 0: it is no regular file
};

/// The code of Win32 for an error of the operating system.
struct errno_row {
    int error;
    std::uint32_t win32;
};

// clang-format off
inline constexpr errno_row errno_rows[] = {
    {ENOENT,       2},    // ERROR_FILE_NOT_FOUND
    {ENOTDIR,      3},    // ERROR_PATH_NOT_FOUND
    {EMFILE,       4},    // ERROR_TOO_MANY_OPEN_FILES
    {ENFILE,       4},    // ERROR_TOO_MANY_OPEN_FILES
    {EACCES,       5},    // ERROR_ACCESS_DENIED, which is E_ACCESSDENIED
    {EPERM,        5},    // ERROR_ACCESS_DENIED
    {EBADF,        6},    // ERROR_INVALID_HANDLE
    {ENOMEM,       8},    // ERROR_NOT_ENOUGH_MEMORY
    {EXDEV,        17},   // ERROR_NOT_SAME_DEVICE
    {EROFS,        19},   // ERROR_WRITE_PROTECT
    {ENODEV,       20},   // ERROR_BAD_UNIT
    {ENXIO,        20},   // ERROR_BAD_UNIT
    {EBUSY,        32},   // ERROR_SHARING_VIOLATION
    {ETXTBSY,      32},   // ERROR_SHARING_VIOLATION
    {ENOLCK,       33},   // ERROR_LOCK_VIOLATION
    {EDEADLK,      33},   // ERROR_LOCK_VIOLATION
    {ENOSYS,       50},   // ERROR_NOT_SUPPORTED
    {EOPNOTSUPP,   50},   // ERROR_NOT_SUPPORTED
    {EEXIST,       80},   // ERROR_FILE_EXISTS
    {EINVAL,       87},   // ERROR_INVALID_PARAMETER, which is E_INVALIDARG
    {ENOSPC,       112},  // ERROR_DISK_FULL
    {EDQUOT,       112},  // ERROR_DISK_FULL: as full as it may get for this user
    {ENOTEMPTY,    145},  // ERROR_DIR_NOT_EMPTY
    {ENAMETOOLONG, 206},  // ERROR_FILENAME_EXCED_RANGE
    {EFBIG,        223},  // ERROR_FILE_TOO_LARGE
    {EOVERFLOW,    223},  // ERROR_FILE_TOO_LARGE
    {EISDIR,       267},  // ERROR_DIRECTORY
    {ESTALE,       1006}, // ERROR_FILE_INVALID
    {EIO,          1117}, // ERROR_IO_DEVICE
    {EMLINK,       1142}, // ERROR_TOO_MANY_LINKS
    {EAGAIN,       1237}, // ERROR_RETRY
    {EINTR,        1237}, // ERROR_RETRY
    {ETIMEDOUT,    1460}, // ERROR_TIMEOUT
    {ELOOP,        1921}, // ERROR_CANT_RESOLVE_FILENAME
};
// clang-format on

/// What is in no row is ERROR_GEN_FAILURE.
constexpr bitswire::hresult hresult_of_errno(int error) noexcept {
    constexpr std::uint32_t gen_failure = 31;
    for (const errno_row& row : errno_rows) {
        if (row.error == error) return bitswire::hresult::from_win32(row.win32);
    }
    return bitswire::hresult::from_win32(gen_failure);
}

} // namespace transfer

#endif
