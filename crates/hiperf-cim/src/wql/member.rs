//! [`Member`]: a test of a member of an embedded object, `E.Inner.Num = 5`.
//!
//! Which class the object is of, and so of which type the member, is known only
//! once there is an object: the constant is made ready for every type that it
//! can be a value of. A member that an object doesn't have selects nothing,
//! whatever is asked of it, and is no error; of NULL, every member is NULL.
//!
//! Source: the Windows pages `querying-embedded-objects` and
//! `select-statement-for-data-queries`.

use super::predicate::Check;
use crate::{CimType, Type, Value};

/// A test of a member.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The names that lead to it, one or more.
    path: Vec<String>,
    test: MemberTest,
}

/// What is asked of a member.
#[derive(Clone, Debug)]
pub(super) enum MemberTest {
    /// The same for every type.
    Check(Check),
    /// A comparison, for each type that the constant has a value of.
    Compare(Vec<(CimType, Check)>),
}

impl Member {
    pub(super) fn new(path: Vec<String>, test: MemberTest) -> Member {
        Member { path, test }
    }

    /// Whether the test holds of the embedded object that `value` is; `None`
    /// when that is unknown.
    pub(super) fn of(&self, value: Value) -> Option<bool> {
        let value = Member::value(&self.path, value)?;
        match &self.test {
            MemberTest::Check(check) => check.of(&value),
            MemberTest::Compare(checks) => {
                let ty = value.type_of()?;
                let (_, check) = checks.iter().find(|(cim, _)| Type::scalar(*cim) == ty)?;
                check.of(&value)
            }
        }
    }
}

impl Member {
    /// The value to which these names lead from `value`; `None` if there is none.
    pub(super) fn value(path: &[String], value: Value) -> Option<Value> {
        path.iter().try_fold(value, |outer, name| step(&outer, name))
    }
}

/// The member of this name; `None` if there is none.
fn step(outer: &Value, name: &str) -> Option<Value> {
    match outer {
        Value::Null => Some(Value::Null),
        Value::Object(object) => match object.class().index_of(name) {
            Some(index) => Some(object.value(index)),
            None => object.system_value(name),
        },
        Value::Class(object) => object.class.system_value(name),
        _ => None,
    }
}
