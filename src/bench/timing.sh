# Sourced by what times programs as a whole.
# shellcheck shell=bash

# timed COMMAND...: its wall-clock seconds.
timed() {
  local start=$EPOCHREALTIME
  "$@" >/dev/null
  echo "$EPOCHREALTIME $start" | awk '{printf "%.3f\n", $1 - $2}'
}

# median: of the numbers that it reads.
median() {
  sort -n | awk '{v[NR] = $1} END {printf "%.2f\n", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'
}
