//! [`CallContext`]: for whom a provider's method runs, and the calls by which
//! the provider asks.
//!
//! Whoever calls a provider enters a context for the time of the call. It is a
//! word of the thread; contexts of calls within calls lie on the stack of
//! those who entered them, so entering allocates nothing.
//!
//! ```text
//!   client::Provider --enter--> provider's method --CoImpersonateClient--> here
//! ```
//!
//! A provider in a library of its own has a copy of this module, or none, being
//! written in C. It is the host that knows the call, so the loader hands each
//! library that exports `HiperfSetHostCalls` the host's own [`HostCalls`]: that
//! works whether the host is libhiperf or a program that contains the engine,
//! and the library links with nothing.
//!
//! | the caller | CoGetCallContext | CoImpersonateClient |
//! |---|---|---|
//! | none: nobody called | `RPC_E_CALL_COMPLETE` | `RPC_E_CALL_COMPLETE` |
//! | [`Caller::ThisThread`]: in a client | a context | succeeds and changes nothing |
//! | [`Caller::Withheld`]: in a host, ImpersonationLevel 0 | a context | `E_ACCESSDENIED` |
//!
//! Not here: the identity of a user, and becoming him.
//!
//! Source: lifecycle.md sections 2.1 and 4; the Microsoft pages of
//! `IServerSecurity`, `CoGetCallContext` and `CoImpersonateClient`.

use std::cell::Cell;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::thread::{self, ThreadId};

use hiperf_cim::Status;

use crate::probe::impersonations;
use crate::{ComPtr, Guid, IServerSecurity, IServerSecurity_Impl, Interface, answer, com_class, guard};

/// Who made a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The provider is in the client's process and runs as the calling thread:
    /// to impersonate the client changes nothing.
    ThisThread,
    /// Somebody whose identity the provider doesn't get: it is hosted with
    /// `ImpersonationLevel` 0 and acts as the host's user.
    Withheld,
}

/// The call that a thread serves.
#[derive(Clone, Copy)]
struct Current {
    caller: Option<Caller>,
    /// Numbers the thread's calls, so that what remains of one is told from
    /// the next.
    serial: u64,
    impersonating: bool,
}

thread_local! {
    static CURRENT: Cell<Current> =
        const { Cell::new(Current { caller: None, serial: 0, impersonating: false }) };
    static LAST_SERIAL: Cell<u64> = const { Cell::new(0) };
}

/// A call to a provider; it ends when this is dropped, and the thread's
/// impersonation with it.
#[derive(Debug)]
pub struct CallContext {
    outer: Current,
    /// It belongs to the thread that entered.
    thread: PhantomData<*const ()>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "call {} of {:?}", self.serial, self.caller)
    }
}

impl CallContext {
    /// Begins a call.
    #[inline]
    #[must_use = "the call ends when its context is dropped"]
    pub fn enter(caller: Caller) -> CallContext {
        let serial = LAST_SERIAL.get() + 1;
        LAST_SERIAL.set(serial);
        let outer = CURRENT.replace(Current { caller: Some(caller), serial, impersonating: false });
        CallContext { outer, thread: PhantomData }
    }
}

impl Drop for CallContext {
    #[inline]
    fn drop(&mut self) {
        if CURRENT.replace(self.outer).impersonating {
            impersonations::note();
        }
    }
}

/// The call that this thread serves.
fn current() -> Result<(Current, Caller), Status> {
    let current = CURRENT.get();
    current.caller.map(|caller| (current, caller)).ok_or(Status::RPC_E_CALL_COMPLETE)
}

fn impersonate() -> Result<Status, Status> {
    let (current, caller) = current()?;
    match caller {
        Caller::ThisThread => CURRENT.set(Current { impersonating: true, ..current }),
        Caller::Withheld => return Err(Status::E_ACCESSDENIED),
    }
    Ok(Status::WBEM_S_NO_ERROR)
}

fn revert() -> Result<Status, Status> {
    let (current, _) = current()?;
    CURRENT.set(Current { impersonating: false, ..current });
    Ok(Status::WBEM_S_NO_ERROR)
}

