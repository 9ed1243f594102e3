"""Disks and mounted file systems."""

import re

from classes import Class
from formulas import fraction, level, mean, mean_seconds, queue_length, rate, share_of_base
from kernel import U32, U64, number

MS = 10_000  # in 100 ns
FIELDS = "reads reads_merged sectors_read read_ms writes writes_merged sectors_written write_ms in_flight busy_ms queue_ms"


class Device:
    """A line of /proc/diskstats."""

    def __init__(self, numbers, name, is_partition, counts):
        self.numbers, self.name, self.is_partition = numbers, name, is_partition
        self.counts = dict(zip(FIELDS.split(), counts))

    def is_disk(self):
        return not self.is_partition and not re.fullmatch(r"(dm-|md|drbd|bcache|zd|sr|fd)\d+|md_.*", self.name)


def devices(sample):
    found, disk = [], None
    for line in sample.lines("proc/diskstats"):
        fields = line.split()
        if len(fields) < 3 or number(fields[0]) is None or number(fields[1]) is None:
            continue
        name, counts = fields[2], [number(field) for field in fields[3:14]]
        pattern = None if disk is None else re.escape(disk) + ("p" if disk[-1].isdigit() else "") + r"\d+"
        is_partition = pattern is not None and re.fullmatch(pattern, name) is not None
        if not is_partition:
            disk = name
        if re.fullmatch(r"(ram|zram|loop)\d+", disk) or len(counts) < 11 or None in counts:
            continue
        found.append(Device((int(fields[0]), int(fields[1])), name, is_partition, counts))
    return found


