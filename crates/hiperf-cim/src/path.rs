//! Object paths.
use crate::Value;
/// The relative path of an object.
#[must_use]
pub fn relpath(class: &str, keys: &[(&str, &Value)]) -> String {
    let keys: Vec<String> = keys.iter().map(|(n, v)| format!("{n}=\"{v}\"")).collect();
    format!("{class}.{}", keys.join(","))
}
