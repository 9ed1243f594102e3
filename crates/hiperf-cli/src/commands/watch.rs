//! `hiperf watch TARGET..`: the same objects again and again.
//!
//! All targets are in one refresher: one refresh brings all of them up to date,
//! as of one moment. Formatted values need a sample to start from, which is
//! taken at once and shows nothing; the first values come an interval later.
//!
//! Only what is shown is asked for, so that a table of a few columns costs what
//! those cost.
//!
//! On a terminal the values are drawn over the old ones; anywhere else they are
//! appended.
//!
//! A refresh that fails ends it only if the next one would fail as well, as for a
//! class that isn't valid. A provider that failed may do better, and one that
//! runs apart is started again: what is not up to date and since when stands
//! below the title, or on standard error, until it is. Old values stay where
//! they are drawn over, and are not appended as new ones. If the last refresh of
//! those asked for failed, so does the command.

mod remarks;
mod watched;

use std::io::Write as _;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hiperf::Namespace;
use hiperf_cim::DateTime;

use crate::args::{Format, OutputOptions, WatchArguments};
use crate::canvas::Canvas;
use crate::failure::Failure;
use crate::format::text;
use crate::interrupt::{Interrupt, Schedule, Wake};
use crate::screen::{self, Screen};
use remarks::Remark;
use watched::Watched;

/// Watches until interrupted, or as often as was asked for.
pub fn run(namespace: &Namespace, watch: &WatchArguments, options: &OutputOptions) -> Result<(), Failure> {
    let interrupt = Interrupt::catch()?;
    let mut watched = Watched::new(namespace, watch, options)?;
    let mut display = Display::new(watch, options);
    let mut schedule = Schedule::new(Instant::now(), watch.interval);
    let mut left = watch.count.map(u64::from);
    if watched.needs_baseline {
        watched.refresh(SystemTime::now())?;
        display.show_waiting(&watched)?;
        if !is_due(&interrupt, &mut schedule)? {
            return display.canvas.finish();
        }
    }
    loop {
        let time = SystemTime::now();
        watched.refresh(time)?;
        display.show(&mut watched, time)?;
        left = left.map(|left| left - 1);
        if left == Some(0) {
            display.canvas.finish()?;
            return watched.failure.map_or(Ok(()), |failure| Err(failure.into()));
        }
        if !is_due(&interrupt, &mut schedule)? {
            return display.canvas.finish();
        }
    }
}

/// Waits for the next refresh and says whether there is to be one.
fn is_due(interrupt: &Interrupt, schedule: &mut Schedule) -> Result<bool, Failure> {
    match interrupt.wait_until(schedule.next_after(Instant::now()))? {
        Wake::Deadline => Ok(true),
        Wake::Interrupted => Ok(false),
        Wake::OutputClosed => Err(Failure::Closed),
    }
}

/// Where the values go.
struct Display<'a> {
    watch: &'a WatchArguments,
    is_table: bool,
    canvas: Canvas,
    /// What was last said on standard error, and about what.
    warned: Vec<String>,
}

impl<'a> Display<'a> {
    fn new(watch: &'a WatchArguments, options: &OutputOptions) -> Display<'a> {
        let is_table = options.format == Format::Table;
        Display { watch, is_table, canvas: Canvas::default(), warned: Vec::new() }
    }

    /// Says on a terminal that the first values are still to come.
    fn show_waiting(&mut self, watched: &Watched) -> Result<(), Failure> {
        let screen = Screen::current();
        if !self.is_table || screen.height.is_none() {
            self.warn(&watched.said);
            return Ok(());
        }
        let mut out = self.header(screen, SystemTime::now(), &watched.said);
        screen.note(&mut out, &format!("first values in {:?}", self.watch.interval));
        self.canvas.draw(&out, screen)
    }

    fn show(&mut self, watched: &mut Watched, time: SystemTime) -> Result<(), Failure> {
        let screen = Screen::current();
        let mut out = String::new();
        if !self.is_table {
            watched.write(&mut out, Some(&iso_8601(time)), screen, true)?;
            self.warn(&watched.said);
            return screen::write(&out);
        }
        if screen.height.is_some() {
            out = self.header(screen, time, &watched.said);
            watched.write(&mut out, None, screen, false)?;
            return self.canvas.draw(&out, screen);
        }
        self.warn(&watched.said);
        if watched.has_current() {
            out.push_str(&iso_8601(time));
            out.push('\n');
            watched.write(&mut out, None, screen, true)?;
            out.push('\n');
        }
        screen::write(&out)
    }

    /// What is watched, when, and how often, on one line; below it what is not up
    /// to date, where a terminal that is too low doesn't cut it off.
    fn header(&self, screen: Screen, time: SystemTime, said: &[Remark]) -> String {
        let time = iso_8601(time);
        // Of 2026-01-02T03:04:05.678901Z the time of day, finer than seconds only if they are.
        let is_fine = self.watch.interval.subsec_nanos() != 0;
        let time = time.get(11..if is_fine { 23 } else { 19 }).unwrap_or_default();
        let beside = format!("  {time} UTC  every {:?}", self.watch.interval);
        let room = screen.width.map_or(usize::MAX, |width| width.saturating_sub(beside.len()));
        let targets = text::shortened(&self.watch.targets.join(", "), room);
        let mut header = format!("{}{}\n", screen.style.bold(targets), screen.style.dim(beside));
        for Remark { text, .. } in said {
            let lines = text::wrapped(text, screen.prose_width());
            lines.iter().for_each(|line| screen.note(&mut header, line));
        }
        header.push('\n');
        header
    }

    /// Says on standard error what is not up to date, when that changes.
    fn warn(&mut self, said: &[Remark]) {
        let about: Vec<String> = said.iter().map(|remark| remark.about.clone()).collect();
        if about != self.warned {
            for Remark { text, .. } in said {
                // A warning that nobody can read is no reason to stop.
                let _unheard = writeln!(std::io::stderr(), "warning: {text}");
            }
            self.warned = about;
        }
    }
}

/// `2026-01-02T03:04:05.678901Z`.
fn iso_8601(time: SystemTime) -> String {
    let micros = match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_micros()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_micros()).unwrap_or(i128::MAX),
    };
    // The clock of no machine is beyond the year 9999.
    let text = DateTime::from_utc_micros(micros, 0).map(|time| time.as_str().to_owned()).unwrap_or_default();
    let field = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    format!(
        "{}-{}-{}T{}:{}:{}.{}Z",
        field(0..4),
        field(4..6),
        field(6..8),
        field(8..10),
        field(10..12),
        field(12..14),
        field(15..21)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times() {
        let time = UNIX_EPOCH + Duration::from_micros(1_767_323_045_678_901);
        assert_eq!(iso_8601(time), "2026-01-02T03:04:05.678901Z");
        assert_eq!(iso_8601(UNIX_EPOCH - Duration::from_secs(1)), "1969-12-31T23:59:59.000000Z");
    }
}
