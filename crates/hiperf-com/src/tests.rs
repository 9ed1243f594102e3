//! Objects, interfaces and their thunks, through the vtables as a C caller
//! sees them.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::*;

interface! {
    /// A base of a test interface.
    interface IBase [IBaseVtbl, IBase_Impl]: IUnknown [Class] = "00000000-0000-0000-0000-0000000000B0" {
        /// Answers 1.
        fn One() -> u32;
    }
}

interface! {
    /// Extends [`IBase`].
    interface IDerived [IDerivedVtbl, IDerived_Impl]: IBase [IBase_Impl] = "00000000-0000-0000-0000-0000000000D0" {
        /// Adds up.
        fn Add(by: u32) -> u32;
        /// Panics if told to.
        fn Panic(really: i32) -> Status;
    }
}

interface! {
    /// A second interface of the test class.
    interface ISecond [ISecondVtbl, ISecond_Impl]: IUnknown [Class] = "00000000-0000-0000-0000-0000000000E0" {
        /// The sum so far.
        fn Sum() -> u32;
    }
}

struct Adder {
    sum: AtomicU32,
    dropped: Arc<AtomicBool>,
    panics_in_drop: bool,
}

impl Adder {
    fn new(dropped: Arc<AtomicBool>, panics_in_drop: bool) -> Adder {
        Adder { sum: AtomicU32::new(0), dropped, panics_in_drop }
    }
}

com_class! { class Adder: IDerived, ISecond; panic = Status::WBEM_E_PROVIDER_FAILURE; }

impl IBase_Impl for Adder {
    unsafe fn One(&self) -> u32 {
        1
    }
}

impl IDerived_Impl for Adder {
    unsafe fn Add(&self, by: u32) -> u32 {
        self.sum.fetch_add(by, Ordering::Relaxed) + by
    }

    unsafe fn Panic(&self, really: i32) -> Status {
        assert!(really == 0, "told to");
        Status::WBEM_S_FALSE
    }
}

impl ISecond_Impl for Adder {
    unsafe fn Sum(&self) -> u32 {
        self.sum.load(Ordering::Relaxed)
    }
}

impl Drop for Adder {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Relaxed);
        assert!(!self.panics_in_drop, "told to");
    }
}

struct Other<P: Send + Sync + 'static>(P);

com_class! { impl<P: Number> class Other<P>: ISecond; }

trait Number: Send + Sync + 'static {
    fn number(&self) -> u32;
}

impl Number for u32 {
    fn number(&self) -> u32 {
        *self
    }
}

impl<P: Number> ISecond_Impl for Other<P> {
    unsafe fn Sum(&self) -> u32 {
        self.0.number()
    }
}

fn adder() -> (ComPtr<IDerived>, Arc<AtomicBool>) {
    let dropped = Arc::new(AtomicBool::new(false));
    (ComPtr::new(Adder::new(dropped.clone(), false)), dropped)
}

/// QueryInterface by hand: its status and what it stored.
fn query(object: &IUnknown, iid: Guid) -> (Status, *mut c_void) {
    let mut found = std::ptr::dangling_mut();
    // SAFETY: both pointers are valid.
    let status = unsafe { object.QueryInterface(&raw const iid, &raw mut found) };
    (status, found)
}

#[test]
fn references_are_counted() {
    let (first, dropped) = adder();
    let second = first.clone();
    // SAFETY: the pair is balanced.
    let counts = unsafe { (first.AddRef(), first.Release()) };
    assert_eq!(counts, (3, 2));
    drop(first);
    assert!(!dropped.load(Ordering::Relaxed));
    let raw = second.into_raw();
    // SAFETY: the last reference, taken out above.
    assert_eq!(unsafe { (*raw).Release() }, 0);
    assert!(dropped.load(Ordering::Relaxed));
}

