# Sourced by run: the workloads that dmsnap and its peers are compared in, a line each.
#
#     compare NAME WHERE ROLE OTHER:LEAST... -- FIO-WORD...
#
# See measure.sh for the words, peers/common.sh for the roles.
# shellcheck shell=bash

reads=(--rw=randread --bs=4k --size=256m --time_based)
scan=(--rw=read --bs=1m --size=256m)
writes=(--rw=randwrite --bs=4k --time_based)
rewrite=(--rw=write --bs=1m --time_based)
first_writes=(--rw=randwrite --bs=4k) # not time_based: no block twice
spread=(--rw=write:60k --bs=4k) # one into each 64 KiB

for jobs in 1 4; do
  compare read-4k-$jobs-origin memory origin twin:0.9 qcow2-4k:2 stock: -- "${reads[@]}" --numjobs=$jobs
  compare read-4k-$jobs-untouched memory untouched twin:0.9 qcow2-64k:2 -- "${reads[@]}" --numjobs=$jobs
  compare read-4k-$jobs-excepted memory excepted twin:0.9 qcow2-64k:2 -- "${reads[@]}" --numjobs=$jobs
done
for role in origin untouched excepted; do
  compare read-1m-direct-$role memory $role twin:0.9 -- "${scan[@]}" --time_based
  compare read-1m-buffered-$role memory $role twin:0.9 -- "${scan[@]}" --direct=0
done
compare overwrite-4k-snapshot memory rewritten twin:0.9 -- "${writes[@]}"
compare overwrite-1m-snapshot memory rewritten twin:0.9 -- "${rewrite[@]}"
compare overwrite-4k-origin memory saved twin:0.9 -- "${writes[@]}"
compare overwrite-1m-origin memory saved twin:0.9 -- "${rewrite[@]}"

compare first-4k-snapshot memory fresh-8 twin:0.6 qcow2-4k:2 qcow2-64k:2 -- "${first_writes[@]}"
compare first-1m-snapshot memory fresh-8 twin:0.6 qcow2-64k:2 -- --rw=write --bs=1m
compare first-4k-snapshot-chunk128 memory fresh-128 qcow2-64k:2 -- "${spread[@]}"
compare first-4k-origin memory first-1 twin:0.4 copy-before-write:1 -- "${first_writes[@]}"
compare first-4k-origin-spread memory first-1 copy-before-write:1 -- "${spread[@]}"
compare first-4k-origin-8-snapshots memory first-8 dmsnap/first-1:0.25 -- "${first_writes[@]}"

compare first-4k-origin-32-stacked memory stacked-32 dmsnap/stacked-1:0.9 -- "${first_writes[@]}"
compare read-4k-oldest-of-32-stacked memory oldest-32 dmsnap/newest-32:0.9 -- "${reads[@]}"

compare first-4k-origin-fsync-256 disk first-1 dmsnap/bare:0.2 dmsnap/first-1+--fsync=1:10 \
  -- "${first_writes[@]}" --fsync=256 --runtime=1
compare sync-4k-snapshot disk rewritten twin:0.9 -- "${writes[@]}" --fsync=1 --runtime=1
compare sync-4k-origin disk saved twin:0.9 -- "${writes[@]}" --fsync=1 --runtime=1
