//! [`ComObject`]: a Rust value with a reference count and vtables, which is
//! what a COM object of ours is.
//!
//! ```text
//!   0  Header         which Rust type this is; the reference count
//!  16  vtables[0]  <- the object's identity: IUnknown and the first interface
//!  24  vtables[1]  <- the second interface, and so on
//!   .  value          the Rust value
//! ```
//! (on 64-bit machines). The Nth interface pointer is the address of
//! `vtables[N]`; a thunk knows its N and finds the value from there.
//!
//! Not here: aggregation (the class factory refuses it) and marshalling.

use std::any::TypeId;
use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering, fence};

use hiperf_cim::Status;

use crate::error_info::settled;
use crate::{ComPtr, Guid, IUnknown, Interface, guard};

/// A Rust type that is a COM class; made by [`com_class!`](crate::com_class).
///
/// Objects may be called from any thread (WMI's providers live in the
/// multithreaded apartment), hence `Send + Sync`.
///
/// # Safety
/// 1. `VTABLES[n]` is the vtable for position `n` of the class's nth interface.
/// 2. `slot_of` answers `n` for the nth interface and its bases, and position
///    0 for IUnknown.
/// 3. `Vtables` is an array of pointers.
pub unsafe trait Class: Send + Sync + Sized + 'static {
    /// What a caller gets when a method panics.
    const PANIC: Status = Status::WBEM_E_CRITICAL_ERROR;
    /// The array of vtable pointers.
    type Vtables: Copy;
    /// The vtable pointers in the order of the class's interfaces.
    const VTABLES: Self::Vtables;
    /// The position of the interface that serves `iid`.
    fn slot_of(iid: &Guid) -> Option<usize>;
}

/// `Self` lists the interface `I`.
///
/// # Safety
/// `SLOT` is the position of `I` in the class's list.
pub unsafe trait Implements<I: Interface>: Class {
    /// The position.
    const SLOT: usize;
}

// SAFETY: the first interface of every class begins with IUnknown.
unsafe impl<T: Class> Implements<IUnknown> for T {
    const SLOT: usize = 0;
}

/// The vtable of position `N` in class `T`.
pub trait VtblFor<T, const N: usize>: Sized {
    /// The table, filled with `T`'s thunks.
    const VTBL: Self;
}

/// Objects of this module that are alive.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// How many COM objects this module (program or library) has made that are not
/// yet destroyed. A library with none may be unloaded; a test with some leaks.
#[must_use]
pub fn live_objects() -> usize {
    LIVE.load(Ordering::Acquire)
}

/// Its address names this module: see [`module_iid`].
static MODULE: AtomicU8 = AtomicU8::new(0);

/// The private IID by which an object of ours is recognised. It contains an
/// address in this module, so an object of another module, even one built from
/// this very source, doesn't answer it.
fn module_iid() -> Guid {
    let address = (&raw const MODULE).addr() as u64;
    Guid { data1: 0x6869_7066, data2: 0x4f57, data3: 0x4e21, data4: address.to_ne_bytes() }
}

/// What an object of ours answers to the private IID: a success of its own, so
/// that a stranger which answers any IID with itself isn't taken for one.
const LENT: Status = Status(0x0004_4C54);

#[repr(C)]
struct Header {
    type_id: fn() -> TypeId,
    count: AtomicU32,
}

/// An object: a count, vtables and a value. Only ever on the heap behind its
/// interface pointers.
#[repr(C)]
pub struct ComObject<T: Class> {
    header: Header,
    vtables: T::Vtables,
    value: T,
}

/// More references than this and the count could wrap to a freed object.
const MAX_COUNT: u32 = u32::MAX / 2;

