//! Trees of files that no kernel would make, and mounts that change.

use std::fs;
use std::path::Path;

use hiperf_linux::cgroups::memory::CgroupMemory;
use hiperf_linux::cgroups::processor::CgroupProcessor;
use hiperf_linux::property::Sources;
use hiperf_linux::root::Unavailable;
use hiperf_provider::Reason;

use crate::tree::Tree;
use crate::{Reader, SECOND, all, assert_available, sources};
use hiperf_linux::area::Area as _;
use hiperf_linux::cgroups::Cgroups;

const MOUNT: &str = "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

fn tree(name: &str) -> Tree {
    let tree = Tree::new(name);
    tree.write("proc/self/mountinfo", MOUNT);
    tree.write("sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
    tree.write("sys/fs/cgroup/a/cpu.stat", "usage_usec 3\n");
    tree
}

fn usage(reader: &Reader) -> Vec<(String, Option<u64>)> {
    let found = reader.groups::<CgroupProcessor>("/", "PercentProcessorTime").into_iter();
    found.map(|(name, _, value)| (name, value)).collect()
}

#[test]
fn without_mounts_there_are_none_and_the_reason_is_kept() {
    let tree = Tree::new("cgroups-none");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    assert!(usage(&reader).is_empty());
    assert_eq!(reader.sampler.area::<Cgroups>().unavailable(Sources::ALL), Some(Unavailable::Unsupported));
    tree.write("proc/self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw\n");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    assert!(usage(&reader).is_empty());
    assert_available(&reader);
    // A mount whose place isn't beneath this root.
    tree.write("proc/self/mountinfo", MOUNT);
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    assert!(usage(&reader).is_empty());
    assert_eq!(reader.sampler.area::<Cgroups>().unavailable(Sources::ALL), Some(Unavailable::Unsupported));
}

#[test]
fn the_mounts_of_another_machine_are_those_of_its_first_process() {
    let tree = Tree::new("cgroups-init");
    tree.write("proc/1/mountinfo", MOUNT);
    tree.write("sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    assert_eq!(usage(&reader), [("/".to_owned(), Some(50))]);
}

#[test]
fn a_sample_leaves_nothing_to_the_next() {
    let tree = tree("cgroups-stale");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    assert_eq!(usage(&reader), [("/".to_owned(), Some(50)), ("/a".to_owned(), Some(30))]);
    tree.write("sys/fs/cgroup/a/cpu.stat", "");
    reader.sample(all::<CgroupProcessor>());
    assert_eq!(usage(&reader), [("/".to_owned(), Some(50)), ("/a".to_owned(), None)]);
    reader.sample(sources::<CgroupProcessor>("Weight"));
    assert_eq!(usage(&reader), [("/".to_owned(), None), ("/a".to_owned(), None)]);
    reader.sample(Sources::NONE);
    assert!(usage(&reader).is_empty());
    reader.sample(all::<CgroupMemory>());
    assert!(usage(&reader).iter().all(|(_, value)| value.is_none()));
}

#[test]
fn a_controller_that_is_turned_on_is_found_within_a_minute() {
    let tree = tree("cgroups-controller");
    let mut reader = Reader::new(tree.root());
    let wanted = sources::<CgroupMemory>("CurrentBytes");
    let current = |reader: &Reader| reader.groups::<CgroupMemory>("/a", "CurrentBytes")[0].2;
    reader.sample(wanted);
    assert_eq!(current(&reader), None);
    assert_eq!(reader.why::<CgroupMemory>("/a", "CurrentBytes"), Some(Reason::Unsupported));
    tree.write("sys/fs/cgroup/a/memory.current", "4096\n");
    reader.sample_after(61 * SECOND, wanted);
    assert_eq!(current(&reader), Some(4096));
}

#[test]
fn a_hierarchy_that_is_mounted_later_takes_over_its_controller() {
    let tree = tree("cgroups-mount");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    tree.write("sys/fs/cgroup/v1/cpuacct.usage", "700\n");
    tree.write(
        "proc/self/mountinfo",
        &format!("{MOUNT}42 31 0:39 / /sys/fs/cgroup/v1 rw - cgroup cgroup rw,cpuacct\n"),
    );
    reader.sample_after(61 * SECOND, all::<CgroupProcessor>());
    assert_eq!(usage(&reader), [("/".to_owned(), Some(7))]);
}

#[test]
fn a_file_that_fails_leaves_the_rest_and_says_so() {
    let tree = tree("cgroups-fails");
    fs::create_dir_all(tree.path().join("sys/fs/cgroup/a/memory.current")).unwrap();
    tree.write("sys/fs/cgroup/a/memory.max", "max\n");
    tree.write("sys/fs/cgroup/a/memory.peak", "5\n");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupMemory>());
    // A directory where a file should be.
    assert_eq!(reader.why::<CgroupMemory>("/a", "CurrentBytes"), Some(Reason::Failed));
    assert_eq!(reader.why::<CgroupMemory>("/a", "WorkingSetBytes"), Some(Reason::Failed));
    assert_eq!(reader.why::<CgroupMemory>("/a", "LimitBytes"), Some(Reason::OutOfRange));
    assert_eq!(reader.groups::<CgroupMemory>("/a", "PeakBytes")[0].2, Some(5));
}

#[test]
fn deep_and_many_directories_have_an_end() {
    let tree = tree("cgroups-deep");
    let deep: String = "/d".repeat(100);
    tree.write(&format!("sys/fs/cgroup{deep}/cpu.stat"), "usage_usec 1\n");
    let mut reader = Reader::new(tree.root());
    reader.sample(all::<CgroupProcessor>());
    let deepest = usage(&reader).into_iter().map(|(name, _)| name.matches('/').count()).max();
    assert_eq!(deepest, Some(64));
}

/// A random number generator that gives the same numbers every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn files(directory: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Texts that are cut, changed at a byte, or have a line of 64 KB: nothing panics,
/// and whatever is read of the other files is what it was.
#[test]
fn damaged_texts_harm_nothing_but_themselves() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots/container");
    let tree = Tree::new("cgroups-damaged");
    let mut all_files = Vec::new();
    files(&recorded.join("sys"), &mut all_files);
    all_files.push(recorded.join("proc/self/mountinfo"));
    let copy = |path: &Path, text: &[u8]| {
        let to = tree.path().join(path.strip_prefix(&recorded).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, text).unwrap();
    };
    let texts: Vec<_> = all_files.iter().map(|path| (path, fs::read(path).unwrap())).collect();
    texts.iter().for_each(|(path, text)| copy(path, text));
    let mut reader = Reader::new(tree.root());
    reader.sample(Sources::ALL);
    let before = usage(&reader);
    assert_eq!(before.len(), 3);
    let mut random = Random(1);
    for (path, text) in &texts {
        for round in 0..6 {
            let at = random.below(text.len() + 1);
            let mut damaged = text.clone();
            match round {
                0 => damaged.truncate(at),
                1 => damaged.clear(),
                2 => damaged.splice(at..at, [b'9'; 65_536]).for_each(drop),
                3 => damaged.splice(at..at, [b'x'; 65_536]).for_each(drop),
                _ => damaged.splice(at..at, (0..9).map(|_| random.below(256) as u8)).for_each(drop),
            }
            copy(path, &damaged);
            // One that keeps its hierarchies, and one that begins.
            reader.sample(Sources::ALL);
            let mut fresh = Reader::new(tree.root());
            fresh.sample(Sources::ALL);
            if !path.ends_with("mountinfo") && !path.ends_with("cpu.stat") {
                assert_eq!(usage(&reader), before, "{}", path.display());
                assert_eq!(usage(&fresh), before, "{}", path.display());
            }
        }
        copy(path, text);
    }
    reader.sample(Sources::ALL);
    assert_eq!(usage(&reader), before);
}
