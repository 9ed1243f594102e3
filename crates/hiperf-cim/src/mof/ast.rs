//! What a MOF file says, as a tree that borrows from its text.
//!
//! Every node has the [`Span`] it was read from, so that whoever gives it a
//! meaning later can point at it. Nothing here is resolved: names are names,
//! numbers have no type yet, and aliases point nowhere.

use std::borrow::Cow;

use crate::CimType;

use super::flavor::Flavors;

/// A range of byte offsets in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// From the start of this span to the end of `last`.
    #[must_use]
    pub fn to(self, last: Span) -> Span {
        Span { start: self.start, end: last.end.max(self.start) }
    }
}

/// An identifier where it stands. Names compare without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The name as written.
    pub text: &'a str,
    /// Where it stands; for an alias this includes the `$`.
    pub span: Span,
}

impl Name<'_> {
    /// Whether this is `other`, whatever the case.
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }
}

/// A statement of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Item<'a> {
    /// `#pragma ...` or `#include ...`.
    Pragma(Pragma<'a>),
    /// `qualifier ...;`
    Qualifier(QualifierDeclaration<'a>),
    /// `class ... { ... };`
    Class(ClassDeclaration<'a>),
    /// `instance of ... { ... };`
    Instance(InstanceDeclaration<'a>),
}

impl Item<'_> {
    /// The whole statement, its qualifiers and semicolon included.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Item::Pragma(pragma) => pragma.span,
            Item::Qualifier(declaration) => declaration.span,
            Item::Class(class) => class.span,
            Item::Instance(instance) => instance.span,
        }
    }
}

/// A preprocessor command.
#[derive(Clone, Debug, PartialEq)]
pub struct Pragma<'a> {
    /// What it commands.
    pub command: Command<'a>,
    /// From the `#` to its last argument.
    pub span: Span,
}

/// What a [`Pragma`] commands.
#[derive(Clone, Debug, PartialEq)]
pub enum Command<'a> {
    /// The namespace of what follows, as written, server part included.
    Namespace(Cow<'a, str>),
    /// The file is compiled again when the repository is rebuilt.
    Autorecover,
    /// `WBEM_CHANGE_FLAG_TYPE` of the classes that follow.
    ClassFlags(u32),
    /// `WBEM_CHANGE_FLAG_TYPE` of the instances that follow.
    InstanceFlags(u32),
    /// Delete a class; `must_exist` if its absence is an error.
    DeleteClass {
        /// The class's name.
        name: Cow<'a, str>,
        /// Whether its absence is an error (`FAIL`).
        must_exist: bool,
    },
    /// Delete an instance.
    DeleteInstance {
        /// Its relative path.
        path: Cow<'a, str>,
        /// Whether its absence is an error (`FAIL`).
        must_exist: bool,
    },
    /// Split into a language-neutral part and one for this locale.
    Amendment(Cow<'a, str>),
    /// The text of another file stands here.
    Include(Cow<'a, str>),
    /// A pragma that says nothing to WMI: `locale`, `source` and the like, and
    /// those that nobody knows (which also get a warning).
    Ignored(Name<'a>),
}

/// A qualifier in front of a class, an instance or a member.
#[derive(Clone, Debug, PartialEq)]
pub struct Qualifier<'a> {
    /// The name.
    pub name: Name<'a>,
    /// The value; a qualifier without one is TRUE.
    pub value: Option<Initializer<'a>>,
    /// The flavors written here. None means those of the declaration.
    pub flavors: Flavors,
    /// From the name to the last flavor.
    pub span: Span,
}

/// `qualifier Name : flavors;` or the typed form of DSP0004.
#[derive(Clone, Debug, PartialEq)]
pub struct QualifierDeclaration<'a> {
    /// The name.
    pub name: Name<'a>,
    /// The type of the value, in the typed form.
    pub typed: Option<QualifierType<'a>>,
    /// The flavors written.
    pub flavors: Flavors,
    /// The whole statement.
    pub span: Span,
}

/// The part of a typed qualifier declaration that the short form lacks.
#[derive(Clone, Debug, PartialEq)]
pub struct QualifierType<'a> {
    /// The type of the value.
    pub type_name: TypeName<'a>,
    /// Whether the value is an array.
    pub array: Option<Array>,
    /// The default value.
    pub default: Option<Initializer<'a>>,
    /// Where the qualifier may be used.
    pub scopes: Scopes,
}

/// Where a qualifier may be used: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(pub u16);

