// upload/options.cpp: what the command line says.
//
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <CLI/CLI.hpp>

namespace upload_tool {

std::optional<options> read_options(int argc, char** argv, int& exit_code) {
    CLI::App app("Uploads a file with Microsoft's BITS upload protocol ([MC-BUP]).", "bitswire-upload");
    app.footer("Sizes may end in K, M or G (powers of 1024).\n"
               "Exit status: 0 if the server has closed the session, 1 if the upload failed for good, 2 if the command "
               "or the\n"
               "state file is wrong, 3 if the same command can continue the upload later.");
    options o;
    std::string proxy;
    std::uint64_t fragment_size = 0;
    std::uint32_t timeout_s = 0;
    const CLI::AsSizeValue size(false);
    const CLI::Range positive_size(std::uint64_t{1}, std::uint64_t{INT64_MAX});

    app.add_option("FILE", o.file, "File to upload")->required();
    app.add_option("URL", o.url, "Destination: an http or https URL")->required();
    app.add_option("--reply", o.reply, "Upload-reply: write the reply of the server's application to this file");
    CLI::Option* with_state =
        app.add_option("--resume", o.state_file, "Keep the state in this file, and continue from it");
    app.add_flag("--cancel", o.cancel, "Cancel the upload whose state is kept, instead of continuing it")
        ->needs(with_state);
    app.add_option("--content-name", o.content_name, "File name to tell the server; by default that of FILE");
    CLI::Option* with_fragment_size =
        app.add_option("--fragment-size", fragment_size, "Largest number of bytes in a request")
            ->transform(size)
            ->check(positive_size);
    app.add_flag("--ping-first", o.ping_first, "Send a Ping first, so that NTLM does not need the data twice");
    app.add_option("--user", o.http.user,
                   "Name and password for Basic, Digest or NTLM; \":\" uses your own logon (Negotiate)")
        ->type_name("USER:PASSWORD");
    CLI::Option* with_proxy =
        app.add_option("--proxy", proxy, "Proxy to use; \"\" uses none, whatever the environment says");
    app.add_option("--proxy-user", o.http.proxy_user, "As --user, for the proxy")->type_name("USER:PASSWORD");
    app.add_option("--cacert", o.http.cacert, "File with the certificates to trust (PEM)")->check(CLI::ExistingFile);
    app.add_flag("--insecure", o.http.insecure, "Accept any certificate");
    app.add_option("--limit-rate", o.http.limit_rate, "Most bytes per second")->transform(size)->check(positive_size);
    app.add_option("--retries", o.retries, "How often to try again without progress in between")->capture_default_str();
    app.add_option("--retry-delay", o.retry_delay_s, "Seconds before trying again; doubled each time")
        ->capture_default_str();
    CLI::Option* with_timeout =
        app.add_option("--timeout", timeout_s, "Seconds to wait while no byte can be sent, and for an answer")
            ->check(CLI::Range(1U, 86'400U));
    app.add_flag("--json", o.json, "Print one JSON object per line on stdout");
    app.add_flag("--verbose", o.verbose, "Print one line per packet on stderr");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        exit_code = app.exit(e) == 0 ? exit_done : exit_wrong_usage;
        return std::nullopt;
    }
    if (with_fragment_size->count() != 0) o.fragment_size = fragment_size;
    if (with_proxy->count() != 0) o.http.proxy = proxy;
    if (with_timeout->count() != 0) o.timeout_s = timeout_s;
    return o;
}

} // namespace upload_tool
