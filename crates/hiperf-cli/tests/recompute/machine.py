"""The processors and the machine as a whole."""

import re

from classes import Class
from formulas import elapsed, level, rate, share, share_of_the_rest
from kernel import TICKS, U32, U64, Units, number

FROM_1601_TO_1970_S = 11_644_473_600


def stat(sample, name):
    """The first number of a line of /proc/stat."""
    for line in sample.lines("proc/stat"):
        fields = line.split()
        if fields and fields[0] == name and len(fields) > 1:
            return number(fields[1])
    return None


def cpus(sample):
    """The fields of every online processor's line, by its number."""
    found = {}
    for line in sample.lines("proc/stat"):
        match = re.fullmatch(r"cpu(\d+) (.*)", line)
        if match:
            found[int(match[1])] = [int(field) for field in match[2].split()]
    return found


def columns(sample, path, without=()):
    """The sum of each processor's column of a table."""
    lines = sample.lines(path)
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


def idle(sample, processor, state, what):
    path = f"sys/devices/system/cpu/cpu{processor}/cpuidle/state{state}/{what}"
    return number(sample.texts.get(path, "").strip())


class Processor:
    """Some processors of a sample: one, or all of them."""

    FIELDS = ["user", "nice", "system", "idle", "iowait", "irq", "softirq"]

    def __init__(self, sample, processors, is_total):
        self.sample, self.processors, self.is_total = sample, processors, is_total

    def time(self, *names):
        """The average time spent, in 100 ns."""
        online = cpus(self.sample)
        ticks = sum(online[n][self.FIELDS.index(name)] for n in self.processors for name in names)
        return ticks * TICKS // (Units.clock_ticks * len(self.processors))

    def interrupts(self):
        if self.is_total:
            return stat(self.sample, "intr")
        return columns(self.sample, "proc/interrupts", {"ERR", "MIS", "TLB"}).get(self.processors[0])

    def dpcs(self):
        table = columns(self.sample, "proc/softirqs")
        if self.is_total:
            return sum(table.values()) if table else None
        return table.get(self.processors[0])

    def idle_time(self, state):
        """The average over those that have the state, in whole microseconds, as 100 ns."""
        times = [idle(self.sample, n, state, "time") for n in self.processors]
        times = [time for time in times if time is not None]
        return sum(times) // len(times) * 10 if times else None

    def idle_entries(self, state):
        entries = [idle(self.sample, n, state, "usage") for n in self.processors]
        entries = [count for count in entries if count is not None]
        return sum(entries) if entries else None


def boot(sample):
    # It doesn't move, though what the kernel says of it may.
    start_s = stat(sample, "btime")
    while start_s is not None and sample.before is not None:
        sample = sample.before
        earlier_s = stat(sample, "btime")
        start_s = start_s if earlier_s is None else earlier_s
    return None if start_s is None else (start_s + FROM_1601_TO_1970_S) * TICKS


def queue(sample):
    running, online = stat(sample, "procs_running"), len(cpus(sample))
    return None if running is None or online == 0 else max(0, running - online)


def threads(sample):
    fields = sample.texts.get("proc/loadavg", "").split()
    return number(fields[3].partition("/")[2]) if len(fields) > 3 else None


def processes(sample):
    return len(sample.lines("proc")) if "proc" in sample.texts else None


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
    "ContextSwitchesPersec": (rate, U32, lambda s: stat(s, "ctxt")),
    "Processes": (level, U32, processes),
    "Threads": (level, U32, threads),
    "ProcessorQueueLength": (level, U32, queue),
}


def processors(sample):
    online = list(cpus(sample))
    found = {str(n): Processor(sample, [n], False) for n in online}
    if online:
        found["_Total"] = Processor(sample, online, True)
    return found


def same_processors(name, older, newer):
    # An average over other processors is the average of something else.
    return name != "_Total" or list(cpus(older)) == list(cpus(newer))


CLASSES = {
    "Win32_PerfFormattedData_PerfOS_Processor": Class(PROCESSOR, "DPCRate", processors, same_processors),
    "Win32_PerfFormattedData_PerfOS_System": Class(
        SYSTEM,
        "SystemCallsPersec ExceptionDispatchesPersec AlignmentFixupsPersec FloatingEmulationsPersec"
        " FileReadOperationsPersec FileWriteOperationsPersec FileDataOperationsPersec FileReadBytesPersec"
        " FileWriteBytesPersec FileControlOperationsPersec FileControlBytesPersec PercentRegistryQuotaInUse",
    ),
}
