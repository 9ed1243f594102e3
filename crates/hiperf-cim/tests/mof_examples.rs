//! The table of texts and outcomes of the reference on MOF, row by row. What
//! the repository adds (an object that is there already, flags that forbid it)
//! is in `hiperf/tests/repository*.rs`; here the flags only arrive.

use hiperf_cim::mof::{self, Compiled, codes};
use hiperf_cim::{Status, Value};

/// The statements' objects, or the statuses of all that is wrong.
fn compile(text: &str) -> Result<Vec<Compiled>, Vec<Status>> {
    let nothing = |_: Option<&str>, _: &str| None;
    mof::compile(&mof::parse(text), &nothing)
        .map_err(|diagnostics| diagnostics.iter().map(|diagnostic| diagnostic.status).collect())
}

#[track_caller]
fn refused(text: &str, status: Status) {
    assert_eq!(compile(text).map(|_| "accepted").unwrap_err(), [status], "{text}");
}

#[track_caller]
fn default_of(text: &str, property: &str) -> Value {
    let compiled = compile(text).unwrap_or_else(|statuses| panic!("{text}: {statuses:?}"));
    let [Compiled::Class { class, .. }] = compiled.as_slice() else { panic!("{text}: {compiled:?}") };
    class.property(property).unwrap().default_value().clone()
}

#[test]
fn what_is_refused() {
    for (text, status) in [
        ("class A { [key] string K; }", codes::WBEMMOF_E_EXPECTED_SEMI),
        ("class A { [key] string K }; ", codes::WBEMMOF_E_EXPECTED_SEMI),
        ("class A { [key string K; };", codes::WBEMMOF_E_EXPECTED_CLOSE_BRACKET),
        ("class A { uint8 v = 300; };", codes::WBEMMOF_E_OUT_OF_RANGE),
        ("class A { uint32 v = \"x\"; };", codes::WBEMMOF_E_TYPE_MISMATCH),
        ("class A { uint32 v[] = {1, NULL}; };", codes::WBEMMOF_E_NULL_ARRAY_ELEM),
        ("class A { uint32 v = {1}; };", codes::WBEMMOF_E_UNEXPECTED_ARRAY_INIT),
        ("class A { string K; string k; };", codes::WBEMMOF_E_DUPLICATE_PROPERTY),
        ("class A { [Key, Key] string K; };", codes::WBEMMOF_E_DUPLICATE_QUALIFIER),
        ("class A { [CIMTYPE(\"string\")] string K; };", codes::WBEMMOF_E_CIMTYPE_QUALIFIER),
        ("[Abstract : Restricted ToSubclass] class A {};", codes::WBEMMOF_E_INCOMPATIBLE_FLAVOR_TYPES),
        ("[Description(\"x\") : Sideways] class A {};", codes::WBEMMOF_E_EXPECTED_FLAVOR_TYPE),
        ("class A { uint8[] M(); };", codes::WBEMMOF_E_NO_ARRAYS_RETURNED),
        ("class A { uint8 M[](); };", codes::WBEMMOF_E_NO_ARRAYS_RETURNED),
        ("class A : Nope { };", Status::WBEM_E_INVALID_SUPERCLASS),
        ("instance of Nope { };", Status::WBEM_E_NOT_FOUND),
        ("[Abstract] class Abstr { }; instance of Abstr { };", Status::WBEM_E_INVALID_OPERATION),
        ("class A { [key] string K; }; instance of A { Unknown = 1; };", Status::WBEM_E_INVALID_PROPERTY),
        ("class A { [key] real32 k; };", Status::WBEM_E_INVALID_PROPERTY_TYPE),
        ("class A { [key] string k; }; class B : A { [key] string k2; };", Status::WBEM_E_CANNOT_BE_KEY),
        (
            "class S { [key] string x; S ref p; }; instance of S as $s { x = \"x\"; p = $t; };",
            codes::WBEMMOF_E_EXPECTED_ALIAS_NAME,
        ),
        (
            "class E { }; class A { [key] uint8 k; E e; }; instance of A { k = 1; e = instance of E as $x { }; };",
            codes::WBEMMOF_E_ALIASES_IN_EMBEDDED,
        ),
        ("typedef A B;", codes::WBEMMOF_E_TYPEDEF_NOT_SUPPORTED),
        ("#pragma namespace(root)", codes::WBEMMOF_E_INVALID_NAMESPACE_SYNTAX),
        ("#pragma deleteclass(\"A\")", codes::WBEMMOF_E_INVALID_DELETECLASS_SYNTAX),
        ("#pragma classflags(\"createonly\",\"updateonly\")", codes::WBEMMOF_E_INVALID_FLAGS_SYNTAX),
    ] {
        refused(text, status);
    }
}

