//! [`ForeignRefresher`]: a refresher that the provider has not made.
//!
//! A provider in C goes from the pointer to its own structure by a cast, and
//! then to what that structure points to. Behind this one there is nothing of
//! that kind, but words that lead nowhere, and that tell afterwards whether
//! somebody wrote to them.

use std::sync::atomic::{AtomicU64, Ordering};

use hiperf_cim::Status;

use crate::class::downcast;
use crate::{ComPtr, IWbemRefresher, IWbemRefresher_Impl, com_class};

/// No address of any program on 64-bit machines.
const NOWHERE: u64 = 0x5A5A_5A5A_5A5A_5A5A;
/// More than a provider's structure has, up to what it looks at first.
const WORDS: usize = 128;

struct Foreign {
    behind: [AtomicU64; WORDS],
}

com_class! { class Foreign: IWbemRefresher; }

impl IWbemRefresher_Impl for Foreign {
    unsafe fn Refresh(&self, _: i32) -> Status {
        Status::WBEM_S_NO_ERROR
    }
}

/// A refresher of somebody else's making.
#[derive(Debug)]
pub struct ForeignRefresher(ComPtr<IWbemRefresher>);

impl ForeignRefresher {
    /// A new one.
    #[must_use]
    pub fn new() -> ForeignRefresher {
        ForeignRefresher(ComPtr::new(Foreign { behind: [const { AtomicU64::new(NOWHERE) }; WORDS] }))
    }

    /// What the provider is given.
    #[must_use]
    pub fn pointer(&self) -> &ComPtr<IWbemRefresher> {
        &self.0
    }

    /// Whether nobody has written to it.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        downcast::<Foreign>(self.0.as_unknown())
            .is_some_and(|own| own.behind.iter().all(|word| word.load(Ordering::Relaxed) == NOWHERE))
    }
}

impl Default for ForeignRefresher {
    fn default() -> ForeignRefresher {
        ForeignRefresher::new()
    }
}
