//! The classes of the machine, its memory and its kernel: against a naive reader
//! of the running machine, as nobody, and with files that are garbage.

mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hiperf_linux::area::Area;
use hiperf_linux::clock::Clock;
use hiperf_linux::machine::Machine;
use hiperf_linux::memory::MemoryArea;
use hiperf_linux::property::Sources;
use hiperf_linux::root::{Root, Unavailable};
use hiperf_linux::sampler::{AREAS, Sampler, WantedSources};
use tree::Tree;

/// The areas that this is about.
const OURS: [&str; 3] = ["machine", "memory", "kernel_state"];

const ALL: WantedSources =
    WantedSources { machine: Sources::ALL, memory: Sources::ALL, kernel_state: Sources::ALL, ..NOTHING };

const NOTHING: WantedSources = WantedSources {
    machine: Sources::NONE,
    memory: Sources::NONE,
    disks: Sources::NONE,
    sensors: Sources::NONE,
    process: Sources::NONE,
    network: Sources::NONE,
    pressure: Sources::NONE,
    cgroups: Sources::NONE,
    kernel_state: Sources::NONE,
};

/// Class, instance and property, as `OS_Slab`, `dentry` and `Objects`.
type Values = BTreeMap<(String, String, String), String>;

/// What the classes of an area say.
fn values(sampler: &Sampler, area: &str) -> Values {
    let (_, classes) = AREAS.iter().find(|(name, _)| *name == area).unwrap();
    let mut found = Values::new();
    for class in *classes {
        let short = class.name().split_once("_PerfRawData_").unwrap().1;
        class.show(sampler, &mut |instance, property, value| {
            let key = (short.to_owned(), instance.to_owned(), property.to_owned());
            found.insert(key, value.map_or("NULL".to_owned(), ToString::to_string));
        });
    }
    found
}

/// Counters that only grow, as anybody would read them.
fn naive() -> BTreeMap<(String, String, String), u64> {
    let mut found = BTreeMap::new();
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let mut add = |class: &str, instance: &str, property: &str, value: Option<u64>| {
        if let Some(value) = value {
            found.insert((class.to_owned(), instance.to_owned(), property.to_owned()), value);
        }
    };
    let named = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    let vmstat = text("/proc/vmstat");
    for (property, name) in [
        ("KBytesInPersec", "pgpgin"),
        ("PageFaultsPersec", "pgfault"),
        ("MajorFaultsPersec", "pgmajfault"),
        ("PagesFreedPersec", "pgfree"),
        ("ActivationsPersec", "pgactivate"),
        ("PagesDirtiedPersec", "nr_dirtied"),
        ("FileRefaultsPersec", "workingset_refault_file"),
        ("MigrationsPersec", "pgmigrate_success"),
        ("OomKillsPersec", "oom_kill"),
    ] {
        add("OS_VmStat", "", property, named(&vmstat, name));
    }
    let meminfo = text("/proc/meminfo");
    for (property, name) in [
        ("TotalBytes", "MemTotal:"),
        ("SwapTotalBytes", "SwapTotal:"),
        ("VmallocTotalBytes", "VmallocTotal:"),
    ] {
        add("OS_MemoryUse", "", property, named(&meminfo, name).map(|kib: u64| kib * 1024));
    }
    let numastat = text("/sys/devices/system/node/node0/numastat");
    add("OS_NumaNode", "0", "HitsPersec", named(&numastat, "numa_hit"));
    add("OS_NumaNode", "0", "LocalPersec", named(&numastat, "local_node"));
    let stat = text("/proc/stat");
    for (property, name) in [
        ("ForksPersec", "processes"),
        ("ContextSwitchesPersec", "ctxt"),
        ("InterruptsPersec", "intr"),
        ("SoftInterruptsPersec", "softirq"),
    ] {
        add("OS_Load", "", property, named(&stat, name));
    }
    for line in stat.lines().filter(|line| line.starts_with("cpu") && !line.starts_with("cpu ")) {
        let fields: Vec<&str> = line[3..].split_whitespace().collect();
        let ticks = |index: usize| Some(fields[index].parse::<u64>().unwrap() * 100_000);
        add("OS_Cpu", fields[0], "PercentUserTime", ticks(1));
        add("OS_Cpu", fields[0], "PercentSystemTime", ticks(3));
        add("OS_Cpu", fields[0], "PercentSoftIrqTime", ticks(7));
    }
    let softirqs = text("/proc/softirqs");
    for line in softirqs.lines().skip(1) {
        let (kind, counts) = line.split_once(':').unwrap();
        let first = counts.split_whitespace().next().unwrap().parse().ok();
        add("OS_SoftIrq", &format!("0,{}", kind.trim()), "SoftInterruptsPersec", first);
    }
    let interrupts = text("/proc/interrupts");
    let columns = interrupts.lines().next().unwrap_or_default().split_whitespace().count();
    for line in interrupts.lines().skip(1) {
        let (label, counts) = line.split_once(':').unwrap();
        let counts = counts.split_whitespace().take(columns).map_while(|field| field.parse::<u64>().ok());
        add("OS_Interrupt", label.trim(), "InterruptsPersec", Some(counts.sum()));
    }
    found
}

