//! Processes that come and go between samples: none is missed, none is mistaken
//! for another, nothing is left of those that went.

use std::collections::VecDeque;
use std::fs;

use hiperf_linux::process::ProcessSources;

use crate::children::{ForkedChild, set_next_pid};
use crate::namespace::{OUTER_PROC, OWN_PROC, is_inside};
use crate::{Reader, SECOND, STEP, naive, skip};

/// Samples of a minute at 100 a second.
const SAMPLES: usize = 6_000;
/// Where a naive reader has the time of the start.
const START: usize = 6;
/// Births and deaths between two samples.
const EACH: usize = 2;

fn own_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn own_resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * rustix::param::page_size() as u64
}

#[test]
fn a_minute_of_births_and_deaths() {
    if !is_inside("churn::a_minute_of_births_and_deaths", OWN_PROC) {
        return;
    }
    let pid_max: u32 = fs::read_to_string("/proc/sys/kernel/pid_max").unwrap().trim().parse().unwrap();
    let mut children: VecDeque<ForkedChild> = (0..20).map(|_| ForkedChild::sleeper()).collect();
    let mut reader = Reader::system(ProcessSources::STAT);
    let mut baseline = (0, 0);
    for sample in 0..SAMPLES {
        // From the end of the ids on to their beginning, now and then.
        if sample % 1_500 == 700 {
            set_next_pid(pid_max - 20);
        }
        for _ in 0..EACH {
            children.pop_front();
            children.push_back(ForkedChild::sleeper());
        }
        reader.sample(STEP);
        let mut expected: Vec<u32> = children.iter().map(ForkedChild::pid).chain([1]).collect();
        expected.sort_unstable();
        assert_eq!(reader.pids(), expected, "sample {sample}");
        // All of them would be thousands of files a sample.
        for child in children.iter().step_by(7) {
            let told = naive::of(reader.get(child.pid()));
            let start = naive::read(child.pid()).unwrap().numbers[START];
            assert_eq!(told.numbers[START], start, "process {}", child.pid());
        }
        let mut names: Vec<&str> =
            reader.table.processes().map(hiperf_linux::process::Process::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), expected.len(), "names are unique");
        if sample == SAMPLES / 10 {
            baseline = (own_descriptors(), own_resident_bytes());
        }
    }
    assert_eq!(own_descriptors(), baseline.0, "descriptors");
    let grown = own_resident_bytes().saturating_sub(baseline.1);
    assert!(grown < 512 << 10, "{grown} bytes more");
}

#[test]
fn an_id_that_is_used_again_at_once_is_another_process() {
    if !is_inside("churn::an_id_that_is_used_again_at_once_is_another_process", OWN_PROC) {
        return;
    }
    for budget in [0, 100] {
        let mut reader = Reader::system(ProcessSources::STAT);
        reader.root.set_descriptor_budget(budget);
        let mut child = ForkedChild::sleeper();
        reader.sample(STEP);
        reader.sample(STEP);
        for _ in 0..10 {
            let (pid, before) = (child.pid(), naive::of(reader.get(child.pid())).numbers[START]);
            // Two that start within a tick can't be told apart by anybody.
            loop {
                drop(child);
                set_next_pid(pid);
                child = ForkedChild::sleeper();
                assert_eq!(child.pid(), pid);
                if naive::read(pid).unwrap().numbers[START] != before {
                    break;
                }
            }
            reader.sample(STEP);
            assert_eq!(naive::of(reader.get(pid)).numbers[START], naive::read(pid).unwrap().numbers[START]);
        }
    }
}

#[test]
fn who_got_an_id_out_of_turn_is_found_by_the_next_walk() {
    if !is_inside("churn::who_got_an_id_out_of_turn_is_found_by_the_next_walk", OWN_PROC) {
        return;
    }
    let mut reader = Reader::system(ProcessSources::STAT);
    reader.settle();
    let child = match ForkedChild::sleeper_with_id(20_000) {
        Ok(child) => child,
        Err(error) => return skip(&format!("clone3 with set_tid: {error}")),
    };
    reader.sample(31 * SECOND);
    assert_eq!(reader.get(20_000).stat().unwrap().parent, 1);
    drop(child);
    reader.sample(STEP);
    assert!(reader.find(20_000).is_none());
}

#[test]
fn the_processes_of_an_outer_namespace_are_all_read_as_text() {
    if !is_inside("churn::the_processes_of_an_outer_namespace_are_all_read_as_text", OUTER_PROC) {
        return;
    }
    let child = ForkedChild::sleeper();
    let mut reader = Reader::system(ProcessSources::STAT);
    for _ in 0..3 {
        let before = naive::pids();
        let costs = reader.sample(STEP);
        assert_eq!(costs.clocks, 0, "the ids mean other processes to this one");
        let after = naive::pids();
        let told = reader.pids();
        // Who was there before and after was there.
        let lasting = before.iter().filter(|pid| after.contains(pid));
        for pid in lasting {
            let is_readable = naive::read(*pid).is_some();
            assert!(!is_readable || told.contains(pid), "process {pid}");
        }
        let is_child =
            |process: &&hiperf_linux::process::Process| process.stat().unwrap().parent == own_outer_id();
        assert_eq!(reader.table.processes().filter(is_child).count(), 1, "the child of {}", child.pid());
    }
}

/// This process's id in the namespace that `/proc` shows.
fn own_outer_id() -> u32 {
    let link = fs::read_link("/proc/self").unwrap();
    link.to_str().unwrap().parse().unwrap()
}
