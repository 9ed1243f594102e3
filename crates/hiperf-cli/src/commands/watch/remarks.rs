//! [`Remarks`]: what is said of targets that are not up to date, and since when.
//!
//! What fails together is said together, once for a provider. Where a provider
//! says only that something is missing, the targets that lack a value are named,
//! and the others only if somebody asks why.

use std::collections::HashMap;
use std::time::SystemTime;

use hiperf::{Incomplete, ItemId};

use super::iso_8601;
use crate::failure;

/// One sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is about: it stays the same while only the wording changes.
    pub about: String,
    pub text: String,
}

/// Keeps in mind when targets failed first.
#[derive(Debug, Default)]
pub struct Remarks {
    since: HashMap<ItemId, SystemTime>,
}

impl Remarks {
    /// The remarks about a refresh at `time` of `count` targets, of which these are
    /// incomplete; `title` names a target.
    pub fn of<'a>(
        &mut self,
        incomplete: &[Incomplete<'_>],
        count: usize,
        title: impl Fn(ItemId) -> Option<&'a str>,
        time: SystemTime,
        says_why: bool,
    ) -> Vec<Remark> {
        let failed = |item: &ItemId| incomplete.iter().any(|one| one.item == *item && one.status.is_error());
        self.since.retain(|item, _| failed(item));
        let mut remarks = Vec::new();
        let mut said: Vec<&Incomplete<'_>> = Vec::new();
        for one in incomplete {
            let Some(name) = title(one.item) else { continue };
            if !one.status.is_error() {
                remarks.extend(partial(one, name, incomplete, says_why));
                continue;
            }
            let since = *self.since.entry(one.item).or_insert(time);
            if said.iter().any(|said| is_with(one, said)) {
                continue;
            }
            said.push(one);
            let together = incomplete.iter().filter(|other| other.item == one.item || is_with(one, other));
            let names: Vec<&str> = together.filter_map(|other| title(other.item)).collect();
            let names = if names.len() == count { String::new() } else { names.join(", ") };
            remarks.push(failure(one, &names, since));
        }
        remarks
    }
}

/// Whether both failed with the same provider.
fn is_with(one: &Incomplete<'_>, other: &Incomplete<'_>) -> bool {
    one.provider.is_some() && (one.provider, one.status) == (other.provider, other.status)
}

/// What is said of targets that failed; `names` is empty if that is all of them.
fn failure(one: &Incomplete<'_>, names: &str, since: SystemTime) -> Remark {
    let since = iso_8601(since);
    let time = since.get(11..19).unwrap_or_default();
    let whose = if names.is_empty() { String::new() } else { format!("{names}: ") };
    let why = match (one.error, one.status.name()) {
        (Some(error), Some(status)) => format!("{}; {status}", error.message()),
        (Some(error), None) => format!("{}; {}", error.message(), one.status),
        (None, _) => failure::status(one.status),
    };
    Remark {
        about: format!("{names} {} {since}", one.status),
        text: format!("not up to date since {time} UTC: {whose}{why}"),
    }
}

/// What is said of a target whose provider couldn't refresh everything.
fn partial(one: &Incomplete<'_>, name: &str, all: &[Incomplete<'_>], says_why: bool) -> Option<Remark> {
    let text = if one.is_known() {
        let missing = one.missing.iter().map(|&(reason, count)| {
            format!("{count} {} ({reason})", if count == 1 { "value" } else { "values" })
        });
        let missing = missing.collect::<Vec<_>>().join(", ");
        format!("{name} is not complete; could not be read: {missing}")
    } else if all.iter().any(|other| other.provider == one.provider && other.is_known()) && !says_why {
        return None;
    } else {
        format!("{name} may not be complete: its provider says only that something is missing")
    };
    Some(Remark { about: text.clone(), text })
}

/// Whether values of this status can be shown with the time of the refresh.
pub fn is_current(incomplete: &[Incomplete<'_>], item: ItemId) -> bool {
    !incomplete.iter().any(|one| one.item == item && one.is_stale())
}
