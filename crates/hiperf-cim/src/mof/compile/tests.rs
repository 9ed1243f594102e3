//! MOF in, objects or diagnostics out.

mod limits;
mod objects;

use std::fmt::Write;
use std::sync::Arc;

use super::{Compiled, Compiler, Declarations, compile};
use crate::mof::{codes, parse};
use crate::{Class, Instance, QualifierSet, Status};

/// The classes that the tests build on.
fn base(_: Option<&str>, name: &str) -> Option<Arc<Class>> {
    let text = "
        [Abstract] class Base { [NotHere(1), Fixed(1) : ToSubclass DisableOverride] string Caption; };
        [Terminal] class Last { };
        class Keyed { [Key] string Name; uint32 Count = 7; [Not_Null] string Must = \"m\"; };
        class Bare { string Name; };
        [Singleton] class Only { boolean Flag; };
        class Link { [Key] Keyed ref From; [Key] object ref To; };
    ";
    let compiled = compile(&parse(text), &|_: Option<&str>, _: &str| None).unwrap();
    compiled.into_iter().find_map(|compiled| match compiled {
        Compiled::Class { class, .. } if class.name().eq_ignore_ascii_case(name) => Some(class),
        _ => None,
    })
}

/// One object or diagnostic a line.
fn show(text: &str) -> String {
    let mut out = String::new();
    match compile(&parse(text), &base) {
        Ok(compiled) => {
            for object in compiled {
                let _ = match object {
                    Compiled::Class { namespace, class, flags } => {
                        writeln!(out, "{}{}", place(namespace, flags), show_class(&class))
                    }
                    Compiled::Instance { namespace, instance, flags } => {
                        writeln!(out, "{}{}", place(namespace, flags), show_instance(&instance))
                    }
                    other => writeln!(out, "{other:?}"),
                };
            }
        }
        Err(diagnostics) => {
            for diagnostic in diagnostics {
                let name = codes::name(diagnostic.status).unwrap();
                let place = &text[diagnostic.span.start as usize..diagnostic.span.end as usize];
                let _ = writeln!(out, "! {} `{place}`", name.trim_start_matches("WBEMMOF_E_"));
            }
        }
    }
    out
}

fn place(namespace: Option<String>, flags: u32) -> String {
    let flags = if flags == 0 { String::new() } else { format!("({flags}) ") };
    namespace.map_or(String::new(), |namespace| format!("{namespace}:")) + &flags
}

fn show_class(class: &Class) -> String {
    let mut out = format!("{}{}", class.name(), show_qualifiers(class.qualifiers()));
    if let Some(parent) = class.superclass() {
        let _ = write!(out, " : {}", parent.name());
    }
    for property in class.properties().iter().filter(|property| property.is_local()) {
        let qualifiers = show_qualifiers(property.qualifiers());
        let _ = write!(out, " | {} {}{qualifiers}", property.ty(), property.name());
        if !property.default_value().is_null() {
            let _ = write!(out, "={:?}", property.default_value());
        }
    }
    out
}

/// The qualifiers but CIMTYPE, with their flavors.
fn show_qualifiers(qualifiers: &QualifierSet) -> String {
    let written = qualifiers.iter().filter(|qualifier| !qualifier.name.eq_ignore_ascii_case("cimtype"));
    written.map(|q| format!(" [{}={} {:02x}]", q.name, q.value, q.flavor.0)).collect()
}

fn show_instance(instance: &Instance) -> String {
    let mut out = instance.relpath().unwrap_or_default();
    for (index, property) in instance.class().properties().iter().enumerate() {
        if !instance.is_default(index) && !property.is_key() {
            let _ = write!(out, " | {}={:?}", property.name(), instance.value(index));
        }
    }
    out
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(show(text).trim_end(), expected, "\n{text}");
}

/// A property of the given type and value, in a class of its own.
#[track_caller]
fn check_value(declaration: &str, expected: &str) {
    let shown = show(&format!("class A {{ {declaration}; }};"));
    let shown = shown.trim_end();
    let found = shown.split_once('=').map_or(shown, |(_, value)| value);
    assert_eq!(found, expected, "\n{declaration}");
}

#[test]
fn values() {
    check_value("uint8 v = 255", "Uint8(255)");
    check_value("sint8 v = -128", "Sint8(-128)");
    check_value("uint8 v = 300", "! OUT_OF_RANGE `300`");
    check_value("uint8 v = -1", "! OUT_OF_RANGE `-1`");
    check_value("uint16 v = 1000.4", "Uint16(1000)");
    check_value("uint8 v = 255.5", "! OUT_OF_RANGE `255.5`");
    check_value("uint64 v = 1.0e300", "! OUT_OF_RANGE `1.0e300`");
    check_value("uint32 v = \"x\"", "! TYPE_MISMATCH `\"x\"`");
    check_value("uint64 v = \"18446744073709551615\"", "Uint64(18446744073709551615)");
    check_value("uint64 v = 18446744073709551615", "Uint64(18446744073709551615)");
    check_value("sint64 v = \"18446744073709551615\"", "! OUT_OF_RANGE `\"18446744073709551615\"`");
    check_value("uint64 v = \"99999999999999999999\"", "! OUT_OF_RANGE `\"99999999999999999999\"`");
    check_value("sint64 v = \"-0x10\"", "Sint64(-16)");
    check_value("real64 v = 1", "Real64(1.0)");
    check_value("real32 v = 1.0e39", "! OUT_OF_RANGE `1.0e39`");
    check_value("boolean v = TRUE", "Boolean(true)");
    check_value("boolean v = 1", "! TYPE_MISMATCH `1`");
    check_value("char16 v = 'A'", "Char16(65)");
    check_value("char16 v = 66", "Char16(66)");
    check_value("char16 v = 65536", "! OUT_OF_RANGE `65536`");
    check_value("string v = \"a\" \"b\"", "String(\"ab\")");
    check_value("string v = 1", "! TYPE_MISMATCH `1`");
    check_value("string v = $a", "! UNEXPECTED_ALIAS `$a`");
    check_value("datetime v = \"yesterday\"", "! TYPE_MISMATCH `\"yesterday\"`");
    check_value("B ref v = \"B.x=1\"", "Reference(\"B.x=1\")");
    check_value("uint8 v[] = {1, 2.0}", "Array(Uint8, [Uint8(1), Uint8(2)])");
    check_value("uint8 v[] = {}", "Array(Uint8, [])");
    check_value("uint8 v[] = 1", "! TYPE_MISMATCH `1`");
    check_value("uint8 v[] = {1, 256}", "! OUT_OF_RANGE `256`");
    check_value("string v = NULL", "A | string v");
    check_value("B v = instance of B { }", "! WBEM_E_NOT_FOUND `B`");
}

#[test]
fn classes() {
    check("class A : base { [Key] string K; };", "A : Base | string K [Key=TRUE 13]");
    check("class A { B ref r; C c; uint8 a[4]; };", "A | ref r | object c | uint8[] a [MAX=4 03]");
    check("class A { }; class B : A { }; class C : b { };", "A\nB : A\nC : B");
    check("class A : Nope { };", "! WBEM_E_INVALID_SUPERCLASS `Nope`");
    check("class A : B { }; class B { };", "! WBEM_E_INVALID_SUPERCLASS `B`");
    check("class A : Last { };", "! WBEM_E_INVALID_SUPERCLASS `Last`");
    check("class A : Nope { }; class B : A { }; instance of B { };", "! WBEM_E_INVALID_SUPERCLASS `Nope`");
    check("class A { [key] real32 k; };", "! WBEM_E_INVALID_PROPERTY_TYPE `key`");
    check("class A : Keyed { [key] string k2; };", "! WBEM_E_CANNOT_BE_KEY `key`");
    check("class A : Keyed { uint64 Count; };", "! WBEM_E_PROPAGATED_PROPERTY `uint64`");
    check("class A : Base { [x, Fixed(2)] string Caption; };", "! WBEM_E_OVERRIDE_NOT_ALLOWED `Fixed(2)`");
    check("[x, Singleton] class A { [key] string k; };", "! WBEM_E_CANNOT_BE_SINGLETON `Singleton`");
    check("class A_ { };", "! WBEM_E_INVALID_OBJECT `A_`");
    check(
        "class A { uint8 x[] = {256, 1, -1}; uint8 y = 1; void M_(); string z = 1; };",
        "! OUT_OF_RANGE `256`\n! OUT_OF_RANGE `-1`\n! WBEM_E_INVALID_METHOD `M_`\n! TYPE_MISMATCH `1`",
    );
}

#[test]
fn qualifiers() {
    check(
        "[a, b(-1), c(1.5), d(\"x\"), e(FALSE), f{1, 2}, g{1, 2.5}, h{\"x\"}, i{}, Key(FALSE)] class A { };",
        "A [a=TRUE 00] [b=-1 00] [c=1.5 00] [d=x 00] [e=FALSE 00] [f={1, 2} 00] [g={1, 2.5} 00] [h={x} 00] \
         [i={} 00] [Key=TRUE 00]",
    );
    check(
        "[a : ToInstance ToSubclass DisableOverride Amended, b : Restricted] class A { };",
        "A [a=TRUE 93] [b=TRUE 00]",
    );
    check("[a(0xFFFFFFFF)] class A { };", "A [a=-1 00]");
    check("[a(4294967296)] class A { };", "! OUT_OF_RANGE `4294967296`");
    check("[a('c')] class A { };", "! UNSUPPORTED_CIMV22_QUAL_VALUE `'c'`");
    check("[a(NULL), b] class A { };", "A [b=TRUE 00]");
    check("[a{1, \"x\"}] class A { };", "! TYPE_MISMATCH `{1, \"x\"}`");
}

#[test]
fn qualifier_declarations() {
    check(
        "[q] class A { }; qualifier Q : ToInstance; [q, q2] class B { }; [q : ToSubclass] class C { };",
        "A [q=TRUE 00]\nB [q=TRUE 01] [q2=TRUE 00]\nC [q=TRUE 02]",
    );
    let typed = "Qualifier S : string = \"d\", Scope(class, property), Flavor(DisableOverride, Translatable);
        Qualifier L : string[], Scope(any);
        Qualifier N : uint32 = null, Scope(property);
        Qualifier R : real64, Scope(any), Flavor(EnableOverride, Restricted);\n";
    check(
        &format!("{typed}[S, L(\"x\"), R(1)] class A {{ [N(5)] string p; }};"),
        "A [S=d 92] [L={x} 02] [R=1 00] | string p [N=5 02]",
    );
    check(&format!("{typed}[N(5)] class A {{ }};"), "! QUALIFIER_USED_OUTSIDE_SCOPE `N(5)`");
    check(&format!("{typed}[S(5)] class A {{ }};"), "! TYPE_MISMATCH `5`");
    check(&format!("{typed}[S{{\"x\"}}] class A {{ }};"), "! UNEXPECTED_ARRAY_INIT `{\"x\"}`");
    check(&format!("{typed}[L] class A {{ }};"), "! UNSUPPORTED_CIMV22_QUAL_VALUE `L`");
    check("Qualifier Q : uint8 = \"x\", Scope(any);", "! TYPE_MISMATCH `\"x\"`");
}

#[test]
fn instances() {
    check("instance of Keyed { Name = \"a\"; };", "Keyed.Name=\"a\"");
    check("instance of keyed { NAME = \"a\"; Count = 8; };", "Keyed.Name=\"a\" | Count=Uint32(8)");
    check("instance of Only { Flag = TRUE; };", "Only=@ | Flag=Boolean(true)");
    check("instance of Nope { };", "! WBEM_E_NOT_FOUND `Nope`");
    check("instance of Base { };", "! WBEM_E_INVALID_OPERATION `Base`");
    check("instance of Bare { };", "! WBEM_E_NO_KEY `Bare`");
    check("instance of Keyed { };", "! WBEM_E_INVALID_OBJECT `Keyed`");
    check("instance of Keyed { Name = \"a\"; Must = NULL; };", "! WBEM_E_ILLEGAL_NULL `Keyed`");
    check("instance of Keyed { Nome = \"a\"; };", "! WBEM_E_INVALID_PROPERTY `Nome`");
    check("instance of Keyed { __CLASS = \"a\"; };", "! WBEM_E_READ_ONLY `__CLASS`");
    check("instance of Keyed { Name = \"a\"; Count = {1}; };", "! UNEXPECTED_ARRAY_INIT `{1}`");
    check("instance of A { K = 1; }; class A { [Key] uint8 K; };", "! WBEM_E_NOT_FOUND `A`");
}

#[test]
fn aliases() {
    let link = "class L { [Key] object ref To; };\n";
    check(
        &format!("{link}instance of Keyed as $A {{ Name = \"q\\\"\"; }}; instance of L {{ To = $a; }};"),
        "L | ref To [Key=TRUE 13]\nKeyed.Name=\"q\\\"\"\nL.To=\"Keyed.Name=\\\"q\\\\\\\"\\\"\"",
    );
    check(
        "instance of Link { From = $a; To = $b; }; instance of Only as $b { }; instance of Keyed as $a { Name = \"a\"; };",
        "Link.From=\"Keyed.Name=\\\"a\\\"\",To=\"Only=@\"\nOnly=@\nKeyed.Name=\"a\"",
    );
    check("class A as $c { object ref r = $C; };", "A | ref r=Reference(\"A\")");
    check(
        "#pragma namespace(\"root\")\ninstance of Only as $b { };\n#pragma namespace(\"root\\\\x\")\n\
         instance of Link { From = \"Keyed=1\"; To = $b; };",
        "root:Only=@\nroot\\x:Link.From=\"Keyed=1\",To=\"root:Only=@\"",
    );
    // An alias in a class leads to an instance of one that comes later.
    check(
        "class A { object ref r = $b; }; class P { [Key] uint8 k; }; class B : P { }; instance of B as $b { k = 1; };",
        "A | ref r=Reference(\"B.k=1\")\nP | uint8 k [Key=TRUE 13]\nB : P\nB.k=1",
    );
    check(
        "class A { [Key] uint8 k; object ref r = $a; }; instance of A as $a { k = 1; };",
        "! WBEM_E_CIRCULAR_REFERENCE `A`",
    );
    check(
        "class P { object ref r = $c; }; class C : P { [Key] uint8 k; }; instance of C as $c { k = 1; };",
        "! WBEM_E_CIRCULAR_REFERENCE `P`",
    );
    check(
        "class A { object ref r = $b; }; class B { [Key] uint8 k = 300; }; instance of B as $b { k = 1; };",
        "! OUT_OF_RANGE `300`",
    );
    check(
        "class A { object ref r = $b; }; instance of B as $b { k = 1; }; class B { [Key] uint8 k; };",
        "! WBEM_E_NOT_FOUND `B`",
    );
    let parents = |n: usize| format!("class C{} : C{n} {{ }};\n", n + 1);
    let deep = (0..200).map(parents).collect::<String>();
    let deep = format!(
        "class A {{ object ref r = $b; }}; class C0 {{ [Key] uint8 k; }};\n{deep}instance of C200 as $b {{ k = 1; }};"
    );
    assert_eq!(compile(&parse(&deep), &base).unwrap_err()[0].status, Status::WBEM_E_CIRCULAR_REFERENCE);
    check(&format!("{link}instance of L {{ To = $t; }};"), "! EXPECTED_ALIAS_NAME `$t`");
    check(
        &format!("{link}instance of L as $a {{ To = $b; }}; instance of L as $b {{ To = $a; }};"),
        "! WBEM_E_CIRCULAR_REFERENCE `$a`",
    );
    check(
        &format!("{link}instance of L {{ To = $b; }}; instance of Keyed as $b {{ Name = 1; }};"),
        "! TYPE_MISMATCH `1`",
    );
    // Long chains are bounded: as paths within paths, and as a recursion.
    let chain = |forward: bool| -> String {
        let link = |n: usize| format!("instance of L as $a{n} {{ To = $a{}; }};\n", n + 1);
        let last = "instance of Only as $a500 { };\n".to_owned();
        let mut links: Vec<String> = (0..500).map(link).chain([last]).collect();
        if !forward {
            links.reverse();
        }
        format!("{link}{}", links.concat(), link = "class L { [Key] object ref To; };\n")
    };
    for (forward, status) in
        [(true, Status::WBEM_E_CIRCULAR_REFERENCE), (false, Status::WBEM_E_INVALID_OBJECT_PATH)]
    {
        let diagnostics = compile(&parse(&chain(forward)), &base).unwrap_err();
        assert_eq!(diagnostics[0].status, status);
    }
}

#[test]
fn pragmas() {
    check(
        "#pragma namespace(\"\\\\\\\\.\\\\root\\\\a\")\nclass A { };\n#pragma classflags(\"updateonly\")\n\
         #pragma namespace(\"\\\\root/b\")\nclass B { };\n#pragma deleteclass(\"C\", NOFAIL)",
        "root\\a:A\nroot\\b:(1) B\n\
         DeleteClass { namespace: Some(\"root\\\\b\"), name: \"C\", must_exist: false }",
    );
    check(
        "#pragma namespace(\"root\\\\a\")\nclass A { };\n#pragma namespace(\"ROOT\\\\A\")\nclass B : A { };",
        "root\\a:A\nROOT\\A:B : A",
    );
    check(
        "#pragma namespace(\"root\\\\a\")\nclass A { };\n#pragma namespace(\"root\\\\b\")\nclass B : A { };",
        "! WBEM_E_INVALID_SUPERCLASS `A`",
    );
    check(
        "#pragma namespace(\"root\\\\\\\\a\")",
        "! INVALID_NAMESPACE_SPECIFICATION `#pragma namespace(\"root\\\\\\\\a\")`",
    );
    check(
        "#pragma namespace(\"\\\\\\\\far\\\\root\")",
        "! WBEM_E_NOT_SUPPORTED `#pragma namespace(\"\\\\\\\\far\\\\root\")`",
    );
}

/// A class of a file, compiled on its own, is what it is within the file.
#[test]
fn one_class_alone() {
    let text = "qualifier Q : ToInstance; class A { [q] uint8 a; }; [q] class B : A { [q] uint8 b; };";
    let parsed = parse(text);
    let declarations = Arc::new(Declarations::of(&parsed));
    let span = parsed.items[1].span();
    let slice = &text[span.start as usize..span.end as usize];
    let mut compiler = Compiler::new(&base).with_declarations(&declarations).in_namespace("root");
    let compiled = compiler.compile(&parse(slice)).unwrap();
    let [Compiled::Class { namespace, class, .. }] = compiled.as_slice() else { panic!("{compiled:?}") };
    assert_eq!(namespace.as_deref(), Some("root"));
    assert_eq!(show_class(class), "A | uint8 a [q=TRUE 01]");
    // The next part knows what this one has declared.
    let next = parsed.items[2].span();
    let compiled = compiler.compile(&parse(&text[next.start as usize..next.end as usize])).unwrap();
    let [Compiled::Class { class, .. }] = compiled.as_slice() else { panic!("{compiled:?}") };
    assert_eq!(show_class(class), "B [q=TRUE 01] : A | uint8 b [q=TRUE 01]");
}

#[test]
fn syntax_errors_come_first() {
    check("class A : Nope { uint8 x = 300 };", "! EXPECTED_SEMI ``");
}