#[test]
fn identity_and_symmetry() {
    let (derived, dropped) = adder();
    let second: ComPtr<ISecond> = derived.cast().unwrap();
    let base: ComPtr<IBase> = second.cast().unwrap();
    assert_ne!(second.as_raw().cast::<c_void>(), derived.as_raw().cast());
    assert_eq!(base.as_raw().cast::<c_void>(), derived.as_raw().cast());
    let mut identities = Vec::new();
    for object in [derived.as_unknown(), second.as_unknown(), base.as_unknown()] {
        for iid in [IDerived::IID, ISecond::IID, IBase::IID, IUnknown::IID] {
            let (status, found) = query(object, iid);
            assert_eq!(status, Status::WBEM_S_NO_ERROR);
            // SAFETY: QueryInterface gave a reference.
            let found = unsafe { ComPtr::<IUnknown>::from_raw(found.cast()) }.unwrap();
            identities.push(found.cast::<IUnknown>().unwrap().as_raw());
        }
    }
    assert!(identities.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(derived.is_same_object(&second));
    assert!(!derived.is_same_object(&adder().0));
    // SAFETY: the calls take no pointers.
    unsafe {
        assert_eq!(derived.Add(5), 5);
        assert_eq!((second.Sum(), base.One(), derived.One()), (5, 1, 1));
    }
    drop((derived, second));
    assert!(!dropped.load(Ordering::Relaxed));
    drop(base);
    assert!(dropped.load(Ordering::Relaxed));
}

#[test]
fn unknown_interfaces_and_null_pointers() {
    let (derived, _) = adder();
    assert_eq!(query(&derived, IWbemRefresher::IID), (Status::E_NOINTERFACE, std::ptr::null_mut()));
    assert_eq!(derived.cast::<IWbemRefresher>().err(), Some(Status::E_NOINTERFACE));
    let iid = IUnknown::IID;
    // SAFETY: NULL is allowed and refused.
    let status = unsafe { derived.QueryInterface(&raw const iid, std::ptr::null_mut()) };
    assert_eq!(status, Status::E_POINTER);
    let mut found = std::ptr::dangling_mut();
    // SAFETY: NULL is allowed and refused.
    let status = unsafe { derived.QueryInterface(std::ptr::null(), &raw mut found) };
    assert_eq!((status, found), (Status::E_POINTER, std::ptr::null_mut()));
    // SAFETY: NULL is nobody's reference.
    assert!(unsafe { ComPtr::<IUnknown>::from_raw(std::ptr::null_mut()) }.is_none());
}

#[test]
fn a_panic_is_a_status_and_the_object_lives() {
    let (derived, dropped) = adder();
    // SAFETY: the calls take no pointers.
    unsafe {
        assert_eq!(derived.Panic(1), Status::WBEM_E_PROVIDER_FAILURE);
        assert_eq!(derived.Panic(0), Status::WBEM_S_FALSE);
        assert_eq!(derived.Add(2), 2);
    }
    drop(derived);
    assert!(dropped.load(Ordering::Relaxed));
}

#[test]
fn a_panic_in_drop_stays_inside() {
    let dropped = Arc::new(AtomicBool::new(false));
    let bomb = Adder::new(dropped.clone(), true);
    let object: ComPtr<IDerived> = ComPtr::new(bomb);
    drop(object);
    assert!(dropped.load(Ordering::Relaxed));
    // The value's other fields were dropped all the same.
    assert_eq!(Arc::strong_count(&dropped), 1);
}

#[test]
fn only_the_same_rust_type_is_recognised() {
    let (derived, _) = adder();
    // SAFETY: no pointers.
    unsafe { derived.Add(7) };
    assert_eq!(downcast::<Adder>(&derived).unwrap().sum.load(Ordering::Relaxed), 7);
    let second: ComPtr<ISecond> = derived.cast().unwrap();
    assert!(downcast::<Adder>(&second).is_some());
    assert!(downcast::<Other<u32>>(&derived).is_none());
    let other: ComPtr<ISecond> = ComPtr::new(Other(9u32));
    assert_eq!(downcast::<Other<u32>>(&other).unwrap().0, 9);
    // SAFETY: no pointers; the last reference check balances.
    unsafe { assert_eq!((other.Sum(), other.AddRef(), other.Release()), (9, 2, 1)) };
}

/// A stranger's object that never says no: it answers what it is asked for with
/// itself or, if there is one, passes the question on to `inner`.
#[repr(C)]
struct Obliging {
    vtbl: *const IUnknownVtbl,
    count: AtomicU32,
    inner: Option<ComPtr<IUnknown>>,
}

impl Obliging {
    const VTBL: &'static IUnknownVtbl = &IUnknownVtbl {
        QueryInterface: Self::query_interface,
        AddRef: Self::add_ref,
        Release: Self::release,
    };

    fn new(inner: Option<ComPtr<IUnknown>>) -> Obliging {
        Obliging { vtbl: Self::VTBL, count: AtomicU32::new(1), inner }
    }

    fn as_unknown(&self) -> &IUnknown {
        // SAFETY: it begins with a pointer to IUnknown's slots.
        unsafe { &*std::ptr::from_ref(self).cast() }
    }

    unsafe extern "system" fn query_interface(
        this: *mut c_void,
        iid: *const Guid,
        ppv: *mut *mut c_void,
    ) -> Status {
        // SAFETY: in the tests, objects live longer than their pointers.
        let object = unsafe { &*this.cast::<Obliging>() };
        if let Some(inner) = &object.inner {
            // SAFETY: the caller's pointers are passed on.
            return unsafe { inner.QueryInterface(iid, ppv) };
        }
        object.count.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the tests pass a valid slot.
        unsafe { ppv.write(this) };
        Status::WBEM_S_NO_ERROR
    }

    unsafe extern "system" fn add_ref(this: *mut c_void) -> u32 {
        // SAFETY: as above.
        unsafe { &*this.cast::<Obliging>() }.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    unsafe extern "system" fn release(this: *mut c_void) -> u32 {
        // SAFETY: as above.
        unsafe { &*this.cast::<Obliging>() }.count.fetch_sub(1, Ordering::Relaxed) - 1
    }
}

#[test]
fn a_stranger_is_no_object_of_ours_whatever_it_answers() {
    let itself = Obliging::new(None);
    assert!(downcast::<Adder>(itself.as_unknown()).is_none());
    assert_eq!(itself.count.load(Ordering::Relaxed), 1, "references");

    let (derived, _) = adder();
    let through = Obliging::new(Some(derived.cast().unwrap()));
    assert!(downcast::<Adder>(through.as_unknown()).is_none());
    drop(through);
    // SAFETY: no pointers; the pair is balanced.
    assert_eq!(unsafe { (derived.AddRef(), derived.Release()) }, (2, 1));
}

#[test]
fn success_without_a_pointer_is_an_error() {
    let none = ComPtr::<ISecond>::receive(Status::WBEM_E_PROVIDER_FAILURE, |_| Status::WBEM_S_NO_ERROR);
    assert_eq!(none.err(), Some(Status::WBEM_E_PROVIDER_FAILURE));
    let failed = ComPtr::<ISecond>::receive(Status::WBEM_E_FAILED, |_| Status::WBEM_E_NOT_FOUND);
    assert_eq!(failed.err(), Some(Status::WBEM_E_NOT_FOUND));
}

#[test]
fn pointers_cross_threads() {
    let (derived, dropped) = adder();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let mine = derived.clone();
            std::thread::spawn(move || {
                for _ in 0..1000 {
                    let again = mine.clone();
                    // SAFETY: no pointers; the class is Sync.
                    unsafe { again.Add(1) };
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    // SAFETY: no pointers.
    assert_eq!(unsafe { derived.Add(0) }, 4000);
    drop(derived);
    assert!(dropped.load(Ordering::Relaxed));
}
