//! `Writer` and `Reader`: the fields of a message as bytes.

use hiperf_cim::{Status, Value};
use hiperf_com::Guid;

/// Bytes that are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// Appends fields.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    /// Appends bytes with their length before them. A length of more than 32
    /// bits would be of a message that no frame can hold.
    pub(super) fn sized(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    }
}

/// Takes fields from a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Malformed("a message ends within a field"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let length = u32::take(self)? as usize;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Malformed("a length is too large"))?;
        self.0 = rest;
        Ok(bytes)
    }
}

/// What a message consists of.
pub(super) trait Field: Sized {
    fn put(&self, writer: &mut Writer);

    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed>;
}

impl Field for u8 {
    fn put(&self, writer: &mut Writer) {
        writer.0.push(*self);
    }

    fn take(reader: &mut Reader<'_>) -> Result<u8, Malformed> {
        Ok(u8::from_le_bytes(reader.array()?))
    }
}

impl Field for u32 {
    fn put(&self, writer: &mut Writer) {
        writer.0.extend_from_slice(&self.to_le_bytes());
    }

    fn take(reader: &mut Reader<'_>) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(reader.array()?))
    }
}

impl Field for u64 {
    fn put(&self, writer: &mut Writer) {
        writer.0.extend_from_slice(&self.to_le_bytes());
    }

    fn take(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(reader.array()?))
    }
}

impl Field for bool {
    fn put(&self, writer: &mut Writer) {
        u8::from(*self).put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<bool, Malformed> {
        match u8::take(reader)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed("a flag is neither 0 nor 1")),
        }
    }
}

impl Field for Status {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<Status, Malformed> {
        Ok(Status(u32::take(reader)?))
    }
}

impl Field for Guid {
    fn put(&self, writer: &mut Writer) {
        self.to_string().put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<Guid, Malformed> {
        String::take(reader)?.parse().map_err(|_| Malformed("a GUID is none"))
    }
}

impl Field for String {
    fn put(&self, writer: &mut Writer) {
        writer.sized(self.as_bytes());
    }

    fn take(reader: &mut Reader<'_>) -> Result<String, Malformed> {
        let text = str::from_utf8(reader.sized()?).map_err(|_| Malformed("a text is not UTF-8"))?;
        Ok(text.to_owned())
    }
}

/// An object, or a list of anything.
impl<T: Field> Field for Vec<T> {
    fn put(&self, writer: &mut Writer) {
        writer.count(self.len());
        self.iter().for_each(|element| element.put(writer));
    }

    fn take(reader: &mut Reader<'_>) -> Result<Vec<T>, Malformed> {
        let count = u32::take(reader)? as usize;
        // Each element is at least a byte.
        if count > reader.0.len() {
            return Err(Malformed("a list is longer than its message"));
        }
        (0..count).map(|_| T::take(reader)).collect()
    }
}

/// The encoding of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Field for Bytes {
    fn put(&self, writer: &mut Writer) {
        writer.sized(&self.0);
    }

    fn take(reader: &mut Reader<'_>) -> Result<Bytes, Malformed> {
        Ok(Bytes(reader.sized()?.to_vec()))
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, writer: &mut Writer) {
        self.is_some().put(writer);
        self.iter().for_each(|value| value.put(writer));
    }

    fn take(reader: &mut Reader<'_>) -> Result<Option<T>, Malformed> {
        if bool::take(reader)? { T::take(reader).map(Some) } else { Ok(None) }
    }
}

impl Field for (String, Value) {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
        self.1.put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<(String, Value), Malformed> {
        Ok((String::take(reader)?, Value::take(reader)?))
    }
}
