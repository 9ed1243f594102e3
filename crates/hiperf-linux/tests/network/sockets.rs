//! Connections, counted.

use std::fs;
use std::net::{TcpListener, TcpStream};

use hiperf_linux::network::Network;
use hiperf_linux::network::sock_diag::{State, TcpStates};
use hiperf_linux::property::Sources;

use crate::namespace::is_inside;
use crate::{OWN_NETWORK, has_ip, ip, network, system, unavailable};

/// The states in a file of the kernel, counted by whether the address is mapped.
fn naive(path: &str) -> [[u64; 12]; 2] {
    let mut counts = [[0; 12]; 2];
    for line in fs::read_to_string(path).unwrap().lines().skip(1) {
        let fields: Vec<_> = line.split_whitespace().collect();
        let is_mapped = fields[1].starts_with("0000000000000000FFFF0000");
        counts[usize::from(is_mapped)][usize::from_str_radix(fields[3], 16).unwrap()] += 1;
    }
    counts
}

#[test]
fn connections_are_those_of_the_text() {
    if !is_inside("sockets::connections_are_those_of_the_text", OWN_NETWORK) || !has_ip() {
        return;
    }
    ip("link set lo up");
    let mut sampler = system();
    let mut count = |sources: Sources| -> [TcpStates; 2] {
        sampler.sample(&network(sources));
        assert_eq!(unavailable(&sampler, Network::CONNECTED), None);
        *sampler.area::<Network>().sock_diag().states()
    };
    assert_eq!(count(Network::CONNECTED).map(|family| family.established()), [Some(0), Some(0)]);

    let (both, only_v4) = (TcpListener::bind("[::]:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = both.local_addr().unwrap().port();
    let v4: Vec<_> = (0..5).map(|_| TcpStream::connect(only_v4.local_addr().unwrap()).unwrap()).collect();
    let mapped: Vec<_> = (0..3).map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    let v6: Vec<_> = (0..4).map(|_| TcpStream::connect(("::1", port)).unwrap()).collect();
    // One that the other side has closed, and one that has ended.
    let (accepted, _) = both.accept().unwrap();
    drop(mapped.into_iter().next());
    // What was sent last may still be on its way: the text must say the same before and after.
    let texts = || (naive("/proc/net/tcp"), naive("/proc/net/tcp6"));
    let mut tries = 0;
    let (states, ([v4_text, _], [v6_text, mapped_text])) = loop {
        let before = texts();
        let states = count(Network::TCP_STATES);
        if before == texts() && before.1[0][State::ESTABLISHED] == 8 {
            break (states, before);
        }
        tries += 1;
        assert!(tries < 100_000, "the connections don't come to rest: {before:?}");
        std::thread::yield_now();
    };
    for state in (1..=11).filter(|state| *state != 7) {
        let expected = (Some(v4_text[state] + mapped_text[state]), Some(v6_text[state]));
        assert_eq!((states[0].of(state), states[1].of(state)), expected, "state {state}");
    }
    assert_eq!((states[0].of(10), states[1].of(10)), (Some(1), Some(1)), "who listens");
    let connected = count(Network::CONNECTED);
    assert_eq!(connected[1].established(), states[1].established());
    assert_eq!(connected[0].of(10), None, "that wasn't asked");
    drop((v4, v6, accepted));
}

#[test]
fn a_root_that_is_not_of_this_machine_is_not_counted() {
    let tree = crate::tree::Tree::new("other-machine");
    tree.write("proc/self", "1");
    let mut sampler = hiperf_linux::sampler::Sampler::new(tree.root(), hiperf_linux::clock::Clock::start());
    sampler.sample(&network(Network::CONNECTED));
    assert_eq!(unavailable(&sampler, Network::CONNECTED), Some(hiperf_linux::root::Unavailable::Unsupported));
    let states = sampler.area::<Network>().sock_diag().states();
    assert!(states.iter().all(|family| family.established().is_none()));
}
