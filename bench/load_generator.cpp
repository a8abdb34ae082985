// Sends all files of a folder to a server on this machine, as BITS uploads or as HTTP PUT, over some connections at
// once. One thread, one epoll and one HTTP library (Boost.Beast, door 2) for both, so that what differs is the protocol
// and the server. Where and what comes from upload_beside_nginx.py, which also looks at what has arrived.
//
// usage: bitswire_load bits|put PORT CONNECTIONS FOLDER PATH [SYNC_FOLDER]     prints JSON: seconds, and requests sent
//
// SYNC_FOLDER: what a server that does not sync has put there counts as uploaded once it is on the disk; as many
// threads as in bitswire-server see to that: first the file, then the folder.
//
// SPDX-License-Identifier: BSL-1.0
#include <bitswire/bitswire.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <cstdio>
#include <deque>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <system_error>
#include <tuple>
#include <unistd.h>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

boost::beast::string_view of_beast(std::string_view text) { return {text.data(), text.size()}; }

[[noreturn]] void fail_with_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct file {
    std::string name;
    boost::beast::span<const char> bytes; ///< mapped until the program ends
};

std::vector<file> map_files(const char* folder) {
    std::vector<file> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string path = entry.path();
        const std::size_t size = entry.file_size();
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
        if (bytes == MAP_FAILED) fail_with_errno(path);
        ::close(fd);
        files.push_back({entry.path().filename(), {static_cast<const char*>(bytes), size}});
    }
    return files;
}

void sync(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::fsync(fd) != 0) fail_with_errno(path);
    ::close(fd);
}

/// What the connections share.
struct load {
    bool is_bits;
    std::string host;
    std::vector<file> files;
    std::string path; ///< what stands before each name
    std::string sync_folder;
    asio::io_context io{1};
    asio::thread_pool disk{8};
    std::size_t next_file = 0;
    std::size_t requests = 0;
};

/// Uploads file after file until none is left. What goes wrong is thrown, out of the one loop, and ends the program.
class connection {
  public:
    connection(load& l, const tcp::endpoint& server) : load_(l), socket_(l.io) {
        socket_.connect(server);
        socket_.set_option(tcp::no_delay(true));
    }

    void take_file() {
        if (load_.next_file == load_.files.size()) return;
        file_ = &load_.files[load_.next_file++];
        if (!load_.is_bits) return put();
        url_ = "http://" + load_.host + load_.path + file_->name;
        client_.emplace(bitswire::upload_client_config{
            .url = url_, .size_bytes = file_->bytes.size(), .content_name = file_->name});
        perform(client_->start({}));
    }

  private:
    void put() {
        request_ = {http::verb::put, of_beast(load_.path + file_->name), 11};
        request_.set(http::field::host, load_.host);
        request_.content_length(file_->bytes.size());
        request_.body() = file_->bytes;
        exchange();
    }

    void perform(const bitswire::upload_step& step) {
        if (client_->succeeded()) return take_file();
        if (step.todo != bitswire::upload_todo::send) throw std::runtime_error("an upload has failed");
        type_ = step.request.type;
        request_ = {};
        request_.method_string(of_beast(bitswire::bits_post));
        request_.target(of_beast(step.request.target));
        std::ignore = bitswire::visit_headers(step.request, [&](std::string_view name, std::string_view value) {
            request_.set(of_beast(name), of_beast(value));
        });
        const bitswire::content_range& range = step.request.range;
        request_.body() = {file_->bytes.data() + range.offset, static_cast<std::size_t>(range.size_bytes)};
        exchange();
    }

    void exchange() {
        ++load_.requests;
        http::async_write(socket_, request_, [this](const error_code& problem, std::size_t) {
            if (problem) throw boost::system::system_error(problem);
            answer_ = {};
            http::async_read(socket_, buffer_, answer_, [this](const error_code& failed, std::size_t) {
                if (failed) throw boost::system::system_error(failed);
                on_answer();
            });
        });
    }

    void on_answer() {
        if (load_.is_bits) {
            const auto ack = bitswire::parse_message<bitswire::ack>({static_cast<std::uint16_t>(answer_.result_int())},
                                                                    answer_.base(), {.answers = type_, .limits = {}});
            if (!ack) throw std::runtime_error("an answer is no Ack");
            return perform(client_->on_ack(*ack, {}));
        }
        if (answer_.result() != http::status::created) throw std::runtime_error("a PUT was refused");
        if (load_.sync_folder.empty()) return take_file();
        asio::post(load_.disk, [this, guard = asio::make_work_guard(load_.io)] {
            sync(load_.sync_folder + '/' + file_->name);
            sync(load_.sync_folder);
            asio::post(guard.get_executor(), [this] { take_file(); });
        });
    }

    load& load_;
    tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
    http::request<http::span_body<const char>> request_;
    http::response<http::string_body> answer_;
    const file* file_ = nullptr;
    std::string url_;
    std::optional<bitswire::upload_client> client_;
    bitswire::packet_type type_{};
};

} // namespace

int main(int argc, char** argv) {
    const std::string_view protocol = argc > 1 ? argv[1] : "";
    if (argc < 6 || argc > 7 || (protocol != "bits" && protocol != "put")) {
        std::fputs("usage: bitswire_load bits|put PORT CONNECTIONS FOLDER PATH [SYNC_FOLDER]\n", stderr);
        return 2;
    }
    try {
        const tcp::endpoint server(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(argv[2])));
        load all{protocol == "bits", "127.0.0.1:" + std::string(argv[2]), map_files(argv[4]), argv[5],
                 argc > 6 ? argv[6] : ""};
        std::deque<connection> connections;
        for (unsigned long n = std::stoul(argv[3]); n != 0; --n)
            connections.emplace_back(all, server);
        const auto began = std::chrono::steady_clock::now();
        for (connection& c : connections)
            c.take_file();
        all.io.run();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        std::printf("{\"seconds\": %.6f, \"requests\": %zu}\n", took.count(), all.requests);
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bitswire_load: %s\n", e.what());
        return 1;
    }
}
