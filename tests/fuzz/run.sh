#!/usr/bin/env bash
# Fuzzes for as long as you like: MINUTES for each target, two at a time, and goes on with what it found the last time.
#
# usage: tests/fuzz/run.sh [--built DIR] [--seed N] MINUTES [TARGET...]
#
# MINUTES may be a fraction such as 0.1. Without targets: all. With --built the programs are in that build already,
# otherwise they are built with preset clang-sanitize. The inputs that were found stay in fuzz-corpus/TARGET of the build,
# those that broke something in fuzz-failures.
set -euo pipefail
cd "$(dirname "$0")/../.."

all=()
for source in tests/fuzz/*_fuzz.cpp; do
  name=$(basename "$source" _fuzz.cpp)
  all+=("$name")
done
usage() {
  echo "$1" >&2
  echo "usage: tests/fuzz/run.sh [--built DIR] [--seed N] MINUTES [TARGET...]     targets: ${all[*]}" >&2
  exit 2
}
build=
seed=$((RANDOM * 32768 + RANDOM + 1))
while (($# > 1)); do
  case $1 in
    --built) build=$2 ;;
    --seed) seed=$2 ;;
    *) break ;;
  esac
  shift 2
done
[[ $seed =~ ^[1-9][0-9]{0,8}$ ]] || usage "not a seed from 1 to 999999999: $seed"
(($#)) || usage "for how long?"
[[ $1 =~ ^[0-9]{1,6}(\.[0-9]{1,3})?$ ]] || usage "not a number of minutes: $1"
seconds=$(awk "BEGIN { print int($1 * 60) }")
((seconds > 0)) || usage "less than a second: $1 minutes"
shift
for name in "$@"; do
  [[ " ${all[*]} " == *" $name "* ]] || usage "no such target: $name"
done
targets=("$@")
(($#)) || targets=("${all[@]}")

must_build=$([ -n "$build" ] || echo yes)
build=${build:-build/clang-sanitize}
programs=$build/tests/fuzz
corpus=$build/fuzz-corpus
failures=$build/fuzz-failures
log=$build/fuzz-log
mkdir -p "$log" "$failures"
if [ -n "$must_build" ] && ! { cmake --preset clang-sanitize &&
  cmake --build "$build" -j2 --target fuzz_seeds "${targets[@]/#/fuzz_}"; } >"$log/build" 2>&1; then
  cat "$log/build"
  exit 1
fi

files_in() { find "$1" -type f | wc -l; }
fuzz() {
  local name=$1
  mkdir -p "$corpus/$name"
  files_in "$corpus/$name" >"$log/$name.before"
  local folders=("$corpus/$name" "$programs/seeds/$name")
  [ -d "tests/fuzz/regressions/$name" ] && folders+=("tests/fuzz/regressions/$name")
  local code=0
  "$programs/fuzz_$name" -seed="$seed" -max_total_time="$seconds" -timeout=10 -max_len=4096 -dict="$programs/seeds/bits.dict" \
    -print_final_stats=1 -artifact_prefix="$failures/$name-" "${folders[@]}" >"$log/$name" 2>&1 || code=$?
  echo "$code" >"$log/$name.code"
}

echo "${#targets[@]} targets, $seconds s each, two at a time, seed $seed"
running=0
for name in "${targets[@]}"; do
  if ((running == 2)); then
    wait -n
    running=1
  fi
  fuzz "$name" &
  running=$((running + 1))
done
wait

figure() { grep -oP "$1" "$2" | tail -n 1 || true; }
crashed=()
format='%-22s %12s %8s %7s %7s %7s %8s\n'
# shellcheck disable=SC2059 # one format for all lines
printf "$format" target executions exec/s cov ft new crashes
for name in "${targets[@]}"; do
  crashes=0
  if [ "$(cat "$log/$name.code")" != 0 ]; then
    crashes=1
    crashed+=("$name")
  fi
  # shellcheck disable=SC2059
  executions=$(figure 'number_of_executed_units: +\K\d+' "$log/$name")
  ((crashes > 0 || ${executions:-0} >= 100)) || { echo "$name: has hardly run" && tail -n 5 "$log/$name" && exit 1; }
  # shellcheck disable=SC2059
  printf "$format" "$name" "$executions" \
    "$(figure 'average_exec_per_sec: +\K\d+' "$log/$name")" "$(figure ' cov: \K\d+' "$log/$name")" \
    "$(figure ' ft: \K\d+' "$log/$name")" "$(($(files_in "$corpus/$name") - $(cat "$log/$name.before")))" "$crashes"
done

for name in ${crashed[@]+"${crashed[@]}"}; do
  input=$(figure "Test unit written to \K.*" "$log/$name")
  echo
  echo "== $name failed: $log/$name"
  grep -m 3 -E 'broken:|ERROR:|runtime error:' "$log/$name" || tail -n 5 "$log/$name"
  if [ -n "$input" ]; then
    echo "again:   $programs/fuzz_$name $input"
    echo "smaller: $programs/fuzz_$name -minimize_crash=1 -max_total_time=60 $input"
    echo "for good, once it is mended: keep it in tests/fuzz/regressions/$name/"
  fi
done
((${#crashed[@]} == 0))
