// A result whose value is not there, read all the same: in a program without assertions, too, for which this file is
// compiled with NDEBUG.
#include <bitswire/base/result.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <initializer_list>
#include <sys/wait.h>
#include <unistd.h>

#ifndef NDEBUG
#error "this is about programs without assertions"
#endif

using namespace bitswire;

namespace {

struct text { // of this file, so that nothing of it is compiled anywhere else
    const char* begin = "nothing";
    int size = 7;
};
struct fault {
    int code = 0;
    friend bool operator==(const fault&, const fault&) = default;
};
using text_result = basic_result<text, fault>;

/// How a process of its own ends in which `run` is called: the signal, or 0.
template <class Run>
int signal_of(Run run) {
    const ::pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        for (const int caught : {SIGILL, SIGTRAP, SIGABRT})
            std::signal(caught, SIG_DFL); // doctest has handlers for some
        run();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

volatile int seen = 0;

} // namespace

TEST_CASE("L3: reading a value that is not there ends the program, without assertions too") {
    text_result r(fault{3});
    const text_result& constant = r;
    CHECK(signal_of([&] { seen = r.value().size; }) != 0);
    CHECK(signal_of([&] { seen = constant.value().size; }) != 0);
    CHECK(signal_of([&] { seen = (*r).size; }) != 0);
    CHECK(signal_of([&] { seen = (*constant).size; }) != 0);
    CHECK(signal_of([&] { seen = r->size; }) != 0);
    CHECK(signal_of([&] { seen = constant->begin[0]; }) != 0);
    CHECK(signal_of([&] { seen = text_result(text{})->size; }) == 0);
}

TEST_CASE("L3: a result is looked at and read in one step") {
    text_result good(text{"abc", 3});
    text_result bad(fault{3});
    const text_result& good_constant = good;
    const text_result& bad_constant = bad;
    REQUIRE(good.if_value() != nullptr);
    CHECK(good.if_value()->size == 3);
    CHECK(good_constant.if_value() == good.if_value());
    CHECK(bad.if_value() == nullptr);
    CHECK(bad_constant.if_value() == nullptr);
    CHECK(good.value_or({"", 0}).size == 3);
    CHECK(bad.value_or({"", 0}).size == 0);
    CHECK(bad.error() == fault{3});
    CHECK(good.error() == fault{}); // no error
    static_assert(basic_result<int, fault>(4).value_or(5) == 4);
    static_assert(basic_result<int, fault>(fault{}).value_or(5) == 5);
    static_assert(basic_result<int, fault>(fault{}).if_value() == nullptr);
}
