"""What each cgroup uses, is allowed, and waits for."""

import os
import re
import sys

from classes import Class
from formulas import fraction, level, rate, share, share_of_base
from kernel import U32, U64, number
from pressure import properties, stalls

NO_LIMIT = 2**63 - 2**20  # version 1 writes the largest whole number of pages


def escaped(path):
    """As the copy names it."""
    return path.replace("\\", "\\134").replace(" ", "\\040")


def earlier(sample):
    """The sample and those before it, the latest first."""
    while sample is not None:
        yield sample
        sample = sample.before


def mounts(sample):
    """Mount points by controller, "" for version 2. They are those of the first sample that looked for cgroups."""
    first = [each for each in earlier(sample) if any(path.startswith("sys/fs/cgroup") for path in each.texts)][-1]
    found = {}
    own = "proc/self/mountinfo"
    for line in first.lines(own if own in first.texts else "proc/1/mountinfo"):
        before, _, behind = line.partition(" - ")
        if len(behind.split(" ")) < 3:
            continue  # it is cut
        kind, _, options = behind.split(" ")[:3]
        point = before.split(" ")[4].strip("/")
        if kind == "cgroup2":
            found.setdefault("", point)
        elif kind == "cgroup":
            for option in options.split(","):
                found.setdefault(option, point)
    return found


def paths(sample, point):
    """The cgroups of a hierarchy, by the last walk through its directories."""
    walk = next(each for each in earlier(sample) if escaped(point) in each.texts)
    found, left = [], [""]
    while left:
        path = left.pop()
        found.append(path)
        names = walk.texts.get(escaped(point + path), "").split("\n")[:-1]
        left.extend(f"{path}/{name}" for name in names)
    return found


class Group:
    def __init__(self, sample, points, controller, path):
        self.sample, self.points, self.path = sample, points, path
        self.version = 1 if controller else 2

    def text(self, file, controller):
        point = self.points.get(controller if self.version == 1 else "")
        return None if point is None else self.sample.texts.get(escaped(f"{point}{self.path}/{file}"))

    def first(self, file, controller=None, place=0):
        """A field of the first line."""
        lines = (self.text(file, controller) or "").split("\n")[:-1]
        fields = lines[0].split() if lines else []
        return fields[place] if place < len(fields) else None

    def number(self, file, controller=None, place=0):
        field = self.first(file, controller, place)
        return None if field is None else number(field)

    def limit(self, file, controller=None):
        found = self.number(file, controller)
        return None if found is None or found >= NO_LIMIT else found

    def keyed(self, file, key, controller=None):
        found = None
        for line in (self.text(file, controller) or "").split("\n")[:-1]:
            fields = line.split()
            if len(fields) > 1 and fields[0] == key:
                found = number(fields[1])
        return found


def groups(controllers, kind=Group):
    """All cgroups of the first of the controllers that version 1 has mounted, else of version 2."""

    def instances(sample):
        points = mounts(sample)
        controller = next((each for each in controllers if each in points), "")
        if controller not in points:
            return {}
        return {path or "/": kind(sample, points, controller, path) for path in paths(sample, points[controller])}

    return instances


def times(value, factor):
    return None if value is None or value * factor > U64 else value * factor


def parts(value, divisor):
    return None if value is None else value // divisor


def both(two=None, one=None):
    """A raw value by version, each made of the cgroup; None where the version has none."""

    def take(group):
        raw = two if group.version == 2 else one
        return None if raw is None else raw(group)

    return take


def cpu_stat(key, key_1):
    """A number of cpu.stat, which both versions have; a time if the names differ."""
    is_time = key != key_1
    return both(
        lambda g: times(g.keyed("cpu.stat", key), 10 if is_time else 1),
        lambda g: parts(g.keyed("cpu.stat", key_1, "cpu"), 100 if is_time else 1),
    )


def used(key, file_1):
    return both(
        lambda g: times(g.keyed("cpu.stat", key), 10), lambda g: parts(g.number(file_1, "cpuacct"), 100)
    )


PERIODS, THROTTLED = cpu_stat("nr_periods", "nr_periods"), cpu_stat("nr_throttled", "nr_throttled")


def processor_list(group):
    file = "cpuset.cpus.effective" if group.version == 2 else "cpuset.effective_cpus"
    return group.first(file, "cpuset")


def processor_count(group):
    listed = processor_list(group)
    if listed is None:
        return None
    ranges = [[int(end) for end in part.split("-")] for part in listed.split(",")]
    return sum(each[-1] - each[0] + 1 for each in ranges)


def processor_limit(group):
    if group.version == 2:
        quota, period = group.limit("cpu.max"), group.number("cpu.max", place=1)
    else:
        quota, period = group.limit("cpu.cfs_quota_us", "cpu"), group.number("cpu.cfs_period_us", "cpu")
    return quota / period if quota is not None and period else None


