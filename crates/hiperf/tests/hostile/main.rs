//! Providers that panic, fail, lie and hang: each gets its documented status,
//! the engine works on, and nothing of it stays behind.
//!
//! The tests take turns, because each counts the COM objects of the process.

#[path = "../support/hooks.rs"]
mod hooks;
#[path = "../support/names.rs"]
mod names;

mod liars;
mod objects;
mod panics;
mod sys;

use std::sync::{Mutex, MutexGuard, PoisonError};

use hiperf::{Namespace, Query, Refreshed, Refresher, Result, Status, Value};
use hiperf_com::live_objects;

use hooks::{Hooks, serve};

static TURN: Mutex<()> = Mutex::new(());

/// A test's turn, at whose end there are as many objects as before.
pub struct Turn {
    before: usize,
    _turn: MutexGuard<'static, ()>,
}

impl Turn {
    /// Waits for it.
    pub fn take() -> Turn {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Turn { before: live_objects(), _turn: turn }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(live_objects(), self.before, "COM objects stayed behind");
        }
    }
}

/// A failure with this status whose message has all of these in it.
#[track_caller]
pub fn check_error<T>(result: Result<T>, status: Status, says: &[&str]) {
    let Err(error) = result else { panic!("it succeeded") };
    assert_eq!(error.status(), status, "{error}");
    for part in says {
        assert!(error.message().contains(part), "{part:?} is not in {error}");
    }
}

/// All instances of a class.
pub fn query(namespace: &Namespace, class: &str) -> Result<Vec<hiperf_cim::Instance>> {
    namespace.query(&Query::new(namespace, &format!("SELECT * FROM {class}"))?)
}

/// The engine works: a well-behaved provider, loaded now, is refreshed.
#[track_caller]
pub fn check_engine(name: &str) {
    let (namespace, class) = serve(&format!("Good{name}"), Hooks::default());
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"a\"")).unwrap();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(1));
    assert_eq!(refresher.instances(list).unwrap().len(), 2);
    assert_eq!(query(&namespace, &class).unwrap().len(), 2);
}
