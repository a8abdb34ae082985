#!/usr/bin/env bash
# From nothing to a finished upload, on a fresh Debian machine: installs what is missing, builds bitswire-server,
# bitswire-upload and bitswire-queue, uploads a file of 64 MiB, kills the client in the middle and goes on, does an
# upload-reply with a server application, lets a queue upload and download while it is killed, and compares everything
# at both ends.
#
# usage: examples/run.sh [MIB]     size of the file; 64 if nothing is said
#
# Listens on 127.0.0.1 only. All it writes is below one temporary folder (of TMPDIR) and build/.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/.." && pwd)
mib=${1:-64}
[[ $mib =~ ^[1-9][0-9]{0,4}$ ]] || { echo "usage: examples/run.sh [MIB]" >&2; exit 2; }

say() { printf '\n== %s\n' "$*"; }
fail() {
  printf '\nFAILED: %s\n' "$*" >&2
  exit 1
}

# What this script has started, to be stopped by it whatever happens.
started=()
work=
stop_everything() {
  local code=$? pid
  trap - EXIT INT TERM HUP
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do { wait "$pid" || true; } 2>/dev/null; done
  [ -z "$work" ] || rm -rf "$work"
  exit "$code"
}
trap stop_everything EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

packages=(g++ cmake ninja-build python3 libboost-dev libcli11-dev libcurl4-openssl-dev nlohmann-json3-dev)
missing=()
for package in "${packages[@]}"; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if ((${#missing[@]})); then
  say "installing ${missing[*]}"
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/bitswire-example.XXXXXX")

say "building (a minute or two, the first time)"
build=$source_folder/build/examples
(
  cd "$source_folder"
  cmake --preset gcc-release -B "$build" -D BITSWIRE_BUILD_EXAMPLES=ON -D BITSWIRE_BUILD_TESTS=OFF -D BITSWIRE_BUILD_BENCH=OFF &&
    cmake --build "$build" --target bitswire-server bitswire-upload bitswire-queue -j2
) >"$work/build.log" 2>&1 || {
  tail -n 40 "$work/build.log" >&2
  fail "the build"
}
server=$build/examples/server/bitswire-server
upload=$build/examples/upload/bitswire-upload
export BITSWIRE_QUEUE=$work/queue
queue=$build/examples/queue/bitswire-queue
application=$source_folder/examples/application/application.py

# start_listening LOG COMMAND...: starts a program and waits until it listens; sets $address and $started_pid.
start_listening() {
  local log=$1
  shift
  : >"$log" # to be read before the program may have begun
  "$@" >"$log" 2>&1 &
  started_pid=$!
  started+=("$started_pid")
  local tries
  for ((tries = 0; tries < 200; ++tries)); do
    address=$(sed -n '1s/^listening on \([^ ]*:[0-9][0-9]*\).*/\1/p' "$log")
    [ -z "$address" ] || return 0
    kill -0 "$started_pid" 2>/dev/null || break
    sleep 0.05
  done
  cat "$log" >&2
  fail "$1 does not listen"
}

# stop PID: asks a program to end, and waits for it. What was asked to end and ends with that signal is not wrong.
stop() {
  local pid=$1 code=0 other kept=()
  kill "$pid" 2>/dev/null || true
  { wait "$pid" || code=$?; } 2>/dev/null
  for other in "${started[@]}"; do [ "$other" = "$pid" ] || kept+=("$other"); done
  started=("${kept[@]}")
  [ "$code" = 0 ] || [ "$code" = 143 ] || fail "process $pid ended with $code"
}

sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# same WHAT A B
same() {
  [ "$2" = "$3" ] || fail "$1 differs: $2 and $3"
  printf 'same SHA-256  %s  %s\n' "$2" "$1"
}

# The packets of a log, without the middle of long rows of Fragments.
show_log() {
  awk '
    function flush_row(  i) {
      for (i = 1; i <= rows && i <= 2; ++i) print "  " row[i]
      if (rows > 4) printf "  ... %d more Fragments\n", rows - 3
      if (rows == 4) print "  " row[3]
      if (rows > 2) print "  " row[rows]
      rows = 0
    }
    /Fragment.*-> 200/ { row[++rows] = $0; next }
    { flush_row(); print "  " $0 }
    END { flush_row() }' "$1"
}

mkdir "$work/files" "$work/state" "$work/files2" "$work/state2"
file=$work/upload.bin
head -c "$((mib * 1048576))" /dev/urandom >"$file"
size=$(stat -c %s "$file")
digest=$(sha256_of "$file")

say "an upload of $mib MiB, with the client killed in the middle"
start_listening "$work/server.log" "$server" --listen 127.0.0.1:0 --root "$work/files" --state "$work/state"
server_pid=$started_pid
url=http://$address/upload.bin
# The middle is some two seconds away, whatever the machine.
"$upload" "$file" "$url" --resume "$work/resume" --limit-rate "$((size / 4))" &
client_pid=$!
started+=("$client_pid")
stored=0
while kill -0 "$client_pid" 2>/dev/null; do
  for part in "$work"/state/*.part; do
    [ ! -e "$part" ] || stored=$(stat -c %s "$part")
  done
  ((stored < size / 2)) || break
  sleep 0.05
done
kill -9 "$client_pid" 2>/dev/null || fail "the client was done before it could be killed"
{ wait "$client_pid" || true; } 2>/dev/null
started=("$server_pid")
printf '\nkilled (kill -9) with %d of %d bytes at the server; nothing to be seen at the destination: ' "$stored" "$size"
[ -z "$(ls -A "$work/files")" ] || fail "there is something: $(ls -A "$work/files")"
echo "true"

say "the same command again"
"$upload" "$file" "$url" --resume "$work/resume" || fail "the client ended with $?"
[ ! -e "$work/resume" ] || fail "the client has left its state"
stop "$server_pid"

say "an upload-reply: the server's application answers with the digest of what it got"
start_listening "$work/application.log" python3 "$application" --copy
application_pid=$started_pid
start_listening "$work/server2.log" "$server" --listen 127.0.0.1:0 --root "$work/files2" --state "$work/state2" \
  --notify-url "http://$address/notify" --notify-type 1
server_pid=$started_pid
"$upload" "$file" "http://$address/upload.bin" --reply "$work/reply.json" || fail "the client ended with $?"
stop "$server_pid"
stop "$application_pid"

say "a queue: two uploads, one of them to the wrong place, with the run killed in the middle"
mkdir "$work/files3" "$work/state3"
start_listening "$work/server3.log" "$server" --listen 127.0.0.1:0 --root "$work/files3" --state "$work/state3"
server_pid=$started_pid
url=http://$address
for name in first second; do "$queue" create --upload "$name"; done
"$queue" add first "$url/first.bin" "$file"
"$queue" add second "$url/wrong/second.bin" "$file"
"$queue" set first priority foreground
for name in first second; do "$queue" resume "$name"; done
"$queue" run --limit-rate "$((size / 4))" &
run_pid=$!
started+=("$run_pid")
until grep -q 'Fragment /first.bin .* received' "$work/server3.log"; do
  kill -0 "$run_pid" 2>/dev/null || fail "the run ended before it could be killed"
  sleep 0.05
done
kill -9 "$run_pid"
{ wait "$run_pid" || true; } 2>/dev/null
started=("$server_pid")
echo "killed (kill -9); what there is to do, and then the same command again:"
"$queue" list
code=0
"$queue" run || code=$?
[ "$code" = 1 ] || fail "a job is in error, and the run ended with $code"
"$queue" info second
"$queue" replace second "$url/wrong/" "$url/"
"$queue" resume second
"$queue" run || fail "the run ended with $?"
for name in first second; do "$queue" complete "$name"; done
[ -z "$("$queue" list)" ] || fail "there is something left in the queue"
stop "$server_pid"

say "the packets, as the servers log them"
show_log "$work/server.log"
echo
show_log "$work/server2.log"
echo
show_log "$work/server3.log"
sed '1d; s/^/  application: /' "$work/application.log"

say "both ends"
same "the file: here, and where the first server put it" "$digest" "$(sha256_of "$work/files/upload.bin")"
same "the file: here, and where the second server put it" "$digest" "$(sha256_of "$work/files2/upload.bin")"
same "the file: here, and where the queue has put it" "$digest" "$(sha256_of "$work/files3/first.bin")"
same "the file: here, and where the queue has put it at last" "$digest" "$(sha256_of "$work/files3/second.bin")"
same "the file: here, and at the application" "$digest" \
  "$(sed -n 's/^POST .* sha256 \([0-9a-f]*\),.*/\1/p' "$work/application.log")"
printf '{"size": %d, "sha256": "%s"}\n' "$size" "$digest" >"$work/wanted.json"
same "the reply: what the application had to write, and what came here" "$(sha256_of "$work/wanted.json")" \
  "$(sha256_of "$work/reply.json")"
for folder in "$work/state" "$work/state2" "$work/state3"; do
  ! compgen -G "$folder/*.part" >/dev/null || fail "a partial file was left in $folder"
done
cat "$work/reply.json"

printf '\nOK: %d MiB uploaded, killed and resumed, replied to, queued; everything is the same at both ends\n' "$mib"
