"""The formulas of the counter types, in exact fractions.

Each takes the older and the newer (raw value, sample), the older None if there
is no baseline, and the largest raw value of the property's type. A raw value
may be a pair: the counter and its base.
"""

from fractions import Fraction

from kernel import TICKS, U32


def step(older, newer, most):
    """How far a counter went; None if it was set back."""
    if newer >= older:
        return newer - older
    wrapped = (newer - older) % 2**32
    return wrapped if most == U32 and wrapped < 2**31 else None


def level(_, newer, __):
    return newer[0]


def fraction(_, newer, __):
    part, whole = newer[0]
    return None if part is None or not whole else Fraction(100 * part, whole)


def elapsed(_, newer, __):
    start, sample = newer
    # Timestamp_Object is the time since 1601 like Timestamp_Sys100NS.
    return Fraction(sample.sys_100ns - start, TICKS) if sample.sys_100ns >= start else None


def over_time(clock):
    """The decorator of a formula of the steps of a counter and of a clock."""

    def decorate(formula):
        def cook(older, newer, most):
            if older is None or older[0] is None:
                return None
            counted = step(older[0], newer[0], most)
            time = getattr(newer[1], clock) - getattr(older[1], clock)
            return None if counted is None or time <= 0 else formula(counted, time)

        return cook

    return decorate


@over_time("monotonic")
def rate(counted, time):
    return Fraction(counted) / Fraction(time, TICKS)


@over_time("sys_100ns")
def share(counted, time):
    return 100 * Fraction(counted, time)


@over_time("sys_100ns")
def share_of_the_rest(counted, time):
    return min(max(100 * (1 - Fraction(counted, time)), 0), 100)


@over_time("sys_100ns")
def queue_length(counted, time):
    return Fraction(counted, time)


def over_base(formula):
    """The decorator of a formula of the steps of a counter and of its base."""

    def cook(older, newer, most):
        if None in newer[0] or older is None or None in older[0]:
            return None
        counted, of = (step(*each) for each in zip(older[0], newer[0], most))
        return None if counted is None or not of else formula(counted, of)

    return cook


@over_base
def share_of_base(counted, time):
    return Fraction(100 * counted, time)


@over_base
def mean(counted, operations):
    return Fraction(counted, operations)


@over_base
def mean_seconds(counted, operations):
    return Fraction(counted, TICKS * operations)
