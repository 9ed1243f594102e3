"""For how long tasks of the machine waited."""

import re

from classes import Class
from formulas import share
from kernel import U64

LINE = re.compile(r"(some|full) avg10=(\d+\.\d\d) avg60=(\d+\.\d\d) avg300=(\d+\.\d\d) total=(\d+)\n")


def stalls(text):
    """The averages and the total, in 100 ns, of each line."""
    found = {}
    for kind, *averages, total in LINE.findall(text or ""):
        if int(total) * 10 <= U64:
            found[kind] = [float(average) for average in averages] + [int(total) * 10]
    return found


def of(kind, index, stalls_of=lambda row: row):
    return lambda row: stalls_of(row).get(kind, [None] * 4)[index]


def properties(prefix, kinds, stalls_of=lambda row: row):
    """Those that are computed and those that are copied."""
    counters, copied = {}, {}
    for kind in kinds:
        counters[f"Percent{prefix}{kind.title()}StalledTime"] = (share, U64, of(kind, 3, stalls_of))
        for index, seconds in enumerate((10, 60, 300)):
            copied[f"{prefix}{kind.title()}Average{seconds}"] = of(kind, index, stalls_of)
    return counters, copied


def resources(sample):
    found = {}
    for resource in ("cpu", "memory", "io", "irq"):
        text = sample.texts.get(f"proc/pressure/{resource}")
        if text is not None:
            found[resource] = stalls(text)
            # Of all processors at once the kernel has no measurement.
            if resource == "cpu":
                found[resource].pop("full", None)
    return found


COUNTERS, COPIED = properties("", ("some", "full"))

CLASSES = {
    "Linux_PerfFormattedData_OS_Pressure": Class(COUNTERS, instances=resources, copied=COPIED),
}
