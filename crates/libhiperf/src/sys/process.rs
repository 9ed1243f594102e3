//! What this process has: libraries and classes that the client adds, errors
//! and objects.

use std::cell::RefCell;
use std::ffi::{CStr, CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use engine::{DEFAULT_NAMESPACE, Namespace};
use hiperf_cim::{Error, Result, Status};
use hiperf_com::{Guid, error_info, live_objects, registry};

use super::{explain, guarded};
use crate::apartment;

/// Says which library has a class. A relative path counts from the directory
/// of the moment. The library is opened when the class is first asked for.
///
/// # Safety
/// `clsid` is NULL or readable, `path` is NULL or a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn HiperfRegisterServer(clsid: *const Guid, path: *const c_char) -> Status {
    explain(|| {
        if clsid.is_null() || path.is_null() {
            return Err(Error::new(Status::E_INVALIDARG, "registering a library: the class or path is NULL"));
        }
        // SAFETY: not NULL.
        let (clsid, path) = unsafe { (clsid.read_unaligned(), CStr::from_ptr(path)) };
        let path = Path::new(OsStr::from_bytes(path.to_bytes()));
        let path = std::path::absolute(path).map_err(|error| {
            let message = format!("registering \"{}\" for class {clsid}: {error}", path.display());
            Error::new(Status::E_INVALIDARG, message)
        })?;
        // First what is built in, which this may replace.
        apartment::prepare();
        registry::register_library(clsid, path);
        Ok(())
    })
}

/// Compiles MOF into a namespace of this process.
///
/// # Safety
/// Both are NULL or strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn HiperfCompileMof(namespace_path: *const c_char, utf8_mof: *const c_char) -> Status {
    explain(|| {
        // SAFETY: the caller's duty.
        let (path, mof) = unsafe { (text("namespace", namespace_path)?, text("MOF", utf8_mof)?) };
        let mof =
            mof.ok_or_else(|| Error::new(Status::WBEM_E_INVALID_PARAMETER, "compiling MOF: it is NULL"))?;
        apartment::prepare();
        Namespace::connect(path.unwrap_or(DEFAULT_NAMESPACE))?.compile_mof("MOF", mof)?;
        Ok(())
    })
}

/// # Safety
/// `pointer` is NULL or a string that lives for `'a`.
unsafe fn text<'a>(what: &str, pointer: *const c_char) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL.
    let text = unsafe { CStr::from_ptr(pointer) }.to_str();
    text.map(Some).map_err(|error| {
        let message = format!("compiling MOF: the {what} is not UTF-8: {error}");
        Error::new(Status::WBEM_E_INVALID_PARAMETER, message)
    })
}

thread_local! {
    /// What HiperfLastError last returned in this thread.
    static SHOWN: RefCell<CString> = RefCell::default();
}

/// The thread's last error in words, "" if there was none.
#[unsafe(no_mangle)]
extern "C" fn HiperfLastError() -> *const c_char {
    const NOTHING: &CStr = c"";
    let shown = guarded(|| {
        let bytes: Vec<u8> =
            error_info::message().into_bytes().into_iter().filter(|byte| *byte != 0).collect();
        let text = CString::new(bytes).unwrap_or_default();
        // A thread that is ending keeps nothing any more.
        SHOWN
            .try_with(|shown| {
                let shown = &mut *shown.borrow_mut();
                *shown = text;
                shown.as_ptr().cast_mut()
            })
            .unwrap_or(std::ptr::null_mut())
    });
    if shown.is_null() { NOTHING.as_ptr() } else { shown }
}

/// The objects of this library that are alive.
#[unsafe(no_mangle)]
extern "C" fn HiperfLiveObjects() -> u32 {
    live_objects().try_into().unwrap_or(u32::MAX)
}
