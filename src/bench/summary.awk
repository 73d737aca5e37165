# Prints median, low and high end of its 95 % interval of the numbers it is given, a line each: after
# statistics.awk, for a look at measurements by hand.

{ values[NR] = $1 }

END {
  sort(values, NR)
  print median(values, NR), interval_low(values, NR), interval_high(values, NR)
}
