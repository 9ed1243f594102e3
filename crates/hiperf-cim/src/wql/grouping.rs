//! [`Grouping`]: GROUP WITHIN, BY and HAVING as a machine without a clock.
//!
//! The first event of a group opens its interval; when that is over, the group
//! is delivered as one `__AggregateEvent` with the number of its events and the
//! first of them, if HAVING holds for the number. All intervals are of the same
//! length, so they end in the order in which they began. Time is whatever
//! duration the caller counts from a beginning of its own, and doesn't go back:
//! an earlier time than the last counts as that.
//!
//! Texts that differ in case only are of one group, as they are equal
//! everywhere in WQL.
//!
//! Source: the Windows pages `group-clause`, `having-clause` and
//! `--aggregateevent`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::bind::{Resolved, property_of};
use super::event::{EventQuery, Having};
use super::member::Member;
use crate::path::caseless;
use crate::{Class, Error, Instance, Result, Status, Value};

/// Most groups whose intervals are open at once: values that strangers choose
/// must not fill the memory.
pub const MAX_GROUPS: usize = 65_536;

/// The groups of an event query whose intervals are open.
#[derive(Debug)]
pub struct Grouping {
    length: Duration,
    class: Arc<Class>,
    by: Vec<By>,
    having: Option<Having>,
    now: Duration,
    groups: BTreeMap<Key, Aggregate>,
    /// The end of each group's interval, the earliest first.
    ends: VecDeque<(Duration, Key)>,
}

/// The values of the BY list, as text without case; NULL is a value of its own.
type Key = Arc<[Option<String>]>;

#[derive(Debug)]
struct By {
    index: usize,
    members: Vec<String>,
}

/// The events of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// How many there were.
    pub number_of_events: u32,
    /// The first of them.
    pub representative: Instance,
}

impl Grouping {
    /// The grouping of a query's events, which are of `class` or derive from
    /// it; `None` if the query has no GROUP.
    ///
    /// # Errors
    /// Those of [`EventQuery::check`] about the BY list.
    pub fn new(query: &EventQuery, class: &Arc<Class>) -> Result<Option<Grouping>> {
        let Some(group) = query.group() else { return Ok(None) };
        let by = query.bind_groups(class)?;
        Ok(Some(Grouping {
            length: Duration::from_secs(group.seconds.into()),
            class: class.clone(),
            by: by.into_iter().map(|Resolved { index, members, .. }| By { index, members }).collect(),
            having: group.having,
            now: Duration::ZERO,
            groups: BTreeMap::new(),
            ends: VecDeque::new(),
        }))
    }

    /// Counts an event that the query selects. Returns the groups whose
    /// intervals are over, to be delivered before it.
    ///
    /// # Errors
    /// `WBEM_E_QUOTA_VIOLATION`: it would open another group beyond
    /// [`MAX_GROUPS`]; it is not counted. Groups that are over stay for
    /// [`Grouping::due`].
    pub fn push(&mut self, event: Instance, now: Duration) -> Result<Vec<Aggregate>> {
        let key: Key = self.by.iter().map(|by| by.text(&self.class, &event)).collect();
        self.advance(now);
        let is_over = self.ends.front().is_some_and(|(end, _)| *end <= self.now);
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&key) && !is_over {
            let message = format!("events of more than {MAX_GROUPS} groups came within one interval");
            return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
        }
        let over = self.due(now);
        match self.groups.get_mut(&key) {
            Some(group) => group.number_of_events = group.number_of_events.saturating_add(1),
            None => {
                self.ends.push_back((self.now.saturating_add(self.length), key.clone()));
                self.groups.insert(key, Aggregate { number_of_events: 1, representative: event });
            }
        }
        Ok(over)
    }

    /// The groups whose intervals are over by now, the earliest first; those for
    /// which HAVING doesn't hold are dropped.
    pub fn due(&mut self, now: Duration) -> Vec<Aggregate> {
        self.advance(now);
        let mut over = Vec::new();
        while let Some((_, key)) = self.ends.pop_front_if(|(end, _)| *end <= self.now) {
            let group = self.groups.remove(&key);
            let holds =
                |group: &Aggregate| self.having.is_none_or(|having| having.holds(group.number_of_events));
            over.extend(group.filter(holds));
        }
        over
    }

    /// When [`Grouping::due`] has something to do next.
    #[must_use]
    pub fn next_end(&self) -> Option<Duration> {
        self.ends.front().map(|(end, _)| *end)
    }

    fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
    }
}

impl By {
    fn text(&self, bound: &Class, event: &Instance) -> Option<String> {
        match Member::value(&self.members, property_of(event, bound, self.index))? {
            Value::Null => None,
            Value::DateTime(datetime) => {
                let instant = datetime.to_utc_micros().map(|micros| micros.to_string());
                Some(instant.unwrap_or_else(|| datetime.to_string()))
            }
            other => Some(other.to_string().chars().map(caseless::fold).collect()),
        }
    }
}

impl Aggregate {
    /// It as an instance of `class`, which is `__AggregateEvent` with its
    /// properties `NumberOfEvents` and `Representative`.
    ///
    /// # Errors
    /// Those of [`Instance::put`], if the class is another.
    pub fn into_event(self, class: &Arc<Class>) -> Result<Instance> {
        let mut event = Instance::spawn(class);
        event.put("NumberOfEvents", &Value::Uint32(self.number_of_events))?;
        event.put("Representative", &Value::Object(Box::new(self.representative)))?;
        Ok(event)
    }
}
