# Sourced by run: what is counted or timed rather than compared, a line each.
#
#     value NAME UNIT MOST COMMAND...
#
# MOST is the limit, or nothing.
# shellcheck shell=bash

program=$root/mount-helper/dmsnap

# seconds_of COMMAND...: by the clock.
seconds_of() {
  local begun=$EPOCHREALTIME
  "$@" >/dev/null
  awk -v begun="$begun" -v ended="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", ended - begun }'
}

# mount_seconds ID: until the pool of that peer answers, from when it is mounted again.
mount_seconds() {
  local mount=${running[$1]}/mnt
  "$program" umount "$mount"
  seconds_of "$program" mount "${running[$1]}/pool" "$mount"
}

# pause_seconds ID: until another server answers a read, from when the one of that peer is killed.
pause_seconds() {
  local mount=${running[$1]}/mnt
  pkill -9 -f "^[^ ]*java .* $mount\$"
  seconds_of dd if="$mount/base" of=/dev/null bs=4k count=1 iflag=direct status=none
}

# heap_kept ID COUNT: of the JVM's heap, in bytes for each of so many exceptions.
heap_kept() {
  local pid jcmd
  pid=$(server "$1")
  jcmd=$(dirname "$(readlink "/proc/$pid/exe")")/jcmd
  "$jcmd" "$pid" GC.run >/dev/null
  "$jcmd" "$pid" GC.heap_info | awk -v count="$2" '
    match($0, /used [0-9]+K/) && !/Metaspace|class space/ { used += substr($0, RSTART + 5) }
    END { printf "%.1f\n", used * 1024 / count }'
}

# heap_to_load ID COUNT: the least heap with which its snapshot is loaded, in bytes for each exception.
heap_to_load() {
  local mount=${running[$1]}/mnt bytes loaded
  "$program" umount "$mount"
  for bytes in 10 12 14 16 20 24 28 32 40 48 56 64 96; do
    if JAVA_TOOL_OPTIONS=-Xmx$(($2 / 1000000 * bytes))m \
      "$program" mount "${running[$1]}/pool" "$mount" >"$work/mount" 2>&1; then
      read -r _ _ _ loaded <"$mount/ctl/status/snap1"
      [ "$loaded" = Invalid ] || break
      "$program" umount "$mount"
    fi
  done
  echo $bytes
}

# traced ID CALLS WORD...: fio with these words on ID, as new, under strace; prints the calls.
traced() {
  local id=$1 calls=$2 tracer
  shift 2
  "$here/peers/${id%/*}" renew "${id#*/}" "${running[$id]}" >/dev/null
  strace -f -y -s 0 -e "trace=$calls" -o "$work/calls" -p "$(server "$id")" 2>"$work/tracer" &
  tracer=$!
  until grep -q attached "$work/tracer" 2>"$work/waiting"; do sleep 0.1; done
  fio --name=bench --filename="${file[$id]}" --allow_file_create=0 --ioengine=psync --thread \
    --direct=1 "$@" >/dev/null
  kill -INT $tracer
  wait $tracer || :
  cat "$work/calls"
}

# bytes_moved: by the pread and pwrite calls it is given.
bytes_moved() {
  awk -F' = ' '/pread|pwrite/ { bytes += $NF } END { print bytes + 0 }'
}

# first_write_bytes ID: read and written for a first write of 4 KiB to a chunk of 64 KiB.
first_write_bytes() {
  echo $(($(traced "$1" pread64,pwrite64 --rw=write:60k --bs=4k --number_ios=500 |
    bytes_moved) / 500))
}

# grouped_writes ID: first writes to an origin, an fsync after each 256, ten times.
grouped_writes() {
  traced "$1" "$2" --rw=randwrite --bs=4k --fsync=256 --number_ios=2560
}

# syncs ID FILE: fdatasyncs of the file for each group.
syncs() {
  grouped_writes "$1" fdatasync,fsync | awk -v file="$2>" '
    index($0, "fdatasync(") && index($0, file) { syncs++ } END { print syncs / 10 }'
}

# write_amplification ID: bytes written for each byte of the chunks touched.
write_amplification() {
  grouped_writes "$1" pwrite64 | bytes_moved | awk '{ print $1 / (2560 * 4096) }'
}

# allocated PID: what the threads that serve requests have allocated in the JVM, in bytes.
allocated() {
  "$(dirname "$(readlink "/proc/$1/exe")")/jcmd" "$1" Thread.print -e | awk '
    /^"fuse-/ && match($0, /allocated=[0-9.]+[BKMG]/) {
      size = substr($0, RSTART + 10, RLENGTH - 10)
      bytes += size * 1024 ^ (index("BKMG", substr(size, length(size))) - 1)
    }
    END { printf "%d\n", bytes }'
}

# allocated_each ID WORD...: for each request of fio's with these words, which are to be many.
allocated_each() {
  local id=$1 before after
  shift
  before=$(allocated "$(server "$id")")
  io "$id" --bs=4k --number_ios=50000 --runtime=60 "$@" >/dev/null
  after=$(allocated "$(server "$id")")
  echo $(((after - before) / 50000))
}

# gates_held ID COUNT: for a snapshot of so many origins in one moment, while fio writes to all, as the log tells.
gates_held() {
  local id=$1 mount=${running[$1]}/mnt number line='' files='' load
  for ((number = 1; number <= $2; number++)); do
    line+="${line:+ ; }snap$number base$number 1G"
    files+="${files:+:}$mount/base$number"
  done
  fio --name=load --filename="$files" --allow_file_create=0 --ioengine=psync --thread --numjobs=4 \
    --rw=randwrite --bs=4k --size=256m --time_based --runtime=30 >"$work/load" &
  load=$!
  sleep 1
  echo "$line" >"$mount/ctl/snapshot"
  kill -INT $load
  wait $load || :
  awk -v origins="$2 origins" 'index($0, origins) && match($0, /were held for [0-9.]+ ms/) {
    split(substr($0, RSTART, RLENGTH), words, " ")
    ms = words[4]
  } END { print ms }' "$mount/ctl/log"
  for ((number = 1; number <= $2; number++)); do
    echo "snap$number" >"$mount/ctl/remove"
  done
}
