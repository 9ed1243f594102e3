//! Sensors that come and go, that may not be read or say nonsense, and what
//! reading them costs.

mod tree;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use hiperf_linux::area::{Area, Class, name};
use hiperf_linux::clock::Clock;
use hiperf_linux::property::Sources;
use hiperf_linux::root::{Root, Unavailable};
use hiperf_linux::sampler::{Sampler, WantedSources};
use hiperf_linux::sensors::Sensors;
use hiperf_linux::sensors::chip::{Part, Quantity, source};
use hiperf_linux::sensors::fan::Fan;
use hiperf_linux::sensors::rapl::PowerZone;
use hiperf_linux::sensors::temperature::Temperature;
use hiperf_provider::{Field, Reason};
use tree::Tree;

/// A second in the units of the clock.
const SECOND: u64 = 10_000_000;

struct Reader {
    sampler: Sampler,
    now: u64,
}

impl Reader {
    fn new(root: Root) -> Reader {
        Reader { sampler: Sampler::new(root, Clock::anchored(0, 0)), now: SECOND }
    }

    /// Samples the sensors `later` than the last time.
    fn sample(&mut self, wanted: Sources, later: u64) {
        self.now += later;
        let at = self.sampler.clock().at(self.now);
        self.sampler.sample_at(&WantedSources { sensors: wanted, ..WantedSources::default() }, at);
    }

    /// The instances of a class: name, identity, the property as text or why it
    /// isn't there.
    fn show<C: Class<Area = Sensors>>(&self, property: &str) -> Vec<(String, u64, String)> {
        let property = C::PROPERTIES.iter().find(|known| known.name == property).unwrap();
        let mut found = Vec::new();
        C::for_each(self.sampler.area(), &mut |instance, row| {
            let value = match property.value {
                Field::Count(value) => value(row).map(|value| value.to_string()),
                Field::Real(value) => value(row).map(|value| value.to_string()),
                Field::Text(value) => value(row).map(str::to_owned),
                Field::Signed(value) => value(row).map(|value| value.to_string()),
            };
            let value = value.unwrap_or_else(|| format!("{:?}", C::why_missing(row, property)));
            found.push((name(&instance), instance.identity(), value));
        });
        found
    }
}

/// Name and value only.
fn short(rows: &[(String, u64, String)]) -> Vec<(&str, &str)> {
    rows.iter().map(|(name, _, value)| (name.as_str(), value.as_str())).collect()
}

fn chip(tree: &Tree, number: u32, name: &str, celsius: &str) {
    tree.write(&format!("sys/class/hwmon/hwmon{number}/name"), &format!("{name}\n"));
    tree.write(&format!("sys/class/hwmon/hwmon{number}/temp1_input"), celsius);
}

#[test]
fn chips_come_and_go_and_namesakes_keep_their_names() {
    let tree = Tree::new("hwmon");
    chip(&tree, 2, "nvme", "41000\n");
    chip(&tree, 10, "nvme", "42000\n");
    let mut reader = Reader::new(tree.root());
    reader.sample(Sources::ALL, 0);
    let first = reader.show::<Temperature>("Celsius");
    assert_eq!(short(&first), [("nvme/temp1", "41"), ("nvme#1/temp1", "42")]);

    // What comes is there a second later, and takes nobody's name.
    chip(&tree, 3, "nvme", "-43500\n");
    reader.sample(Sources::ALL, SECOND / 2);
    assert_eq!(reader.show::<Temperature>("Celsius"), first);
    reader.sample(Sources::ALL, SECOND / 2);
    let second = reader.show::<Temperature>("Celsius");
    assert_eq!(short(&second), [("nvme/temp1", "41"), ("nvme#2/temp1", "-43.5"), ("nvme#1/temp1", "42")]);
    assert_eq!((second[0].1, second[2].1), (first[0].1, first[1].1));

    fs::remove_dir_all(tree.path().join("sys/class/hwmon/hwmon2")).unwrap();
    reader.sample(Sources::ALL, SECOND);
    let third = reader.show::<Temperature>("Celsius");
    assert_eq!(third, second[1..]);
    reader.sample(Sources::NONE, SECOND);
    assert!(reader.show::<Temperature>("Celsius").is_empty());
    reader.sample(Sources::ALL, 0);
    assert_eq!(reader.show::<Temperature>("Celsius"), third, "they are the same as before");
}

#[test]
fn nonsense_is_no_value_and_the_rest_is_there() {
    let tree = Tree::new("nonsense");
    let long = "x".repeat(64 << 10);
    for (number, text) in ["", "\n", "47000", "abc\n", "9223372036854775808\n", "1 2\n"].iter().enumerate() {
        tree.write(&format!("sys/class/hwmon/hwmon0/temp{number}_input"), text);
    }
    tree.write("sys/class/hwmon/hwmon0/temp7_input", "47000\n");
    tree.write("sys/class/hwmon/hwmon0/temp7_label", &format!("{long}\n"));
    tree.write("sys/class/hwmon/hwmon0/tempx_input", "1\n");
    tree.write("sys/class/hwmon/hwmon0/fan1_input", "-1\n");
    let mut reader = Reader::new(tree.root());
    reader.sample(Sources::ALL, 0);
    let rows = reader.show::<Temperature>("Celsius");
    let (known, missing): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.2 != "None");
    // Without a name the chip has that of its directory.
    assert_eq!((known.len(), known[0].0.as_str(), known[0].2.as_str()), (1, "hwmon0/temp7", "47"));
    assert_eq!(missing.len(), 6);
    assert_eq!(reader.show::<Temperature>("Label").last().unwrap().2, long);
    assert_eq!(short(&reader.show::<Fan>("RevolutionsPerMinute")), [("hwmon0/fan1", "None")]);
}

