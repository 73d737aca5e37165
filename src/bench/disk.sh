# Sourced by run: what is waited for. Rows with queues on a disk, on a slow file system, through loop
# devices, and the queues in memory; a function for those that share servers, see measure.sh.
# shellcheck shell=bash

cold=(--bs=4k --time_based --norandommap)
mixed=(--rw=randrw --rwmixread=70 --bs=4k --time_based --norandommap)
large=(--rw=write --bs=1m --ioengine=libaio --iodepth=4 --time_based)
queues=(jobs32 libaio io_uring)

# of_queue QUEUE: sets queue to fio's words for it.
of_queue() {
  case $1 in
    jobs32) queue=(--numjobs=32) ;;
    *) queue=(--ioengine="$1" --iodepth=32) ;;
  esac
}

# aims QUEUE: sets beside_origin to the peers with what is asked for beside them.
aims() {
  local raw=0.6 qemu=1.5 fuse3=1.3 before=3
  [ "$1" != jobs32 ] || raw=0.75 qemu=2 fuse3=1.5 before=1.8
  beside_origin=(raw:$raw devfuse:0.8 qemu-threads:$qemu qemu-io_uring:$qemu fuse3:$fuse3 before:$before)
}

everyone=(raw: devfuse: qemu-threads: qemu-io_uring: fuse3: before:)

disk_used() {
  local q queue beside_origin
  for q in "${queues[@]}"; do
    of_queue "$q"
    aims "$q"
    comparison disk-read-4k-$q-origin cold saved "${beside_origin[@]}" -- \
      --rw=randread "${cold[@]}" "${queue[@]}"
    comparison disk-read-4k-$q-excepted cold rewritten dmsnap/saved:0.85 "${everyone[@]}" -- \
      --rw=randread "${cold[@]}" "${queue[@]}"
  done
  for q in "${queues[@]}"; do
    of_queue "$q"
    comparison disk-overwrite-4k-$q-origin cold saved "${everyone[@]}" -- \
      --rw=randwrite "${cold[@]}" "${queue[@]}"
    comparison disk-overwrite-4k-$q-excepted cold rewritten dmsnap/saved: raw: before: -- \
      --rw=randwrite "${cold[@]}" "${queue[@]}"
    comparison disk-mixed-4k-$q-origin cold saved "${everyone[@]}" -- "${mixed[@]}" "${queue[@]}"
    comparison disk-mixed-4k-$q-excepted cold rewritten dmsnap/saved:0.85 raw: before: -- \
      "${mixed[@]}" "${queue[@]}"
  done
  comparison disk-overwrite-1m-libaio4-origin cold saved raw:1 "${everyone[@]:1:4}" before:1.3 -- "${large[@]}"
  comparison disk-overwrite-1m-libaio4-excepted cold rewritten raw: before: -- "${large[@]}"
  comparison disk-scan-1m-buffered-origin cold saved raw:0.9 "${everyone[@]:1:4}" before: -- \
    --rw=read --bs=1m --direct=0
  comparison disk-scan-1m-direct-origin cold saved "${everyone[@]}" -- --rw=read --bs=1m
}

disk_untouched() {
  local q queue
  for q in "${queues[@]}"; do
    of_queue "$q"
    comparison disk-read-4k-$q-untouched cold untouched "${everyone[@]}" -- \
      --rw=randread "${cold[@]}" "${queue[@]}"
  done
  comparison disk-scan-1m-buffered-untouched cold untouched raw: before: -- --rw=read --bs=1m --direct=0
}

slow_used() {
  local q queue
  for q in "${queues[@]}"; do
    of_queue "$q"
    comparison slow-read-4k-$q-origin slow saved "${everyone[@]:0:5}" before:10 -- \
      --rw=randread "${cold[@]}" "${queue[@]}"
    comparison slow-read-4k-$q-excepted slow rewritten dmsnap/saved:0.85 raw: before:10 -- \
      --rw=randread "${cold[@]}" "${queue[@]}"
    comparison slow-mixed-4k-$q-excepted slow rewritten dmsnap/saved:0.85 raw: before: -- \
      "${mixed[@]}" "${queue[@]}"
  done
  comparison slow-overwrite-1m-libaio4-origin slow saved "${everyone[@]}" -- "${large[@]}"
}

# loop_used PLACE ASKED
loop_used() {
  local q queue
  for q in libaio io_uring; do
    of_queue "$q"
    comparison loop-$1-read-4k-$q-origin "$1" saved "${everyone[@]:0:5}" "before:$2" -- \
      --rw=randread "${cold[@]}" "${queue[@]}"
  done
  of_queue libaio
  comparison loop-$1-mixed-4k-libaio-origin "$1" saved "${everyone[@]:0:5}" "before:$2" -- "${mixed[@]}" "${queue[@]}"
}

attempt disk_used
attempt disk_untouched
compare disk-first-1m-snapshot cold fresh-8 raw: devfuse: fuse3: qcow2-64k:1 before: -- --rw=write --bs=1m
attempt slow_used
attempt loop_used direct 2
attempt loop_used buffered ""

for role in saved:origin rewritten:snapshot; do
  compare overwrite-4k-4-${role#*:} memory ${role%:*} twin: fuse3: before:2.2 -- "${writes[@]}" --numjobs=4
  compare overwrite-4k-libaio-${role#*:} memory ${role%:*} twin: fuse3: before:2.2 -- \
    "${writes[@]}" --ioengine=libaio --iodepth=32
done
