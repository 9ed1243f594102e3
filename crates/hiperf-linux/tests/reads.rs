//! What reading costs, what happens to files that are missing or fail, and what
//! a copy of the reads holds. On the running machine's own `/proc`, and on
//! trees that the tests make.

mod tree;

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use hiperf_linux::area::Area;
use hiperf_linux::clock::Clock;
use hiperf_linux::file::{File, Shape};
use hiperf_linux::machine::Machine;
use hiperf_linux::memory::MemoryArea;
use hiperf_linux::property::Sources;
use hiperf_linux::root::{Root, Unavailable};
use hiperf_linux::sampler::{Sampler, WantedSources};
use tree::Tree;

/// A writer whose contents the test can see.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Of the machine nothing but these.
fn machine(sources: Sources) -> WantedSources {
    WantedSources { machine: sources, ..WantedSources::default() }
}

/// Of memory nothing but these.
fn memory(sources: Sources) -> WantedSources {
    WantedSources { memory: sources, ..WantedSources::default() }
}

#[track_caller]
fn check_warm_cost(wanted: WantedSources, most_reads: u64) {
    let mut sampler = Sampler::system().unwrap();
    sampler.sample(&wanted);
    sampler.sample(&wanted);
    let before = sampler.root().costs();
    for _ in 0..10 {
        sampler.sample(&wanted);
    }
    let after = sampler.root().costs();
    assert_eq!(after.opens, before.opens, "opens in warm samples");
    let reads = after.reads - before.reads;
    assert!(reads <= 10 * most_reads, "{reads} reads in 10 samples");
    assert_eq!(sampler.area::<Machine>().unavailable(wanted.machine), None);
    assert_eq!(sampler.area::<MemoryArea>().unavailable(wanted.memory), None);
}

#[test]
fn a_warm_read_of_a_file_in_one_piece_is_one_call() {
    for source in [Machine::STAT, Machine::SOFTIRQS, Machine::LOADAVG] {
        check_warm_cost(machine(source), 1);
    }
    check_warm_cost(memory(MemoryArea::MEMINFO), 1);
}

#[test]
fn a_file_of_records_takes_at_most_one_call_more_than_it_has_pages() {
    let pages = |path| fs::read(path).unwrap().len() as u64 / 3000 + 1;
    check_warm_cost(memory(MemoryArea::VMSTAT), pages("/proc/vmstat") + 1);
    check_warm_cost(machine(Machine::INTERRUPTS), pages("/proc/interrupts") + 1);
    check_warm_cost(machine(Machine::PIDS), 1);
}

#[test]
fn a_file_of_many_records_is_read_whole() {
    let path = ["proc/kallsyms", "proc/crypto", "proc/modules"]
        .into_iter()
        .find(|path| fs::read(format!("/{path}")).is_ok_and(|text| text.len() > 10_000));
    let Some(path) = path else { return };
    let mut root = Root::system().unwrap();
    let mut file = File::new(path, Shape::Records, 16);
    let expected = fs::read(format!("/{path}")).unwrap();
    for _ in 0..2 {
        assert!(file.read(&mut root).unwrap() == expected, "{path} differs");
    }
}

#[test]
fn a_buffer_grows_to_the_file() {
    let tree = Tree::new("grow");
    let text = "0123456789\n".repeat(1000);
    tree.write("proc/stat", &text);
    let mut root = tree.root();
    for shape in [Shape::OnePiece, Shape::Records, Shape::LongRecords] {
        let mut file = File::new("proc/stat", shape, 1);
        assert_eq!(file.read(&mut root).unwrap(), text.as_bytes());
        assert_eq!(file.bytes(), text.as_bytes());
    }
}

#[test]
fn a_missing_file_is_asked_for_once() {
    let tree = Tree::new("missing");
    let mut root = tree.root();
    let mut file = File::new("proc/stat", Shape::OnePiece, 16);
    for _ in 0..5 {
        assert_eq!(file.read(&mut root), Err(Unavailable::Unsupported));
    }
    assert_eq!(root.costs().opens, 1);
    tree.write("proc/stat", "now\n");
    file.forget();
    assert_eq!(file.read(&mut root), Ok(&b"now\n"[..]));
}

#[test]
fn a_read_that_fails_is_no_missing_file_and_is_tried_again() {
    let mut root = Root::open("/proc/self").unwrap();
    // The first page of an address space is never mapped.
    let mut file = File::new("mem", Shape::OnePiece, 16);
    for opens in 1..4 {
        assert!(matches!(file.read(&mut root), Err(Unavailable::Failed(_))));
        assert!(file.bytes().is_empty());
        assert_eq!(root.costs().opens, opens);
    }
}

#[test]
fn a_file_that_vanishes_with_its_process_is_unavailable() {
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let mut root = Root::system().unwrap();
    let mut file = File::new(format!("proc/{}/stat", child.id()), Shape::OnePiece, 512);
    assert!(file.read(&mut root).is_ok());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(file.read(&mut root).is_err());
    assert_eq!(file.read(&mut root), Err(Unavailable::Unsupported));
}

