#!/bin/sh
# usage: compile.sh SOURCE_DIR WORK_DIR: compiles after_windows_headers.cpp with mingw-w64; nothing is linked or run.
set -eu
source=$1
work=$2
header=$(echo '#include <bitsmsg.h>' | x86_64-w64-mingw32-g++-posix -x c++ -M - | tr ' \\' '\n\n' | grep 'bitsmsg\.h$')
mkdir -p "$work"
sed -nE 's/^#define ((BG|BITS)_[A-Z0-9_]+) .*0x.*/static_assert("\1"_hresult.value == sdk(\1), "\1");/p' "$header" \
  > "$work/bitsmsg_codes.inc"
codes=$(wc -l < "$work/bitsmsg_codes.inc")
test "$codes" -ge 100 || { echo "only $codes codes found in $header"; exit 1; }
x86_64-w64-mingw32-g++-posix -std=c++20 -O1 -Wall -Wextra -Wpedantic -Werror -I"$source/include" -I"$work" \
  -c "$source/tests/mingw/after_windows_headers.cpp" -o "$work/after_windows_headers.o"
echo "compiled after windows.h, bits.h and bitsmsg.h; $codes codes are equal"
