//! [`AssociationQuery`]: ASSOCIATORS OF and REFERENCES OF, and what they select.
//!
//! An association is an instance with reference properties: whether its class
//! has the Association qualifier does not matter. The *source* is the object
//! whose path is in braces; its *role* in an association is the name of the
//! property that refers to it. The other references of the association lead to
//! *endpoints*. REFERENCES OF gives associations, ASSOCIATORS OF endpoints, one
//! for each association that leads there.
//!
//! Finding the associations, and getting endpoints, is the engine's.
//!
//! Source: \[MS-WMI\] 2.2.1.2 and 3.1.4.3.18, and the Windows pages
//! `associators-of-statement`, `references-of-statement`, `schema-associations`.

use super::diagnostic::{Span, at, invalid};
use crate::path::{ObjectPath, caseless};
use crate::{CimType, Class, Error, Instance, Property, Result, Status, Type};

/// Which of the two statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssociationKind {
    /// `ASSOCIATORS OF`: the objects at the other ends.
    Associators,
    /// `REFERENCES OF`: the associations themselves.
    References,
}

/// What is made of what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Yield {
    /// Whole instances.
    #[default]
    Instances,
    /// `KeysOnly`: instances of which only the keys are wanted.
    KeysOnly,
    /// `ClassDefsOnly`: the definitions of their classes, each once.
    ClassDefsOnly,
    /// `SchemaOnly`: the source is a class, and classes are found by what their
    /// references are declared to refer to.
    SchemaOnly,
}

/// An `ASSOCIATORS OF` or `REFERENCES OF` statement.
#[derive(Clone, Debug)]
pub struct AssociationQuery {
    text: String,
    kind: AssociationKind,
    source: ObjectPath,
    source_span: Span,
    /// By the keyword's place in [`VALUES`].
    values: [Option<String>; VALUES.len()],
    wanted: Yield,
}

/// Equal when they ask for the same, however that is written.
impl PartialEq for AssociationQuery {
    fn eq(&self, other: &AssociationQuery) -> bool {
        (self.kind, self.wanted, &self.values, &self.source)
            == (other.kind, other.wanted, &other.values, &other.source)
    }
}

/// The keywords that take a value.
const VALUES: [&str; 6] =
    ["AssocClass", "ResultClass", "Role", "ResultRole", "RequiredQualifier", "RequiredAssocQualifier"];
/// Those of them that REFERENCES OF has.
const VALUES_OF_REFERENCES: [&str; 3] = ["ResultClass", "Role", "RequiredQualifier"];
/// The keywords that stand alone.
const YIELDS: [(&str, Yield); 3] = [
    ("KeysOnly", Yield::KeysOnly),
    ("ClassDefsOnly", Yield::ClassDefsOnly),
    ("SchemaOnly", Yield::SchemaOnly),
];

impl AssociationKind {
    /// The statement's first words.
    #[must_use]
    pub const fn spelling(self) -> &'static str {
        match self {
            AssociationKind::Associators => "ASSOCIATORS OF",
            AssociationKind::References => "REFERENCES OF",
        }
    }

    pub(super) fn keywords(self) -> impl Iterator<Item = &'static str> {
        let has = move |keyword: &&str| match self {
            AssociationKind::Associators => true,
            AssociationKind::References => VALUES_OF_REFERENCES.contains(keyword),
        };
        VALUES.into_iter().filter(has).chain(YIELDS.into_iter().map(|(keyword, _)| keyword))
    }
}

impl Yield {
    /// What the keyword of this spelling says.
    pub(super) fn of(keyword: &str) -> Option<Yield> {
        YIELDS.into_iter().find(|(known, _)| *known == keyword).map(|(_, wanted)| wanted)
    }

    /// The keyword; none for whole instances.
    pub(super) fn keyword(self) -> Option<&'static str> {
        YIELDS.into_iter().find(|(_, wanted)| *wanted == self).map(|(keyword, _)| keyword)
    }
}

/// As the parser makes it, and as it is written.
impl AssociationQuery {
    pub(super) fn new(
        text: String,
        kind: AssociationKind,
        source: ObjectPath,
        source_span: Span,
    ) -> AssociationQuery {
        AssociationQuery {
            text,
            kind,
            source,
            source_span,
            values: Default::default(),
            wanted: Yield::default(),
        }
    }

    pub(super) fn keywords(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.kind.keywords()
    }

    /// Sets what is wanted; `false` if that was said already.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY`: something else was said.
    pub(super) fn set_yield(&mut self, wanted: Yield, span: Span) -> Result<bool> {
        match self.wanted.keyword() {
            Some(_) if self.wanted == wanted => Ok(false),
            Some(other) => {
                let what = format!("this and {other} exclude each other");
                Err(invalid(&self.text, span, &what, ""))
            }
            None => {
                self.wanted = wanted;
                Ok(true)
            }
        }
    }

    /// Sets a keyword's value; `false` if it has one.
    pub(super) fn set_value(&mut self, keyword: &str, value: String) -> bool {
        let place = VALUES.iter().position(|known| *known == keyword);
        let slot = place.and_then(|place| self.values.get_mut(place));
        slot.is_some_and(|slot| slot.replace(value).is_none())
    }

    /// What can be told only once all keywords are known.
    pub(super) fn check(&self) -> Result<()> {
        if self.wanted == Yield::ClassDefsOnly && self.result_class().is_some() {
            let what = "ClassDefsOnly and ResultClass exclude each other";
            return Err(invalid(&self.text, 0..self.text.len(), what, ""));
        }
        if self.wanted == Yield::SchemaOnly && !self.source.is_class() {
            let hint = "the schema knows of no instances: name the class alone";
            return Err(self.at_source(Status::WBEM_E_INVALID_QUERY, "SchemaOnly is about a class", hint));
        }
        Ok(())
    }

