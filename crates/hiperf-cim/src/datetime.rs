//! CIM datetimes: points in time and intervals. See `datetime.rs` of part A.

use std::fmt;

/// A CIM datetime in its 25-character form: a point in time or an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    text: [u8; 25],
}

impl DateTime {
    /// The 25 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or("")
    }
    /// Parses the 25-character form.
    #[must_use]
    pub fn parse(text: &str) -> Option<DateTime> {
        let text: [u8; 25] = text.as_bytes().try_into().ok()?;
        text.is_ascii().then_some(DateTime { text })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