#[test]
fn without_a_budget_files_are_opened_each_time() {
    let mut root = Root::system().unwrap();
    root.set_descriptor_budget(0);
    let mut file = File::new("proc/loadavg", Shape::OnePiece, 128);
    for opens in 1..4 {
        file.read(&mut root).unwrap();
        assert_eq!(root.costs().opens, opens);
    }
}

#[test]
fn what_fails_or_is_not_wanted_leaves_nothing_of_the_sample_before() {
    let tree = Tree::new("stale");
    tree.write("proc/loadavg", "0.0 0.0 0.0 1/96 4744\n");
    tree.write("proc/stat", "cpu0 1 2 3 4 5 6 7\nctxt 5\n");
    let mut sampler = Sampler::new(tree.root(), Clock::start());
    let all = Machine::LOADAVG | Machine::STAT | Machine::IDLE_TIMES;
    sampler.sample(&machine(all));
    assert_eq!(sampler.area::<Machine>().system().threads, Some(96));
    assert_eq!(sampler.area::<Machine>().unavailable(Machine::LOADAVG | Machine::STAT), None);
    assert_eq!(sampler.area::<Machine>().unavailable(all), Some(Unavailable::Unsupported));
    sampler.sample(&machine(Machine::STAT));
    assert_eq!(sampler.area::<Machine>().system().threads, None);
    assert_eq!(sampler.area::<Machine>().system().context_switches, Some(5));
    sampler.sample(&memory(MemoryArea::MEMINFO));
    assert!(
        sampler.area::<Machine>().stat().cpus().is_empty()
            && sampler.area::<Machine>().processor_total().is_none()
    );
    assert_eq!(sampler.area::<MemoryArea>().meminfo().cached, None);
}

#[test]
fn processors_that_come_and_go_are_followed() {
    let tree = Tree::new("hotplug");
    let state = |cpu: u32| format!("sys/devices/system/cpu/cpu{cpu}/cpuidle/state1/time");
    tree.write("proc/stat", "cpu0 1 2 3 4 5 6 7\n");
    tree.write(&state(0), "10\n");
    tree.write(&state(1), "40\n");
    let mut sampler = Sampler::new(tree.root(), Clock::start());
    let times = |sampler: &Sampler| {
        sampler.area::<Machine>().processor_total().and_then(|total| total.idle_states[0].time_us)
    };
    sampler.sample(&machine(Machine::IDLE_TIMES));
    assert_eq!(times(&sampler), Some(10));
    let generation = sampler.area::<Machine>().stat().generation();
    tree.write("proc/stat", "cpu0 1 2 3 4 5 6 7\ncpu1 1 2 3 4 5 6 7\n");
    sampler.sample(&machine(Machine::IDLE_TIMES));
    assert_eq!(times(&sampler), Some(25));
    assert_ne!(sampler.area::<Machine>().stat().generation(), generation);
    tree.write("proc/stat", "cpu1 1 2 3 4 5 6 7\n");
    sampler.sample(&machine(Machine::IDLE_TIMES));
    assert_eq!(times(&sampler), Some(40));
}

#[test]
fn the_start_of_the_machine_keeps_still_when_the_clock_is_set() {
    let tree = Tree::new("btime");
    tree.write("proc/stat", "cpu0 1 2 3 4 5 6 7\nbtime 1000\n");
    let mut sampler = Sampler::new(tree.root(), Clock::start());
    sampler.sample(&machine(Machine::STAT));
    tree.write("proc/stat", "cpu0 1 2 3 4 5 6 7\nbtime 4600\n");
    sampler.sample(&machine(Machine::STAT));
    assert_eq!(sampler.area::<Machine>().system().boot_time_s, Some(1000));
    sampler.reanchor();
    sampler.sample(&machine(Machine::STAT));
    assert_eq!(sampler.area::<Machine>().system().boot_time_s, Some(4600));
}

#[test]
fn a_copy_holds_exactly_what_was_read() {
    let tree = Tree::new("tee");
    tree.write("proc/loadavg", "0.0 0.0 0.0 1/96 4744\n");
    tree.write("proc/17/comm", "x\n");
    let mut sampler = Sampler::new(tree.root(), Clock::anchored(5000, 0));
    let copy = Shared::default();
    sampler.root_mut().tee_to(copy.clone());
    let clock = *sampler.clock();
    sampler.sample_at(&machine(Machine::LOADAVG), clock.at(100));
    sampler.sample_at(&machine(Machine::LOADAVG | Machine::PIDS), clock.at(200));
    assert_eq!(sampler.area::<Machine>().system().processes, Some(1));
    let expected = "1 100 5100 proc/loadavg 22\n0.0 0.0 0.0 1/96 4744\n\n\
                    2 200 5200 proc/loadavg 22\n0.0 0.0 0.0 1/96 4744\n\n\
                    2 200 5200 proc 3\n17\n\n";
    assert_eq!(String::from_utf8_lossy(&copy.0.lock().unwrap()), expected);
}

#[test]
fn a_copy_that_fails_ends_and_reading_goes_on() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut sampler = Sampler::system().unwrap();
    sampler.root_mut().tee_to(Full);
    sampler.sample(&machine(Machine::LOADAVG));
    assert!(sampler.area::<Machine>().system().threads.is_some());
    let error = sampler.root_mut().take_tee_error().expect("the write failed");
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert!(sampler.root_mut().take_tee_error().is_none());
}
