//! The server's side of what clients call: a namespace, the locator, the
//! results of a query and the client's refresher, each as a COM class over a
//! safe trait that the engine implements.
//!
//! These classes check and translate parameters; they decide nothing. Methods
//! that hiperf does not have yet answer `WBEM_E_NOT_SUPPORTED` and leave NULL
//! in their out parameters.

mod enumerator;
mod locator;
mod refresher;
mod services;

pub use enumerator::enumerator;
pub use locator::{Locator, LocatorObject};
pub use refresher::{ClientRefresher, RefresherObject};
pub use services::{NamespaceServices, ServicesObject};

/// The last error of this thread in words, for callers who get a status only.
pub mod last_error {
    use std::cell::RefCell;

    use hiperf_cim::{Error, Status};

    thread_local! {
        static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
    }

    /// Keeps the error's message and returns its status.
    pub fn keep(error: &Error) -> Status {
        // A thread that is ending has no one to read the message.
        let _ended = MESSAGE.try_with(|message| {
            let mut message = message.borrow_mut();
            message.clear();
            message.push_str(error.message());
        });
        error.status()
    }

    /// The message of the thread's last error; empty if there was none.
    #[must_use]
    pub fn message() -> String {
        MESSAGE.try_with(|message| message.borrow().clone()).unwrap_or_default()
    }
}
