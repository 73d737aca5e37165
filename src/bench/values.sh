# Sourced by run: what is counted or timed rather than compared. counts.sh has the commands.
#
#     value WHERE ROLE TIMES NAME UNIT MOST COMMAND...
#
# What the command prints of dmsnap in that role, so many times. MOST is the limit.
# shellcheck shell=bash

value memory origin "$pairs" status-seconds s 0.5 seconds_of "$program" status %MNT
value memory origin "$pairs" mount-seconds s 1 mount_seconds %ID
value memory origin "$pairs" pause-seconds s 1 pause_seconds %ID
value memory many-10000000 3 mount-seconds-10-million-exceptions s 3 mount_seconds %ID
value memory many-1000000 3 mount-seconds-million-exceptions s '' mount_seconds %ID
value memory piled-32 3 mount-seconds-million-among-32-stacked s '' mount_seconds %ID
value memory many-1000000 1 heap-an-exception-million B '' heap_kept %ID 1000000
value memory piled-32 1 heap-an-exception-million-among-32-stacked B '' heap_kept %ID 1000000
for many in many:12 scattered:32; do
  role=${many%:*}-10000000 most=${many#*:}
  value memory "$role" 1 heap-an-exception-${many%:*} B "$most" heap_kept %ID 10000000
  value memory "$role" 1 heap-an-exception-loading-${many%:*} B $((2 * most)) heap_to_load %ID 10000000
done
value memory fresh-128 1 bytes-moved-first-write-chunk128 B $((2 * 65536 + 4096)) first_write_bytes %ID
value disk first-1 1 cow-syncs-a-group fdatasyncs 2 syncs %ID snap1.cow
value disk first-1 1 image-syncs-a-group fdatasyncs 1 syncs %ID base.img
value disk first-1 1 bytes-written-a-byte-of-chunks B 2.1 write_amplification %ID
value disk stacked-32 1 cow-syncs-a-group-32-stacked fdatasyncs 2 syncs %ID .cow
value disk stacked-32 1 image-syncs-a-group-32-stacked fdatasyncs 1 syncs %ID base.img
value disk stacked-32 1 bytes-written-a-byte-of-chunks-32-stacked B 2.1 write_amplification %ID
value disk moment-8 "$pairs" gates-held-8-origins ms 50 gates_held %ID 8
value memory excepted 3 allocated-per-read B 100 allocated_each %ID --rw=randread
value memory excepted 3 allocated-per-overwrite B 100 allocated_each %ID --rw=randwrite
value memory origin 3 allocated-per-origin-read B 100 allocated_each %ID --rw=randread
