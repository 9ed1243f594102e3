//! Every formatted value computed once more by another program.
//!
//! The whole path runs as in a client: kernel files, provider, refresher,
//! cooking. A copy of every byte that was read and every value that came out
//! goes to `recompute/`, which shares nothing with hiperf and must arrive at
//! the same integers and the same NULLs. The areas are those that have a file
//! there. That it would notice a wrong value is
//! tested too.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::hint;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use hiperf::{InstanceRef, Namespace, Refresher, Value};
use hiperf_linux::clock::Clock;
use hiperf_linux::root::Root;
use hiperf_linux::sampler::{AREAS, Sampler};
use hiperf_linux::{CLSID_CLIENT, LinuxPerf};

/// Says why a test can't run here. On the machine that decides about a change
/// everything has to run.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}

/// Which provider stands behind a CLSID is one for the process, so the tests
/// take turns.
static TURN: Mutex<()> = Mutex::new(());

/// What was read and what came of it.
struct Recording {
    tee: PathBuf,
    cooked: PathBuf,
    /// Clock ticks per second and bytes of a page, unless they are this
    /// machine's.
    units: Option<(u64, u64)>,
}

impl Recording {
    /// Refreshes all formatted classes as often as there are `steps`, and calls
    /// `before` with each step first.
    fn new<S>(
        name: &str,
        root: &Path,
        units: Option<(u64, u64)>,
        steps: &[S],
        mut before: impl FnMut(&S),
    ) -> Recording {
        let directory = scratch(name);
        let (tee, cooked) = (directory.join("tee.bin"), directory.join("cooked.jsonl"));
        let samplers = Arc::new(AtomicUsize::new(0));
        let open = {
            let (samplers, tee, root) = (samplers.clone(), tee.clone(), root.to_owned());
            move || -> io::Result<Sampler> {
                samplers.fetch_add(1, Ordering::Relaxed);
                let is_recorded = root != Path::new("/");
                let mut root = if is_recorded { Root::recorded(&root)? } else { Root::open(&root)? };
                root.tee_to(File::create(&tee)?);
                let sampler = Sampler::new(root, Clock::start());
                Ok(match units {
                    Some((ticks_per_second, page_size)) => sampler.with_units(ticks_per_second, page_size),
                    None => sampler,
                })
            }
        };
        hiperf_provider::register(CLSID_CLIENT, move || LinuxPerf::with(open.clone()));

        let namespace = Namespace::connect(hiperf::DEFAULT_NAMESPACE).unwrap();
        let mut refresher = Refresher::new();
        let mut rows = String::new();
        let mut items = None;
        for (refresh, step) in steps.iter().enumerate() {
            before(step);
            let (lists, singletons) = items.get_or_insert_with(|| {
                let (mut lists, mut singletons) = (Vec::new(), Vec::new());
                for name in classes() {
                    if namespace.class(&name).unwrap().is_singleton() {
                        singletons.push(refresher.add_object(&namespace, &format!("{name}=@")).unwrap());
                    } else {
                        lists.push(refresher.add_enum(&namespace, &name).unwrap());
                    }
                }
                (lists, singletons)
            });
            refresher.refresh().unwrap();
            for instance in lists.iter().flat_map(|id| refresher.instances(*id).unwrap()) {
                write_row(&mut rows, refresh, instance);
            }
            for id in singletons {
                write_row(&mut rows, refresh, refresher.object(*id).unwrap());
            }
        }
        fs::write(&cooked, rows).unwrap();
        assert_eq!(samplers.load(Ordering::Relaxed), 1, "all classes share one sampler");
        Recording { tee, cooked, units }
    }

    /// Whether the script finds all values of `cooked` right, and what it
    /// printed; `None` if it can't run here.
    fn recompute(&self, cooked: &Path) -> Option<(bool, String)> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recompute");
        let mut command = Command::new("python3");
        // What it compiles to stays out of the source tree.
        command.args(["-B", script]).arg(&self.tee).arg(cooked);
        if let Some((ticks_per_second, page_size)) = self.units {
            command.args([ticks_per_second.to_string(), page_size.to_string()]);
        }
        let output = match command.output() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                skip("python3 is not installed");
                return None;
            }
            output => output.unwrap(),
        };
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert_eq!(text(output.stderr), "");
        Some((output.status.success(), text(output.stdout)))
    }

    /// Every value is right.
    #[track_caller]
    fn check(&self) {
        if let Some((is_right, printed)) = self.recompute(&self.cooked) {
            println!("{printed}");
            assert!(is_right, "{printed}");
        }
    }

    /// With the values changed by `change` the script names `property`.
    #[track_caller]
    fn check_is_noticed(&self, property: &str, change: impl Fn(&mut Vec<String>)) {
        let text = fs::read_to_string(&self.cooked).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        let changed = lines.join("\n");
        assert_ne!(changed, text.trim_end(), "nothing was changed");
        let path = self.cooked.with_extension("changed");
        fs::write(&path, changed).unwrap();
        if let Some((is_right, printed)) = self.recompute(&path) {
            assert!(!is_right && printed.contains(property), "{printed}");
        }
    }
}

