//! [`ObjectSink`], through which a provider delivers, and [`CollectingSink`],
//! which takes what it delivers.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hiperf_cim::{Error, Result, Status};

use crate::access::ObjectAccess;
use crate::param::slice;
use crate::wide::{WBEM_MAX_QUERY, read_wide};
use crate::{
    Bstr, ComPtr, IWbemClassObject, IWbemObjectSink, IWbemObjectSink_Impl, RawBstr, answer, com_class,
};

/// `WBEM_STATUS_COMPLETE`: the call is over.
const COMPLETE: i32 = 0;
/// More objects in one Indicate than this are a garbage count: the largest
/// process table that Linux allows has 2^22 entries.
const MAX_BATCH: i32 = 1 << 22;
/// More objects than this in one call, in however many pieces, will not end.
const MAX_OBJECTS: usize = 4 << 22;

/// An owned reference to anyone's sink.
#[derive(Debug)]
pub struct ObjectSink(ComPtr<IWbemObjectSink>);

impl ObjectSink {
    /// Wraps an interface pointer.
    #[must_use]
    pub fn new(sink: ComPtr<IWbemObjectSink>) -> ObjectSink {
        ObjectSink(sink)
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemObjectSink> {
        &self.0
    }

    /// Delivers one instance.
    ///
    /// # Errors
    /// The sink's own; `WBEM_E_CALL_CANCELLED` when nobody wants more.
    pub fn indicate(&self, object: &ObjectAccess) -> Result<()> {
        self.indicate_all(std::slice::from_ref(object))
    }

    /// Delivers several instances in one call.
    ///
    /// # Errors
    /// As [`ObjectSink::indicate`].
    pub fn indicate_all(&self, objects: &[ObjectAccess]) -> Result<()> {
        let count = i32::try_from(objects.len()).map_err(|_| Status::WBEM_E_INVALID_PARAMETER)?;
        // An IWbemObjectAccess is an IWbemClassObject.
        let array = ObjectAccess::as_array(objects).cast();
        // SAFETY: an array of that many pointers, which lives during the call.
        let status = unsafe { self.0.Indicate(count, array) };
        if status.is_error() {
            Err(Error::from(status).context("delivering objects to a sink"))
        } else {
            Ok(())
        }
    }

    /// Reports the end of the call: once, and last, which is why it takes
    /// the sink. `message` is for people.
    pub fn set_status(self, status: Status, message: Option<&str>) {
        let message = message.map_or(Bstr::null(), Bstr::new);
        // What the sink answers changes nothing: the call is over.
        // SAFETY: the message lives during the call; there is no error object.
        let _ = unsafe { self.0.SetStatus(COMPLETE, status, message.as_raw(), std::ptr::null_mut()) };
    }
}

/// What a call delivered.
#[derive(Debug)]
pub struct Collected {
    /// The objects in the order of their delivery.
    pub objects: Vec<ComPtr<IWbemClassObject>>,
    /// A success status: `WBEM_S_PARTIAL_RESULTS` or `WBEM_S_ACCESS_DENIED`
    /// when not everything could be delivered.
    pub status: Status,
}

/// A sink that keeps what it gets until the call is over.
pub struct CollectingSink(Arc<Delivery>);

com_class! { class CollectingSink: IWbemObjectSink; }

/// What came so far; it outlives the sink.
#[derive(Default)]
struct Delivery {
    state: Mutex<State>,
    finished: Condvar,
}

#[derive(Default)]
struct State {
    objects: Vec<ComPtr<IWbemClassObject>>,
    end: Option<End>,
}

/// The first of them counts. What comes later is ignored.
enum End {
    /// The final status and its message.
    Reported(Status, Option<String>),
    /// The sink is gone, or nobody waits any more: the call's own status holds.
    Silent,
}

impl CollectingSink {
    /// Makes a call that delivers to a sink, and waits until it is over, at
    /// most `limit` after the call itself returned. The status given to the
    /// sink wins over the one that the call returned. `doing` begins the error.
    ///
    /// # Errors
    /// The call's own; `WBEM_E_PROVIDER_TIMED_OUT` when it doesn't end.
    pub fn collect(
        doing: &str,
        limit: Duration,
        call: impl FnOnce(&ComPtr<IWbemObjectSink>) -> Status,
    ) -> Result<Collected> {
        let delivery = Arc::new(Delivery::default());
        let sink: ComPtr<IWbemObjectSink> = ComPtr::new(CollectingSink(delivery.clone()));
        crate::error_info::forget();
        let returned = call(&sink);
        // From here on the sink lives as long as the other side wants it to.
        drop(sink);
        if returned.is_error() {
            delivery.end(End::Silent);
        }
        delivery.wait(doing, limit, returned)
    }
}

impl Delivery {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is one step, so a panic leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, end: End) {
        let mut state = self.state();
        if state.end.is_none() {
            state.end = Some(end);
            self.finished.notify_all();
        }
    }

