//! Paths: what is parsed and printed is parsed to the same.

use hiperf_cim::path::{MAX_PATH_CHARACTERS, NamespacePath, ObjectPath};

/// Checks both kinds of path.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    object(&text);
    namespace(&text);
}

fn object(text: &str) {
    let Ok(path) = ObjectPath::parse(text) else { return };
    let printed = path.to_string();
    assert!(path.names_same_object(&path), "{printed}");
    assert!(printed.ends_with(&path.relpath()), "{printed}");
    // Escapes and decimal digits can make a path longer than a path may be.
    if printed.encode_utf16().count() > MAX_PATH_CHARACTERS {
        return;
    }
    let again = ObjectPath::parse(&printed).expect("what was printed is a path");
    assert_eq!(again, path);
    assert_eq!(again.to_string(), printed);
}

fn namespace(text: &str) {
    let Ok(path) = NamespacePath::parse(text) else { return };
    let printed = path.to_string();
    let again = NamespacePath::parse(&printed).expect("what was printed is a namespace's path");
    assert_eq!(again, path);
    assert_eq!(again.is_local(), path.is_local());
}
