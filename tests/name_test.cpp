// Texts that the library hands out for values: whatever the value is, people print them with printf("%s").
#include <bitswire/bitswire.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

using namespace bitswire;

namespace names { // named: several test files are compiled as one

bool is_printable(std::string_view text) { return text.data() != nullptr && std::strlen(text.data()) == text.size(); }

/// Whether each of the first 256 values of an enumeration has a text that can be printed, whether it is an enumerator
/// or not.
template <class Enum>
bool all_printable(std::string_view (*name)(Enum)) {
    for (unsigned value = 0; value < 256; ++value) {
        if (!is_printable(name(static_cast<Enum>(value)))) return false;
    }
    return true;
}

} // namespace names

TEST_CASE("L2: no name is a null text, and each has a zero behind it") {
    using names::all_printable;
    CHECK(all_printable<errc>([](errc v) { return name_of(v); }));
    CHECK(all_printable<disposition>([](disposition v) { return name_of(v); }));
    CHECK(all_printable<packet_type>([](packet_type v) { return name_of(v); }));
    CHECK(all_printable<error_context>([](error_context v) { return name_of(v); }));
    CHECK(names::is_printable(name_of(header::none)));
    for (std::size_t h = 0; h < header_count; ++h)
        CHECK(names::is_printable(name_of(static_cast<header>(h))));
    for (const std::uint32_t code : {0U, 1U, 0x80200002U, 0x12345678U, 0x801901ADU, UINT32_MAX})
        CHECK(names::is_printable(name_of(hresult{code})));
    for (unsigned status = 0; status <= UINT16_MAX; ++status)
        REQUIRE(names::is_printable(reason_of(static_cast<std::uint16_t>(status))));
    for (unsigned h = 0; h <= header_count; ++h) {
        for (unsigned kind = 0; kind < 20; ++kind)
            REQUIRE(names::is_printable(usual_value(static_cast<header>(h), static_cast<message_kind>(kind))));
    }
}

TEST_CASE("L2: no name of an enumerator is a null text, and a value that is none has an empty one") {
    using names::all_printable;
    CHECK(all_printable<outcome>(enum_name<outcome>));
    CHECK(all_printable<blame>(enum_name<blame>));
    CHECK(all_printable<refusal>(enum_name<refusal>));
    CHECK(all_printable<upload_todo>(enum_name<upload_todo>));
    CHECK(all_printable<upload_status>(enum_name<upload_status>));
    CHECK(all_printable<upload_client_state>(enum_name<upload_client_state>));
    CHECK(all_printable<upload_client_event>(enum_name<upload_client_event>));
    CHECK(all_printable<upload_server_todo>(enum_name<upload_server_todo>));
    CHECK(all_printable<upload_server_state>(enum_name<upload_server_state>));
    CHECK(all_printable<notifier_todo>(enum_name<notifier_todo>));
    CHECK(all_printable<job_state>(enum_name<job_state>));
    CHECK(all_printable<job_type>(enum_name<job_type>));
    CHECK(all_printable<job_priority>(enum_name<job_priority>));
    CHECK(all_printable<job_action>(enum_name<job_action>));
    CHECK(all_printable<schedule_todo>(enum_name<schedule_todo>));
    CHECK(enum_name(static_cast<outcome>(200)).empty());
    CHECK(enum_name(outcome::bad) == "bad");
}

TEST_CASE("L2: a text of the caller that was not filled in is not a null text") {
    CHECK(names::is_printable(upload_client_config{.url = {}, .size_bytes = 0}.url));
    CHECK(names::is_printable(notifier_config{}.original_url));
    CHECK(names::is_printable(upload_directory{}.host_id));
    CHECK(names::is_printable(borrowed_text{}));
    CHECK_FALSE(std::is_constructible_v<borrowed_text, std::nullptr_t>);
}