PROCESSOR = {
    "PercentProcessorTime": (share, U64, used("usage_usec", "cpuacct.usage")),
    "PercentUserTime": (share, U64, used("user_usec", "cpuacct.usage_user")),
    "PercentPrivilegedTime": (share, U64, used("system_usec", "cpuacct.usage_sys")),
    "PeriodsPersec": (rate, U64, PERIODS),
    "ThrottledPeriodsPersec": (rate, U64, THROTTLED),
    "PercentPeriodsThrottled": (share_of_base, (U32, U32), lambda g: (THROTTLED(g), PERIODS(g))),
    "PercentThrottledTime": (share, U64, cpu_stat("throttled_usec", "throttled_time")),
    "BurstsPersec": (rate, U64, cpu_stat("nr_bursts", "nr_bursts")),
    "PercentBurstTime": (share, U64, cpu_stat("burst_usec", "burst_time")),
    "Weight": (level, U32, both(lambda g: g.number("cpu.weight"))),
    "Shares": (level, U32, both(None, lambda g: g.number("cpu.shares", "cpu"))),
    "EffectiveProcessors": (level, U32, processor_count),
}


def size(file, file_1=None):
    one = None if file_1 is None else lambda g: g.limit(file_1, "memory")
    return both(None if file is None else lambda g: g.limit(file), one)


def stat(key, key_1=None):
    one = None if key_1 is None else lambda g: g.keyed("memory.stat", f"total_{key_1}", "memory")
    return both(lambda g: g.keyed("memory.stat", key), one)


def working_set(group):
    current, inactive = CURRENT(group), stat("inactive_file", "inactive_file")(group)
    return None if None in (current, inactive) else max(current - inactive, 0)


def event(key, one=None):
    return both(lambda g: g.keyed("memory.events", key), one)


CURRENT = both(lambda g: g.number("memory.current"), lambda g: g.number("memory.usage_in_bytes", "memory"))
LIMIT = size("memory.max", "memory.limit_in_bytes")

MEMORY = {
    "CurrentBytes": (level, U64, CURRENT),
    "PeakBytes": (level, U64, both(
        lambda g: g.number("memory.peak"), lambda g: g.number("memory.max_usage_in_bytes", "memory")
    )),
    "WorkingSetBytes": (level, U64, working_set),
    "ProtectedBytes": (level, U64, size("memory.min")),
    "LowBytes": (level, U64, size("memory.low")),
    "HighBytes": (level, U64, size("memory.high")),
    "LimitBytes": (level, U64, LIMIT),
    "SoftLimitBytes": (level, U64, size(None, "memory.soft_limit_in_bytes")),
    "PercentOfLimit": (fraction, (U64, U64), lambda g: (CURRENT(g), LIMIT(g))),
    "SwapBytes": (level, U64, both(
        lambda g: g.number("memory.swap.current"), lambda g: g.keyed("memory.stat", "total_swap", "memory")
    )),
    "SwapLimitBytes": (level, U64, size("memory.swap.max")),
    "AnonymousBytes": (level, U64, stat("anon", "rss")),
    "FileBytes": (level, U64, stat("file", "cache")),
    "SharedBytes": (level, U64, stat("shmem", "shmem")),
    "FileMappedBytes": (level, U64, stat("file_mapped", "mapped_file")),
    "FileDirtyBytes": (level, U64, stat("file_dirty", "dirty")),
    "FileWritebackBytes": (level, U64, stat("file_writeback", "writeback")),
    "ActiveAnonymousBytes": (level, U64, stat("active_anon", "active_anon")),
    "InactiveAnonymousBytes": (level, U64, stat("inactive_anon", "inactive_anon")),
    "ActiveFileBytes": (level, U64, stat("active_file", "active_file")),
    "InactiveFileBytes": (level, U64, stat("inactive_file", "inactive_file")),
    "UnevictableBytes": (level, U64, stat("unevictable", "unevictable")),
    "KernelBytes": (level, U64, stat("kernel")),
    "KernelStackBytes": (level, U64, stat("kernel_stack")),
    "PageTableBytes": (level, U64, stat("pagetables")),
    "SlabReclaimableBytes": (level, U64, stat("slab_reclaimable")),
    "SlabUnreclaimableBytes": (level, U64, stat("slab_unreclaimable")),
    "SocketBytes": (level, U64, stat("sock")),
    "PageFaultsPersec": (rate, U64, stat("pgfault", "pgfault")),
    "MajorFaultsPersec": (rate, U64, stat("pgmajfault", "pgmajfault")),
    "AnonymousRefaultsPersec": (rate, U64, stat("workingset_refault_anon", "workingset_refault_anon")),
    "FileRefaultsPersec": (rate, U64, stat("workingset_refault_file", "workingset_refault_file")),
    "PagesScannedPersec": (rate, U64, stat("pgscan")),
    "PagesReclaimedPersec": (rate, U64, stat("pgsteal")),
    "LowEventsPersec": (rate, U64, event("low")),
    "HighEventsPersec": (rate, U64, event("high")),
    "LimitHitsPersec": (rate, U64, event("max", lambda g: g.number("memory.failcnt", "memory"))),
    "OutOfMemoryEvents": (level, U64, event("oom")),
    "OutOfMemoryKills": (level, U64, event("oom_kill", lambda g: g.keyed("memory.oom_control", "oom_kill", "memory"))),
}


