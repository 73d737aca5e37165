# Order statistics, for other awk programs: awk -f statistics.awk -f PROGRAM.

# Sorts values[1..n].
function sort(values, n,    i, j, value) {
  for (i = 2; i <= n; i++) {
    value = values[i]
    for (j = i - 1; j > 0 && values[j] > value; j--) {
      values[j + 1] = values[j]
    }
    values[j + 1] = value
  }
}

# Of sorted values.
function median(values, n) {
  return (values[int((n + 1) / 2)] + values[int(n / 2) + 1]) / 2
}

# The rank k such that the median lies between the k-th smallest and the k-th largest of n values
# with a probability of 95 % or more, whatever their distribution: each lies below the median with
# probability 1/2, so how many do is binomial. 0 if n is too small for that (5 or fewer).
function interval_rank(n,    k, term, below) {
  term = 0.5 ^ n
  below = term # the probability that k values or fewer lie below the median
  for (k = 0; 2 * below <= 0.05; ) {
    k++
    term *= (n - k + 1) / k
    below += term
  }
  return k
}

# The ends of that interval in sorted values, or of their whole range if they are too few.
function interval_low(values, n) {
  return values[interval_rank(n) > 1 ? interval_rank(n) : 1]
}

function interval_high(values, n) {
  return values[n + 1 - (interval_rank(n) > 1 ? interval_rank(n) : 1)]
}
