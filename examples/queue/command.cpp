// queue/command.cpp: what the command line says.
//
// SPDX-License-Identifier: BSL-1.0
#include "command.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace queue_tool {

namespace {

std::string default_folder() {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    if (const std::string folder = variable("BITSWIRE_QUEUE"); !folder.empty()) return folder;
    if (const std::string state = variable("XDG_STATE_HOME"); state.starts_with('/')) return state + "/bitswire-queue";
    const std::string home = variable("HOME");
    return home.empty() ? std::string() : home + "/.local/state/bitswire-queue";
}

} // namespace

std::optional<command> read_command(int argc, char** argv, int& code) {
    command c;
    CLI::App app("Keeps a queue of transfers, as BITS does, and carries them out.", "bitswire-queue");
    app.footer("JOB is the id of a job, or its name if no other job has that name.\n"
               "Exit status: 0; 1 if a command was refused or a job is in error; 2 if the command is wrong.");
    app.require_subcommand(1);
    app.fallthrough();
    c.queue = default_folder();
    app.add_option("--queue", c.queue, "Folder of the queue; $BITSWIRE_QUEUE if it is not given")
        ->capture_default_str();
    app.add_flag("--json", c.json, "Print JSON on stdout, for scripts");

    const auto verb = [&app](const char* name, const char* text) { return app.add_subcommand(name, text); };
    const auto of_job = [&](const char* name, const char* text) {
        CLI::App* sub = verb(name, text);
        sub->add_option("JOB", c.job, "Id or name")->required();
        return sub;
    };

    CLI::App* create = verb("create", "Creates a job, suspended and without files, and prints its id");
    bool is_upload = false;
    bool is_reply = false;
    bool is_download = false;
    CLI::Option_group* type = create->add_option_group("type");
    type->add_flag("--upload", is_upload, "The job uploads one file");
    type->add_flag("--upload-reply", is_reply,
                   "The job uploads one file, and fetches the reply of the server's application");
    type->add_flag("--download", is_download, "The job downloads files");
    type->require_option(1);
    create->add_option("NAME", c.name, "Name of the job; need not be unique")->required();

    CLI::App* add = of_job("add", "Adds a file to a job");
    add->add_option("REMOTE", c.remote, "URL: http or https")->required();
    add->add_option("LOCAL", c.local, "Local file")->required();
    add->add_option("MORE", c.more, "Further URLs and local files, in turns: all are added, or none");
    of_job("resume", "Queues a job: a new one, a suspended one, or one in error");
    of_job("suspend", "Stops a job until it is resumed");
    of_job("cancel", "Cancels a job, here and at the server");
    of_job("complete", "Completes a transferred job: downloaded files get their names");
    verb("list", "Prints one line per job");
    of_job("info", "Prints everything about a job");
    CLI::App* replace = of_job("replace", "Replaces the beginning of the URLs of files that are not transferred yet");
    replace->add_option("OLD", c.old_prefix, "Beginning of the URLs now")->required();
    replace->add_option("NEW", c.new_prefix, "New beginning")->required();
    CLI::App* set = of_job("set", "Sets a property of a job");
    set->add_option("PROPERTY", c.property)
        ->required()
        ->check(CLI::IsMember({"priority", "retry-delay", "no-progress", "name", "description", "reply-file", "proxy",
                               "server-user", "proxy-user", "notify-program"}));
    set->add_option(
           "VALUE", c.value,
           "foreground, high, normal or low; seconds; a text; a file; a proxy, \"none\" or \"default\"; the name of "
           "a user, whose password is the first line of the input; a program with its arguments")
        ->required();

    CLI::App* run = verb("run", "Transfers until nothing is left to do");
    const CLI::AsSizeValue size(false);
    const CLI::Range positive_size(std::uint64_t{1}, std::uint64_t{INT64_MAX});
    std::uint64_t fragment_size = 0;
    std::string proxy;
    CLI::Option* with_fragment_size =
        run->add_option("--fragment-size", fragment_size, "Largest number of bytes in a request of an upload")
            ->transform(size)
            ->check(positive_size);
    run->add_option("--limit-rate", c.http.limit_rate, "Most bytes per second of each job")
        ->transform(size)
        ->check(positive_size);
    run->add_option("--user", c.http.user, "Name and password for Basic, Digest or NTLM; \":\" uses your own logon")
        ->type_name("USER:PASSWORD");
    CLI::Option* with_proxy = run->add_option("--proxy", proxy, "Proxy to use; \"\" uses none");
    run->add_option("--proxy-user", c.http.proxy_user, "As --user, for the proxy")->type_name("USER:PASSWORD");
    run->add_option("--cacert", c.http.cacert, "File with the certificates to trust (PEM)")->check(CLI::ExistingFile);
    run->add_flag("--insecure", c.http.insecure, "Accept any certificate");
    try {
        app.parse(argc, argv);
        if (c.queue.empty()) throw CLI::ValidationError("--queue", "there is no home folder to keep the queue in");
    } catch (const CLI::ParseError& e) {
        code = app.exit(e) == 0 ? exit_done : exit_wrong_usage;
        return std::nullopt;
    }
    c.verb = app.get_subcommands().front()->get_name();
    if (is_upload) c.type = bitswire::job_type::upload;
    if (is_reply) c.type = bitswire::job_type::upload_reply;
    if (with_fragment_size->count() != 0) c.fragment_size = fragment_size;
    if (with_proxy->count() != 0) c.http.proxy = proxy;
    return c;
}

} // namespace queue_tool
