//! ObjectArray: many objects, with each class once. \[MS-WMI\] 2.2.14.
//!
//! ```text
//! u32 0 | "WBEMDATA" | u32 26 | u32 bytes behind | u32 0 | u8 version 1 | u8 packet
//! u32 8 | u32 bytes behind
//! u32 12 | u32 bytes behind | u32 count
//! count times: u32 9 | u32 bytes behind | u8 kind, and
//!   1 class                     u32 8  | u32 n | ObjectBlock of n bytes
//!   2 instance                  u32 24 | u32 n | GUID of the class | ObjectBlock of n bytes
//!   3 instance without class    u32 24 | u32 n | GUID of the class | EncodingUnitInstanceNoClass
//! ```
//!
//! The first instance of a class is of kind 2, and all others, also in later
//! arrays of the same enumerator or sink, of kind 3: an [`ArrayEncoder`] and an
//! [`ArrayDecoder`] live as long as that and remember the classes.
//!
//! Source: \[MS-WMI\] 2.2.14; objects.md section 6.8.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub use decode::ArrayDecoder;
pub use encode::ArrayEncoder;

/// What stands between the byte order and the sizes.
const SIGNATURE: &[u8; 8] = b"WBEMDATA";
const VERSION: u8 = 1;
/// The sizes of the headers of an array and of an object.
const HEADERS: [u32; 3] = [26, 8, 12];
const OBJECT_HEADER: u32 = 9;
const CLASS_HEADER: u32 = 8;
const INSTANCE_HEADER: u32 = 24;

/// The kinds of objects.
const CLASS: u8 = 1;
const INSTANCE: u8 = 2;
const INSTANCE_WITHOUT_CLASS: u8 = 3;

/// The number that a class has in the arrays of one enumerator: a GUID, as its
/// bytes.
type ClassId = [u8; 16];

/// The call that an array is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    /// `IWbemObjectSink::Indicate`.
    Indicate,
    /// `IWbemWCOSmartEnum::Next`.
    Next,
}

impl Packet {
    const fn code(self) -> u8 {
        match self {
            Packet::Indicate => 0,
            Packet::Next => 1,
        }
    }

    fn from_code(code: u8) -> Option<Packet> {
        [Packet::Indicate, Packet::Next].into_iter().find(|packet| packet.code() == code)
    }
}
