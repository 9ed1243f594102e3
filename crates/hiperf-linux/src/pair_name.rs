//! [`PairName`]: a name that two natural keys make, without allocating.

/// Room for a number of 20 digits, the comma and a name of a kind.
const MOST_BYTES: usize = 64;

/// A name such as `0,NET_RX`.
#[derive(Debug)]
pub(crate) struct PairName([u8; MOST_BYTES]);

impl PairName {
    /// An empty one.
    pub(crate) const fn new() -> PairName {
        PairName([0; MOST_BYTES])
    }

    /// Both keys, joined by a comma; `None` if there is no room for them.
    pub(crate) fn write(&mut self, first: &str, second: &str) -> Option<&str> {
        let comma = first.len();
        let end = comma + 1 + second.len();
        let into = self.0.get_mut(..end)?;
        into[..comma].copy_from_slice(first.as_bytes());
        into[comma] = b',';
        into[comma + 1..].copy_from_slice(second.as_bytes());
        std::str::from_utf8(into).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_keys_are_one_name() {
        assert_eq!(PairName::new().write("0", "NET_RX"), Some("0,NET_RX"));
        assert_eq!(PairName::new().write("", ""), Some(","));
        assert_eq!(PairName::new().write("0", &"n".repeat(63)), None);
    }
}
