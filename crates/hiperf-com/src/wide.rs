//! UTF-16 text across the ABI: LPCWSTR in, [`WideString`] out.
//!
//! A WCHAR is 16 bits wide on every platform (C's `wchar_t` is not). Text from
//! a stranger is read up to its NUL or up to a limit, whichever comes first;
//! unpaired surrogates become U+FFFD. BSTR parameters are read the same way:
//! they too end with a NUL, and clients do pass plain strings for them.

use hiperf_cim::Status;

/// Longest object path in UTF-16 units.
pub const WBEM_MAX_PATH: usize = 0x2000;
/// Longest query in UTF-16 units.
pub const WBEM_MAX_QUERY: usize = 0x4000;

/// The text at `pointer`; `None` for NULL.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER` when there is no NUL within `max_units` units or
/// the pointer isn't aligned for them.
///
/// # Safety
/// `pointer` is NULL, or readable up to its NUL or for `max_units` + 1 units.
pub unsafe fn read_wide(pointer: *const u16, max_units: usize) -> Result<Option<String>, Status> {
    if pointer.is_null() {
        return Ok(None);
    }
    if !pointer.is_aligned() {
        return Err(Status::WBEM_E_INVALID_PARAMETER);
    }
    let mut len = 0;
    loop {
        // SAFETY: all units before this one are no NUL, and `len` <= `max_units`.
        let unit = unsafe { pointer.add(len) };
        // SAFETY: as above.
        if unsafe { unit.read() } == 0 {
            break;
        }
        if len == max_units {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        len += 1;
    }
    // SAFETY: these units were all read just now.
    let units = unsafe { std::slice::from_raw_parts(pointer, len) };
    Ok(Some(String::from_utf16_lossy(units)))
}

/// The text at `pointer`, which may not be NULL.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER` for NULL, and as [`read_wide`].
///
/// # Safety
/// As [`read_wide`].
pub unsafe fn require_wide(pointer: *const u16, max_units: usize) -> Result<String, Status> {
    // SAFETY: the caller's duty is the same.
    unsafe { read_wide(pointer, max_units) }?.ok_or(Status::WBEM_E_INVALID_PARAMETER)
}

/// Text to pass as LPCWSTR: UTF-16 with a NUL at its end. A NUL inside the text
/// ends it early for the reader.
#[derive(Clone, PartialEq, Eq)]
pub struct WideString(Vec<u16>);

impl WideString {
    /// `text` in UTF-16.
    #[must_use]
    pub fn new(text: &str) -> WideString {
        WideString(text.encode_utf16().chain(std::iter::once(0)).collect())
    }

    /// The pointer to pass; it lives as long as `self`.
    #[must_use]
    pub fn as_ptr(&self) -> *const u16 {
        self.0.as_ptr()
    }

    /// The units without the NUL.
    #[must_use]
    pub fn units(&self) -> &[u16] {
        &self.0[..self.0.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(units: &[u16], max_units: usize, expected: Result<&str, Status>) {
        // SAFETY: every test text has a NUL or more than `max_units` units.
        let read = unsafe { read_wide(units.as_ptr(), max_units) };
        assert_eq!(read, expected.map(|text| Some(text.to_owned())));
    }

    #[test]
    fn bounded_reading() {
        check(&[0], 0, Ok(""));
        check(&[0x48, 0x69, 0], 2, Ok("Hi"));
        check(&[0x48, 0x69, 0], 1, Err(Status::WBEM_E_INVALID_PARAMETER));
        check(&[0x48, 0x69, 0x21], 2, Err(Status::WBEM_E_INVALID_PARAMETER));
        // SAFETY: NULL is never read.
        assert_eq!(unsafe { read_wide(std::ptr::null(), 9) }, Ok(None));
        // SAFETY: as above.
        let null = unsafe { require_wide(std::ptr::null(), 9) };
        assert_eq!(null, Err(Status::WBEM_E_INVALID_PARAMETER));
    }

    #[test]
    fn surrogates() {
        check(&[0xD83D, 0xDE00, 0], 9, Ok("\u{1F600}"));
        check(&[0x41, 0xD83D, 0x42, 0], 9, Ok("A\u{FFFD}B"));
        check(&[0xDE00, 0], 9, Ok("\u{FFFD}"));
    }

    #[test]
    fn misaligned_is_refused() {
        let units = [0x41u16, 0x42, 0];
        let odd = units.as_ptr().cast::<u8>().wrapping_add(1).cast();
        // SAFETY: a misaligned pointer is never read.
        assert_eq!(unsafe { read_wide(odd, 1) }, Err(Status::WBEM_E_INVALID_PARAMETER));
    }

    #[test]
    fn round_trip() {
        for text in ["", "CPU 0", "größe \u{1F600}"] {
            let wide = WideString::new(text);
            // SAFETY: it ends with a NUL.
            assert_eq!(unsafe { require_wide(wide.as_ptr(), 99) }.unwrap(), text);
            assert_eq!(wide.units().len(), text.encode_utf16().count());
        }
    }
}
