#!/usr/bin/env bash
# All benchmarks, on a fresh Debian machine: installs what is missing, builds with g++ and clang, measures, and writes
# bench/results.md and bench/results.svg. A quarter of an hour; nothing else should be at work meanwhile.
#
# usage: bench/run.sh [--quick] [--check] [--built FOLDER]
#
# --quick: everything once and for a moment, to see that it works; the results go to build/figures-quick/ instead.
# --check: exit code 1 if a goal is missed.
# --built: a build folder to measure, instead of what this would install and build.
set -euo pipefail
cd "$(dirname "$0")/.."

figures=build/figures
results=bench
bench_options=(--benchmark_min_time=0.01 --benchmark_repetitions=50 --benchmark_enable_random_interleaving=true)
compile_options=()
upload_options=()
report_options=()
builds=(build/gcc-bench build/clang-bench)
built=
while (($#)); do
  case $1 in
  --quick)
    figures=build/figures-quick
    results=$figures
    bench_options=(--benchmark_min_time=0.001)
    compile_options=(--repetitions 1 bitswire.hpp spec/hresult.hpp spec/error.hpp)
    upload_options=(--mib 16 --files 200 --rounds 1)
    ;;
  --check) report_options=(--check) ;;
  --built)
    built=${2:?a build folder}
    builds=("$built")
    shift
    ;;
  *)
    echo "usage: bench/run.sh [--quick] [--check] [--built FOLDER]" >&2
    exit 2
    ;;
  esac
  shift
done

# What is at work, to be ended with this script. The one that starts servers ends them when it is told to end.
child=
stop_child() {
  local code=$?
  trap - EXIT INT TERM HUP
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null || true
    wait "$child" || true
  fi
  exit "$code"
}
trap stop_child EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
run() {
  local code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

packages=(
  g++ clang cmake ninja-build python3
  libbenchmark-dev node-llhttp libhttp-parser-dev libboost-dev nlohmann-json3-dev # what is measured beside
  libabsl-dev                                                                     # a store of sessions
  libcli11-dev libcurl4-openssl-dev nginx-light                                   # uploads
)
install_packages() {
  local package missing=() as_root=()
  for package in "${packages[@]}"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  echo "== installing ${missing[*]}"
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
  # Debian starts it on port 80, where nobody has asked for it.
  if [[ " ${missing[*]} " == *" nginx-light "* ]]; then
    "${as_root[@]}" service nginx stop || true
    "${as_root[@]}" update-rc.d nginx disable || true
  fi
}

rm -rf "$figures"
mkdir -p "$figures"
if [ -z "$built" ]; then
  install_packages
  for preset in "${builds[@]#build/}"; do
    echo "== $preset"
    run cmake --preset "$preset" >"$figures/build.log" 2>&1 || { cat "$figures/build.log"; exit 1; }
    run cmake --build --preset "$preset" -j2 >"$figures/build.log" 2>&1 || { cat "$figures/build.log"; exit 1; }
  done
fi
for build in "${builds[@]}"; do
  for name in bitswire_bench bitswire_bench_avx2 bitswire_bench_portable; do
    [ -x "$build/bench/$name" ] || continue
    echo "== ${build##*/}: $name"
    code=0
    run "$build/bench/$name" "${bench_options[@]}" --benchmark_out="$figures/packets-${build##*/}-$name.json" \
      --benchmark_out_format=json >"$figures/bench.log" 2>&1 || code=$?
    ((code == 0)) || cat "$figures/bench.log"
    ((code == 0 || code == 77)) || exit 1 # 77: not for this CPU, as it has just said
  done
done
echo "== compile time"
run python3 bench/compile_time.py --json "$figures/compile.json" "${compile_options[@]}" >"$figures/compile.log"
echo "== uploads"
run python3 bench/upload_beside_nginx.py "${builds[0]}" --json "$figures/uploads.json" "${upload_options[@]}" \
  >"$figures/uploads.log" 2>&1 || { cat "$figures/uploads.log"; exit 1; }

echo "== results"
python3 bench/report.py "$figures" --write "$results" "${report_options[@]}"
echo "$results/results.md and $results/results.svg are written"
