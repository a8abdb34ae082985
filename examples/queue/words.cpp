// queue/words.cpp: jobs and codes as people and scripts read them.
//
// SPDX-License-Identifier: BSL-1.0
#include "words.hpp"

#include <bitswire/base/ascii.hpp>
#include <bitswire/spec/explain_hresult.hpp>
#include <bitswire/wire/hresult_text.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <ctime>

namespace queue_tool {

namespace {

using nlohmann::json;

/// As Windows writes them: TRANSIENT_ERROR.
template <class Enum>
std::string upper_name(Enum value) {
    std::string text(bitswire::enum_name(value));
    for (char& c : text)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

std::string context_text(bitswire::error_context context) {
    const std::string_view name = bitswire::name_of(context);
    return std::string(name.empty() ? bitswire::write_code(context).view() : name);
}

/// ISO 8601 in UTC; empty for never.
std::string time_text(bitswire::wall_time t) {
    if (t == bitswire::wall_time_never) return {};
    const auto seconds = static_cast<std::time_t>(t.ms / 1000U);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string_view meaning_of(bitswire::hresult code) {
    const bitswire::hresult_explanation known = bitswire::explain(code);
    if (known.is_known()) return known.meaning;
    return code.is_customer() ? "a vendor's own code" : "a code that is not known here";
}

/// What can be done about an error, and what is done without anybody.
std::string advice_for(bitswire::job_state state, const bitswire::job_error& e) {
    using bitswire::remedy;
    const remedy what = e.what_to_do();
    const std::string text(bitswire::row_of(what).text);
    if (what == remedy::retry_later) {
        return state == bitswire::job_state::transient_error
                   ? "the job is tried again after its retry delay; resume tries at once"
                   : "the job was tried until its no-progress time-out; resume it, or cancel it";
    }
    if (e.context == bitswire::error_context::local_file && what == remedy::give_up)
        return "correct what is wrong with the local file, then resume; or cancel";
    if (what == remedy::give_up)
        return "correct what is wrong (replace changes where the files are), then resume; or cancel";
    if (state == bitswire::job_state::transient_error) return text + "; the job also does so by itself";
    return text + "; or cancel";
}

json json_of(std::uint64_t bytes) { return bytes == bitswire::size_unknown ? json(nullptr) : json(bytes); }

json json_of(bitswire::wall_time t) { return t == bitswire::wall_time_never ? json(nullptr) : json(time_text(t)); }

json json_of(const bitswire::job_progress& p) {
    return {{"bytes_total", json_of(p.bytes_total)}, {"bytes_transferred", json_of(p.bytes_transferred)}};
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    const auto escape = [&out](char c) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto u = static_cast<unsigned char>(c);
        out.append("\\x") += digits[u >> 4];
        out += digits[u & 0xfU];
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        // The second set of control characters is C2 80 to C2 9F in UTF-8.
        const bool is_second_set = c == '\xc2' && i + 1 < text.size() && (text[i + 1] & '\xe0') == '\x80';
        if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f' || is_second_set) {
            escape(c);
            if (is_second_set) escape(text[++i]);
        } else {
            out += c;
        }
    }
    return out;
}

std::string text_of(bitswire::hresult code) {
    const std::string_view name = bitswire::explain(code).name;
    std::string text(bitswire::write_code(code).view());
    if (!name.empty()) text = std::string(name).append(" (").append(text).append(")");
    return text.append(": ").append(meaning_of(code));
}

json json_of(bitswire::hresult code) {
    return {{"code", bitswire::write_code(code).view()},
            {"name", bitswire::explain(code).name},
            {"meaning", meaning_of(code)}};
}

std::string bytes_of(const bitswire::job_progress& p) {
    const bool known = p.bytes_total != bitswire::size_unknown;
    return std::to_string(p.bytes_transferred) + " of " + (known ? std::to_string(p.bytes_total) : "unknown");
}

std::string line_of(const bitswire::job& j) {
    std::string text = id_text(j.id());
    text.append(" ").append(upper_name(j.state())).append(" ").append(upper_name(j.type()));
    text.append(" ").append(upper_name(j.priority())).append(" ").append(bytes_of(j.progress()));
    return text.append(" ").append(printable(j.display_name()));
}

std::string text_of(const job_record& r) {
    const bitswire::job& j = r.its();
    std::string text;
    const auto line = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(name.size() < 16 ? 16 - name.size() : 1, ' ').append(printable(value)) += '\n';
    };
    line("id", id_text(j.id()));
    line("name", j.display_name());
    if (!j.description().empty()) line("description", j.description());
    line("type", upper_name(j.type()));
    line("state", upper_name(j.state()));
    line("priority", upper_name(j.priority()));
    line("owner", j.owner());
    const bitswire::job_progress p = j.progress();
    line("bytes", bytes_of(p));
    line("files", std::to_string(p.files_transferred) + " of " + std::to_string(p.files_total));
    for (std::uint32_t i = 0; i < j.file_count(); ++i) {
        const bitswire::job_file f = j.file(i);
        line("file", std::to_string(i + 1) + ": " +
                         bytes_of({f.bytes_total, f.bytes_transferred, 0, 0}).append(" ").append(f.remote_name));
        line("", std::string("   ").append(f.local_name));
    }
    if (const auto reply = j.reply_progress()) {
        if (j.file_count() != 0) line("reply file", reply_path(j));
        line("reply bytes", bytes_of(*reply));
    }
    if (!j.notify_cmd_line().program.empty()) line("notify program", j.notify_cmd_line().parameters);
    if (j.proxy_settings().usage != bitswire::proxy_usage::preconfig)
        line("proxy", j.proxy_settings().list.empty() ? "none" : j.proxy_settings().list);
    for (const auto target : {bitswire::auth_target::server, bitswire::auth_target::proxy}) {
        const auto c = j.credentials(target, bitswire::auth_scheme::basic);
        if (c.is_set) line(target == bitswire::auth_target::server ? "server user" : "proxy user", c.user);
    }
    line("created", time_text(j.times().created));
    line("modified", time_text(j.times().modified));
    line("transferred", time_text(j.times().transfer_completed));
    line("retry delay", std::to_string(j.minimum_retry_delay_s()) + " s");
    line("no progress", std::to_string(j.no_progress_timeout_s()) + " s");
    line("errors", std::to_string(j.error_count()));
    if (const auto e = j.get_error()) {
        line("error", text_of(e->code));
        line("context", context_text(e->context));
        if (const auto protocol = j.get_error_protocol()) line("protocol", *protocol);
        if (e->http_status != 0) line("status", std::to_string(e->http_status));
        if (const auto file = j.get_error_file()) line("error file", std::to_string(*file + 1));
        if (!r.detail.empty()) line("detail", r.detail);
        line("advice", advice_for(j.state(), *e));
    }
    return text;
}

json json_of(const job_record& r) {
    const bitswire::job& j = r.its();
    const bitswire::job_progress p = j.progress();
    json out = json_of(p);
    out["id"] = id_text(j.id());
    out["name"] = j.display_name();
    out["description"] = j.description();
    out["type"] = upper_name(j.type());
    out["state"] = upper_name(j.state());
    out["priority"] = upper_name(j.priority());
    out["owner"] = j.owner();
    out["files_total"] = p.files_total;
    out["files_transferred"] = p.files_transferred;
    out["files"] = json::array();
    for (std::uint32_t i = 0; i < j.file_count(); ++i) {
        const bitswire::job_file f = j.file(i);
        json file = json_of({f.bytes_total, f.bytes_transferred, 0, 0});
        file["remote"] = f.remote_name;
        file["local"] = f.local_name;
        out["files"].push_back(file);
    }
    if (const auto reply = j.reply_progress()) {
        out["reply"] = json_of(*reply);
        if (j.file_count() != 0) out["reply"]["local"] = reply_path(j);
    }
    out["created"] = json_of(j.times().created);
    out["modified"] = json_of(j.times().modified);
    out["transferred"] = json_of(j.times().transfer_completed);
    out["retry_delay_s"] = j.minimum_retry_delay_s();
    out["no_progress_s"] = j.no_progress_timeout_s();
    out["error_count"] = j.error_count();
    out["error"] = nullptr;
    if (const auto e = j.get_error()) {
        json error = json_of(e->code);
        error["context"] = context_text(e->context);
        if (e->http_status != 0) error["status"] = e->http_status;
        if (const auto file = j.get_error_file()) error["file"] = *file;
        error["detail"] = r.detail;
        error["advice"] = advice_for(j.state(), *e);
        out["error"] = error;
    }
    return out;
}

std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace queue_tool