#[test]
fn what_is_accepted() {
    assert_eq!(default_of("class A { uint16 v = 1000.4; };", "v"), Value::Uint16(1000));
    assert_eq!(default_of("class A { sint16 v = -1000.6; };", "v"), Value::Sint16(-1001));
    for digits in ["\"18446744073709551615\"", "18446744073709551615"] {
        let text = format!("class A {{ uint64 v = {digits}; }};");
        assert_eq!(default_of(&text, "v"), Value::Uint64(u64::MAX));
    }
    // A parameter that says no direction is an input.
    let compiled = compile("class A { void M(string a); };").unwrap();
    let [Compiled::Class { class, .. }] = compiled.as_slice() else { panic!("{compiled:?}") };
    let input = class.method("M").unwrap().input().unwrap();
    assert!(input.property("a").unwrap().qualifiers().is_true("in"));
    // The same instance twice is for the repository to update.
    let twice = "class A { [key] string K; }; instance of A { K = \"a\"; }; instance of A { K = \"a\"; };";
    assert_eq!(compile(twice).unwrap().len(), 3);
    let only = format!("#pragma instanceflags(\"createonly\")\n{twice}");
    let flags: Vec<u32> = compile(&only)
        .unwrap()
        .iter()
        .filter_map(|compiled| match compiled {
            Compiled::Instance { flags, .. } => Some(*flags),
            _ => None,
        })
        .collect();
    assert_eq!(flags, [2, 2]);
}

/// A declaration holds for the rest of the text, in both of its forms.
#[test]
fn qualifier_declarations() {
    let text = "
        Qualifier Description : ToSubClass Amended;
        Qualifier Key : boolean = false, Scope(property, reference), Flavor(DisableOverride, ToSubclass);
        [Description(\"x\")] class A { [Key] string K; };";
    let compiled = compile(text).unwrap();
    let [Compiled::Class { class, .. }] = compiled.as_slice() else { panic!("{compiled:?}") };
    assert_eq!(class.qualifiers().get("description").unwrap().flavor.0, 0x82);
    assert_eq!(class.property("K").unwrap().qualifiers().get("key").unwrap().flavor.0, 0x13);
}

/// Rules of the other tables that have a status of their own.
#[test]
fn rules() {
    for (text, status) in [
        ("class A { string _x; };", Status::WBEM_E_INVALID_PROPERTY),
        ("class A { string x_; };", Status::WBEM_E_INVALID_PROPERTY),
        ("class A { void _m(); };", Status::WBEM_E_INVALID_METHOD),
        ("class A { void m_(); };", Status::WBEM_E_INVALID_METHOD),
        ("class A_ { };", Status::WBEM_E_INVALID_OBJECT),
        ("class A { [key(\"x\")] string k; };", Status::WBEM_E_INVALID_QUALIFIER_TYPE),
        ("class A { [key] string k[]; };", Status::WBEM_E_INVALID_PROPERTY_TYPE),
        ("class E { }; class A { [key] E e; };", Status::WBEM_E_INVALID_PROPERTY_TYPE),
        ("class A { string s; }; class B : A { uint8 s; };", Status::WBEM_E_PROPAGATED_PROPERTY),
        ("class A { void m(); }; class B : A { uint8 m(); };", Status::WBEM_E_PROPAGATED_METHOD),
        ("[Terminal] class A { }; class B : A { };", Status::WBEM_E_INVALID_SUPERCLASS),
        ("[Singleton] class A { [key] string k; };", Status::WBEM_E_CANNOT_BE_SINGLETON),
        ("class A { string s; }; instance of A { s = \"x\"; };", Status::WBEM_E_NO_KEY),
        ("class A { [key] string k; }; instance of A { };", Status::WBEM_E_INVALID_OBJECT),
        (
            "class A { [key] string k; [Not_Null] string n; }; instance of A { k = \"x\"; };",
            Status::WBEM_E_ILLEGAL_NULL,
        ),
        ("class A { [key] string k; }; instance of A { __CLASS = \"B\"; };", Status::WBEM_E_READ_ONLY),
        (
            "class A { [key] string k; string s; }; instance of A { k = \"x\"; [key] s = \"y\"; };",
            Status::WBEM_E_CANNOT_BE_KEY,
        ),
        (
            "class A { void m([id(0)] uint8 a, [id(0)] uint8 b); };",
            Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS,
        ),
        ("class A { void m([id(1)] uint8 a); };", Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS),
        ("class A { [id(0)] uint8 m(); };", Status::WBEM_E_PARAMETER_ID_ON_RETVAL),
        ("class A { void m([id(0)] uint8 a, uint8 b); };", Status::WBEM_E_MISSING_PARAMETER_ID),
        ("[X : EnableOverride DisableOverride] class A { };", codes::WBEMMOF_E_INCOMPATIBLE_FLAVOR_TYPES2),
        ("#pragma namespace(\"root\\\\\")", codes::WBEMMOF_E_INVALID_NAMESPACE_SPECIFICATION),
    ] {
        refused(text, status);
    }
    // A word that is no type is a class; the system's classes have their own names.
    for text in ["class A { int i; };", "class __A { string __x; };", "class A { [key(FALSE)] string k; };"] {
        assert!(compile(text).is_ok(), "{text}");
    }
}
