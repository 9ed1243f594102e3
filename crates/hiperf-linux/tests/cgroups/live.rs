//! Cgroups of the running kernel that come, go and come again, and what it costs
//! to notice.

use std::fs;
use std::process::{Command, Stdio};

use hiperf_linux::area::Class;
use hiperf_linux::cgroups::group::Group;
use hiperf_linux::cgroups::memory::CgroupMemory;
use hiperf_linux::cgroups::pressure::CgroupPressure;
use hiperf_linux::cgroups::tasks::CgroupTasks;
use hiperf_linux::property::Sources;
use hiperf_linux::root::Costs;

use crate::groups::Groups;
use crate::{Reader, SECOND, STEP, all, assert_available, sources};

/// The paths below the test's own cgroup, each with its identity.
fn below<C: Class<Area = hiperf_linux::cgroups::Cgroups, Row = Group>>(
    reader: &Reader,
    groups: &Groups,
) -> Vec<(String, u64)> {
    let property = C::PROPERTIES[0].name;
    let found = reader.groups::<C>(&groups.name(""), property).into_iter();
    found.map(|(name, identity, _)| (name[groups.name("").len()..].to_owned(), identity)).collect()
}

fn names(found: &[(String, u64)]) -> Vec<&str> {
    found.iter().map(|(name, _)| name.as_str()).collect()
}

/// Births, deaths and another one of the same name, each seen in the next sample,
/// which comes so much later.
#[track_caller]
fn check_membership<C: Class<Area = hiperf_linux::cgroups::Cgroups, Row = Group>>(
    mut groups: Groups,
    wanted: Sources,
    budget: Option<u32>,
    later: u64,
) {
    let mut reader = Reader::system();
    if let Some(budget) = budget {
        reader.sampler.root_mut().set_descriptor_budget(budget);
    }
    groups.add("/a");
    groups.add("/a/x");
    groups.add("/b");
    reader.sample_after(later, wanted);
    let first = below::<C>(&reader, &groups);
    assert_eq!(names(&first), ["", "/a", "/a/x", "/b"]);
    reader.sample_after(later, wanted);
    assert_eq!(below::<C>(&reader, &groups), first);

    groups.add("/a/y");
    reader.sample_after(later, wanted);
    let second = below::<C>(&reader, &groups);
    assert_eq!(names(&second), ["", "/a", "/a/x", "/a/y", "/b"]);
    assert_eq!((&second[..3], &second[4]), (&first[..3], &first[3]), "they stay the same");

    // As many as before, of the same names.
    groups.remove("/a/x");
    groups.add("/a/x");
    reader.sample_after(later, wanted);
    let third = below::<C>(&reader, &groups);
    assert_eq!(names(&third), names(&second));
    assert_ne!(third[2].1, second[2].1, "it is another one");
    assert_eq!((&third[..2], &third[3..]), (&second[..2], &second[3..]));

    // As many as before, of another name.
    groups.remove("/b");
    groups.add("/c");
    reader.sample_after(later, wanted);
    assert_eq!(names(&below::<C>(&reader, &groups)), ["", "/a", "/a/x", "/a/y", "/c"]);
    for gone in ["/a/x", "/a/y", "/a", "/c"] {
        groups.remove(gone);
    }
    reader.sample_after(later, wanted);
    assert_eq!(names(&below::<C>(&reader, &groups)), [""]);
    assert_available(&reader);
}

#[test]
fn births_and_deaths_in_version_2() {
    let Some(groups) = Groups::of_version_2("members") else { return };
    check_membership::<CgroupPressure>(
        groups,
        sources::<CgroupPressure>("PercentDiskSomeStalledTime"),
        None,
        STEP,
    );
}

#[test]
fn births_and_deaths_without_descriptors() {
    let Some(groups) = Groups::of_version_2("members-0") else { return };
    check_membership::<CgroupPressure>(groups, all::<CgroupPressure>(), Some(0), STEP);
}

#[test]
fn births_and_deaths_where_only_names_are_asked_for() {
    let Some(groups) = Groups::of_version_2("members-names") else { return };
    check_membership::<CgroupPressure>(groups, CgroupPressure::INSTANCES, None, STEP);
}

/// Here a death may hide a birth until the next walk.
#[test]
fn births_and_deaths_in_version_1() {
    let Some(groups) = Groups::of_version_1("memory", "members-1") else { return };
    check_membership::<CgroupMemory>(groups, sources::<CgroupMemory>("LimitBytes"), None, 10 * SECOND);
}

/// The costs of some samples, each with the number of cgroups in it. Others make
/// cgroups while a test runs: what holds of a sample in which none came or went is
/// to be found in one of them.
fn samples(reader: &mut Reader, wanted: Sources) -> Vec<(Costs, u64)> {
    let mut sample = || {
        let costs = reader.sample(wanted);
        let found = reader.groups::<CgroupPressure>("/", "PercentDiskSomeStalledTime");
        (costs, found.len() as u64)
    };
    (0..20).map(|_| sample()).collect()
}

