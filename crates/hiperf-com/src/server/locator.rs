//! `IWbemLocator` over [`Locator`].

use hiperf_cim::{Error, Locale, Result, Status};

use crate::context::Context;
use crate::error_info::leave;
use crate::param::OutPtr;
use crate::wide::{WBEM_MAX_PATH, read_wide};
use crate::{
    ComPtr, IWbemContext, IWbemLocator, IWbemLocator_Impl, IWbemServices, RawBstr, answer, com_class,
};

/// Connects clients to namespaces.
pub trait Locator: Send + Sync + 'static {
    /// The services of the namespace with this path; an empty path is the
    /// default namespace. `locale` is the one of the texts that are asked for,
    /// `context` what the client says beside.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE` and the like.
    fn connect_server(
        &self,
        path: &str,
        locale: Locale,
        context: Option<&Context>,
    ) -> Result<ComPtr<IWbemServices>>;
}

/// The COM class of a locator.
pub struct LocatorObject<L>(L);

com_class! { impl<L: Locator> class LocatorObject<L>: IWbemLocator; }

impl<L: Locator> LocatorObject<L> {
    /// A locator over `locator`.
    #[must_use]
    pub fn new(locator: L) -> LocatorObject<L> {
        LocatorObject(locator)
    }
}

/// `WBEM_FLAG_CONNECT_REPOSITORY_ONLY` and `WBEM_FLAG_CONNECT_USE_MAX_WAIT`.
const ALLOWED_FLAGS: i32 = 0x40 | 0x80;

impl<L: Locator> IWbemLocator_Impl for LocatorObject<L> {
    unsafe fn ConnectServer(
        &self,
        resource: RawBstr,
        user: RawBstr,
        password: RawBstr,
        locale: RawBstr,
        flags: i32,
        _: RawBstr,
        context: *mut IWbemContext,
        services: *mut *mut IWbemServices,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(services) }?;
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            if flags & !ALLOWED_FLAGS != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: the caller's promise, which holds for each of the strings.
            let text =
                |bstr: RawBstr| unsafe { read_wide(bstr, WBEM_MAX_PATH) }.map(Option::unwrap_or_default);
            let connect = || {
                if !text(user)?.is_empty() || !text(password)?.is_empty() {
                    let message = "a local connection is made as the caller: give no user and no password";
                    return Err(Error::new(Status::WBEM_E_LOCAL_CREDENTIALS, message));
                }
                let locale = match text(locale)? {
                    none if none.is_empty() => Locale::DEFAULT,
                    some => Locale::parse(&some)?,
                };
                self.0.connect_server(&text(resource)?, locale, context.as_ref())
            };
            out.set(connect().map_err(leave)?);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