impl<T: Class> ComObject<T> {
    /// A new object with one reference, which belongs to the caller.
    pub(crate) fn allocate<I: Interface>(value: T) -> *mut I
    where
        T: Implements<I>,
    {
        LIVE.fetch_add(1, Ordering::Relaxed);
        let header = Header { type_id: TypeId::of::<T>, count: AtomicU32::new(1) };
        let object = Box::into_raw(Box::new(ComObject { header, vtables: T::VTABLES, value }));
        // For `interface_of`, which finds its way back from the value.
        object.expose_provenance();
        // SAFETY: the object was allocated just now and has this slot.
        unsafe { ComObject::pointer(object, T::SLOT) }.cast()
    }

    /// # Safety
    /// `object` is alive and `slot` is one of the class's.
    unsafe fn pointer(object: *mut Self, slot: usize) -> *mut c_void {
        let offset = offset_of!(Self, vtables) + slot * size_of::<*const c_void>();
        // SAFETY: the slot lies within the object.
        unsafe { object.byte_add(offset) }.cast()
    }

    /// The object whose Nth interface pointer is `this`.
    ///
    /// # Safety
    /// `this` came from [`ComObject::pointer`] with slot `N`.
    #[inline]
    unsafe fn from_this<const N: usize>(this: *mut c_void) -> *mut Self {
        let offset = offset_of!(Self, vtables) + N * size_of::<*const c_void>();
        // SAFETY: the reverse of `pointer`.
        unsafe { this.byte_sub(offset) }.cast()
    }

    /// The Rust value behind the Nth interface pointer.
    ///
    /// # Safety
    /// 1. `this` is the Nth interface pointer of an object of class `T`.
    /// 2. A reference to the object is held for `'a`.
    #[doc(hidden)]
    #[inline(always)]
    pub unsafe fn value<'a, const N: usize>(this: *mut c_void) -> &'a T {
        // SAFETY: by 1.
        let object = unsafe { Self::from_this::<N>(this) };
        // SAFETY: alive by 2, and never borrowed mutably while it is.
        unsafe { &(*object).value }
    }

    pub(crate) unsafe extern "system" fn query_interface<const N: usize>(
        this: *mut c_void,
        iid: *const Guid,
        ppv: *mut *mut c_void,
    ) -> Status {
        if ppv.is_null() {
            return settled(Status::E_POINTER);
        }
        // SAFETY: not NULL, so writable by the caller's promise.
        unsafe { ppv.write(std::ptr::null_mut()) };
        if iid.is_null() {
            return settled(Status::E_POINTER);
        }
        // SAFETY: not NULL, so readable by the caller's promise.
        let iid = unsafe { iid.read_unaligned() };
        // SAFETY: this function is in the Nth vtable of `T` only.
        let object = unsafe { Self::from_this::<N>(this) };
        let found = match T::slot_of(&iid) {
            Some(slot) => {
                // SAFETY: the caller holds a reference, so the object is alive.
                unsafe { Self::add_ref::<N>(this) };
                // SAFETY: alive, and the slot is the class's own.
                unsafe { Self::pointer(object, slot) }
            }
            // A borrowed look at the object itself, for `downcast` alone.
            None if iid == module_iid() => {
                // SAFETY: as above.
                unsafe { ppv.write(object.cast()) };
                return LENT;
            }
            None => return settled(Status::E_NOINTERFACE),
        };
        // SAFETY: as above.
        unsafe { ppv.write(found) };
        Status::WBEM_S_NO_ERROR
    }

    pub(crate) unsafe extern "system" fn add_ref<const N: usize>(this: *mut c_void) -> u32 {
        // SAFETY: this function is in the Nth vtable of `T` only.
        let object = unsafe { Self::from_this::<N>(this) };
        // SAFETY: the caller holds a reference, so the object is alive.
        let count = unsafe { &(*object).header.count };
        // Relaxed: a new reference is made from one that is already held.
        let before = count.fetch_add(1, Ordering::Relaxed);
        if before > MAX_COUNT {
            std::process::abort();
        }
        before + 1
    }