#[test]
fn nothing_is_opened_while_none_comes_or_goes() {
    let Some(mut groups) = Groups::of_version_2("warm") else { return };
    (0..20).for_each(|number| groups.add(&format!("/{number}")));
    let mut reader = Reader::system();
    let wanted = sources::<CgroupPressure>("PercentDiskSomeStalledTime");
    let first = reader.sample(wanted);
    assert!(first.opens > 21, "{first:?}");
    let all = samples(&mut reader, wanted);
    // Each has one file, and the topmost one says how many there are.
    let is_warm =
        |(costs, count): &(Costs, u64)| (costs.opens, costs.reads) == (0, count + 1) && *count >= 22;
    assert!(all.iter().any(is_warm), "{all:?}");
}

#[test]
fn what_the_budget_allows_stays_open_and_others_have_their_part() {
    let Some(mut groups) = Groups::of_version_2("budget") else { return };
    (0..300).for_each(|number| groups.add(&format!("/{number}")));
    let mut reader = Reader::system();
    reader.sampler.root_mut().set_descriptor_budget(100);
    let wanted = sources::<CgroupPressure>("PercentDiskSomeStalledTime");
    reader.sample(wanted);
    let all = samples(&mut reader, wanted);
    // 100 less the 64 of others and the two files that the area itself has. A cgroup
    // that goes gives its place to one that has none.
    let is_warm = |(costs, count): &(Costs, u64)| costs.opens == count - 34 && *count > 300;
    assert!(all.iter().any(is_warm), "{all:?}");
    let found = reader.groups::<CgroupPressure>(&groups.name(""), "PercentDiskSomeStalledTime");
    assert!(found.len() == 301 && found.iter().all(|(_, _, value)| value.is_some()));
}

#[test]
fn numbers_are_those_of_the_files() {
    let Some(mut groups) = Groups::of_version_1("memory", "numbers") else { return };
    groups.add("/a");
    groups.write("/a/memory.limit_in_bytes", "1073741824");
    let mut reader = Reader::system();
    reader.sample(all::<CgroupMemory>());
    let name = groups.name("/a");
    let value = |property: &str| reader.groups::<CgroupMemory>(&name, property)[0].2;
    let number = |file: &str| groups.read(file).trim().parse::<u64>().ok();
    assert_eq!(value("LimitBytes"), Some(1 << 30));
    assert_eq!(value("CurrentBytes"), number("/a/memory.usage_in_bytes"));
    assert_eq!(value("PeakBytes"), number("/a/memory.max_usage_in_bytes"));
    assert_eq!(value("LimitHitsPersec"), number("/a/memory.failcnt"));
    let stat = groups.read("/a/memory.stat");
    for (field, property) in
        [("total_cache", "FileBytes"), ("total_pgfault", "PageFaultsPersec"), ("total_rss", "AnonymousBytes")]
    {
        let line = stat.lines().find_map(|line| line.strip_prefix(&format!("{field} "))).unwrap();
        assert_eq!(value(property), line.parse().ok(), "{property}");
    }
    // What the version hasn't, and a limit that isn't set.
    assert_eq!(reader.why::<CgroupMemory>(&name, "HighBytes"), Some(hiperf_provider::Reason::Unsupported));
    assert_eq!(
        reader.why::<CgroupMemory>(&name, "SoftLimitBytes"),
        Some(hiperf_provider::Reason::OutOfRange)
    );
}

#[test]
fn tasks_are_counted() {
    let Some(groups) = Groups::of_version_1("pids", "tasks") else { return };
    let mut reader = Reader::system();
    let wanted = sources::<CgroupTasks>("Tasks");
    let tasks = |reader: &Reader| reader.groups::<CgroupTasks>(&groups.name(""), "Tasks")[0].2;
    reader.sample(wanted);
    assert_eq!(tasks(&reader), Some(0));
    let mut child = Command::new("sleep").arg("60").stdout(Stdio::null()).spawn().unwrap();
    fs::write(groups.path("/cgroup.procs"), child.id().to_string()).unwrap();
    reader.sample(wanted);
    assert_eq!(tasks(&reader), Some(1));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.sample(wanted);
    assert_eq!(tasks(&reader), Some(0));
}

/// In version 1 a removed one that is forgotten may hide one that comes.
#[test]
fn version_1_is_walked_through_from_time_to_time() {
    let Some(_groups) = Groups::of_version_1("pids", "walk") else { return };
    let mut reader = Reader::system();
    let wanted = sources::<CgroupTasks>("Tasks");
    reader.sample(wanted);
    let cheapest = (0..10).map(|_| reader.sample(wanted).opens).min();
    assert_eq!(cheapest, Some(0));
    assert!(reader.sample_after(10 * SECOND, wanted).opens > 0);
}
