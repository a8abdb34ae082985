#!/usr/bin/env bash
# Everything, on a fresh Debian machine: installs what is missing, then configures, builds and tests each preset.
#
# usage: tests/run.sh [PRESET...]     without arguments: all but `compilers`, and examples/run.sh
#        tests/run.sh wide            further compilers, which it installs, and programs of 32 bits: preset `compilers`
#        tests/run.sh all             both, as CI runs them, with one summary
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  g++ clang cmake make ninja-build python3
  doctest-dev valgrind                               # tests
  node-llhttp libhttp-parser-dev                     # other parsers: bench, tests/differential
  libboost-dev                                       # the same, the server, and the header door's test
  libbenchmark-dev libabsl-dev nginx-light           # bench
  libcli11-dev nlohmann-json3-dev libcurl4-openssl-dev # the programs
  haproxy apache2 libapache2-mod-auth-gssapi caddy openssl # proxies before the server, beside nginx
  faketime                                           # clocks that jump, for the programs
  g++-mingw-w64-x86-64-posix mingw-w64-common        # Windows headers
  g++-aarch64-linux-gnu g++-s390x-linux-gnu g++-i686-linux-gnu qemu-user-static # other processors
  libclang-rt-14-dev llvm                            # clang's sanitizers, coverage
  clang-format clang-tidy
)
usual=(gcc-dev clang-dev gcc-sanitize clang-sanitize gcc-portable clang-coverage gcc-release)
case "$*" in
  "") presets=("${usual[@]}") ;;
  wide) presets=(compilers) ;;
  all) presets=("${usual[@]}" compilers) ;;
  *) presets=("$@") ;;
esac
if [[ " ${presets[*]} " == *" compilers "* ]]; then
  packages+=(
    g++-11 clang-16 clang-19 libc++-19-dev libc++abi-19-dev
    g++-arm-linux-gnueabihf
  )
fi
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if ((${#missing[@]})); then
  echo "== installing ${missing[*]}"
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
  # Debian starts them on port 80, where nobody has asked for them.
  for package in nginx-light haproxy apache2 caddy; do
    if [[ " ${missing[*]} " == *" $package "* ]]; then
      "${as_root[@]}" service "${package%-light}" stop || true
    fi
  done
fi

# What the long tests counted, and with which seeds, from ctest's log.
print_figures() {
  awk '
    / Testing: / { wanted = $3 ~ /^(model\.[a-z]+|simulation|fuzz|differential|mutation|coverage)$/ ? $3 : "" }
    /^<end of output>/ { wanted = ""; inside = 0 }
    inside { print "   " $0 }
    /^----------/ && wanted != "" && !inside { inside = 1; print "-- " wanted }
  ' "$1"
}

passed=0
failed=0
skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for preset in "${presets[@]}"; do
  echo "== $preset"
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log"; exit 1; }
  cmake --build --preset "$preset" -j2 >"$log" 2>&1 || { cat "$log"; exit 1; }
  code=0
  ctest --preset "$preset" >"$log" 2>&1 || code=$?
  grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed )|^$' "$log" || true
  print_figures "build/$preset/Testing/Temporary/LastTest.log"
  summary=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+' "$log") || { echo "no test ran"; exit 1; }
  [[ $summary =~ ([0-9]+)\ tests\ failed\ out\ of\ ([0-9]+) ]]
  # ctest counts as passed what was skipped.
  left_out=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "$log" || true)
  ((failed += BASH_REMATCH[1], skipped += left_out, passed += BASH_REMATCH[2] - BASH_REMATCH[1] - left_out)) || true
  if ((code != 0 && BASH_REMATCH[1] == 0)); then exit "$code"; fi
done

if [[ $* == "" || $* == all ]]; then
  echo "== examples/run.sh"
  if examples/run.sh >"$log" 2>&1; then
    tail -n 1 "$log"
    ((passed += 1))
  else
    cat "$log"
    ((failed += 1))
  fi
fi

((skipped == 0)) || echo "$skipped skipped: what they need is not here"
echo "$passed passed, $failed failed"
((failed == 0))
