#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR COMPILER FLAGS RUNNER DIFFERENCE: compiles what tests bytes, and that the difference is
# there, with COMPILER FLAGS, and runs it with RUNNER, or here, if that is `processor FLAG` and the processor has it.
set -eu
source=$1
work=$2
compiler=$3
flags=$4
runner=$5
difference=$6
skip() {
  echo "skipped: no $1"
  exit 77
}
command -v "$compiler" >/dev/null || skip "$compiler"
case $runner in
  "processor "*)
    grep -qsw "${runner#processor }" /proc/cpuinfo || skip "$runner"
    runner=
    ;;
  *) command -v "$runner" >/dev/null || skip "$runner" ;;
esac
mkdir -p "$work"
{
  echo "#include <bitswire/bitswire.hpp>"
  echo "namespace bitswire { static_assert($difference); }"
  for test in main base_test corpus_test snapshot_test; do
    echo "#include \"$source/tests/$test.cpp\"" # together, since most of the time is for what each of them includes
  done
} >"$work/tests.cpp"
# doctest is a header; behind the headers of a cross compiler it is found where Debian has it.
# shellcheck disable=SC2086 # flags are words
"$compiler" -std=c++20 -Og -Wall -Wextra -Wpedantic -Werror $flags -I"$source/include" -I"$source/tests" -idirafter /usr/include \
  -DBITSWIRE_TESTS_DIR="\"$source/tests\"" "$work/tests.cpp" -o "$work/tests"
# shellcheck disable=SC2086 # here there is no runner
$runner "$work/tests" --no-intro
