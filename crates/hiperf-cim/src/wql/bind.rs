//! From names and constants to indexes and typed constants: which comparison
//! each CIM type allows, and with what.
//!
//! | type | operators | constants |
//! |---|---|---|
//! | string, char16 | all, LIKE | text; an integer is its decimal text, or a char16's code |
//! | integers | all | integers; text that is one; TRUE and FALSE are 1 and 0; no reals |
//! | reals | all | numbers; text that is one |
//! | boolean | `=` `!=` | TRUE, FALSE, 1, 0, -1; the same as text |
//! | datetime | all | text; with `*` fields only `=` and `!=`, as text |
//! | reference | `=` `!=` | text |
//! | object, array | `IS` | NULL |
//!
//! LIKE on a type other than text is `=`.
//!
//! Source: \[MS-WMI\] 2.2.1 and the Windows pages `where-clause`,
//! `wql-operators` and `like-operator`.

use super::Query;
use super::datetime_literal;
use super::diagnostic::{Span, at, invalid};
use super::expr::{Condition, Constant, Expr, Literal, Operator, PropertyRef, Test};
use super::lexer::{Kind, number};
use super::like::Pattern;
use super::predicate::{Check, Node, Predicate};
use crate::path::ObjectPath;
use crate::suggest;
use crate::{CimType, Result, Status, Type};

/// What the names in a query refer to: a class.
pub trait Scope {
    /// The class's name, for messages.
    fn class_name(&self) -> &str;

    /// The index and type of the property with this name in any case; system
    /// properties such as `__CLASS` have indexes as well.
    fn property(&self, name: &str) -> Option<(usize, Type)>;

    /// The names of the properties, for hints.
    fn property_names(&self) -> Vec<&str>;

    /// Minutes by which local time is east of UTC, for datetimes in a query
    /// that don't say; UTC unless a scope knows better.
    fn utc_offset_minutes(&self) -> i16 {
        0
    }
}

impl Predicate {
    /// Binds the WHERE clause of `query` to a class; without one, every
    /// instance matches.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY`, with the place in the query, for a property
    /// that the class doesn't have, an operator that its type doesn't allow,
    /// and a constant that is no value of its type; `WBEM_E_NOT_SUPPORTED` for
    /// a member of an embedded object.
    pub fn bind(query: &Query, scope: &dyn Scope) -> Result<Predicate> {
        match query.filter() {
            None => Ok(Predicate(Node::And(Vec::new()))),
            Some(expr) => Binder { query: query.text(), scope }.node(expr).map(Predicate),
        }
    }
}

/// The index and type of a property that a query names.
pub(super) fn resolve(query: &str, property: &PropertyRef, scope: &dyn Scope) -> Result<(usize, Type)> {
    if let Some(found) = scope.property(&property.name) {
        return Ok(found);
    }
    let class = scope.class_name();
    let (head, is_member) = match property.name.split_once('.') {
        Some((head, _)) => (head, true),
        None => (property.name.as_str(), false),
    };
    let span = property.span.clone();
    match scope.property(head) {
        Some((_, Type { scalar: CimType::Object, .. })) => {
            let what = format!("members of embedded objects ({}) are not supported", property.name);
            return Err(at(Status::WBEM_E_NOT_SUPPORTED, query, span, &what, ""));
        }
        Some((_, ty)) => {
            let what = format!("{head} of {class} is a {ty} and has no members");
            return Err(invalid(query, span, &what, ""));
        }
        None => {}
    }
    let hint = match suggest::closest(head, scope.property_names()) {
        _ if is_member && head.eq_ignore_ascii_case(class) => {
            "a property is named without its class".to_owned()
        }
        Some(near) => format!("did you mean {near}?"),
        None => String::new(),
    };
    Err(invalid(query, span, &format!("class {class} has no property {head}"), &hint))
}

struct Binder<'a> {
    query: &'a str,
    scope: &'a dyn Scope,
}

