// queue/carry_out.cpp: the commands: each reads a job, calls the library's method of the same name, and writes the job.
//
// SPDX-License-Identifier: BSL-1.0
#include "command.hpp"
#include "part_file.hpp"
#include "queue_folder.hpp"
#include "words.hpp"

#include <bitswire/base/number.hpp>
#include <nlohmann/json.hpp>
#include <transfer/file_error.hpp>
#include <transfer/whole_file.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace queue_tool {

namespace {

using bitswire::hresult;
using bitswire::job_step;
using bitswire::job_type;
// NOLINTNEXTLINE(misc-unused-using-decls): clang-tidy 14 does not see what uses it
using bitswire::operator""_hresult;

/// Far more than a name of a file has (PATH_MAX).
constexpr std::uint16_t longest_local_name = 4095;

/// The command was refused, in words or with a code.
struct refused {
    hresult code{};
    std::string words{};
};

/// A random GUID of version 4 (RFC 9562 5.4).
bitswire::guid make_id() {
    bitswire::guid g;
    for (std::size_t have = 0; have < g.bytes.size();) {
        const ssize_t n = ::getrandom(g.bytes.data() + have, g.bytes.size() - have, 0);
        if (n < 0 && errno != EINTR)
            throw folder_error(std::string("cannot get random numbers: ") + std::strerror(errno));
        have += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
    }
    g.bytes[6] = static_cast<std::uint8_t>((g.bytes[6] & 0x0fU) | 0x40U);
    g.bytes[8] = static_cast<std::uint8_t>((g.bytes[8] & 0x3fU) | 0x80U);
    return g;
}

std::string user_name() {
    std::array<char, 16'384> room{};
    struct passwd entry {};
    struct passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found) == 0 && found != nullptr)
        return std::string(found->pw_name).substr(0, bitswire::max_owner_size);
    return std::to_string(::geteuid());
}

/// Moves what was fetched to where it belongs; that a command that was killed has moved it already is no problem.
hresult put_in_place(const std::string& part, const std::string& final_path, std::uint64_t size_bytes) {
    if (std::rename(part.c_str(), final_path.c_str()) == 0) {
        transfer::sync_folder(transfer::folder_of(final_path));
        return {};
    }
    const int why = errno;
    struct stat s {};
    const bool is_there = why == ENOENT && ::stat(final_path.c_str(), &s) == 0 && S_ISREG(s.st_mode);
    if (is_there && static_cast<std::uint64_t>(s.st_size) == size_bytes) return {};
    return transfer::hresult_of_errno(why);
}

/// Refuses what could not become the file `final_path`, by way of the temporary file `part`: found now, and not when
/// all of it has been fetched. Source: BG_FILE_INFO: the folder exists, and may be written to.
void check_writable(const std::string& part, const std::string& final_path) {
    const std::string folder = transfer::folder_of(final_path);
    struct stat s {};
    int why = ::stat(folder.c_str(), &s) != 0 ? errno : 0;
    if (why == ENOENT || (why == 0 && !S_ISDIR(s.st_mode))) why = ENOTDIR; // what is missing is a folder
    if (why == 0 && ::access(folder.c_str(), W_OK | X_OK) != 0) why = errno;
    const bool is_no_path = why == ENAMETOOLONG || why == EINVAL;
    if (why != 0) {
        throw refused{is_no_path ? "E_INVALIDARG"_hresult : transfer::hresult_of_errno(why),
                      folder + ": " + std::strerror(why)};
    }
    for (const std::string& path : {part, final_path}) {
        if (::stat(path.c_str(), &s) == 0) {
            if (S_ISREG(s.st_mode)) continue;
            throw refused{"E_INVALIDARG"_hresult,
                          path + (S_ISDIR(s.st_mode) ? ": is a folder" : ": not a regular file")};
        }
        why = errno;
        const bool is_no_name = why == ENAMETOOLONG || why == EINVAL || why == EILSEQ;
        if (is_no_name) throw refused{"E_INVALIDARG"_hresult, path + ": " + std::strerror(why)};
        if (why != ENOENT) throw refused{transfer::hresult_of_errno(why), path + ": " + std::strerror(why)};
    }
}

