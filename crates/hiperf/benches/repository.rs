//! What it costs to open a large repository and to get an object from it.
//!
//! 10,000 classes and 100,000 static instances. Opening it and getting the first
//! object is compared with reading the bytes of the image; getting an object by
//! its path with looking up the same key in a `HashMap` and copying the record. Both
//! sides are measured in turns, in the same run, and the medians are compared; the
//! run fails if a bound is exceeded.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hiperf::repository::Source;
use hiperf::{Namespace, Repository, Value};
use hiperf_cim::Instance;

const CLASSES: usize = 10_000;
const INSTANCES: usize = 100_000;
/// Opening and the first object, as a multiple of reading the bytes.
const OPEN_BOUND: f64 = 3.0;
/// An object by its path, as a multiple of a look-up and a copy.
const GET_BOUND: f64 = 10.0;

fn main() {
    // A test run of all targets comes here as well, unoptimised.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let directory = std::env::temp_dir().join(format!("hiperf-bench-{}", std::process::id()));
    let result = std::panic::catch_unwind(|| run(&directory));
    let _gone = std::fs::remove_dir_all(&directory);
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

fn run(directory: &Path) {
    let start = Instant::now();
    let source = Source::from_text("bench.mof", &text()).unwrap();
    Repository::at(directory).compile("root\\default", vec![source]).unwrap();
    let image = directory.join("repository.image");
    let bytes = std::fs::metadata(&image).unwrap().len();
    println!(
        "{CLASSES} classes, {INSTANCES} instances: image of {bytes} bytes, compiled in {:.1?}",
        start.elapsed()
    );
    let open = open(directory, &image);
    let get = get(directory);
    put(directory, &image);
    assert!(open <= OPEN_BOUND, "opening costs {open:.2} times reading");
    assert!(get <= GET_BOUND, "getting costs {get:.2} times a look-up and a copy");
}

/// Half of the classes below the other half; the instances spread over a tenth
/// of them.
fn text() -> String {
    let mut text = String::new();
    for n in 0..CLASSES {
        let parent = if n % 2 == 1 { format!(" : Bench{}", n - 1) } else { String::new() };
        let key =
            if n % 2 == 1 { "" } else { "[Key] string Name; [Description(\"how many\")] uint32 Count;" };
        writeln!(text, "[Description(\"Class {n}\")] class Bench{n}{parent} {{ {key} uint64 Total{n} = {n}; string Text{n}; }};").unwrap();
    }
    for n in 0..INSTANCES {
        let class = (n % (CLASSES / 10)) * 10 + n % 2;
        writeln!(text, "instance of Bench{class} {{ Name = \"object {n}\"; Count = {n}; Total{class} = {n}; Text{class} = \"text of {n}\"; }};").unwrap();
    }
    text
}

fn path(n: usize) -> String {
    format!("Bench{}.Name=\"object {n}\"", (n % (CLASSES / 10)) * 10 + n % 2)
}

fn open(directory: &Path, image: &PathBuf) -> f64 {
    let (mut reading, mut opening) = (Vec::new(), Vec::new());
    for round in 0..41 {
        let start = Instant::now();
        black_box(std::fs::read(image).unwrap());
        reading.push(start.elapsed());
        let path = path(round * 997 % INSTANCES);
        let start = Instant::now();
        let namespace = Repository::at(directory).connect("root\\default").unwrap();
        black_box(namespace.get(&path).unwrap());
        opening.push(start.elapsed());
    }
    report("open and first object", "reading the image", median(opening), median(reading))
}

fn get(directory: &Path) -> f64 {
    const BATCH: usize = 2_000;
    let namespace: Namespace = Repository::at(directory).connect("root\\default").unwrap();
    // The twin: the same keys, and as many bytes as an instance has.
    let paths: Vec<String> = (0..INSTANCES).map(path).collect();
    let twin: HashMap<String, Vec<u8>> =
        paths.iter().map(|path| (path.clone(), namespace.get(path).unwrap().block().to_vec())).collect();
    let (mut looking, mut getting) = (Vec::new(), Vec::new());
    for round in 0..50 {
        // Far apart, as a real mixture of paths is, and the same for both.
        let batch: Vec<&str> =
            (0..BATCH).map(|n| paths[(round * BATCH + n) * 7_919 % INSTANCES].as_str()).collect();
        let start = Instant::now();
        for path in &batch {
            black_box(twin.get(*path).unwrap().clone());
        }
        looking.push(start.elapsed() / BATCH as u32);
        let start = Instant::now();
        for path in &batch {
            black_box(namespace.get(path).unwrap());
        }
        getting.push(start.elapsed() / BATCH as u32);
    }
    report("get by path", "look-up and copy", median(getting), median(looking))
}

/// One more instance: in a program that has written before, and in one that
/// starts; beside writing the image's bytes and syncing them.
fn put(directory: &Path, image: &Path) {
    let (mut warm, mut cold, mut writing) = (Vec::new(), Vec::new(), Vec::new());
    let copy = directory.join("copy");
    let program = Repository::at(directory).connect("root\\default").unwrap();
    for round in 0..15 {
        let put = |namespace: &Namespace, name: &str| {
            let start = Instant::now();
            let mut instance = Instance::spawn(&namespace.class("Bench0").unwrap());
            instance.put("Name", &Value::String(format!("{name} {round}"))).unwrap();
            namespace.put_instance(&instance, 0).unwrap();
            start.elapsed()
        };
        warm.push(put(&program, "warm"));
        let start = Instant::now();
        let other = Repository::at(directory).connect("root\\default").unwrap();
        put(&other, "cold");
        cold.push(start.elapsed());
        let bytes = std::fs::read(image).unwrap();
        let start = Instant::now();
        let mut file = std::fs::File::create(&copy).unwrap();
        file.write_all(&bytes).and_then(|()| file.sync_all()).unwrap();
        writing.push(start.elapsed());
    }
    let (warm, cold, writing) = (median(warm), median(cold), median(writing));
    report("put an instance", "write and sync the image's bytes", warm, writing);
    report("start and put an instance", "write and sync the image's bytes", cold, writing);
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn report(what: &str, peer: &str, time: Duration, peer_time: Duration) -> f64 {
    let ratio = time.as_secs_f64() / peer_time.as_secs_f64();
    println!("{what}: {time:.2?}; {peer}: {peer_time:.2?}; ratio {ratio:.2}");
    ratio
}
