# Sourced by run: the engine without FUSE, by JMH; src/bench/java has the benchmarks.
# shellcheck shell=bash

engine() {
  selected engine || return 0
  java -Ddmsnap.bench.directory="${place[memory]}" -cp "$BENCH_CLASSPATH" org.openjdk.jmh.Main \
    -prof gc -rf csv -rff "$work/jmh" >"$work/jmh.log"
  # columns: benchmark, mode, threads, samples, score, error, unit, a parameter each
  tr -d '"' <"$work/jmh" | awk -F, -v OFS='\t' '
    NR > 1 && (!index($1, ":") || $1 ~ /gc.alloc.rate.norm/) {
      what = $1
      sub(/.*\.engine\./, "", what)
      sub(/:.*/, " allocates", what)
      print "value", what " " $8 $9, index($1, ":") ? "B" : "ns", "", $5
    }' >>"$runs"
}

attempt engine