/// Deletes what is not complete; false if something is left.
bool remove_parts(const bitswire::job& j) {
    bool all = true;
    const auto remove = [&](std::uint32_t i, const std::string& final_path) {
        all = remove_part(part_path(j.id(), i, final_path)) && all;
    };
    for (std::uint32_t i = 0; i < j.file_count(); ++i)
        remove(i, j.type() == job_type::download ? std::string(j.file(i).local_name) : reply_path(j));
    return all;
}

class session {
  public:
    explicit session(const command& c) : command_(c), folder_(c.queue) {}

    int run() {
        try {
            const open_file lock = folder_.lock();
            run_ = folder_.current_run();
            if (command_.verb == "create") {
                create();
            } else {
                jobs_ = folder_.read_all(run_, problems_);
                if (command_.verb == "list") {
                    list();
                } else {
                    on_job(find());
                }
            }
        } catch (const refused& r) {
            return refuse(r);
        }
        for (const std::string& problem : problems_)
            std::fprintf(stderr, "bitswire-queue: %s\n", printable(problem).c_str());
        return problems_.empty() || command_.verb != "list" ? exit_done : exit_failed;
    }

  private:
    int refuse(const refused& r) {
        const bool has_code = r.code != hresult{};
        std::string text = has_code ? text_of(r.code) : r.words;
        if (has_code && !r.words.empty()) text += " (" + r.words + ")";
        std::fprintf(stderr, "bitswire-queue: %s: %s\n", command_.verb.c_str(), printable(text).c_str());
        for (const std::string& problem : problems_)
            std::fprintf(stderr, "bitswire-queue: %s\n", printable(problem).c_str());
        if (command_.json) {
            nlohmann::json j = has_code ? json_of(r.code) : nlohmann::json::object();
            j["text"] = text;
            print({{"error", j}});
        }
        return exit_failed;
    }
    void print(const nlohmann::json& j) { std::printf("%s\n", dump(j).c_str()); }

    void create() {
        jobs_ = folder_.read_all(run_, problems_);
        const std::string owner = user_name();
        bitswire::job_config c{.id = make_id(), .type = command_.type};
        c.display_name = command_.name;
        c.owner = owner;
        c.is_limited = ::geteuid() != 0; // root is an administrator
        c.limits.local_name_length = longest_local_name;
        const auto all =
            std::count_if(jobs_.begin(), jobs_.end(), [](const auto& r) { return r->its().is_enumerated(); });
        const auto its = std::count_if(jobs_.begin(), jobs_.end(), [&](const auto& r) {
            return r->its().is_enumerated() && r->its().owner() == owner;
        });
        const hresult count =
            bitswire::check_job_count(static_cast<std::size_t>(its), static_cast<std::size_t>(all), c);
        if (count.is_failure()) throw refused{count};
        job_record r;
        const auto job = bitswire::job::create(c, r.make_room({}), now());
        if (!job) throw refused{job.error(), "the name must have 1 to 256 bytes"};
        r.job = *job;
        folder_.write(r, run_);
        if (command_.json) {
            print(json_of(r));
        } else {
            std::printf("%s\n", id_text(c.id).c_str());
        }
    }

    void list() {
        nlohmann::json all = nlohmann::json::array();
        for (const auto& r : jobs_) {
            if (!r->its().is_enumerated()) continue; // only the server has to be told
            if (command_.json) {
                all.push_back(json_of(*r));
            } else {
                std::printf("%s\n", line_of(r->its()).c_str());
            }
        }
        if (command_.json) print(all);
    }

    job_record& find() {
        const auto id = bitswire::parse_guid(command_.job);
        std::vector<job_record*> found;
        for (const auto& r : jobs_) {
            if (id && r->its().id() == *id) return *r;
            if (r->its().display_name() == command_.job) found.push_back(r.get());
        }
        if (found.size() == 1) return *found.front();
        if (found.empty()) throw refused{"BG_E_NOT_FOUND"_hresult, command_.job};
        std::string words = "more than one job is called " + command_.job + ":";
        for (const job_record* r : found)
            words += " " + id_text(r->its().id());
        throw refused{{}, words};
    }

