//! Disks that are pulled out and put back, file systems that are mounted and
//! unmounted, and what all of it costs.

mod tree;

use std::fs;
use std::process::Command;

use hiperf_linux::area::{Area, Class, name};
use hiperf_linux::clock::Clock;
use hiperf_linux::disks::Disks;
use hiperf_linux::disks::block_queue::BlockQueue;
use hiperf_linux::disks::file_system::FileSystem;
use hiperf_linux::disks::logical_disk::LogicalDisk;
use hiperf_linux::disks::physical_disk::PhysicalDisk;
use hiperf_linux::disks::queue_files::QueueFiles;
use hiperf_linux::property::Sources;
use hiperf_linux::root::{Root, Unavailable};
use hiperf_linux::sampler::{Sampler, WantedSources};
use hiperf_provider::Reason;
use tree::Tree;

const SDA: &str = "8 0 sda 1 0 8 4 5 0 8 8 0 10 11\n8 1 sda1 1 0 8 4 5 0 8 8 0 10 11\n";
const SDB: &str = "8 16 sdb 100 0 8 4 5 0 8 8 0 10 11\n";
const ROOT_MOUNT: &str = "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n";

/// Of the disks nothing but these.
fn disks(sources: Sources) -> WantedSources {
    WantedSources { disks: sources, ..WantedSources::default() }
}

fn sampler(tree: &Tree) -> Sampler {
    Sampler::new(tree.root(), Clock::start())
}

/// The instances of a class in a new sample: name, identity and reads.
fn instances<C: Class<Area = Disks, Row = hiperf_linux::disks::disk::Disk>>(
    sampler: &mut Sampler,
) -> Vec<(String, u64, u64)> {
    sampler.sample(&disks(Sources::ALL));
    let mut found = Vec::new();
    C::for_each(sampler.area(), &mut |instance, row| {
        found.push((name(&instance), instance.identity(), row.io.reads));
    });
    found
}

fn names(found: &[(String, u64, u64)]) -> Vec<&str> {
    found.iter().map(|(name, ..)| name.as_str()).collect()
}

#[test]
fn a_disk_that_is_put_back_is_another() {
    let tree = Tree::new("unplug");
    tree.write("proc/diskstats", &format!("{SDA}{SDB}"));
    let mut sampler = sampler(&tree);
    let first = instances::<PhysicalDisk>(&mut sampler);
    assert_eq!(names(&first), ["sda", "sdb", "_Total"]);
    assert_eq!(first[2].2, 101);
    assert_eq!(instances::<PhysicalDisk>(&mut sampler), first, "nothing changed");

    tree.write("proc/diskstats", SDA);
    let without = instances::<PhysicalDisk>(&mut sampler);
    assert_eq!(names(&without), ["sda", "_Total"]);
    assert_eq!(without[0].1, first[0].1, "sda is the same");
    assert_ne!(without[1].1, first[2].1, "the total is one of other disks");

    tree.write("proc/diskstats", &format!("{SDA}{SDB}"));
    let again = instances::<PhysicalDisk>(&mut sampler);
    assert_eq!(again[0].1, first[0].1);
    assert_ne!(again[1].1, first[1].1, "sdb is another");
    assert!(![first[2].1, without[1].1].contains(&again[2].1), "and so is the total");

    // The name alone makes it not the same.
    tree.write("proc/diskstats", &format!("{SDA}{}", SDB.replace("8 16", "8 32")));
    assert_ne!(instances::<PhysicalDisk>(&mut sampler)[1].1, again[1].1);
}

#[test]
fn file_systems_come_and_go() {
    let tree = Tree::new("mount");
    tree.write("proc/diskstats", &format!("{SDA}{SDB}"));
    tree.write("proc/self/mountinfo", ROOT_MOUNT);
    let mut sampler = sampler(&tree);
    let first = instances::<LogicalDisk>(&mut sampler);
    assert_eq!(names(&first), ["/", "_Total"]);
    let more = format!("{ROOT_MOUNT}22 21 8:16 / /mnt rw - ext4 /dev/sdb rw\n");
    tree.write("proc/self/mountinfo", &more);
    let second = instances::<LogicalDisk>(&mut sampler);
    assert_eq!(names(&second), ["/", "/mnt", "_Total"]);
    assert_eq!((second[0].1, second[2].2), (first[0].1, 101));
    // Unmounted, or its device pulled out.
    tree.write("proc/diskstats", SDA);
    assert_eq!(names(&instances::<LogicalDisk>(&mut sampler)), ["/", "_Total"]);
    tree.write("proc/diskstats", &format!("{SDA}{SDB}"));
    let third = instances::<LogicalDisk>(&mut sampler);
    assert_ne!(third[1].1, second[1].1, "it was mounted anew");
}

