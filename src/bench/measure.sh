# Sourced by run: how a workload is measured. Each measurement becomes a line of $runs, its fields
# separated by tabs, which report.awk reads:
#
#     ratio   NAME OTHER LEAST OURS THEIRS OUR-CPU THEIR-CPU   requests a second; µs a request
#     value   NAME UNIT MOST MEASURED
#     growth  CHART SERIES X Y
# shellcheck shell=bash

measure=io # how a run is measured
declare -A file running # by peer ID, which is PEER/ROLE: what it serves; its directory

note() {
  local IFS=$'\t'
  echo "$*" >>"$runs"
}

# selected NAME: whether it is to be measured, and there is time for it; says so.
selected() {
  [[ $1 =~ $only ]] || return 1
  if ((SECONDS > minutes * 60)); then
    echo "no time left for $1" >&2
    return 1
  fi
  echo "$(date +%T) $1" >&2
}

# start WHERE ID: dmsnap of the same role is there first.
start() {
  local directory=${place[$1]}/${2//\//-}
  be_there "$1"
  at[$2]=$1
  ! same_server "$2" || return 0
  running[$2]=$directory
  mkdir -p "$directory"
  file[$2]=$("$here/peers/${2%/*}" start "${2#*/}" "$directory" "$(image "$1")" \
    "${running[dmsnap/${2#*/}]:-}/pool") || return 1
  lay_over "$@"
}

# same_server ID: a pool with a saved origin has a rewritten snapshot, too.
same_server() {
  local saved=${1%/*}/saved
  [ "${1#*/}" = rewritten ] && [[ ${file[$saved]:-} == */base ]] || return 1
  running[$1]=${running[$saved]}
  file[$1]=${file[$saved]%base}snap1
}

stop() {
  take_off "$1"
  if [ -d "${running[$1]}" ]; then
    "$here/peers/${1%/*}" stop "${running[$1]}" || :
    rm -rf --one-file-system "${running[$1]}" || :
  fi
  unset "running[$1]"
}

stop_all() {
  local id
  for id in "${!running[@]}"; do
    stop "$id"
  done
  leave_slow
}

# server ID: its PID.
server() {
  cat "${running[$1]}/pid"
}

# cpu_time PID: what the process has used so far, threads that have left included, in nanoseconds; to a tick.
cpu_time() {
  [ "$1" != 0 ] || { echo 0 && return; } # the raw file has no server
  sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%.0f\n", ($12 + $13) * 1e9 / hz }'
}

# io ID WORD...: runs fio on what ID serves, as new; prints requests a second and the server's CPU
# time for each, in microseconds.
io() {
  local id=$1 pid before after
  shift
  "$here/peers/${id%/*}" renew "${id#*/}" "${running[$id]}" >/dev/null
  case " $* " in
    *" --direct=0 "*) echo 1 >/proc/sys/vm/drop_caches ;;
  esac
  chill "$id"
  pid=$(server "$id")
  before=$(cpu_time "$pid")
  fio --name=bench --filename="${file[$id]}" --allow_file_create=0 --ioengine=psync --thread \
    --direct=1 --runtime="$seconds" --group_reporting --output-format=json "$@" >"$work/fio"
  after=$(cpu_time "$pid")
  awk -v time=$((after - before)) '
    /"(read|write)" : {/ { counts = 1 }
    /"(trim|sync)" : {/ { counts = 0 }
    counts && $1 == "\"iops\"" { rate += $3 }
    counts && $1 == "\"total_ios\"" { requests += $3 }
    END { printf "%.1f %.2f\n", rate, time / 1000 / requests }' "$work/fio"
}

# attempt COMMAND NAME...: in a shell of its own, which leaves nothing running; what fails is said and
# stops no other.
attempt() {
  local status=0
  set +e
  (
    set -e
    trap stop_all EXIT
    "$@"
  )
  status=$?
  set -e
  [ $status = 0 ] || echo "failed: $*" >&2
}

# compare NAME WHERE ROLE OTHER... -- WORD...: fio with these words on dmsnap and on each other, in
# alternation. OTHER is PEER[/ROLE][+WORD]:LEAST; without its own ROLE it has the same, WORD is one
# more for fio, LEAST the ratio of the rates that is asked for, or nothing. Another build of dmsnap, if
# one is named, is beside it in each; what is asked for there is 0.95 if nothing else is said.
compare() {
  attempt comparison "$@"
}

# The same in a function of several, which attempt calls: what runs already goes on. $measure, by default
# io, is called as MEASURE ID WORD...
comparison() {
  local name=$1 where=$2 role=$3 others=() ids=() more=() leasts=()
  local ours=dmsnap/$3 pair i
  shift 3
  while [ "$1" != -- ]; do
    other "$1"
    shift
  done
  shift
  [[ " ${ids[*]}" == *" before/"* ]] || other before:0.95
  selected "$name" || return 0

  warm_up "$ours" "$@"
  for i in "${!ids[@]}"; do
    warm_up "${ids[$i]}" "$@" || leave_out "$i"
  done
  for ((pair = 0; pair < pairs; pair++)); do
    round "$@"
  done
}

# other PEER[/ROLE][+WORD]:LEAST: is compared with, unless nobody asked for it.
other() {
  local peer=${1%:*} id=${1%%[+:]*}
  case $id in
    before*) [ -n "$BENCH_BEFORE" ] || return 0 ;;
    *) [[ $id =~ $beside ]] || return 0 ;;
  esac
  [ "$id" != "${id#*/}" ] || id=$id/$role
  ids+=("$id")
  others+=("${peer/+/ }")
  leasts+=("${1##*:}")
  [ "$peer" != "${peer#*+}" ] || peer=+
  more+=("${peer#*+}")
}

