"""What was read: the copy that the provider's Root makes, and texts in general."""

import sys

TICKS = 10_000_000  # of all three time stamps, a second
U32, U64 = 2**32 - 1, 2**64 - 1


class Units:
    """Those of the machine; __main__ sets them."""

    clock_ticks = page_size = None


class Sample:
    """All texts that were read at one moment, by path."""

    def __init__(self, monotonic, sys_100ns):
        self.monotonic, self.sys_100ns, self.texts = monotonic, sys_100ns, {}
        # By class; see classes.py.
        self.instances = {}
        # The sample before this one.
        self.before = None

    def lines(self, path):
        return self.texts.get(path, "").splitlines()


def number(text):
    return int(text) if text.isdigit() and int(text) <= U64 else None


def numbers_of_list(text):
    """The numbers of a list such as 0-3,8, up to where it isn't one."""
    found = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or not (found[-1] + 1 if found else 0) <= int(first) <= int(last or first):
            break
        found.extend(range(int(first), int(last or first) + 1))
    return found


def total(*parts):
    """The sum, if every part is there."""
    return None if None in parts else sum(parts)


def divided(value, size):
    return None if value is None else value // size


def read_tee(path):
    """The samples by their moment."""
    with open(path, "rb") as file:
        data = file.read()
    samples, at = {}, 0
    while at < len(data):
        end = data.index(b"\n", at)
        sample_number, monotonic, sys_100ns, name, length = data[at:end].decode().split(" ")
        start, at = end + 1, end + 1 + int(length) + 1
        if data[at - 1 : at] != b"\n":
            sys.exit(f"{path}: the record of {name} at byte {start} is cut")
        if sample_number not in samples:
            samples[sample_number] = Sample(int(monotonic), int(sys_100ns))
        samples[sample_number].texts[name] = data[start : at - 1].decode(errors="surrogateescape")
    in_order = list(samples.values())
    for before, sample in zip(in_order, in_order[1:]):
        sample.before = before
    return {sample.monotonic: sample for sample in samples.values()}
