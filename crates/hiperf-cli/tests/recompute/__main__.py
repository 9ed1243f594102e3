#!/usr/bin/env python3
"""Computes every formatted value once more, from the kernel's own texts.

    python3 recompute TEE COOKED [CLOCK_TICKS_PER_SECOND PAGE_SIZE_BYTES]

TEE is a copy of all that was read, as the provider's Root describes it:
records of a header line `sample monotonic-100ns sys100ns path length`, the
bytes, and a newline. COOKED has one JSON object a line: the number of the
refresh, the class, and all properties of one instance, NULL as null.

Nothing here is shared with hiperf, neither code nor constants nor the schema:
what a property is made of and which formula makes it are written down again
from the documents, and the arithmetic is in exact fractions. An integer has to
be the exact value truncated, NULL has to be where there is no value and nowhere
else, and no instance and no property may be missing or too many.

Each area of the machine has a file here, which says of its classes what
classes.py describes.

Exit status 0 and how much was compared, or 1 and one line a difference.
"""

import importlib
import json
import os
import sys
from math import trunc
from pathlib import Path

from formulas import fraction
from kernel import TICKS, Units, read_tee

MOST_LINES = 20  # a wrong formula differs everywhere; the first lines say enough


def known_classes():
    """The classes of all areas."""
    found = {}
    for path in Path(__file__).parent.glob("*.py"):
        if path.stem != "__main__":
            found.update(getattr(importlib.import_module(path.stem), "CLASSES", {}))
    return found


def low_bits(value, most):
    """A counter of 32 bits has the low ones of the kernel's; of a pair the base has its own 32."""
    if isinstance(value, tuple):
        return tuple(low_bits(each, bits) for each, bits in zip(value, most))
    return None if value is None else value & most


def expected(of, name, older, newer):
    """All properties of an instance."""
    values = dict.fromkeys(["Caption", "Description", *of.unsupported])
    values["Name"] = name
    values["Timestamp_PerfTime"] = newer.monotonic
    values["Timestamp_Sys100NS"] = values["Timestamp_Object"] = newer.sys_100ns
    for clock in ("PerfTime", "Sys100NS", "Object"):
        values[f"Frequency_{clock}"] = TICKS
    now, before = of.instances(newer)[name], None
    if older is not None and of.same(name, older, newer):
        before = of.instances(older).get(name)
    for counter, take in of.copied.items():
        values[counter] = take(now)
    for counter, (formula, most, raw) in of.counters.items():
        value, last = raw(now), raw(before) if before is not None else None
        if formula is not fraction:
            value, last = low_bits(value, most), low_bits(last, most)
        cooked = None
        if value is not None:
            cooked = formula(None if last is None else (last, older), (value, newer), most)
        largest = most[0] if isinstance(most, tuple) else most
        # What the type doesn't hold is no value.
        values[counter] = None if cooked is None or trunc(cooked) > largest else trunc(cooked)
    return values


def compare(samples, rows):
    """The number of values that are equal, of NULLs among them, and the differences."""
    equal, nulls, differences, older, known = 0, 0, [], None, known_classes()
    refreshes, kinds = sorted({row["refresh"] for row in rows}), sorted({row["class"] for row in rows})
    for refresh in refreshes:
        moments = {row["properties"].get("Timestamp_PerfTime") for row in rows if row["refresh"] == refresh}
        if len(moments) != 1 or not moments <= samples.keys():
            differences.append(f"refresh {refresh}: its time stamps {moments} are not those of one sample")
            break
        newer = samples[moments.pop()]
        for class_name in kinds:
            of = known[class_name]
            kind = class_name.removeprefix("Win32_PerfFormattedData_")
            actual = [row["properties"] for row in rows if (row["refresh"], row["class"]) == (refresh, class_name)]
            names, wanted = [properties.get("Name") for properties in actual], of.instances(newer)
            if len(names) != len(wanted) or set(names) != set(wanted):
                differences.append(f"refresh {refresh}: {kind} has the instances {names}, expected {list(wanted)}")
                continue
            for name, properties in zip(names, actual):
                wanted = expected(of, name, older, newer)
                for key in sorted(wanted.keys() | properties.keys()):
                    written = properties.get(key, "nothing")
                    computed = wanted.get(key, "no such property")
                    if written == computed:
                        equal += 1
                        nulls += written is None
                        continue
                    where = kind if name is None else f"{kind} {name}"
                    differences.append(f"refresh {refresh}: {where}: {key} is {written}, computed {computed}")
        older = newer
    return equal, nulls, len(refreshes), differences


def main(tee, cooked):
    with open(cooked, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    equal, nulls, refreshes, differences = compare(read_tee(tee), rows)
    for line in differences[:MOST_LINES]:
        print(line)
    print(f"{equal} values of {refreshes} refreshes are equal, {nulls} of them NULL; {len(differences)} differ")
    return 1 if differences or equal == nulls else 0


if __name__ == "__main__":
    Units.clock_ticks = int(sys.argv[3]) if len(sys.argv) > 3 else os.sysconf("SC_CLK_TCK")
    Units.page_size = int(sys.argv[4]) if len(sys.argv) > 4 else os.sysconf("SC_PAGE_SIZE")
    sys.exit(main(sys.argv[1], sys.argv[2]))
