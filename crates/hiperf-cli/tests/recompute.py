#!/usr/bin/env python3
"""Computes every formatted value once more, from the kernel's own texts.

    recompute.py TEE COOKED [CLOCK_TICKS_PER_SECOND PAGE_SIZE_BYTES]

TEE is a copy of all that was read, as the provider's Root describes it:
records of a header line `sample monotonic-100ns sys100ns path length`, the
bytes, and a newline. COOKED has one JSON object a line: the number of the
refresh, the class, and all properties of one instance, NULL as null.

Nothing here is shared with hiperf, neither code nor constants nor the schema:
what a property is made of and which formula makes it are written down again
from the documents, and the arithmetic is in exact fractions. An integer has to
be the exact value truncated, NULL has to be where there is no value and nowhere
else, and no instance and no property may be missing or too many.

Exit status 0 and how much was compared, or 1 and one line a difference.
"""

import json
import os
import re
import sys
from fractions import Fraction
from math import trunc

TICKS = 10_000_000  # of all three time stamps, a second
FROM_1601_TO_1970_S = 11_644_473_600
U32, U64 = 2**32 - 1, 2**64 - 1
MOST_LINES = 20  # a wrong formula differs everywhere; the first lines say enough


# What was read ---------------------------------------------------------------


class Sample:
    """All texts that were read at one moment."""

    def __init__(self, monotonic, sys_100ns):
        self.monotonic, self.sys_100ns, self.texts = monotonic, sys_100ns, {}
        self.first_boot_s = None

    def lines(self, path):
        return self.texts.get(path, "").splitlines()

    def stat(self, name):
        """The first number of a line of /proc/stat."""
        for line in self.lines("proc/stat"):
            fields = line.split()
            if fields and fields[0] == name and len(fields) > 1:
                return number(fields[1])
        return None

    def cpus(self):
        """The fields of every online processor's line, by its number."""
        found = {}
        for line in self.lines("proc/stat"):
            match = re.fullmatch(r"cpu(\d+) (.*)", line)
            if match:
                found[int(match[1])] = [int(field) for field in match[2].split()]
        return found

    def columns(self, path, without=()):
        """The sum of each processor's column of a table."""
        lines = self.lines(path)
        if not lines:
            return {}
        numbers = [int(name.removeprefix("CPU")) for name in lines[0].split()]
        sums = dict.fromkeys(numbers, 0)
        for line in lines[1:]:
            label, _, rest = line.partition(":")
            row = rest.split()[: len(numbers)]
            if label.strip().upper() in without or len(row) < len(numbers):
                continue
            if all(field.isdigit() for field in row):
                for processor, field in zip(numbers, row):
                    sums[processor] += int(field)
        return sums

    def idle(self, processor, state, what):
        path = f"sys/devices/system/cpu/cpu{processor}/cpuidle/state{state}/{what}"
        return number(self.texts.get(path, "").strip())

    def meminfo(self, name):
        """A size in bytes."""
        for line in self.lines("proc/meminfo"):
            match = re.fullmatch(re.escape(name) + r":\s*(\d+) kB", line)
            if match:
                return int(match[1]) * 1024
        return None

    def vmstat(self, name):
        for line in self.lines("proc/vmstat"):
            fields = line.split()
            if len(fields) == 2 and fields[0] == name:
                return number(fields[1])
        return None


def number(text):
    return int(text) if text.isdigit() and int(text) <= U64 else None


def read_tee(path):
    """The samples by their moment."""
    with open(path, "rb") as file:
        data = file.read()
    samples, by_moment, at, boot_s = {}, {}, 0, None
    while at < len(data):
        end = data.index(b"\n", at)
        sample_number, monotonic, sys_100ns, name, length = data[at:end].decode().split(" ")
        start, at = end + 1, end + 1 + int(length) + 1
        if data[at - 1 : at] != b"\n":
            sys.exit(f"{path}: the record of {name} at byte {start} is cut")
        if sample_number not in samples:
            samples[sample_number] = Sample(int(monotonic), int(sys_100ns))
        samples[sample_number].texts[name] = data[start : at - 1].decode()
    for sample in samples.values():
        # The start of the machine doesn't move, though what the kernel says of it may.
        boot_s = sample.stat("btime") if boot_s is None else boot_s
        sample.first_boot_s = boot_s
        by_moment[sample.monotonic] = sample
    return by_moment


# Raw values ------------------------------------------------------------------


class Processor:
    """Some processors of a sample: one, or all of them."""

    FIELDS = ["user", "nice", "system", "idle", "iowait", "irq", "softirq"]

    def __init__(self, sample, processors, is_total):
        self.sample, self.processors, self.is_total = sample, processors, is_total

    def time(self, *names):
        """The average time spent, in 100 ns."""
        cpus = self.sample.cpus()
        ticks = sum(cpus[n][self.FIELDS.index(name)] for n in self.processors for name in names)
        return ticks * TICKS // (CLOCK_TICKS * len(self.processors))

    def interrupts(self):
        if self.is_total:
            return self.sample.stat("intr")
        return self.sample.columns("proc/interrupts", {"ERR", "MIS", "TLB"}).get(self.processors[0])

    def dpcs(self):
        columns = self.sample.columns("proc/softirqs")
        if self.is_total:
            return sum(columns.values()) if columns else None
        return columns.get(self.processors[0])

    def idle_time(self, state):
        """The average over those that have the state, in whole microseconds, as 100 ns."""
        times = [self.sample.idle(n, state, "time") for n in self.processors]
        times = [time for time in times if time is not None]
        return sum(times) // len(times) * 10 if times else None

    def idle_entries(self, state):
        entries = [self.sample.idle(n, state, "usage") for n in self.processors]
        entries = [count for count in entries if count is not None]
        return sum(entries) if entries else None


