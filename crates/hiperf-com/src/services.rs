//! [`Services`]: a namespace, ours or a stranger's, without unsafe code.

mod changes;

use hiperf_cim::{Result, Status};

use crate::class_access::ClassObject;
use crate::error_info::receive;
use crate::{Bstr, ComPtr, Context, IWbemContext, IWbemServices};

/// `WBEM_FLAG_USE_AMENDED_QUALIFIERS`.
const USE_AMENDED_QUALIFIERS: i32 = 0x2_0000;

/// An owned reference to any `IWbemServices`.
#[derive(Clone, Debug)]
pub struct Services(ComPtr<IWbemServices>);

// SAFETY: the services of a namespace serve calls from any thread at any time
// ("Both" and the multithreaded apartment); only the pointer is shared here.
unsafe impl Sync for Services {}

impl Services {
    /// Wraps an interface pointer.
    #[must_use]
    pub fn new(services: ComPtr<IWbemServices>) -> Services {
        Services(services)
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemServices> {
        &self.0
    }

    /// The class or instance with this path.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is none; `WBEM_E_INVALID_OBJECT_PATH`.
    pub fn get_object(&self, path: &str) -> Result<ClassObject> {
        self.get_object_with(path, None)
    }

    /// The same with the texts of the connection's locale.
    ///
    /// # Errors
    /// As [`Services::get_object`].
    pub fn get_amended_object(&self, path: &str) -> Result<ClassObject> {
        self.get(path, USE_AMENDED_QUALIFIERS, None)
    }

    /// As [`Services::get_object`], as part of the call that came with this
    /// context: a call made while another is served has to pass its context on.
    ///
    /// # Errors
    /// As [`Services::get_object`].
    pub fn get_object_with(&self, path: &str, context: Option<&Context>) -> Result<ClassObject> {
        self.get(path, 0, context)
    }

    fn get(&self, path: &str, flags: i32, context: Option<&Context>) -> Result<ClassObject> {
        let text = Bstr::new(path);
        let object = receive(&format!("getting {path}"), Status::WBEM_E_FAILED, |slot| {
            // SAFETY: all pointers are valid during the call; no call result is wanted.
            unsafe {
                self.0.GetObject(text.as_raw(), flags, context_pointer(context), slot, std::ptr::null_mut())
            }
        })?;
        Ok(ClassObject::new(object))
    }
}

impl From<ComPtr<IWbemServices>> for Services {
    fn from(services: ComPtr<IWbemServices>) -> Services {
        Services(services)
    }
}

/// The pointer of an optional context.
pub(crate) fn context_pointer(context: Option<&Context>) -> *mut IWbemContext {
    context.map_or(std::ptr::null_mut(), |context| context.as_com().as_raw())
}
