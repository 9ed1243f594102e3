//! [`View`]: which properties of a class are shown, in which order and form.
//!
//! | wanted | properties |
//! |---|---|
//! | a query's SELECT list | those, in its order |
//! | a table of a class | the keys and what the class marks as PerfDefault |
//! | one object | what it can have a value for, but for the record of its sample |
//! | `--all`, or a format for programs | every property |
//!
//! Unless a query says otherwise the keys come first, then the class's own
//! properties, then what it inherits.

use std::sync::Arc;

use hiperf::{Column, Query};
use hiperf_cim::{Class, Property, Type, Value, system_property};

use crate::args::{Format, OutputOptions};
use crate::row::Row;

/// Classes whose properties say when and what was sampled: the same in every
/// counter class, and no counters.
const SAMPLE_CLASSES: [&str; 2] = ["CIM_StatisticalInformation", "Win32_Perf"];

/// Properties of a class to show.
#[derive(Clone, Debug)]
pub struct View {
    class: Arc<Class>,
    columns: Vec<Column>,
    /// The first ones, which a table shows in any case.
    kept: usize,
    /// Whether one object is to be shown, property by property.
    is_sheet: bool,
    /// Properties left out, that `--all` would show.
    left_out: usize,
}

impl View {
    /// The view of all instances of a class.
    pub fn of_class(class: &Arc<Class>, options: &OutputOptions) -> View {
        let is_default = |property: &Property| property.qualifiers().is_true("PerfDefault");
        let has_defaults = class.properties().iter().any(is_default);
        View::choose(class, options, |property| is_default(property) || !has_defaults)
    }

    /// The view of one object.
    pub fn of_object(class: &Arc<Class>, options: &OutputOptions) -> View {
        let is_of_sample = |property: &Property| SAMPLE_CLASSES.contains(&property.origin());
        let is_supported = |property: &Property| property.qualifiers().get("Unsupported").is_none();
        let mut view =
            View::choose(class, options, |property| !is_of_sample(property) && is_supported(property));
        view.is_sheet = true;
        view
    }

    /// The view that a query asks for, of `class`: the query's own or a
    /// subclass.
    pub fn of_query(query: &Query, class: &Arc<Class>, options: &OutputOptions) -> View {
        if query.is_select_all() {
            return View::of_class(class, options);
        }
        // An object has a property once, however often a list names it.
        let mut columns: Vec<Column> = Vec::new();
        for column in query.columns() {
            if !columns.contains(column) {
                columns.push(*column);
            }
        }
        let is_key =
            |column: &&Column| matches!(column, Column::Property(index) if class.keys().contains(index));
        let kept = columns.iter().take_while(is_key).count();
        View { class: class.clone(), columns, kept, is_sheet: false, left_out: 0 }
    }

    fn choose(class: &Arc<Class>, options: &OutputOptions, is_wanted: impl Fn(&Property) -> bool) -> View {
        let is_complete = options.all || options.format != Format::Table;
        let properties = class.properties();
        let mut indexes: Vec<usize> = (0..properties.len())
            .filter(|&index| is_complete || properties[index].is_key() || is_wanted(&properties[index]))
            .collect();
        let generation = |property: &Property| {
            class.derivation().position(|ancestor| ancestor == property.origin()).map_or(0, |n| n + 1)
        };
        indexes.sort_by_cached_key(|&index| {
            let property = &properties[index];
            if property.is_key() { (0, 0) } else { (1, generation(property)) }
        });
        View {
            class: class.clone(),
            kept: class.keys().len(),
            is_sheet: class.is_singleton(),
            left_out: properties.len() - indexes.len(),
            columns: indexes.into_iter().map(Column::Property).collect(),
        }
    }

    /// The class.
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// How many of the first columns a table shows in any case.
    pub fn kept(&self) -> usize {
        self.kept
    }

    /// Whether one object is to be shown, property by property.
    pub fn is_sheet(&self) -> bool {
        self.is_sheet
    }

    /// How many properties are left out that `--all` would show.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the properties shown; `None` if that is every one.
    pub fn properties(&self) -> Option<Vec<&str>> {
        let index = |column: &Column| match column {
            Column::Property(index) => self.class.properties().get(*index),
            Column::System(_) => None,
        };
        let names: Vec<&str> = self.columns.iter().filter_map(index).map(Property::name).collect();
        (names.len() < self.class.properties().len()).then_some(names)
    }

    /// Names of the columns, as their classes write them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| match column {
            Column::Property(index) => self.class.properties().get(*index).map_or("", Property::name),
            Column::System(name) => name,
        })
    }

    /// Types of the columns.
    pub fn types(&self) -> impl Iterator<Item = Type> {
        let text = Type::scalar(hiperf_cim::CimType::String);
        self.columns.iter().map(move |column| match column {
            Column::Property(index) => self.class.properties().get(*index).map_or(text, Property::ty),
            Column::System(name) => system_property(name).map_or(text, |(_, ty)| ty),
        })
    }

    /// Units of the columns, empty where there is none.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| match column {
            Column::Property(index) => {
                self.class.properties().get(*index).and_then(|p| p.qualifiers().text("Units")).unwrap_or("")
            }
            Column::System(_) => "",
        })
    }

    /// The values of a row, column by column.
    pub fn values(&self, row: &impl Row) -> Vec<Value> {
        self.columns.iter().map(|column| row.column(*column)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::{CimType, ClassBuilder, Flavor, PropertyDeclaration, Qualifier};

    fn class() -> Arc<Class> {
        let flag = |name: &str| Qualifier::new(name, Value::Boolean(true), Flavor::TO_INSTANCE);
        let property = |name: &str, qualifiers| PropertyDeclaration {
            name: name.into(),
            ty: CimType::Uint64.into(),
            class_name: None,
            qualifiers,
            default: None,
        };
        let mut parent = ClassBuilder::new("Win32_Perf", None).unwrap();
        parent.property(property("Timestamp_Object", vec![])).unwrap();
        let mut child = ClassBuilder::new("Child", Some(parent.build().unwrap())).unwrap();
        let why = Qualifier::new("Unsupported", Value::String("why".into()), Flavor::TO_INSTANCE);
        child.property(property("Common", vec![flag("PerfDefault")])).unwrap();
        child.property(property("Rare", vec![])).unwrap();
        child.property(property("Absent", vec![why])).unwrap();
        child.property(property("Id", vec![flag("Key")])).unwrap();
        child.build().unwrap()
    }

    #[track_caller]
    fn check(view: impl Fn(&Arc<Class>, &OutputOptions) -> View, format: Format, all: bool, expected: &str) {
        let view = view(&class(), &OutputOptions { format, json_strings: false, all });
        assert_eq!(view.names().collect::<Vec<_>>().join(" "), expected);
        assert_eq!(view.names().count() + view.left_out(), 5);
    }

    #[test]
    fn what_is_shown() {
        check(View::of_class, Format::Table, false, "Id Common");
        check(View::of_object, Format::Table, false, "Id Common Rare");
        check(View::of_class, Format::Table, true, "Id Common Rare Absent Timestamp_Object");
        check(View::of_object, Format::Json, false, "Id Common Rare Absent Timestamp_Object");
    }
}
