//! What to say of a class that isn't there: which one was meant, or where it is.

use hiperf_cim::suggest;

use crate::Namespace;
use crate::repository::fold;

/// Namespaces that are searched for a class of the same name: an error message
/// is worth no more.
const MAX_SEARCHED: usize = 100;

/// The hint for a class that a namespace doesn't have, if there is one to give.
pub(crate) fn hint(namespace: &Namespace, name: &str) -> Option<String> {
    if let Some(other) = elsewhere(namespace, name) {
        return Some(format!("there is one in {other}"));
    }
    let known = namespace.class_names();
    let names = || known.iter().map(String::as_str);
    let near = suggest::closest(name, names()).or_else(|| with_ending(name, names()))?;
    Some(format!("did you mean {near}?"))
}

/// Another namespace with a class of this name. What a namespace of a locale has
/// is texts of a class.
pub(crate) fn elsewhere(namespace: &Namespace, name: &str) -> Option<String> {
    let view = namespace.view();
    let others = view.namespaces().unwrap_or_default();
    let has_class = |other: &String| {
        let class = view.class(&fold(other), name).ok().flatten();
        class.is_some_and(|class| !class.qualifiers().is_true("amendment"))
    };
    others.into_iter().take(MAX_SEARCHED).find(has_class)
}

/// The class whose name ends in `_` and these letters, as the command line
/// understands it; rather the formatted one than its raw twin, which is sorted
/// behind it.
fn with_ending<'a>(name: &str, mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let ending = fold(&format!("_{name}"));
    names.find(|candidate| fold(candidate).ends_with(&ending))
}
