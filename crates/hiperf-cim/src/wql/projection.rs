//! What a SELECT list leaves of an instance.
//!
//! Keys stay, for without them an object has no path. A selected embedded
//! object stays whole; of one whose members are listed, those stay.
//!
//! Source: the Windows page `querying-embedded-objects`, which the page on
//! event queries contradicts: it has `SELECT E` deliver all members of E, which
//! is done here for both.

use crate::{Instance, Result, Value};

/// A property of a SELECT list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The property's index, as the scope gave it.
    pub index: usize,
    /// The names that lead from an embedded object to its member, mostly none.
    pub members: Vec<String>,
}

/// Sets what isn't selected of an instance to NULL. `selected` was bound to
/// its class or to an ancestor of that; indexes beyond its properties are
/// system properties', which are not stored.
///
/// # Errors
/// Those of [`Instance::put`].
pub fn project(instance: &mut Instance, selected: &[Selected]) -> Result<()> {
    keep(instance, selected, true)
}

/// As deep as the names in a query go, which its length bounds, and the objects.
fn keep(instance: &mut Instance, selected: &[Selected], with_keys: bool) -> Result<()> {
    let class = instance.class().clone();
    for (index, property) in class.properties().iter().enumerate() {
        let mut members = selected.iter().filter(|selected| selected.index == index).peekable();
        let is_whole = members.clone().any(|selected| selected.members.is_empty());
        if is_whole || with_keys && property.is_key() {
            continue;
        }
        let kept = match instance.value(index) {
            Value::Null => continue,
            Value::Object(mut embedded) if members.peek().is_some() => {
                let within: Vec<Selected> =
                    members.filter_map(|selected| member(&embedded, &selected.members)).collect();
                keep(&mut embedded, &within, false)?;
                Value::Object(embedded)
            }
            _ => Value::Null,
        };
        instance.put(property.name(), &kept)?;
    }
    Ok(())
}

/// The member that these names lead to; `None` where there is none.
fn member(object: &Instance, names: &[String]) -> Option<Selected> {
    let (first, rest) = names.split_first()?;
    Some(Selected { index: object.class().index_of(first)?, members: rest.to_vec() })
}
