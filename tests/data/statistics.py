#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes statistics.txt: intervals found the slow way, by inverting tests.

An interval is the set of centres that a two-sided test at 5 % does not reject. For every gap between
neighbouring candidates the test is carried out at the gap's middle, with the null distribution counted
over all sign patterns in whole numbers. No formula of the C code is used.
"""
import itertools
import random
from fractions import Fraction

TAIL = Fraction(25, 1000)


def sign_sums(n, weights):
    """How many of the 2^n sign patterns give each sum of the weights of positive signs."""
    counts = {}
    for pattern in itertools.product((0, 1), repeat=n):
        total = sum(w for w, bit in zip(weights, pattern) if bit)
        counts[total] = counts.get(total, 0) + 1
    return counts


def tails(counts, n, statistic):
    whole = 2 ** n
    below = Fraction(sum(c for s, c in counts.items() if s <= statistic), whole)
    above = Fraction(sum(c for s, c in counts.items() if s >= statistic), whole)
    return below, above


def invert(values, candidates, counts, statistic):
    n, kept = len(values), []
    candidates = sorted(set(candidates))
    for left, right in zip(candidates, candidates[1:]):
        below, above = tails(counts, n, statistic(values, (left + right) / 2))
        if below > TAIL and above > TAIL:
            kept.append((left, right))
    outer = tails(counts, n, 0)[0]
    if outer > TAIL:
        return None
    rejected = max(s for s in counts if tails(counts, n, s)[0] <= TAIL)
    return kept[0][0], kept[-1][1], 1 - 2 * tails(counts, n, rejected)[0]


def ranks_above(values, centre):
    order = sorted(values, key=lambda v: abs(v - centre))
    return sum(rank for rank, v in enumerate(order, 1) if v > centre)


def count_above(values, centre):
    return sum(v > centre for v in values)


def median(values):
    values = sorted(values)
    n = len(values)
    return (values[(n - 1) // 2] + values[n // 2]) / 2


def line(kind, values, middle, found):
    bounds = "- - -" if found is None else "%.17g %.17g %.17g" % tuple(float(f) for f in found)
    print(kind, len(values), *("%.17g" % float(v) for v in values), "%.17g" % float(middle), bounds)


def main():
    random.seed(1)
    print("# SPDX-License-Identifier: GPL-3.0-or-later")
    print("# By statistics.py, by inverting tests over all sign patterns.")
    print("# kind n values... middle low high confidence; - where n is too small for 95 %")
    for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 15):
        values = [Fraction(random.randint(-10 ** 6, 10 ** 6), 1000) for _ in range(n)]
        walsh = [(a + b) / 2 for i, a in enumerate(values) for b in values[i:]]
        line("median", values, median(values),
             invert(values, values, sign_sums(n, [1] * n), count_above))
        line("centre", values, median(walsh),
             invert(values, walsh, sign_sums(n, range(1, n + 1)), ranks_above))


main()
