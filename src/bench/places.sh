# Sourced by run: where the files lie that are served, and what lies over what is served. A place:
#
#     memory            a tmpfs
#     disk              a disk
#     cold              the disk, a larger image, and nothing in the page cache when a run begins
#     slow              memory, under a file system that answers each read and write after 1 ms; cold too
#     direct, buffered  cold, through a loop device with --direct-io=on, or without
#     files             cold, an ext4 on a loop device without
# shellcheck shell=bash

declare -A at device # by peer ID: its place; its loop device
cold_size=4G slow_size=1G
[ -z "$quick" ] || cold_size=1G slow_size=256M

# made_once FILE SIZE: prints its name; the first to ask makes it.
made_once() {
  [ -e "$1" ] || head -c "$2" /dev/urandom >"$1"
  echo "$1"
}

# image WHERE: what everyone begins with there.
image() {
  case $1 in
    memory | disk) made_once "${place[memory]}/image" 256M ;;
    slow) made_once "${place[memory]}/slow-image" "$slow_size" ;;
    *) made_once "${place[disk]}/cold-image" "$cold_size" ;;
  esac
}

# be_there WHERE: mounts what is to be mounted.
be_there() {
  [ "$1" = slow ] || return 0
  ! mountpoint -q "${place[slow]}" || return 0
  mkdir -p "${place[slow]}" "${place[memory]}/slow-files"
  "$BENCH_BUILD/passthrough" "${place[memory]}/slow-files" "${place[slow]}" 256 1000 &
  until mountpoint -q "${place[slow]}"; do sleep 0.05; done
}

leave_slow() {
  ! mountpoint -q "${place[slow]}" || umount "${place[slow]}" || :
}

# lay_over WHERE ID: fio's file becomes the loop device, or a file in the file system on it.
lay_over() {
  local id=$2 mode=off
  case $1 in
    direct) mode=on ;;
    buffered | files) ;;
    *) return 0 ;;
  esac
  device[$id]=$(losetup --find --show --direct-io=$mode "${file[$id]}")
  file[$id]=${device[$id]}
  [ "$1" = files ] || return 0
  mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "${device[$id]}"
  mkdir "${running[$id]}/fs"
  mount "${device[$id]}" "${running[$id]}/fs"
}

# take_off ID: what was laid over it.
take_off() {
  local tries
  [ -n "${device[$1]:-}" ] || return 0
  ! mountpoint -q "${running[$1]}/fs" || umount "${running[$1]}/fs" || :
  losetup --detach "${device[$1]}" || :
  for ((tries = 0; tries < 100; tries++)); do # somebody may still look at it
    losetup "${device[$1]}" >/dev/null 2>&1 || break
    sleep 0.1
  done
  unset "device[$1]"
}

# chill ID: where a run begins cold, nothing is left in the page cache, and nothing is to be written.
chill() {
  case ${at[$1]} in
    memory | disk) return ;;
    files) sync -f "${running[$1]}/fs" ;;
    direct | buffered) blockdev --flushbufs "${device[$1]}" ;;
  esac
  sync -f "${place[disk]}"
  echo 3 >/proc/sys/vm/drop_caches
}
