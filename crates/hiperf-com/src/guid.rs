//! [`Guid`]: the 128-bit name of an interface or of a class.
//!
//! Source: \[MS-DTYP\] 2.3.4. In memory the first three fields are numbers of
//! the machine's byte order and the last eight bytes are as written.

use std::fmt;
use std::str::FromStr;

use hiperf_cim::{Error, Status};

/// A GUID as C lays it out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(C)]
pub struct Guid {
    /// The first group of digits.
    pub data1: u32,
    /// The second group.
    pub data2: u16,
    /// The third group.
    pub data3: u16,
    /// The last two groups.
    pub data4: [u8; 8],
}

/// Characters of the form without braces.
const TEXT_LEN: usize = 36;

impl Guid {
    /// The GUID of all zeros.
    pub const NULL: Guid = Guid { data1: 0, data2: 0, data3: 0, data4: [0; 8] };

    /// The GUID written `49353C93-516B-11D1-AEA6-00C04FB68820`, for constants.
    ///
    /// # Panics
    /// When the text has another form; in a constant that stops the build.
    #[must_use]
    pub const fn parse(text: &str) -> Guid {
        match Guid::try_parse(text.as_bytes()) {
            Some(guid) => guid,
            None => panic!("a GUID has the form 00000000-0000-0000-0000-000000000000"),
        }
    }

    const fn try_parse(text: &[u8]) -> Option<Guid> {
        if text.len() != TEXT_LEN {
            return None;
        }
        let mut bytes = [0u8; 16];
        let (mut at, mut filled) = (0, 0);
        while at < TEXT_LEN {
            if matches!(at, 8 | 13 | 18 | 23) {
                if text[at] != b'-' {
                    return None;
                }
                at += 1;
                continue;
            }
            let (Some(high), Some(low)) = (digit(text[at]), digit(text[at + 1])) else {
                return None;
            };
            bytes[filled] = high << 4 | low;
            filled += 1;
            at += 2;
        }
        let [a, b, c, d, e, f, g, h, data4 @ ..] = bytes;
        Some(Guid {
            data1: u32::from_be_bytes([a, b, c, d]),
            data2: u16::from_be_bytes([e, f]),
            data3: u16::from_be_bytes([g, h]),
            data4,
        })
    }
}

const fn digit(character: u8) -> Option<u8> {
    Some(match character {
        b'0'..=b'9' => character - b'0',
        b'a'..=b'f' => character - b'a' + 10,
        b'A'..=b'F' => character - b'A' + 10,
        _ => return None,
    })
}

impl FromStr for Guid {
    type Err = Error;

    /// Reads a GUID with or without braces, in any case.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER` when the text has another form.
    fn from_str(text: &str) -> Result<Guid, Error> {
        let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text);
        Guid::try_parse(inner.as_bytes()).ok_or_else(|| {
            let form = "{00000000-0000-0000-0000-000000000000}";
            Error::new(
                Status::WBEM_E_INVALID_PARAMETER,
                format!("\"{text}\" is not a GUID: write it as {form} with hexadecimal digits"),
            )
        })
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, rest @ ..] = self.data4;
        write!(f, "{{{:08X}-{:04X}-{:04X}-{a:02X}{b:02X}-", self.data1, self.data2, self.data3)?;
        for byte in rest {
            write!(f, "{byte:02X}")?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_memory() {
        const ID: Guid = Guid::parse("49353C93-516B-11D1-AEA6-00C04FB68820");
        assert_eq!(ID.to_string(), "{49353C93-516B-11D1-AEA6-00C04FB68820}");
        assert_eq!("{49353c93-516b-11d1-aea6-00c04fb68820}".parse::<Guid>().unwrap(), ID);
        assert_eq!("49353C93-516B-11D1-AEA6-00C04FB68820".parse::<Guid>().unwrap(), ID);
        assert_eq!((ID.data1, ID.data2, ID.data3), (0x4935_3C93, 0x516B, 0x11D1));
        assert_eq!(ID.data4, [0xAE, 0xA6, 0x00, 0xC0, 0x4F, 0xB6, 0x88, 0x20]);
        assert_eq!((size_of::<Guid>(), align_of::<Guid>()), (16, 4));
    }

    #[test]
    fn bad_text_is_refused() {
        for text in [
            "",
            "{}",
            "{49353C93-516B-11D1-AEA6-00C04FB68820",
            "49353C93-516B-11D1-AEA6-00C04FB6882",
            "49353C93-516B-11D1-AEA6-00C04FB6882G",
            "49353C93+516B-11D1-AEA6-00C04FB68820",
            "{49353C93-516B-11D1-AEA6-00C04FB68820}}",
            "é9353C93-516B-11D1-AEA6-00C04FB6882",
        ] {
            let error = text.parse::<Guid>().unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_INVALID_PARAMETER, "{text}");
        }
    }
}
