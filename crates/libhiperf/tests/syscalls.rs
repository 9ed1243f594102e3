//! The kernel calls of a warm refresh, counted from outside by strace: no file
//! is opened, and hardly more is called than there are files to read. A question to
//! the kernel by netlink is worth a file.
#![cfg(all(target_os = "linux", feature = "linux"))]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{
    BUILT, client, directory, is_installed, may_load_from, output, run, shim, skip, steady_classes,
};

/// Kernel calls of a refresh that read no file for the first time.
const OTHER_CALLS: u64 = 3;

/// The files of which the kernel gives whole records, as many as fit a page.
const IN_RECORDS: [&str; 4] = ["/vmstat", "/interrupts", "/diskstats", "/mountinfo"];

/// What one run called: each call with the file of its descriptor, how often.
type Calls = BTreeMap<(String, String), u64>;

/// The calls in a log of `strace -f -y`, whose lines are
/// `PID NAME(FD<PATH>, ARGUMENTS) = RESULT`.
fn calls(log: &str) -> Calls {
    let mut calls = Calls::new();
    for line in log.lines() {
        let Some((name, rest)) = line.split_once(' ').and_then(|(_, call)| call.trim().split_once('('))
        else {
            continue;
        };
        let first = rest.split([',', ')']).next().unwrap_or_default();
        let path = match first.split_once('<') {
            Some((_, path)) => path.trim_end_matches('>'),
            // It asks by the name of a file.
            None if name == "statfs" => first.trim_matches('"'),
            None => "",
        };
        // A pipe has a number, which is another one in each run. So has the process.
        let path = if path.starts_with('/') { path } else { path.split(':').next().unwrap_or_default() };
        let path = if name == "sendto" { asked(rest) } else { of_any_process(path) };
        // The kernel gives a long file in pieces. Each piece after the first is
        // a read that can't be saved; nor can the one that finds the end of a file
        // that comes in records, which no other sign tells.
        let result = rest.rsplit(") = ").next().unwrap_or_default().trim();
        let is_first = rest.ends_with(&format!(", 0) = {result}"));
        let is_end = result == "0" && !IN_RECORDS.iter().any(|file| path.ends_with(file));
        // What was asked by netlink comes in as many pieces as the kernel makes.
        let is_piece = name == "pread64" && !is_first && !is_end || name == "recvfrom";
        if !is_piece {
            *calls.entry((name.to_owned(), path)).or_default() += 1;
        }
    }
    calls
}

/// What a message asks of the kernel by netlink: its type, and the family of the sockets in question.
fn asked(message: &str) -> String {
    let words = message.split([',', '{', '}', ' ', ']']);
    let asked = words.filter_map(|word| word.split_once('='));
    let parts = asked.filter(|(name, _)| ["nlmsg_type", "sdiag_family"].contains(name));
    parts.map(|(_, value)| value).collect::<Vec<_>>().join(" ")
}

/// `/proc/812/net/snmp` as `/proc/N/net/snmp`.
fn of_any_process(path: &str) -> String {
    match path.strip_prefix("/proc/").and_then(|rest| rest.split_once('/')) {
        Some((id, file)) if id.bytes().all(|byte| byte.is_ascii_digit()) => format!("/proc/N/{file}"),
        _ => path.to_owned(),
    }
}

struct Traced<'a> {
    client: &'a Path,
    shim: &'a Path,
    log: PathBuf,
    server: Option<PathBuf>,
    /// The classes to watch, each with the one property that is wanted, if not all are.
    classes: &'a [&'a str],
}

impl Traced<'_> {
    fn run(&self, refreshes: u64) -> Calls {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-y", "-o"]).arg(&self.log);
        // The client itself needs the shim, whose functions mark its warm part.
        strace.arg("-E").arg(format!("LD_PRELOAD={}", self.shim.display()));
        strace.arg(self.client).arg(refreshes.to_string());
        if let Some(library) = &self.server {
            let clsid = hiperf_linux::CLSID_CLIENT.to_string();
            strace.args(["--server", &clsid]).arg(library);
        }
        run(strace.args(self.classes));
        calls(&fs::read_to_string(&self.log).unwrap())
    }

    /// The calls of warm refreshes, and how many those were: two runs differ by
    /// them and by nothing else.
    fn warm(&self) -> (Calls, u64) {
        const FEW: u64 = 10;
        const MANY: u64 = 60;
        let (few, many) = (self.run(FEW), self.run(MANY));
        let mut warm = Calls::new();
        for (call, count) in many {
            let more = count.saturating_sub(few.get(&call).copied().unwrap_or_default());
            if more > 0 {
                warm.insert(call, more);
            }
        }
        (warm, MANY - FEW)
    }

    /// The files that are read warm, after the calls were looked at.
    fn check(&self) -> BTreeSet<String> {
        let (warm, refreshes) = self.warm();
        let opens = |name: &str| name.starts_with("open") || name == "creat";
        assert!(!warm.keys().any(|(name, _)| opens(name)), "{warm:#?}");
        let read = |name: &str| {
            name.contains("read") || name.starts_with("getdents") || ["statfs", "sendto"].contains(&name)
        };
        let of_reads = warm.keys().filter(|(name, _)| read(name));
        let files: BTreeSet<String> = of_reads.map(|(_, path)| path.clone()).collect();
        let called: u64 = warm.values().sum();
        let allowed = refreshes * (files.len() as u64 + OTHER_CALLS);
        assert!(called <= allowed, "{called} calls, {allowed} allowed: {warm:#?}");
        files
    }
}

