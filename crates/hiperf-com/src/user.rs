//! The user whose rights this process has.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;

/// Room for the texts of a user's entry. More than any name and home directory
/// need; a user whose entry doesn't fit is called by his number.
const ENTRY_BYTES: usize = 16 << 10;

/// The name of this process's effective user, or the number of one who has no
/// name.
#[must_use]
pub fn effective_user_name() -> String {
    // SAFETY: no parameters, never fails.
    let user = unsafe { libc::geteuid() };
    let mut entry = MaybeUninit::<libc::passwd>::zeroed();
    let mut texts = vec![0 as c_char; ENTRY_BYTES];
    let mut found = std::ptr::null_mut();
    // SAFETY: all pointers are writable for what is said of them.
    let status = unsafe {
        libc::getpwuid_r(user, entry.as_mut_ptr(), texts.as_mut_ptr(), texts.len(), &raw mut found)
    };
    if status != 0 || found.is_null() {
        return user.to_string();
    }
    // SAFETY: filled by getpwuid_r, as `found` says.
    let name = unsafe { entry.assume_init() }.pw_name;
    if name.is_null() {
        return user.to_string();
    }
    // SAFETY: not NULL, so a string within `texts`.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

/// Whether this process has more rights than whoever started it: a set-user-ID
/// program, or one with capabilities of its file. Its environment is that other
/// one's, and not to be believed.
#[must_use]
pub fn has_more_rights_than_caller() -> bool {
    // SAFETY: no pointers; an unknown entry is 0.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
