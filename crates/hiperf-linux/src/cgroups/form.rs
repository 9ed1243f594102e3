//! [`Form`]: how the text of a cgroup's file is made, and what becomes of it.
//!
//! ```text
//!   Number     4096                     Limit   max | -1 | 4096
//!   Keyed      usage_usec 12            CpuMax  max 100000
//!              user_usec 3
//!   Stalls     pressure, as the machine's
//!   Processors 0-3,7                    MemoryNodes  the same
//!   Devices    8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6
//!   DeviceBytes, DeviceOperations (version 1)
//!              8:0 Read 1
//!              8:0 Write 2
//! ```
//!
//! Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and
//! cgroup-v1/{cpuacct,memory,blkio-controller,pids,cpusets}.rst.

use crate::cgroups::device_io::{DeviceIo, device_of};
use crate::cgroups::group::Group;
use crate::cgroups::quantity::Quantity;
use crate::scan::{fields, lines, number, only_number, split_at_byte};
use crate::text_file::Content;

/// Version 1 writes a limit that isn't set as the largest whole number of pages,
/// of whatever size these are.
const NO_LIMIT_BYTES: u64 = (1 << 63) - (1 << 20);

/// Most numbers of a list of processors, which a machine has fewer of.
const MOST_LISTED: u64 = 1 << 20;

/// What a number of a file has to be multiplied or divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// It stands for itself.
    One,
    /// Microseconds become 100-nanosecond units.
    Microseconds,
    /// Nanoseconds do.
    Nanoseconds,
}

impl Scale {
    fn apply(self, value: u64) -> Option<u64> {
        match self {
            Scale::One => Some(value),
            Scale::Microseconds => value.checked_mul(10),
            Scale::Nanoseconds => Some(value / 100),
        }
    }
}

