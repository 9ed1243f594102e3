//! Every property of every class from recorded trees, compared with the answers
//! that are kept beside them.

use std::fmt::Write as _;
use std::path::Path;

use hiperf_linux::clock::Clock;
use hiperf_linux::property::{Property, Sources};
use hiperf_linux::root::Root;
use hiperf_linux::sampler::Sampler;
use hiperf_linux::{memory, processor, system};

fn all_sources() -> Sources {
    let mut all = Sources::NONE;
    processor::PROPERTIES.iter().for_each(|property| all |= property.sources);
    system::PROPERTIES.iter().for_each(|property| all |= property.sources);
    memory::PROPERTIES.iter().for_each(|property| all |= property.sources);
    all
}

fn print<S>(out: &mut String, instance: &str, properties: &[Property<S>], snapshot: &S) {
    writeln!(out, "{instance}").unwrap();
    for property in properties {
        match (property.value)(snapshot) {
            Some(value) => writeln!(out, "  {} = {value}", property.name).unwrap(),
            None => writeln!(out, "  {} = NULL", property.name).unwrap(),
        }
    }
}

#[track_caller]
fn check(tree: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots").join(tree);
    let root = Root::open(&directory).unwrap();
    let mut sampler = Sampler::new(root, Clock::anchored(0, 0)).with_units(100, 4096);
    sampler.sample(all_sources());
    // A second, warm sample must not differ from the first.
    sampler.sample(all_sources());

    let mut actual = String::new();
    for (index, cpu) in sampler.cpus().iter().enumerate() {
        let one = sampler.processor(index).unwrap();
        print(&mut actual, &format!("Processor {}", cpu.number), processor::PROPERTIES, &one);
    }
    if let Some(total) = sampler.processor_total() {
        print(&mut actual, "Processor _Total", processor::PROPERTIES, &total);
    }
    print(&mut actual, "System", system::PROPERTIES, &sampler.system_snapshot());
    print(&mut actual, "Memory", memory::PROPERTIES, &sampler.memory());

    let answers = directory.join("expected.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&answers, &actual).unwrap();
    }
    assert_eq!(actual, std::fs::read_to_string(&answers).unwrap_or_default(), "{tree}");
}

#[test]
fn two_cpu_vm() {
    check("two-cpu-vm");
}

#[test]
fn four_cpu_one_offline() {
    check("four-cpu-one-offline");
}

#[test]
fn container() {
    check("container");
}
