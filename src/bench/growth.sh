# Sourced by run: what becomes of the cost as things grow, a chart each.
# shellcheck shell=bash

# points CHART X SERIES ID WORD...: rates of three runs of fio with these words.
points() {
  local chart=$1 x=$2 series=$3 id=$4 run
  shift 4
  for run in 1 2 3; do
    # shellcheck disable=SC2046 # two words
    note growth "$chart" "$series" "$x" $(io "$id" "$@")
  done
}

grow_requests() {
  selected growth-request-size || return 0
  local size id
  start memory dmsnap/excepted
  start memory twin/excepted
  for id in dmsnap/excepted twin/excepted; do
    io "$id" "${reads[@]}" --runtime=2 >/dev/null
    for size in 512 4096 16384 65536 262144 1048576; do
      points request-size $size "${id%/*}" "$id" --time_based --rw=randread --bs=$size
    done
  done
}

grow_threads() {
  selected growth-threads || return 0
  local jobs id
  start memory dmsnap/excepted
  start memory twin/excepted
  for id in dmsnap/excepted twin/excepted; do
    io "$id" "${reads[@]}" --runtime=2 >/dev/null
    for jobs in 1 2 4 8 16; do
      points jobs $jobs "${id%/*}" "$id" "${reads[@]}" --numjobs=$jobs
    done
  done
}

grow_snapshots() {
  selected growth-snapshots || return 0
  local count id
  for count in 0 1 2 4 8 16 32; do
    id=dmsnap/first-$count
    start memory "$id"
    io "$id" "${reads[@]}" --runtime=1 >/dev/null
    points snapshots $count read "$id" "${reads[@]}"
    io "$id" "${first_writes[@]}" >/dev/null
    points snapshots $count "first write" "$id" "${first_writes[@]}"
    stop_all
  done
}

grow_exceptions() {
  selected growth-exceptions || return 0
  local count id
  for count in 1000 10000 100000 1000000 10000000; do
    id=dmsnap/many-$count
    start memory "$id"
    io "$id" --rw=randread --bs=4k --time_based --runtime=1 >/dev/null
    points exceptions $count read "$id" --rw=randread --bs=4k --time_based
    points exceptions $count overwrite "$id" "${writes[@]}" --size=4000k
    stop_all
  done
}

attempt grow_requests
attempt grow_threads
attempt grow_snapshots
attempt grow_exceptions