/// A line of a file of names and numbers.
pub(crate) type Key = (&'static str, Quantity, Scale);

/// How a file is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Number(Quantity, Scale),
    Limit(Quantity),
    Keyed(&'static [Key]),
    CpuMax,
    Stalls(usize),
    Processors,
    MemoryNodes,
    Devices,
    DeviceBytes,
    DeviceOperations,
}

impl Form {
    /// Puts what the text says into the cgroup's row.
    pub(crate) fn parse(self, text: &[u8], group: &mut Group) {
        match self {
            Form::Number(quantity, scale) => {
                if let Some(value) = only_number(text).and_then(|value| scale.apply(value)) {
                    group.readings.set(quantity, value);
                }
            }
            Form::Limit(quantity) => {
                let Some(line) = lines(text).next() else { return };
                limit(fields(line).next().unwrap_or_default(), quantity, group);
            }
            Form::Keyed(keys) => lines(text).for_each(|line| {
                let _odd_lines_say_nothing = keyed(line, keys, group);
            }),
            Form::CpuMax => {
                let Some(line) = lines(text).next() else { return };
                let mut parts = fields(line);
                limit(parts.next().unwrap_or_default(), Quantity::Quota, group);
                if let Some(period) = parts.next().and_then(number) {
                    group.readings.set(Quantity::Period, period);
                }
            }
            Form::Stalls(resource) => group.stalls[resource].parse(text),
            Form::Processors => {
                if let Some(count) = list(text, &mut group.processors) {
                    group.readings.set(Quantity::Processors, count);
                }
            }
            Form::MemoryNodes => {
                let _only_the_text_is_asked_for = list(text, &mut group.memory_nodes);
            }
            Form::Devices => devices(text, &mut group.devices),
            Form::DeviceBytes => {
                of_version_1(text, &mut group.devices, |io| {
                    [&mut io.read_bytes, &mut io.written_bytes, &mut io.discarded_bytes]
                });
            }
            Form::DeviceOperations => {
                of_version_1(text, &mut group.devices, |io| {
                    [&mut io.reads, &mut io.writes, &mut io.discards]
                });
            }
        }
    }
}

fn limit(field: &[u8], quantity: Quantity, group: &mut Group) {
    match number(field) {
        Some(value) if value < NO_LIMIT_BYTES => group.readings.set(quantity, value),
        Some(_) => group.readings.set_unlimited(quantity),
        None if field == b"max" || field == b"-1" => group.readings.set_unlimited(quantity),
        None => {}
    }
}

fn keyed(line: &[u8], keys: &[Key], group: &mut Group) -> Option<()> {
    let mut parts = fields(line);
    let name = parts.next()?;
    let (_, quantity, scale) = keys.iter().find(|(key, ..)| key.as_bytes() == name)?;
    let value = scale.apply(number(parts.next()?)?)?;
    group.readings.set(*quantity, value);
    Some(())
}

/// Takes over a list of numbers and ranges, and returns how many there are.
fn list(text: &[u8], into: &mut String) -> Option<u64> {
    into.clear();
    let line = lines(text).next()?;
    let mut count = 0_u64;
    for part in line.split(|byte| *byte == b',').filter(|part| !part.is_empty()) {
        let (first, last) = split_at_byte(part, b'-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        if first > last || last > MOST_LISTED {
            return None;
        }
        count += last - first + 1;
    }
    into.push_str(std::str::from_utf8(line).ok()?);
    Some(count)
}

/// The lines of version 2, one a device.
fn devices(text: &[u8], into: &mut Vec<DeviceIo>) {
    for line in lines(text) {
        let mut parts = fields(line);
        let Some(device) = parts.next().and_then(device_of) else { continue };
        let mut io = DeviceIo::new(device);
        let mut is_counted = false;
        for part in parts {
            let Some((name, value)) = split_at_byte(part, b'=') else { continue };
            let slot = match name {
                b"rbytes" => &mut io.read_bytes,
                b"wbytes" => &mut io.written_bytes,
                b"dbytes" => &mut io.discarded_bytes,
                b"rios" => &mut io.reads,
                b"wios" => &mut io.writes,
                b"dios" => &mut io.discards,
                _ => continue,
            };
            *slot = number(value);
            is_counted |= slot.is_some();
        }
        // A device may be listed without having been used.
        if is_counted {
            into.push(io);
        }
    }
}

/// The lines of version 1, several a device; their sums and that of all devices
/// are left out.
fn of_version_1(text: &[u8], into: &mut Vec<DeviceIo>, slots: fn(&mut DeviceIo) -> [&mut Option<u64>; 3]) {
    for line in lines(text) {
        let mut parts = fields(line);
        let Some(device) = parts.next().and_then(device_of) else { continue };
        let index = match parts.next() {
            Some(b"Read") => 0,
            Some(b"Write") => 1,
            Some(b"Discard") => 2,
            _ => continue,
        };
        let Some(value) = parts.next().and_then(number) else { continue };
        let at = into.iter().position(|io| io.device == device).unwrap_or_else(|| {
            into.push(DeviceIo::new(device));
            into.len() - 1
        });
        let [read, write, discard] = slots(&mut into[at]);
        *[read, write, discard][index] = Some(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: Form, text: &str, quantity: Quantity, expected: Option<u64>) {
        let mut group = Group::default();
        form.parse(text.as_bytes(), &mut group);
        assert_eq!(group.readings.get(quantity), expected, "{text:?}");
    }

    #[test]
    fn numbers_and_limits() {
        let usage = Form::Number(Quantity::Usage, Scale::Nanoseconds);
        check(usage, "37948912255650\n", Quantity::Usage, Some(379_489_122_556));
        check(usage, "379489", Quantity::Usage, None);
        check(
            Form::Number(Quantity::Usage, Scale::Microseconds),
            "18446744073709551615\n",
            Quantity::Usage,
            None,
        );
        let max = Form::Limit(Quantity::Max);
        check(max, "4096\n", Quantity::Max, Some(4096));
        for text in
            ["max\n", "-1\n", "9223372036854771712\n", "9223372036854710272\n", "18446744073709551615\n"]
        {
            let mut group = Group::default();
            max.parse(text.as_bytes(), &mut group);
            assert!(group.readings.is_unlimited(Quantity::Max), "{text}");
            assert_eq!(group.readings.get(Quantity::Max), None);
        }
        check(max, "most\n", Quantity::Max, None);
        check(max, "\n", Quantity::Max, None);
        check(Form::CpuMax, "150000 100000\n", Quantity::Quota, Some(150_000));
        check(Form::CpuMax, "max 100000\n", Quantity::Period, Some(100_000));
    }

    #[test]
    fn names_and_numbers() {
        let stat = Form::Keyed(&[
            ("usage_usec", Quantity::Usage, Scale::Microseconds),
            ("nr_periods", Quantity::Periods, Scale::One),
        ]);
        let text = "usage_usec 12\nnews 7\nnr_periods x\n\nnr_periods\nusage_usec_more 3\nnr_periods 4";
        check(stat, text, Quantity::Usage, Some(120));
        check(stat, text, Quantity::Periods, None);
    }

    #[test]
    fn lists_of_processors() {
        let check = |text: &str, count: Option<u64>, list: &str| {
            let mut group = Group::default();
            Form::Processors.parse(text.as_bytes(), &mut group);
            assert_eq!(group.readings.get(Quantity::Processors), count, "{text:?}");
            assert_eq!(group.processors, list);
        };
        check("0-3,7\n", Some(5), "0-3,7");
        check("5\n", Some(1), "5");
        check("\n", None, "");
        for odd in ["3-1\n", "0-99999999999\n", "x\n", "0-\n", "1,\u{ff}\n", "0-3"] {
            check(odd, None, "");
        }
    }

    #[test]
    fn devices_of_both_versions_are_the_same() {
        let mut new = Group::default();
        Form::Devices.parse(
            b"8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n8:16\nx rbytes=1\n8:32 cost.usage=9\n",
            &mut new,
        );
        let mut old = Group::default();
        Form::DeviceBytes
            .parse(b"8:0 Read 1\n8:0 Write 2\n8:0 Sync 3\n8:0 Discard 5\n8:0 Total 8\nTotal 8\n", &mut old);
        Form::DeviceOperations.parse(b"8:0 Read 3\n8:0 Write 4\n8:0 Discard 6\nTotal 13\n", &mut old);
        assert_eq!(new.devices, old.devices);
        assert_eq!(new.devices.len(), 1);
        assert_eq!(new.devices[0].discarded_bytes, Some(5));
    }
}
