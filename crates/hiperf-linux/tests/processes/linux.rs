//! What Linux tells beyond what Windows has a name for: against the files and
//! links of the running machine, and how seldom what hardly changes is read.

use std::fs;

use hiperf_linux::process::{Process, ProcessSources};
use hiperf_linux::root::Unavailable;

use crate::children::ForkedChild;
use crate::namespace::{OWN_PROC, is_inside};
use crate::tree::Tree;
use crate::{Reader, SECOND, STEP, naive};

/// What is read when a process comes and seldom after that.
const RARELY: ProcessSources = ProcessSources::LIMITS
    .union(ProcessSources::OOM_SCORE_ADJ)
    .union(ProcessSources::CGROUP)
    .union(ProcessSources::CMDLINE)
    .union(ProcessSources::EXE)
    .union(ProcessSources::PID_NAMESPACE)
    .union(ProcessSources::NETWORK_NAMESPACE)
    .union(ProcessSources::MOUNT_NAMESPACE);

fn all() -> ProcessSources {
    RARELY | ProcessSources::STAT_REST | ProcessSources::SMAPS_ROLLUP | ProcessSources::SCHEDSTAT
}

fn read(pid: u32, file: &str) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/{file}")).ok()
}

fn link(pid: u32, file: &str) -> Option<String> {
    Some(fs::read_link(format!("/proc/{pid}/{file}")).ok()?.to_str()?.to_owned())
}

/// Compares a process that sleeps with its files.
#[track_caller]
fn check(process: &Process) {
    let pid = process.pid();
    let stat = read(pid, "stat").unwrap();
    let fields: Vec<&str> = stat.trim_end().rsplit_once(") ").unwrap().1.split(' ').collect();
    let field = |number: usize| fields[number - 3].parse::<u64>().ok();
    let rest = process.stat_rest().unwrap();
    assert_eq!((rest.group, rest.session, rest.processor), (field(5), field(6), field(39)));
    assert_eq!((rest.realtime_priority, rest.policy), (field(40), field(41)));
    assert_eq!(rest.terminal.is_some(), field(7) != Some(0));

    assert_eq!(process.executable().ok().map(str::to_owned), link(pid, "exe"));
    let arguments = read(pid, "cmdline").unwrap();
    assert_eq!(process.command_line().unwrap(), arguments.trim_end_matches('\0').replace('\0', " "));
    let groups = read(pid, "cgroup").unwrap();
    let paths: Vec<&str> = groups.lines().map(|line| line.splitn(3, ':').nth(2).unwrap()).collect();
    assert!(paths.contains(&process.control_group().unwrap()), "{paths:?}");
    let number = |name: &str| -> Option<u64> {
        link(pid, &format!("ns/{name}"))?.split_once('[')?.1.trim_end_matches(']').parse().ok()
    };
    let told = [process.pid_namespace(), process.network_namespace(), process.mount_namespace()];
    assert_eq!(told.map(Result::unwrap), ["pid", "net", "mnt"].map(number));
    let adjustment = read(pid, "oom_score_adj").unwrap().trim().parse().ok();
    assert_eq!(process.oom_score_adjustment(), Ok(adjustment));
    let run: Option<u64> = read(pid, "schedstat").unwrap().split(' ').next().unwrap().parse().ok();
    assert_eq!(process.schedstat().unwrap().run_ns, run);
}

#[test]
fn a_process_is_what_its_files_and_links_say() {
    if !is_inside("linux::a_process_is_what_its_files_and_links_say", OWN_PROC) {
        return;
    }
    let child = ForkedChild::sleeper();
    for mut reader in [Reader::system(all()), Reader::text(all())] {
        reader.settle();
        let process = reader.get(child.pid());
        check(process);
        let footprint = process.footprint().unwrap();
        let text = read(child.pid(), "smaps_rollup").unwrap();
        let size = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
        };
        // What is shared depends on who else runs just now.
        assert_eq!(footprint.resident, size("Rss:"));
        assert!(footprint.proportional.unwrap() <= footprint.resident.unwrap());
        assert_eq!(footprint.proportional_anonymous.is_some(), size("Pss_Anon:").is_some());
    }
}

#[test]
fn threads_of_the_kernel_have_no_program_and_that_is_no_failure() {
    let mut reader = Reader::text(all());
    reader.sample(STEP);
    let is_of_kernel = |process: &&Process| process.pid() == 2 && process.name() == "kthreadd";
    let Some(process) = reader.table.processes().find(is_of_kernel) else {
        return crate::skip("this machine shows no threads of the kernel");
    };
    assert_eq!(process.executable(), Err(Unavailable::Unsupported));
    assert_eq!(process.footprint(), Err(Unavailable::Unsupported));
    assert_eq!(process.command_line(), Ok(""));
    assert!(process.stat_rest().unwrap().policy_name().is_some());
}

#[test]
fn what_hardly_changes_is_read_seldom_and_costs_no_opens() {
    if !is_inside("linux::what_hardly_changes_is_read_seldom_and_costs_no_opens", OWN_PROC) {
        return;
    }
    // One that is read each time, for it runs.
    let spinner = ForkedChild::spinner();
    let mut reader = Reader::system(ProcessSources::STAT | RARELY);
    reader.settle();
    for _ in 0..20 {
        let costs = reader.sample(STEP);
        assert_eq!((costs.opens, costs.failures), (0, 0));
    }
    let opens: u64 = (0..61).map(|_| reader.sample(SECOND).opens).sum();
    let files = 4 * naive::pids().len() as u64;
    assert!((files..=3 * files).contains(&opens), "{opens} opens");
    check_names(&reader, spinner.pid());
}

#[track_caller]
fn check_names(reader: &Reader, pid: u32) {
    let process = reader.get(pid);
    assert_eq!(process.executable().ok().map(str::to_owned), link(pid, "exe"));
    assert!(process.command_line().unwrap().starts_with(&link(pid, "exe").unwrap()));
}

fn stat(pid: u32, name: &str) -> String {
    format!("{pid} ({name}) S 1 1 1 0 -1 4194560 11 0 3 0 50 60 0 0 20 0 2 0 300 4096000 70 1 1 1\n")
}

#[test]
fn another_name_is_most_likely_another_program() {
    let tree = Tree::new("renamed");
    let write = |name: &str| {
        tree.write("7/stat", stat(7, name));
        tree.write("7/exe", format!("/bin/{name}\n"));
        tree.write("7/cmdline", format!("{name}\0-x\0"));
    };
    write("sh");
    let mut reader = Reader::new(tree.root(), ProcessSources::EXE | ProcessSources::CMDLINE);
    reader.sample(STEP);
    tree.write("7/cmdline", "overwritten");
    reader.sample(STEP);
    assert_eq!(reader.get(7).command_line(), Ok("sh -x"), "a change that nothing tells of shows later");
    reader.sample(60 * SECOND);
    assert_eq!(reader.get(7).command_line(), Ok("overwritten"));
    write("ls");
    reader.sample(STEP);
    assert_eq!((reader.get(7).executable(), reader.get(7).command_line()), (Ok("/bin/ls"), Ok("ls -x")));
    // Another process in its place has nothing of it.
    tree.remove("7");
    tree.write("8/stat", stat(8, "new"));
    reader.sample(STEP);
    assert_eq!(reader.get(8).executable(), Err(Unavailable::Unsupported));
    tree.write("8/exe", "/bin/new");
    reader.sample(60 * SECOND);
    assert_eq!(reader.get(8).executable(), Ok("/bin/new"));
}
