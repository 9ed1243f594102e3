//! Interfaces that are made, renamed and made anew, and what reading them costs.

use std::fs;
use std::net::UdpSocket;
use std::process::Command;

use hiperf_linux::network::Network;
use hiperf_linux::network::interfaces::Interface;
use hiperf_linux::property::Sources;

use crate::namespace::is_inside;
use crate::{
    OWN_NETWORK, columns, has_ip, interfaces, ip, lines_of, network, system, tc, text_only, unavailable,
};

fn names(found: &[(String, u64, hiperf_linux::network::interfaces::LinkStats)]) -> Vec<&str> {
    found.iter().map(|(name, ..)| name.as_str()).collect()
}

/// Sends something from one end of the loopback to the other.
fn talk() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..100 {
        socket.send_to(&[7; 1000], socket.local_addr().unwrap()).unwrap();
    }
}

#[test]
fn counters_are_those_of_the_text() {
    if !is_inside("links::counters_are_those_of_the_text", OWN_NETWORK) || !has_ip() {
        return;
    }
    ip("link set lo up");
    ip("link add name a type veth peer name b");
    ip("link set dev a up");
    ip("link set dev b up");
    let (mut sampler, mut text) = (system(), text_only());
    for _ in 0..3 {
        talk();
        let expected = lines_of("/proc/net/dev");
        assert!(expected["lo"][0] > 100_000);
        let (found, by_text) = (interfaces(&mut sampler), interfaces(&mut text));
        let after = lines_of("/proc/net/dev");
        assert_eq!(found.len(), expected.len());
        for ((name, _, stats), (other, _, of_text)) in found.iter().zip(&by_text) {
            assert_eq!(name, other, "the same order");
            // The two ends of a wire greet each other when they come up.
            let settled = expected[name] == after[name];
            assert!(
                !settled || (&columns(stats), &columns(of_text)) == (&expected[name], &expected[name]),
                "{name}"
            );
            assert!(stats.rx_no_handler.is_some() && of_text.rx_no_handler.is_none());
            assert!(settled || name != "lo", "nobody else talks here");
        }
    }
    assert_eq!(unavailable(&sampler, Network::INTERFACES), None);
}

#[test]
fn an_index_is_the_identity() {
    if !is_inside("links::an_index_is_the_identity", OWN_NETWORK) || !has_ip() {
        return;
    }
    let mut sampler = system();
    assert_eq!(names(&interfaces(&mut sampler)), ["lo"]);
    ip("link add name one type bridge");
    ip("link add name two type bridge");
    let first = interfaces(&mut sampler);
    assert_eq!(names(&first), ["lo", "one", "two"]);
    assert_eq!(interfaces(&mut sampler), first);

    // Made anew between two samples, under its old name.
    ip("link del dev one");
    ip("link add name one type bridge");
    let second = interfaces(&mut sampler);
    assert_eq!(names(&second), ["lo", "two", "one"]);
    assert_eq!(second[1].1, first[2].1, "two is the same");
    assert_ne!(second[2].1, first[1].1, "one is another");

    // Two that swap their names: neither is who it was.
    ip("link set dev one name three");
    ip("link set dev two name one");
    ip("link set dev three name two");
    let third = interfaces(&mut sampler);
    assert_eq!(names(&third), ["lo", "one", "two"]);
    assert!(third[1..].iter().all(|(_, identity, _)| second[1..].iter().all(|(_, old, _)| old != identity)));
    ip("link del dev one");
    assert_eq!(names(&interfaces(&mut sampler)), ["lo", "two"]);
}

#[test]
fn more_news_than_a_socket_holds() {
    if !is_inside("links::more_news_than_a_socket_holds", OWN_NETWORK) || !has_ip() {
        return;
    }
    let mut sampler = system();
    interfaces(&mut sampler);
    ip("link add name busy type bridge");
    let flap: String =
        (0..3000).map(|count| format!("link set dev busy mtu {}\n", 1000 + count % 2)).collect();
    let batch = std::env::temp_dir().join(format!("hiperf-links-{}", std::process::id()));
    fs::write(&batch, flap + "link set dev busy name quiet\n").unwrap();
    assert!(Command::new("ip").arg("-batch").arg(&batch).status().unwrap().success());
    fs::remove_file(&batch).unwrap();
    for _ in 0..3 {
        assert_eq!(names(&interfaces(&mut sampler)), ["lo", "quiet"]);
    }
}