def total(*parts):
    return None if None in parts else sum(parts)


def pages(kib):
    return None if kib is None else kib // (PAGE_SIZE // 1024)


def units(value, size):
    return None if value is None else value // size


def boot(sample):
    if sample.stat("btime") is None:
        return None
    return (sample.first_boot_s + FROM_1601_TO_1970_S) * TICKS


def queue(sample):
    running, online = sample.stat("procs_running"), len(sample.cpus())
    return None if running is None or online == 0 else max(0, running - online)


def threads(sample):
    fields = sample.texts.get("proc/loadavg", "").split()
    return number(fields[3].partition("/")[2]) if len(fields) > 3 else None


def processes(sample):
    return len(sample.lines("proc")) if "proc" in sample.texts else None


def commit(sample):
    """Committed memory and its limit in pages, halved until both fit 32 bits."""
    both = [units(sample.meminfo(name), PAGE_SIZE) for name in ("Committed_AS", "CommitLimit")]
    while None not in both and max(both) > U32:
        both = [each // 2 for each in both]
    return both


# Formulas --------------------------------------------------------------------
# Each takes the older and the newer (raw value, sample), the older None if
# there is no baseline, and the largest raw value of the property's type.


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


# Classes ---------------------------------------------------------------------
# property: formula, largest value of its type, raw value

PROCESSOR = {
    "PercentProcessorTime": (share_of_the_rest, U64, lambda p: p.time("idle", "iowait")),
    "PercentIdleTime": (share, U64, lambda p: p.time("idle", "iowait")),
    "PercentUserTime": (share, U64, lambda p: p.time("user", "nice")),
    "PercentPrivilegedTime": (share, U64, lambda p: p.time("system", "irq", "softirq")),
    "PercentInterruptTime": (share, U64, lambda p: p.time("irq")),
    "PercentDPCTime": (share, U64, lambda p: p.time("softirq")),
    "InterruptsPersec": (rate, U32, Processor.interrupts),
    "DPCsQueuedPersec": (rate, U32, Processor.dpcs),
    "PercentC1Time": (share, U64, lambda p: p.idle_time(1)),
    "PercentC2Time": (share, U64, lambda p: p.idle_time(2)),
    "PercentC3Time": (share, U64, lambda p: p.idle_time(3)),
    "C1TransitionsPersec": (rate, U64, lambda p: p.idle_entries(1)),
    "C2TransitionsPersec": (rate, U64, lambda p: p.idle_entries(2)),
    "C3TransitionsPersec": (rate, U64, lambda p: p.idle_entries(3)),
}

SYSTEM = {
    "SystemUpTime": (elapsed, U64, boot),
    "ContextSwitchesPersec": (rate, U32, lambda s: s.stat("ctxt")),
    "Processes": (level, U32, processes),
    "Threads": (level, U32, threads),
    "ProcessorQueueLength": (level, U32, queue),
}

MEMORY = {
    "AvailableBytes": (level, U64, lambda s: s.meminfo("MemAvailable")),
    "AvailableKBytes": (level, U64, lambda s: units(s.meminfo("MemAvailable"), 1024)),
    "AvailableMBytes": (level, U64, lambda s: units(s.meminfo("MemAvailable"), 1024 * 1024)),
    "CommittedBytes": (level, U64, lambda s: s.meminfo("Committed_AS")),
    "CommitLimit": (level, U64, lambda s: s.meminfo("CommitLimit")),
    "PercentCommittedBytesInUse": (fraction, U32, commit),
    "CacheBytes": (level, U64, lambda s: total(s.meminfo("Cached"), s.meminfo("Buffers"))),
    "SystemCacheResidentBytes": (level, U64, lambda s: s.meminfo("Cached")),
    "FreeAndZeroPageListBytes": (level, U64, lambda s: s.meminfo("MemFree")),
    "ModifiedPageListBytes": (level, U64, lambda s: s.meminfo("Dirty")),
    "StandbyCacheNormalPriorityBytes": (level, U64, lambda s: s.meminfo("Inactive(file)")),
    "PageFaultsPersec": (rate, U32, lambda s: s.vmstat("pgfault")),
    "PageReadsPersec": (rate, U32, lambda s: s.vmstat("pgmajfault")),
    "PagesInputPersec": (rate, U32, lambda s: pages(s.vmstat("pgpgin"))),
    "PagesOutputPersec": (rate, U32, lambda s: pages(s.vmstat("pgpgout"))),
    "PagesPersec": (rate, U32, lambda s: total(pages(s.vmstat("pgpgin")), pages(s.vmstat("pgpgout")))),
    "TransitionPagesRePurposedPersec": (
        rate,
        U32,
        lambda s: total(s.vmstat("pgsteal_kswapd"), s.vmstat("pgsteal_direct")),
    ),
    "PoolPagedBytes": (level, U64, lambda s: s.meminfo("SReclaimable")),
    "PoolPagedResidentBytes": (level, U64, lambda s: s.meminfo("SReclaimable")),
    "PoolNonpagedBytes": (
        level,
        U64,
        lambda s: total(s.meminfo("SUnreclaim"), s.meminfo("KernelStack"), s.meminfo("PageTables")),
    ),
}

# What the kernel has no number for, which is always NULL.
UNSUPPORTED = {
    "Processor": "DPCRate",
    "System": "SystemCallsPersec ExceptionDispatchesPersec AlignmentFixupsPersec FloatingEmulationsPersec"
    " FileReadOperationsPersec FileWriteOperationsPersec FileDataOperationsPersec FileReadBytesPersec"
    " FileWriteBytesPersec FileControlOperationsPersec FileControlBytesPersec PercentRegistryQuotaInUse",
    "Memory": "CacheBytesPeak StandbyCacheCoreBytes StandbyCacheReserveBytes PageWritesPersec"
    " DemandZeroFaultsPersec TransitionFaultsPersec WriteCopiesPersec CacheFaultsPersec PoolPagedAllocs"
    " PoolNonpagedAllocs FreeSystemPageTableEntries SystemCodeResidentBytes SystemCodeTotalBytes"
    " SystemDriverResidentBytes SystemDriverTotalBytes LongTermAverageStandbyCacheLifetimes",
}

COUNTERS = {"Processor": PROCESSOR, "System": SYSTEM, "Memory": MEMORY}


def instances(kind, sample):
    """What the raw values of a class are taken from, by the instance's Name."""
    if kind != "Processor":
        return {None: sample}
    online = list(sample.cpus())
    found = {str(n): Processor(sample, [n], False) for n in online}
    if online:
        found["_Total"] = Processor(sample, online, True)
    return found


def baseline(kind, name, older, newer):
    """What an instance was one refresh before, if it was the same one."""
    if older is None:
        return None
    # An average over other processors is the average of something else.
    if name == "_Total" and list(older.cpus()) != list(newer.cpus()):
        return None
    return instances(kind, older).get(name)


def expected(kind, name, older, newer):
    """All properties of an instance."""
    values = dict.fromkeys(["Caption", "Description", *UNSUPPORTED[kind].split()])
    values["Name"] = name
    values["Timestamp_PerfTime"] = newer.monotonic
    values["Timestamp_Sys100NS"] = values["Timestamp_Object"] = newer.sys_100ns
    for clock in ("PerfTime", "Sys100NS", "Object"):
        values[f"Frequency_{clock}"] = TICKS
    now, before = instances(kind, newer)[name], baseline(kind, name, older, newer)
    for counter, (formula, most, raw) in COUNTERS[kind].items():
        value, last = raw(now), raw(before) if before is not None else None
        if formula is not fraction:
            # A counter of 32 bits has the low ones of the kernel's.
            value, last = (each if each is None else each & most for each in (value, last))
        cooked = None
        if value is not None:
            cooked = formula(None if last is None else (last, older), (value, newer), most)
        values[counter] = None if cooked is None else min(trunc(cooked), most)
    return values


# Comparison ------------------------------------------------------------------


def compare(samples, rows):
    """The number of values that are equal, of NULLs among them, and the differences."""
    equal, nulls, differences, older = 0, 0, [], None
    refreshes, kinds = sorted({row["refresh"] for row in rows}), sorted({row["class"] for row in rows})
    for refresh in refreshes:
        moments = {row["properties"].get("Timestamp_PerfTime") for row in rows if row["refresh"] == refresh}
        if len(moments) != 1 or not moments <= samples.keys():
            differences.append(f"refresh {refresh}: its time stamps {moments} are not those of one sample")
            break
        newer = samples[moments.pop()]
        for class_name in kinds:
            kind = class_name.removeprefix("Win32_PerfFormattedData_PerfOS_")
            actual = [row["properties"] for row in rows if (row["refresh"], row["class"]) == (refresh, class_name)]
            names, wanted = [properties.get("Name") for properties in actual], instances(kind, newer)
            if len(names) != len(wanted) or set(names) != set(wanted):
                differences.append(f"refresh {refresh}: {kind} has the instances {names}, expected {list(wanted)}")
                continue
            for name, properties in zip(names, actual):
                wanted = expected(kind, name, older, newer)
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
    CLOCK_TICKS = int(sys.argv[3]) if len(sys.argv) > 3 else os.sysconf("SC_CLK_TCK")
    PAGE_SIZE = int(sys.argv[4]) if len(sys.argv) > 4 else os.sysconf("SC_PAGE_SIZE")
    sys.exit(main(sys.argv[1], sys.argv[2]))
