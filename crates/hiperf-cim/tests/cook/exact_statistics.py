"""The statistics once more, in exact fractions, from the documentation's definitions.

    exact_statistics.py TABLE

Each row is `statistic kind integer real values`: the answers and the raw values that were in the window, with blanks
between. `kind` is `integers` or `reals`. It shares nothing with the code under test. Statistics of integers must be
exact; means, ranges and variances of reals as near as the module `reals` promises.
"""

import math
import sys
from fractions import Fraction

# In parts of the value, beside what a double rounds off: a few roundings of carried sums.
TOLERANCE = Fraction(1, 2**49)
MOST_LINES = 20


def mean(values):
    return Fraction(sum(values)) / len(values)


def variance(values):
    middle = mean(values)
    return sum((x - middle) ** 2 for x in values) / len(values)


def percentile(percent):
    """The smallest value that so many percent of the values don't exceed."""
    return lambda values: next(
        x for count, x in enumerate(sorted(values), 1) if 100 * count >= percent * len(values)
    )


STATISTICS = {
    "COOKER_AVERAGE": mean,
    "COOKER_MIN": min,
    "COOKER_MAX": max,
    "COOKER_RANGE": lambda values: max(values) - min(values),
    "COOKER_VARIANCE": variance,
    "HIPERF_MEDIAN": percentile(50),
    "HIPERF_PERCENTILE_90": percentile(90),
    "HIPERF_PERCENTILE_95": percentile(95),
    "HIPERF_PERCENTILE_99": percentile(99),
}


def is_right(statistic, kind, integer, real, *values):
    read = int if kind == "integers" else float
    values = [read(value) for value in values]
    values = values if kind == "integers" else [Fraction(value) for value in values]
    exact = Fraction(STATISTICS[statistic](values))
    if kind == "integers":
        return int(integer) == math.trunc(exact) and float(real) == float(exact)
    # What is subtracted may be large where the difference is small.
    scale = max(abs(x) for x in values)
    scale = scale * scale if statistic == "COOKER_VARIANCE" else scale
    least = Fraction(5e-324)
    if statistic in ("COOKER_AVERAGE", "COOKER_VARIANCE"):
        return abs(Fraction(float(real)) - exact) <= TOLERANCE * scale + least
    return float(real) == float(exact)


def main(path):
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file]
    wrong = [row for row in rows if not is_right(*row)]
    for row in wrong[:MOST_LINES]:
        print(*row)
    print(f"{len(rows)} statistics, {len(wrong)} differ")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
