//! A sample of the processes and their threads allocates nothing once it is warm: neither of those
//! that stay nor, when others come and go, of as many as before.

#[path = "processes/children.rs"]
#[allow(dead_code)]
mod children;
mod counting;
#[path = "processes/namespace.rs"]
#[allow(dead_code)]
mod namespace;

use children::ForkedChild;
use counting::COUNT;
use hiperf_linux::clock::Clock;
use hiperf_linux::process::{ProcessSources, ProcessTable, ThreadTable};
use hiperf_linux::root::Root;
use namespace::{OWN_PROC, is_inside};

const WANTED: ProcessSources = ProcessSources::STAT
    .union(ProcessSources::STATM)
    .union(ProcessSources::STATUS)
    .union(ProcessSources::IO)
    .union(ProcessSources::SCHEDSTAT)
    .union(ProcessSources::OOM_SCORE)
    .union(ProcessSources::LIMITS)
    .union(ProcessSources::STAT_REST)
    .union(ProcessSources::OOM_SCORE_ADJ)
    .union(ProcessSources::CGROUP)
    .union(ProcessSources::CMDLINE)
    .union(ProcessSources::EXE)
    .union(ProcessSources::NETWORK_NAMESPACE)
    .union(ProcessSources::SMAPS_ROLLUP)
    .union(ProcessSources::DESCRIPTORS);

/// Allocations of samples between which so many processes are replaced, after
/// twice as many.
fn allocations(skips_idle: bool, budget: u32, samples: usize, replaced: usize) -> usize {
    let mut root = Root::system().unwrap();
    root.set_descriptor_budget(budget);
    let mut table = ProcessTable::default();
    table.set_idle_skip(skips_idle);
    let mut threads = ThreadTable::default();
    let of_threads = ProcessSources::STAT | ProcessSources::STATUS;
    let mut children: Vec<ForkedChild> = (0..20).map(|_| ForkedChild::sleeper()).collect();
    let clock = Clock::anchored(0, 0);
    let mut before = 0;
    for sample in 0..3 * samples {
        if sample == 2 * samples {
            before = COUNT.get();
        }
        for _ in 0..replaced {
            drop(children.remove(0));
            children.push(ForkedChild::sleeper());
        }
        table.sample(&mut root, WANTED, clock.at(sample as u64 * 1_000_000)).unwrap();
        threads.sample(&mut root, &mut table, of_threads);
    }
    COUNT.get() - before
}

/// Says why a test can't run here. On the machine that decides about a change
/// everything has to run.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}

#[test]
fn a_warm_sample_allocates_nothing() {
    if !is_inside("a_warm_sample_allocates_nothing", OWN_PROC) {
        return;
    }
    for (skips_idle, budget) in [(true, 1024), (false, 1024), (true, 8), (false, 0)] {
        assert_eq!(allocations(skips_idle, budget, 50, 0), 0, "skips {skips_idle}, budget {budget}");
    }
}

#[test]
fn who_comes_takes_the_place_of_who_went() {
    if !is_inside("who_comes_takes_the_place_of_who_went", OWN_PROC) {
        return;
    }
    for (skips_idle, budget) in [(true, 1024), (false, 8)] {
        assert_eq!(allocations(skips_idle, budget, 100, 3), 0, "skips {skips_idle}, budget {budget}");
    }
}