    /// An error at the object path.
    #[must_use]
    pub fn at_source(&self, status: Status, what: &str, hint: &str) -> Error {
        at(status, &self.text, self.source_span.clone(), what, hint)
    }

    /// The error for a class that doesn't exist, after AssocClass or ResultClass.
    #[must_use]
    pub fn unknown_class(&self, name: &str) -> Error {
        let what = format!("there is no class {name}");
        // It stands behind the path, which may have the same name in it.
        let clause = self.source_span.end;
        let place = self.text[clause..].rfind(name).map(|at| clause + at..clause + at + name.len());
        at(Status::WBEM_E_INVALID_CLASS, &self.text, place.unwrap_or(0..self.text.len()), &what, "")
    }

    /// The query as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which statement it is.
    #[must_use]
    pub fn kind(&self) -> AssociationKind {
        self.kind
    }

    /// The path in braces.
    #[must_use]
    pub fn source(&self) -> &ObjectPath {
        &self.source
    }

    /// What is made of what is found.
    #[must_use]
    pub fn wanted(&self) -> Yield {
        self.wanted
    }

    /// Each keyword that has a value, with it.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        VALUES.into_iter().zip(&self.values).filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    fn value(&self, keyword: &str) -> Option<&str> {
        self.values().find(|(known, _)| *known == keyword).map(|(_, value)| value)
    }

    /// `ResultClass`: that of what is found.
    #[must_use]
    pub fn result_class(&self) -> Option<&str> {
        self.value("ResultClass")
    }

    /// `AssocClass`, or the `ResultClass` of REFERENCES OF: the class that
    /// associations are of, or derive from.
    #[must_use]
    pub fn association_class(&self) -> Option<&str> {
        match self.kind {
            AssociationKind::Associators => self.value("AssocClass"),
            AssociationKind::References => self.result_class(),
        }
    }
}

/// What it selects.
impl AssociationQuery {
    /// Whether instances of this very class can be associations that it follows.
    #[must_use]
    pub fn admits_association(&self, class: &Class) -> bool {
        let qualifier = match self.kind {
            AssociationKind::Associators => self.value("RequiredAssocQualifier"),
            AssociationKind::References => self.value("RequiredQualifier"),
        };
        let mut references = class.properties().iter().filter(|property| is_reference(property));
        references.any(|property| self.admits_role(property))
            && self.association_class().is_none_or(|name| class.is_a(name))
            && qualifier.is_none_or(|name| class.qualifiers().get(name).is_some())
    }

    /// Whether an object of this class can be an endpoint that it selects.
    #[must_use]
    pub fn admits_endpoint(&self, class: &Class) -> bool {
        self.result_class().is_none_or(|name| class.is_a(name))
            && self.value("RequiredQualifier").is_none_or(|name| class.qualifiers().get(name).is_some())
    }

    /// The paths of the endpoints to which an association leads from the
    /// source, each once; `None` if it isn't one of the source's. `source` is
    /// the source's path with the names of its keys.
    #[must_use]
    pub fn endpoints(&self, association: &Instance, source: &ObjectPath) -> Option<Vec<String>> {
        let references: Vec<(&Property, String)> = association
            .class()
            .properties()
            .iter()
            .enumerate()
            .filter(|(_, property)| is_reference(property))
            .filter_map(|(index, property)| Some((property, association.value(index).as_str()?.to_owned())))
            .collect();
        let leads_to_source =
            |path: &str| ObjectPath::parse(path).is_ok_and(|path| path.names_same_object(source));
        let roles: Vec<usize> = (0..references.len())
            .filter(|&n| self.admits_role(references[n].0) && leads_to_source(&references[n].1))
            .collect();
        if roles.is_empty() {
            return None;
        }
        let mut found: Vec<String> = Vec::new();
        for (n, (property, path)) in references.iter().enumerate() {
            // The other end of a role is another property, whatever it holds.
            let is_other_end = roles.iter().any(|role| *role != n);
            let is_known = found.iter().any(|known| caseless::equal(known, path));
            if is_other_end && !is_known && self.admits_result_role(property) {
                found.push(path.clone());
            }
        }
        Some(found)
    }

    /// With `SchemaOnly`: the classes that an association class is declared to
    /// lead to from the source; `None` if none of its references is declared to
    /// refer to the source's class or to an ancestor of it.
    #[must_use]
    pub fn endpoint_classes(&self, association: &Class, source: &Class) -> Option<Vec<String>> {
        let references: Vec<&Property> =
            association.properties().iter().filter(|p| is_reference(p)).collect();
        let refers_to_source =
            |property: &Property| property.class_name().is_some_and(|name| source.is_a(name));
        let roles: Vec<usize> = (0..references.len())
            .filter(|&n| self.admits_role(references[n]) && refers_to_source(references[n]))
            .collect();
        if roles.is_empty() {
            return None;
        }
        let is_other_end = |n: usize| roles.iter().any(|role| *role != n);
        let others = references.iter().enumerate().filter(|(n, _)| is_other_end(*n));
        let admitted = others.filter(|(_, property)| self.admits_result_role(property));
        Some(admitted.filter_map(|(_, property)| property.class_name().map(str::to_owned)).collect())
    }

    fn admits_role(&self, property: &Property) -> bool {
        self.value("Role").is_none_or(|role| caseless::equal(role, property.name()))
    }

    fn admits_result_role(&self, property: &Property) -> bool {
        self.value("ResultRole").is_none_or(|role| caseless::equal(role, property.name()))
    }
}

fn is_reference(property: &Property) -> bool {
    property.ty() == Type::scalar(CimType::Reference)
}