#[test]
fn counters_of_the_running_machine_are_between_two_naive_readings() {
    let mut sampler = Sampler::system().unwrap();
    let before = naive();
    sampler.sample(&ALL);
    let after = naive();
    let found: Values = OURS.iter().flat_map(|area| values(&sampler, area)).collect();
    assert!(before.len() > 20, "{before:?}");
    for (key, least) in &before {
        let Some(most) = after.get(key) else { continue };
        let value = found.get(key).unwrap_or_else(|| panic!("{key:?} isn't there"));
        let value: u64 = value.parse().unwrap_or_else(|_| panic!("{key:?} is {value}"));
        assert!((least..=most).contains(&&value), "{key:?} is {value}, not {least} to {most}");
    }
}

#[test]
fn a_warm_sample_opens_nothing_and_reads_each_file_once() {
    let mut sampler = Sampler::system().unwrap();
    sampler.sample(&ALL);
    sampler.sample(&ALL);
    let before = sampler.root().costs();
    for _ in 0..10 {
        sampler.sample(&ALL);
    }
    let after = sampler.root().costs();
    assert_eq!((after.opens, after.failures), (before.opens, before.failures));

    let of_machine = |machine| WantedSources { machine, ..NOTHING };
    let of_memory = |memory| WantedSources { memory, ..NOTHING };
    // Of node 0 alone on this kind of machine; its list of nodes is a file too.
    let nodes = fs::read_dir("/sys/devices/system/node").map_or(0, |all| {
        all.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("node")).count()
    }) as u64;
    for (wanted, reads) in [
        (of_machine(Machine::SEMAPHORES), 1),
        (of_machine(Machine::CPU_NODES), 1 + nodes),
        (of_memory(MemoryArea::SWAPS), 1),
        (of_memory(MemoryArea::NODES | MemoryArea::NODE_STAT), 1 + nodes),
        (of_memory(MemoryArea::NODES | MemoryArea::NODE_STAT | MemoryArea::NODE_MEMORY), 1 + 2 * nodes),
    ] {
        sampler.sample(&wanted);
        let before = sampler.root().costs().reads;
        sampler.sample(&wanted);
        assert!(sampler.root().costs().reads - before <= reads, "{wanted:?}");
    }
}

/// Says why a test can't run here.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}

#[test]
fn slabs_are_denied_to_nobody_and_the_rest_is_there() {
    if rustix::process::geteuid().is_root() {
        if !Path::new("/proc/slabinfo").exists() {
            return skip("this kernel has no /proc/slabinfo");
        }
        // Nobody can't run a program that is in root's home directory.
        let program = std::env::temp_dir().join(format!("hiperf-kernel-files-{}", std::process::id()));
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut again = Command::new("setpriv");
        again.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
        again.args(["--exact", "slabs_are_denied_to_nobody_and_the_rest_is_there", "--nocapture"]);
        let output = again.output();
        fs::remove_file(&program).unwrap();
        match output {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success() && text.contains("1 passed"), "{text}");
            }
            Err(error) => skip(&format!("setpriv: {error}")),
        }
        return;
    }
    let mut sampler = Sampler::system().unwrap();
    sampler.sample(&ALL);
    let memory = sampler.area::<MemoryArea>();
    assert_eq!(memory.unavailable(MemoryArea::SLABINFO), Some(Unavailable::Denied));
    assert!(memory.slabinfo().slabs().is_empty() && memory.slabinfo().total().is_none());
    assert!(memory.meminfo().mem_total.is_some() && memory.vmstat().pgfault.is_some());
    assert!(sampler.area::<Machine>().load().forks.is_some());
}

/// All files beneath a directory, relative to it.
fn files(root: &Path, at: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(at)).unwrap() {
        let entry = entry.unwrap();
        let path = at.join(entry.file_name());
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(root, &path)),
            kind if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found
}

