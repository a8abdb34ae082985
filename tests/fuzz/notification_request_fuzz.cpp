// What a server application is told, as raw bytes.
#include "message_fuzz.hpp"

using namespace bitswire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    const auto r = check_message<notification_request>(bytes.view(), {});
    if (!r.is_complete()) return 0;
    const bool by_reference = r.packet.type == notification_type::by_reference;
    FUZZ_CHECK(by_reference || r.packet.type == notification_type::by_value, "a notification has a type");
    FUZZ_CHECK(by_reference != r.packet.request_datafile_name.empty(), "only a reference names the file");
    FUZZ_CHECK(by_reference != r.packet.response_datafile_name.empty(), "only a reference names the reply");
    FUZZ_CHECK(!by_reference || r.packet.body_bytes == 0, "a reference has no body");
    return 0;
}
