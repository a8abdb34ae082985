// The test program. Tests are sentences; one grep leads from a section of the specification to what shows it.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
