# The tables of results.md, from what measure.sh notes; after statistics.awk.

BEGIN { FS = "\t" }

{ key = $1 FS $2 FS $3 }

$1 == "growth" { key = key FS $4 }

!(key in count) { order[++keys] = key }

{ n = ++count[key] }

$1 == "ratio" {
  least[key] = $4
  ratio[key, n] = $5 / $6
  ours[key, n] = $5
  theirs[key, n] = $6
  our_cpu[key, n] = $7
  their_cpu[key, n] = $8
}

$1 == "value" {
  most[key] = $4
  measured[key, n] = $5
}

$1 == "growth" { measured[key, n] = $5 }

# Copies the column of a key into values, sorted.
function column(table, key,    i) {
  for (i = 1; i <= count[key]; i++) {
    values[i] = table[key, i]
  }
  sort(values, count[key])
}

function median_of(table, key) {
  column(table, key)
  return median(values, count[key])
}

# A number with three digits that count.
function short(x) {
  return x >= 100 ? sprintf("%.0f", x) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.2f", x)
}

function interval(table, key) {
  column(table, key)
  return short(interval_low(values, count[key])) " – " short(interval_high(values, count[key]))
}

function verdict(limit, met) {
  return limit == "" ? "" : met ? "yes" : "**no**"
}

function ratio_row(key,    field, middle) {
  split(key, field, FS)
  middle = median_of(ratio, key)
  printf "| %s | %s | **%s** | %s | %s | %s | %s | %s | %s | %s |\n", field[2], field[3],
    short(middle), interval(ratio, key), least[key], verdict(least[key], middle >= least[key]),
    short(median_of(ours, key)), short(median_of(theirs, key)),
    short(median_of(our_cpu, key)), short(median_of(their_cpu, key))
}

function value_row(key,    field, middle) {
  split(key, field, FS)
  middle = median_of(measured, key)
  printf "| %s | **%s** %s | %s | %s | %s |\n", field[2], short(middle), field[3],
    (count[key] > 1 ? interval(measured, key) : ""), most[key],
    verdict(most[key], middle <= most[key])
}

function growth_row(key,    field) {
  split(key, field, FS)
  printf "| %s | %s | %s | %s | %s |\n", field[2], field[3], field[4],
    short(median_of(measured, key)), short(1e6 / median_of(measured, key))
}

function section(kind, title, columns, rule,    i, begun) {
  for (i = 1; i <= keys; i++) {
    if (index(order[i], kind FS) == 1) {
      if (!begun++) {
        printf "## %s\n\n%s\n%s\n", title, columns, rule
      }
      if (kind == "ratio") ratio_row(order[i])
      if (kind == "value") value_row(order[i])
      if (kind == "growth") growth_row(order[i])
    }
  }
  if (begun) print ""
}

END {
  section("ratio", "dmsnap and its peers",
    "| workload | beside | ratio | 95 % interval | at least | met | dmsnap/s | peer/s | dmsnap µs CPU | peer µs CPU |",
    "|---|---|---|---|---|---|---|---|---|---|")
  section("value", "Counted and timed",
    "| what | median | 95 % interval | at most | met |", "|---|---|---|---|---|")
  section("growth", "As things grow",
    "| of | what | at | a second | µs each |", "|---|---|---|---|---|")
}
