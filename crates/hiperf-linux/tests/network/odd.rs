//! Files that no kernel would make: cut, mixed up, endless. Nothing panics, and
//! what is whole is there.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use hiperf_linux::area::{Area, Entry};
use hiperf_linux::clock::Clock;
use hiperf_linux::network::Network;
use hiperf_linux::property::Sources;
use hiperf_linux::root::{Root, Unavailable};
use hiperf_linux::sampler::Sampler;

use crate::tree::Tree;
use crate::{interfaces, network, unavailable};

/// The files, and the classes that are made of each.
const FILES: [(&str, &[&str]); 12] = [
    ("proc/net/dev", INTERFACES),
    ("proc/net/snmp", &["TCPv4", "UDPv4", "IPv4", "ICMP", "TcpExt", "UdpExt", "IpExt"]),
    ("proc/net/snmp6", &["UDPv6", "IPv6", "ICMPv6", "UdpExt", "IpExt"]),
    ("proc/net/netstat", &["TcpExt", "IpExt"]),
    ("proc/net/sockstat", &["Sockets"]),
    ("proc/net/sockstat6", &["Sockets"]),
    ("proc/net/softnet_stat", &["Softnet"]),
    ("proc/net/stat/nf_conntrack", &["Conntrack"]),
    ("proc/sys/net/netfilter/nf_conntrack_count", &["Conntrack"]),
    ("sys/class/net/bond0/operstate", INTERFACES),
    ("sock_diag", &["TCPv4", "TCPv6", "TcpStates"]),
    ("rtnetlink", INTERFACES),
];
const INTERFACES: &[&str] = &["NetworkInterface", "Interface"];

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots/large-box")
}

fn copied(name: &str) -> Tree {
    let tree = Tree::new(name);
    for (file, _) in FILES {
        if let Ok(text) = fs::read_to_string(recorded().join(file)) {
            tree.write(file, &text);
        }
    }
    tree
}

/// What comes of a sample of everything, by class.
fn compute(sampler: &mut Sampler) -> Vec<(&'static str, String)> {
    sampler.sample(&network(Sources::ALL));
    let of_class = |class: &Entry| {
        let mut text = String::new();
        class.show(sampler, &mut |instance, property, value| {
            let value = value.map(ToString::to_string);
            write!(text, "{instance} {property} {value:?};").unwrap();
        });
        (class.name().rsplit('_').next().unwrap(), text)
    };
    Network::CLASSES.iter().map(of_class).collect()
}

#[test]
fn what_is_cut_or_mixed_up_harms_nothing_else() {
    let tree = copied("cut-network");
    let mut sampler = Sampler::new(Root::recorded(tree.path()).unwrap(), Clock::start());
    let whole = compute(&mut sampler);
    let mut random: u64 = 1;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(random >> 33).unwrap() % below.max(1)
    };
    for (file, classes) in FILES {
        let text = fs::read(recorded().join(file)).unwrap();
        for round in 0..16 {
            let mut bytes = text.clone();
            let at = next(bytes.len());
            match round % 4 {
                0 => bytes.truncate(at),
                1 => (0..20).for_each(|_| bytes[next(text.len())] = next(256).to_le_bytes()[0]),
                2 => bytes.extend_from_slice(&[b'7'; 65_536]),
                _ => drop(bytes.splice(at..at, [b'x'; 65_536])),
            }
            fs::write(tree.path().join(file), bytes).unwrap();
            for (left, whole) in compute(&mut sampler).iter().zip(&whole) {
                assert!(left == whole || classes.contains(&left.0), "{file}, round {round}: {}", left.0);
            }
        }
        fs::write(tree.path().join(file), text).unwrap();
        assert_eq!(compute(&mut sampler), whole, "{file}");
    }
}

#[test]
fn who_is_no_process_there_sees_the_network_of_the_first() {
    let tree = Tree::new("init-network");
    let zeros = " 0".repeat(16);
    tree.write("proc/1/net/dev", &format!("eth0:{zeros}\n"));
    tree.write("proc/1/net/snmp", "Udp: InDatagrams\nUdp: 5\n");
    let mut sampler = Sampler::new(tree.root(), Clock::start());
    assert_eq!(interfaces(&mut sampler)[0].0, "eth0");
    sampler.sample(&network(Network::SNMP | Network::NETSTAT));
    assert_eq!(sampler.area::<Network>().snmp().udp().in_datagrams, Some(5));
    assert_eq!(unavailable(&sampler, Network::SNMP), None);
    assert_eq!(unavailable(&sampler, Network::NETSTAT), Some(Unavailable::Unsupported));
}

#[test]
fn what_is_not_wanted_is_not_there_and_the_same_afterwards() {
    let tree = copied("unwanted-network");
    let mut sampler = Sampler::new(tree.root(), Clock::start());
    let first = interfaces(&mut sampler);
    assert!(first.len() > 20);
    sampler.sample(&network(Network::SNMP));
    assert!(sampler.area::<Network>().interfaces().list().is_empty());
    assert!(sampler.area::<Network>().snmp().tcp().active_opens.is_some());
    assert_eq!(interfaces(&mut sampler), first);
    assert_eq!(sampler.area::<Network>().snmp().tcp().active_opens, None);
}
