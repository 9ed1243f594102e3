//! Whether a class that was printed and compiled again is the same.

use hiperf_cim::{Class, QualifierSet, Value};

/// The same qualifiers; MOF has no type for an array without elements.
#[track_caller]
fn assert_same_qualifiers(one: &QualifierSet, other: &QualifierSet) {
    let is_empty = |value: &Value| matches!(value, Value::Array(_, elements) if elements.is_empty());
    assert_eq!(one.len(), other.len(), "{one:?}\n{other:?}");
    for (one, other) in one.iter().zip(other) {
        assert_eq!((&one.name, one.flavor), (&other.name, other.flavor));
        assert!(one.value == other.value || is_empty(&one.value) && is_empty(&other.value), "{one:?}");
    }
}

/// Both classes are the same, but for the parameters of their methods if those
/// don't count.
#[track_caller]
pub fn assert_same_class(class: &Class, other: &Class, with_parameters: bool) {
    assert_eq!(class.name(), other.name());
    assert!(class.derivation().eq(other.derivation()));
    assert_same_qualifiers(class.qualifiers(), other.qualifiers());
    assert_eq!(class.keys(), other.keys());
    assert_eq!(class.properties().len(), other.properties().len());
    for (one, two) in class.properties().iter().zip(other.properties()) {
        let name = one.name();
        assert_eq!((name, one.ty(), one.origin()), (two.name(), two.ty(), two.origin()));
        assert_eq!(one.class_name(), two.class_name(), "{name}");
        assert_eq!(one.default_value(), two.default_value(), "{name}");
        assert_eq!((one.is_key(), one.is_local()), (two.is_key(), two.is_local()), "{name}");
        assert_same_qualifiers(one.qualifiers(), two.qualifiers());
    }
    assert_eq!(class.methods().len(), other.methods().len());
    for (one, two) in class.methods().iter().zip(other.methods()) {
        let name = one.name();
        assert_eq!((name, one.origin(), one.is_local()), (two.name(), two.origin(), two.is_local()));
        assert_same_qualifiers(one.qualifiers(), two.qualifiers());
        for (one, two) in [(one.input(), two.input()), (one.output(), two.output())] {
            assert_eq!(one.is_some(), two.is_some(), "{name}");
            if let (Some(one), Some(two)) = (one, two)
                && with_parameters
            {
                assert_same_class(one, two, true);
            }
        }
    }
}
