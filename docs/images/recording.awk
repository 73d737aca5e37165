# Makes a picture of a terminal session: LC_ALL=C awk -f recording.awk NAME.session >NAME.svg
# What is typed stands behind "$ "; the rest is what is printed.

{
  line[NR] = $0
  gsub(/[\200-\277]/, "") # but the first byte of each letter
  columns = length > columns ? length : columns
}

END {
  width = 8.2 * columns + 32
  height = 19 * NR + 24
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n", \
    width, height, width, height
  print "<style>"
  print "  rect { fill: #f6f8fa; stroke: #d1d9e0; }"
  print "  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #59636e; }"
  print "  .typed { fill: #1f2328; font-weight: bold; }"
  print "  .line { animation: shown 0.01s both; }"
  print "  @keyframes shown { from { opacity: 0; } to { opacity: 1; } }"
  print "  @media (prefers-reduced-motion: reduce) { .line { animation: none; } }"
  print "  @media (prefers-color-scheme: dark) {"
  print "    rect { fill: #161b22; stroke: #30363d; }"
  print "    text { fill: #9198a1; }"
  print "    .typed { fill: #e6edf3; }"
  print "  }"
  print "</style>"
  printf "<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", width - 1, height - 1
  for (i = 1; i <= NR; i++) {
    typed = substr(line[i], 1, 2) == "$ "
    seconds += typed ? 1.2 : 0.1
    gsub(/&/, "\\&amp;", line[i])
    gsub(/</, "\\&lt;", line[i])
    printf "<text class=\"line%s\" style=\"animation-delay:%.1fs\" x=\"16\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", \
      typed ? " typed" : "", seconds, 19 * i + 10, line[i]
  }
  print "</svg>"
}
