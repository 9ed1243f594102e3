//! What it costs to have the counters of every network interface up to date: by
//! `RTM_GETSTATS`, and by the text of `/proc/net/dev`, read bare and thrown away.
//!
//! It runs in a network namespace of its own, with as many interfaces as an
//! argument says, because few machines have many. Before it measures, what came
//! by netlink is compared with the text.

#[path = "../../../benches/rounds.rs"]
mod rounds;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::process::{Command, ExitCode};

use hiperf_linux::area::{Class as _, name};
use hiperf_linux::network::Network;
use hiperf_linux::network::network_interface::NetworkInterface;
use hiperf_linux::sampler::{Sampler, WantedSources};
use rounds::{Claim, measure};

const MARK: &str = "HIPERF_BENCH_INSIDE";

/// Samples in a row, so that a round is long enough to be measured.
const SAMPLES: usize = 20;

fn main() -> ExitCode {
    if std::env::var_os(MARK).is_none() {
        return in_own_namespace().unwrap_or_else(|why| {
            println!("skipped: {why}");
            assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
            ExitCode::SUCCESS
        });
    }
    rounds::pin();
    rounds::print_head();
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let mut counts: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if counts.is_empty() {
        counts = if measuring { vec![64, 512] } else { vec![8] };
    }
    let (mut made, mut passed) = (0, true);
    for count in counts {
        make_links(&mut made, count);
        passed &= compare(count);
    }
    rounds::verdict(passed)
}

/// Runs the bench again in a namespace of its own, and returns how it ended.
fn in_own_namespace() -> Result<ExitCode, String> {
    let has_links = Command::new("unshare").args(["--net", "ip", "link", "add", "type", "veth"]).output();
    let output = has_links.map_err(|error| format!("unshare: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut inner = Command::new("unshare");
    inner.arg("--net").arg(program).args(std::env::args().skip(1)).env(MARK, "1");
    let ended = inner.status().map_err(|error| error.to_string())?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes pairs of interfaces until there are as many, and the loopback.
fn make_links(made: &mut usize, count: usize) {
    let pairs: String = (*made / 2..count / 2)
        .map(|pair| format!("link add name in{pair} type veth peer name out{pair}\n"))
        .collect();
    *made = count / 2 * 2;
    let path = std::env::temp_dir().join(format!("hiperf-bench-links-{}", std::process::id()));
    fs::write(&path, pairs).expect("a file can be written");
    let ran = Command::new("ip").arg("-batch").arg(&path).status().expect("ip can be run");
    fs::remove_file(path).expect("it was written");
    assert!(ran.success(), "links can be made");
}

fn compare(count: usize) -> bool {
    let wanted = WantedSources { network: Network::INTERFACES, ..WantedSources::default() };
    let mut sampler = Sampler::system().expect("/ can be opened");
    sampler.sample(&wanted);
    check(&sampler);

    let text = File::open("/proc/net/dev").expect("it is there");
    let mut buffer = vec![0; 1 << 20];
    let mut by_netlink = || {
        for _ in 0..SAMPLES {
            sampler.sample(&wanted);
        }
    };
    let mut by_text = || {
        for _ in 0..SAMPLES {
            let mut at = 0;
            loop {
                let read = text.read_at(&mut buffer, at).expect("it can be read");
                if read == 0 {
                    break;
                }
                at += read as u64;
            }
            black_box(&buffer);
        }
    };
    let what = format!("{count} interfaces by netlink / bare net/dev");
    let claim = Claim { what: &what, subject: 0, peer: 1, gate: 0.35, target: 0.25 };
    measure(SAMPLES * count, &mut [&mut by_netlink, &mut by_text], &[claim])
}

/// What came by netlink is what the text says. Nobody talks here.
fn check(sampler: &Sampler) {
    let text = fs::read_to_string("/proc/net/dev").expect("it is there");
    let line = |line: &str| {
        let (name, numbers) = line.split_once(':')?;
        let numbers: Vec<u64> = numbers.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        Some((name.trim().to_owned(), [numbers[0], numbers[1], numbers[8], numbers[9]]))
    };
    let expected: BTreeMap<_, _> = text.lines().filter_map(line).collect();
    let mut found = BTreeMap::new();
    NetworkInterface::for_each(sampler.area(), &mut |instance, row| {
        let stats = row.stats;
        assert!(row.index.is_some(), "it came by netlink");
        found.insert(name(&instance), [stats.rx_bytes, stats.rx_packets, stats.tx_bytes, stats.tx_packets]);
    });
    assert_eq!(found, expected);
}