/// The formatted classes of the areas that are computed again.
fn classes() -> Vec<String> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recompute");
    let has_script = |area: &str| scripts.join(area).with_extension("py").exists();
    let areas = AREAS.iter().filter(|(area, _)| has_script(area));
    let classes = areas.flat_map(|(_, classes)| *classes);
    classes.map(|class| class.name().replacen("PerfRawData", "PerfFormattedData", 1)).collect()
}

/// An empty directory of that name.
fn scratch(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recompute").join(name);
    let _may_not_be_there = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn write_row(out: &mut String, refresh: usize, instance: InstanceRef<'_>) {
    let class = instance.class();
    write!(out, "{{\"refresh\":{refresh},\"class\":\"{}\",\"properties\":{{", class.name()).unwrap();
    for (index, property) in class.properties().iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}\"{}\":", property.name()).unwrap();
        match instance.value(index) {
            Value::Null => out.push_str("null"),
            Value::Uint32(value) => write!(out, "{value}").unwrap(),
            Value::Uint64(value) => write!(out, "{value}").unwrap(),
            Value::Sint32(value) => write!(out, "{value}").unwrap(),
            Value::Sint64(value) => write!(out, "{value}").unwrap(),
            Value::Real64(value) => write!(out, "{value:?}").unwrap(),
            Value::String(text) => {
                write!(out, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).unwrap();
            }
            other => panic!("{} is {other:?}, which no counter is", property.name()),
        }
    }
    out.push_str("}}\n");
}

/// Changes the last line that has a number for `property`.
fn replace_number(lines: &mut [String], property: &str, new: impl Fn(u64) -> String) {
    let key = format!("\"{property}\":");
    for line in lines.iter_mut().rev() {
        let Some(start) = line.find(&key).map(|at| at + key.len()) else { continue };
        let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
        if let Ok(number) = line[start..start + digits].parse() {
            line.replace_range(start..start + digits, &new(number));
            return;
        }
    }
    panic!("no number for {property}");
}

/// Keeps a processor busy while it lives.
struct Load {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Load {
    fn start() -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = stop.clone();
        let spin = move || {
            while !seen.load(Ordering::Relaxed) {
                hint::spin_loop();
            }
        };
        Load { stop, thread: Some(thread::spawn(spin)) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _it_cannot_panic = thread.join();
        }
    }
}

#[test]
fn this_machine() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let load = Load::start();
    // Rates need time to pass between two samples; how much is of no matter.
    let pause = Duration::from_millis(150);
    let recording =
        Recording::new("machine", Path::new("/"), None, &[pause; 6], |pause| thread::sleep(*pause));
    drop(load);
    recording.check();

    recording.check_is_noticed("PercentIdleTime", |lines| {
        replace_number(lines, "PercentIdleTime", |value| (value + 1).to_string());
    });
    recording.check_is_noticed("ContextSwitchesPersec", |lines| {
        replace_number(lines, "ContextSwitchesPersec", |_| "null".to_owned());
    });
    recording.check_is_noticed("SystemCallsPersec", |lines| {
        let line = lines.iter_mut().find(|line| line.contains("SystemCallsPersec")).unwrap();
        *line = line.replace("\"SystemCallsPersec\":null", "\"SystemCallsPersec\":0");
    });
    recording.check_is_noticed("Threads", |lines| {
        let line = lines.iter_mut().find(|line| line.contains("\"Threads\":")).unwrap();
        *line = line.replace("\"Threads\":", "\"Thread\":");
    });
    recording.check_is_noticed("_Total", |lines| {
        let at = lines.iter().rposition(|line| line.contains("_Total")).unwrap();
        lines.remove(at);
    });
}