#[test]
fn energy_goes_on_where_the_counter_begins_anew() {
    let tree = Tree::new("rapl");
    let energy = |text: &str| tree.write("sys/class/powercap/intel-rapl:0/energy_uj", text);
    tree.write("sys/class/powercap/intel-rapl:0/name", "package-0\n");
    tree.write("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "1000\n");
    tree.write("sys/class/powercap/intel-rapl/enabled", "1\n");
    let mut reader = Reader::new(tree.root());
    for (counted, expected) in [("900\n", "900"), ("990\n", "990"), ("5\n", "1005"), ("4\n", "2004")] {
        energy(counted);
        reader.sample(Sources::ALL, SECOND);
        assert_eq!(short(&reader.show::<PowerZone>("PowerMicrowatts")), [("package-0", expected)]);
    }
}

/// What only root may read is denied to others, and the rest is there.
#[test]
fn what_may_not_be_read_is_denied() {
    const TREE: &str = "HIPERF_TEST_TREE";
    const TEST: &str = "what_may_not_be_read_is_denied";
    if let Some(path) = std::env::var_os(TREE) {
        return check_denied(Path::new(&path));
    }
    let tree = Tree::new("denied");
    let zone = "sys/class/powercap/intel-rapl:0";
    for (file, text) in
        [("name", "package-0\n"), ("energy_uj", "5\n"), ("constraint_0_power_limit_uw", "7\n")]
    {
        tree.write(&format!("{zone}/{file}"), text);
    }
    let energy = tree.path().join(zone).join("energy_uj");
    fs::set_permissions(energy, fs::Permissions::from_mode(0o000)).unwrap();
    if !rustix::process::geteuid().is_root() {
        return check_denied(tree.path());
    }
    let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let mut again = Command::new("setpriv");
    again.args(nobody).arg(std::env::current_exe().unwrap()).args(["--exact", TEST]);
    match again.env(TREE, tree.path()).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(why) => {
            assert!(std::env::var_os("HIPERF_CI").is_none(), "setpriv: {why}");
            println!("skipped: setpriv: {why}");
        }
    }
}

fn check_denied(tree: &Path) {
    let mut reader = Reader::new(Root::open(tree).unwrap());
    for _ in 0..2 {
        reader.sample(Sources::ALL, SECOND);
        let denied = format!("{:?}", Some(Reason::Denied));
        assert_eq!(short(&reader.show::<PowerZone>("PowerMicrowatts")), [("package-0", denied.as_str())]);
        assert_eq!(short(&reader.show::<PowerZone>("PowerLimitMicrowatts")), [("package-0", "7")]);
    }
}

#[test]
fn without_the_directories_there_is_nothing_and_it_is_not_looked_for() {
    let tree = Tree::new("no-sensors");
    let mut reader = Reader::new(tree.root());
    reader.sample(Sources::ALL, 0);
    let area = reader.sampler.area::<Sensors>();
    for list in [Sensors::CHIPS, Sensors::PLACES, Sensors::SUPPLIES, Sensors::ZONES] {
        assert_eq!(area.unavailable(list), Some(Unavailable::Unsupported));
    }
    let opens = reader.sampler.root().costs().opens;
    (0..50).for_each(|_| reader.sample(Sources::ALL, SECOND));
    assert_eq!(reader.sampler.root().costs().opens, opens);
    // A driver may be loaded all the same.
    chip(&tree, 0, "nvme", "1000\n");
    reader.sample(Sources::ALL, 60 * SECOND);
    assert_eq!(short(&reader.show::<Temperature>("Celsius")), [("nvme/temp1", "1")]);
}

#[test]
fn a_warm_sample_reads_each_wanted_file_once() {
    let large = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots/large-box");
    let mut reader = Reader::new(Root::recorded(large).unwrap());
    let temperatures = source(Quantity::Temperature, Part::Input);
    let wanted = Sensors::CHIPS | temperatures | source(Quantity::Temperature, Part::Label);
    reader.sample(wanted, 0);
    let sensors = reader.show::<Temperature>("Celsius").len() as u64;
    let before = reader.sampler.root().costs();
    reader.sample(wanted, SECOND / 2);
    let after = reader.sampler.root().costs();
    assert_eq!((after.opens, after.reads), (before.opens, before.reads + sensors));
    // The list is read anew, and nothing but that.
    reader.sample(wanted, SECOND);
    let listed = reader.sampler.root().costs();
    assert_eq!((listed.opens, listed.reads), (after.opens, after.reads + sensors + 1));
}
