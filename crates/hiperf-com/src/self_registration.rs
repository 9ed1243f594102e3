//! What `regsvr32` has a library do on Windows: write its COM classes to the
//! registry, or take them out again.
//!
//! ```text
//! HKEY_CLASSES_ROOT\CLSID\{..}\InprocServer32   (default)       path of the library
//!                                               ThreadingModel  Both
//! ```
//!
//! Not here: the classes of WMI and their registration, which `mofcomp` compiles.
//! On Linux there is none of this: `hiperf provider register` reads what a
//! library carries, and runs nothing of it before it is trusted.
//!
//! Source: Microsoft Learn, "DllRegisterServer function", "InprocServer32".

use std::ffi::c_void;

use crate::{Guid, Status, WideString};

type Handle = *mut c_void;

/// The root of COM's classes: a 32-bit constant, sign and all.
const HKEY_CLASSES_ROOT: Handle =
    std::ptr::without_provenance_mut(0x8000_0000_u32.cast_signed() as isize as usize);
const REG_SZ: u32 = 1;
/// The module that contains an address, without a reference to it.
const OF_ADDRESS: u32 = 4 | 2;
/// Units of the longest path that Windows has, with the NUL.
const MAX_PATH: usize = 32_768;
const ERROR_SUCCESS: u32 = 0;
const ERROR_FILE_NOT_FOUND: u32 = 2;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut Handle) -> i32;
    fn GetModuleFileNameW(module: Handle, path: *mut u16, size: u32) -> u32;
    safe fn GetLastError() -> u32;
}

#[link(name = "advapi32")]
unsafe extern "system" {
    fn RegSetKeyValueW(
        key: Handle,
        subkey: *const u16,
        name: *const u16,
        kind: u32,
        data: *const c_void,
        size: u32,
    ) -> u32;
    fn RegDeleteTreeW(key: Handle, subkey: *const u16) -> u32;
}

/// DllRegisterServer of a library with these classes.
#[must_use]
pub fn register(classes: &[Guid]) -> Status {
    answer(|| {
        let path = own_path()?;
        classes.iter().try_for_each(|class| {
            let key = format!("{}\\InprocServer32", key_of(class));
            set(&key, None, &path)?;
            set(&key, Some("ThreadingModel"), &[b'B', b'o', b't', b'h', 0].map(u16::from))
        })
    })
}

/// DllUnregisterServer: what isn't there needs not be taken out.
#[must_use]
pub fn unregister(classes: &[Guid]) -> Status {
    answer(|| {
        classes.iter().try_for_each(|class| {
            let key = WideString::new(&key_of(class));
            // SAFETY: the key ends with a NUL and lives during the call.
            match unsafe { RegDeleteTreeW(HKEY_CLASSES_ROOT, key.as_ptr()) } {
                ERROR_SUCCESS | ERROR_FILE_NOT_FOUND => Ok(()),
                error => Err(status_of(error)),
            }
        })
    })
}

fn answer(body: impl FnOnce() -> Result<(), Status>) -> Status {
    crate::guard(Status::E_UNEXPECTED, || body().map_or_else(|error| error, |()| Status::WBEM_S_NO_ERROR))
}

fn key_of(class: &Guid) -> String {
    format!("CLSID\\{class}")
}

/// `HRESULT_FROM_WIN32` of an error that isn't 0.
fn status_of(error: u32) -> Status {
    Status(0x8007_0000 | error & 0xFFFF)
}

/// The path of this library with its NUL.
fn own_path() -> Result<Vec<u16>, Status> {
    let mut module = std::ptr::null_mut();
    let inside: fn() -> Result<Vec<u16>, Status> = own_path;
    // SAFETY: the address is only looked up; the slot is valid.
    if unsafe { GetModuleHandleExW(OF_ADDRESS, inside as *const c_void, &raw mut module) } == 0 {
        return Err(status_of(GetLastError()));
    }
    let mut path = vec![0; MAX_PATH];
    // SAFETY: the buffer has as many units.
    let length = unsafe { GetModuleFileNameW(module, path.as_mut_ptr(), MAX_PATH as u32) };
    if length == 0 {
        return Err(status_of(GetLastError()));
    }
    // The NUL, which is there unless the path was cut off.
    path.truncate(MAX_PATH.min(length as usize + 1));
    Ok(path)
}

/// Sets a value of a key, which is made if it isn't there; without a name the
/// key's own value.
fn set(key: &str, name: Option<&str>, text: &[u16]) -> Result<(), Status> {
    let (key, name) = (WideString::new(key), name.map(WideString::new));
    let name = name.as_ref().map_or(std::ptr::null(), WideString::as_ptr);
    let size = u32::try_from(size_of_val(text)).map_err(|_| Status::E_INVALIDARG)?;
    // SAFETY: both names are NULL or end with a NUL, and the text has that many bytes.
    let error =
        unsafe { RegSetKeyValueW(HKEY_CLASSES_ROOT, key.as_ptr(), name, REG_SZ, text.as_ptr().cast(), size) };
    if error == ERROR_SUCCESS { Ok(()) } else { Err(status_of(error)) }
}
