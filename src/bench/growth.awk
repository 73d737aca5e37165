# growth.svg: microseconds a request as things grow, a panel for each chart, both scales logarithmic;
# after statistics.awk.

BEGIN {
  FS = "\t"
  PANEL = 430; WIDTH = 340; HEIGHT = 200; LEFT = 55; TOP = 40
  split("#1f77b4 #d95f02 #1a7f37 #7b3294", colours, " ")
}

$1 == "growth" {
  if (!($2 in seen)) { seen[$2]; chart[++charts] = $2 }
  if (!(($2, $3) in seen)) { seen[$2, $3]; series[$2, ++several[$2]] = $3 }
  if (!(($2, $3, $4) in count)) point[$2, $3, ++points[$2, $3]] = $4
  rate[$2, $3, $4, ++count[$2, $3, $4]] = $5
}

# The median cost of a point, in microseconds.
function cost(c, s, x,    i, values, n) {
  n = count[c, s, x]
  for (i = 1; i <= n; i++) values[i] = rate[c, s, x, i]
  sort(values, n)
  return 1e6 / median(values, n)
}

# Where x, which may be 0, lies on a logarithmic scale.
function place(x) {
  return log(x < 1 ? 0.5 : x)
}

function bounds(c,    i, j, s, x, y) {
  lowest = 1e30; highest = first = last = ""
  for (i = 1; i <= several[c]; i++) {
    s = series[c, i]
    for (j = 1; j <= points[c, s]; j++) {
      x = place(point[c, s, j]); y = cost(c, s, point[c, s, j])
      if (first == "" || x < first) first = x
      if (last == "" || x > last) last = x
      if (y < lowest) lowest = y
      if (highest == "" || y > highest) highest = y
    }
  }
  lowest = log(lowest / 2); highest = log(highest * 2)
}

function x_of(x) { return LEFT + WIDTH * (place(x) - first) / (last > first ? last - first : 1) }

function y_of(y) { return TOP + HEIGHT * (highest - log(y)) / (highest - lowest) }

function text(x, y, anchor, words, colour) {
  printf "<text x='%.1f' y='%.1f' text-anchor='%s' fill='%s'>%s</text>\n", x, y, anchor, colour, words
}

function curve(c, i,    s, j, x, path) {
  s = series[c, i]
  for (j = 1; j <= points[c, s]; j++) {
    x = point[c, s, j]
    path = path sprintf("%s%.1f,%.1f", j == 1 ? "M" : " L", x_of(x), y_of(cost(c, s, x)))
    if (i == 1) text(x_of(x), TOP + HEIGHT + 16, "middle", x, "#555")
  }
  printf "<path d='%s' fill='none' stroke='%s' stroke-width='2'/>\n", path, colours[i]
  text(LEFT + WIDTH, TOP - 8 - 14 * (several[c] - i), "end", s, colours[i])
}

function panel(c,    i, y) {
  bounds(c)
  text(LEFT, TOP - 22, "start", "µs a request, by " c, "#000")
  for (i = 0; i <= 20; i++) {
    y = 10 ^ int(i / 3) * (i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 5)
    if (log(y) > lowest && log(y) < highest) {
      printf "<line x1='%d' y1='%.1f' x2='%d' y2='%.1f' stroke='#ddd'/>\n", LEFT, y_of(y), LEFT + WIDTH, y_of(y)
      text(LEFT - 6, y_of(y) + 4, "end", y, "#555")
    }
  }
  for (i = 1; i <= several[c]; i++) curve(c, i)
}

END {
  printf "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='11'>\n",
    2 * PANEL, 280 * int((charts + 1) / 2)
  print "<rect width='100%' height='100%' fill='#fff'/>"
  for (k = 1; k <= charts; k++) {
    printf "<g transform='translate(%d,%d)'>\n", (k - 1) % 2 * PANEL, int((k - 1) / 2) * 280
    panel(chart[k])
    print "</g>"
  }
  print "</svg>"
}
