//! How a provider gets to its clients: [`register`] in a program that contains
//! it, [`export!`](crate::export) in a library of its own.

use hiperf_com::{Guid, registry};

use crate::provider::{CounterProvider, Provider};

/// Makes a provider of this program available under a CLSID, as if it were in
/// a library of its own.
pub fn register<P: Provider>(clsid: Guid, new: impl Fn() -> P + Send + Sync + 'static) {
    registry::register_provider(clsid, move || CounterProvider::new(new()));
}

/// Exports a provider from a `cdylib`: `DllGetClassObject` for its CLSIDs,
/// `DllCanUnloadNow`, and its MOF as `HiperfProviderMof`, which
/// `hiperf provider register` reads.
///
/// ```text
/// hiperf_provider::export!(Example);      // declared by provider!
///
/// hiperf_provider::export! {              // implemented by hand
///     Example::default: Guid::parse("6E3F1C52-5C0B-4F0E-9A0B-0C6F4B1B7A10");
///     mof = include_str!("example.mof")
/// }
/// ```
/// Without `mof`, whoever registers the library needs the file.
#[macro_export]
macro_rules! export {
    ($new:path: $($clsid:expr),+ $(,)? $(; mof = $mof:expr)? $(;)?) => {
        $crate::private::dll_exports! {
            $($clsid => || $crate::private::CounterProvider::new($new()),)+
        }
        $($crate::private::dll_mof! { $mof })?
    };
    ($Provider:ty) => {
        $crate::private::dll_exports! {
            <$Provider>::CLSID => || $crate::private::CounterProvider::new(<$Provider>::default()),
            <$Provider>::CLIENT_LOADABLE_CLSID =>
                || $crate::private::CounterProvider::new(<$Provider>::default()),
        }
        $crate::private::dll_mof! { <$Provider>::MOF }
    };
}
