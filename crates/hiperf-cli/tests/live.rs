//! The command's values beside those of a naive reader of the same files.
//!
//! While a processor is kept busy, `hiperf watch` prints ten intervals, and the
//! naive reader notes what `/proc` says all the time. Over the whole span, from
//! the first printed time stamp to the last, both must tell the same story.
//! Where a time stamp lies between two notes the naive value is interpolated,
//! so that starting and stopping either of them is of no matter.

use std::fs;
use std::hint;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

const PROCESSOR: &str = "Win32_PerfFormattedData_PerfOS_Processor";
const SYSTEM: &str = "Win32_PerfFormattedData_PerfOS_System";
const MEMORY: &str = "Win32_PerfFormattedData_PerfOS_Memory";

/// Of percentages. Half a point goes by truncation.
const POINTS: f64 = 2.0;
/// Of everything else.
const SHARE: f64 = 0.05;
/// How often the naive reader reads.
const PAUSE: Duration = Duration::from_millis(20);

/// What the naive reader found at one moment.
struct Note {
    monotonic_100ns: f64,
    /// Busy and all ticks by processor, `cpu` for all of them.
    ticks: Vec<(String, f64, f64)>,
    context_switches: f64,
    available_bytes: f64,
}

impl Note {
    fn take() -> Note {
        let now = clock_gettime(ClockId::Monotonic);
        let stat = fs::read_to_string("/proc/stat").unwrap();
        let meminfo = fs::read_to_string("/proc/meminfo").unwrap();
        let field = |text: &str, name: &str, n: usize| -> f64 {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(n).unwrap().parse().unwrap()
        };
        Note {
            monotonic_100ns: now.tv_sec as f64 * 1e7 + (now.tv_nsec / 100) as f64,
            ticks: stat.lines().filter(|line| line.starts_with("cpu")).map(busy_and_all).collect(),
            context_switches: field(&stat, "ctxt ", 1),
            available_bytes: field(&meminfo, "MemAvailable:", 1) * 1024.0,
        }
    }
}

/// A line `cpu0 user nice system idle iowait irq softirq steal guest ..` as
/// tools like top see it: all but the third and fourth is work, and guests are
/// in user already.
fn busy_and_all(line: &str) -> (String, f64, f64) {
    let mut fields = line.split_whitespace();
    let name = fields.next().unwrap().to_owned();
    let times: Vec<f64> = fields.take(8).map(|field| field.parse().unwrap()).collect();
    let all: f64 = times.iter().sum();
    (name, all - times[3] - times[4], all)
}

/// A value of the notes at a moment between two of them.
#[track_caller]
fn at(notes: &[Note], monotonic_100ns: f64, value: impl Fn(&Note) -> f64) -> f64 {
    let after = notes.partition_point(|note| note.monotonic_100ns < monotonic_100ns);
    assert!((1..notes.len()).contains(&after), "the naive reader was there before and after");
    let (left, right) = (&notes[after - 1], &notes[after]);
    let part =
        (monotonic_100ns - left.monotonic_100ns) / (right.monotonic_100ns - left.monotonic_100ns).max(1.0);
    value(left) + part * (value(right) - value(left))
}

/// The number of a field of a JSON line.
#[track_caller]
fn number(line: &str, field: &str) -> f64 {
    let (_, rest) = line.split_once(&format!("\"{field}\":")).unwrap_or_else(|| panic!("{field} in {line}"));
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
    rest[..digits].parse().unwrap_or_else(|_| panic!("{field} is a number in {line}"))
}

/// The mean of a field over the span of the rows, each of which is the mean
/// since the row before.
fn mean(rows: &[&str], field: &str) -> f64 {
    let time = |row| number(row, "Timestamp_PerfTime");
    let parts = rows.windows(2).map(|pair| number(pair[1], field) * (time(pair[1]) - time(pair[0])));
    parts.sum::<f64>() / (time(rows[rows.len() - 1]) - time(rows[0]))
}

/// How much a value of the notes grew over the span of the rows.
fn growth(notes: &[Note], rows: &[&str], value: &dyn Fn(&Note) -> f64) -> f64 {
    let [first, last] =
        [rows[0], rows[rows.len() - 1]].map(|row| at(notes, number(row, "Timestamp_PerfTime"), value));
    last - first
}

#[track_caller]
fn check(what: &str, hiperf: f64, naive: f64, tolerance: f64) {
    println!("{what}: hiperf {hiperf:.2}, naive {naive:.2}");
    assert!((hiperf - naive).abs() <= tolerance, "{what}: hiperf {hiperf}, naive {naive}");
}

/// What the command printed, and the notes taken meanwhile.
fn watch_under_load() -> (String, Vec<Note>) {
    let done = AtomicBool::new(false);
    let running = || !done.load(Ordering::Relaxed);
    let notes_take = || {
        let mut notes = vec![Note::take()];
        while running() {
            thread::sleep(PAUSE);
            notes.push(Note::take());
        }
        notes
    };
    let load = || {
        while running() {
            hint::spin_loop();
        }
    };
    thread::scope(|scope| {
        let notes = scope.spawn(notes_take);
        scope.spawn(load);
        // The first row of a span only says when it began.
        let output = Command::new(env!("CARGO_BIN_EXE_hiperf"))
            .args(["watch", PROCESSOR, &format!("{SYSTEM}=@"), &format!("{MEMORY}=@")])
            .args(["--format", "json", "--interval", "1s", "--count", "11"])
            .stdin(Stdio::null())
            .output();
        done.store(true, Ordering::Relaxed);
        let output = output.unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert!(output.status.success());
        (String::from_utf8(output.stdout).unwrap(), notes.join().unwrap())
    })
}

#[test]
fn the_values_are_those_of_a_naive_reader() {
    let (printed, notes) = watch_under_load();
    let rows = |of: &str| -> Vec<&str> { printed.lines().filter(|line| line.contains(of)).collect() };

    let names: Vec<&str> = notes[0].ticks.iter().map(|(name, ..)| name.as_str()).collect();
    assert!(names.len() > 1 && names[0] == "cpu", "{names:?}");
    for (index, name) in names.iter().enumerate() {
        let instance = if index == 0 { "_Total" } else { &name[3..] };
        let rows = rows(&format!("\"{PROCESSOR}\",\"Name\":\"{instance}\""));
        assert_eq!(rows.len(), 11, "rows of {instance}");
        let growth = |value: &dyn Fn(&Note) -> f64| growth(&notes, &rows, value);
        let busy = growth(&|note| note.ticks[index].1);
        let all = growth(&|note| note.ticks[index].2);
        let naive = 100.0 * busy / all;
        if instance == "_Total" {
            assert!(naive > 50.0 / (names.len() - 1) as f64, "the load is seen: {naive}");
        }
        check(
            &format!("PercentProcessorTime of {instance}"),
            mean(&rows, "PercentProcessorTime"),
            naive,
            POINTS,
        );
    }

    let system = rows(SYSTEM);
    let time_100ns = growth(&notes, &system, &|note| note.monotonic_100ns);
    let naive = growth(&notes, &system, &|note| note.context_switches) / (time_100ns / 1e7);
    check("ContextSwitchesPersec", mean(&system, "ContextSwitchesPersec"), naive, naive * SHARE);

    for row in rows(MEMORY) {
        let naive = at(&notes, number(row, "Timestamp_PerfTime"), |note| note.available_bytes);
        check("AvailableBytes", number(row, "AvailableBytes"), naive, naive * SHARE);
    }
}
