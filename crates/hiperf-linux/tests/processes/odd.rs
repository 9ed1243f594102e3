//! Trees of files: names that hold anything, texts that are cut or make no
//! sense, files that are missing.

use hiperf_linux::process::{Process, ProcessSources};
use hiperf_linux::root::Unavailable;

use crate::tree::Tree;
use crate::{Reader, STEP};

/// A line of `stat` of a process that started at `start`.
fn stat(pid: u32, name: &str, start: u64) -> String {
    format!("{pid} ({name}) S 1 1 1 0 -1 4194560 11 0 3 0 50 60 0 0 20 0 2 0 {start} 4096000 70 1 1 1\n")
}

fn names(reader: &Reader) -> Vec<(u32, &str)> {
    reader.table.processes().map(|process| (process.pid(), process.name())).collect()
}

#[test]
fn names_are_in_order_of_start_and_stay() {
    let tree = Tree::new("names");
    // In the order of their ids they began the other way round.
    for (pid, start) in [(10, 300), (20, 200), (30, 100)] {
        tree.write(&format!("{pid}/stat"), stat(pid, "sh", start));
    }
    let mut reader = Reader::new(tree.root(), ProcessSources::STAT);
    reader.sample(STEP);
    assert_eq!(names(&reader), [(10, "sh#2"), (20, "sh#1"), (30, "sh")]);
    let generation = reader.table.generation();
    reader.sample(STEP);
    assert_eq!(reader.table.generation(), generation);

    tree.remove("30");
    reader.sample(STEP);
    assert_eq!(names(&reader), [(10, "sh#2"), (20, "sh#1")]);
    assert_ne!(reader.table.generation(), generation);
    // Another program in the same process, and one more of the old name.
    tree.write("20/stat", stat(20, "ls", 200));
    tree.write("40/stat", stat(40, "sh", 400));
    tree.write("50/stat", stat(50, "sh", 500));
    reader.sample(STEP);
    assert_eq!(names(&reader), [(10, "sh#2"), (20, "ls"), (40, "sh"), (50, "sh#1")]);
}

#[test]
fn a_process_that_took_over_an_id_is_another_one() {
    let tree = Tree::new("reuse");
    for budget in [0, 10] {
        tree.write("7/stat", stat(7, "old", 100));
        let mut reader = Reader::new(tree.root(), ProcessSources::STAT);
        reader.root.set_descriptor_budget(budget);
        reader.sample(STEP);
        let before = reader.get(7).identity();
        tree.write("7/stat", stat(7, "new", 900));
        reader.sample(STEP);
        assert_eq!(names(&reader), [(7, "new")]);
        assert_ne!(reader.get(7).identity(), before);
        assert_eq!(reader.get(7).stat().unwrap().start_ticks, 900);
    }
}

