"""What an area says of each of its classes."""


class Class:
    """A formatted class.

    counters     property: (formula, largest value of its type, raw value of what `instances` gives);
                 of a counter with a base both are pairs
    unsupported  the properties that are always NULL, for want of a number in the kernel
    instances    what the raw values are taken from, by Name, of a sample; the only one of a
                 singleton has the name None
    same         whether the instance of that name is the same one in two samples that follow
                 each other, if both have it
    copied       property: text or number that is not computed, of what `instances` gives
    """

    def __init__(self, counters, unsupported="", instances=None, same=None, copied=None):
        self.counters, self.unsupported = counters, unsupported.split()
        self.of_sample = instances or (lambda sample: {None: sample})
        self.same = same or (lambda name, older, newer: True)
        self.copied = copied or {}

    def instances(self, sample):
        """What `instances` gives, which is made of each sample once."""
        if self not in sample.instances:
            sample.instances[self] = self.of_sample(sample)
        return sample.instances[self]