/// What happens to a tree of files before a refresh.
enum Step {
    /// The files become those of a recorded tree.
    Become(&'static str),
    /// Every number in them grows by up to so much.
    Grow(u64),
    /// Processor 2 comes online.
    PlugIn,
    /// The disk of this name is pulled out, with its partitions.
    Unplug(&'static str),
}

#[test]
fn recorded_trees() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let root = scratch("root");
    // Counters that go on, go back, jump and wrap; processors, states and
    // files that come and go.
    let steps = [
        Step::Become("two-cpu-vm"),
        Step::Grow(3),
        Step::Grow(3),
        Step::Become("four-cpu-one-offline"),
        Step::Grow(3),
        Step::Grow(1_000_000_000),
        Step::Grow(0),
        Step::PlugIn,
        Step::Grow(3),
        Step::Become("large-box"),
        Step::Grow(3),
        Step::Grow(1_000_000_000),
        Step::Unplug("sdb"),
        Step::Grow(3),
        Step::Become("container"),
        Step::Grow(3),
        Step::Become("large-box"),
        Step::Grow(3),
        Step::Become("two-cpu-vm"),
        Step::Grow(3),
    ];
    let mut random = 1;
    let recording = Recording::new("trees", &root, Some((100, 4096)), &steps, |step| {
        match step {
            Step::Become(tree) => become_tree(&root, tree),
            Step::Grow(most) => grow(&root, *most, &mut random),
            Step::PlugIn => {
                let path = root.join("proc/stat");
                let stat = fs::read_to_string(&path).unwrap();
                fs::write(path, stat.replace("\ncpu3 ", "\ncpu2 1 2 3 4 5 6 7\ncpu3 ")).unwrap();
            }
            Step::Unplug(disk) => {
                let path = root.join("proc/diskstats");
                let stats = fs::read_to_string(&path).unwrap();
                let left: Vec<&str> =
                    stats.lines().filter(|line| !line.contains(&format!(" {disk}"))).collect();
                assert!(left.len() < stats.lines().count(), "{disk} was there");
                fs::write(path, left.join("\n") + "\n").unwrap();
            }
        }
        // Of the numbers, some fit the time and some don't.
        thread::sleep(Duration::from_millis(40));
    });
    recording.check();
    recording.check_is_noticed("PercentCommittedBytesInUse", |lines| {
        replace_number(lines, "PercentCommittedBytesInUse", |value| (value + 1).to_string());
    });
}

/// Which hierarchies of cgroups there are is looked up once, so that those of
/// version 2 need a sampler that begins with them.
#[test]
fn a_recorded_container() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let root = scratch("container-root");
    let mut random = 1;
    let recording = Recording::new("container", &root, Some((100, 4096)), &[0, 3, 40_000, 3], |most| {
        if *most == 0 {
            become_tree(&root, "container");
        } else {
            grow(&root, *most, &mut random);
        }
        thread::sleep(Duration::from_millis(40));
    });
    recording.check();
    recording.check_is_noticed("PercentPeriodsThrottled", |lines| {
        replace_number(lines, "PercentPeriodsThrottled", |value| (value + 1).to_string());
    });
}

/// Rewrites the files in place, because a sampler keeps them open: with the
/// contents of a recorded tree, or with nothing where that has no such file.
fn become_tree(root: &Path, tree: &str) {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hiperf-linux/tests/roots").join(tree);
    for path in files(root) {
        let relative = path.strip_prefix(root).unwrap();
        if tree.join(relative).exists() {
            continue;
        }
        let numbered = || relative.ancestors().skip(1).filter(|directory| is_numbered(directory));
        match numbered().filter(|directory| !tree.join(directory).exists()).last() {
            // Another file of the process may have been first.
            Some(directory) if !root.join(directory).exists() => {}
            Some(directory) => fs::remove_dir_all(root.join(directory)).unwrap(),
            None if numbered().next().is_some() => fs::remove_file(path).unwrap(),
            None => fs::write(path, "").unwrap(),
        }
    }
    for path in files(&tree) {
        let copy = root.join(path.strip_prefix(&tree).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(copy, fs::read(path).unwrap()).unwrap();
    }
}

/// Whether a directory is that of a process or a thread.
fn is_numbered(directory: &Path) -> bool {
    let name = directory.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Adds something to every number that stands by itself. A counter at the end
/// of its range begins anew.
fn grow(root: &Path, most: u64, random: &mut u64) {
    for path in files(root) {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        // Numbers in front of a name, as a disk's, say who it is.
        let mut is_counted = path.file_name().is_none_or(|name| name != "diskstats");
        let counts_all = is_counted;
        let grown: String = text
            .split_inclusive([' ', '\n'])
            .map(|field| match field.trim_end().parse::<u64>() {
                Ok(number) if is_counted => {
                    is_counted = counts_all || !field.ends_with('\n');
                    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let more = (*random >> 33) % (most + 1);
                    format!("{}{}", number.wrapping_add(more), &field[field.trim_end().len()..])
                }
                _ => {
                    is_counted |= !field.trim_end().bytes().all(|byte| byte.is_ascii_digit());
                    field.to_owned()
                }
            })
            .collect();
        fs::write(path, grown).unwrap();
    }
}

/// All files beneath a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}
