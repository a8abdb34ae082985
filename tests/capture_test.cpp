// The messages of [MC-BUP] section 4, byte for byte: a Windows client (Microsoft BITS/6.7) against IIS 6.0.
#include "support/describe.hpp"
#include "support/files.hpp"
#include "support/print.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace bitswire;

namespace {

template <class Packet>
Packet read(const std::string& name, const std::string& bytes,
            const typename detail::packet_traits<Packet>::settings& s = {}) {
    CAPTURE(name);
    message_parser<Packet> parser(s);
    const parsed<Packet> r = parser.parse(bytes);
    REQUIRE_MESSAGE(r.is_complete(), r.problem);
    CHECK(r.consumed == bytes.size());
    return r.packet;
}

/// A client-side message: read, as expected, and written from `packet` to the same bytes.
template <class Packet>
void check_client_side(const std::string& name, const Packet& packet) {
    const std::string bytes = capture(name);
    CHECK(describe(read<Packet>(name, bytes)) == describe(packet));
    CHECK(read<Packet>(name, bytes) == packet);
    std::string written(bytes.size(), '?');
    const result<std::size_t> size = write_message(packet, written);
    REQUIRE_MESSAGE(size.has_value(), size.error());
    CHECK(written == bytes);
}

void check_ack(const std::string& name, packet_type answers, const std::string& expected) {
    CHECK(describe(read<ack>(name, capture(name), {.answers = answers, .limits = {}})) == expected);
}

constexpr std::string_view session_1 = "{A0FF5911-4144-45B3-BF27-27AFC8EC8A67}";
constexpr std::string_view session_2 = "{C85B4E0A-9EB9-4114-BFA4-8A43B4710091}";

upload_request request_1(packet_type type) {
    upload_request r;
    r.type = type;
    r.target = "/upload/2000mb-rfc2119.txt";
    r.host = "frankcao8";
    r.user_agent = "Microsoft BITS/6.7";
    if (type != packet_type::ping) r.content_name = "rfc2119.txt";
    if (type == packet_type::create_session) r.supported_protocols = bits_upload_protocols;
    if (type == packet_type::fragment || type == packet_type::close_session) r.session_id = session_1;
    if (type == packet_type::fragment) r.range = {0, 4892, 4892};
    return r;
}

upload_request request_2(packet_type type) {
    upload_request r = request_1(type);
    r.target = "/upload-ref-isapi-WebFarm/2100mb-rfc2119.txt";
    if (type != packet_type::create_session) r.host = "FRANKCAO8"; // BITS-Host-Id
    if (!r.session_id.empty()) r.session_id = session_2;
    return r;
}

} // namespace

TEST_CASE("captures: the client's messages of a simple upload read and are written back byte for byte [MC-BUP 4.1]") {
    check_client_side("upload/01-create-session.request.bin", request_1(packet_type::create_session));
    check_client_side("upload/03-fragment.request-head.bin", request_1(packet_type::fragment));
    check_client_side("upload/05-ping.request.bin", request_1(packet_type::ping));
    check_client_side("upload/07-close-session.request.bin", request_1(packet_type::close_session));
    CHECK(capture("upload/03-fragment.request-body.bin").size() == request_1(packet_type::fragment).body_size());
}

TEST_CASE("captures: the server's Acks of a simple upload [MC-BUP 4.1]") {
    check_ack("upload/02-create-session.ack.bin", packet_type::create_session,
              "Ack status=200 session={A0FF5911-4144-45B3-BF27-27AFC8EC8A67} protocol=bits "
              "date=Mon, 18 Jun 2007 21:01:56 GMT server=Microsoft-IIS/6.0");
    check_ack("upload/04-fragment.ack.bin", packet_type::fragment,
              "Ack status=200 received=4892 date=Mon, 18 Jun 2007 21:02:01 GMT server=Microsoft-IIS/6.0");
    check_ack("upload/06-ping.ack.bin", packet_type::ping,
              "Ack status=200 date=Mon, 18 Jun 2007 21:02:02 GMT server=Microsoft-IIS/6.0");
    check_ack("upload/08-close-session.ack.bin", packet_type::close_session,
              "Ack status=200 date=Mon, 18 Jun 2007 21:02:02 GMT server=Microsoft-IIS/6.0");
}

TEST_CASE("captures: the client's messages of an upload-reply read and are written back byte for byte [MC-BUP 4.2]") {
    check_client_side("upload-reply/01-create-session.request.bin", request_2(packet_type::create_session));
    check_client_side("upload-reply/03-ping.request.bin", request_2(packet_type::ping));
    check_client_side("upload-reply/05-fragment.request-head.bin", request_2(packet_type::fragment));
    check_client_side("upload-reply/11-close-session.request.bin", request_2(packet_type::close_session));
    CHECK(capture("upload-reply/05-fragment.request-body.bin").size() == request_2(packet_type::fragment).body_size());
}

