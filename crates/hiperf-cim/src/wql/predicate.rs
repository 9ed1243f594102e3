//! [`Predicate`]: a WHERE clause bound to a class, asked of every instance.

use super::expr::Operator;
use super::like::Pattern;
use super::member::Member;
use crate::path::ObjectPath;
use crate::path::caseless;
use crate::{CimType, DateTime, Value};

/// A WHERE clause whose properties are indexes and whose constants have the
/// properties' types. Made by [`Predicate::bind`].
///
/// Logic is three-valued: a test of a NULL property is neither true nor false,
/// nor is its negation; an instance matches if the whole is true.
#[derive(Clone, Debug)]
pub struct Predicate(pub(super) Node);

#[derive(Clone, Debug)]
pub(super) enum Node {
    /// All of them; true when there are none.
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    /// A check of the property with this index.
    Leaf(usize, Check),
    /// A test of a member of the embedded object with this index.
    Member(usize, Box<Member>),
}

/// A test whose constant is of the property's type.
#[derive(Clone, Debug)]
pub(super) enum Check {
    IsNull,
    IsNotNull,
    /// An embedded object or class, of this class or of one that derives from it.
    IsA(String),
    /// An array with this text in it, in any case.
    Contains(String),
    /// Integers exactly, of whatever width; a char16 by its code. The type is
    /// the property's.
    Integer(Operator, i128, CimType),
    /// The constant is rounded as the property is.
    Real(Operator, f64),
    /// Equal or not equal only, and so below.
    Boolean(Operator, bool),
    Text(Operator, String),
    Like(Pattern),
    DateTime(Operator, DateTime),
    /// A reference's text, and the path that it is, if it is one.
    Path(Operator, String, Option<ObjectPath>),
}

impl Predicate {
    /// Whether an instance is selected; `value` gives its property with an
    /// index that [`super::Scope::property`] handed out.
    pub fn matches(&self, value: &impl Fn(usize) -> Value) -> bool {
        evaluate(&self.0, value) == Some(true)
    }

    /// The indexes of the properties it looks at, ascending, each once: what
    /// a provider must supply for it.
    #[must_use]
    pub fn properties(&self) -> Vec<usize> {
        fn collect(node: &Node, indexes: &mut Vec<usize>) {
            match node {
                Node::And(terms) | Node::Or(terms) => {
                    terms.iter().for_each(|term| collect(term, indexes));
                }
                Node::Not(inner) => collect(inner, indexes),
                Node::Leaf(index, _) | Node::Member(index, _) => indexes.push(*index),
            }
        }
        let mut indexes = Vec::new();
        collect(&self.0, &mut indexes);
        indexes.sort_unstable();
        indexes.dedup();
        indexes
    }

    /// The values of which the property `index` must have one for an instance
    /// to be selected, when the clause says so: `Key = 1`, `Key = 1 AND ..`,
    /// `Key = 1 OR Key = 2`. Text is compared without regard to case. With the
    /// values of a key, the engine can get the instances by path instead of
    /// enumerating the class; it still has to ask [`Predicate::matches`].
    /// `None` when the clause doesn't say; empty when nothing can be selected.
    #[must_use]
    pub fn key_values(&self, index: usize) -> Option<Vec<Value>> {
        required(&self.0, index)
    }
}

fn required(node: &Node, wanted: usize) -> Option<Vec<Value>> {
    match node {
        Node::And(terms) => terms.iter().find_map(|term| required(term, wanted)),
        Node::Or(terms) => {
            let mut values: Vec<Value> = Vec::new();
            for term in terms {
                for value in required(term, wanted)? {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
            }
            Some(values)
        }
        Node::Leaf(index, check) if *index == wanted => match check {
            Check::Integer(Operator::Equal, v, cim) if cim.is_integer() => {
                Some(Value::from_integer(*cim, *v).into_iter().collect())
            }
            Check::Boolean(Operator::Equal, v) => Some(vec![Value::Boolean(*v)]),
            Check::Text(Operator::Equal, text) => Some(vec![Value::String(text.clone())]),
            // Other types have more than one text for the same value.
            _ => None,
        },
        Node::Not(_) | Node::Leaf(..) | Node::Member(..) => None,
    }
}

/// True, false, or unknown.
fn evaluate(node: &Node, value: &impl Fn(usize) -> Value) -> Option<bool> {
    match node {
        Node::And(terms) => all(terms, value, false),
        // By De Morgan: an OR is false if all its terms are.
        Node::Or(terms) => all(terms, value, true).map(|none| !none),
        Node::Not(inner) => evaluate(inner, value).map(|truth| !truth),
        Node::Leaf(index, check) => check.of(&value(*index)),
        Node::Member(index, member) => member.of(value(*index)),
    }
}

/// Whether all terms, or all their negations, are true: false once one is
/// false, else unknown if one is unknown.
fn all(terms: &[Node], value: &impl Fn(usize) -> Value, is_negated: bool) -> Option<bool> {
    let mut so_far = Some(true);
    for term in terms {
        match evaluate(term, value).map(|truth| truth != is_negated) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => so_far = None,
        }
    }
    so_far
}

impl Check {
    /// Whether it holds of a value; `None`, unknown, of NULL.
    pub(super) fn of(&self, value: &Value) -> Option<bool> {
        match self {
            Check::IsNull => return Some(value.is_null()),
            Check::IsNotNull => return Some(!value.is_null()),
            _ => {}
        }
        match (self, value) {
            (Check::IsA(class), Value::Object(object)) => Some(object.class().is_a(class)),
            (Check::IsA(class), Value::Class(object)) => Some(object.class.is_a(class)),
            (Check::Contains(text), Value::Array(_, elements)) => {
                Some(elements.iter().filter_map(Value::as_str).any(|element| caseless::equal(element, text)))
            }
            (Check::Integer(operator, constant, _), Value::Char16(unit)) => {
                Some(operator.holds(i128::from(*unit).cmp(constant)))
            }
            (Check::Integer(operator, constant, _), _) => {
                Some(operator.holds(value.as_integer()?.cmp(constant)))
            }
            (Check::Real(operator, constant), _) => {
                Some(operator.holds(value.as_real()?.partial_cmp(constant)?))
            }
            (Check::Boolean(operator, constant), _) => Some(operator.holds(value.as_bool()?.cmp(constant))),
            (Check::Text(operator, constant), Value::Char16(_)) => {
                Some(operator.holds(caseless::compare(&value.to_string(), constant)))
            }
            (Check::Text(operator, constant), _) => {
                let text = value.as_str()?;
                Some(if operator.is_ordering() {
                    operator.holds(caseless::compare(text, constant))
                } else {
                    caseless::equal(text, constant) == (*operator == Operator::Equal)
                })
            }
            (Check::Like(pattern), Value::Char16(_)) => Some(pattern.matches(&value.to_string())),
            (Check::Like(pattern), _) => Some(pattern.matches(value.as_str()?)),
            (Check::DateTime(operator, constant), Value::DateTime(datetime)) => {
                match datetime.compare(constant) {
                    Some(order) => Some(operator.holds(order)),
                    // Without an order they are different, and neither is less.
                    None if operator.is_ordering() => None,
                    None => Some(*operator == Operator::NotEqual),
                }
            }
            (Check::Path(operator, constant, path), _) => {
                let text = value.as_str()?;
                let is_same = match (path, ObjectPath::parse(text)) {
                    (Some(path), Ok(other)) => path.names_same_object(&other),
                    _ => caseless::equal(text, constant),
                };
                Some(is_same == (*operator == Operator::Equal))
            }
            _ => None,
        }
    }
}
