//! Texts that ask for too much: each gets one diagnostic, and soon.

use super::*;
use crate::{MAX_ANCESTORS, MAX_KEYS, MAX_METHODS, MAX_PROPERTIES, MAX_QUALIFIERS};

fn many(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect()
}

/// The statuses of all that is wrong, or none.
fn statuses(text: &str) -> Vec<Status> {
    match compile(&parse(text), &base) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => diagnostics.iter().map(|diagnostic| diagnostic.status).collect(),
    }
}

/// `text` of as many items as there may be compiles, and of more not.
#[track_caller]
fn check_limit(limit: usize, status: Status, text: impl Fn(usize) -> String) {
    assert_eq!(statuses(&text(limit)), []);
    assert_eq!(statuses(&text(limit + 1)), [status]);
    assert_eq!(statuses(&text(limit + 2000)), [status]);
}

#[test]
fn members() {
    check_limit(MAX_PROPERTIES, Status::WBEM_E_TOO_MANY_PROPERTIES, |count| {
        format!("class A {{ {} }};", many(count, |n| format!("uint8 p{n};")))
    });
    check_limit(MAX_METHODS, Status::WBEM_E_QUOTA_VIOLATION, |count| {
        format!("class A {{ {} }};", many(count, |n| format!("void m{n}();")))
    });
    check_limit(MAX_KEYS, Status::WBEM_E_CANNOT_BE_KEY, |count| {
        let keys = many(count.min(MAX_PROPERTIES), |n| format!("[key] uint8 k{n};"));
        format!("class A {{ {keys} }};")
    });
}

#[test]
fn qualifiers() {
    let list = |count: usize| many(count - 1, |n| format!("q{n},")) + "z";
    check_limit(MAX_QUALIFIERS, Status::WBEM_E_QUOTA_VIOLATION, |count| {
        format!("[{}] class A {{ }};", list(count))
    });
    check_limit(MAX_QUALIFIERS, Status::WBEM_E_QUOTA_VIOLATION, |count| {
        format!("class A {{ [key] uint8 k; }}; [{}] instance of A {{ k = 1; }};", list(count))
    });
    // A property has its CIMTYPE beside, a method none.
    check_limit(MAX_QUALIFIERS - 1, Status::WBEM_E_QUOTA_VIOLATION, |count| {
        format!("class A {{ [{}] uint8 p; }};", list(count))
    });
    check_limit(MAX_QUALIFIERS, Status::WBEM_E_QUOTA_VIOLATION, |count| {
        format!("class A {{ [{}] void m(); }};", list(count))
    });
}

#[test]
fn long_names() {
    let long = "x".repeat(crate::MAX_IDENTIFIER + 1);
    for (text, status) in [
        (format!("class {long} {{ }};"), Status::WBEM_E_CLASS_NAME_TOO_WIDE),
        (format!("class A {{ uint8 {long}; }};"), Status::WBEM_E_PROPERTY_NAME_TOO_WIDE),
        (format!("class A {{ void {long}(); }};"), Status::WBEM_E_METHOD_NAME_TOO_WIDE),
        (format!("[{long}] class A {{ }};"), Status::WBEM_E_QUALIFIER_NAME_TOO_WIDE),
    ] {
        assert_eq!(statuses(&text), [status]);
        assert_eq!(statuses(&text.replacen('x', "", 1)), []);
    }
}

#[test]
fn ancestors() {
    check_limit(MAX_ANCESTORS, Status::WBEM_E_INVALID_SUPERCLASS, |count| {
        let below = |n| format!("class A{} : A{n} {{ }};", n + 1);
        format!("class A0 {{ }}; {}", many(count, below))
    });
    // The same without new names: the second A is below B, and so on.
    let circle = many(5000, |_| "class B : A { }; class A : B { };".into());
    assert_eq!(statuses(&format!("class A {{ }}; {circle}")), [Status::WBEM_E_INVALID_SUPERCLASS]);
}

/// What a compiler with a low limit says of a text.
fn limited(text: &str) -> Vec<String> {
    let compiled = Compiler::new(&base).with_limit(8 << 20).compile(&parse(text));
    compiled.unwrap_err().iter().map(|d| format!("{:?} {}", d.status, d.message)).collect()
}

const TOO_MUCH: &str =
    "WBEM_E_QUOTA_VIOLATION (0x8004106C) what the text asks for up to here takes more than 8 MiB";

/// Each class holds two objects of the one before it.
#[test]
fn doubled_objects() {
    let class = |n| {
        let object = format!("instance of B{n} {{ }}");
        format!("class B{} {{ B{n} a = {object}; B{n} b = {object}; }};\n", n + 1)
    };
    let text = format!("class B0 {{ uint8 x; }}; {}", many(40, class));
    assert_eq!(limited(&text), [TOO_MUCH]);
    // Large objects many times over.
    let list = vec!["instance of B6 { }"; 10_000].join(", ");
    let holder = format!("class H {{ [key] uint8 k; B6 a[]; }}; instance of H {{ k = 1; a = {{{list}}}; }};");
    let text = format!("class B0 {{ uint8 x; }}; {} {holder}", many(6, class));
    assert_eq!(limited(&text), [TOO_MUCH]);
}

/// A class owns what it inherits.
#[test]
fn inherited_properties() {
    let parent = format!("class P {{ {} }};", many(MAX_PROPERTIES, |n| format!("uint8 p{n};")));
    let text = format!("{parent} {}", many(1000, |n| format!("class C{n} : P {{ }};\n")));
    assert_eq!(limited(&text), [TOO_MUCH]);
    assert!(compile(&parse(&text), &base).is_ok());
}

/// What is wrong is told 200 times at most.
#[test]
fn many_mistakes() {
    let key = "class K { [key] uint32 k; K ref r; };";
    for text in [
        many(20_000, |n| format!("class A{n} : Nope {{ }};")),
        format!("{key} {}", many(20_000, |n| format!("instance of K as $a{n} {{ k = {n}; r = $b{n}; }};"))),
        format!("{key} {}", many(20_000, |n| format!("instance of K {{ k = {n}; kk{n} = 1; }};"))),
    ] {
        assert_eq!(statuses(&text).len(), 200);
    }
    let declared = many(20_000, |n| format!("qualifier q{n} : ToInstance;"));
    let used = many(20_000, |n| format!("[q{n}] class A{n} {{ }};"));
    assert_eq!(statuses(&(declared + &used)), []);
}