# leave_out INDEX: who cannot be started.
leave_out() {
  echo "without ${ids[$1]}: $name" >&2
  unset "ids[$1]"
}

# warm_up ID WORD...: starts it if it does not run; what is compiled as it runs must have run.
warm_up() {
  local id=$1 longer=()
  shift
  [ -n "${running[$id]:-}" ] || start "$where" "$id" || return 1
  [ "$measure" != io ] || longer=(--runtime=2)
  case $id in
    dmsnap/* | before/*) "$measure" "$id" "$@" "${longer[@]}" >/dev/null ;;
    *) "$measure" "$id" "$@" >/dev/null ;;
  esac
}

# round WORD...: one run of each, within compare; who is first changes from round to round.
round() {
  local mine theirs=() i
  [ $((pair % 2)) = 1 ] || mine=$("$measure" "$ours" "$@")
  for i in "${!ids[@]}"; do
    # shellcheck disable=SC2086 # none or one
    theirs[i]=$("$measure" "${ids[$i]}" "$@" ${more[$i]})
  done
  [ $((pair % 2)) = 0 ] || mine=$("$measure" "$ours" "$@")
  for i in "${!ids[@]}"; do
    note ratio "$name" "${others[$i]}" "${leasts[$i]}" \
      "${mine% *}" "${theirs[$i]% *}" "${mine#* }" "${theirs[$i]#* }"
  done
}

# value WHERE ROLE TIMES NAME UNIT MOST COMMAND...: what the command prints, so many times, of dmsnap
# in that role; in its words %ID stands for the peer's ID, %MNT for where it is mounted.
value() {
  attempt measurement "$@"
}

measurement() {
  local where=$1 id=dmsnap/$2 times=$3 name=$4 unit=$5 most=$6 word words=()
  shift 6
  selected "$name" || return 0
  start "$where" "$id"
  for word; do
    case $word in
      %ID) word=$id ;;
      %MNT) word=${running[$id]}/mnt ;;
    esac
    words+=("$word")
  done
  for (( ; times > 0; times--)); do
    note value "$name" "$unit" "$most" "$("${words[@]}")"
  done
}
