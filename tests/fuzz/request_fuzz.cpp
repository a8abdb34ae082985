// Requests of the upload protocol as raw bytes. What a strict reader takes, a tolerant one takes for the same.
#include "message_fuzz.hpp"

using namespace bitswire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    const auto strict = check_message<upload_request>(bytes.view(), {});
    const auto tolerant = check_message<upload_request>(
        bytes.view(), {.allow_method_override = true, .allow_missing_content_length = true});
    FUZZ_CHECK(!strict.is_complete() || is_same(strict, tolerant), "tolerance changes no good message");
    if (tolerant.is_complete()) {
        const upload_request& r = tolerant.packet;
        FUZZ_CHECK(r.type != packet_type::ack, "an Ack is no request");
        FUZZ_CHECK(r.type != packet_type::fragment || r.range.is_valid(), "a range that was read is valid");
        FUZZ_CHECK(r.session_id.size() <= row_of(header::session_id).max_read, "a session id has a limit");
    }
    return 0;
}