/// The files that a warm refresh of these classes reads; `None` where that
/// can't be seen.
fn check(test: &str, server: Option<PathBuf>, classes: &[&str]) -> Option<BTreeSet<String>> {
    if !is_installed("strace") {
        skip("strace is not installed");
        return None;
    }
    if !output(Command::new("strace").args(["-o", "/dev/null", "true"])).status.success() {
        skip("strace may not trace here");
        return None;
    }
    let out = directory(test);
    let (client, shim) = (client("warm_client", &out), shim(&out));
    let traced = Traced { client: &client, shim: &shim, log: out.join("strace.txt"), server, classes };
    Some(traced.check())
}

fn check_all(test: &str, server: Option<PathBuf>) {
    if let Some(files) = check(test, server, &steady_classes()) {
        assert!(files.contains("/proc/stat") && files.len() >= 7, "{files:?}");
    }
}

#[test]
fn of_the_provider_in_libhiperf() {
    check_all("syscalls", None);
}

#[test]
fn of_the_provider_in_its_own_library() {
    if may_load_from(&BUILT) {
        check_all("syscalls-library", Some(BUILT.join("libhiperf_linux.so")));
    }
}

/// A client in C that asks for one property of each class, by a context, has
/// the files read that those need and no others.
#[test]
fn of_what_was_asked_for() {
    let wanted = |property: &str| format!("Win32_PerfRawData_PerfOS_{property}");
    let (user, threads, faults) =
        (wanted("Processor:PercentUserTime"), wanted("System:Threads"), wanted("Memory:PageFaultsPersec"));
    if let Some(files) = check("syscalls-wanted", None, &[&user, &threads, &faults]) {
        let expected = ["/proc/loadavg", "/proc/stat", "/proc/vmstat"].map(str::to_owned);
        assert_eq!(files, BTreeSet::from(expected));
    }
}

#[test]
fn lines_of_the_log() {
    let log = "7 pread64(4</proc/stat>, \"cpu (1)\", 8192, 0) = 1157\n\
               7 pread64(4</proc/stat>, \"more\", 8192, 4096) = 12\n\
               7 pread64(4</proc/stat>, \"\", 8192, 4108) = 0\n\
               7 pread64(5</proc/vmstat>, \"nr_free_pages 1\", 8192, 0) = 16\n\
               7 pread64(5</proc/vmstat>, \"\", 8192, 16) = 0\n\
               7 pread64(6</proc/7/net/snmp>, \"Ip: \", 8192, 0) = 5\n\
               7 sendto(8<socket:[3]>, [{nlmsg_len=72, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_seq=1}, \
               {sdiag_family=AF_INET, sdiag_protocol=6}], 72, 0, NULL, 0) = 72\n\
               7 recvfrom(8<socket:[3]>, [{nlmsg_len=20, nlmsg_type=NLMSG_DONE}, 0], 32768, 0) = 20\n\
               7 statfs(\"/mnt\", {f_type=EXT2_SUPER_MAGIC}) = 0\n\
               7 openat(AT_FDCWD</>, \"/proc\", O_RDONLY) = 3</proc>\n\
               7 +++ exited with 0 +++\n";
    let call = |name: &str, path: &str| (name.to_owned(), path.to_owned());
    let expected = [
        (call("openat", "/"), 1),
        (call("pread64", "/proc/N/net/snmp"), 1),
        (call("pread64", "/proc/stat"), 2),
        (call("pread64", "/proc/vmstat"), 1),
        (call("sendto", "SOCK_DIAG_BY_FAMILY AF_INET"), 1),
        (call("statfs", "/mnt"), 1),
    ];
    assert_eq!(calls(log), Calls::from(expected));
}