    void on_job(job_record& r) {
        if (command_.verb == "info") {
            if (command_.json) return print(json_of(r));
            std::fputs(text_of(r).c_str(), stdout);
            return;
        }
        const job_step step = change(r);
        if (step.returns.is_failure()) throw refused{step.returns};
        // Another S_ says what was not done.
        if (step.returns != hresult{})
            std::fprintf(stderr, "bitswire-queue: %s: %s\n", command_.verb.c_str(), text_of(step.returns).c_str());
        if (r.its().is_over()) {
            folder_.remove(r.its().id());
        } else {
            folder_.write(r, run_);
        }
        if (command_.json) {
            nlohmann::json j = json_of(r);
            j["returns"] = json_of(step.returns);
            print(j);
        }
    }

    job_step change(job_record& r) {
        bitswire::job& j = *r.job;
        const bitswire::moment t = now();
        if (command_.verb == "add") return add(r);
        if (command_.verb == "resume") return resume(r);
        if (command_.verb == "suspend") return j.suspend(t);
        if (command_.verb == "cancel") return cancel(r);
        if (command_.verb == "complete") return complete(r);
        if (command_.verb == "replace") {
            const job_step s = j.replace_remote_prefix(command_.old_prefix, command_.new_prefix, t);
            if (s.returns == hresult{} && !r.is_download() && !j.file(0).is_transferred) r.forget_upload();
            return s;
        }
        return set(j);
    }

    job_step add(job_record& r) {
        bitswire::job& j = *r.job;
        std::error_code problem;
        const std::string local = std::filesystem::absolute(command_.local, problem).lexically_normal().string();
        if (!command_.more.empty()) return add_more(r, problem ? command_.local : local);
        const job_step s = j.add_file(command_.remote, problem ? command_.local : local, now());
        if (s.returns.is_failure()) return s;
        if (r.is_download()) {
            check_writable(part_path(j.id(), j.file_count() - 1, local), local);
            return s;
        }
        try {
            const transfer::source_file readable(local);
            j.on_size(0, readable.identity().size_bytes);
        } catch (const transfer::file_error& e) {
            throw refused{e.os_error == 0 ? "E_INVALIDARG"_hresult : transfer::hresult_of_errno(e.os_error), e.what()};
        }
        return s;
    }

