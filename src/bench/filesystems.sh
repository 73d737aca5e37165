# Sourced by run: a real file system on a loop device over what is served, and what one does with it.
# shellcheck shell=bash

trees=32
[ -z "$quick" ] || trees=4

# two_mib NUMBER: so many of the image, from where as many before it end.
two_mib() {
  dd if="$(image memory)" bs=2M skip="$1" count=1 status=none
}

# tree: prints the name of an archive of some 500 files of 4 KiB and 32 of 64 KiB in each directory.
tree() {
  local number archive=${place[memory]}/tree.tar names=$work/tree
  if [ ! -e "$archive" ]; then
    for ((number = 0; number < trees; number++)); do
      mkdir -p "$names/$number"
      two_mib $((2 * number)) | split -a 3 -b 4k - "$names/$number/small."
      two_mib $((2 * number + 1)) | split -a 3 -b 64k - "$names/$number/large."
    done
    tar -C "$names" -cf "$archive" .
    rm -r "$names"
  fi
  echo "$archive"
}

# What is done: a function that prepares it, not timed, and one that is; each in the file system.
prepare_untar() {
  rm -rf tree
  mkdir tree
  tree >/dev/null
}

untar() {
  tar -C tree -xf "$(tree)"
  sync -f .
}

prepare_cold_tar() {
  [ -d tree ] || { prepare_untar && untar; }
}

cold_tar() {
  tar -cf - tree | cat >/dev/null # tar knows /dev/null
}

prepare_fsyncs() {
  [ -e fsyncs ] || head -c 64M /dev/urandom >fsyncs
}

fsyncs() {
  fio --name=bench --filename=fsyncs --rw=randwrite --bs=4k --ioengine=psync --fsync=1 \
    --number_ios=$((trees * 32)) >/dev/null
}

as_postgres() {
  runuser -u postgres -- env PATH="$postgres:$PATH" PGHOST="$PWD/postgres" "$@" >>"$work/postgres" 2>&1
}

prepare_transactions() {
  if [ ! -d postgres ]; then
    mkdir postgres
    chown postgres postgres
    as_postgres initdb -D "$PWD/postgres/data" -A trust
    start_postgres
    as_postgres pgbench -i -s 10 -q postgres
  else
    start_postgres
  fi
}

start_postgres() {
  as_postgres pg_ctl -w -D "$PWD/postgres/data" -o "-k $PWD/postgres -c listen_addresses=" start
}

# With four users; the server ends, as the file system must be free afterwards.
transactions() {
  as_postgres pgbench -n -c 4 -j 2 -t $((trees * 10)) postgres
  as_postgres pg_ctl -w -D "$PWD/postgres/data" -m fast stop
}

# task ID NAME: prints how often a second that could be done, and the server's CPU time, in microseconds.
task() {
  local id=$1 name=$2 pid before seconds
  "$here/peers/${id%/*}" renew "${id#*/}" "${running[$id]}" >/dev/null
  cd "${running[$id]}/fs"
  "prepare_$name"
  chill "$id"
  pid=$(server "$id")
  before=$(cpu_time "$pid")
  seconds=$(seconds_of "$name")
  cd /
  awk -v seconds="$seconds" -v time=$(($(cpu_time "$pid") - before)) \
    'BEGIN { printf "%.4f %.0f\n", 1 / seconds, time / 1000 }'
}

# on_files NAME ROLE: the snapshots of first-1 are new before each run; untouched is a snapshot itself.
on_files() {
  local name measure=task
  for name in untar cold_tar fsyncs transactions; do
    [ $name != transactions ] || [ -n "$postgres" ] || continue
    comparison "files-${name//_/-}-$1" files "$2" raw: qcow2-64k: before: -- $name
  done
}

postgres=$(find /usr/lib/postgresql/*/bin -name pgbench -printf '%h\n' 2>/dev/null | tail -n 1)
[ -n "$postgres" ] || echo "without pgbench, which could not be installed" >&2
chmod a+x "${place[disk]}" # postgres has to get through
attempt on_files origin first-1
attempt on_files snapshot untouched
