// Requests of the upload protocol as raw bytes. What a strict reader takes, a tolerant one takes for the same.
#include "message_fuzz.hpp"

#include <charconv>

using namespace bitswire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    const auto strict = check_message<upload_request>(bytes.view(), {});
    const auto tolerant = check_message<upload_request>(
        bytes.view(), {.allow_method_override = true, .allow_missing_content_length = true});
    FUZZ_CHECK(!strict.is_complete() || is_same(strict, tolerant), "tolerance changes no good message");
    if (tolerant.is_complete()) {
        const upload_request& r = tolerant.packet;
        // The next request is where the length says, so what is read as the body must be just that.
        const auto length = find_field(bytes.view().substr(0, tolerant.consumed), name_of(header::content_length));
        std::uint64_t body_size = 0;
        if (length) std::from_chars(length->data(), length->data() + length->size(), body_size);
        FUZZ_CHECK(body_size == r.body_size(), "the body is as long as the length says");
        FUZZ_CHECK(r.type != packet_type::ack, "an Ack is no request");
        FUZZ_CHECK(r.type != packet_type::fragment || r.range.is_valid(), "a range that was read is valid");
        FUZZ_CHECK(r.session_id.size() <= row_of(header::session_id).max_read, "a session id has a limit");
    }
    return 0;
}
