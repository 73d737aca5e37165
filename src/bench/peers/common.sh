# Sourced by every peer. A peer is a program that serves an image as a file through FUSE:
#
#     PEER start ROLE DIRECTORY IMAGE POOL   prints the file that is served; the PID is in DIRECTORY/pid
#     PEER renew ROLE DIRECTORY               before each run: as new, where the role is about first writes
#     PEER stop DIRECTORY
#
# DIRECTORY is the peer's own, POOL dmsnap's for the same role: whoever can serve the very same files
# should, for where a file's pages happen to lie in memory alone makes a difference of a fifth.
# $BENCH_BUILD has what was built. The roles:
#
#     bare        a volume without snapshots
#     origin      an origin with a snapshot
#     untouched   a snapshot that nothing was written to
#     excepted    a snapshot that was written all over, to be read
#     rewritten   the same, to be written
#     saved       an origin whose snapshot has every old chunk already
#     fresh-N     a snapshot with chunks of N sectors, new before each run
#     first-N     an origin with N snapshots with chunks of 8 sectors, new before each run
# shellcheck shell=bash disable=SC2034 # what is set here is for the peers
set -euo pipefail

bench=$(dirname "$(dirname "$(readlink -f "$0")")")

action=$1
case $action in
  start) role=$2 directory=$3 image=$4 pool=$5 ;;
  renew) role=$2 directory=$3 ;;
  stop) directory=$2 ;;
esac
threads=$(nproc)
[ "$threads" -ge 2 ] || threads=2

# serve COMMAND...: in the background; its PID is remembered, its words go to the log.
serve() {
  "$@" >>"$directory/log" 2>&1 &
  echo $! >"$directory/pid"
}

# answered FILE: waits until the file is served, and prints its name.
answered() {
  local pid waited
  pid=$(cat "$directory/pid")
  for ((waited = 0; waited < 600; waited++)); do
    if [ -s "$1" ] && [ "$(stat -c %d "$1")" != "$(stat -c %d "$directory")" ]; then
      echo "$1"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  echo "$0 did not serve $1: $(cat "$directory/log")" >&2
  return 1
}

# ended: waits for the server, which is not this shell's child; one whose mount somebody else has copied is
# told to go.
ended() {
  timeout 10 tail --pid="$(cat "$directory/pid")" -f /dev/null || kill "$(cat "$directory/pid")" || :
}
