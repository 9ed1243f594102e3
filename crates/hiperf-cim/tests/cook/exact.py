"""The counter types once more, in exact fractions, from the documentation's formulas.

    exact.py VECTORS          checks the answers in a table of vectors
    exact.py --fill VECTORS   prints the table with these answers

It shares nothing with the code under test: no table of types, no arithmetic. The columns of a table are in COLUMNS;
a `-` is a sample or a base that isn't there. `value` is the exact value (`?` if it isn't known) or the reason why there
is none, `integer` the value truncated toward zero, `real` the nearest double.
"""

import math
import sys
from fractions import Fraction

COLUMNS = "type width N0 N1 D0 D1 F0 F1 base_width B0 B1 value integer real note".split()
GIVEN = COLUMNS.index("value")
MOST_LINES = 20


class NoValue(Exception):
    """Why there is no value."""


def step(width, older, newer):
    """How far a counter went, in its own width."""
    size = 2 ** int(width[1:])
    if newer >= older:
        return newer - older
    wrapped = newer - older + size
    if size < 2**64 and 2 * wrapped < size:
        return wrapped
    raise NoValue("Reset")


def level(number):
    if number < 0:
        raise NoValue("OutOfRange")
    return number


class Vector:
    """The steps of one row, each of which may be the reason for no value."""

    def __init__(self, row):
        self.row = dict(zip(COLUMNS, row))
        self.is_real = self.row["width"] == "f64"

    def read(self, column):
        return None if self.row[column] == "-" else int(self.row[column])

    def baseline(self):
        if self.row["N0"] == "-":
            raise NoValue("NoBaseline")

    def n(self):
        """N1 - N0"""
        self.baseline()
        return step(self.row["width"], self.read("N0"), self.read("N1"))

    def n1(self):
        return level(self.read("N1"))

    def d(self):
        """D1 - D0"""
        ticks = step("u64", self.read("D0"), self.read("D1"))
        if ticks == 0:
            raise NoValue("TimeNotAdvanced")
        return ticks

    def b(self, unmoved):
        """B1 - B0"""
        if self.read("B1") is None:
            raise NoValue("Missing")
        if self.read("B0") is None:
            raise NoValue("NoBaseline")
        counted = step(self.row["base_width"], self.read("B0"), self.read("B1"))
        if counted == 0:
            raise NoValue(unmoved)
        return counted

    def b1(self):
        if self.read("B1") is None:
            raise NoValue("Missing")
        if level(self.read("B1")) == 0:
            raise NoValue("BaseZero")
        return self.read("B1")

    def f1(self):
        if self.read("F1") == 0:
            raise NoValue("NoFrequency")
        return self.read("F1")

    def f(self):
        """The ticks per second of both samples."""
        self.baseline()
        if self.f1() != self.read("F0"):
            raise NoValue("Reset")
        return self.read("F1")


def newest(v):
    return Fraction(v.read("N1"))


def newest_real(v):
    real = float(v.row["N1"])
    if not math.isfinite(real):
        raise NoValue("NotANumber")
    return Fraction(real)


def difference(v):
    return Fraction(v.n())


def rate(v):
    f, n, d = v.f(), v.n(), v.d()
    return Fraction(n) / (Fraction(d) / f)


def queue_length(v):
    n, d = v.n(), v.d()
    return Fraction(n, d)


def timer(v):
    n, d = v.n(), v.d()
    return 100 * Fraction(n, d)


def timer_inv(v):
    n, d = v.n(), v.d()
    return min(max(100 * (1 - Fraction(n, d)), 0), 100)


def multi_timer(v):
    n, d, b = v.n(), v.d(), v.b1()
    return 100 * Fraction(n, d) / b


def multi_timer_inv(v):
    n, d, b = v.n(), v.d(), v.b1()
    return max(100 * (b - Fraction(n, d)), 0)


def precision_timer(v):
    n, b = v.n(), v.b("TimeNotAdvanced")
    return 100 * Fraction(n, b)


def sample_fraction(v):
    n, b = v.n(), v.b("NoOperations")
    return 100 * Fraction(n, b)


def raw_fraction(v):
    n, b = v.n1(), v.b1()
    return 100 * Fraction(n, b)


def average_timer(v):
    f, n, b = v.f(), v.n(), v.b("NoOperations")
    return Fraction(n, f) / b


def average_bulk(v):
    n, b = v.n(), v.b("NoOperations")
    return Fraction(n, b)


def elapsed_time(v):
    f, start, now = v.f1(), v.n1(), v.read("D1")
    if start > now:
        raise NoValue("Reset")
    return Fraction(now - start, f)


FORMULAS = {
    newest: "COUNTER_RAWCOUNT COUNTER_LARGE_RAWCOUNT COUNTER_RAWCOUNT_HEX COUNTER_LARGE_RAWCOUNT_HEX",
    newest_real: "DOUBLE_RAW",
    difference: "COUNTER_DELTA COUNTER_LARGE_DELTA",
    rate: "COUNTER_COUNTER COUNTER_BULK_COUNT SAMPLE_COUNTER",
    queue_length: "COUNTER_QUEUELEN_TYPE COUNTER_LARGE_QUEUELEN_TYPE COUNTER_100NS_QUEUELEN_TYPE"
    " COUNTER_OBJ_TIME_QUEUELEN_TYPE",
    timer: "COUNTER_TIMER 100NSEC_TIMER OBJ_TIME_TIMER",
    timer_inv: "COUNTER_TIMER_INV 100NSEC_TIMER_INV",
    multi_timer: "COUNTER_MULTI_TIMER 100NSEC_MULTI_TIMER",
    multi_timer_inv: "COUNTER_MULTI_TIMER_INV 100NSEC_MULTI_TIMER_INV",
    precision_timer: "PRECISION_SYSTEM_TIMER PRECISION_100NS_TIMER PRECISION_OBJECT_TIMER",
    sample_fraction: "SAMPLE_FRACTION",
    raw_fraction: "RAW_FRACTION LARGE_RAW_FRACTION",
    average_timer: "AVERAGE_TIMER",
    average_bulk: "AVERAGE_BULK",
    elapsed_time: "ELAPSED_TIME",
}
BY_TYPE = {f"PERF_{name}": formula for formula, names in FORMULAS.items() for name in names.split()}


def answer(row):
    """The columns value, integer and real."""
    try:
        value = BY_TYPE[row[0]](Vector(row))
    except NoValue as reason:
        return [str(reason), "-", "-"]
    # No unsigned integer is -1 or less.
    integer = math.trunc(value)
    return [str(value), str(integer) if -1 < value < 2**128 else "-", repr(float(value))]


def is_right(row):
    (value, integer, real), expected = row[GIVEN : GIVEN + 3], answer(row)
    if expected[2] == "-":
        return [value, integer, real] == expected
    # Reals are compared as such: not every language writes them alike.
    return value in ("?", expected[0]) and integer == expected[1] and float(real) == float(expected[2])


def main(path, is_filling):
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    if rows.pop(0) != COLUMNS or not rows:
        sys.exit(f"{path}: the columns must be {COLUMNS}, with rows below")
    if is_filling:
        print(*COLUMNS, sep="\t")
        for row in rows:
            print(*row[:GIVEN], *answer(row), row[-1], sep="\t")
        return 0
    wrong = [row for row in rows if not is_right(row)]
    for row in wrong[:MOST_LINES]:
        print(" ".join(row), "- expected", *answer(row))
    print(f"{len(rows)} vectors, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[-1], "--fill" in sys.argv[1:-1]))
