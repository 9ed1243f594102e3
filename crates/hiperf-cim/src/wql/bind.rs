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
//! | object | `IS`, `ISA` | NULL; a class |
//! | array | `IS` | NULL |
//!
//! LIKE on a type other than text is `=`. The type of an embedded object's
//! member isn't known before there is an object ([`super::member`]).
//!
//! Source: \[MS-WMI\] 2.2.1 and the Windows pages `where-clause`,
//! `wql-operators` and `like-operator`.

use super::constant::{boolean_of, hint, integer_of, real_of, text_of};
use super::datetime_literal;
use super::diagnostic::{Span, invalid};
use super::expr::{Condition, Constant, Expr, Literal, Operator, PropertyRef, Test};
use super::like::Pattern;
use super::member::{Member, MemberTest};
use super::predicate::{Check, Node, Predicate};
use super::select::DataQuery;
use crate::path::ObjectPath;
use crate::suggest;
use crate::{CimType, Class, Instance, Result, SYSTEM_PROPERTIES, Type, Value};

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

    /// Where the class of what is asked stands, for `__THIS ISA`; `None` if
    /// nothing is known of it.
    fn this(&self) -> Option<This> {
        let index = |name: &str| self.property(name).map(|(index, _)| index);
        Some(This { class: index("__CLASS")?, derivation: index("__DERIVATION")? })
    }
}

/// The indexes of the system properties that say of which class something is.
#[derive(Clone, Copy, Debug)]
pub struct This {
    /// That of `__CLASS`, a text.
    pub class: usize,
    /// That of `__DERIVATION`, an array of texts.
    pub derivation: usize,
}

/// A class's properties by their indexes, and behind them the system
/// properties: [`Predicate::matches_instance`] reads both.
impl Scope for Class {
    fn class_name(&self) -> &str {
        self.name()
    }

    fn property(&self, name: &str) -> Option<(usize, Type)> {
        if let Some(index) = self.index_of(name) {
            return Some((index, self.properties()[index].ty()));
        }
        let index = SYSTEM_PROPERTIES.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some((self.properties().len() + index, SYSTEM_PROPERTIES[index].1))
    }

    fn property_names(&self) -> Vec<&str> {
        self.properties().iter().map(crate::Property::name).collect()
    }
}

impl Predicate {
    /// Binds the WHERE clause of `query` to a class; without one, every
    /// instance matches.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY`, with the place in the query, for a property
    /// that the class doesn't have, an operator that its type doesn't allow,
    /// and a constant that is no value of its type.
    pub fn bind(query: &DataQuery, scope: &dyn Scope) -> Result<Predicate> {
        match query.filter() {
            None => Ok(Predicate(Node::And(Vec::new()))),
            Some(expr) => Binder { query: query.text(), scope }.node(expr).map(Predicate),
        }
    }

    /// Whether an instance of the class that the clause was bound to, or of a
    /// subclass, is selected.
    #[must_use]
    pub fn matches_instance(&self, bound: &Class, instance: &Instance) -> bool {
        self.matches(&|index| property_of(instance, bound, index))
    }
}

/// The property of an instance with an index that the [`Scope`] of its class,
/// or of an ancestor, gave.
pub(super) fn property_of(instance: &Instance, bound: &Class, index: usize) -> Value {
    match index.checked_sub(bound.properties().len()) {
        None => instance.value(index),
        Some(system) => SYSTEM_PROPERTIES
            .get(system)
            .and_then(|(name, _)| instance.system_value(name))
            .unwrap_or(Value::Null),
    }
}

/// What the name of a property in a query refers to.
pub(super) struct Resolved {
    pub(super) index: usize,
    pub(super) ty: Type,
    /// The names from an embedded object to its member.
    pub(super) members: Vec<String>,
}

