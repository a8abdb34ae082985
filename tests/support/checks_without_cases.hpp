// doctest's checks in a program that has no test cases: what reads captures and the corpus checks as tests do, and the
// first check that fails ends the program. The program defines DOCTEST_CONFIG_IMPLEMENT.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

class checks_without_cases {
  public:
    checks_without_cases() {
        context_.setAsDefaultForAssertsOutOfTestCases();
        context_.setAssertHandler([](const doctest::AssertData& failed) {
            std::fprintf(stderr, "%s:%d: %s\n", failed.m_file, failed.m_line, failed.m_expr);
            std::exit(1);
        });
    }

  private:
    doctest::Context context_{};
};