/// The object that CoGetCallContext gives out. It may outlive its call, and is
/// of no use then.
struct ServerSecurity {
    serial: u64,
    thread: ThreadId,
}

com_class! { class ServerSecurity: IServerSecurity; }

impl ServerSecurity {
    /// Whether the thread still serves the call; else the object is of one
    /// that is complete.
    fn caller(&self) -> Result<Caller, Status> {
        let (current, caller) = current()?;
        // Calls are numbered in each thread anew.
        let same = current.serial == self.serial && thread::current().id() == self.thread;
        if same { Ok(caller) } else { Err(Status::RPC_E_CALL_COMPLETE) }
    }
}

/// `RPC_C_AUTHN_LEVEL_PKT_PRIVACY`: nobody can listen in to a call within the
/// machine.
const PACKET_PRIVACY: u32 = 6;
/// `RPC_C_IMP_LEVEL_IDENTIFY` and `RPC_C_IMP_LEVEL_IMPERSONATE`.
const IDENTIFY: u32 = 2;
const IMPERSONATE: u32 = 3;

impl IServerSecurity_Impl for ServerSecurity {
    unsafe fn QueryBlanket(
        &self,
        pAuthnSvc: *mut u32,
        pAuthzSvc: *mut u32,
        pServerPrincName: *mut *mut u16,
        pAuthnLevel: *mut u32,
        pImpLevel: *mut u32,
        pPrivs: *mut *mut c_void,
        pCapabilities: *mut u32,
    ) -> Status {
        answer(|| {
            let level = match self.caller()? {
                Caller::ThisThread => IMPERSONATE,
                Caller::Withheld => IDENTIFY,
            };
            // No service of authentication or authorisation was asked: the kernel knows the caller.
            let numbers = [
                (pAuthnSvc, 0),
                (pAuthzSvc, 0),
                (pAuthnLevel, PACKET_PRIVACY),
                (pImpLevel, level),
                (pCapabilities, 0),
            ];
            for (place, number) in numbers {
                if !place.is_null() {
                    // SAFETY: not NULL, so writable by the caller's promise.
                    unsafe { place.write(number) };
                }
            }
            if !pServerPrincName.is_null() {
                // SAFETY: as above.
                unsafe { pServerPrincName.write(std::ptr::null_mut()) };
            }
            if !pPrivs.is_null() {
                // SAFETY: as above.
                unsafe { pPrivs.write(std::ptr::null_mut()) };
            }
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn ImpersonateClient(&self) -> Status {
        answer(|| self.caller().and_then(|_| impersonate()))
    }

    unsafe fn RevertToSelf(&self) -> Status {
        answer(|| self.caller().and_then(|_| revert()))
    }

    unsafe fn IsImpersonating(&self) -> i32 {
        i32::from(self.caller().is_ok() && CURRENT.get().impersonating)
    }
}

/// CoGetCallContext: the context of the call that this thread serves.
///
/// # Safety
/// `iid` is NULL or readable, `object` is NULL or writable.
pub unsafe extern "system" fn get_call_context(iid: *const Guid, object: *mut *mut c_void) -> Status {
    guard(Status::E_UNEXPECTED, || {
        answer(|| {
            if object.is_null() {
                return Err(Status::E_POINTER);
            }
            // SAFETY: not NULL, so writable.
            unsafe { object.write(std::ptr::null_mut()) };
            if iid.is_null() {
                return Err(Status::E_POINTER);
            }
            let (current, _) = current()?;
            let context = ServerSecurity { serial: current.serial, thread: thread::current().id() };
            let context: ComPtr<IServerSecurity> = ComPtr::new(context);
            // SAFETY: both are valid.
            Ok(unsafe { context.QueryInterface(iid, object) })
        })
    })
}

/// CoImpersonateClient: lets this thread act as the caller.
pub extern "system" fn impersonate_client() -> Status {
    guard(Status::E_UNEXPECTED, || answer(impersonate))
}

/// CoRevertToSelf: lets this thread act as itself again.
pub extern "system" fn revert_to_self() -> Status {
    guard(Status::E_UNEXPECTED, || answer(revert))
}

/// What a host hands to the libraries that it loads: `HIPERF_HOST_CALLS` of
/// `hiperf.h`. It only ever grows at its end.
#[repr(C)]
#[derive(Debug)]
#[allow(missing_docs, non_snake_case)]
pub struct HostCalls {
    /// Its size in bytes, by which a library knows what is there.
    pub size: u32,
    pub CoGetCallContext: unsafe extern "system" fn(iid: *const Guid, object: *mut *mut c_void) -> Status,
    pub CoImpersonateClient: extern "system" fn() -> Status,
    pub CoRevertToSelf: extern "system" fn() -> Status,
}

#[allow(clippy::cast_possible_truncation)] // 32 bytes
static OWN_CALLS: HostCalls = HostCalls {
    size: size_of::<HostCalls>() as u32,
    CoGetCallContext: get_call_context,
    CoImpersonateClient: impersonate_client,
    CoRevertToSelf: revert_to_self,
};

/// What the host of this module handed over; NULL where this is the host.
static GIVEN: AtomicPtr<HostCalls> = AtomicPtr::new(std::ptr::null_mut());

/// What this module hands to the libraries that it loads.
pub(crate) fn own_calls() -> *const HostCalls {
    &raw const OWN_CALLS
}

/// HiperfSetHostCalls: takes the host's calls. An older host that has fewer of
/// them is treated like none.
///
/// # Safety
/// `calls` is NULL, or valid as long as this module is loaded.
pub unsafe fn set_host_calls(calls: *const HostCalls) {
    // SAFETY: by the caller's duty; the size is the first field.
    let is_whole = !calls.is_null() && unsafe { (*calls).size } >= OWN_CALLS.size;
    GIVEN.store(if is_whole { calls.cast_mut() } else { std::ptr::null_mut() }, Ordering::Release);
}

#[cfg(not(windows))]
use OWN_CALLS as SYSTEM_CALLS;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows::SYSTEM_CALLS;

/// The calls of whoever hosts this module; where nobody does, its own, or
/// those of Windows.
fn host_calls() -> &'static HostCalls {
    // SAFETY: NULL, or valid by the promise of `set_host_calls`.
    unsafe { GIVEN.load(Ordering::Acquire).as_ref() }.unwrap_or(&SYSTEM_CALLS)
}

/// The context of the call that a provider in this module serves.
///
/// # Errors
/// `RPC_E_CALL_COMPLETE`: it serves none.
pub fn server_security() -> Result<ComPtr<IServerSecurity>, Status> {
    let iid = IServerSecurity::IID;
    ComPtr::receive(Status::E_UNEXPECTED, |slot: *mut *mut IServerSecurity| {
        // SAFETY: both pointers are valid during the call.
        unsafe { (host_calls().CoGetCallContext)(&raw const iid, slot.cast()) }
    })
}

/// CoImpersonateClient of this module's host.
pub fn host_impersonate_client() -> Status {
    (host_calls().CoImpersonateClient)()
}

/// CoRevertToSelf of this module's host.
pub fn host_revert_to_self() -> Status {
    (host_calls().CoRevertToSelf)()
}

/// Whether the call's provider acts as its caller.
#[must_use]
pub fn is_impersonating() -> bool {
    // SAFETY: no pointers.
    server_security().is_ok_and(|context| unsafe { context.IsImpersonating() } != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IUnknown;

    const GONE: Status = Status::RPC_E_CALL_COMPLETE;
    const DONE: Status = Status::WBEM_S_NO_ERROR;

    #[test]
    fn without_a_call() {
        assert_eq!(server_security().unwrap_err(), GONE);
        assert_eq!([impersonate_client(), revert_to_self()], [GONE, GONE]);
        assert!(!is_impersonating());
    }

    #[test]
    fn in_a_client() {
        let call = CallContext::enter(Caller::ThisThread);
        let context = server_security().unwrap();
        assert_eq!([impersonate_client(), revert_to_self()], [DONE; 2]);
        assert_eq!((impersonate_client(), is_impersonating()), (DONE, true));
        // A call within the call has an identity of its own.
        let inner = CallContext::enter(Caller::ThisThread);
        assert!(!is_impersonating());
        // SAFETY: no pointers.
        assert_eq!(unsafe { context.ImpersonateClient() }, GONE);
        drop(inner);
        // SAFETY: as above.
        assert_eq!(unsafe { context.IsImpersonating() }, 1);
        // SAFETY: as above.
        assert_eq!(unsafe { context.RevertToSelf() }, DONE);
        assert!(!is_impersonating());
        drop(call);
        let ended = impersonations::count();
        let still = CallContext::enter(Caller::ThisThread);
        assert_eq!(impersonate_client(), DONE);
        drop(still);
        // Other tests do the same meanwhile.
        assert!(impersonations::count() > ended);
        let _next = CallContext::enter(Caller::ThisThread);
        // SAFETY: as above.
        assert_eq!(unsafe { context.ImpersonateClient() }, GONE);
        // SAFETY: as above.
        assert_eq!(unsafe { context.IsImpersonating() }, 0);
    }

    #[test]
    fn the_blanket() {
        for (caller, level) in [(Caller::ThisThread, IMPERSONATE), (Caller::Withheld, IDENTIFY)] {
            let _call = CallContext::enter(caller);
            let context = server_security().unwrap();
            let (mut service, mut name, mut said) = (9, std::ptr::dangling_mut(), 0);
            let nobody = std::ptr::null_mut();
            let null = std::ptr::null_mut;
            let (service_slot, name_slot, said_slot) = (&raw mut service, &raw mut name, &raw mut said);
            // SAFETY: each is writable or NULL.
            let status = unsafe {
                context.QueryBlanket(service_slot, null(), name_slot, null(), said_slot, nobody, null())
            };
            assert_eq!((status, service, name.is_null(), said), (DONE, 0, true, level));
        }
    }

    #[test]
    fn an_identity_that_is_withheld() {
        let _call = CallContext::enter(Caller::Withheld);
        assert_eq!([impersonate_client(), revert_to_self()], [Status::E_ACCESSDENIED, DONE]);
        assert!(!is_impersonating());
    }

    #[test]
    fn pointers_and_interfaces() {
        let _call = CallContext::enter(Caller::ThisThread);
        let mut object = std::ptr::null_mut();
        let (iid, unknown) = (IServerSecurity::IID, IUnknown::IID);
        // SAFETY: NULL is answered.
        assert_eq!(unsafe { get_call_context(&raw const iid, std::ptr::null_mut()) }, Status::E_POINTER);
        // SAFETY: as above.
        assert_eq!(unsafe { get_call_context(std::ptr::null(), &raw mut object) }, Status::E_POINTER);
        let other = Guid::parse("49353C99-516B-11D1-AEA6-00C04FB68820");
        // SAFETY: both are valid.
        assert_eq!(unsafe { get_call_context(&raw const other, &raw mut object) }, Status::E_NOINTERFACE);
        // SAFETY: both are valid.
        assert_eq!(unsafe { get_call_context(&raw const unknown, &raw mut object) }, DONE);
        // SAFETY: a reference of ours.
        drop(unsafe { ComPtr::<IUnknown>::from_raw(object.cast()) });
    }

    /// A thread that is new may have the memory of one that is gone.
    #[test]
    fn a_context_of_a_thread_that_is_gone() {
        for _ in 0..20 {
            let kept = std::thread::spawn(|| {
                let _call = CallContext::enter(Caller::ThisThread);
                server_security().unwrap()
            });
            let kept = kept.join().unwrap();
            let later = std::thread::spawn(move || {
                let _call = CallContext::enter(Caller::ThisThread);
                // SAFETY: no pointers.
                unsafe { kept.ImpersonateClient() }
            });
            assert_eq!(later.join().unwrap(), GONE);
        }
    }

    #[test]
    fn another_thread_serves_another_call() {
        let _call = CallContext::enter(Caller::ThisThread);
        let context = server_security().unwrap();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| (server_security().err(), impersonate_client()));
            assert_eq!(other.join().unwrap(), (Some(GONE), GONE));
        });
        // SAFETY: no pointers.
        assert_eq!(unsafe { context.ImpersonateClient() }, DONE);
    }
}
