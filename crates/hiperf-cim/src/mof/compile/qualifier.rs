//! Qualifiers: their values, and the flavors they have by declaration.

use std::collections::HashMap;

use crate::mof::Parsed;
use crate::mof::ast::{Constant, Initializer, Item, Qualifier, QualifierDeclaration, Scopes, TypeOf};
use crate::mof::codes;
use crate::mof::diagnostic::Diagnostic;
use crate::mof::flavor::Flavors;
use crate::{CimType, Flavor, Value};

use super::convert::kind;

/// The qualifier declarations of a text, in their order.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    all: Vec<Declaration>,
    /// Name in lower case -> those of this name, in order.
    by_name: HashMap<String, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Declaration {
    flavor: Flavor,
    typed: Option<Typed>,
}

/// What the form of DSP0004 says beyond the flavors.
#[derive(Clone, Debug)]
struct Typed {
    scalar: CimType,
    is_array: bool,
    default: Option<Value>,
    scopes: Scopes,
}

impl Declarations {
    /// Those of a text, to be used for others.
    #[must_use]
    pub fn of(parsed: &Parsed<'_>) -> Declarations {
        let mut all = Declarations::default();
        for item in &parsed.items {
            if let Item::Qualifier(declaration) = item {
                // What is wrong in a declaration is told where its own text is.
                let _ = all.declare(declaration);
            }
        }
        all
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Adds a declaration, which holds for the rest of the text.
    pub(super) fn declare(&mut self, declaration: &QualifierDeclaration<'_>) -> Result<(), Diagnostic> {
        let mut flavor = flavor(declaration.flavors);
        let typed = match &declaration.typed {
            None => None,
            Some(typed) => {
                let elsewhere = Flavors::RESTRICTED.union(Flavors::NOT_TO_SUBCLASS);
                if !declaration.flavors.meets(elsewhere) {
                    flavor = flavor | Flavor::TO_DERIVED_CLASS;
                }
                let TypeOf::Cim(scalar) = typed.type_name.of else { return Ok(()) };
                let mut known =
                    Typed { scalar, is_array: typed.array.is_some(), default: None, scopes: typed.scopes };
                if let Some(default) = typed.default.as_ref().filter(|d| d.value != Constant::Null) {
                    known.default = Some(value(default, Some(&known))?);
                }
                Some(known)
            }
        };
        let name = declaration.name.text.to_ascii_lowercase();
        self.by_name.entry(name).or_default().push(self.all.len());
        self.all.push(Declaration { flavor, typed });
        Ok(())
    }

    /// The first `count` of them: those that stand before a statement.
    pub(super) fn before(&self, count: usize) -> Known<'_> {
        Known { declarations: self, count }
    }
}

/// The declarations that hold for a statement.
#[derive(Clone, Copy)]
pub(super) struct Known<'d> {
    declarations: &'d Declarations,
    count: usize,
}

impl<'d> Known<'d> {
    /// The last declaration of this name.
    fn declaration(self, name: &str) -> Option<&'d Declaration> {
        let known = self.declarations.by_name.get(&name.to_ascii_lowercase())?;
        let last = known.iter().rev().find(|index| **index < self.count)?;
        self.declarations.all.get(*last)
    }

    /// The qualifiers of the object model for those of the text. `scope` is
    /// where they are used, and empty where nothing is checked.
    pub fn compile_all(
        self,
        qualifiers: &[Qualifier<'_>],
        scope: Scopes,
        wrong: &mut Vec<Diagnostic>,
    ) -> Vec<crate::Qualifier> {
        let mut compiled = Vec::with_capacity(qualifiers.len() + 1);
        for qualifier in qualifiers {
            match self.compile(qualifier, scope) {
                Ok(qualifier) => compiled.extend(qualifier),
                Err(diagnostic) => wrong.push(diagnostic),
            }
        }
        compiled
    }

    /// The same for one. `None` if it is NULL: DSP0004 allows that, WMI has no
    /// such qualifiers, and what has no value describes nothing.
    pub fn compile(
        self,
        qualifier: &Qualifier<'_>,
        scope: Scopes,
    ) -> Result<Option<crate::Qualifier>, Diagnostic> {
        let name = qualifier.name;
        let declaration = self.declaration(name.text);
        let typed = declaration.and_then(|declaration| declaration.typed.as_ref());
        if let Some(typed) = typed.filter(|typed| scope != Scopes::default() && !typed.scopes.meets(scope)) {
            let status = codes::WBEMMOF_E_QUALIFIER_USED_OUTSIDE_SCOPE;
            let message = format!("qualifier {} is not declared for use here", name.text);
            let names = Scopes::NAMES.iter().filter(|(_, known)| known.0 & !typed.scopes.0 == 0);
            let names: Vec<&str> = names.map(|(name, _)| *name).collect();
            return Err(Diagnostic::error(status, qualifier.span, message)
                .hint(format!("its scope is {}", names.join(", "))));
        }
        // Flavors written with the qualifier stand instead of the declared ones.
        let flavor = match declaration {
            Some(declaration) if qualifier.flavors.is_empty() => declaration.flavor,
            _ => flavor(qualifier.flavors),
        };
        let mut value = match (&qualifier.value, typed) {
            (Some(written), _) if written.value == Constant::Null => return Ok(None),
            (Some(written), typed) => value(written, typed)?,
            (None, Some(typed)) if typed.scalar != CimType::Boolean || typed.is_array => {
                typed.default.clone().ok_or_else(|| {
                    let status = codes::WBEMMOF_E_UNSUPPORTED_CIMV22_QUAL_VALUE;
                    let message = format!("qualifier {} needs a value", name.text);
                    Diagnostic::error(status, qualifier.span, message)
                })?
            }
            (None, _) => Value::Boolean(true),
        };
        // These two are what they say by being there.
        if value == Value::Boolean(false) && (name.is("key") || name.is("static")) {
            value = Value::Boolean(true);
        }
        Ok(Some(crate::Qualifier::new(name.text, value, flavor)))
    }
}

