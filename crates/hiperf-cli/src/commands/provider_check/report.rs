//! The report: for a person, or a line of JSON for each check.

use hiperf_cim::{CimType, Value};

use super::catalog::{CHECKS, Check};
use super::outcome::{Outcome, Verdict};
use crate::args::Format;
use crate::format::json;

/// Where a person finds more about a check.
const GUIDE: &str = "docs/provider-check.md";

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
        Verdict::Skip => "skip",
    }
}

/// All checks, one a line.
pub fn list(format: Format) -> String {
    let width = CHECKS.iter().map(|check| check.name.len()).max().unwrap_or_default();
    let line = |check: &Check| match format {
        Format::Json => {
            let text = |text: &str| Value::String(text.to_owned());
            let fields = [("check", check.name), ("about", check.about), ("mend", check.mend)];
            let mut line = String::new();
            json::object(&mut line, fields.map(|(name, value)| (name, text(value))), false);
            line
        }
        _ => format!("{:width$}  {}\n", check.name, check.about),
    };
    CHECKS.iter().map(line).collect()
}

/// What became of one check.
pub fn outcome(check: &Check, outcome: &Outcome, format: Format) -> String {
    let word = word(outcome.verdict);
    let see = format!("{GUIDE}#{}", check.name);
    if format == Format::Json {
        let text = |text: &str| Value::String(text.to_owned());
        let seen = outcome.seen.iter().map(|seen| text(seen)).collect();
        let fields = [
            ("check", text(check.name)),
            ("verdict", text(word)),
            ("seen", Value::Array(CimType::String, seen)),
            ("about", text(check.about)),
            ("mend", text(check.mend)),
            ("see", text(&see)),
        ];
        let mut line = String::new();
        json::object(&mut line, fields, false);
        return line;
    }
    let mut seen = outcome.seen.iter();
    let first = seen.next().map_or(check.about, String::as_str);
    let mut text = format!("{word}  {:22}{first}\n", check.name);
    for more in seen {
        text.push_str(&format!("{:28}{more}\n", ""));
    }
    if matches!(outcome.verdict, Verdict::Warn | Verdict::Fail) {
        text.push_str(&format!("{:28}mend: {}\n{:28}see:  {see}\n", "", check.mend, ""));
    }
    text
}

/// How many of each.
pub fn summary(outcomes: &[(&Check, Outcome)], format: Format) -> String {
    if format == Format::Json {
        return String::new();
    }
    let count = |verdict| outcomes.iter().filter(|(_, outcome)| outcome.verdict == verdict).count();
    let counts = [
        (count(Verdict::Fail), "failed"),
        (count(Verdict::Warn), "with a warning"),
        (count(Verdict::Skip), "not run"),
        (count(Verdict::Pass), "passed"),
    ];
    let parts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    format!("{} checks: {}\n", outcomes.len(), parts.collect::<Vec<_>>().join(", "))
}