TEST_CASE("captures: the server's Acks of an upload-reply [MC-BUP 4.2]") {
    check_ack(
        "upload-reply/02-create-session.ack.bin", packet_type::create_session,
        "Ack status=200 session={C85B4E0A-9EB9-4114-BFA4-8A43B4710091} protocol=bits host-id=FRANKCAO8 fallback=110 "
        "date=Mon, 18 Jun 2007 21:11:57 GMT server=Microsoft-IIS/6.0");
    check_ack("upload-reply/04-ping.ack.bin", packet_type::ping,
              "Ack status=200 date=Mon, 18 Jun 2007 21:11:57 GMT server=Microsoft-IIS/6.0");
    check_ack("upload-reply/08-fragment.ack.bin", packet_type::fragment,
              "Ack status=200 received=4892 "
              "reply=BITS-Sessions\\Replies\\{C85B4E0A-9EB9-4114-BFA4-8A43B4710091}\\responsefile.bin "
              "date=Mon, 18 Jun 2007 21:12:01 GMT server=Microsoft-IIS/6.0");
    check_ack("upload-reply/12-close-session.ack.bin", packet_type::close_session,
              "Ack status=200 date=Mon, 18 Jun 2007 21:12:07 GMT server=Microsoft-IIS/6.0");
}

TEST_CASE("captures: the notification of the server application and its answer [MC-BUP 4.2]") {
    notification_request r;
    r.type = notification_type::by_reference;
    r.target = "/bitsasp/test.REPLY";
    r.host = "frankcao8";
    r.original_request_url = "http://frankcao8/upload-ref-isapi-WebFarm/2100mb-rfc2119.txt";
    r.request_datafile_name = "C:\\bits\\web\\upload-ref-isapi-WebFarm\\BITS-Sessions\\Requests\\"
                              "{C85B4E0A-9EB9-4114-BFA4-8A43B4710091}\\requestfile.bin";
    r.response_datafile_name = "C:\\bits\\web\\upload-ref-isapi-WebFarm\\BITS-Sessions\\Replies\\"
                               "{C85B4E0A-9EB9-4114-BFA4-8A43B4710091}\\responsefile.bin";
    r.user_agent = "BITSExts 1.5";
    check_client_side("upload-reply/06-notification.request.bin", r);

    const std::string name = "upload-reply/07-notification.response.bin";
    CHECK(describe(read<notification_response>(name, capture(name))) ==
          "response status=200 date=Mon, 18 Jun 2007 21:12:01 GMT server=Microsoft-IIS/6.0 body=until-close close");
}

TEST_CASE("captures: the download of the reply is plain HTTP, from where the reply URL points [MC-BUP 4.2]") {
    const std::string request = capture("upload-reply/09-reply-download.request.bin");
    request_head_parser get;
    REQUIRE(get.parse(request) == outcome::complete);
    CHECK(get.size() == request.size());
    CHECK(get.start_line(request).method == "GET");
    CHECK(get.fields(request).text(header::range) == "bytes=0-9976");
    CHECK(find_field(request, "accept-encoding") == "identity");

    const std::string last_bytes = capture("upload-reply/08-fragment.ack.bin");
    const ack last = read<ack>("08", last_bytes, {.answers = packet_type::fragment, .limits = {}});
    std::string url(2000, '?');
    const std::string destination = "http://frankcao8" + std::string(request_2(packet_type::fragment).target);
    const result<std::size_t> size = resolve_reply_url(destination, last.reply_url, url);
    REQUIRE(size.has_value());
    url.resize(*size);
    CHECK(url == "http://frankcao8" + std::string(get.start_line(request).target));

    const std::string response = capture("upload-reply/10-reply-download.response-first-1024-bytes.bin");
    response_head_parser partial;
    REQUIRE(partial.parse(response) == outcome::complete);
    CHECK(partial.start_line(response).status == 206);
    CHECK(partial.fields(response).text(header::content_length) == "9977");
    CHECK(parse_content_range(partial.fields(response).text(header::content_range))->total_bytes == 10240);
    CHECK(partial.size() < response.size());
}

TEST_CASE("captures: the 22 files are named by the cases of this file") {
    const std::string source = read_file(tests_dir() / "capture_test.cpp");
    const auto files = files_below(tests_dir() / "captures");
    CHECK(files.size() == 22);
    for (const auto& path : files) {
        const std::string name = std::filesystem::relative(path, tests_dir() / "captures").generic_string();
        CAPTURE(name);
        CHECK(source.find("\"" + name + "\"") != std::string::npos);
    }
}