/// The bits of the flavors; what is not written is not set.
fn flavor(written: Flavors) -> Flavor {
    [
        (Flavors::TO_INSTANCE, Flavor::TO_INSTANCE),
        (Flavors::TO_SUBCLASS, Flavor::TO_DERIVED_CLASS),
        (Flavors::DISABLE_OVERRIDE, Flavor::NOT_OVERRIDABLE),
        (Flavors::AMENDED, Flavor::AMENDED),
    ]
    .into_iter()
    .filter(|(flavor, _)| written.contains(*flavor))
    .fold(Flavor::NONE, |all, (_, bit)| all | bit)
}

/// The value as a sint32, real64, string or boolean, or an array of one.
fn value(written: &Initializer<'_>, typed: Option<&Typed>) -> Result<Value, Diagnostic> {
    let found = match &written.value {
        Constant::Array(elements) => {
            let values: Result<Vec<Value>, Diagnostic> = elements.iter().map(|e| scalar(e, typed)).collect();
            array(values?, written, typed)?
        }
        _ => match (scalar(written, typed)?, typed) {
            (value, Some(typed)) if typed.is_array => array(vec![value], written, Some(typed))?,
            (value, _) => value,
        },
    };
    if typed.is_some_and(|typed| !typed.is_array) && matches!(found, Value::Array(..)) {
        let status = codes::WBEMMOF_E_UNEXPECTED_ARRAY_INIT;
        let message = "the qualifier is no array, so it can't hold one";
        return Err(Diagnostic::error(status, written.span, message));
    }
    Ok(found)
}

fn scalar(written: &Initializer<'_>, typed: Option<&Typed>) -> Result<Value, Diagnostic> {
    let declared = typed.map(|typed| typed.scalar);
    let fits = |of: CimType| match of {
        CimType::Sint32 => declared.is_none_or(CimType::is_integer),
        CimType::Real64 => declared.is_none_or(CimType::is_real),
        // A date and a character are strings to a qualifier.
        CimType::String => {
            matches!(declared, None | Some(CimType::String | CimType::DateTime | CimType::Char16))
        }
        other => declared.is_none_or(|declared| declared == other),
    };
    let value = match &written.value {
        Constant::Boolean(value) if fits(CimType::Boolean) => Value::Boolean(*value),
        Constant::String(text) if fits(CimType::String) => Value::String(text.to_string()),
        Constant::Char(unit) if declared == Some(CimType::Char16) => {
            Value::String(String::from_utf16_lossy(&[*unit]))
        }
        Constant::Real(real) if fits(CimType::Real64) => Value::Real64(*real),
        Constant::Integer(value) if fits(CimType::Sint32) => Value::Sint32(integer(*value, written)?),
        #[allow(clippy::cast_precision_loss)] // the nearest real is what is meant
        Constant::Integer(value) if declared.is_some_and(CimType::is_real) => Value::Real64(*value as f64),
        other => {
            let (status, message) = match declared {
                Some(declared) => (
                    codes::WBEMMOF_E_TYPE_MISMATCH,
                    format!(
                        "the qualifier is declared as {}, and this is {}",
                        declared.mof_name(),
                        kind(other)
                    ),
                ),
                None => (
                    codes::WBEMMOF_E_UNSUPPORTED_CIMV22_QUAL_VALUE,
                    format!("the value of a qualifier can't be {}", kind(other)),
                ),
            };
            return Err(Diagnostic::error(status, written.span, message));
        }
    };
    Ok(value)
}

/// Qualifiers have one integer type, sint32; a number of 32 bits without a sign
/// keeps its bits, as flag words want it.
fn integer(value: i128, written: &Initializer<'_>) -> Result<i32, Diagnostic> {
    let bits = i32::try_from(value).or_else(|_| u32::try_from(value).map(u32::cast_signed));
    bits.map_err(|_| {
        let status = codes::WBEMMOF_E_OUT_OF_RANGE;
        Diagnostic::error(status, written.span, "an integer in a qualifier has 32 bits")
    })
}

/// An array of one type: integers among reals become reals.
fn array(values: Vec<Value>, written: &Initializer<'_>, typed: Option<&Typed>) -> Result<Value, Diagnostic> {
    let type_of = |value: &Value| value.type_of().map_or(CimType::String, |ty| ty.scalar);
    let has_real = values.iter().any(|value| type_of(value) == CimType::Real64);
    let values: Vec<Value> = values
        .into_iter()
        .map(|value| match value {
            Value::Sint32(value) if has_real => Value::Real64(value.into()),
            other => other,
        })
        .collect();
    let element = match (values.first(), typed.map(|typed| typed.scalar)) {
        (Some(first), _) => type_of(first),
        (None, Some(declared)) if declared.is_integer() => CimType::Sint32,
        (None, Some(declared)) if declared.is_real() => CimType::Real64,
        (None, Some(CimType::Boolean)) => CimType::Boolean,
        (None, _) => CimType::String,
    };
    if values.iter().any(|value| type_of(value) != element) {
        let status = codes::WBEMMOF_E_TYPE_MISMATCH;
        let message = "the elements of an array have one type";
        return Err(Diagnostic::error(status, written.span, message));
    }
    Ok(Value::Array(element, values))
}
