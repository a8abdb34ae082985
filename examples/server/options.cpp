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
    return read_endpoint(text) ? "" : "not an address and a port, such as 127.0.0.1:8080 or [::1]:0: " + text;
}

std::string check_prefix(const std::string& text) {
    const bool good =
        text.starts_with('/') && bitswire::is_visible(text) && text.find_first_of("?#%\\") == std::string::npos;
    return good ? "" : "not the beginning of a path, such as /upload: " + text;
}

std::string check_network(const std::string& text) {
    trusted_networks networks;
    return networks.add(text) ? "" : "not an address or a network, such as 127.0.0.1 or 10.0.0.0/8: " + text;
}

/// A relative URL is refused, although the library can resolve one: the host would be the one that the client names.
std::string check_notification_url(const std::string& text) {
    const auto url = bitswire::parse_url(text);
    const bool good = url && bitswire::iequals(url->scheme, "http") && text.size() <= bitswire::max_url_size;
    return good ? "" : "not an absolute http URL: " + text;
}

std::string check_host_id(const std::string& text) {
    const bool good =
        bitswire::parse_host_id(text) && text.size() <= bitswire::row_of(bitswire::header::host_id).max_sent;
    return good ? "" : "not a host: " + text;
}

/// The library of the command line takes `-1` for a large number.
auto at_most(std::uint64_t limit) {
    return [limit](const std::string& text) {
        const bool good = bitswire::parse_decimal(text, limit).status == bitswire::number_status::ok;
        return good ? std::string{} : "not a number up to " + std::to_string(limit) + ": " + text;
    };
}

} // namespace

std::optional<options> read_options(int argc, char** argv, int& exit_code) {
    options o;
    bitswire::upload_directory& d = o.directory;
    CLI::App app{
        "Takes uploads of the BITS upload protocol. There is no TLS and no authentication here: they belong into "
        "a proxy in front."};
    std::string listen;
    unsigned notification_type = 0;
    long long timeout_s = o.timeout.count();
    app.add_option("--listen", listen, "address and port; port 0 chooses one")->required()->check(check_endpoint);
    app.add_option("--root", o.root, "folder in which uploads end")->required()->check(CLI::ExistingDirectory);
    app.add_option("--prefix", o.prefix, "beginning of the path that stands for the root")->check(check_prefix);
    app.add_option("--state", o.state,
                   "folder for what is under way, on the file system of the root, so that it survives "
                   "a restart; created if missing");
    app.add_option("--max-size", d.max_upload_bytes, "largest upload, in bytes")->check(at_most(UINT64_MAX));
    app.add_option("--max-fragment", d.max_fragment_bytes, "largest Fragment, in bytes")->check(at_most(UINT64_MAX));
    app.add_flag("--allow-overwrite", d.allow_overwrites, "uploads may replace files");
    app.add_flag("--keep-partial", d.keep_partial_fragments, "keep what came of a Fragment that was cut short");
    auto* url = app.add_option("--notify-url", o.notification_url, "where the server application is told of uploads");
    auto* type = app.add_option("--notify-type", notification_type, "1: by file names, 2: with the file as body");
    url->check(check_notification_url)->needs(type);
    type->check(CLI::Range(1, 2))->needs(url);
    auto* host_id = app.add_option("--host-id", o.host_id, "host with which clients go on")->check(check_host_id);
    app.add_option("--host-id-fallback", d.host_id_fallback_timeout_s, "seconds until they come back when it fails")
        ->check(at_most(UINT32_MAX))
        ->needs(host_id);
    app.add_option("--session-timeout", d.session_timeout_s, "seconds without progress until an upload is deleted")
        ->check(at_most(UINT32_MAX));
    app.add_option("--sessions-per-user", d.sessions_per_user, "uploads under way of one address")
        ->check(at_most(UINT32_MAX));
    app.add_option("--timeout", timeout_s, "seconds in which a head must be complete, and bytes of a body must come")
        ->check(CLI::Range(1, 86'400));
    app.add_option("--notify-timeout", o.notification_timeout_s, "seconds that a server application may take")
        ->check(CLI::Range(1, 86'400));
    app.add_flag("--method-override", o.method_override, "take POST with X-Http-Method-Override: BITS_POST");
    app.add_option("--max-connections", o.max_connections, "connections at once")->check(CLI::Range(1, 1'000'000));
    std::vector<std::string> trusted;
    auto* trust = app.add_option("--trust", trusted,
                                 "address or network (10.0.0.0/8) of a proxy whose X-Forwarded-For says who the client "
                                 "is; may be given several times")
                      ->check(check_network)
                      ->allow_extra_args(false);
    app.add_flag("--proxy-protocol", o.proxy_protocol,
                 "trusted proxies begin each connection with a PROXY header, version 1 or 2")
        ->needs(trust);
    app.add_option("--health", o.health, "path that answers a load balancer's GET with 200")
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
