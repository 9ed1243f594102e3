//! What a provider in C can do that the safe traits don't let one do.

mod stranger;

use std::ptr::{null, null_mut};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{ClassObject, ObjectSink, Services};
use hiperf_com::{
    ComPtr, IWbemClassObject, IWbemContext, IWbemHiPerfEnum, IWbemHiPerfProvider, IWbemHiPerfProvider_Impl,
    IWbemObjectAccess, IWbemObjectSink, IWbemProviderInit, IWbemProviderInit_Impl, IWbemProviderInitSink,
    IWbemRefresher, IWbemRefresher_Impl, IWbemServices, Status, com_class, factory,
};

pub use stranger::Stranger;

use crate::hooks::spawn;

const OK: Status = Status::WBEM_S_NO_ERROR;

/// What a [`Liar`] does in Initialize.
#[derive(Clone, Copy)]
pub enum Initialize {
    Succeed,
    /// It says that it succeeded, but not to the sink.
    SayNothing,
    /// It reports from a thread, after it returned.
    Later,
    /// It gives the sink to a thread, which releases it and reports nothing.
    Abandon,
    Panic,
}

/// What a [`Liar`]'s refresher is.
#[derive(Clone, Copy)]
pub enum Refreshes {
    /// There is none, though it says so.
    Nothing,
    /// It answers every Refresh with this.
    Answering(Status),
}

struct RawRefresher(Status);

com_class! { class RawRefresher: IWbemRefresher; }

impl IWbemRefresher_Impl for RawRefresher {
    unsafe fn Refresh(&self, _: i32) -> Status {
        self.0
    }
}

/// What a [`Liar`] does in QueryInstances.
#[derive(Clone, Copy)]
pub enum Query {
    /// One good object, then a failure to the sink and success to the caller.
    FailLate,
    /// It reports from a thread, after it returned.
    Later,
    /// It gives the sink to a thread, which releases it and reports nothing.
    Abandon,
    /// Counts and pointers that are none.
    Garbage,
}

/// A provider that claims success and returns nothing.
pub struct Liar {
    initialize: Initialize,
    query: Query,
    refreshes: Refreshes,
    /// Its threads wait for this before they do anything.
    start: Arc<Mutex<Receiver<()>>>,
    threads: Threads,
}

/// Threads to wait for.
pub type Threads = Arc<Mutex<Vec<JoinHandle<()>>>>;

com_class! { class Liar: IWbemProviderInit, IWbemHiPerfProvider; }

impl Liar {
    /// The class of a liar like this, and the threads it will have started.
    pub fn factory(
        initialize: Initialize,
        query: Query,
        refreshes: Refreshes,
        start: Receiver<()>,
    ) -> (Arc<dyn factory::Factory>, Threads) {
        let (threads, start) = (Threads::default(), Arc::new(Mutex::new(start)));
        let shared = threads.clone();
        let make = move || {
            let (start, threads) = (start.clone(), shared.clone());
            Liar { initialize, query, refreshes, start, threads }
        };
        (factory::factory_of(make), threads)
    }

    fn later(&self, work: impl FnOnce() + Send + 'static) {
        let start = self.start.clone();
        let thread = std::thread::spawn(move || {
            start.lock().unwrap().recv().unwrap();
            work();
        });
        self.threads.lock().unwrap().push(thread);
    }
}

impl IWbemProviderInit_Impl for Liar {
    unsafe fn Initialize(
        &self,
        _: *const u16,
        _: i32,
        _: *const u16,
        _: *const u16,
        _: *mut IWbemServices,
        _: *mut IWbemContext,
        sink: *mut IWbemProviderInitSink,
    ) -> Status {
        // SAFETY: a sink lent for the call.
        let sink = unsafe { ComPtr::from_borrowed(sink) }.unwrap();
        match self.initialize {
            Initialize::SayNothing => {}
            Initialize::Panic => panic!("as tested"),
            Initialize::Abandon => self.later(move || drop(sink)),
            // SAFETY: no pointers.
            Initialize::Succeed => _ = unsafe { sink.SetStatus(OK, 0) },
            Initialize::Later => self.later(move || {
                // SAFETY: no pointers.
                let _ = unsafe { sink.SetStatus(OK, 0) };
            }),
        }
        OK
    }
}

