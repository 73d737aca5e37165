# ratios.svg: each paired ratio as a dot with its interval and, where one is asked for, a tick at the
# least, on a logarithmic scale; after statistics.awk.

BEGIN {
  FS = "\t"
  LEFT = 430; WIDTH = 420; ROW = 20; TOP = 40; LOWEST = 0.1; HIGHEST = 100
}

$1 == "ratio" {
  key = $2 " / " $3
  if (!(key in count)) order[++keys] = key
  ratio[key, ++count[key]] = $5 / $6
  least[key] = $4
}

function x_of(value) {
  if (value < LOWEST) value = LOWEST
  if (value > HIGHEST) value = HIGHEST
  return LEFT + WIDTH * log(value / LOWEST) / log(HIGHEST / LOWEST)
}

function line(x1, y1, x2, y2, colour, width) {
  printf "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s' stroke-width='%s'/>\n",
    x1, y1, x2, y2, colour, width
}

function text(x, y, anchor, words) {
  printf "<text x='%.1f' y='%.1f' text-anchor='%s'>%s</text>\n", x, y, anchor, words
}

function row(key, y,    i, values, n, colour) {
  n = count[key]
  for (i = 1; i <= n; i++) values[i] = ratio[key, i]
  sort(values, n)
  colour = least[key] == "" ? "#777" : median(values, n) >= least[key] ? "#1a7f37" : "#c0392b"
  text(LEFT - 10, y + 4, "end", key)
  line(x_of(interval_low(values, n)), y, x_of(interval_high(values, n)), y, colour, 2)
  printf "<circle cx='%.1f' cy='%.1f' r='4' fill='%s'/>\n", x_of(median(values, n)), y, colour
  if (least[key] != "") line(x_of(least[key]), y - 7, x_of(least[key]), y + 7, "#000", 1.5)
  text(LEFT + WIDTH + 10, y + 4, "start", sprintf("%.2f", median(values, n)))
}

END {
  height = TOP + keys * ROW + 20
  printf "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='12'>\n",
    LEFT + WIDTH + 60, height
  print "<rect width='100%' height='100%' fill='#fff'/>"
  split("0.1 0.2 0.5 1 2 5 10 20 50 100", ticks, " ")
  for (i = 1; i in ticks; i++) {
    line(x_of(ticks[i]), TOP - 10, x_of(ticks[i]), height - 10, ticks[i] == 1 ? "#999" : "#e5e5e5", 1)
    text(x_of(ticks[i]), TOP - 16, "middle", ticks[i])
  }
  text(LEFT - 10, TOP - 16, "end", "dmsnap's rate / the peer's; tick: what is asked for")
  for (i = 1; i <= keys; i++) row(order[i], TOP + i * ROW - ROW / 2)
  print "</svg>"
}
