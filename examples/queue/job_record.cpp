// queue/job_record.cpp: all that is kept of a job, as bytes.
//
// SPDX-License-Identifier: BSL-1.0
#include "job_record.hpp"

#include <bitswire/base/snapshot.hpp>
#include <bitswire/session/upload_client.hpp>
#include <transfer/whole_file.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace queue_tool {

namespace {

constexpr bitswire::snapshot_kind kind{"BWQR", 2};
constexpr std::size_t max_path_size = 4095;
constexpr std::size_t max_detail_size = 1000;

} // namespace

bitswire::moment now() {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    std::timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return {{static_cast<std::uint64_t>(t.tv_sec) * 1000U + static_cast<std::uint64_t>(t.tv_nsec) / 1'000'000U},
            {static_cast<std::uint64_t>(duration_cast<milliseconds>(since_1970).count())}};
}

bitswire::job_storage job_record::make_room(const bitswire::job_storage_size& size) {
    files.resize(std::size_t{size.files} + 1);
    // A new file, texts of the job, and all remote names with a longer beginning.
    texts.resize(size.text_bytes + (std::size_t{size.files} + 2) * bitswire::max_url_size + 2 * max_path_size +
                 bitswire::max_utf8_per_utf16 *
                     (bitswire::max_notify_program_length + bitswire::max_notify_parameters_length) +
                 bitswire::max_utf8_per_utf16 * (bitswire::max_display_name_length + bitswire::max_description_length) +
                 bitswire::max_owner_size);
    return {.files = files, .texts = texts, .ranges = {}};
}

void job_record::forget_upload() {
    ++generation;
    client.clear();
    source = {};
}

std::string to_bytes(const job_record& r, std::uint64_t run, const bitswire::moment& now) {
    std::string bytes;
    const auto write = [&] {
        bitswire::snapshot_writer w(bytes, kind);
        w.put(r.revision); // where `revision_of` looks
        w.put(run);
        w.put(now.steady.ms);
        w.put(now.wall.ms);
        r.its().write(w, now);
        w.put(r.generation);
        w.put(std::string_view(r.client));
        w.put(std::string_view(r.source.path));
        w.put(r.source.size_bytes);
        w.put(static_cast<std::uint64_t>(r.source.modified_ns));
        w.put(r.source.inode);
        w.put(std::string_view(r.validator));
        w.put(r.part_inode);
        w.put(std::string_view(r.detail).substr(0, max_detail_size));
        return w.finish();
    };
    bytes.resize(write());
    write();
    return bytes;
}

std::unique_ptr<job_record> from_bytes(std::string_view bytes, std::uint64_t run, const bitswire::moment& now) {
    bitswire::snapshot_reader r(bytes, kind);
    auto record = std::make_unique<job_record>();
    record->revision = r.get<std::uint64_t>();
    const auto written_by = r.get<std::uint64_t>();
    const bitswire::moment written{{r.get<std::uint64_t>()}, {r.get<std::uint64_t>()}};
    const auto size = bitswire::job::peek_storage_size(r);
    if (!size || size->ranges != 0) return nullptr;
    const bool is_live = run != 0 && written_by == run && written.steady <= now.steady;
    const bitswire::moment since = is_live ? written : now;
    const auto job = bitswire::job::read(r, record->make_room(*size), since);
    if (!job) return nullptr;
    record->job = *job;
    record->generation = r.get<std::uint32_t>();
    record->client = r.get_text(bitswire::upload_client::max_snapshot_size);
    record->source.path = r.get_text(max_path_size);
    record->source.size_bytes = r.get<std::uint64_t>();
    record->source.modified_ns = static_cast<std::int64_t>(r.get<std::uint64_t>());
    record->source.inode = r.get<std::uint64_t>();
    record->validator = r.get_text(UINT16_MAX);
    record->part_inode = r.get<std::uint64_t>();
    record->detail = r.get_text(max_detail_size);
    if (!r.finish()) return nullptr;
    if (!is_live) {
        record->job->on_restarted();
        record->job->on_time_away(bitswire::elapsed_ms(written.wall, now.wall));
    }
    return record;
}

std::optional<std::uint64_t> revision_of(std::string_view bytes) {
    if (bytes.size() < revision_end || !bytes.starts_with(kind.name)) return std::nullopt;
    std::uint64_t revision = 0;
    for (std::size_t i = revision_end; i-- > revision_end - sizeof(revision);)
        revision = revision << 8 | static_cast<unsigned char>(bytes[i]);
    return revision;
}

std::string part_path(const bitswire::guid& id, std::uint32_t file, const std::string& final_path) {
    const std::string text = id_text(id);
    return transfer::folder_of(final_path) + "/.bitswire-" + text.substr(1, text.size() - 2) + "-" +
           std::to_string(file) + ".part";
}

std::string reply_path(const bitswire::job& j) {
    const auto name = j.reply_file_name();
    if (name && !name->empty()) return std::string(*name);
    return std::string(j.file(0).local_name) + ".reply";
}

std::string sent_url(std::string_view remote_name) {
    std::string url(bitswire::max_url_size, '\0');
    const auto size = bitswire::write_remote_url(remote_name, url);
    url.resize(size ? *size : 0); // a job has no other names
    return url;
}

transfer::http_options options_of(const bitswire::job& j, transfer::http_options o) {
    for (const auto target : {bitswire::auth_target::server, bitswire::auth_target::proxy}) {
        std::string& user = target == bitswire::auth_target::server ? o.user : o.proxy_user;
        const bitswire::job_credentials own = j.credentials(target, bitswire::auth_scheme::basic);
        if (own.is_set) user = std::string(own.user).append(":").append(own.password.reveal());
    }
    const bitswire::job_proxy proxy = j.proxy_settings();
    if (proxy.usage == bitswire::proxy_usage::no_proxy) o.proxy = "";
    if (proxy.usage == bitswire::proxy_usage::override_list) o.proxy = std::string(proxy.list);
    return o;
}

std::string id_text(const bitswire::guid& id) {
    const auto text = bitswire::write_guid(id, bitswire::guid_style::braces_lower);
    return {text.data(), text.size()};
}

} // namespace queue_tool
