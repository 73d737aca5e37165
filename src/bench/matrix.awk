# A table with a line for each workload whose name matches PATTERN and a column for each peer, from what
# measure.sh notes; after statistics.awk. What was asked for and missed is bold.

BEGIN { FS = "\t" }

$1 == "ratio" && $2 ~ PATTERN {
  if (!($2 in seen)) { seen[$2]; row[++rows] = $2 }
  if (!($3 in known)) { known[$3]; peer[++peers] = $3 }
  n = ++count[$2, $3]
  ratio[$2, $3, n] = $5 / $6
  least[$2, $3] = $4
  if (!($2 in beside)) beside[$2] = $3
  if (beside[$2] == $3) ours[$2, ++runs[$2]] = $5
}

# A number with three digits that count.
function short(x) {
  return x >= 100 ? sprintf("%.0f", x) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.2f", x)
}

function cell(name, other,    i, values, n, asked, middle) {
  n = count[name, other]
  if (!n) return ""
  for (i = 1; i <= n; i++) values[i] = ratio[name, other, i]
  sort(values, n)
  middle = median(values, n)
  asked = least[name, other]
  return (asked != "" && middle < asked ? "**" short(middle) "**" : short(middle)) \
    " (" short(interval_low(values, n)) " – " short(interval_high(values, n)) \
    (asked == "" ? ")" : "; asked " asked ")")
}

function rate(name,    i, values) {
  for (i = 1; i <= runs[name]; i++) values[i] = ours[name, i]
  sort(values, runs[name])
  return short(median(values, runs[name]))
}

END {
  if (!rows) exit
  head = "| workload | dmsnap, a second |"
  rule = "|---|---|"
  for (j = 1; j <= peers; j++) { head = head " " peer[j] " |"; rule = rule "---|" }
  print head "\n" rule
  for (i = 1; i <= rows; i++) {
    line = "| `" row[i] "` | " rate(row[i]) " |"
    for (j = 1; j <= peers; j++) line = line " " cell(row[i], peer[j]) " |"
    print line
  }
}