impl Binder<'_> {
    /// Recursion is as deep as the expression, which the parser bounds.
    fn node(&self, expr: &Expr) -> Result<Node> {
        let all = |terms: &[Expr]| terms.iter().map(|term| self.node(term)).collect::<Result<Vec<_>>>();
        Ok(match expr {
            Expr::And(terms) => Node::And(all(terms)?),
            Expr::Or(terms) => Node::Or(all(terms)?),
            Expr::Not(inner) => Node::Not(Box::new(self.node(inner)?)),
            Expr::Condition(condition) => self.condition(condition)?,
        })
    }

    fn condition(&self, Condition { property, test }: &Condition) -> Result<Node> {
        let (index, ty) = resolve(self.query, property, self.scope)?;
        let (operator, constant, is_like) = match test {
            Test::IsNull => return Ok(Node::Leaf(index, Check::IsNull)),
            Test::IsNotNull => return Ok(Node::Leaf(index, Check::IsNotNull)),
            Test::Compare(operator, constant) => (*operator, constant, false),
            Test::Like(constant) => (Operator::Equal, constant, true),
        };
        let name = &property.name;
        if ty.is_array || ty.scalar == CimType::Object {
            let sort = if ty.is_array { "an array" } else { "an object" };
            let what = format!("{name} is {sort}, which no constant is compared with");
            return self.wrong(property.span.clone(), &what, "only IS NULL and IS NOT NULL apply");
        }
        if operator.is_ordering() && matches!(ty.scalar, CimType::Boolean | CimType::Reference) {
            let what = format!("{} does not apply to {name}, a {ty}", operator.spelling());
            let span = property.span.start.min(constant.span.start)..property.span.end.max(constant.span.end);
            return self.wrong(span, &what, "only = and != do");
        }
        if is_like
            && matches!(ty.scalar, CimType::String | CimType::Char16)
            && let Literal::String(pattern) = &constant.literal
        {
            return Ok(Node::Leaf(index, Check::Like(Pattern::new(pattern))));
        }
        match self.typed(operator, constant, ty.scalar)? {
            Some(check) => Ok(Node::Leaf(index, check)),
            None => {
                let what = format!("this is no value of {name}, a {ty}");
                self.wrong(constant.span.clone(), &what, hint(constant, ty.scalar, is_like))
            }
        }
    }

    /// The comparison with the constant as a value of the type; `None` if it
    /// is none.
    fn typed(&self, operator: Operator, constant: &Constant, cim: CimType) -> Result<Option<Check>> {
        let literal = &constant.literal;
        Ok(match cim {
            CimType::String => text_of(literal).map(|text| Check::Text(operator, text)),
            CimType::Char16 => match literal {
                Literal::Integer(code) => Some(Check::Integer(operator, *code, cim)),
                _ => text_of(literal).map(|text| Check::Text(operator, text)),
            },
            CimType::Reference => match literal {
                Literal::String(text) => {
                    Some(Check::Path(operator, text.clone(), ObjectPath::parse(text).ok()))
                }
                _ => None,
            },
            CimType::Boolean => boolean_of(literal).map(|v| Check::Boolean(operator, v)),
            CimType::Real32 | CimType::Real64 => {
                real_of(literal, cim == CimType::Real32).map(|v| Check::Real(operator, v))
            }
            CimType::DateTime => return self.datetime(operator, constant),
            _ => integer_of(literal).map(|v| Check::Integer(operator, v, cim)),
        })
    }

    fn datetime(&self, operator: Operator, constant: &Constant) -> Result<Option<Check>> {
        let Literal::String(text) = &constant.literal else { return Ok(None) };
        let Some(datetime) = datetime_literal::parse(text, self.scope.utc_offset_minutes()) else {
            return Ok(None);
        };
        if operator.is_ordering() && datetime.has_asterisks() {
            let what = "a datetime with asterisks has no place in time";
            return self.wrong(constant.span.clone(), what, "only = and != apply to it, as text");
        }
        Ok(Some(Check::DateTime(operator, datetime)))
    }

    fn wrong<T>(&self, span: Span, what: &str, hint: &str) -> Result<T> {
        Err(invalid(self.query, span, what, hint))
    }
}

/// What to write instead of a constant of the wrong type.
fn hint(constant: &Constant, cim: CimType, is_like: bool) -> &'static str {
    match (cim, &constant.literal) {
        _ if is_like => "LIKE has patterns for text only; elsewhere it means =",
        (CimType::String | CimType::Char16 | CimType::Reference, _) => "text stands between quotes",
        (CimType::Boolean, _) => "write TRUE or FALSE",
        (CimType::DateTime, _) => "write \"yyyymmddHHMMSS.mmmmmm+UUU\" or \"yyyy-MM-dd HH:mm:ss\"",
        (cim, Literal::Real(_)) if cim.is_integer() => "compare with a whole number",
        _ => "write a number",
    }
}

fn text_of(literal: &Literal) -> Option<String> {
    match literal {
        Literal::String(text) => Some(text.clone()),
        // Keys that are numbers in spirit are strings in Win32 classes, and
        // scripts compare them with numbers: Handle = 4.
        Literal::Integer(v) => Some(v.to_string()),
        Literal::Real(_) | Literal::Boolean(_) | Literal::Null => None,
    }
}

fn integer_of(literal: &Literal) -> Option<i128> {
    match literal {
        Literal::Integer(v) => Some(*v),
        Literal::Boolean(v) => Some((*v).into()),
        Literal::String(text) => match number(text.trim()) {
            Some(Kind::Integer(v)) => Some(v),
            _ => None,
        },
        Literal::Real(_) | Literal::Null => None,
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // the nearest is meant
fn real_of(literal: &Literal, is_single: bool) -> Option<f64> {
    let real = match literal {
        Literal::Integer(v) => *v as f64,
        Literal::Real(v) => *v,
        Literal::String(text) => match number(text.trim())? {
            Kind::Integer(v) => v as f64,
            Kind::Real(v) => v,
            _ => return None,
        },
        Literal::Boolean(_) | Literal::Null => return None,
    };
    // 0.1 as a real32 is equal to 0.1 only if that is rounded the same way.
    Some(if is_single { f64::from(real as f32) } else { real })
}

fn boolean_of(literal: &Literal) -> Option<bool> {
    match literal {
        Literal::Boolean(v) => Some(*v),
        Literal::Integer(v @ -1..=1) => Some(*v != 0),
        Literal::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Literal::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Literal::String(text) => match number(text.trim()) {
            Some(Kind::Integer(v @ -1..=1)) => Some(v != 0),
            _ => None,
        },
        _ => None,
    }
}