#[test]
fn what_is_not_wanted_or_missing_is_not_there_and_the_same_afterwards() {
    let tree = Tree::new("missing-disks");
    tree.write("proc/diskstats", SDA);
    tree.write("proc/self/mountinfo", ROOT_MOUNT);
    let mut sampler = sampler(&tree);
    let logical = instances::<LogicalDisk>(&mut sampler);
    sampler.sample(&disks(Disks::DISKSTATS));
    let mut seen = 0;
    LogicalDisk::for_each(sampler.area(), &mut |_, _| seen += 1);
    assert_eq!(seen, 0);
    sampler.sample(&WantedSources::default());
    PhysicalDisk::for_each(sampler.area(), &mut |_, _| seen += 1);
    assert_eq!(seen, 0);
    assert_eq!(instances::<LogicalDisk>(&mut sampler), logical);
}

#[test]
fn who_is_no_process_there_sees_the_mounts_of_the_first() {
    let tree = Tree::new("other-namespace");
    tree.write("proc/diskstats", SDA);
    tree.write("proc/1/mountinfo", ROOT_MOUNT);
    let mut sampler = sampler(&tree);
    assert_eq!(names(&instances::<LogicalDisk>(&mut sampler)), ["/", "_Total"]);
    assert_eq!(sampler.area::<Disks>().unavailable(Disks::MOUNTS), None);
    let empty = Tree::new("no-mounts");
    empty.write("proc/diskstats", SDA);
    let mut sampler = Sampler::new(empty.root(), Clock::start());
    assert!(instances::<LogicalDisk>(&mut sampler).is_empty());
    assert_eq!(sampler.area::<Disks>().unavailable(Disks::MOUNTS), Some(Unavailable::Unsupported));
}

#[test]
fn space_that_is_not_known_has_a_reason() {
    let tree = Tree::new("space");
    tree.write("proc/diskstats", &format!("{SDA}{SDB}"));
    let mounts = format!("{ROOT_MOUNT}22 21 8:16 / /mnt rw - ext4 /dev/sdb rw\n");
    tree.write("proc/self/mountinfo", &mounts);
    tree.write("statvfs", "/ 4096 1000000 600000 500000 1 1 1\n");
    let mut sampler = Sampler::new(Root::recorded(tree.path()).unwrap(), Clock::start());
    sampler.sample(&disks(Sources::ALL));
    let free = LogicalDisk::PROPERTIES.iter().find(|property| property.name == "FreeMegabytes").unwrap();
    let mut found = Vec::new();
    LogicalDisk::for_each(sampler.area(), &mut |instance, row| {
        found.push((name(&instance), row.space.is_ok(), LogicalDisk::why_missing(row, free)));
    });
    let expected = [("/", true, None), ("/mnt", false, Some(Reason::Unsupported)), ("_Total", true, None)];
    assert_eq!(found, expected.map(|(name, is_known, why)| (name.to_owned(), is_known, why)));
}

#[test]
fn a_warm_sample_opens_nothing() {
    let mut sampler = Sampler::system().unwrap();
    let count = |wanted: Sources, sampler: &mut Sampler| {
        sampler.sample(&disks(wanted));
        sampler.sample(&disks(wanted));
        let before = sampler.root().costs();
        sampler.sample(&disks(wanted));
        let after = sampler.root().costs();
        assert_eq!(after.opens, before.opens);
        after.reads - before.reads
    };
    let pages = |path| fs::read(path).unwrap().len() as u64 / 3000 + 1;
    let stats = count(Disks::DISKSTATS, &mut sampler);
    assert!(stats <= pages("/proc/diskstats") + 1, "{stats} reads");
    let with_mounts = count(Disks::DISKSTATS | Disks::MOUNTS, &mut sampler);
    // Records of any length need one read more.
    assert!(with_mounts <= stats + pages("/proc/self/mountinfo") + 1, "{with_mounts} reads");
    let with_space = count(Disks::DISKSTATS | Disks::MOUNTS | Disks::FREE_SPACE, &mut sampler);
    let area = sampler.area::<Disks>();
    let (volumes, queues) = (area.volumes().len() as u64, area.queues().len() as u64);
    let local = area.file_systems().iter().filter(|(_, row)| !row.is_of_a_server).count() as u64;
    assert_eq!(with_space, with_mounts + volumes, "one call a file system");
    let both = Disks::FREE_SPACE | Disks::FILE_SYSTEM_SPACE;
    let with_both = count(Disks::DISKSTATS | Disks::MOUNTS | both, &mut sampler);
    assert_eq!(with_both, with_mounts + local, "none is asked twice");
    let in_flight = count(Disks::DISKSTATS | QueueFiles::IN_FLIGHT, &mut sampler);
    assert_eq!(in_flight, stats + queues, "one file a device");
}