    pub(crate) unsafe extern "system" fn release<const N: usize>(this: *mut c_void) -> u32 {
        // SAFETY: this function is in the Nth vtable of `T` only.
        let object = unsafe { Self::from_this::<N>(this) };
        // SAFETY: the caller gives up a reference that it still holds here.
        let count = unsafe { &(*object).header.count };
        let before = count.fetch_sub(1, Ordering::Release);
        if before != 1 {
            return before - 1;
        }
        // All other threads' uses of the object come before its end.
        fence(Ordering::Acquire);
        // SAFETY: the last reference is gone, and `allocate` made the box.
        let object = unsafe { Box::from_raw(object) };
        guard(T::PANIC, || {
            drop(object);
            0
        });
        LIVE.fetch_sub(1, Ordering::Release);
        0
    }
}

/// The beginning of an object that this module made; `None` for a stranger's.
fn header(object: &IUnknown) -> Option<NonNull<Header>> {
    let iid = module_iid();
    let mut found = std::ptr::null_mut();
    // SAFETY: both pointers are valid, and our objects lend themselves without a reference.
    let status = unsafe { object.QueryInterface(&raw const iid, &raw mut found) };
    if status == LENT {
        // Only objects of this module answer so, and they answer with their beginning.
        return NonNull::new(found.cast());
    }
    if !status.is_error() {
        // SAFETY: a stranger's success comes with a reference, whatever it is to.
        drop(unsafe { ComPtr::<IUnknown>::from_raw(found.cast()) });
    }
    None
}

/// The Rust value behind `object`, if this module made it as a `T`. No
/// reference is taken: the borrow of `object` keeps it alive.
#[must_use]
pub fn downcast<T: Class>(object: &IUnknown) -> Option<&T> {
    let header = header(object)?;
    // SAFETY: the beginning of an object that `object` keeps alive.
    let type_id = unsafe { header.as_ref() }.type_id;
    if type_id() != TypeId::of::<T>() {
        return None;
    }
    // A stranger that passes the question on to an object of ours is not that
    // object: it may let go of it at any time.
    let vtables = header.addr().get() + offset_of!(ComObject<T>, vtables);
    if std::ptr::from_ref(object).addr().wrapping_sub(vtables) >= size_of::<T::Vtables>() {
        return None;
    }
    // SAFETY: as above, and it is one of these.
    Some(unsafe { &(*header.cast::<ComObject<T>>().as_ptr()).value })
}

/// The interface `I` of the object whose value this is, with a reference of
/// its own.
///
/// # Safety
/// `value` is the value of a COM object that this module made.
pub(crate) unsafe fn interface_of<T: Implements<I>, I: Interface>(value: &T) -> ComPtr<I> {
    let address = std::ptr::from_ref(value).addr() - offset_of!(ComObject<T>, value);
    // `allocate` exposed the whole object; the value's own reference covers the value alone.
    let object = std::ptr::with_exposed_provenance_mut::<ComObject<T>>(address);
    // SAFETY: the object is around the value by the caller's promise, and the slot is the class's own.
    let pointer = unsafe { ComObject::pointer(object, T::SLOT) };
    // SAFETY: the object is alive as long as its value is borrowed.
    unsafe { ComPtr::from_borrowed(pointer.cast()) }.expect("a part of an object is never at NULL")
}

/// How many references there are to an object of this module; `None` for a
/// stranger's.
pub(crate) fn reference_count(object: &IUnknown) -> Option<u32> {
    let header = header(object)?;
    // SAFETY: the beginning of an object that `object` keeps alive.
    let count = unsafe { &(*header.as_ptr()).count };
    Some(count.load(Ordering::Acquire))
}

impl<I: Interface> ComPtr<I> {
    /// Makes an object of `value`'s class and returns its interface `I`.
    #[must_use]
    pub fn new<T: Implements<I>>(value: T) -> ComPtr<I> {
        let pointer = ComObject::allocate(value);
        // SAFETY: the new object's only reference passes to the smart pointer.
        unsafe { ComPtr::from_raw(pointer) }.expect("a box is never NULL")
    }
}