impl Scopes {
    /// Every scope with its name in MOF.
    pub const NAMES: [(&'static str, Scopes); 9] = [
        ("class", Scopes::CLASS),
        ("association", Scopes::ASSOCIATION),
        ("indication", Scopes::INDICATION),
        ("property", Scopes::PROPERTY),
        ("reference", Scopes::REFERENCE),
        ("method", Scopes::METHOD),
        ("parameter", Scopes::PARAMETER),
        ("schema", Scopes::SCHEMA),
        ("any", Scopes::ANY),
    ];
    /// Classes.
    pub const CLASS: Scopes = Scopes(1);
    /// Classes with the Association qualifier.
    pub const ASSOCIATION: Scopes = Scopes(2);
    /// Classes with the Indication qualifier.
    pub const INDICATION: Scopes = Scopes(4);
    /// Properties.
    pub const PROPERTY: Scopes = Scopes(8);
    /// Properties that are references.
    pub const REFERENCE: Scopes = Scopes(16);
    /// Methods.
    pub const METHOD: Scopes = Scopes(32);
    /// Parameters of methods.
    pub const PARAMETER: Scopes = Scopes(64);
    /// Schemas, which exist only on paper.
    pub const SCHEMA: Scopes = Scopes(128);
    /// All of them.
    pub const ANY: Scopes = Scopes(255);

    /// Whether the two sets have a scope in common.
    #[must_use]
    pub const fn meets(self, other: Scopes) -> bool {
        self.0 & other.0 != 0
    }
}

/// A class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDeclaration<'a> {
    /// The qualifiers of the class.
    pub qualifiers: Vec<Qualifier<'a>>,
    /// The class's name.
    pub name: Name<'a>,
    /// `as $alias`.
    pub alias: Option<Name<'a>>,
    /// `: parent`.
    pub parent: Option<Name<'a>>,
    /// The properties in the order of the text.
    pub properties: Vec<Property<'a>>,
    /// The methods in the order of the text.
    pub methods: Vec<Method<'a>>,
    /// The whole statement.
    pub span: Span,
}

/// A property or a reference of a class, or a parameter of a method.
#[derive(Clone, Debug, PartialEq)]
pub struct Property<'a> {
    /// The qualifiers.
    pub qualifiers: Vec<Qualifier<'a>>,
    /// The type without the brackets.
    pub type_name: TypeName<'a>,
    /// The property's name.
    pub name: Name<'a>,
    /// The brackets, if it is an array.
    pub array: Option<Array>,
    /// The default value.
    pub default: Option<Initializer<'a>>,
    /// From the qualifiers to the value.
    pub span: Span,
}

/// A method.
#[derive(Clone, Debug, PartialEq)]
pub struct Method<'a> {
    /// The qualifiers.
    pub qualifiers: Vec<Qualifier<'a>>,
    /// The type of the return value.
    pub return_type: TypeName<'a>,
    /// The method's name.
    pub name: Name<'a>,
    /// The parameters in the order of the text.
    pub parameters: Vec<Property<'a>>,
    /// From the qualifiers to the closing parenthesis.
    pub span: Span,
}

/// An instance.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceDeclaration<'a> {
    /// The qualifiers of the instance.
    pub qualifiers: Vec<Qualifier<'a>>,
    /// The class.
    pub class: Name<'a>,
    /// `as $alias`.
    pub alias: Option<Name<'a>>,
    /// The values in the order of the text.
    pub assignments: Vec<Assignment<'a>>,
    /// The whole statement.
    pub span: Span,
}

/// `name = value;` of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment<'a> {
    /// The qualifiers the instance gives to the property.
    pub qualifiers: Vec<Qualifier<'a>>,
    /// The property.
    pub name: Name<'a>,
    /// The value; without one the statement only gives qualifiers.
    pub value: Option<Initializer<'a>>,
    /// From the qualifiers to the value.
    pub span: Span,
}

/// The name of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeName<'a> {
    /// Which one.
    pub of: TypeOf<'a>,
    /// Where it stands.
    pub span: Span,
}

/// What a [`TypeName`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeOf<'a> {
    /// `void`: a method without a return value.
    Void,
    /// A type of CIM; `object` is one of them and means any class.
    Cim(CimType),
    /// An embedded object of this class.
    Embedded(&'a str),
    /// A reference to an object of this class; `object` means any class.
    Reference(&'a str),
}

/// The brackets of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array {
    /// The number between the brackets: advice, no bound.
    pub size: Option<u32>,
}

/// A value where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Initializer<'a> {
    /// The value.
    pub value: Constant<'a>,
    /// Where it stands.
    pub span: Span,
}

/// A value as written: its type is that of whatever it is given to.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant<'a> {
    /// `NULL`
    Null,
    /// `TRUE` or `FALSE`
    Boolean(bool),
    /// An integer, between the smallest sint64 and the largest uint64.
    Integer(i128),
    /// A real number.
    Real(f64),
    /// A character in single quotes, as one UTF-16 code unit.
    Char(u16),
    /// A string, its parts joined and its escapes resolved.
    String(Cow<'a, str>),
    /// `$alias`, without the `$`.
    Alias(&'a str),
    /// `{ ... }`; the elements are no arrays and not NULL.
    Array(Vec<Initializer<'a>>),
    /// An embedded object.
    Instance(Box<InstanceDeclaration<'a>>),
}
