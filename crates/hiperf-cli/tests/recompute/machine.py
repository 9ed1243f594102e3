"""The processors and the machine as a whole."""

import re

from classes import Class
from formulas import elapsed, fraction, level, mean_seconds, queue_length, rate, share, share_of_the_rest
from kernel import TICKS, U32, U64, Units, number, numbers_of_list

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


def sum_of_all(counts):
    counts = list(counts)
    return None if None in counts else sum(counts)


class Processor:
    """Some processors of a sample: one, or all of them."""

    FIELDS = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"]

    def __init__(self, sample, processors, is_total):
        self.sample, self.processors, self.is_total = sample, processors, is_total

    def time(self, *names):
        """The average time spent, in 100 ns."""
        online = cpus(self.sample)
        # Old kernels, and some containers, have fewer fields.
        fields = {n: online[n] + [0] * len(self.FIELDS) for n in self.processors}
        ticks = sum(fields[n][self.FIELDS.index(name)] for n in self.processors for name in names)
        return ticks * TICKS // (Units.clock_ticks * len(self.processors))

    def interrupts(self):
        if self.is_total:
            return stat(self.sample, "intr")
        table = columns(self.sample, "proc/interrupts", {"ERR", "MIS", "TLB"})
        return sum_of_all(table.get(n) for n in self.processors)

    def dpcs(self):
        table = columns(self.sample, "proc/softirqs")
        if self.is_total:
            return sum(table.values()) if table else None
        return sum_of_all(table.get(n) for n in self.processors)

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


LINUX_CPU = {
    f"Percent{name}Time": (share, U64, lambda p, field=field: p.time(field))
    for name, field in [
        ("User", "user"),
        ("Nice", "nice"),
        ("System", "system"),
        ("Idle", "idle"),
        ("IOWait", "iowait"),
        ("Irq", "irq"),
        ("SoftIrq", "softirq"),
        ("Steal", "steal"),
        ("Guest", "guest"),
        ("GuestNice", "guest_nice"),
    ]
}


def by_node(sample):
    """The processors under the numbers of their NUMA nodes."""
    online, of_node = list(cpus(sample)), {}
    path = "sys/devices/system/node/"
    for node in numbers_of_list(sample.texts.get(path + "online", "")):
        for processor in numbers_of_list(sample.texts.get(f"{path}node{node}/cpulist", "")):
            of_node.setdefault(processor, node)
    found = {}
    for node in sorted({of_node.get(n, 0) for n in online}):
        own = [n for n in online if of_node.get(n, 0) == node]
        found.update((f"{node},{n}", Processor(sample, [n], False)) for n in own)
        found[f"{node},_Total"] = Processor(sample, own, False)
    if online:
        found["_Total"] = Processor(sample, online, True)
    return found


def load_average(index):
    def take(sample):
        fields = sample.texts.get("proc/loadavg", "").split()
        return float(fields[index]) if len(fields) > index else None

    return take


LOAD = {
    "RunningThreads": (level, U32, lambda s: stat(s, "procs_running")),
    "BlockedThreads": (level, U32, lambda s: stat(s, "procs_blocked")),
    "Threads": (level, U32, threads),
    "ForksPersec": (rate, U64, lambda s: stat(s, "processes")),
    "ContextSwitchesPersec": (rate, U64, lambda s: stat(s, "ctxt")),
    "InterruptsPersec": (rate, U64, lambda s: stat(s, "intr")),
    "SoftInterruptsPersec": (rate, U64, lambda s: stat(s, "softirq")),
}


def listed(path):
    return lambda sample: max(0, len(sample.lines(path)) - 1) if sample.texts.get(path) else None


OBJECTS = {
    "Processes": (level, U32, processes),
    "Threads": (level, U32, threads),
    "Semaphores": (level, U32, listed("proc/sysvipc/sem")),
    "Sections": (level, U32, listed("proc/sysvipc/shm")),
}


def softirqs(sample):
    lines = sample.lines("proc/softirqs")
    if not lines:
        return {}
    numbers, found = [int(name.removeprefix("CPU")) for name in lines[0].split()], {}
    for line in lines[1:]:
        kind, _, counts = line.partition(":")
        counts = dict(zip(numbers, map(int, counts.split())))
        found.update((f"{n},{kind.strip()}", counts[n]) for n in cpus(sample) if n in counts)
        found[f"_Total,{kind.strip()}"] = sum(counts.values()) & U64
    return found


def interrupts(sample):
    """Sum and description of each row."""
    lines = sample.lines("proc/interrupts")
    processors, found = len(lines[0].split()) if lines else 0, {}
    for line in lines[1:]:
        label, _, rest = line.partition(":")
        match = re.match(r"((?:\s+\d+(?=\s|$)){1,%d})\s*(.*)" % processors, rest)
        found[label.strip()] = (sum(map(int, match[1].split())) & U64, match[2].strip())
    return found


def same_interrupt(name, older, newer):
    return interrupts(older).get(name, (0, None))[1] == interrupts(newer)[name][1]


