# Sourced by run: how a workload is measured. Each measurement becomes a line of $runs, its fields
# separated by tabs, which report.awk reads:
#
#     ratio   NAME OTHER LEAST OURS THEIRS OUR-CPU THEIR-CPU   requests a second; µs a request
#     value   NAME UNIT MOST MEASURED
#     growth  CHART SERIES X Y
# shellcheck shell=bash

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
  running[$2]=${place[$1]}/${2//\//-}
  mkdir -p "${running[$2]}"
  file[$2]=$("$here/peers/${2%/*}" start "${2#*/}" "${running[$2]}" "$image" \
    "${place[$1]}/dmsnap-${2#*/}/pool")
}

stop() {
  "$here/peers/${1%/*}" stop "${running[$1]}" || :
  rm -rf --one-file-system "${running[$1]}"
  unset "running[$1]"
}

stop_all() {
  local id
  for id in "${!running[@]}"; do
    stop "$id"
  done
}

# server ID: its PID.
server() {
  cat "${running[$1]}/pid"
}

# cpu_time PID: what the threads of the process have used so far, in nanoseconds.
cpu_time() {
  cat "/proc/$1/task/"*/schedstat | awk '{ time += $1 } END { printf "%.0f\n", time }'
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
# more for fio, LEAST the ratio of the rates that is asked for, or nothing.
compare() {
  attempt comparison "$@"
}

comparison() {
  local name=$1 where=$2 role=$3 others=() ids=() more=() leasts=()
  local ours=dmsnap/$3 pair i id
  shift 3
  for (( ; ; )); do
    [ "$1" != -- ] || break
    others+=("${1%:*}")
    leasts+=("${1##*:}")
    id=${1%%[+:]*}
    [ "$id" != "${id#*/}" ] || id=$id/$role
    ids+=("$id")
    case ${1%:*} in
      *+*) id=${1#*+} more+=("${id%:*}") ;;
      *) more+=("") ;;
    esac
    shift
  done
  shift
  selected "$name" || return 0

  start "$where" "$ours"
  io "$ours" "$@" --runtime=2 >/dev/null # what is compiled as it runs must have run
  for id in "${ids[@]}"; do
    [ -z "${running[$id]:-}" ] || continue
    start "$where" "$id"
    io "$id" "$@" >/dev/null
  done
  for ((pair = 0; pair < pairs; pair++)); do
    round "$@"
  done
}

# round WORD...: one run of each, within compare; who is first changes from round to round.
round() {
  local mine theirs=() i
  [ $((pair % 2)) = 1 ] || mine=$(io "$ours" "$@")
  for i in "${!ids[@]}"; do
    # shellcheck disable=SC2086 # none or one
    theirs+=("$(io "${ids[$i]}" "$@" ${more[$i]})")
  done
  [ $((pair % 2)) = 0 ] || mine=$(io "$ours" "$@")
  for i in "${!ids[@]}"; do
    note ratio "$name" "${others[$i]/+/ }" "${leasts[$i]}" \
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