/// The rows of a class that are made of text: instance, property, value.
fn values(class: &str, sampler: &Sampler) -> Vec<(String, &'static str, String)> {
    let mut found = Vec::new();
    let entry = Disks::CLASSES.iter().find(|entry| entry.name() == class).unwrap();
    entry.show(sampler, &mut |instance, property, value| {
        let value = value.map_or_else(|| "NULL".to_owned(), ToString::to_string);
        found.push((instance.to_owned(), property, value));
    });
    found
}

fn value(found: &[(String, &'static str, String)], instance: &str, property: &str) -> String {
    let is_it = |row: &&(String, &'static str, String)| row.0 == instance && row.1 == property;
    found.iter().find(is_it).map_or_else(|| format!("no {instance}"), |row| row.2.clone())
}

#[test]
fn file_systems_are_those_of_df() {
    let df = Command::new("df").args(["-B1", "--output=target,fstype,size,itotal"]).output();
    let df = String::from_utf8_lossy(&df.expect("every system has df").stdout).into_owned();
    let mut sampler = Sampler::system().unwrap();
    sampler.sample(&disks(Sources::ALL));
    let found = values(FileSystem::NAME, &sampler);
    let rows: Vec<Vec<&str>> = df.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert!(!rows.is_empty(), "{df}");
    for row in rows.iter().filter(|row| row.len() == 4 && row[3] != "-") {
        let ours = ["FileSystemType", "SizeBytes", "Inodes"].map(|name| value(&found, row[0], name));
        assert_eq!(ours, [row[1], row[2], row[3]], "{}", row[0]);
    }
}

#[test]
fn a_server_is_not_asked_and_its_file_system_says_so() {
    let tree = Tree::new("server");
    tree.write("proc/self/mountinfo", &format!("{ROOT_MOUNT}22 21 0:44 / /srv rw - nfs4 host:/srv rw\n"));
    tree.write("statvfs", "/ 4096 1000 600 500 10 4 4\n/srv 4096 1 1 1 1 1 1\n");
    let mut sampler = Sampler::new(Root::recorded(tree.path()).unwrap(), Clock::start());
    sampler.sample(&disks(Sources::ALL));
    let size = FileSystem::PROPERTIES.iter().find(|property| property.name == "SizeBytes").unwrap();
    let mut found = Vec::new();
    FileSystem::for_each(sampler.area(), &mut |instance, row| {
        found.push((name(&instance), row.space.is_ok(), FileSystem::why_missing(row, size)));
    });
    assert_eq!(found, [("/".to_owned(), true, None), ("/srv".to_owned(), false, Some(Reason::Stale))]);
    let found = values(FileSystem::NAME, &sampler);
    assert_eq!(value(&found, "/", "UsedBytes"), (400 * 4096).to_string());
    assert_eq!(value(&found, "/", "PercentUsedSpace_Base"), (900 * 4096).to_string());
    assert_eq!(value(&found, "/srv", "Device"), "host:/srv");
}

#[test]
fn queues_are_what_their_files_say_and_follow_the_devices() {
    let tree = Tree::new("queues");
    tree.write("proc/diskstats", &format!("{SDA}{SDB}8 32 cciss!c0d0 1 0 8 4 5 0 8 8 0 10 11\n"));
    tree.write("sys/block/sda/inflight", "       3        7\n");
    tree.write("sys/block/sda/queue/scheduler", "[none] mq-deadline\n");
    tree.write("sys/block/sda/queue/nr_requests", "64");
    tree.write("sys/block/cciss!c0d0/size", "18446744073709551615\n");
    let mut sampler = sampler(&tree);
    sampler.sample(&disks(Sources::ALL));
    let found = values(BlockQueue::NAME, &sampler);
    assert_eq!(value(&found, "sda", "WritesInFlight"), "7");
    assert_eq!(value(&found, "sda", "Scheduler"), "none");
    assert_eq!(value(&found, "sda", "QueueDepth"), "NULL", "it was cut");
    assert_eq!(value(&found, "cciss!c0d0", "SizeBytes"), "NULL", "64 bits don't hold it");
    assert_eq!(value(&found, "sdb", "Scheduler"), "NULL");
    assert!(value(&found, "sda1", "Scheduler").starts_with("no "), "partitions have no queue");
    tree.write("sys/block/sda/queue/scheduler", "none [mq-deadline]\n");
    sampler.sample(&disks(Sources::ALL));
    assert_eq!(value(&values(BlockQueue::NAME, &sampler), "sda", "Scheduler"), "mq-deadline");
    tree.write("proc/diskstats", SDB);
    sampler.sample(&disks(Sources::ALL));
    assert_eq!(value(&values(BlockQueue::NAME, &sampler), "sda", "Scheduler"), "no sda");
}