    /// All, or none: what is thrown leaves the job on disk as it was.
    job_step add_more(job_record& r, const std::string& first) {
        bitswire::job& j = *r.job;
        if (command_.more.size() % 2 != 0) throw refused{"E_INVALIDARG"_hresult, "a URL without a local file"};
        std::vector<std::string> names{command_.remote, first};
        for (std::size_t i = 0; i < command_.more.size(); i += 2) {
            names.push_back(command_.more[i]);
            names.push_back(std::filesystem::absolute(command_.more[i + 1]).lexically_normal().string());
        }
        std::vector<bitswire::job_file_name> files;
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < names.size(); i += 2) {
            files.push_back({names[i], names[i + 1]});
            bytes += names[i].size() + names[i + 1].size();
        }
        // Into larger memory than one file needs, which must not be the old one.
        std::vector<bitswire::job_file_record> records(j.file_count() + files.size());
        std::vector<char> texts(j.storage_size().text_bytes + bytes);
        std::ignore = j.move_to({.files = records, .texts = texts, .ranges = {}});
        r.files.swap(records);
        r.texts.swap(texts);
        const std::uint32_t before = j.file_count();
        const job_step s = j.add_file_set(files, now());
        for (std::uint32_t i = before; s.returns.is_success() && i < j.file_count(); ++i)
            check_writable(part_path(j.id(), i, std::string(j.file(i).local_name)), std::string(j.file(i).local_name));
        return s;
    }

    job_step resume(job_record& r) {
        bitswire::job& j = *r.job;
        // The reply has a place even if nobody has named one.
        if (j.type() == job_type::upload_reply && j.file_count() != 0 && !j.is_final())
            check_writable(part_path(j.id(), 0, reply_path(j)), reply_path(j));
        return j.resume(now());
    }

    job_step cancel(job_record& r) {
        bitswire::job& j = *r.job;
        if (j.is_final()) return j.cancel(now());
        const job_step s = j.cancel(now(), !remove_parts(j));
        // Nothing was sent that the server would have to forget.
        if (run_ == 0 && r.client.empty()) std::ignore = j.on_server_session_ended(now());
        return s;
    }

    job_step complete(job_record& r) {
        bitswire::job& j = *r.job;
        const hresult may = j.may_complete();
        if (may.is_failure()) return j.complete(now());
        bitswire::job_completion done;
        std::string not_renamed;
        if (r.is_download()) {
            for (std::uint32_t i = 0; i < j.file_count() && done.rename_problem == hresult{}; ++i) {
                const bitswire::job_file f = j.file(i);
                if (!f.is_transferred || f.is_completed) continue;
                const std::string final_path(f.local_name);
                done.rename_problem = put_in_place(part_path(j.id(), i, final_path), final_path, f.bytes_total);
                if (done.rename_problem.is_failure()) {
                    done.files_renamed = i;
                    not_renamed = final_path;
                }
            }
            if (done.rename_problem == hresult{}) done.files_left = !remove_parts(j);
        } else if (j.type() == job_type::upload_reply) {
            const std::string final_path = reply_path(j);
            not_renamed = final_path;
            done.rename_problem =
                put_in_place(part_path(j.id(), 0, final_path), final_path, j.reply_progress()->bytes_total);
        }
        const job_step s = j.complete(now(), done);
        if (done.rename_problem.is_success()) return s;
        // That it could not be renamed is kept: the job is transferred from now on.
        folder_.write(r, run_);
        throw refused{done.rename_problem, not_renamed};
    }

    job_step set(bitswire::job& j) {
        const bitswire::moment t = now();
        if (command_.property == "name") return j.set_display_name(command_.value, t);
        if (command_.property == "description") return j.set_description(command_.value, t);
        if (command_.property == "reply-file") {
            std::error_code problem;
            const std::string path = std::filesystem::absolute(command_.value, problem).lexically_normal().string();
            const job_step s = j.set_reply_file_name(problem ? command_.value : path, t);
            if (!s.returns.is_failure() && !j.reply_file_name()->empty())
                check_writable(part_path(j.id(), 0, path), path);
            return s;
        }
        if (command_.property == "priority") {
            for (std::size_t i = 0; i < bitswire::enumerator_count<bitswire::job_priority>; ++i) {
                const auto p = static_cast<bitswire::job_priority>(i);
                if (bitswire::enum_name(p) == command_.value) return j.set_priority(p, t);
            }
            throw refused{"E_INVALIDARG"_hresult, "the priority must be foreground, high, normal or low"};
        }
        if (command_.property == "proxy") {
            if (command_.value == "default") return j.set_proxy_settings({}, t);
            if (command_.value == "none") return j.set_proxy_settings({.usage = bitswire::proxy_usage::no_proxy}, t);
            return j.set_proxy_settings(
                {.usage = bitswire::proxy_usage::override_list, .list = command_.value, .bypass = {}}, t);
        }
        if (command_.property == "server-user") return set_credentials(j, bitswire::auth_target::server);
        if (command_.property == "proxy-user") return set_credentials(j, bitswire::auth_target::proxy);
        if (command_.property == "notify-program") {
            const std::string_view line = command_.value;
            const std::string_view program = line.substr(0, line.find(' '));
            if (!program.empty() && program.front() != '/')
                throw refused{"E_INVALIDARG"_hresult, "the program needs its full path"};
            return j.set_notify_cmd_line({program, line}, t);
        }
        const bitswire::number n = bitswire::parse_decimal(command_.value, UINT32_MAX);
        if (n.status != bitswire::number_status::ok)
            throw refused{"E_INVALIDARG"_hresult, "not a number of seconds: " + command_.value};
        const auto seconds = static_cast<std::uint32_t>(n.value);
        return command_.property == "retry-delay" ? j.set_minimum_retry_delay(seconds, t)
                                                  : j.set_no_progress_timeout(seconds, t);
    }

    /// For Basic, and for what curl makes of it. Not on the command line, which everybody on the machine can see.
    job_step set_credentials(bitswire::job& j, bitswire::auth_target target) {
        constexpr auto scheme = bitswire::auth_scheme::basic;
        if (command_.value.empty()) return j.remove_credentials(target, scheme, now());
        std::string password;
        std::getline(std::cin, password);
        return j.set_credentials({target, scheme, command_.value, bitswire::secret_text(password)}, now());
    }

    const command& command_;
    queue_folder folder_;
    std::uint64_t run_ = 0;
    std::vector<std::unique_ptr<job_record>> jobs_{};
    std::vector<std::string> problems_{};
};

} // namespace

int carry_out_command(const command& c) { return session(c).run(); }

} // namespace queue_tool