#[test]
fn many_interfaces_in_as_many_answers_as_it_takes() {
    if !is_inside("links::many_interfaces_in_as_many_answers_as_it_takes", OWN_NETWORK) || !has_ip() {
        return;
    }
    let batch = std::env::temp_dir().join(format!("hiperf-many-links-{}", std::process::id()));
    fs::write(
        &batch,
        (0..300).map(|count| format!("link add name d{count} type bridge\n")).collect::<String>(),
    )
    .unwrap();
    assert!(Command::new("ip").arg("-batch").arg(&batch).status().unwrap().success());
    fs::remove_file(&batch).unwrap();
    let mut sampler = system();
    let found = interfaces(&mut sampler);
    let (mut found, mut expected) =
        (names(&found), lines_of("/proc/net/dev").into_keys().collect::<Vec<_>>());
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(found.len(), 301);
}

#[test]
fn warm_samples_open_nothing_and_call_little() {
    let costs = |sources: Sources, most_reads: u64| {
        let mut sampler = system();
        for _ in 0..3 {
            sampler.sample(&network(sources));
        }
        let before = sampler.root().costs();
        for _ in 0..10 {
            sampler.sample(&network(sources));
        }
        let after = sampler.root().costs();
        assert_eq!(after.opens, before.opens);
        let reads = after.reads - before.reads;
        assert!(reads <= 10 * most_reads, "{reads} reads in 10 samples");
        assert_eq!(after.failures, before.failures);
    };
    // A request, what there is, and its end.
    costs(Network::INTERFACES, 3);
    costs(Network::INTERFACES | Network::QUEUES, 6);
    costs(Network::SNMP, 1);
    costs(Network::NETSTAT, 1);
    costs(Network::SOCKSTAT, 1);
    // For each family.
    costs(Network::CONNECTED, 6);
    let links = interfaces(&mut system()).len() as u64;
    costs(Network::INTERFACES | Network::MTU | Network::STATE, 3 + 2 * links);
    // The speed and what a link lacks are asked for now and then.
    costs(Network::INTERFACES | Network::SPEED | Network::CARRIER, 3 + links);
}

#[test]
fn what_is_known_of_a_link() {
    if !is_inside("links::what_is_known_of_a_link", &[OWN_NETWORK, &["sh", "-c", WITH_SYS, "sh"]].concat())
        || !has_ip()
    {
        return;
    }
    ip("link add name a type veth peer name z");
    let mut sampler = system();
    let mut row = |name: &str| -> Interface {
        sampler.sample(&network(Sources::ALL));
        let list = sampler.area::<Network>().interfaces().list();
        *list.find(name.as_bytes()).unwrap()
    };
    let down = row("a");
    assert_eq!(
        (down.details.state, down.details.carrier, down.details.mtu_bytes),
        (Some("down"), None, Some(1500))
    );
    assert_eq!(down.queue_length, None);
    ip("link set dev a mtu 1400");
    ip("link set dev a up");
    ip("link set dev z up");
    tc("qdisc add dev a root pfifo limit 10");
    let up = row("a");
    // It was not asked again in vain: the kernel told that something changed.
    assert_eq!((up.details.carrier, up.details.mtu_bytes), (Some(1), Some(1400)));
    assert_eq!((up.queue_length, up.details.speed_mbits), (Some(0), Some(10_000)));
    assert_eq!(row("lo").queue_length, None);
    ip("link set dev a name b");
    assert_eq!(row("b").details.mtu_bytes, Some(1400));
}

/// `/sys` shows the network namespace in which it was mounted.
const WITH_SYS: &str = r#"mount -t sysfs sysfs /sys && exec "$@""#;

#[test]
fn nobody_may_see_them_too() {
    let as_nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    if !is_inside("links::nobody_may_see_them_too", &[OWN_NETWORK, &as_nobody].concat()) {
        return;
    }
    let mut sampler = system();
    assert_eq!(names(&interfaces(&mut sampler)), ["lo"]);
    sampler.sample(&network(Network::QUEUES | Network::CONNECTED | Network::INTERFACES | Network::SNMP));
    assert_eq!(unavailable(&sampler, Sources::ALL), None);
}