/// Which of our areas a kernel file may say something of.
fn areas_of(path: &str) -> &'static [&'static str] {
    match path {
        "adjtimex" => &["kernel_state"],
        _ if path.starts_with("proc/sys/") => &["kernel_state"],
        _ if path.contains("/node/") => &["machine", "memory"],
        "proc/meminfo" | "proc/vmstat" | "proc/swaps" | "proc/slabinfo" => &["memory"],
        _ => &["machine"],
    }
}

/// What becomes of a text by one mistake after the other.
fn mistakes(text: &str) -> Vec<Vec<u8>> {
    let numbers = |with: &str| {
        let mut out = String::new();
        for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
            out.push_str(if rest.len() < part.len() { with } else { "" });
            out.push_str(rest);
        }
        out.into_bytes()
    };
    let cut = |part: usize| text.as_bytes()[..text.len() * part / 7].to_vec();
    let mut all: Vec<Vec<u8>> = (0..7).map(cut).collect();
    all.push(numbers("18446744073709551615"));
    all.push(numbers("18446744073709551616"));
    all.push(numbers("-1"));
    all.push(format!("{}\n{text}", "n".repeat(64 << 10)).into_bytes());
    all.push(text.replace(' ', &" \u{fffd}".repeat(9)).into_bytes());
    all.push((0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect());
    all.push(vec![b'\n'; 4096]);
    all.push(vec![0; 4096]);
    all
}

#[test]
fn garbage_in_a_file_harms_nothing_else() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots/large-box");
    let tree = Tree::new("garbage");
    let ours = |path: &str| {
        let prefixes = ["proc/sys", "sys/devices/system/node/", "sys/devices/system/cpu/cpu0/", "adjtimex"];
        let is_file_of_proc = path.strip_prefix("proc/").is_some_and(|name| !name.contains('/'));
        is_file_of_proc || prefixes.iter().any(|prefix| path.starts_with(prefix))
    };
    let all: Vec<(String, String)> = files(&recorded, Path::new(""))
        .into_iter()
        .map(|path| path.to_str().unwrap().to_owned())
        .filter(|path| ours(path))
        .map(|path| {
            let text = fs::read_to_string(recorded.join(&path)).unwrap();
            (path, text)
        })
        .collect();
    all.iter().for_each(|(path, text)| tree.write(path, text));
    let mut sampler = Sampler::new(Root::recorded(tree.path()).unwrap(), Clock::start());
    let mut look = || {
        sampler.sample(&ALL);
        OURS.map(|area| values(&sampler, area))
    };
    let whole = look();
    let mut changed = 0;
    for (path, text) in &all {
        for garbage in mistakes(text) {
            fs::write(tree.path().join(path), &garbage).unwrap();
            let found = look();
            for (index, area) in OURS.iter().enumerate() {
                let is_same = found[index] == whole[index];
                assert!(is_same || areas_of(path).contains(area), "{path} changes {area}");
                changed += u32::from(!is_same);
            }
        }
        tree.write(path, text);
        assert!(look() == whole, "{path}: what is right again reads as before");
    }
    assert!(changed > 100, "{changed} texts made a difference");
}

#[test]
fn without_a_directory_of_the_kernel_the_rest_is_there() {
    let tree = Tree::new("no-sys");
    tree.write("proc/stat", "cpu0 1 2 3 4 5 6 7 8 9 10\ncpu3 1 2 3 4 5 6 7 8 9 10\nprocesses 7\n");
    tree.write("proc/meminfo", "MemTotal: 4 kB\n");
    let mut sampler = Sampler::new(tree.root(), Clock::start());
    sampler.sample(&ALL);
    let machine = values(&sampler, "machine");
    let value = |class: &str, instance: &str, property: &str| {
        machine.get(&(class.to_owned(), instance.to_owned(), property.to_owned())).map(String::as_str)
    };
    // All processors are on node 0.
    let busy = |instance| value("Counters_ProcessorInformation", instance, "PercentUserTime");
    assert_eq!([busy("0,0"), busy("0,3"), busy("0,_Total"), busy("_Total")], [Some("300000"); 4]);
    assert_eq!(value("OS_Load", "", "ForksPersec"), Some("7"));
    assert_eq!(value("OS_CpuFrequency", "3", "FrequencyKHz"), Some("NULL"));
    assert_eq!(value("PerfOS_Objects", "", "Semaphores"), Some("NULL"));
    assert!(!machine.keys().any(|(class, ..)| class == "OS_SchedStat" || class == "OS_SoftIrq"));
    let memory = values(&sampler, "memory");
    assert!(!memory.keys().any(|(class, ..)| ["OS_NumaNode", "OS_Slab"].contains(&class.as_str())));
    assert_eq!(sampler.area::<MemoryArea>().meminfo().mem_total, Some(4096));
}
