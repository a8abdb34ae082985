// Where URLs point. The first line is where an upload goes, the second what a server or an administrator wrote.
#include "fuzz.hpp"

#include <bitswire/bitswire.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace bitswire;

namespace {

void check_parts(std::string_view text) {
    const auto url = parse_url(text);
    if (!url) {
        FUZZ_CHECK(url.error().offset <= text.size(), "an error is within the input");
        return;
    }
    const std::string whole = std::string(url->scheme) + "://" + std::string(url->authority) + std::string(url->path) +
                              std::string(url->query);
    FUZZ_CHECK(whole == text.substr(0, text.find('#')), "the parts are the whole");
    const exact_bytes again(whole);
    FUZZ_CHECK(parse_url(again.view()) && *parse_url(again.view()) == *url, "the parts read back equal");
    const auto authority = parse_authority(url->authority);
    FUZZ_CHECK(authority && authority->host == url->host && authority->port == url->port, "an authority has a host");
    FUZZ_CHECK(parse_host(url->host).has_value(), "a host is one by itself");
    FUZZ_CHECK(!check_host_header(url->authority), "an authority can stand in Host");
}

/// A URL that was built here: absolute, plain, and without a way up.
void check_result(std::string_view text) {
    check_parts(text);
    const auto url = parse_url(text);
    FUZZ_CHECK(url && !url->path.empty(), "what a reference means is a URL with a path");
    FUZZ_CHECK(text.find_first_of("\\#") == std::string_view::npos, "a URL has no backslashes and no fragment");
    for (std::string_view path = url->path; !path.empty();) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        FUZZ_CHECK(segment != "." && segment != "..", "no way up is left");
        path.remove_prefix(segment.size());
    }
}

/// Resolves into a buffer that is always large enough, and into smaller ones.
template <class Resolve>
std::string check_buffers(std::string_view base, std::string_view reference, Resolve resolve) {
    std::vector<char> out(max_resolved_url_size(base.size(), reference.size()));
    const auto size = resolve(base, reference, std::span<char>(out));
    if (!size) {
        FUZZ_CHECK(size.error().code != errc::buffer_too_small, "a buffer of the largest size is large enough");
        FUZZ_CHECK(size.error().offset <= std::max(base.size(), reference.size()), "an error is within the input");
        return {};
    }
    const std::string text(out.data(), *size);
    for (const std::size_t room : {std::size_t{0}, *size / 2, *size - 1, *size}) {
        std::vector<char> small(room); // exactly: AddressSanitizer sees what is written behind it
        const auto again = resolve(base, reference, std::span<char>(small));
        FUZZ_CHECK(again ? std::string_view(small.data(), *again) == text
                         : again.error().code == errc::buffer_too_small,
                   "a smaller buffer is too small, or does");
        FUZZ_CHECK(room >= *size || !again, "nothing is larger than its buffer");
    }
    return text;
}

void check_reply(std::string_view destination, std::string_view reply) {
    const std::string text = check_buffers(destination, reply, [](auto... a) { return resolve_reply_url(a...); });
    if (text.empty()) return;
    FUZZ_CHECK(reply.substr(0, 2).find_first_not_of("/\\") != std::string_view::npos || reply.size() < 2,
               "two separators would name a host");
    check_result(text);
    const auto base = parse_url(destination);
    const auto url = parse_url(text);
    if (reply.find(':') == std::string_view::npos) {
        FUZZ_CHECK(iequals(url->scheme, base->scheme) && url->authority == base->authority,
                   "without a scheme a reference stays at its host");
    }
    std::vector<char> out(max_resolved_url_size(destination.size(), text.size()));
    const auto again = resolve_reply_url(destination, text, out);
    if (text.size() <= row_of(header::reply_url).max_read)
        FUZZ_CHECK(again && std::string_view(out.data(), *again) == text, "what a URL means, means itself");
}

void check_notification(std::string_view original, std::string_view notification) {
    const std::string text =
        check_buffers(original, notification, [](auto... a) { return resolve_notification_url(a...); });
    if (!text.empty()) check_result(text);
}

void check_file_path(std::string_view target, std::string_view prefix) {
    std::vector<char> out(target.size());
    const auto size = write_file_path(target, prefix, out);
    if (!size) {
        FUZZ_CHECK(size.error().code != errc::buffer_too_small, "a buffer of the target's size is large enough");
        return;
    }
    std::string_view path{out.data(), *size};
    FUZZ_CHECK(!path.empty(), "a path has a name");
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        FUZZ_CHECK(is_safe_file_name(name), "each name of a path is safe");
        path.remove_prefix(name.size());
        FUZZ_CHECK(path != "/", "a path ends with a name");
        if (!path.empty()) path.remove_prefix(1);
    }
    std::vector<char> small(*size - 1);
    FUZZ_CHECK(write_file_path(target, prefix, small).error().code == errc::buffer_too_small,
               "nothing is larger than its buffer");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view left = text_of(data, size);
    const exact_bytes first(take_line(left));
    const exact_bytes second(left);
    check_parts(first.view());
    check_parts(second.view());
    check_reply(first.view(), second.view());
    check_notification(first.view(), second.view());
    check_file_path(first.view(), second.view());
    check_file_path(second.view(), "");
    return 0;
}
