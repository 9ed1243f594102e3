"""Disks and mounted file systems."""

import re

from classes import Class
from formulas import fraction, level, mean, mean_seconds, queue_length, rate, share_of_base
from kernel import U32, U64, number

MS = 10_000  # in 100 ns
DISCARDS = "discards discards_merged sectors_discarded discard_ms"
FLUSHES = "flushes flush_ms"
FIELDS = "reads reads_merged sectors_read read_ms writes writes_merged sectors_written write_ms in_flight busy_ms queue_ms"


class Device:
    """A line of /proc/diskstats."""

    def __init__(self, numbers, name, is_partition, counts):
        self.numbers, self.name, self.is_partition = numbers, name, is_partition
        self.counts = dict(zip(FIELDS.split(), counts))
        self.later = dict(zip(DISCARDS.split() + FLUSHES.split(), counts[11:]))

    def count(self, field):
        """A count that older kernels don't write; of those of one kind all are there or none."""
        kind = DISCARDS.split() if field in DISCARDS.split() else FLUSHES.split()
        return None if None in map(self.later.get, kind) else self.later[field]

    def is_disk(self):
        return not self.is_partition and not re.fullmatch(r"(dm-|md|drbd|bcache|zd|sr|fd)\d+|md_.*", self.name)


def devices(sample):
    found, disk = [], None
    for line in sample.lines("proc/diskstats"):
        fields = line.split()
        if len(fields) < 3 or number(fields[0]) is None or number(fields[1]) is None:
            continue
        name, counts = fields[2], [number(field) for field in fields[3:20]]
        pattern = None if disk is None else re.escape(disk) + ("p" if disk[-1].isdigit() else "") + r"\d+"
        is_partition = pattern is not None and re.fullmatch(pattern, name) is not None
        if not is_partition:
            disk = name
        if re.fullmatch(r"(ram|zram|loop)\d+", disk) or len(counts) < 11 or None in counts[:11]:
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


OF_THE_KERNEL = """autofs bdev binder binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts efivarfs
fusectl hugetlbfs mqueue nfsd nsfs pipefs proc pstore resctrl rpc_pipefs securityfs selinuxfs sockfs sysfs
tracefs""".split()
OF_A_SERVER = """9p afs beegfs ceph cifs coda davfs fuse gfs2 glusterfs gpfs lustre nfs nfs4 orangefs smb3
smbfs""".split()


class Mount:
    """A file system at the place where it is shown."""

    def __init__(self, line):
        before, _, behind = line.partition(" - ")
        fields, self.is_hidden = before.split(), False
        self.kind, self.source, *of_super = (unescaped(each) for each in behind.split())
        self.numbers = tuple(int(each) for each in fields[2].split(":"))
        self.is_whole, self.point = fields[3] == "/", unescaped(fields[4])
        self.is_read_only = "ro" in [options.split(",")[0] for options in [fields[5], *of_super[:1]]]
        self.name = self.source.removeprefix("/dev/") if self.source.startswith("/dev/") else ""


def file_systems(sample):
    """Where each device is mounted, in the order of the devices."""
    chosen = {}
    own = "proc/self/mountinfo"
    for line in sample.lines(own if own in sample.texts else "proc/1/mountinfo"):
        if len(line.partition(" - ")[2].split()) < 2:
            continue  # It was cut.
        mount = Mount(line)
        if mount.kind in OF_THE_KERNEL:
            continue
        for below in chosen.values():
            if below.point == mount.point and below.numbers != mount.numbers:
                below.is_hidden = True
        known = chosen.get(mount.numbers)
        if known is None or known.is_hidden or (mount.is_whole and not known.is_whole):
            # A device stays in its place when a better mount of it turns up.
            chosen[mount.numbers] = mount
    return [mount for mount in chosen.values() if not mount.is_hidden]


def mounts(sample):
    """The mount point and the device's numbers and name, of each device that is mounted."""
    of_devices = [mount for mount in file_systems(sample) if mount.numbers[0] != 0 or mount.name]
    return [(mount.point, mount.numbers, mount.name) for mount in of_devices]


def statvfs(sample):
    """Bytes and inodes by mount point: all, unused, available; all, unused."""
    found = {}
    for line in sample.lines("statvfs"):
        point, *counts = line.split(" ")
        block, blocks, unused, available, inodes, free_inodes, _ = (int(count) for count in counts)
        if max(available, unused, blocks) * block <= U64:
            found[unescaped(point)] = (blocks * block, unused * block, available * block, inodes, free_inodes)
    return found


def spaces(sample):
    """Free and all bytes by mount point."""
    return {point: (said[2], said[0]) for point, said in statvfs(sample).items()}


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


