//! Sinks that remember what is told to them, in order: [`SinkRecord`] of a
//! query, [`InitReports`] of an initialisation.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hiperf_cim::Status;

use crate::param::slice;
use crate::{
    ComPtr, IWbemClassObject, IWbemObjectSink, IWbemObjectSink_Impl, IWbemProviderInitSink,
    IWbemProviderInitSink_Impl, RawBstr, com_class,
};

/// More objects in one Indicate than this are a garbage count.
const MAX_BATCH: u32 = 1 << 22;

/// What was told to a sink.
#[derive(Clone, Debug)]
pub enum Event {
    /// Indicate; a NULL in the array is `None`.
    Objects(Vec<Option<ComPtr<IWbemClassObject>>>),
    /// Indicate with a count or an array that can't be.
    Garbage(i32),
    /// SetStatus: its flags and the result.
    Status(i32, Status),
    /// The last reference to the sink was released.
    Released,
}

#[derive(Debug)]
struct Log<T> {
    events: Mutex<Vec<T>>,
    changed: Condvar,
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        Log { events: Mutex::default(), changed: Condvar::new() }
    }
}

impl<T: Clone> Log<T> {
    fn events(&self) -> MutexGuard<'_, Vec<T>> {
        // Every change is one push.
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: T) {
        self.events().push(event);
        self.changed.notify_all();
    }

    /// Waits until an event is the awaited one, at most `limit`.
    fn wait(&self, limit: Duration, is_awaited: impl Fn(&T) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        let mut events = self.events();
        while !events.iter().any(&is_awaited) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            events = self.changed.wait_timeout(events, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// What a query told its sink.
#[derive(Clone, Debug, Default)]
pub struct SinkRecord(Arc<Log<Event>>);

impl SinkRecord {
    /// A new sink that writes to this record.
    #[must_use]
    pub fn sink(&self) -> ComPtr<IWbemObjectSink> {
        ComPtr::new(RecordingSink(self.0.clone()))
    }

    /// What was told so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.0.events().clone()
    }

    /// Waits until the sink is released, at most `limit`; says whether it was.
    #[must_use]
    pub fn wait_for_release(&self, limit: Duration) -> bool {
        self.0.wait(limit, |event| matches!(event, Event::Released))
    }
}

struct RecordingSink(Arc<Log<Event>>);

com_class! { class RecordingSink: IWbemObjectSink; }

impl IWbemObjectSink_Impl for RecordingSink {
    unsafe fn Indicate(&self, lObjectCount: i32, apObjArray: *const *mut IWbemClassObject) -> Status {
        let count = u32::try_from(lObjectCount).ok().filter(|count| *count <= MAX_BATCH);
        // SAFETY: NULL or an array of that many pointers.
        let pointers = count.and_then(|count| unsafe { slice(apObjArray, count) }.ok());
        let Some(pointers) = pointers else {
            self.0.push(Event::Garbage(lObjectCount));
            return Status::WBEM_E_INVALID_PARAMETER;
        };
        // SAFETY: NULL or objects that the caller lends for the call.
        let objects = pointers.iter().map(|pointer| unsafe { ComPtr::from_borrowed(*pointer) }).collect();
        self.0.push(Event::Objects(objects));
        Status::WBEM_S_NO_ERROR
    }

    unsafe fn SetStatus(&self, flags: i32, result: Status, _: RawBstr, _: *mut IWbemClassObject) -> Status {
        self.0.push(Event::Status(flags, result));
        Status::WBEM_S_NO_ERROR
    }
}

impl Drop for RecordingSink {
    fn drop(&mut self) {
        self.0.push(Event::Released);
    }
}

/// What an initialisation reported: each status, and `None` for the release of
/// the sink.
#[derive(Clone, Debug, Default)]
pub struct InitReports(Arc<Log<Option<Status>>>);

impl InitReports {
    /// A new sink that writes here.
    #[must_use]
    pub fn sink(&self) -> ComPtr<IWbemProviderInitSink> {
        ComPtr::new(InitRecordingSink(self.0.clone()))
    }

    /// The statuses reported so far.
    #[must_use]
    pub fn statuses(&self) -> Vec<Status> {
        self.0.events().iter().copied().flatten().collect()
    }

    /// Waits for the first report or for the release of the sink, at most
    /// `limit`.
    #[must_use]
    pub fn wait(&self, limit: Duration) -> bool {
        self.0.wait(limit, |_| true)
    }

    /// Waits for the release of the sink, at most `limit`; says whether it was.
    #[must_use]
    pub fn wait_for_release(&self, limit: Duration) -> bool {
        self.0.wait(limit, Option::is_none)
    }
}

struct InitRecordingSink(Arc<Log<Option<Status>>>);

com_class! { class InitRecordingSink: IWbemProviderInitSink; }

impl IWbemProviderInitSink_Impl for InitRecordingSink {
    unsafe fn SetStatus(&self, status: Status, _: i32) -> Status {
        self.0.push(Some(status));
        Status::WBEM_S_NO_ERROR
    }
}

impl Drop for InitRecordingSink {
    fn drop(&mut self) {
        self.0.push(None);
    }
}
