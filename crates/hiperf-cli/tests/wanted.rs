//! Only what was asked for is read: of every property of every class, the
//! kernel files that are opened and read are those that its MappingStrings
//! name. Seen in the copy that a root makes of all it reads.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hiperf::{DEFAULT_NAMESPACE, Namespace, Query, Refresher};
use hiperf_cim::{Class, Property, Value};
use hiperf_linux::clock::Clock;
use hiperf_linux::root::Root;
use hiperf_linux::sampler::Sampler;
use hiperf_linux::{CLSID_CLIENT, LinuxPerf};

/// What is copied of the reads, by all roots of this process.
#[derive(Clone, Default)]
struct Copy(Arc<Mutex<Vec<u8>>>);

impl Write for Copy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Copy {
    /// The files read since the last time, by [`without_numbers`].
    fn take(&self) -> BTreeSet<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let (mut rest, mut files) = (&bytes[..], BTreeSet::new());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let header = std::str::from_utf8(&rest[..end]).unwrap();
            let fields: Vec<&str> = header.split(' ').collect();
            files.insert(format!("/{}", without_numbers(fields[3])));
            let length: usize = fields[4].parse().unwrap();
            rest = &rest[end + 1 + length + 1..];
        }
        files
    }
}

/// `cpu12` as `cpuN`, and `hwmon3/temp1_input` as `hwmonN/tempN_input`: what is
/// numbered is read together. So are the processes, `812` as `N`, and devices,
/// `sda` as `NAME`.
fn without_numbers(path: &str) -> String {
    let of_sys = path.trim_start_matches('/').starts_with("sys/");
    let part = |part: &str| {
        let mut out = String::new();
        let mut characters = part.chars().peekable();
        while let Some(character) = characters.next() {
            if !character.is_ascii_digit() {
                out.push(character);
            } else if !characters.peek().is_some_and(char::is_ascii_digit) {
                out.push('N');
            }
        }
        if of_sys || out == "N" { out } else { part.to_owned() }
    };
    let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
    let with_name = |directory: &&str| {
        let (before, rest) = path.split_once(directory)?;
        let (_, file) = rest.split_once('/')?;
        Some(format!("{before}{directory}NAME/{file}"))
    };
    DEVICES.iter().find_map(with_name).unwrap_or(path)
}

/// The files that MappingStrings name: `/proc/stat: cpuN idle`, and beneath
/// /sys the file is behind the colon: `/sys/..: meminfo, MemFree`.
fn mapped(property: &Property) -> BTreeSet<String> {
    let Some(Value::Array(_, strings)) = property.qualifiers().value("MappingStrings").cloned() else {
        panic!("{} has no MappingStrings", property.name())
    };
    let file = |text: &Value| {
        let (path, field) = text.as_str().unwrap().split_once(": ").unwrap();
        match path.strip_suffix("(2)").or_else(|| path.strip_suffix("(7)")) {
            // What a call says is recorded under the call's name.
            Some(call) => format!("/{call}"),
            None if path.starts_with("/sys") => {
                let (file, _what_of_it) = field.split_once(", ").unwrap_or((field, ""));
                without_numbers(&format!("{path}/{file}"))
            }
            None => path.to_owned(),
        }
    };
    strings.iter().map(file).collect()
}

/// A recorded tree.
fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../hiperf-linux/tests/roots").join(name)
}

/// Recorded machines that between them have whatever any class needs: each class
/// is looked at on the first that has all of it.
const TREES: [&str; 3] = ["two-cpu-vm", "large-box", "laptop"];

/// Directories whose entries are devices.
const DEVICES: [&str; 4] = ["sys/block/", "class/net/", "sys/class/power_supply/", "sys/class/powercap/"];

fn serve(copy: &Copy, tree: &'static str) -> Namespace {
    let copy = copy.clone();
    hiperf_provider::register(CLSID_CLIENT, move || {
        let copy = copy.clone();
        LinuxPerf::with(move || {
            let mut root = Root::recorded(recorded(tree))?;
            root.tee_to(copy.clone());
            Ok(Sampler::new(root, Clock::start()))
        })
    });
    Namespace::connect(DEFAULT_NAMESPACE).unwrap()
}

fn supported(class: &Class) -> impl Iterator<Item = &Property> {
    let is_supported = |property: &&Property| property.qualifiers().get("Unsupported").is_none();
    class
        .properties()
        .iter()
        .filter(|property| property.is_local() && !property.is_key())
        .filter(is_supported)
}

#[test]
fn each_property_costs_its_own_files() {
    let copy = Copy::default();
    let read = |refresher: &mut Refresher| {
        copy.take();
        refresher.refresh().unwrap();
        copy.take()
    };
    let (mut all, mut left) = (BTreeSet::new(), BTreeSet::new());
    for tree in TREES {
        let namespace = serve(&copy, tree);
        for class in namespace.subclasses("Win32_PerfRawData").unwrap() {
            // They have files that depend on the machine; wanted_cgroups.rs looks at them.
            if ["_Cgroups_", "_OS_Pressure"].iter().any(|part| class.name().contains(part)) {
                continue;
            }
            if tree != TREES[0] && !left.remove(class.name()) {
                continue;
            }
            let mut refresher = Refresher::new();
            refresher.add_enum(&namespace, class.name()).unwrap();
            let of_class = read(&mut refresher);
            if !supported(&class).all(|property| mapped(property).is_subset(&of_class)) {
                left.insert(class.name().to_owned());
                continue;
            }
            // The instances themselves are known from where the key is, unless they are always the same.
            let keys = class.properties().iter().filter(|property| property.is_key() && property.is_local());
            let read_keys = keys.filter(|key| key.qualifiers().get("MappingStrings").is_some());
            let always: BTreeSet<String> = read_keys.flat_map(mapped).collect();
            let mut refresher = Refresher::new();
            refresher.add_enum_of(&namespace, class.name(), &[]).unwrap();
            assert_eq!(read(&mut refresher), always, "{}", class.name());
            for property in supported(&class) {
                let mut refresher = Refresher::new();
                refresher.add_enum_of(&namespace, class.name(), &[property.name()]).unwrap();
                let expected = mapped(property).union(&always).cloned().collect::<BTreeSet<_>>();
                assert_eq!(read(&mut refresher), expected, "{}.{}", class.name(), property.name());
                let text = format!("SELECT {} FROM {}", property.name(), class.name());
                let query = Query::new(&namespace, &text).unwrap();
                namespace.query(&query).unwrap();
                assert_eq!(copy.take(), expected, "{text}");
                all.extend(expected);
            }
        }
    }
    assert!(left.is_empty(), "no tree has all files of {left:?}");
    assert!(all.len() >= 8, "{all:?}");

    // What is cooked costs what its formula takes, and items together cost each file once.
    let namespace = serve(&copy, TREES[0]);
    let mut refresher = Refresher::new();
    let cooked = "Win32_PerfFormattedData_PerfOS_System";
    refresher.add_enum_of(&namespace, cooked, &["Threads"]).unwrap();
    assert_eq!(read(&mut refresher), ["/proc/loadavg".to_owned()].into());
    refresher.add_object_of(&namespace, &format!("{cooked}=@"), &["ContextSwitchesPersec"]).unwrap();
    assert_eq!(read(&mut refresher), ["/proc/loadavg", "/proc/stat"].map(str::to_owned).into());
}
