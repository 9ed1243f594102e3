//! A warm refresh of cooked instances allocates nothing, whatever their
//! counters do.

#[path = "../../../tests/rust/allocations.rs"]
mod counting;
#[path = "../benches/cooking/steady.rs"]
mod steady;

use counting::allocations;
use hiperf::{Reason, Refreshed, Refresher};

use steady::Kind;

const INSTANCES: usize = 1_000;
const COUNTERS: usize = 20;

const KIND: Kind = Kind {
    raw: "Test_PerfRawData_Allocations",
    formatted: "Test_PerfFormattedData_Allocations",
    counters: &[
        ("uint64", "PERF_COUNTER_BULK_COUNT"),
        ("uint32", "PERF_COUNTER_COUNTER"),
        ("uint64", "PERF_100NSEC_TIMER_INV"),
        ("uint64", "PERF_COUNTER_LARGE_RAWCOUNT"),
        ("uint32", "PERF_COUNTER_DELTA"),
        ("uint64", "PERF_AVERAGE_BULK"),
    ],
};

/// Counters that go on, wrap at 32 bits, are set back or not there now and then;
/// and some that stand still, so that a mean has no operations.
fn value(sample: u64, instance: usize, counter: usize) -> Option<u64> {
    match (sample + instance as u64 * 7 + counter as u64) % 11 {
        0 => None,
        6 => Some(1),
        2..=4 => Some(5_000),
        _ => Some(sample * 900_000_000 * (counter as u64 + 1)),
    }
}

#[test]
fn a_warm_refresh_of_cooked_instances_allocates_nothing() {
    let namespace = steady::namespace(&[KIND]).unwrap();
    let class = namespace.class(KIND.formatted).unwrap();
    for namespace in [namespace.clone(), namespace.precise()] {
        let mut refresher = Refresher::new();
        let list = refresher.add_enum(&namespace, KIND.formatted).unwrap();
        let mut refresh = || assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        assert!(allocations(&mut refresh) > 0, "the counter counts");
        // Until each instance had each kind of trouble, and so its first reason.
        (0..12).for_each(|_| refresh());
        assert_eq!(allocations(|| (0..30).for_each(|_| refresh())), 0);
        let rows = || refresher.instances(list).unwrap();
        assert_eq!(rows().len(), INSTANCES);
        let is = |reason: Reason, index: usize| rows().any(|row| row.why_at(index) == Some(reason));
        let of = |index: usize| class.index_of(&steady::counter(index)).unwrap();
        for (reason, counter) in [(Reason::Missing, 0), (Reason::Reset, 0), (Reason::NoOperations, 5)] {
            assert!(is(reason, of(counter)), "{reason} of counter {counter}");
        }
        assert!(rows().any(|row| !row.value(of(1)).is_null()), "some have values");
    }
}
