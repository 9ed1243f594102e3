//! [`EventQuery`]: what `ExecNotificationQuery` takes.
//!
//! Which events there are, and where they come from, is not known here.
//!
//! Source: the Windows pages `within-`, `group-` and `having-clause` and
//! `select-statement-for-event-queries`.

use std::time::Duration;

use super::bind::{Resolved, resolve};
use super::diagnostic::at;
use super::expr::{Expr, Literal, Operator, PropertyRef, Test};
use super::select::DataQuery;
use crate::{CimType, Class, Result, Status};

/// The longest interval of GROUP WITHIN: that of WITHIN, whose milliseconds are
/// 32 bits.
pub const MAX_GROUP_SECONDS: u32 = u32::MAX / 1000;

/// A query of events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventQuery {
    pub(super) select: DataQuery,
    pub(super) within: Option<Interval>,
    pub(super) group: Option<Group>,
}

/// The interval of WITHIN, in whole milliseconds, one at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval(u32);

/// `GROUP WITHIN seconds [ BY .. ] [ HAVING .. ]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// How long events are counted, from the first of a group on.
    pub seconds: u32,
    /// The properties whose values tell one group from another; none puts all
    /// events in one.
    pub by: Vec<PropertyRef>,
    /// Which groups are delivered; all without it.
    pub having: Option<Having>,
}

/// `HAVING NumberOfEvents op count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Having {
    /// The comparison.
    pub operator: Operator,
    /// What the number of events is compared with.
    pub count: i128,
}

impl Interval {
    /// The interval of so many seconds; `None` outside of 0.001 to 4294967.295.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Interval> {
        let milliseconds = (seconds * 1000.0).round();
        let is_in_range = (1.0..=f64::from(u32::MAX)).contains(&milliseconds);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is in range
        is_in_range.then_some(Interval(milliseconds as u32))
    }

    /// In milliseconds.
    #[must_use]
    pub fn milliseconds(self) -> u32 {
        self.0
    }

    /// As a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.0.into())
    }
}

impl Having {
    /// Whether a group of so many events is delivered.
    #[must_use]
    pub fn holds(self, events: u32) -> bool {
        self.operator.holds(i128::from(events).cmp(&self.count))
    }
}

impl EventQuery {
    /// Its SELECT list, event class and WHERE clause, as a query of instances
    /// of that class.
    #[must_use]
    pub fn select(&self) -> &DataQuery {
        &self.select
    }

    /// How often the server is to look for changes that no provider tells.
    #[must_use]
    pub fn within(&self) -> Option<Interval> {
        self.within
    }

    /// How events are counted together.
    #[must_use]
    pub fn group(&self) -> Option<&Group> {
        self.group.as_ref()
    }

    /// The classes of which `TargetInstance` (or `PreviousInstance`,
    /// `TargetClass`, ..: `property`) must be for an event to be selected;
    /// `None` when the WHERE clause leaves that open, and every class is meant.
    #[must_use]
    pub fn required_classes(&self, property: &str) -> Option<Vec<&str>> {
        let filter: &Expr = self.select.filter.as_ref()?;
        filter.required(&|condition| match &condition.test {
            Test::IsA(class) if condition.property.name.eq_ignore_ascii_case(property) => {
                match &class.literal {
                    Literal::String(class) => Some(class.as_str()),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// Checks it against its class; `is_provided`: whether a provider delivers
    /// these events, so that nobody has to look for changes.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_EVENT_CLASS`: the class is none of events.
    /// * `WBEMESS_E_REGISTRATION_TOO_PRECISE`: nobody delivers them, and there
    ///   is no WITHIN.
    /// * `WBEM_E_AGGREGATING_BY_OBJECT`: BY names a whole embedded object.
    /// * `WBEM_E_PROPERTY_NOT_AN_OBJECT`: BY names a member of what is none.
    /// * `WBEM_E_INVALID_QUERY`: BY names what the class doesn't have, or an array.
    pub fn check(&self, class: &Class, is_provided: bool) -> Result<()> {
        let name = class.name();
        if !class.is_a("__Event") {
            let hint = format!(
                "to watch its instances, select __InstanceModificationEvent WITHIN seconds WHERE \
                 TargetInstance ISA \"{name}\""
            );
            let what = format!("{name} is no class of events: it doesn't derive from __Event");
            return Err(self.select.wrong_class(Status::WBEM_E_NOT_EVENT_CLASS, &what, &hint));
        }
        if !is_provided && self.within.is_none() {
            let what = "no provider delivers these events";
            let hint = format!("write FROM {name} WITHIN seconds, to have the server look for changes");
            let status = Status::WBEMESS_E_REGISTRATION_TOO_PRECISE;
            return Err(self.select.wrong_class(status, what, &hint));
        }
        self.bind_groups(class).map(|_| ())
    }

    /// The properties of BY, as they are in the class.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_QUERY`: the class doesn't have one, or it is an array.
    /// * `WBEM_E_AGGREGATING_BY_OBJECT`: it is a whole embedded object.
    /// * `WBEM_E_PROPERTY_NOT_AN_OBJECT`: a member is named of what is none.
    pub(super) fn bind_groups(&self, class: &Class) -> Result<Vec<Resolved>> {
        let by = self.group.iter().flat_map(|group| &group.by);
        by.map(|property| self.bind_group(property, class)).collect()
    }

    fn bind_group(&self, property: &PropertyRef, class: &Class) -> Result<Resolved> {
        let (name, query, span) = (&property.name, self.select.text(), property.span.clone());
        if let Some((head, _)) = name.split_once('.')
            && let Some(ty) = class.property(head).map(crate::Property::ty)
            && ty != CimType::Object.into()
        {
            let what = format!("{head} is a {ty} and has no members");
            return Err(at(Status::WBEM_E_PROPERTY_NOT_AN_OBJECT, query, span, &what, ""));
        }
        let found = resolve(query, property, class)?;
        if found.ty.is_array {
            let what = format!("{name} is an array, by which nothing is grouped");
            return Err(at(Status::WBEM_E_INVALID_QUERY, query, span, &what, ""));
        }
        if found.members.is_empty() && found.ty.scalar == CimType::Object {
            let what = format!("{name} is an object, by which nothing is grouped");
            let hint = format!("name one of its members: {name}.Property");
            return Err(at(Status::WBEM_E_AGGREGATING_BY_OBJECT, query, span, &what, &hint));
        }
        Ok(found)
    }
}
