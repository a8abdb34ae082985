// Answers as raw bytes: Acks, to each type of request, and the answers of server applications.
#include "message_fuzz.hpp"

using namespace bitswire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact_bytes bytes(text_of(data, size));
    for (std::size_t type = 0; type < request_type_count; ++type) {
        const ack_options options{.answers = static_cast<packet_type>(type), .limits = {}};
        const auto r = check_message<ack>(bytes.view(), options);
        if (!r.is_complete() || r.packet.is_interim()) continue;
        FUZZ_CHECK(r.packet.answers == options.answers, "an Ack answers what was asked");
        FUZZ_CHECK(r.packet.status >= 200 && r.packet.status <= 599, "a status is one of HTTP");
        FUZZ_CHECK(r.packet.is_success() || r.packet.protocol == std::nullopt, "a refusal chooses no protocol");
    }
    const auto r = check_message<notification_response>(bytes.view(), {});
    if (r.is_complete() && !r.packet.static_response_url.empty()) {
        FUZZ_CHECK(parse_url(r.packet.static_response_url).has_value(), "a static reply has an absolute URL");
    }
    return 0;
}
