//! [`interface!`](crate::interface) declares an interface slot by slot and
//! [`com_class!`](crate::com_class) makes a Rust type a COM class.
//!
//! The whole of a class, its interface included:
//!
//! ```
//! use hiperf_com::{Class, ComPtr, IUnknown, Status, com_class, interface};
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! interface! {
//!     /// Something that counts.
//!     pub interface ICounter [ICounterVtbl, ICounter_Impl]: IUnknown [Class] =
//!         "5E2C1C0A-7C1B-4B6B-9D51-0B8B7A9C3F10" {
//!         /// Adds `by` and stores the sum in `*sum`.
//!         fn Add(by: u32, sum: *mut u32) -> Status;
//!     }
//! }
//!
//! struct Counter(AtomicU32);
//!
//! com_class! { class Counter: ICounter; }
//!
//! impl ICounter_Impl for Counter {
//!     unsafe fn Add(&self, by: u32, sum: *mut u32) -> Status {
//!         let total = self.0.fetch_add(by, Ordering::Relaxed).wrapping_add(by);
//!         // SAFETY: the caller passes NULL or a pointer it may write through.
//!         match unsafe { sum.as_mut() } {
//!             Some(sum) => *sum = total,
//!             None => return Status::WBEM_E_INVALID_PARAMETER,
//!         }
//!         Status::WBEM_S_NO_ERROR
//!     }
//! }
//!
//! let counter: ComPtr<ICounter> = ComPtr::new(Counter(AtomicU32::new(40)));
//! let mut sum = 0;
//! // SAFETY: `sum` outlives the call.
//! assert_eq!(unsafe { counter.Add(2, &mut sum) }, Status::WBEM_S_NO_ERROR);
//! assert_eq!(sum, 42);
//! assert!(counter.cast::<IUnknown>().is_ok());
//! ```
//!
//! A class of several interfaces lists them; a base interface is not listed
//! beside one that extends it. A generic class names its bounds, and any class
//! may choose the status a panic becomes:
//!
//! ```text
//! com_class! {
//!     impl<P: HiPerfProvider> class ProviderObject<P>: IWbemProviderInit, IWbemHiPerfProvider;
//!     panic = Status::WBEM_E_PROVIDER_FAILURE;
//! }
//! ```

/// Declares a COM interface: its type, its vtable, the trait that classes
/// implement, and the thunks between them. See the [module](crate::macros).
#[macro_export]
macro_rules! interface {
    (
        $(#[$doc:meta])*
        $vis:vis interface $I:ident [$Vtbl:ident, $Impl:ident]: $Base:ident [$BaseImpl:ident] = $iid:literal {
            $(
                $(#[$method_doc:meta])*
                fn $method:ident($($arg:ident: $ty:ty),* $(,)?) -> $ret:ty;
            )*
        }
    ) => {
        $(#[$doc])*
        #[repr(C)]
        $vis struct $I {
            vtbl: *const $Vtbl,
            // As in `IUnknown`: what is behind the pointer changes.
            object: ::std::cell::UnsafeCell<()>,
        }

        #[doc = concat!("The slots of [`", stringify!($I), "`] in order.")]
        #[derive(Clone, Copy)]
        #[repr(C)]
        #[allow(missing_docs, non_snake_case)]
        $vis struct $Vtbl {
            pub base: <$Base as $crate::Interface>::Vtbl,
            $(pub $method: unsafe extern "system" fn(this: *mut ::std::ffi::c_void $(, $arg: $ty)*) -> $ret,)*
        }

        // SAFETY: `repr(C)` and the first fields give 1 and 2; 3 is the meaning of the IID.
        unsafe impl $crate::Interface for $I {
            const IID: $crate::Guid = $crate::Guid::parse($iid);
            const NAME: &'static str = stringify!($I);
            const SLOTS: &'static [&'static str] = {
                const OWN: &[&str] = &[$(stringify!($method)),*];
                const BASE: &[&str] = <$Base as $crate::Interface>::SLOTS;
                const ALL: [&str; BASE.len() + OWN.len()] = $crate::concat_slots(BASE, OWN);
                &ALL
            };
            type Vtbl = $Vtbl;
            type Base = $Base;
        }

        #[allow(non_snake_case, dead_code, clippy::too_many_arguments)]
        impl $I {
            $(
                $(#[$method_doc])*
                ///
                /// # Safety
                /// Every pointer is NULL or valid for what the method does with
                /// it, and strings end with a NUL.
                #[inline]
                $vis unsafe fn $method(&self $(, $arg: $ty)*) -> $ret {
                    // SAFETY: an interface pointer's first word points to its vtable.
                    let vtbl = unsafe { &*self.vtbl };
                    let this = ::std::ptr::from_ref(self).cast_mut().cast();
                    // SAFETY: `this` is where the vtable was read; the rest is the caller's duty.
                    unsafe { (vtbl.$method)(this $(, $arg)*) }
                }
            )*
        }

        impl ::std::ops::Deref for $I {
            type Target = $Base;

            #[inline]
            fn deref(&self) -> &$Base {
                // SAFETY: the vtable begins with the base's, so a pointer to
                // this interface is one to its base.
                unsafe { &*::std::ptr::from_ref(self).cast() }
            }
        }

        #[doc = concat!("What a class of [`", stringify!($I), "`] implements: the slots of its own, with `&self`.")]
        #[allow(non_snake_case, non_camel_case_types, clippy::too_many_arguments)]
        $vis trait $Impl: $BaseImpl {
            $(
                $(#[$method_doc])*
                ///
                /// # Safety
                /// Every pointer is NULL or valid for what the method does with
                /// it, and strings end with a NUL.
                unsafe fn $method(&self $(, $arg: $ty)*) -> $ret;
            )*
        }

        impl<T: $Impl, const N: usize> $crate::VtblFor<T, N> for $Vtbl {
            const VTBL: Self = {
                $(
                    #[allow(non_snake_case, clippy::too_many_arguments)]
                    unsafe extern "system" fn $method<T: $Impl, const N: usize>(
                        this: *mut ::std::ffi::c_void $(, $arg: $ty)*
                    ) -> $ret {
                        let answer = $crate::guard(<T as $crate::Class>::PANIC, || {
                            // SAFETY: this thunk is in the Nth vtable of `T` only,
                            // and the caller holds a reference during the call.
                            let value = unsafe { $crate::ComObject::<T>::value::<N>(this) };
                            // SAFETY: the caller's duties are the method's.
                            unsafe { <T as $Impl>::$method(value $(, $arg)*) }
                        });
                        $crate::error_info::settled(answer)
                    }
                )*
                Self {
                    base: <<$Base as $crate::Interface>::Vtbl as $crate::VtblFor<T, N>>::VTBL,
                    $($method: $method::<T, N>,)*
                }
            };
        }
    };
}

/// Makes a type a COM class of the interfaces it lists, whose `_Impl` traits
/// it implements. See the [module](crate::macros).
#[macro_export]
macro_rules! com_class {
    (
        $(impl<$($P:ident: $Bound:path),+>)? class $T:ty: $($I:ident),+;
        $(panic = $panic:expr;)?
    ) => {
        // SAFETY: the tables are in the order of the interfaces, as are the
        // answers of `slot_of`, and each is the table for its own position.
        unsafe impl$(<$($P: $Bound),+>)? $crate::Class for $T {
            $(const PANIC: $crate::Status = $panic;)?
            type Vtables = [*const ::std::ffi::c_void; [$(stringify!($I)),+].len()];
            const VTABLES: Self::Vtables = $crate::com_class!(@tables (Self) (0) [] $($I)+);

            fn slot_of(iid: &$crate::Guid) -> Option<usize> {
                let interfaces = [$(<$I as $crate::Interface>::answers as fn(&$crate::Guid) -> bool),+];
                interfaces.iter().position(|answers| answers(iid))
            }
        }

        $crate::com_class!(@implements ($(impl<$($P: $Bound),+>)?) ($T) (0) $($I)+);
    };

    (@tables ($T:ty) ($n:expr) [$($done:tt)*]) => { [$($done)*] };
    (@tables ($T:ty) ($n:expr) [$($done:tt)*] $I:ident $($rest:ident)*) => {
        $crate::com_class!(@tables ($T) ($n + 1) [
            $($done)*
            ::std::ptr::from_ref(
                &<<$I as $crate::Interface>::Vtbl as $crate::VtblFor<$T, { $n }>>::VTBL
            ).cast(),
        ] $($rest)*)
    };

    (@implements ($($generics:tt)*) ($T:ty) ($n:expr)) => {};
    (@implements () ($T:ty) ($n:expr) $I:ident $($rest:ident)*) => {
        // SAFETY: the position of the interface in the class's list.
        unsafe impl $crate::Implements<$I> for $T { const SLOT: usize = $n; }
        $crate::com_class!(@implements () ($T) ($n + 1) $($rest)*);
    };
    (@implements (impl<$($P:ident: $Bound:path),+>) ($T:ty) ($n:expr) $I:ident $($rest:ident)*) => {
        // SAFETY: the position of the interface in the class's list.
        unsafe impl<$($P: $Bound),+> $crate::Implements<$I> for $T { const SLOT: usize = $n; }
        $crate::com_class!(@implements (impl<$($P: $Bound),+>) ($T) ($n + 1) $($rest)*);
    };
}

/// Two slot lists behind each other; `N` is the sum of their lengths.
#[doc(hidden)]
#[must_use]
pub const fn concat_slots<const N: usize>(base: &[&'static str], own: &[&'static str]) -> [&'static str; N] {
    let mut all = [""; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < base.len() { base[at] } else { own[at - base.len()] };
        at += 1;
    }
    all
}

/// Exports a provider's MOF from a library: the text, with a NUL behind it, is
/// at the symbol `HiperfProviderMof`.
#[macro_export]
macro_rules! dll_mof {
    ($mof:expr) => {
        /// The MOF of this library's provider, which ends with a NUL.
        #[unsafe(no_mangle)]
        pub static HiperfProviderMof: [u8; { $mof.len() + 1 }] = $crate::nul_terminated($mof);
    };
}

/// A text and a NUL; `N` is one more than the text's length.
#[doc(hidden)]
#[must_use]
pub const fn nul_terminated<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let (room, _) = bytes.split_at_mut(N - 1);
    room.copy_from_slice(text.as_bytes());
    bytes
}

/// Exports the classes of an in-process server from a library (a `cdylib`):
/// DllGetClassObject, DllCanUnloadNow, HiperfSetHostCalls for
/// [`call_context`](crate::call_context), and on Windows DllRegisterServer and
/// DllUnregisterServer. Each class is a CLSID and a function
/// that makes the provider:
///
/// ```text
/// dll_exports! { CLSID_TOY => Toy::new, CLSID_TOY_HOSTED => Toy::new }
/// ```
///
/// A program may contain it once: the names are global.
#[macro_export]
macro_rules! dll_exports {
    ($($clsid:expr => $make:expr),+ $(,)?) => {
        /// Takes the calls by which a provider asks who calls it.
        ///
        /// # Safety
        /// `calls` is NULL, or valid as long as this library is loaded.
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn HiperfSetHostCalls(calls: *const $crate::call_context::HostCalls) {
            // SAFETY: the caller's duty is the same.
            unsafe { $crate::call_context::set_host_calls(calls) }
        }

        /// The class object of one of this library's classes.
        ///
        /// # Safety
        /// `clsid` and `iid` are readable and `ppv` is writable, or NULL.
        #[unsafe(no_mangle)]
        pub unsafe extern "system" fn DllGetClassObject(
            clsid: *const $crate::Guid,
            iid: *const $crate::Guid,
            ppv: *mut *mut ::std::ffi::c_void,
        ) -> $crate::Status {
            // SAFETY: the caller's duties are the same.
            unsafe {
                $crate::factory::dll_get_class_object(
                    &[$(($clsid, &|| $crate::provider::class_factory($make))),+],
                    clsid,
                    iid,
                    ppv,
                )
            }
        }

        /// Whether nothing of this library is in use: 0, or 1 if something is.
        #[unsafe(no_mangle)]
        pub extern "system" fn DllCanUnloadNow() -> $crate::Status {
            if $crate::factory::can_unload() {
                $crate::Status::WBEM_S_NO_ERROR
            } else {
                $crate::Status::WBEM_S_FALSE
            }
        }

        /// Writes this library's classes to the registry, for regsvr32.
        #[cfg(windows)]
        #[unsafe(no_mangle)]
        pub extern "system" fn DllRegisterServer() -> $crate::Status {
            $crate::self_registration::register(&[$($clsid),+])
        }

        /// Takes them out of it.
        #[cfg(windows)]
        #[unsafe(no_mangle)]
        pub extern "system" fn DllUnregisterServer() -> $crate::Status {
            $crate::self_registration::unregister(&[$($clsid),+])
        }
    };
}
