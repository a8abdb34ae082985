#!/usr/bin/env bash
# What run.sh cannot do it says, before it builds anything.
set -euo pipefail
run=$(dirname "$0")/../run.sh
for arguments in "" "0" "-1" "1.5.1" "0.001" "ten" "1 nothing" "1 url nothing" "--built" "--seed 0 1" "--seed x 1"; do
  code=0
  # shellcheck disable=SC2086 # several arguments
  said=$("$run" $arguments 2>&1) || code=$?
  if ((code != 2)) || [[ $said != *"usage: tests/fuzz/run.sh"* ]]; then
    echo "run.sh $arguments: $code, $said"
    exit 1
  fi
done
echo "all are refused"
