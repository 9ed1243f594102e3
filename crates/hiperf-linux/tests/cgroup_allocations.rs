//! A sample of cgroups allocates nothing once it is warm.

mod counting;

use std::path::Path;

use counting::COUNT;
use hiperf_linux::clock::Clock;
use hiperf_linux::property::Sources;
use hiperf_linux::root::Root;
use hiperf_linux::sampler::{Sampler, WantedSources};

/// The fewest allocations of one sample of all that is wanted, of some after the
/// first ones: on the running machine somebody may make a cgroup meanwhile.
fn fewest(root: Root, budget: u32, wanted: &WantedSources) -> usize {
    let mut sampler = Sampler::new(root, Clock::anchored(0, 0));
    sampler.root_mut().set_descriptor_budget(budget);
    let clock = *sampler.clock();
    let mut allocations = |sample: u64| {
        let before = COUNT.get();
        sampler.sample_at(wanted, clock.at(sample * 1_000_000));
        COUNT.get() - before
    };
    assert!(allocations(1) > 0, "the first one does");
    (2..14).map(allocations).min().unwrap()
}

#[test]
fn a_warm_sample_allocates_nothing() {
    let all = WantedSources { cgroups: Sources::ALL, pressure: Sources::ALL, ..WantedSources::default() };
    for budget in [1024, 70, 0] {
        assert_eq!(fewest(Root::system().unwrap(), budget, &all), 0, "budget {budget}");
        for tree in ["container", "large-box", "two-cpu-vm"] {
            // Such a tree is walked through in every sample.
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots").join(tree);
            assert_eq!(fewest(Root::recorded(path).unwrap(), budget, &all), 0, "{tree}, budget {budget}");
        }
    }
}