def node_list(group):
    return group.first("cpuset.mems.effective" if group.version == 2 else "cpuset.effective_mems", "cpuset")


def device_name(sample, numbers):
    for each in earlier(sample):
        match = re.search(r"^DEVNAME=(.+)\n", each.texts.get(f"sys/dev/block/{numbers}/uevent", ""), re.M)
        if match:
            return match[1]
    return numbers


def device_counts(group):
    """Counts by the device's numbers, under the names of version 2."""
    found = {}
    if group.version == 2:
        for line in (group.text("io.stat", None) or "").split("\n")[:-1]:
            numbers, *fields = line.split(" ")
            counts = dict(field.split("=") for field in fields if "=" in field)
            if counts:
                found[numbers] = {key: number(value) for key, value in counts.items()}
        return found
    for file, ending in (("io_service_bytes", "bytes"), ("io_serviced", "ios")):
        for line in (group.text(f"blkio.throttle.{file}_recursive", "blkio") or "").split("\n")[:-1]:
            fields = line.split(" ")
            if len(fields) == 3 and fields[1] in ("Read", "Write", "Discard") and number(fields[2]) is not None:
                found.setdefault(fields[0], {})[fields[1][0].lower() + ending] = number(fields[2])
    return found


def devices(sample):
    found = {}
    for path, group in groups(["blkio"])(sample).items():
        for numbers, counts in device_counts(group).items():
            device = device_name(sample, numbers)
            found[f"{path},{device}"] = {"cgroup": path, "device": device, **counts}
    return found


DISK = {
    f"{what}Persec": (rate, U64, lambda row, key=key: row.get(key))
    for what, key in [
        ("ReadBytes", "rbytes"), ("WriteBytes", "wbytes"), ("DiscardBytes", "dbytes"),
        ("Reads", "rios"), ("Writes", "wios"), ("Discards", "dios"),
    ]
}


def tasks(file):
    return both(lambda g: g.limit(file), lambda g: g.limit(file, "pids"))


TASKS = {
    "Tasks": (level, U64, tasks("pids.current")),
    "TaskLimit": (level, U64, tasks("pids.max")),
    "TaskPeak": (level, U64, tasks("pids.peak")),
    "TaskLimitHits": (level, U64, both(
        lambda g: g.keyed("pids.events", "max"), lambda g: g.keyed("pids.events", "max", "pids")
    )),
    "Descendants": (level, U64, both(lambda g: g.keyed("cgroup.stat", "nr_descendants"))),
    "DyingDescendants": (level, U64, both(lambda g: g.keyed("cgroup.stat", "nr_dying_descendants"))),
    "Populated": (level, U32, both(lambda g: g.keyed("cgroup.events", "populated"))),
    "Frozen": (level, U32, both(lambda g: g.keyed("cgroup.events", "frozen"))),
}

PRESSURE, AVERAGES = {}, {}
for prefix, file, kinds in [
    ("Processor", "cpu", ("some", "full")), ("Memory", "memory", ("some", "full")),
    ("Disk", "io", ("some", "full")), ("Interrupt", "irq", ("full",)),
]:
    def stalls_of(group, file=file):
        return stalls(group.stall_text(file))

    counters, copied = properties(prefix, kinds, stalls_of)
    PRESSURE |= counters
    AVERAGES |= copied


class Waiting(Group):
    """A cgroup as its tasks wait."""

    def stall_text(self, file):
        text = self.text(f"{file}.pressure", None)
        # Of all processors at once the kernel has no measurement.
        is_of_the_machine = not self.path and is_topmost("/" + self.points[""])
        return text.split("full")[0] if text and file == "cpu" and is_of_the_machine else text


def is_topmost(point):
    """Whether it is the machine's topmost cgroup. A recorded tree, for which units are given, has none."""
    return len(sys.argv) <= 3 and os.stat(point).st_ino == 1


CLASSES = {
    f"Linux_PerfFormattedData_Cgroups_Cgroup{name}": of
    for name, of in {
        "Processor": Class(PROCESSOR, instances=groups(["cpuacct", "cpu"]), copied={
            "ProcessorLimit": processor_limit, "EffectiveProcessorList": processor_list,
        }),
        "Memory": Class(MEMORY, instances=groups(["memory"]), copied={"EffectiveNodeList": node_list}),
        "Disk": Class(DISK, instances=devices, copied={
            "Cgroup": lambda row: row["cgroup"], "Device": lambda row: row["device"],
        }),
        "Tasks": Class(TASKS, instances=groups(["pids"])),
        "Pressure": Class(PRESSURE, instances=groups([], Waiting), copied=AVERAGES),
    }.items()
}