def schedules(sample):
    """The fields of each processor's line, from 1; of _Total sums, but for the time it ran."""
    found = {}
    for line in sample.lines("proc/schedstat"):
        match = re.fullmatch(r"cpu(\d+) (.*)", line)
        if match:
            found[match[1]] = [None, *map(int, match[2].split())]
    if found:
        rows = list(found.values())
        found["_Total"] = [None] + [sum(row[i] for row in rows) & U64 for i in range(1, 10)]
        found["_Total"][7] = sum(row[7] for row in rows) // len(rows)
    return found


def same_schedules(name, older, newer):
    return name != "_Total" or list(schedules(older)) == list(schedules(newer))


SCHEDULE = {
    "PercentRunTime": (share, U64, lambda row: row[7] // 100),
    "AvgWaitingThreads": (queue_length, U64, lambda row: row[8] // 100),
    "AvgSecPerWait": (mean_seconds, (U32, U32), lambda row: (row[8] // 100, row[9])),
    "TimeslicesPersec": (rate, U64, lambda row: row[9]),
    "SchedulesPersec": (rate, U64, lambda row: row[3]),
    "SchedulesToIdlePersec": (rate, U64, lambda row: row[4]),
    "WakeupsPersec": (rate, U64, lambda row: row[5]),
    "LocalWakeupsPersec": (rate, U64, lambda row: row[6]),
    "YieldsPersec": (rate, U64, lambda row: row[1]),
}


def of_cpu(name):
    def take(both):
        sample, processor = both
        return number(sample.texts.get(f"sys/devices/system/cpu/cpu{processor}/{name}", "").strip())

    return take


FREQUENCY = {
    "FrequencyKHz": (level, U64, of_cpu("cpufreq/scaling_cur_freq")),
    "PercentOfMaximum": (
        fraction,
        U64,
        lambda both: (of_cpu("cpufreq/scaling_cur_freq")(both), of_cpu("cpufreq/cpuinfo_max_freq")(both)),
    ),
    "LowerLimitKHz": (level, U64, of_cpu("cpufreq/scaling_min_freq")),
    "UpperLimitKHz": (level, U64, of_cpu("cpufreq/scaling_max_freq")),
    "MinimumKHz": (level, U64, of_cpu("cpufreq/cpuinfo_min_freq")),
    "MaximumKHz": (level, U64, of_cpu("cpufreq/cpuinfo_max_freq")),
    "CoreThrottlesPersec": (rate, U64, of_cpu("thermal_throttle/core_throttle_count")),
    "PackageThrottlesPersec": (rate, U64, of_cpu("thermal_throttle/package_throttle_count")),
}


CLASSES = {
    "Win32_PerfFormattedData_PerfOS_Processor": Class(PROCESSOR, "DPCRate", processors, same_processors),
    "Win32_PerfFormattedData_PerfOS_System": Class(
        SYSTEM,
        "SystemCallsPersec ExceptionDispatchesPersec AlignmentFixupsPersec FloatingEmulationsPersec"
        " FileReadOperationsPersec FileWriteOperationsPersec FileDataOperationsPersec FileReadBytesPersec"
        " FileWriteBytesPersec FileControlOperationsPersec FileControlBytesPersec PercentRegistryQuotaInUse",
    ),
    "Win32_PerfFormattedData_Counters_ProcessorInformation": Class(
        PROCESSOR,
        "DPCRate ProcessorFrequency PercentofMaximumFrequency PercentProcessorPerformance PercentProcessorUtility"
        " PercentPrivilegedUtility PercentPriorityTime PercentPerformanceLimit PerformanceLimitFlags"
        " ProcessorStateFlags ParkingStatus AverageIdleTime ClockInterruptsPersec IdleBreakEventsPersec",
        by_node,
        lambda name, older, newer: not name.endswith("_Total") or list(cpus(older)) == list(cpus(newer)),
    ),
    "Win32_PerfFormattedData_PerfOS_Objects": Class(OBJECTS, "Events Mutexes"),
    "Linux_PerfFormattedData_OS_Cpu": Class(LINUX_CPU, "", processors, same_processors),
    "Linux_PerfFormattedData_OS_Load": Class(
        LOAD,
        copied={
            "LoadAverage1Minute": load_average(0),
            "LoadAverage5Minutes": load_average(1),
            "LoadAverage15Minutes": load_average(2),
        },
    ),
    "Linux_PerfFormattedData_OS_SoftIrq": Class(
        {"SoftInterruptsPersec": (rate, U64, lambda count: count)}, instances=softirqs
    ),
    "Linux_PerfFormattedData_OS_Interrupt": Class(
        {"InterruptsPersec": (rate, U64, lambda row: row[0])},
        "",
        interrupts,
        same_interrupt,
        {"Source": lambda row: row[1]},
    ),
    "Linux_PerfFormattedData_OS_SchedStat": Class(SCHEDULE, "", schedules, same_schedules),
    "Linux_PerfFormattedData_OS_CpuFrequency": Class(
        FREQUENCY, instances=lambda sample: {str(n): (sample, n) for n in cpus(sample)}
    ),
}
