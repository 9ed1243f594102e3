//! Time and memory.

use std::fs;
use std::time::{Duration, Instant};

use hiperf_com::probe::memory;
use hiperf_com::{ComPtr, IWbemRefresher, live_objects};

use super::super::bench::{Bench, refresh};

/// What WMI asks of the loading of one provider.
const LOAD_WANTED: Duration = Duration::from_millis(100);
/// Beyond this, clients give up or users do.
const LOAD_LIMIT: Duration = Duration::from_secs(1);
/// What WMI asks of one refresh.
const REFRESH_WANTED: Duration = Duration::from_millis(10);
/// What WMI asks of all providers together, in one refresh.
const REFRESH_LIMIT: Duration = Duration::from_millis(800);
/// Refreshes before anything is measured.
const WARMING: usize = 20;
/// Refreshes that are measured.
const MEASURED: usize = 100;
/// The end of measuring memory, whichever comes first.
const MANY: usize = 10_000;
const LONG: Duration = Duration::from_secs(5);
/// A leak grows in each of so many parts.
const PARTS: usize = 4;
/// Bytes a refresh; the smallest block that malloc gives has 24.
const LEAK_BYTES: usize = 8;
/// Bytes that a process takes from the system at once.
const MAPPED_BYTES: usize = 256 << 10;

/// Loading and Initialize.
pub fn load_time(bench: &Bench<'_>) {
    let (load, initialize) = (bench.subject.load_time, bench.initialize_time);
    let text = format!("ready after {load:.1?} of loading and {initialize:.1?} of Initialize");
    match load + initialize {
        time if time > LOAD_LIMIT => bench.journal.fail(text),
        time if time > LOAD_WANTED => bench.journal.warn(text),
        _ => bench.journal.seen(text),
    }
}

/// Everything that the provider has, in one warm refresher.
fn warm<R>(bench: &Bench<'_>, measure: impl FnOnce(&ComPtr<IWbemRefresher>) -> R) -> Option<R> {
    let refresher = bench.refresher()?;
    let _held = (bench.objects(&refresher), bench.lists(&refresher));
    for _ in 0..WARMING {
        if !bench.refresh(&refresher) {
            return None;
        }
    }
    Some(measure(&refresher))
}

/// The median, which a busy machine doesn't change.
pub fn refresh_time(bench: &Bench<'_>) {
    let times = warm(bench, |refresher| {
        let mut times: Vec<Duration> = (0..MEASURED)
            .map(|_| {
                let started = Instant::now();
                refresh(refresher);
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        times
    });
    let Some(times) = times else { return };
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    let text = format!("{median:.1?} for all classes together, the longest of {MEASURED} {longest:.1?}");
    match median {
        time if time > REFRESH_LIMIT => bench.journal.fail(text),
        time if time > REFRESH_WANTED => bench.journal.warn(text),
        _ => bench.journal.seen(text),
    }
}

/// Calls of malloc and its like by the libraries of this process.
pub fn allocations(bench: &Bench<'_>) {
    let counted = warm(bench, |refresher| {
        if memory::count_allocations() == 0 {
            return None;
        }
        // The fewest, because an instance that appears costs some.
        let counts = (0..MEASURED).map(|_| {
            let before = memory::allocations();
            refresh(refresher);
            memory::allocations() - before
        });
        counts.min()
    });
    match counted {
        None => {}
        Some(None) => bench.journal.seen("allocations can't be counted on this system"),
        Some(Some(0)) => bench.journal.seen("none in a warm Refresh"),
        Some(Some(count)) => bench.journal.warn(format!("{count} allocations in each warm Refresh")),
    }
}

/// What the process uses.
struct Use {
    heap: usize,
    resident: usize,
    objects: usize,
}

impl Use {
    fn now() -> Use {
        let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0_usize);
        let resident = pages * rustix::param::page_size();
        Use { heap: memory::heap_bytes().unwrap_or_default(), resident, objects: live_objects() }
    }
}

/// What grows in every part of a long series of refreshes.
pub fn memory_growth(bench: &Bench<'_>) {
    let uses = warm(bench, |refresher| {
        let started = Instant::now();
        let mut uses = vec![(0, Use::now())];
        let mut done = 0;
        for part in 1..=PARTS {
            while done < MANY * part / PARTS && started.elapsed() < LONG * part as u32 / PARTS as u32 {
                refresh(refresher);
                done += 1;
            }
            uses.push((done, Use::now()));
        }
        uses
    });
    let Some(uses) = uses else { return };
    let total = uses.last().map_or(0, |(done, _)| *done);
    let grows = |what: fn(&Use) -> usize, least: fn(usize) -> usize| {
        uses.windows(2).all(|pair| {
            let done = pair[1].0 - pair[0].0;
            done > 0 && what(&pair[1].1) >= what(&pair[0].1) + least(done)
        })
    };
    let grown = |what: fn(&Use) -> usize| {
        let by = uses.last().map_or(0, |(_, last)| what(last)).saturating_sub(what(&uses[0].1));
        format!("by {} in {total} refreshes, without end", by)
    };
    let journal = bench.journal;
    journal.expect(!grows(|now| now.heap, |done| done * LEAK_BYTES), || {
        format!("bytes in use grow {}", grown(|now| now.heap))
    });
    journal.expect(!grows(|now| now.resident, |_| MAPPED_BYTES), || {
        format!("bytes of the process grow {}", grown(|now| now.resident))
    });
    journal.expect(!grows(|now| now.objects, |done| done / 2 + 1), || {
        format!("objects that hiperf made grow {}", grown(|now| now.objects))
    });
    journal.seen(format!("nothing grows in {total} refreshes"));
}
