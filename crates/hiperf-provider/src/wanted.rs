//! [`Wanted`]: which classes, and which of their counters, a sample is for; and
//! the [`Selection`]s of single clients that it is the union of.
//!
//! A client says what it wants by the values `__GET_EXTENSIONS`,
//! `__GET_EXT_PROPERTIES` and `__GET_EXT_KEYS_ONLY` of its context. Keys and
//! time stamps are always delivered; what was not asked for is NULL, with that
//! as the reason.

use std::sync::Arc;

use hiperf_cim::{PropertyHandle, Reason, Status};
use hiperf_com::access::ObjectAccess;

/// The classes and counters that a sample is for: those that the objects and
/// enumerators of one refresher need together, or those of one query.
///
/// A source that doesn't look at it reads everything, which is never wrong.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a>(Option<&'a [WantedClass]>);

/// What is wanted of one class.
#[derive(Clone, Debug)]
pub(crate) struct WantedClass {
    /// Index in the provider's classes.
    class: usize,
    /// By index of the counter; `None` means all.
    counters: Option<Vec<bool>>,
}

impl Wanted<'static> {
    /// Everything there is; for a source that is used by itself, as in a test.
    #[must_use]
    pub const fn everything() -> Wanted<'static> {
        Wanted(None)
    }
}

impl<'a> Wanted<'a> {
    pub(crate) fn of(classes: &'a [WantedClass]) -> Wanted<'a> {
        Wanted(Some(classes))
    }

    /// Whether instances of the class at this index of
    /// [`Provider::classes`](crate::Provider::classes) are wanted, with any
    /// counters or none.
    #[must_use]
    pub fn contains(self, class: usize) -> bool {
        self.0.is_none_or(|classes| classes.iter().any(|wanted| wanted.class == class))
    }

    /// Whether the counter at index `counter` of
    /// [`CounterClass::counters`](crate::CounterClass::counters) is wanted of
    /// that class. The indexes of its texts follow those of the counters.
    #[must_use]
    pub fn contains_counter(self, class: usize, counter: usize) -> bool {
        let Some(classes) = self.0 else { return true };
        classes.iter().any(|wanted| wanted.class == class && wanted.has(counter))
    }

    /// The wanted counters of the class at this index, for whoever looks at many
    /// of them; `None` if the class isn't wanted.
    #[must_use]
    pub fn of_class(self, class: usize) -> Option<WantedCounters<'a>> {
        let Some(classes) = self.0 else { return Some(WantedCounters(None)) };
        classes.iter().find(|wanted| wanted.class == class).map(|wanted| WantedCounters(Some(wanted)))
    }
}

/// The wanted counters of one class.
#[derive(Clone, Copy, Debug)]
pub struct WantedCounters<'a>(Option<&'a WantedClass>);

impl WantedCounters<'_> {
    /// Whether the counter at this index is wanted.
    #[must_use]
    pub fn contains(self, counter: usize) -> bool {
        self.0.is_none_or(|class| class.has(counter))
    }
}

impl WantedClass {
    /// The instances of a class, without any counters.
    pub(crate) fn instances(class: usize) -> WantedClass {
        WantedClass { class, counters: Some(Vec::new()) }
    }

    /// The counters of one selection.
    pub(crate) fn selected(class: usize, selection: &Selection) -> WantedClass {
        let mut wanted = WantedClass::instances(class);
        wanted.add(selection);
        wanted
    }

    /// Adds the counters of a selection.
    pub(crate) fn add(&mut self, selection: &Selection) {
        let Some(selected) = &selection.0 else {
            self.counters = None;
            return;
        };
        let Some(counters) = &mut self.counters else { return };
        for &index in &selected.counters {
            if counters.len() <= index {
                counters.resize(index + 1, false);
            }
            counters[index] = true;
        }
    }

    fn has(&self, counter: usize) -> bool {
        self.counters.as_ref().is_none_or(|counters| counters.get(counter) == Some(&true))
    }
}

/// The counters of a class that one client wants. Shared by all of its objects.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Selection(Option<Arc<Selected>>);

#[derive(Debug)]
struct Selected {
    /// Indexes of the wanted counters, ascending.
    counters: Vec<usize>,
    /// Handles of all others.
    others: Vec<PropertyHandle>,
}

impl Selection {
    /// The counters whose names are among `names`; names of other properties,
    /// or of none, are ignored. Without names all of them.
    pub(crate) fn new<'c>(
        names: Option<&[String]>,
        counters: impl Iterator<Item = (&'c str, PropertyHandle)>,
    ) -> Selection {
        let Some(names) = names else { return Selection(None) };
        let mut selected = Selected { counters: Vec::new(), others: Vec::new() };
        for (index, (counter, handle)) in counters.enumerate() {
            match names.iter().any(|name| name.eq_ignore_ascii_case(counter)) {
                true => selected.counters.push(index),
                false => selected.others.push(handle),
            }
        }
        Selection(Some(Arc::new(selected)))
    }

    /// Indexes of the wanted counters; `None` means all.
    #[inline]
    pub(crate) fn counters(&self) -> Option<&[usize]> {
        self.0.as_ref().map(|selected| &selected.counters[..])
    }

    /// Says in a new object why the other counters are NULL, once and for all:
    /// nobody writes them later.
    pub(crate) fn mark_others(&self, object: &ObjectAccess) -> Result<(), Status> {
        let others = self.0.as_ref().map_or(&[][..], |selected| &selected.others);
        others.iter().try_for_each(|&handle| object.write_missing(handle, Reason::NotAsked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(names: &[&str]) -> Selection {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let counters = ["A", "B", "C"].into_iter().zip((1..).map(PropertyHandle));
        Selection::new(Some(&names), counters)
    }

    #[test]
    fn names_select_counters() {
        let some = selection(&["c", "Name", "A", "none"]);
        assert_eq!(some.counters(), Some(&[0, 2][..]));
        assert_eq!(some.0.unwrap().others, [PropertyHandle(2)]);
        assert_eq!(selection(&[]).counters(), Some(&[][..]));
        assert_eq!(Selection::default().counters(), None);
    }

    #[test]
    fn a_sample_is_for_all_clients_together() {
        let mut classes = [WantedClass::instances(3), WantedClass::selected(5, &selection(&["A"]))];
        classes[1].add(&selection(&["C"]));
        let wanted = Wanted::of(&classes);
        assert!(wanted.contains(3) && wanted.contains(5) && !wanted.contains(0));
        let of = |class| [0, 1, 2, 9].map(|counter| wanted.contains_counter(class, counter));
        assert_eq!((of(3), of(5), of(0)), ([false; 4], [true, false, true, false], [false; 4]));
        classes[0].add(&Selection::default());
        classes[0].add(&selection(&["A"]));
        assert!(Wanted::of(&classes).contains_counter(3, 1));
        assert!(Wanted::everything().contains(7) && Wanted::everything().contains_counter(7, 7));
        assert!(Wanted::everything().of_class(7).is_some_and(|counters| counters.contains(7)));
        let wanted = Wanted::of(&classes);
        let of_class = |class| wanted.of_class(class).map(|all| [0, 1, 2].map(|index| all.contains(index)));
        assert_eq!((of_class(3), of_class(5)), (Some([true; 3]), Some([true, false, true])));
        assert!(of_class(4).is_none());
    }
}
