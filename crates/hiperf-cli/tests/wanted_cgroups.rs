//! Only what was asked for is read of cgroups and of pressure, whose files depend
//! on the machine: of every property, those files that its MappingStrings name
//! and the recorded machine has, of the version of cgroups that it has. Seen in
//! the copy that a root makes of all it reads.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hiperf::{DEFAULT_NAMESPACE, Namespace, Refresher};
use hiperf_cim::{Class, Property, Value};
use hiperf_linux::clock::Clock;
use hiperf_linux::root::Root;
use hiperf_linux::sampler::Sampler;
use hiperf_linux::{CLSID_CLIENT, LinuxPerf};

/// Where the recorded machine has hierarchies of version 1.
const CONTROLLERS: [&str; 6] = ["cpu", "cpuacct", "cpuset", "memory", "blkio", "pids"];

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
    /// The files read since the last time, by [`without_names`].
    fn take(&self, tree: &Path) -> BTreeSet<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let (mut rest, mut files) = (&bytes[..], BTreeSet::new());
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let header = std::str::from_utf8(&rest[..end]).unwrap();
            let fields: Vec<&str> = header.split(' ').collect();
            files.insert(without_names(tree, fields[3]));
            let length: usize = fields[4].parse().unwrap();
            rest = &rest[end + 1 + length + 1..];
        }
        files
    }
}

/// A path of a tree, with the parts that differ from one instance to the next as
/// the schema writes them.
fn without_names(tree: &Path, path: &str) -> String {
    let is_file = tree.join(path).is_file();
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["proc", "pressure", _] => "/proc/pressure/RESOURCE".to_owned(),
        ["sys", "dev", "block", _, file] => format!("/sys/dev/block/MAJOR:MINOR/{file}"),
        ["sys", "fs", "cgroup", ref below @ ..] => {
            let controller = below.first().filter(|name| CONTROLLERS.contains(name));
            let hierarchy = controller.map(|name| format!("/{name}")).unwrap_or_default();
            match below.last() {
                Some(file) if is_file => format!("/sys/fs/cgroup{hierarchy}/CGROUP/{file}"),
                _ => "/sys/fs/cgroup".to_owned(),
            }
        }
        _ => format!("/{path}"),
    }
}

/// All files and directories of a tree, by [`without_names`].
fn all_of(tree: &Path) -> BTreeSet<String> {
    let (mut found, mut left) = (BTreeSet::new(), vec![tree.to_owned()]);
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            found.insert(without_names(tree, path.strip_prefix(tree).unwrap().to_str().unwrap()));
            left.extend(path.is_dir().then_some(path));
        }
    }
    found
}

/// Whether a class reads such a file: one of cgroups is about either version.
fn is_of(class: &Class, tree: &Path, file: &str) -> bool {
    let is_version_2 = class.name().ends_with("CgroupPressure") || !tree.join("proc/cgroups").exists();
    let is_of_version_1 = file == "/proc/cgroups"
        || CONTROLLERS.iter().any(|of| file.starts_with(&format!("/sys/fs/cgroup/{of}/")));
    if is_of_version_1 { !is_version_2 } else { is_version_2 || !file.starts_with("/sys/fs/cgroup/") }
}

/// The files that MappingStrings name. In `/sys` the name is the first word
/// behind the colon.
fn mapped(class: &Class, (tree, all): (&Path, &BTreeSet<String>), property: &Property) -> BTreeSet<String> {
    let Some(Value::Array(_, strings)) = property.qualifiers().value("MappingStrings").cloned() else {
        panic!("{} has no MappingStrings", property.name())
    };
    let file = |text: &Value| {
        let (path, field) = text.as_str().unwrap().split_once(": ").unwrap();
        if path.starts_with("/sys") && path != "/sys/fs/cgroup" {
            format!("{path}/{}", field.split([' ', ',']).next().unwrap_or_default())
        } else {
            path.to_owned()
        }
    };
    // What the recorded machine hasn't can't be read.
    strings.iter().map(file).filter(|file| all.contains(file) && is_of(class, tree, file)).collect()
}

fn serve(copy: &Copy, tree: &Path) -> Namespace {
    let (copy, tree) = (copy.clone(), tree.to_owned());
    hiperf_provider::register(CLSID_CLIENT, move || {
        let (copy, tree) = (copy.clone(), tree.clone());
        LinuxPerf::with(move || {
            let mut root = Root::recorded(&tree)?;
            root.tee_to(copy.clone());
            Ok(Sampler::new(root, Clock::start()))
        })
    });
    Namespace::connect(DEFAULT_NAMESPACE).unwrap()
}

/// Asks for each property by itself, and returns all files that were read.
fn check(tree: &Path) -> BTreeSet<String> {
    let copy = Copy::default();
    let namespace = serve(&copy, tree);
    let read = |class: &str, properties: &[&str]| {
        let mut refresher = Refresher::new();
        refresher.add_enum_of(&namespace, class, properties).unwrap();
        copy.take(tree);
        refresher.refresh().unwrap();
        copy.take(tree)
    };
    let (there, mut all) = (all_of(tree), BTreeSet::new());
    let classes = namespace.subclasses("Win32_PerfRawData").unwrap();
    let is_ours =
        |class: &&Arc<Class>| ["_Cgroups_", "_OS_Pressure"].iter().any(|part| class.name().contains(part));
    for class in classes.iter().filter(is_ours) {
        // The instances themselves are known from where the key is.
        let (keys, others): (Vec<_>, Vec<_>) = class
            .properties()
            .iter()
            .filter(|property| property.is_local())
            .partition(|property| property.is_key());
        let of = |property: &&Property| mapped(class, (tree, &there), property);
        let always: BTreeSet<String> = keys.iter().flat_map(of).collect();
        assert_eq!(read(class.name(), &[]), always, "{}", class.name());
        for property in others {
            let expected = of(&property).union(&always).cloned().collect::<BTreeSet<_>>();
            let found = read(class.name(), &[property.name()]);
            assert_eq!(found, expected, "{}.{}", class.name(), property.name());
            all.extend(expected);
        }
    }
    all
}

/// A container has version 2, the other machine both.
#[test]
fn each_property_costs_its_own_files() {
    for (tree, files) in [("container", 26), ("two-cpu-vm", 24)] {
        let tree: PathBuf =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../hiperf-linux/tests/roots").join(tree);
        let all = check(&tree);
        assert!(all.len() >= files, "{}: {} of {all:?}", tree.display(), all.len());
    }
}
