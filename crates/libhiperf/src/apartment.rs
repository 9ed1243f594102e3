//! Who uses the library: the pairs of CoInitializeEx and CoUninitialize.
//!
//! Every thread is in the one multithreaded apartment, so nothing is marshalled
//! and the pairs only say when the library is in use. When the last one in the
//! process is closed, the libraries that serve no object any more are unloaded.
//! Nothing else is cached: class objects are made when asked for, and providers
//! belong to the namespaces and refreshers that use them.

use std::cell::Cell;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use hiperf_cim::Status;
use hiperf_com::registry;

/// `COINIT_APARTMENTTHREADED`, `COINIT_DISABLE_OLE1DDE` and
/// `COINIT_SPEED_OVER_MEMORY`: asked for by clients, without a meaning here.
const KNOWN_FLAGS: u32 = 0x2 | 0x4 | 0x8;

/// Pairs that are open in this process.
static OPEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Pairs that are open in this thread.
    static OPEN_HERE: Cell<usize> = const { Cell::new(0) };
}

/// Makes the classes that the library contains available. What a client
/// registers in the place of one comes later and stays.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        engine::register();
        #[cfg(feature = "linux")]
        hiperf_linux::register();
    });
}

/// CoInitializeEx: opens a pair in this thread.
pub(crate) fn enter(flags: u32) -> Status {
    if flags & !KNOWN_FLAGS != 0 {
        return Status::E_INVALIDARG;
    }
    prepare();
    OPEN.fetch_add(1, Ordering::AcqRel);
    let here = OPEN_HERE.get();
    OPEN_HERE.set(here + 1);
    if here == 0 { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_FALSE }
}

/// CoUninitialize: closes a pair of this thread; without one it does nothing.
pub(crate) fn leave() {
    let here = OPEN_HERE.get();
    if here == 0 {
        return;
    }
    OPEN_HERE.set(here - 1);
    if OPEN.fetch_sub(1, Ordering::AcqRel) == 1 {
        // The first call marks what is idle. No thread can still be on its way
        // out of a library, as none uses any, so the second may follow at once:
        // it keeps what a thread that enters meanwhile asks for.
        registry::unload_if_idle();
        registry::unload_if_idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Status = Status::WBEM_S_NO_ERROR;
    const AGAIN: Status = Status::WBEM_S_FALSE;

    #[test]
    fn each_thread_has_its_pairs() {
        leave(); // without a pair, nothing happens
        assert_eq!([enter(0), enter(2), enter(8)], [FIRST, AGAIN, AGAIN]);
        let elsewhere = std::thread::spawn(|| {
            leave(); // the other thread's pairs are not this one's
            let entered = [enter(0), enter(0)];
            leave();
            leave();
            entered
        });
        assert_eq!(elsewhere.join().unwrap(), [FIRST, AGAIN]);
        assert_eq!(enter(0x100), Status::E_INVALIDARG);
        for _ in 0..3 {
            leave();
        }
        assert_eq!(enter(0), FIRST);
        leave();
        assert!(hiperf_com::registry::is_registered(hiperf_com::clsid::WBEM_LOCATOR));
    }
}
