// upload/display.cpp: what the user sees.
//
// SPDX-License-Identifier: BSL-1.0
#include "display.hpp"

#include <bitswire/spec/error_line.hpp>
#include <bitswire/spec/explain_hresult.hpp>
#include <bitswire/spec/hresult_table.hpp>
#include <bitswire/spec/http_status.hpp>
#include <bitswire/wire/hresult_text.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <sys/ioctl.h>
#include <unistd.h>

namespace upload_tool {

namespace {

using nlohmann::json;

constexpr auto between_bars = std::chrono::milliseconds(100);
constexpr auto between_lines = std::chrono::seconds(1);
/// Over how many seconds the rate is smoothed.
constexpr double rate_window_s = 3;

double seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

template <class... Args>
std::string format(const char* pattern, Args... args) {
    std::array<char, 256> text{};
    const int size = std::snprintf(text.data(), text.size(), pattern, args...);
    return {text.data(), std::min(static_cast<std::size_t>(std::max(size, 0)), text.size() - 1)};
}

std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

std::string size_text(double bytes) {
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < units.size(); ++unit)
        bytes /= 1024;
    return format(unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

std::string size_text(std::uint64_t bytes) { return size_text(static_cast<double>(bytes)); }

std::string time_text(double left_s) {
    if (!(left_s < 360'000)) return "--:--";
    const auto s = static_cast<unsigned>(std::lround(left_s));
    if (s >= 3600) return format("%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
    return format("%02u:%02u", s / 60, s % 60);
}

void print_json(const json& event) {
    const std::string line = event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

std::string context_text(bitswire::error_context context) {
    const std::string_view name = bitswire::name_of(context);
    return name.empty() ? std::string(bitswire::write_code(context).view()) : std::string(name);
}

/// What says most: the server's code, else the HTTP status; nothing for neither.
bitswire::hresult_explanation explanation_of(const bitswire::upload_failure& f) {
    if (f.code != bitswire::hresult{}) return bitswire::explain(f.code);
    if (f.http_status >= 300) return bitswire::explain(bitswire::hresult::from_http_status(f.http_status));
    return {};
}

std::string problem_text(const bitswire::error& e) { return std::string(bitswire::error_line(e).view()); }

std::string advice_text(const trouble& t, std::string_view hint) {
    std::string text(bitswire::row_of(t.failure.what).advice);
    // Which credentials, and what of the connection, the hint says.
    const bitswire::remedy remedy = t.failure.what_to_do();
    if (remedy != bitswire::remedy::give_credentials && t.failure.what != bitswire::upload_status::transport)
        text.append(text.empty() ? "" : "; ").append(bitswire::row_of(remedy).text);
    if (!hint.empty()) text.append(text.empty() ? "" : "; ").append(hint);
    return text;
}

/// One line: for a retry, which is none of the user's business yet.
std::string short_text(const trouble& t) {
    const bitswire::upload_failure& f = t.failure;
    std::string text(bitswire::row_of(f.what).text);
    if (f.http_status != 0) text += format(" (%u", unsigned{f.http_status});
    if (f.http_status != 0 && f.code != bitswire::hresult{}) {
        text.append(", ").append(bitswire::write_code(f.code).view());
        const bitswire::hresult_explanation known = bitswire::explain(f.code);
        text.append(known.is_known() ? " " : "").append(known.name);
    }
    if (f.http_status != 0) text += ")";
    if (!t.detail.empty()) text.append(": ").append(t.detail);
    return text;
}

json to_json(const trouble& t) {
    const bitswire::upload_failure& f = t.failure;
    json j = {{"what", bitswire::enum_name(f.what)}, {"text", bitswire::row_of(f.what).text}};
    j["what_to_do"] = bitswire::enum_name(f.what_to_do());
    j["during"] = t.is_about_reply ? "reply" : bitswire::name_of(f.during);
    if (f.http_status != 0) j["status"] = f.http_status;
    if (f.code != bitswire::hresult{}) j["code"] = bitswire::write_code(f.code).view();
    if (const bitswire::hresult_explanation known = explanation_of(f); known.is_known()) {
        j["hresult"] = known.name;
        j["meaning"] = known.meaning;
    }
    if (f.context != bitswire::error_context::none) j["context"] = context_text(f.context);
    if (f.problem) j["problem"] = problem_text(f.problem);
    if (!t.detail.empty()) j["detail"] = t.detail;
    return j;
}

} // namespace

display::display(bool json_lines, bool verbose)
    : json_(json_lines), verbose_(verbose), terminal_(::isatty(STDERR_FILENO) == 1) {}

void display::started(std::string_view file, std::string_view url, std::uint64_t bytes_done,
                      std::uint64_t bytes_total) {
    bytes_at_start_ = bytes_done_ = bytes_measured_ = bytes_done;
    bytes_total_ = bytes_total;
    is_started_ = true;
    started_at_ = measured_at_ = clock::now();
    shown_at_ = started_at_ - between_bars;
    if (!terminal_) shown_at_ = started_at_;
    if (json_) {
        print_json({{"event", "start"},
                    {"file", file},
                    {"url", url},
                    {"bytes_done", bytes_done},
                    {"bytes_total", bytes_total}});
    } else if (bytes_done != 0) {
        print_line(format("continuing at %llu of %llu bytes", static_cast<unsigned long long>(bytes_done),
                          static_cast<unsigned long long>(bytes_total)));
    }
}

void display::progress(std::uint64_t bytes_done) {
    if (!is_started_) return; // only cancelled
    bytes_done_ = bytes_done;
    const clock::time_point now = clock::now();
    const bool bar = terminal_ && !json_;
    if (now - shown_at_ < (bar ? clock::duration(between_bars) : clock::duration(between_lines))) return;
    shown_at_ = now;
    note_rate(now);
    if (bar) {
        draw_bar();
    } else if (json_) {
        print_json({{"event", "progress"},
                    {"bytes_done", bytes_done_},
                    {"bytes_total", bytes_total_},
                    {"bytes_per_s", std::llround(rate_)}});
    } else {
        const double percent =
            bytes_total_ == 0 ? 100.0 : 100.0 * static_cast<double>(bytes_done_) / static_cast<double>(bytes_total_);
        print_line(format("%.1f %%  %llu of %llu bytes  %s/s", percent, static_cast<unsigned long long>(bytes_done_),
                          static_cast<unsigned long long>(bytes_total_), size_text(rate_).c_str()));
    }
}

/// Fast links do not make the figure jump, and a stalled one does not keep it up: its weight falls with time.
void display::note_rate(clock::time_point now) {
    const double span_s = seconds(now - measured_at_);
    if (span_s < 0.05) return;
    const double moved = bytes_done_ > bytes_measured_ ? static_cast<double>(bytes_done_ - bytes_measured_) : 0.0;
    const bool first = measured_at_ == started_at_;
    const double weight = first ? 1.0 : 1.0 - std::exp(-span_s / rate_window_s);
    rate_ += weight * (moved / span_s - rate_);
    bytes_measured_ = bytes_done_;
    measured_at_ = now;
}

void display::draw_bar() {
    struct winsize size {};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0;
    const std::size_t width = known ? size.ws_col : 80;
    const double share =
        bytes_total_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(bytes_done_) / static_cast<double>(bytes_total_));
    const double left = bytes_total_ > bytes_done_ ? static_cast<double>(bytes_total_ - bytes_done_) : 0.0;
    const std::string percent = format("%3.0f%% ", std::floor(share * 100));
    // Of fixed width, so that the bar does not jump.
    const std::string figures =
        format(" %10s/%s %10s/s %7s", size_text(bytes_done_).c_str(), size_text(bytes_total_).c_str(),
               size_text(rate_).c_str(), time_text(rate_ > 0 ? left / rate_ : 1e9).c_str());
    std::string line = percent;
    // The last column stays free: a character there moves some terminals to the next line.
    const std::size_t taken = percent.size() + figures.size() + 3;
    if (width > taken + 5) {
        const std::size_t room = width - taken;
        const auto full = static_cast<std::size_t>(share * static_cast<double>(room));
        line.append("[").append(full, '#').append(room - full, '.').append("]");
    }
    line += figures;
    if (line.size() >= width) line.resize(width - 1);
    std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
    std::fflush(stderr);
    bar_is_drawn_ = true;
}

void display::clear_bar() {
    if (bar_is_drawn_) std::fputs("\r\x1b[K", stderr);
    bar_is_drawn_ = false;
}

void display::print_line(const std::string& line) {
    clear_bar();
    std::fprintf(stderr, "%s\n", line.c_str());
}

void display::sent(const bitswire::upload_request& request) {
    if (!verbose_) return;
    std::string line = joined({"> ", bitswire::name_of(request.type)});
    if (request.type == bitswire::packet_type::fragment) {
        line += format(" %llu+%llu/%llu", static_cast<unsigned long long>(request.range.offset),
                       static_cast<unsigned long long>(request.range.size_bytes),
                       static_cast<unsigned long long>(request.range.total_bytes));
    }
    print_line(line.append(" ").append(request.host).append(request.target));
}

void display::received(const bitswire::ack& a) {
    if (!verbose_) return;
    std::string line = format("< %u ", unsigned{a.status}).append(bitswire::reason_of(a.status));
    if (!a.session_id.empty()) line.append(" session ").append(a.session_id);
    if (a.received_content_range) {
        line += format(" offset %llu", static_cast<unsigned long long>(*a.received_content_range));
    }
    if (a.error_code) line.append(" code ").append(bitswire::write_code(*a.error_code).view());
    if (!a.host_id.empty()) line.append(" host ").append(a.host_id);
    if (!a.reply_url.empty()) line.append(" reply ").append(a.reply_url);
    print_line(line);
}

void display::retry(const trouble& t, unsigned attempt, unsigned attempts, std::uint64_t delay_s) {
    if (json_) {
        json j = to_json(t);
        j["event"] = "retry";
        j["attempt"] = attempt;
        j["attempts"] = attempts;
        j["delay_s"] = delay_s;
        print_json(j);
    } else {
        print_line(short_text(t) + format("; trying again in %llu s (attempt %u of %u)",
                                          static_cast<unsigned long long>(delay_s), attempt, attempts));
    }
}

void display::repeat(const trouble& t, std::uint64_t delay_s) {
    if (json_) {
        json j = to_json(t);
        j["event"] = "retry";
        j["delay_s"] = delay_s;
        print_json(j);
    } else {
        print_line(short_text(t) + format("; sending it again in %llu s", static_cast<unsigned long long>(delay_s)));
    }
}

void display::reply(std::string_view file, std::uint64_t size_bytes) {
    if (json_) {
        print_json({{"event", "reply"}, {"file", file}, {"bytes", size_bytes}});
    } else {
        print_line(
            format("wrote the reply of %llu bytes to ", static_cast<unsigned long long>(size_bytes)).append(file));
    }
}

void display::done(bool cancelled) {
    const double took_s = std::max(seconds(clock::now() - started_at_), 1e-3);
    const std::uint64_t now_sent = bytes_total_ - std::min(bytes_at_start_, bytes_total_);
    const double rate = static_cast<double>(now_sent) / took_s;
    if (json_) {
        print_json({{"event", "done"},
                    {"cancelled", cancelled},
                    {"bytes_total", bytes_total_},
                    {"seconds", std::round(took_s * 1000) / 1000},
                    {"bytes_per_s", cancelled ? 0 : std::llround(rate)}});
    } else if (cancelled) {
        print_line("cancelled");
    } else {
        if (terminal_) {
            bytes_done_ = bytes_total_;
            note_rate(clock::now());
            draw_bar();
            std::fputc('\n', stderr);
            bar_is_drawn_ = false;
        }
        std::string line = format("uploaded %llu bytes", static_cast<unsigned long long>(bytes_total_));
        if (bytes_at_start_ != 0)
            line += format(", %llu of them in this run,", static_cast<unsigned long long>(now_sent));
        print_line(line + format(" in %.1f s (%s/s)", took_s, size_text(rate).c_str()));
    }
}

void display::failed(const trouble& t, std::string_view hint, int exit_code) {
    const bitswire::upload_failure& f = t.failure;
    const std::string advice = advice_text(t, hint);
    if (json_) {
        json j = to_json(t);
        j["event"] = "error";
        j["advice"] = advice;
        j["exit"] = exit_code;
        print_json(j);
    }
    const std::string_view during = t.is_about_reply ? "GET of the reply" : bitswire::name_of(f.during);
    print_line(joined({"bitswire-upload: ", bitswire::row_of(f.what).text, " (", during, ")"}));
    if (f.http_status != 0) {
        print_line(format("  status   %u ", unsigned{f.http_status}).append(bitswire::reason_of(f.http_status)));
    }
    const bitswire::hresult_explanation known = explanation_of(f);
    if (f.code != bitswire::hresult{} || known.is_known()) {
        const bitswire::hresult code = f.code != bitswire::hresult{} ? f.code : known.code;
        const std::string_view name = known.is_known()     ? known.name
                                      : code.is_customer() ? "(a vendor's own)"
                                                           : "(not known here)";
        print_line(joined({"  code     ", bitswire::write_code(code).view(), " ", name}));
        if (known.is_known()) print_line(joined({"  meaning  ", known.meaning}));
    }
    if (f.context != bitswire::error_context::none) print_line(joined({"  context  ", context_text(f.context)}));
    if (f.problem) print_line(joined({"  problem  ", problem_text(f.problem)}));
    if (!t.detail.empty()) print_line(joined({"  detail   ", t.detail}));
    if (!advice.empty()) print_line(joined({"  advice   ", advice}));
}

void display::ended(std::string_view why, int exit_code) {
    if (json_) print_json({{"event", "error"}, {"what", "ended"}, {"text", why}, {"exit", exit_code}});
    print_line(joined({"bitswire-upload: ", why}));
}

void display::warn(std::string_view text) { print_line(joined({"bitswire-upload: warning: ", text})); }

} // namespace upload_tool