class Disk:
    """Some devices of a sample together."""

    def __init__(self, sample, parts, spaces=()):
        self.sample, self.parts = sample, parts
        self.spaces = [space for space in spaces if space is not None]
        if any(sum(space[at] for space in self.spaces) > U64 for at in (0, 1)):
            self.spaces = []

    def sum(self, *fields):
        return sum(part.counts[field] for part in self.parts for field in fields)

    def time(self, *fields):
        """The average over the devices, in 100 ns."""
        return (self.sum(*fields) * MS // len(self.parts), self.sample.sys_100ns)

    def idle(self):
        busy, now = self.time("busy_ms")
        return (now - busy if busy <= now else None, now)

    def queue(self, *fields):
        return self.sum(*fields) * MS

    def latency(self, times, operations):
        return (self.sum(*times) * MS, self.sum(*operations))

    def size(self, sectors, operations):
        return (self.sum(*sectors) * 512, self.sum(*operations))

    def free_megabytes(self):
        free = sum(space[0] for space in self.spaces) // 2**20 if self.spaces else None
        return None if free is None or free > U32 else free

    def free_part(self):
        """Free and all megabytes, halved until both fit 32 bits."""
        if not self.spaces:
            return (None, None)
        both = [sum(space[at] for space in self.spaces) // 2**20 for at in (0, 1)]
        while max(both) > U32:
            both = [each // 2 for each in both]
        return both


BOTH = (["read_ms", "write_ms"], ["reads", "writes"], ["sectors_read", "sectors_written"])

DISK = {
    "CurrentDiskQueueLength": (level, U32, lambda d: d.sum("in_flight")),
    "PercentDiskTime": (share_of_base, (U64, U64), lambda d: d.time("read_ms", "write_ms")),
    "PercentDiskReadTime": (share_of_base, (U64, U64), lambda d: d.time("read_ms")),
    "PercentDiskWriteTime": (share_of_base, (U64, U64), lambda d: d.time("write_ms")),
    "PercentIdleTime": (share_of_base, (U64, U64), Disk.idle),
    "AvgDiskQueueLength": (queue_length, U64, lambda d: d.queue("queue_ms")),
    "AvgDiskReadQueueLength": (queue_length, U64, lambda d: d.queue("read_ms")),
    "AvgDiskWriteQueueLength": (queue_length, U64, lambda d: d.queue("write_ms")),
    "AvgDiskSecPerTransfer": (mean_seconds, (U32, U32), lambda d: d.latency(BOTH[0], BOTH[1])),
    "AvgDiskSecPerRead": (mean_seconds, (U32, U32), lambda d: d.latency(["read_ms"], ["reads"])),
    "AvgDiskSecPerWrite": (mean_seconds, (U32, U32), lambda d: d.latency(["write_ms"], ["writes"])),
    "AvgDiskBytesPerTransfer": (mean, (U64, U32), lambda d: d.size(BOTH[2], BOTH[1])),
    "AvgDiskBytesPerRead": (mean, (U64, U32), lambda d: d.size(["sectors_read"], ["reads"])),
    "AvgDiskBytesPerWrite": (mean, (U64, U32), lambda d: d.size(["sectors_written"], ["writes"])),
    "DiskTransfersPersec": (rate, U32, lambda d: d.sum("reads", "writes")),
    "DiskReadsPersec": (rate, U32, lambda d: d.sum("reads")),
    "DiskWritesPersec": (rate, U32, lambda d: d.sum("writes")),
    "DiskBytesPersec": (rate, U64, lambda d: d.sum(*BOTH[2]) * 512),
    "DiskReadBytesPersec": (rate, U64, lambda d: d.sum("sectors_read") * 512),
    "DiskWriteBytesPersec": (rate, U64, lambda d: d.sum("sectors_written") * 512),
}

SPACE = {
    "FreeMegabytes": (level, U32, Disk.free_megabytes),
    "PercentFreeSpace": (fraction, U32, Disk.free_part),
}


def physical_disks(sample):
    disks = [device for device in devices(sample) if device.is_disk()]
    found = {disk.name: Disk(sample, [disk]) for disk in disks}
    if disks:
        found["_Total"] = Disk(sample, disks)
    return found


def same_physical_disk(name, older, newer):
    disks = [[(d.name, d.numbers) for d in devices(each) if d.is_disk()] for each in (older, newer)]
    if name == "_Total":
        return disks[0] == disks[1]
    return any(disk[0] == name and disk in disks[0] for disk in disks[1])


def unescaped(text):
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def mounts(sample):
    """The mount point and the device's numbers and name, of each device that is mounted."""
    chosen = {}
    own = "proc/self/mountinfo"
    for line in sample.lines(own if own in sample.texts else "proc/1/mountinfo"):
        before, _, behind = line.partition(" - ")
        fields, source = before.split(), behind.split()[1]
        numbers = tuple(int(each) for each in fields[2].split(":"))
        name = source.removeprefix("/dev/") if source.startswith("/dev/") else ""
        if numbers[0] == 0 and not name:
            continue
        is_whole = fields[3] == "/"
        if numbers not in chosen or (is_whole and not chosen[numbers][0]):
            # A device stays in its place when a better mount of it turns up.
            chosen[numbers] = (is_whole, unescaped(fields[4]), unescaped(name))
    return [(point, numbers, name) for numbers, (_, point, name) in chosen.items()]


def spaces(sample):
    """Free and all bytes by mount point."""
    found = {}
    for line in sample.lines("statvfs"):
        point, *counts = line.split(" ")
        block, blocks, _, available = (int(count) for count in counts[:4])
        if max(available, blocks) * block <= U64:
            found[unescaped(point)] = (available * block, blocks * block)
    return found


def volumes(sample):
    """What is mounted from a device that is there: mount point, numbers, device."""
    known, found = devices(sample), []
    for point, numbers, name in mounts(sample):
        match = [d for d in known if d.numbers == numbers] or [d for d in known if d.name == name]
        if match:
            found.append((point, numbers, match[0]))
    return found


def logical_disks(sample):
    space, all_of = spaces(sample), volumes(sample)
    found = {point: Disk(sample, [device], [space.get(point)]) for point, _, device in all_of}
    if all_of:
        found["_Total"] = Disk(sample, [each[2] for each in all_of], [space.get(each[0]) for each in all_of])
    return found


def same_logical_disk(name, older, newer):
    both = [[each[:2] for each in volumes(sample)] for sample in (older, newer)]
    if name == "_Total":
        return sorted(both[0]) == sorted(both[1])
    return any(volume[0] == name and volume in both[0] for volume in both[1])


CLASSES = {
    "Win32_PerfFormattedData_PerfDisk_PhysicalDisk": Class(DISK, "SplitIOPerSec", physical_disks, same_physical_disk),
    "Win32_PerfFormattedData_PerfDisk_LogicalDisk": Class(
        DISK | SPACE, "SplitIOPerSec", logical_disks, same_logical_disk
    ),
}