impl IWbemHiPerfProvider_Impl for Liar {
    unsafe fn QueryInstances(
        &self,
        services: *mut IWbemServices,
        class: *const u16,
        _: i32,
        _: *mut IWbemContext,
        sink: *mut IWbemObjectSink,
    ) -> Status {
        // SAFETY: lent for the call, and a string.
        let (services, sink, class) = unsafe {
            let class = hiperf_com::wide::require_wide(class, 256).unwrap();
            (ComPtr::from_borrowed(services).unwrap(), ComPtr::from_borrowed(sink).unwrap(), class)
        };
        let class = Services::new(services).get_object(&class).unwrap();
        let object = |class: &ClassObject| spawn(class, "a").unwrap();
        match self.query {
            Query::FailLate => {
                let sink = ObjectSink::new(sink);
                sink.indicate(&object(&class)).unwrap();
                sink.set_status(Status::WBEM_E_ACCESS_DENIED, Some("not for you"));
            }
            Query::Later => self.later(move || {
                let sink = ObjectSink::new(sink);
                sink.indicate(&object(&class)).unwrap();
                sink.set_status(OK, None);
            }),
            Query::Abandon => self.later(move || drop(sink)),
            Query::Garbage => {
                let null = null_mut();
                let good: *mut IWbemClassObject = object(&class).into_com().into_raw().cast();
                let invalid = Status::WBEM_E_INVALID_PARAMETER;
                // SAFETY: arrays of as many pointers as the count says, or NULL.
                unsafe {
                    assert_eq!(sink.Indicate(-1, [good].as_ptr()), invalid);
                    assert_eq!(sink.Indicate(i32::MAX, [good].as_ptr()), invalid);
                    assert_eq!(sink.Indicate(2, [good, null].as_ptr()), invalid);
                    assert_eq!(sink.Indicate(1, std::ptr::null()), invalid);
                    assert_eq!(sink.Indicate(0, std::ptr::null()), OK);
                    assert_eq!(sink.Indicate(1, [good].as_ptr()), OK);
                    // Progress is not the end; what comes after the end is ignored.
                    assert_eq!(sink.SetStatus(2, Status::WBEM_E_FAILED, null_mut(), null), OK);
                    assert_eq!(sink.SetStatus(0, Status::WBEM_S_PARTIAL_RESULTS, null_mut(), null), OK);
                    assert_eq!(sink.Indicate(1, [good].as_ptr()), OK);
                    assert_eq!(sink.SetStatus(0, Status::WBEM_E_FAILED, null_mut(), null), OK);
                    drop(ComPtr::from_raw(good));
                }
            }
        }
        OK
    }

    unsafe fn CreateRefresher(&self, _: *mut IWbemServices, _: i32, out: *mut *mut IWbemRefresher) -> Status {
        if let Refreshes::Answering(status) = self.refreshes {
            let refresher: ComPtr<IWbemRefresher> = ComPtr::new(RawRefresher(status));
            // SAFETY: writable; the reference becomes the caller's.
            unsafe { out.write(refresher.into_raw()) };
        }
        OK
    }

    unsafe fn CreateRefreshableObject(
        &self,
        _: *mut IWbemServices,
        _: *mut IWbemObjectAccess,
        _: *mut IWbemRefresher,
        _: i32,
        _: *mut IWbemContext,
        _: *mut *mut IWbemObjectAccess,
        _: *mut i32,
    ) -> Status {
        OK
    }

    unsafe fn StopRefreshing(&self, _: *mut IWbemRefresher, _: i32, _: i32) -> Status {
        OK
    }

    unsafe fn CreateRefreshableEnum(
        &self,
        _: *mut IWbemServices,
        _: *const u16,
        _: *mut IWbemRefresher,
        _: i32,
        _: *mut IWbemContext,
        _: *mut IWbemHiPerfEnum,
        _: *mut i32,
    ) -> Status {
        OK
    }

    unsafe fn GetObjects(
        &self,
        _: *mut IWbemServices,
        _: i32,
        _: *const *mut IWbemObjectAccess,
        _: i32,
        _: *mut IWbemContext,
    ) -> Status {
        OK
    }
}

/// Misuses an enumerator as a provider may; the statuses.
pub fn misuse(list: &HiPerfEnum, good: &ObjectAccess) -> Vec<Status> {
    let list = list.as_com();
    let (good, stranger) = (good.as_com().as_raw(), Stranger::create());
    let stranger = stranger.as_com().as_raw();
    let ids = [7, 8];
    // SAFETY: arrays of as many elements as the count says, NULL, or a count
    // beyond every limit, with which nothing is read.
    unsafe {
        vec![
            list.AddObjects(0, 2, [7, 7].as_ptr(), [good, good].as_ptr()),
            list.AddObjects(0, 2, ids.as_ptr(), [good, null_mut()].as_ptr()),
            list.AddObjects(0, 2, ids.as_ptr(), [good, stranger].as_ptr()),
            list.AddObjects(0, 1, null(), [good].as_ptr()),
            list.AddObjects(0, 1, ids.as_ptr(), null()),
            list.AddObjects(0, u32::MAX, ids.as_ptr(), [good].as_ptr()),
            list.AddObjects(1, 1, ids.as_ptr(), [good].as_ptr()),
            list.AddObjects(0, 0, null(), null()),
            list.RemoveObjects(0, 1, ids.as_ptr()),
            list.RemoveObjects(0, u32::MAX, ids.as_ptr()),
            list.RemoveObjects(0, 1, null()),
            list.RemoveAll(5),
        ]
    }
}
