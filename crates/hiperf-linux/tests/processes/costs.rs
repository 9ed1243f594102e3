//! What a sample of sleepers costs, in a namespace where nobody else comes and
//! goes.

use std::fs;

use hiperf_linux::process::ProcessSources;

use crate::children::ForkedChild;
use crate::namespace::{OWN_PROC, is_inside};
use crate::{Reader, SECOND, STEP, naive};

const SLEEPERS: usize = 50;

fn sleepers() -> Vec<ForkedChild> {
    (0..SLEEPERS).map(|_| ForkedChild::sleeper()).collect()
}

/// The processes of the namespace, this one included.
const PROCESSES: u64 = SLEEPERS as u64 + 1;

#[test]
fn as_text_a_file_is_one_call_and_membership_another() {
    if !is_inside("costs::as_text_a_file_is_one_call_and_membership_another", OWN_PROC) {
        return;
    }
    let _sleepers = sleepers();
    let wanted = ProcessSources::STAT | ProcessSources::IO;
    let mut reader = Reader::text(wanted);
    reader.settle();
    for _ in 0..20 {
        let costs = reader.sample(STEP);
        assert_eq!((costs.opens, costs.failures, costs.clocks), (0, 0, 0));
        assert_eq!(costs.reads, 2 * PROCESSES + 1);
    }
    reader.root.set_descriptor_budget(0);
    let mut reader = Reader::text(wanted);
    reader.root.set_descriptor_budget(0);
    reader.settle();
    let costs = reader.sample(STEP);
    // Beyond the budget each is an open, a read and a close; and so is the file that tells who came.
    assert_eq!((costs.opens, costs.reads), (2 * PROCESSES + 1, 2 * PROCESSES + 1));
}

#[test]
fn who_sleeps_is_not_read_but_once_a_minute() {
    if !is_inside("costs::who_sleeps_is_not_read_but_once_a_minute", OWN_PROC) {
        return;
    }
    let sleepers = sleepers();
    let mut reader = Reader::system(ProcessSources::STAT | ProcessSources::IO);
    reader.settle();
    let mut reads = 0;
    for _ in 0..600 {
        let costs = reader.sample(SECOND / 10);
        assert!(costs.clocks <= PROCESSES, "{} clocks", costs.clocks);
        assert_eq!(costs.opens, 0);
        reads += costs.reads;
    }
    // Each file once or twice, and some more while the sleepers go to sleep; besides, in each sample, this
    // process and who came.
    let most = 600 * (2 + 1) + 5 * 2 * PROCESSES;
    assert!((2 * PROCESSES + 600..=most).contains(&reads), "{reads} reads");
    for sleeper in &sleepers {
        assert_eq!(Some(naive::of(reader.get(sleeper.pid()))), naive::read(sleeper.pid()));
    }
}

#[test]
fn that_nobody_came_is_one_call() {
    if !is_inside("costs::that_nobody_came_is_one_call", OWN_PROC) {
        return;
    }
    let _sleepers = sleepers();
    let mut reader = Reader::system(ProcessSources::STAT);
    reader.settle();
    let reads: u64 = (0..20).map(|_| reader.sample(STEP).reads).sum();
    // This process itself is awake, and somebody may have had a turn.
    assert!((20..=20 * 2 + 1).contains(&reads), "{reads} reads");
}

#[test]
fn descriptors_go_to_who_is_busy() {
    if !is_inside("costs::descriptors_go_to_who_is_busy", OWN_PROC) {
        return;
    }
    let _sleepers = sleepers();
    let spinner = ForkedChild::spinner();
    let mut reader = Reader::system(ProcessSources::STAT);
    reader.root.set_descriptor_budget(10);
    reader.settle();
    let open = || {
        let links = fs::read_dir("/proc/self/fd").unwrap();
        let files = links.filter_map(|link| fs::read_link(link.unwrap().path()).ok());
        files.filter_map(|file| file.to_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let of_processes = |files: &[String]| files.iter().filter(|file| file.ends_with("/stat")).count();
    assert!((5..=10).contains(&of_processes(&open())), "{:?}", open());
    let its_file = format!("/proc/{}/stat", spinner.pid());
    // It is busy once it was seen to have used a tick, and takes the place of who had none for some samples.
    while !open().contains(&its_file) {
        reader.sample(STEP);
    }
    for _ in 0..50 {
        reader.sample(STEP);
        let open = open();
        assert!(open.contains(&its_file) && of_processes(&open) <= 10, "{open:?}");
    }
}

#[test]
fn who_runs_is_at_most_a_tick_behind() {
    let spinner = ForkedChild::spinner();
    for mut reader in [Reader::system(ProcessSources::STAT), Reader::text(ProcessSources::STAT)] {
        reader.settle();
        for _ in 0..200 {
            let ticks = |numbers: &[u64]| numbers[3] + numbers[4];
            let before = naive::read(spinner.pid()).unwrap();
            reader.sample(STEP);
            let after = naive::read(spinner.pid()).unwrap();
            let told = naive::of(reader.get(spinner.pid()));
            let range = ticks(&before.numbers).saturating_sub(1)..=ticks(&after.numbers);
            assert!(range.contains(&ticks(&told.numbers)), "{before:?} {told:?} {after:?}");
        }
    }
}

#[test]
fn a_zombie_is_a_process_and_then_gone() {
    let child = ForkedChild::sleeper();
    let mut reader = Reader::system(ProcessSources::STAT | ProcessSources::STATUS);
    reader.sample(STEP);
    assert_eq!(reader.get(child.pid()).stat().unwrap().state, b'S');
    child.kill();
    reader.sample(STEP);
    let process = reader.get(child.pid());
    assert_eq!(process.stat().unwrap().state, b'Z');
    assert_eq!(process.status().unwrap().anonymous_bytes, None);
    let pid = child.pid();
    drop(child);
    reader.sample(STEP);
    assert!(reader.find(pid).is_none());
}