    fn wait(&self, doing: &str, limit: Duration, returned: Status) -> Result<Collected> {
        let deadline = Instant::now() + limit;
        let mut state = self.state();
        while state.end.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.end = Some(End::Silent);
                let unwanted = std::mem::take(&mut state.objects);
                drop(state);
                drop(unwanted);
                let message = format!("{doing}: it did not finish within {limit:?} and was given up");
                return Err(Error::new(Status::WBEM_E_PROVIDER_TIMED_OUT, message));
            }
            state = self.finished.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let objects = std::mem::take(&mut state.objects);
        let (status, message) = match state.end.replace(End::Silent) {
            Some(End::Reported(status, message)) => (status, message),
            Some(End::Silent) | None => (returned, None),
        };
        drop(state);
        match (status.is_error(), message) {
            (false, _) => Ok(Collected { objects, status }),
            (true, Some(message)) => Err(Error::new(status, message)),
            (true, None) => Err(crate::error_info::take(status, doing)),
        }
    }
}

impl Drop for CollectingSink {
    fn drop(&mut self) {
        self.0.end(End::Silent);
    }
}

impl IWbemObjectSink_Impl for CollectingSink {
    unsafe fn Indicate(&self, lObjectCount: i32, apObjArray: *const *mut IWbemClassObject) -> Status {
        answer(|| {
            if !(0..=MAX_BATCH).contains(&lObjectCount) {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: NULL or an array of that many pointers.
            let pointers = unsafe { slice(apObjArray, lObjectCount.cast_unsigned()) }?;
            if pointers.iter().any(|pointer| pointer.is_null()) {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so objects that the caller lends for the call.
            let objects = pointers.iter().filter_map(|pointer| unsafe { ComPtr::from_borrowed(*pointer) });
            // AddRef is a stranger's code: it runs outside of the lock, as does Release below.
            let mut objects: Vec<_> = objects.collect();
            let mut state = self.0.state();
            if state.end.is_some() {
                drop(state);
                return Err(Status::WBEM_E_CALL_CANCELLED);
            }
            if objects.len() > MAX_OBJECTS - state.objects.len() {
                drop(state);
                let message = format!("more than {MAX_OBJECTS} objects were delivered");
                self.0.end(End::Reported(Status::WBEM_E_QUOTA_VIOLATION, Some(message)));
                return Err(Status::WBEM_E_QUOTA_VIOLATION);
            }
            state.objects.append(&mut objects);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn SetStatus(
        &self,
        lFlags: i32,
        hResult: Status,
        strParam: RawBstr,
        _: *mut IWbemClassObject,
    ) -> Status {
        if lFlags != COMPLETE {
            // Progress and the like are not the end.
            return Status::WBEM_S_NO_ERROR;
        }
        // SAFETY: NULL or a BSTR, which ends with a NUL. Text that is too long is left out.
        let message = unsafe { read_wide(strParam, WBEM_MAX_QUERY) }.unwrap_or_default();
        self.0.end(End::Reported(hResult, message));
        Status::WBEM_S_NO_ERROR
    }
}
