//! Classes and instances back to MOF: the form of `GetObjectText`.
//!
//! What is written is just enough to make the object again: a class without
//! what it inherits, an instance without its NULLs. The compiler makes an equal
//! object of it, and printing that gives the same text.
//!
//! ```text
//! [Dynamic : ToInstance]
//! class N : Parent
//! {
//!     [Key]
//!     string Name = "x";
//!     [Implemented]
//!     uint32 M([in, out] sint32 a, [in] object ref b);
//! };
//!
//! instance of N
//! {
//!     Name = "x";
//! };
//! ```
//!
//! A flavor is written where the qualifier stands, so the text must not be
//! compiled below declarations of qualifiers, which would give others to those
//! without any. The qualifiers of a return value and of an embedded object, a
//! class as a value, and reals that are infinite or no numbers, have no form in
//! MOF.
//!
//! Source: the Microsoft page of `IWbemClassObject::GetObjectText`.

mod class;
mod constant;
mod instance;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

use crate::{Class, Flavor, Instance, Qualifier, QualifierSet, Value};

pub(crate) use class::parameters as method_parameters;
pub use constant::constant;

/// Bytes after which a list of qualifiers goes on in another line.
const LINE_LENGTH: usize = 100;

/// Writes objects as MOF.
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    no_flavors: bool,
}

impl Printer {
    /// A printer that writes everything.
    #[must_use]
    pub const fn new() -> Printer {
        Printer { no_flavors: false }
    }

    /// The same without the flavors of qualifiers (`WBEM_FLAG_NO_FLAVORS`).
    #[must_use]
    pub const fn without_flavors(self) -> Printer {
        Printer { no_flavors: true }
    }

    /// A class, as a statement that begins with an empty line.
    #[must_use]
    pub fn class(self, class: &Class) -> String {
        let mut out = String::from("\n");
        class::print(self, class, &mut out);
        out
    }

    /// An instance, as a statement that begins with an empty line.
    #[must_use]
    pub fn instance(self, instance: &Instance) -> String {
        let mut out = String::from("\n");
        self.qualifiers(instance.qualifiers(), Of::Object, "", "\n", &mut out);
        instance::print(self, instance, "", &mut out);
        out.push_str(";\n");
        out
    }

    /// Appends the local ones of a list in brackets, in as many lines as it
    /// takes, and then `end`. Nothing if there is none.
    fn qualifiers(self, set: &QualifierSet, of: Of, indent: &str, end: &str, out: &mut String) {
        let is_local = |q: &Qualifier| q.flavor.0 & (Flavor::PROPAGATED | Flavor::SYSTEM).0 == 0;
        let written = set.iter().filter(|q| is_local(q) && !of.makes(&q.name));
        let mut texts = written.map(|qualifier| self.qualifier(qualifier, of)).peekable();
        if texts.peek().is_none() {
            return;
        }
        append(out, format_args!("{indent}["));
        let mut used = 0;
        for (n, text) in texts.enumerate() {
            if n > 0 && used + text.len() > LINE_LENGTH {
                append(out, format_args!(",\n{indent} "));
                used = 0;
            } else if n > 0 {
                out.push_str(", ");
            }
            used += text.len() + 2;
            out.push_str(&text);
        }
        out.push(']');
        out.push_str(end);
    }

    /// `Name("value") : flavors`
    fn qualifier(self, Qualifier { name, value, flavor }: &Qualifier, of: Of) -> String {
        let mut out = name.to_string();
        match value {
            Value::Boolean(true) => {}
            Value::Array(..) => constant::write(value, &mut out),
            scalar => {
                out.push('(');
                constant::write(scalar, &mut out);
                out.push(')');
            }
        }
        // The key of a property has its flavor whatever is written.
        if self.no_flavors || of != Of::Object && name.eq_ignore_ascii_case("key") {
            return out;
        }
        let mut colon = " :";
        for (bit, name) in FLAVORS {
            if flavor.contains(bit) {
                out.push_str(colon);
                out.push_str(name);
                colon = "";
            }
        }
        out
    }
}

/// What a list of qualifiers belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A class, a method or an instance.
    Object,
    Property,
    Parameter,
}

impl Of {
    /// Whether a qualifier is there without anybody writing it.
    fn makes(self, name: &str) -> bool {
        match self {
            Of::Object => false,
            Of::Property => name.eq_ignore_ascii_case("CIMTYPE"),
            Of::Parameter => name.eq_ignore_ascii_case("CIMTYPE") || name.eq_ignore_ascii_case("ID"),
        }
    }
}

/// The flavors that are written, each with the space before it.
const FLAVORS: [(Flavor, &str); 4] = [
    (Flavor::TO_INSTANCE, " ToInstance"),
    (Flavor::TO_DERIVED_CLASS, " ToSubclass"),
    (Flavor::NOT_OVERRIDABLE, " DisableOverride"),
    (Flavor::AMENDED, " Amended"),
];

fn append(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _never_fails = out.write_fmt(text);
}
