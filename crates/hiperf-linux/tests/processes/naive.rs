//! The twin: what the files say, read in the plainest way.

use std::fs;

use hiperf_linux::process::Process;

/// Processor time, start and faults of a process, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naive {
    pub name: String,
    pub numbers: Vec<u64>,
}

/// What `/proc/PID/stat` says; `None` if there is no such process.
pub fn read(pid: u32) -> Option<Naive> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (head, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let numbers = [4, 10, 12, 14, 15, 20, 22, 23, 24].map(|field| fields[field - 3].parse().unwrap());
    Some(Naive { name: head.split_once('(')?.1.to_owned(), numbers: numbers.to_vec() })
}

/// The same of a process in the table.
#[track_caller]
pub fn of(process: &Process) -> Naive {
    let stat = process.stat().unwrap();
    let numbers = vec![
        u64::from(stat.parent),
        stat.minor_faults,
        stat.major_faults,
        stat.user_ticks,
        stat.system_ticks,
        stat.threads,
        stat.start_ticks,
        stat.virtual_bytes,
        stat.resident_pages,
    ];
    let name = process.name().rsplit_once('#').map_or(process.name(), |(name, _)| name).to_owned();
    Naive { name, numbers }
}

/// The processes in `/proc`.
pub fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap();
    let mut pids: Vec<u32> =
        entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids
}
