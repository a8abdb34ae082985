// bitswire-server: what the command line says.
//
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <bitswire/base/number.hpp>
#include <bitswire/wire/host.hpp>
#include <bitswire/wire/url.hpp>

#include <CLI/CLI.hpp>

namespace bits_server {

namespace {

/// `127.0.0.1:8080`, `[::1]:0`
std::optional<boost::asio::ip::tcp::endpoint> read_endpoint(const std::string& text) {
    const auto authority = bitswire::parse_authority(text);
    if (!authority || authority->port.empty()) return std::nullopt;
    const auto host = bitswire::parse_host(authority->host);
    boost::system::error_code problem;
    const auto address = boost::asio::ip::make_address(std::string(host->text), problem);
    if (problem) return std::nullopt;
    const auto port = bitswire::parse_decimal(authority->port, 65535);
    return boost::asio::ip::tcp::endpoint(address, static_cast<std::uint16_t>(port.value));
}

std::string check_endpoint(const std::string& text) {
    return read_endpoint(text) ? "" : "expected an address and a port, such as 127.0.0.1:8080 or [::1]:0, not: " + text;
}

std::string check_prefix(const std::string& text) {
    const bool good =
        text.starts_with('/') && bitswire::is_visible(text) && text.find_first_of("?#%\\") == std::string::npos;
    return good ? "" : "expected a path, such as /upload, not: " + text;
}

std::string check_network(const std::string& text) {
    trusted_networks networks;
    return networks.add(text) ? "" : "expected an address or a network, such as 127.0.0.1 or 10.0.0.0/8, not: " + text;
}

/// A relative URL is refused, although the library can resolve one: the host would be the one that the client names.
std::string check_notification_url(const std::string& text) {
    const auto url = bitswire::parse_url(text);
    const bool good = url && bitswire::iequals(url->scheme, "http") && text.size() <= bitswire::max_url_size;
    return good ? "" : "expected a URL that begins with http://, not: " + text;
}

std::string check_host_id(const std::string& text) {
    const bool good =
        bitswire::parse_host_id(text) && text.size() <= bitswire::row_of(bitswire::header::host_id).max_sent;
    return good ? "" : "expected a host, or a host and a port, not: " + text;
}

/// The library of the command line takes `-1` for a large number.
auto at_most(std::uint64_t limit) {
    return [limit](const std::string& text) {
        const bool good = bitswire::parse_decimal(text, limit).status == bitswire::number_status::ok;
        return good ? std::string{} : "expected a number from 0 to " + std::to_string(limit) + ", not: " + text;
    };
}

} // namespace

std::optional<options> read_options(int argc, char** argv, int& exit_code) {
    options o;
    bitswire::upload_directory& d = o.directory;
    CLI::App app(
        "Receives uploads from BITS clients and stores them in a folder. It has no TLS and no passwords: put a "
        "proxy in front of it that has (examples/README.md).",
        "bitswire-server");
    app.footer(
        "The server logs one line per packet to the standard output. SIGINT and SIGTERM stop it: requests under way "
        "have 5 seconds\nto finish, and with --state clients continue when the server runs again. It ends with 0 "
        "then, with 1 if it cannot start,\nand with 2 if the command is wrong.");
    std::string listen;
    unsigned notification_type = 0;
    long long timeout_s = o.timeout.count();
    app.add_option("--listen", listen, "Where to listen: 127.0.0.1:8080 or [::1]:8080; with port 0, on a free port")
        ->required()
        ->type_name("ADDRESS:PORT")
        ->check(check_endpoint);
    app.add_option("--root", o.root, "Folder for finished uploads")
        ->required()
        ->type_name("FOLDER")
        ->check(CLI::ExistingDirectory);
    app.add_option("--prefix", o.prefix, "Path of the URL that stands for the root")
        ->type_name("PATH")
        ->capture_default_str()
        ->check(check_prefix);
    app.add_option(
           "--state", o.state,
           "Folder for unfinished uploads, outside the root and on the same file system. It is created if it is "
           "missing. Without it, unfinished uploads are lost when the server stops")
        ->type_name("FOLDER");
    app.add_flag("--allow-overwrite", d.allow_overwrites, "Let uploads replace files that exist");
    app.add_flag("--keep-partial", d.keep_partial_fragments,
                 "Keep the bytes that have arrived of a Fragment whose connection was cut");
    app.add_flag("--method-override", o.method_override,
                 "Also accept POST with the header X-Http-Method-Override: BITS_POST");
    app.add_option("--host-id", o.host_id, "Host that clients must use for the rest of their upload")
        ->type_name("HOST[:PORT]")
        ->check(check_host_id);
    app.add_option("--host-id-fallback", d.host_id_fallback_timeout_s,
                   "Time after which clients return to the first host if that host fails")
        ->type_name("SECONDS")
        ->check(at_most(UINT32_MAX))
        ->needs("--host-id");

    auto group = "Limits";
    app.add_option("--max-size", d.max_upload_bytes, "Largest upload; no limit by default")
        ->type_name("BYTES")
        ->group(group)
        ->check(at_most(UINT64_MAX));
    app.add_option("--max-fragment", d.max_fragment_bytes,
                   "Largest Fragment; no limit by default. Clients send smaller ones if theirs are too large")
        ->type_name("BYTES")
        ->group(group)
        ->check(at_most(UINT64_MAX));
    app.add_option("--sessions-per-user", d.sessions_per_user, "Largest number of unfinished uploads from one address")
        ->type_name("NUMBER")
        ->group(group)
        ->capture_default_str()
        ->check(at_most(UINT32_MAX));
    app.add_option("--session-timeout", d.session_timeout_s, "Time without progress after which an upload is deleted")
        ->type_name("SECONDS")
        ->group(group)
        ->capture_default_str()
        ->check(at_most(UINT32_MAX));
    app.add_option("--timeout", timeout_s, "Time in which a client must send a whole head, or more of a body")
        ->type_name("SECONDS")
        ->group(group)
        ->capture_default_str()
        ->check(CLI::Range(1, 86'400));
    app.add_option("--max-connections", o.max_connections, "Largest number of connections at the same time")
        ->type_name("NUMBER")
        ->group(group)
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000'000));

    group = "Application behind the server";
    app.add_option("--notify-url", o.notification_url, "URL to which each finished upload is reported")
        ->type_name("URL")
        ->group(group)
        ->check(check_notification_url)
        ->needs(
            app.add_option("--notify-type", notification_type,
                           "1: the report names the file of the upload, and one for the reply; 2: the upload is the "
                           "body of the report, and the reply that of the answer")
                ->type_name("1|2")
                ->group(group)
                ->check(CLI::Range(1, 2)));
    app.get_option("--notify-type")->needs("--notify-url");
    app.add_option("--notify-timeout", o.notification_timeout_s, "Time that the application has to answer")
        ->type_name("SECONDS")
        ->group(group)
        ->capture_default_str()
        ->check(CLI::Range(1, 86'400));

    group = "Proxies in front of the server";
    std::vector<std::string> trusted;
    app.add_option(
           "--trust", trusted,
           "Address of a proxy, or network of proxies (10.0.0.0/8), whose X-Forwarded-For says which address the "
           "client has. May be given several times")
        ->type_name("NETWORK")
        ->group(group)
        ->check(check_network)
        ->allow_extra_args(false);
    app.add_flag("--proxy-protocol", o.proxy_protocol,
                 "Trusted proxies begin each connection with a PROXY header (version 1 or 2)")
        ->group(group)
        ->needs("--trust");
    app.add_option("--health", o.health, "Path that answers GET with 200 while the server works, for load balancers")
        ->type_name("PATH")
        ->group(group)
        ->capture_default_str()
        ->check(check_prefix);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_code = app.exit(e) == 0 ? 0 : 2;
        return std::nullopt;
    }
    o.listen = *read_endpoint(listen);
    for (const std::string& network : trusted)
        static_cast<void>(o.trusted.add(network)); // has been checked
    o.timeout = std::chrono::seconds(timeout_s);
    d.notification = static_cast<bitswire::notification_type>(notification_type);
    return o;
}

} // namespace bits_server