class FileSystem:
    """A mount and what is said of its space."""

    def __init__(self, mount, space):
        self.mount = mount
        is_asked = mount.kind not in OF_A_SERVER and not mount.kind.startswith("fuse.")
        self.size, self.unused, self.available, inodes, free = (space if is_asked else None) or [None] * 5
        self.inodes, self.free_inodes = (inodes, free) if inodes else (None, None)

    def used(self):
        return None if self.size is None or self.size < self.unused else self.size - self.unused

    def used_part(self):
        used = self.used()
        return (None, None) if used is None else (used, used + self.available)

    def inode_part(self):
        used = None if self.inodes is None else self.inodes - self.free_inodes
        return (used if used is not None and used >= 0 else None, self.inodes)


def file_system_rows(sample):
    said = statvfs(sample)
    return {mount.point: FileSystem(mount, said.get(mount.point)) for mount in file_systems(sample)}


def same_file_system(name, older, newer):
    return len({mount.numbers for sample in (older, newer) for mount in file_systems(sample) if mount.point == name}) == 1


FILE_SYSTEM = {
    "ReadOnly": (level, U32, lambda f: int(f.mount.is_read_only)),
    "SizeBytes": (level, U64, lambda f: f.size),
    "UsedBytes": (level, U64, FileSystem.used),
    "FreeBytes": (level, U64, lambda f: f.unused),
    "AvailableBytes": (level, U64, lambda f: f.available),
    "PercentUsedSpace": (fraction, U64, FileSystem.used_part),
    "Inodes": (level, U64, lambda f: f.inodes),
    "FreeInodes": (level, U64, lambda f: f.free_inodes),
    "PercentUsedInodes": (fraction, U64, FileSystem.inode_part),
}


class Queue:
    """A block device and its own files."""

    def __init__(self, sample, device):
        self.sample, self.device = sample, device

    def text(self, file):
        return next(iter(self.sample.lines(f"sys/block/{self.device.name}/{file}")), None)

    def file(self, name, at=0, times=1):
        words = (self.text(name) or "").split()
        value = number(words[at]) if len(words) > at else None
        return None if value is None or value * times > U64 else value * times

    def size(self):
        sectors = self.device.count("sectors_discarded")
        return None if sectors is None else sectors * 512

    def scheduler(self):
        return re.search(r"\[(.*)\]", self.text("queue/scheduler") or "[]")[1] or None

    def mean_us(self, time, operations):
        ms = self.device.count(time)
        return (None, None) if ms is None else (ms * 1000, self.device.count(operations))


def queues(sample):
    return {device.name: Queue(sample, device) for device in devices(sample) if not device.is_partition}


def same_queue(name, older, newer):
    return len({queues(sample)[name].device.numbers for sample in (older, newer) if name in queues(sample)}) == 1


QUEUE = {
    "ReadsInFlight": (level, U32, lambda q: q.file("inflight")),
    "WritesInFlight": (level, U32, lambda q: q.file("inflight", at=1)),
    "ReadsMergedPersec": (rate, U64, lambda q: q.device.counts["reads_merged"]),
    "WritesMergedPersec": (rate, U64, lambda q: q.device.counts["writes_merged"]),
    "DiscardsPersec": (rate, U64, lambda q: q.device.count("discards")),
    "DiscardsMergedPersec": (rate, U64, lambda q: q.device.count("discards_merged")),
    "DiscardBytesPersec": (rate, U64, Queue.size),
    "AvgMicrosecondsPerDiscard": (mean, (U64, U32), lambda q: q.mean_us("discard_ms", "discards")),
    "FlushesPersec": (rate, U64, lambda q: q.device.count("flushes")),
    "AvgMicrosecondsPerFlush": (mean, (U64, U32), lambda q: q.mean_us("flush_ms", "flushes")),
    "SizeBytes": (level, U64, lambda q: q.file("size", times=512)),
    "QueueDepth": (level, U32, lambda q: q.file("queue/nr_requests")),
    "ReadAheadBytes": (level, U64, lambda q: q.file("queue/read_ahead_kb", times=1024)),
    "Rotational": (level, U32, lambda q: q.file("queue/rotational")),
}

CLASSES = {
    "Linux_PerfFormattedData_Disk_FileSystem": Class(
        FILE_SYSTEM,
        "",
        file_system_rows,
        same_file_system,
        {"Device": lambda f: f.mount.source, "FileSystemType": lambda f: f.mount.kind},
    ),
    "Linux_PerfFormattedData_Disk_BlockQueue": Class(
        QUEUE, "", queues, same_queue, {"Scheduler": Queue.scheduler, "DeviceMapperName": lambda q: q.text("dm/name")}
    ),
    "Win32_PerfFormattedData_PerfDisk_PhysicalDisk": Class(DISK, "SplitIOPerSec", physical_disks, same_physical_disk),
    "Win32_PerfFormattedData_PerfDisk_LogicalDisk": Class(
        DISK | SPACE, "SplitIOPerSec", logical_disks, same_logical_disk
    ),
}
