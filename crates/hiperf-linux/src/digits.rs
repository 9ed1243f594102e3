//! [`Digits`]: a number as a name, without allocating.

/// Room for the decimal digits of any `u64`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Digits([u8; Digits::MAX]);

impl Digits {
    /// Digits of the largest number.
    const MAX: usize = 20;

    /// The number in decimal.
    pub(crate) fn write(&mut self, number: impl Into<u64>) -> &str {
        let (mut rest, mut start) = (number.into(), Digits::MAX);
        loop {
            start -= 1;
            self.0[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                return std::str::from_utf8(&self.0[start..]).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_decimal() {
        for number in [0, 7, 10, 4095, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(Digits::default().write(number), number.to_string());
        }
    }
}