/// The property that a query names.
pub(super) fn resolve(query: &str, property: &PropertyRef, scope: &dyn Scope) -> Result<Resolved> {
    if let Some((index, ty)) = scope.property(&property.name) {
        return Ok(Resolved { index, ty, members: Vec::new() });
    }
    let class = scope.class_name();
    let (head, is_member) = match property.name.split_once('.') {
        Some((head, _)) => (head, true),
        None => (property.name.as_str(), false),
    };
    let span = property.span.clone();
    match scope.property(head) {
        Some((index, ty @ Type { scalar: CimType::Object, is_array: false })) => {
            let members = property.name.split('.').skip(1).map(str::to_owned).collect();
            return Ok(Resolved { index, ty, members });
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
        None if head.eq_ignore_ascii_case("__THIS") => "__THIS stands before ISA only".to_owned(),
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
        if let (Test::IsA(class), true) = (test, property.name.eq_ignore_ascii_case("__THIS"))
            && let (Some(this), Literal::String(class)) = (self.scope.this(), &class.literal)
        {
            let is_class = Check::Text(Operator::Equal, class.clone());
            return Ok(Node::Or(vec![
                Node::Leaf(this.class, is_class),
                Node::Leaf(this.derivation, Check::Contains(class.clone())),
            ]));
        }
        let Resolved { index, ty, members } = resolve(self.query, property, self.scope)?;
        if !members.is_empty() {
            return Ok(Node::Member(index, Box::new(Member::new(members, self.member_test(test)))));
        }
        let (operator, constant, is_like) = match test {
            Test::IsNull => return Ok(Node::Leaf(index, Check::IsNull)),
            Test::IsNotNull => return Ok(Node::Leaf(index, Check::IsNotNull)),
            Test::Compare(operator, constant) => (*operator, constant, false),
            Test::Like(constant) => (Operator::Equal, constant, true),
            Test::IsA(class) => return self.is_a(property, ty, class).map(|check| Node::Leaf(index, check)),
        };
        let name = &property.name;
        if ty.is_array || ty.scalar == CimType::Object {
            let sort = if ty.is_array { "an array" } else { "an object" };
            let what = format!("{name} is {sort}, which no constant is compared with");
            return self.wrong(
                property.span.clone(),
                &what,
                "only IS NULL and IS NOT NULL apply, and ISA to an object",
            );
        }
        if operator.is_ordering() && matches!(ty.scalar, CimType::Boolean | CimType::Reference) {
            let what = format!("{} does not apply to {name}, a {ty}", operator.spelling());
            let span = property.span.start.min(constant.span.start)..property.span.end.max(constant.span.end);
            return self.wrong(span, &what, "only = and != do");
        }
        if is_like && let Some(check) = like(constant, ty.scalar) {
            return Ok(Node::Leaf(index, check));
        }
        match self.typed(operator, constant, ty.scalar)? {
            Some(check) => Ok(Node::Leaf(index, check)),
            None => {
                let what = format!("this is no value of {name}, a {ty}");
                self.wrong(constant.span.clone(), &what, hint(constant, ty.scalar, is_like))
            }
        }
    }

    fn is_a(&self, property: &PropertyRef, ty: Type, class: &Constant) -> Result<Check> {
        match &class.literal {
            Literal::String(class) if ty == Type::scalar(CimType::Object) => Ok(Check::IsA(class.clone())),
            _ => {
                let what = format!("{} is a {ty}, and ISA applies to embedded objects", property.name);
                self.wrong(property.span.clone(), &what, "for the class itself write __CLASS or __THIS")
            }
        }
    }

    /// The test of a member, for whichever type it turns out to have. Where the
    /// constant is no value of a type, a member of that type is not selected.
    fn member_test(&self, test: &Test) -> MemberTest {
        let compare = |operator: Operator, constant: &Constant, is_like: bool| {
            let check = |cim: CimType| -> Option<(CimType, Check)> {
                let is_unordered = matches!(cim, CimType::Boolean | CimType::Reference);
                if operator.is_ordering() && is_unordered {
                    return None;
                }
                let check = match is_like.then(|| like(constant, cim)).flatten() {
                    Some(check) => check,
                    None => self.typed(operator, constant, cim).ok()??,
                };
                Some((cim, check))
            };
            MemberTest::Compare(CimType::ALL.into_iter().filter_map(check).collect())
        };
        match test {
            Test::IsNull => MemberTest::Check(Check::IsNull),
            Test::IsNotNull => MemberTest::Check(Check::IsNotNull),
            Test::IsA(class) => match &class.literal {
                Literal::String(class) => MemberTest::Check(Check::IsA(class.clone())),
                _ => MemberTest::Compare(Vec::new()),
            },
            Test::Compare(operator, constant) => compare(*operator, constant, false),
            Test::Like(constant) => compare(Operator::Equal, constant, true),
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
            CimType::Object => None,
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

/// The pattern of a LIKE, for the types that have one.
fn like(constant: &Constant, cim: CimType) -> Option<Check> {
    match (&constant.literal, cim) {
        (Literal::String(pattern), CimType::String | CimType::Char16) => {
            Some(Check::Like(Pattern::new(pattern)))
        }
        _ => None,
    }
}
