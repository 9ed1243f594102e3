//! The network against what the kernel's files say to a reader that goes through
//! them by name: in network namespaces of the tests' own, where it is quiet and
//! links can be made, and on trees of files that no kernel would make.

mod links;
#[path = "../processes/namespace.rs"]
#[allow(dead_code)] // its options are for process ids
mod namespace;
mod odd;
mod sockets;
#[path = "../tree/mod.rs"]
mod tree;

use std::collections::BTreeMap;
use std::process::Command;

use hiperf_linux::area::{Area, Class, name};
use hiperf_linux::clock::Clock;
use hiperf_linux::network::Network;
use hiperf_linux::network::interfaces::LinkStats;
use hiperf_linux::network::network_interface::NetworkInterface;
use hiperf_linux::property::Sources;
use hiperf_linux::root::{Root, Unavailable};
use hiperf_linux::sampler::{Sampler, WantedSources};

/// Says why a test can't run here. On the machine that decides about a change
/// everything has to run.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}

/// Options of `unshare` for a network namespace without anything in it, with a
/// `/proc` and a `/sys` that show it.
const OWN_NETWORK: &[&str] = &["--net", "--mount"];

fn system() -> Sampler {
    Sampler::system().unwrap()
}

/// Of the network nothing but these.
fn network(sources: Sources) -> WantedSources {
    WantedSources { network: sources, ..WantedSources::default() }
}

/// The interfaces in a new sample: name, identity and counters.
fn interfaces(sampler: &mut Sampler) -> Vec<(String, u64, LinkStats)> {
    sampler.sample(&network(Network::INTERFACES));
    let mut found = Vec::new();
    NetworkInterface::for_each(sampler.area(), &mut |instance, row| {
        found.push((name(&instance), instance.identity(), row.stats));
    });
    found
}

/// The lines of a file of the kernel, by their first word.
fn lines_of(path: &str) -> BTreeMap<String, Vec<u64>> {
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let (name, numbers) = line.split_once(':')?;
        let numbers = numbers.split_whitespace().map_while(|number| number.parse().ok()).collect();
        Some((name.trim().to_owned(), numbers))
    };
    text.lines().filter_map(line).collect()
}

/// Runs `ip` with these words.
#[track_caller]
fn ip(words: &str) {
    run("ip", words);
}

/// Runs `tc`, which comes with it.
#[track_caller]
fn tc(words: &str) {
    run("tc", words);
}

#[track_caller]
fn run(program: &str, words: &str) {
    let output = Command::new(program).args(words.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{program} {words}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether `ip` can be run at all.
fn has_ip() -> bool {
    let found = Command::new("ip").arg("-V").output().is_ok_and(|output| output.status.success());
    if !found {
        skip("ip is not installed");
    }
    found
}

/// The counters of an interface as columns of `/proc/net/dev`.
fn columns(stats: &LinkStats) -> Vec<u64> {
    vec![
        stats.rx_bytes,
        stats.rx_packets,
        stats.rx_errors,
        stats.rx_dropped,
        stats.rx_fifo,
        stats.rx_frame,
        stats.rx_compressed,
        stats.multicasts,
        stats.tx_bytes,
        stats.tx_packets,
        stats.tx_errors,
        stats.tx_dropped,
        stats.tx_fifo,
        stats.collisions,
        stats.tx_carrier,
        stats.tx_compressed,
    ]
}

/// A sampler of the running machine that may keep no descriptor, and so asks for
/// text.
fn text_only() -> Sampler {
    let mut root = Root::system().unwrap();
    root.set_descriptor_budget(0);
    Sampler::new(root, Clock::start())
}

fn unavailable(sampler: &Sampler, sources: Sources) -> Option<Unavailable> {
    sampler.area::<Network>().unavailable(sources)
}
