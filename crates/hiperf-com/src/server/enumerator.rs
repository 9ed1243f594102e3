//! `IEnumWbemClassObject` over objects that are all there.
//!
//! A forward-only enumerator gives its objects away as it goes; the other kind
//! keeps them for Reset and Clone. Nothing is ever waited for, so time-outs
//! don't come into it. Delivery to a sink answers `WBEM_E_NOT_SUPPORTED`.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hiperf_cim::Status;

use crate::object::Object;
use crate::param::{OutPtr, store};
use crate::{
    ComPtr, IEnumWbemClassObject, IEnumWbemClassObject_Impl, IWbemClassObject, IWbemObjectSink, answer,
    com_class,
};

/// The enumerator of these objects, in this order.
#[must_use]
pub fn enumerator(objects: Vec<Object>, forward_only: bool) -> ComPtr<IEnumWbemClassObject> {
    let state = if forward_only {
        State::ForwardOnly(objects.into())
    } else {
        State::Restartable { objects, next: 0 }
    };
    ComPtr::new(Enumerator(Mutex::new(state)))
}

struct Enumerator(Mutex<State>);

enum State {
    ForwardOnly(VecDeque<Object>),
    Restartable { objects: Vec<Object>, next: usize },
}

impl State {
    fn next(&mut self) -> Option<Object> {
        match self {
            State::ForwardOnly(remaining) => remaining.pop_front(),
            State::Restartable { objects, next } => {
                let object = objects.get(*next)?.clone();
                *next += 1;
                Some(object)
            }
        }
    }
}

com_class! { class Enumerator: IEnumWbemClassObject; }

impl Enumerator {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IEnumWbemClassObject_Impl for Enumerator {
    unsafe fn Reset(&self) -> Status {
        match &mut *self.state() {
            State::ForwardOnly(_) => Status::WBEM_E_INVALID_OPERATION,
            State::Restartable { next, .. } => {
                *next = 0;
                Status::WBEM_S_NO_ERROR
            }
        }
    }

    unsafe fn Next(
        &self,
        _: i32,
        count: u32,
        objects: *mut *mut IWbemClassObject,
        returned: *mut u32,
    ) -> Status {
        answer(|| {
            if returned.is_null() || (objects.is_null() && count != 0) {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable by the caller's promise.
            unsafe { store(returned, 0) };
            let mut state = self.state();
            for index in 0..count {
                let Some(object) = state.next() else { return Ok(Status::WBEM_S_FALSE) };
                let object: ComPtr<IWbemClassObject> = object.access().cast()?;
                // SAFETY: the array has room for `count` pointers.
                let slot = unsafe { objects.add(index as usize) };
                // SAFETY: as above; the reference becomes the caller's.
                unsafe { slot.write(object.into_raw()) };
                // SAFETY: as for the first store.
                unsafe { store(returned, index + 1) };
            }
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn NextAsync(&self, _: u32, _: *mut IWbemObjectSink) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn Clone(&self, copy: *mut *mut IEnumWbemClassObject) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(copy) }?;
            let State::Restartable { objects, next } = &*self.state() else {
                return Err(Status::WBEM_E_INVALID_OPERATION);
            };
            let state = State::Restartable { objects: objects.clone(), next: *next };
            out.set(ComPtr::new(Enumerator(Mutex::new(state))));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Skip(&self, _: i32, count: u32) -> Status {
        let mut state = self.state();
        let skipped = (0..count).take_while(|_| state.next().is_some()).count();
        if skipped == count as usize { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_FALSE }
    }
}
