//! [`DeviceIo`]: what the tasks of one cgroup have read from one device and
//! written to it.

use crate::scan::{number, split_at_byte};

/// Counts since the cgroup was made. A kernel may lack any of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeviceIo {
    /// The device's numbers as one: the major one is in the upper half.
    pub device: u64,
    /// Bytes read.
    pub read_bytes: Option<u64>,
    /// Bytes written.
    pub written_bytes: Option<u64>,
    /// Bytes that the device was told to forget.
    pub discarded_bytes: Option<u64>,
    /// Reads.
    pub reads: Option<u64>,
    /// Writes.
    pub writes: Option<u64>,
    /// Requests to forget something.
    pub discards: Option<u64>,
}

impl DeviceIo {
    /// A device of which nothing is known yet.
    #[must_use]
    pub fn new(device: u64) -> DeviceIo {
        DeviceIo { device, ..DeviceIo::default() }
    }
}

/// The numbers of `8:16` as one.
pub(crate) fn device_of(field: &[u8]) -> Option<u64> {
    let (major, minor) = split_at_byte(field, b':')?;
    let (major, minor) = (u32::try_from(number(major)?).ok()?, u32::try_from(number(minor)?).ok()?);
    Some(u64::from(major) << 32 | u64::from(minor))
}

/// Both numbers again.
pub(crate) fn numbers_of(device: u64) -> (u64, u64) {
    (device >> 32, device & u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_there_and_back() {
        assert_eq!(device_of(b"259:3").map(numbers_of), Some((259, 3)));
        for odd in [&b"8"[..], b"8:", b":0", b"x:0", b"4294967296:0", b"Total"] {
            assert_eq!(device_of(odd), None);
        }
    }
}