#[test]
fn names_may_hold_anything() {
    let tree = Tree::new("anything");
    let long = "n".repeat(64 << 10);
    let odd =
        ["a b", "a) S 1 (b", "x\ny", "", "_Total", "idle", "a#1", "a", "A", &long, "kworker/0:1-events"];
    for (index, name) in odd.iter().enumerate() {
        tree.write(&format!("{}/stat", index + 1), stat(index as u32 + 1, name, index as u64));
    }
    tree.write(
        "20/stat",
        [b"20 (\xff\x1b[1m) ".as_slice(), stat(20, "", 99).as_bytes().split_at(6).1].concat(),
    );
    let mut reader = Reader::new(tree.root(), ProcessSources::STAT);
    reader.sample(STEP);
    let shown: Vec<&str> = reader.table.processes().map(Process::name).collect();
    let cut = &long[..64];
    let expected = [
        "a b",
        "a) S 1 (b",
        "x?y",
        "",
        "_Total#1",
        "idle#1",
        "a#1#1",
        "a",
        "A#1",
        cut,
        "kworker/0:1",
        "??[1m",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn what_makes_no_sense_is_left_out_and_the_rest_is_whole() {
    let tree = Tree::new("garbage");
    tree.write("1/stat", stat(1, "first", 1));
    tree.write("2/stat", "garbage");
    tree.write("3/stat", "");
    tree.write("4/stat", &stat(4, "cut", 4)[..40]);
    tree.write("5/comm", "no stat at all\n");
    tree.write("6/stat", [0; 5000]);
    tree.write("7/stat", stat(7, "last", 7));
    for other in ["self", "12x", "-3", "4294967296", "loadavg"] {
        tree.write(&format!("{other}/stat"), stat(8, "other", 8));
    }
    let mut reader = Reader::new(tree.root(), ProcessSources::STAT);
    for _ in 0..3 {
        reader.sample(STEP);
        assert_eq!(names(&reader), [(1, "first"), (7, "last")]);
    }
    // A line that makes no sense only once: the process is what it was, without numbers.
    let identity = reader.get(7).identity();
    tree.write("7/stat", "7 (last) S 1 2");
    reader.sample(STEP);
    assert!(matches!(reader.get(7).stat(), Err(Unavailable::Failed(_))));
    assert_eq!(reader.get(7).name(), "last");
    tree.write("7/stat", stat(7, "last", 7));
    reader.sample(STEP);
    assert_eq!(reader.get(7).stat().unwrap().threads, 2);
    assert_eq!(reader.get(7).identity(), identity);
}

#[test]
fn the_largest_numbers_are_numbers() {
    let tree = Tree::new("largest");
    let most = u64::MAX;
    let line = format!(
        "3 (max) S 1 1 1 0 -1 1 {most} 0 {most} 0 {most} {most} 0 0 20 -20 {most} 0 5 {most} {most} 0\n"
    );
    tree.write("3/stat", line);
    tree.write("3/io", format!("rchar: {most}\nwchar: {most}\nsyscr: {most}0\n"));
    tree.write("3/status", format!("VmPeak: {most} kB\nThreads: {most}\nvoluntary_ctxt_switches: {most}\n"));
    let all = ProcessSources::STAT | ProcessSources::IO | ProcessSources::STATUS;
    let mut reader = Reader::new(tree.root(), all);
    reader.sample(STEP);
    let process = reader.get(3);
    assert_eq!(process.stat().unwrap().user_ticks, most);
    assert_eq!(process.stat().unwrap().ticks(), most - 1);
    assert_eq!((process.io().unwrap().read_bytes, process.io().unwrap().reads), (Some(most), None));
    assert_eq!(process.status().unwrap().virtual_peak_bytes, None);
    assert_eq!(process.status().unwrap().voluntary_switches, Some(most));
}

#[test]
fn a_missing_file_is_unsupported_and_what_nobody_wants_is_not_read() {
    let tree = Tree::new("missing");
    tree.write("3/stat", stat(3, "x", 3));
    tree.write("3/schedstat", "11 22 33\n");
    tree.write("3/fd/0", "");
    tree.write("3/fd/17", "");
    let all = ProcessSources::IO | ProcessSources::SCHEDSTAT | ProcessSources::DESCRIPTORS;
    let mut reader = Reader::new(tree.root(), all);
    reader.sample(STEP);
    let process = reader.get(3);
    assert_eq!(process.io(), Err(Unavailable::Unsupported));
    assert_eq!(process.unavailable(ProcessSources::IO), Some(Unavailable::Unsupported));
    assert_eq!(process.schedstat().unwrap().wait_ns, Some(22));
    assert_eq!(process.descriptor_count(), Ok(Some(2)));
    assert_eq!(process.unavailable(ProcessSources::SCHEDSTAT), None);

    reader.wanted = ProcessSources::STAT;
    reader.sample(STEP);
    assert!(reader.get(3).schedstat().is_err(), "what an earlier sample read isn't shown");
    reader.wanted = ProcessSources::NONE;
    let costs = reader.sample(STEP);
    assert_eq!((costs.opens, costs.reads, reader.table.count()), (0, 0, 0));
    reader.wanted = ProcessSources::SCHEDSTAT;
    reader.sample(STEP);
    assert_eq!(reader.get(3).schedstat().unwrap().timeslices, Some(33));
}

#[test]
fn a_process_that_vanishes_half_read_is_gone() {
    let tree = Tree::new("vanishing");
    tree.write("3/stat", stat(3, "x", 3));
    tree.write("3/io", "rchar: 1\n");
    tree.write("4/stat", stat(4, "y", 4));
    let mut reader = Reader::new(tree.root(), ProcessSources::IO);
    reader.root.set_descriptor_budget(0);
    reader.sample(STEP);
    assert_eq!(reader.pids(), [3, 4]);
    tree.remove("3");
    reader.sample(STEP);
    assert_eq!(reader.pids(), [4]);
}

#[test]
fn without_proc_there_is_an_error_and_afterwards_everything() {
    let tree = Tree::new("without");
    tree.remove("");
    let mut reader = Reader::new(tree.root(), ProcessSources::STAT);
    assert_eq!(reader.try_sample(STEP), Err(Unavailable::Unsupported));
    assert_eq!(reader.table.processes().count(), 0);
    tree.write("3/stat", stat(3, "x", 3));
    reader.sample(STEP);
    assert_eq!(reader.pids(), [3]);
}
