// bitswire-upload: uploads a file with the BITS upload protocol. The protocol is the library's, HTTP is libcurl's; what
// is between them is uploader.cpp.
//
// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"
#include "uploader.hpp"

#include <transfer/stop_request.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    int code = upload_tool::exit_wrong_usage;
    try {
        const auto options = upload_tool::read_options(argc, argv, code);
        if (!options) return code;
        transfer::stop_request::listen();
        curl_global_init(CURL_GLOBAL_DEFAULT);
        code = upload_tool::uploader(*options).run();
    } catch (const upload_tool::usage_error& e) {
        std::fprintf(stderr, "bitswire-upload: %s\n", e.what());
        return upload_tool::exit_wrong_usage;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bitswire-upload: %s\n", e.what());
        return upload_tool::exit_failed;
    }
    curl_global_cleanup();
    return code;
}
