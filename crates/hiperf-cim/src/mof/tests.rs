//! MOF in, a compact rendering of the tree and of what is wrong out.

use std::fmt::Write;

use super::ast::{Command, Constant, Initializer, InstanceDeclaration, Item, Property, Qualifier, TypeOf};
use super::{Flavors, Parsed, codes, parse, render};

/// One statement or diagnostic a line.
fn show(text: &str) -> String {
    let Parsed { items, diagnostics } = parse(text);
    let mut out = String::new();
    for item in &items {
        let _ = writeln!(out, "{}", show_item(item));
    }
    for diagnostic in &diagnostics {
        let name = codes::name(diagnostic.status).unwrap();
        let place = &text[diagnostic.span.start as usize..diagnostic.span.end as usize];
        let at = diagnostic.span.start;
        let _ = writeln!(out, "! {} at {at} `{place}`", name.trim_start_matches("WBEMMOF_E_"));
        assert!(render(diagnostic, "a.mof", text).contains(name));
    }
    out
}

fn show_item(item: &Item<'_>) -> String {
    match item {
        Item::Pragma(pragma) => match &pragma.command {
            Command::Ignored(name) => format!("pragma {}", name.text),
            command => format!("pragma {command:?}"),
        },
        Item::Qualifier(qualifier) => {
            let typed = qualifier.typed.as_ref().map_or(String::new(), |typed| {
                let array = if typed.array.is_some() { "[]" } else { "" };
                let value = typed.default.as_ref().map_or("-".to_owned(), show_value);
                format!(" {}{array} {value} scopes {}", show_type(typed.type_name.of), typed.scopes.0)
            });
            format!("qualifier {}{typed}{}", qualifier.name.text, show_flavors(qualifier.flavors))
        }
        Item::Class(class) => {
            let mut out = format!("{}class {}", show_qualifiers(&class.qualifiers), class.name.text);
            if let Some(alias) = &class.alias {
                let _ = write!(out, " as {}", alias.text);
            }
            if let Some(parent) = &class.parent {
                let _ = write!(out, " : {}", parent.text);
            }
            for property in &class.properties {
                let _ = write!(out, " | {}", show_property(property));
            }
            for method in &class.methods {
                let parameters: Vec<String> = method.parameters.iter().map(show_property).collect();
                let _ = write!(
                    out,
                    " | {}{} {}({})",
                    show_qualifiers(&method.qualifiers),
                    show_type(method.return_type.of),
                    method.name.text,
                    parameters.join(", ")
                );
            }
            out
        }
        Item::Instance(instance) => show_instance(instance),
    }
}

fn show_instance(instance: &InstanceDeclaration<'_>) -> String {
    let mut out = format!("{}instance {}", show_qualifiers(&instance.qualifiers), instance.class.text);
    if let Some(alias) = &instance.alias {
        let _ = write!(out, " as {}", alias.text);
    }
    for assignment in &instance.assignments {
        let value = assignment.value.as_ref().map_or("-".to_owned(), show_value);
        let name = assignment.name.text;
        let _ = write!(out, " | {}{name}={value}", show_qualifiers(&assignment.qualifiers));
    }
    out
}

fn show_property(property: &Property<'_>) -> String {
    let array = match property.array {
        None => String::new(),
        Some(array) => format!("[{}]", array.size.map_or(String::new(), |size| size.to_string())),
    };
    let value = property.default.as_ref().map_or(String::new(), |value| format!("={}", show_value(value)));
    format!(
        "{}{} {}{array}{value}",
        show_qualifiers(&property.qualifiers),
        show_type(property.type_name.of),
        property.name.text
    )
}

fn show_type(of: TypeOf<'_>) -> String {
    match of {
        TypeOf::Void => "void".to_owned(),
        TypeOf::Cim(cim) => cim.mof_name().to_owned(),
        TypeOf::Embedded(class) => format!("object:{class}"),
        TypeOf::Reference(class) => format!("ref:{class}"),
    }
}

fn show_qualifiers(qualifiers: &[Qualifier<'_>]) -> String {
    if qualifiers.is_empty() {
        return String::new();
    }
    let shown = qualifiers.iter().map(|qualifier| {
        let value =
            qualifier.value.as_ref().map_or(String::new(), |value| format!("({})", show_value(value)));
        format!("{}{value}{}", qualifier.name.text, show_flavors(qualifier.flavors))
    });
    format!("[{}] ", shown.collect::<Vec<_>>().join(", "))
}

fn show_flavors(flavors: Flavors) -> String {
    let names =
        Flavors::NAMES.iter().filter(|(name, flavor)| flavors.contains(*flavor) && *name != "Translatable");
    names.map(|(name, _)| format!(" :{name}")).collect()
}

fn show_value(value: &Initializer<'_>) -> String {
    match &value.value {
        Constant::Null => "NULL".to_owned(),
        Constant::Boolean(value) => value.to_string(),
        Constant::Integer(value) => value.to_string(),
        Constant::Real(value) => format!("{value:?}"),
        Constant::Char(value) => format!("'{value}'"),
        Constant::String(value) => format!("{value:?}"),
        Constant::Alias(alias) => format!("${alias}"),
        Constant::Array(elements) => {
            format!("{{{}}}", elements.iter().map(show_value).collect::<Vec<_>>().join(","))
        }
        Constant::Instance(instance) => format!("<{}>", show_instance(instance)),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(show(text).trim_end(), expected, "\n{text}");
}

#[test]
fn statements() {
    check("", "");
    check("  // nothing\n/* nor ; here */ \u{1a}", "");
    check("\u{feff}class A { };", "class A");
    check("CLASS a As $x : B { }; class C : D as $y { };", "class a as x : B\nclass C as y : D");
    check("[Abstract, Locale(0x409)] class A{};", "[Abstract, Locale(1033)] class A");
    check("instance of A as $p { };", "instance A as p");
}

#[test]
fn properties() {
    check(
        "class A { [Key] string Name = NULL; uint8 v[] = {1, 2}; uint32 w[4]; };",
        "class A | [Key] string Name=NULL | uint8 v[]={1,2} | uint32 w[4]",
    );
    check(
        "class A { B ref b; object ref c = \"B\"; object d; C e = instance of C { x = 1; }; object ref f[]; };",
        "class A | ref:B b | ref:object c=\"B\" | object d | object:C e=<instance C | x=1> | ref:object f[]",
    );
    check(
        "class A { string ref; string class = \"c\"; uint8 instance; boolean of; ref ref as; };",
        "class A | string ref | string class=\"c\" | uint8 instance | boolean of | ref:ref as",
    );
}

#[test]
fn methods() {
    check(
        "class A { [Implemented, Static] uint32 M([in] string a = \"d\", [Out] B ref b, [in] uint8 c[]); void N(); };",
        "class A | [Implemented, Static] uint32 M([in] string a=\"d\", [Out] ref:B b, [in] uint8 c[]) | void N()",
    );
}

#[test]
fn values() {
    check(
        "instance of A { a = -1; b = 1.5; c = 'A'; d = \"x\" /* and */ \"y\\n\"; e = $f; g = {}; h = TRUE; };",
        "instance A | a=-1 | b=1.5 | c='65' | d=\"xy\\n\" | e=$f | g={} | h=true",
    );
    check(
        "instance of A { b = {instance of B { c = instance of C { }; }, instance of B { }}; };",
        "instance A | b={<instance B | c=<instance C>>,<instance B>}",
    );
    check(
        "[DynProps] instance of A { k = 1; [PropertyContext(\"x\"), Dynamic] p; [q] r = 2; };",
        "[DynProps] instance A | k=1 | [PropertyContext(\"x\"), Dynamic] p=- | [q] r=2",
    );
}

#[test]
fn qualifiers() {
    check(
        "[Read : ToSubclass, Values{\"a\"} : ToSubclass Amended, BitMap(\"0\", \"1\"), X({1})] class A { };",
        "[Read :ToSubclass, Values({\"a\"}) :ToSubclass :Amended, BitMap({\"0\",\"1\"}), X({1})] class A",
    );
    check("qualifier Description : ToSubClass Amended;", "qualifier Description :ToSubclass :Amended");
    check(
        "Qualifier Key : boolean = false, Scope(property, reference), Flavor(DisableOverride, ToSubclass);",
        "qualifier Key boolean false scopes 24 :ToSubclass :DisableOverride",
    );
    check("Qualifier V : string[], Scope(any);", "qualifier V string[] - scopes 255");
}

#[test]
fn pragmas() {
    check(
        "#PRAGMA AUTORECOVER\n#pragma namespace (\"\\\\\\\\.\\\\root\\\\cimv2\")\n#include \"a.mof\"\n#include(\"b\")",
        "pragma Autorecover\npragma Namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")\npragma Include(\"a.mof\")\npragma Include(\"b\")",
    );
    check(
        "#pragma classflags(\"updateonly, forceupdate\")\n#pragma classflags(\"updateonly\",\"safeupdate\")\n#pragma classflags(64)\n#pragma instanceflags(\"createonly\")",
        "pragma ClassFlags(65)\npragma ClassFlags(33)\npragma ClassFlags(64)\npragma InstanceFlags(2)",
    );
    check(
        "#pragma deleteclass(\"A\", NOFAIL)\n#pragma deleteinstance(\"A.k=1\", fail)",
        "pragma DeleteClass { name: \"A\", must_exist: false }\npragma DeleteInstance { path: \"A.k=1\", must_exist: true }",
    );
    check(
        "#pragma locale (\"en_US\")\n#pragma amendment(\"MS_409\")",
        "pragma locale\npragma Amendment(\"MS_409\")",
    );
    check(
        "#pragma fancy(1, {2)\nclass A{};",
        "pragma fancy\n! INVALID_PRAGMA at 8 `fancy`\n! UNRECOGNIZED_TOKEN at 17 `{`",
    );
    check("#pragma fancy(1)\nclass A{};", "pragma fancy\nclass A\n! INVALID_PRAGMA at 8 `fancy`");
}

#[test]
fn pragma_errors() {
    check("#pragma namespace(root)\nclass A{};", "pragma \nclass A\n! INVALID_NAMESPACE_SYNTAX at 18 `root`");
    check("#pragma namespace(\"\")", "pragma \n! INVALID_NAMESPACE_SPECIFICATION at 17 `(\"\")`");
    check("#pragma deleteclass(\"A\")", "pragma \n! INVALID_DELETECLASS_SYNTAX at 23 `)`");
    check("#pragma deleteinstance(A)", "pragma \n! INVALID_DELETEINSTANCE_SYNTAX at 23 `A`");
    check(
        "#pragma classflags(\"createonly\",\"updateonly\")",
        "pragma \n! INVALID_FLAGS_SYNTAX at 18 `(\"createonly\",\"updateonly\")`",
    );
    check(
        "#pragma instanceflags(\"forceupdate\")",
        "pragma \n! INVALID_FLAGS_SYNTAX at 22 `\"forceupdate\"`",
    );
    check("#pragma amendment(409)", "pragma \n! INVALID_AMENDMENT_SYNTAX at 18 `409`");
    check(
        "#pragma amendment(\"MS_409\")\n#pragma amendment(\"MS_407\")",
        "pragma Amendment(\"MS_409\")\npragma \n! INVALID_DUPLICATE_AMENDMENT at 36 `amendment`",
    );
    check("#define A 1\nclass A{};", "pragma \nclass A\n! INVALID_PRAGMA at 1 `define`");
}

#[test]
fn missing_marks() {
    check("class A { [key] string K; }", "class A | [key] string K\n! EXPECTED_SEMI at 27 ``");
    check("class A { [key] string K };", "class A | [key] string K\n! EXPECTED_SEMI at 24 ``");
    check("class A { [key string K; };", "class A | [key] string K\n! EXPECTED_CLOSE_BRACKET at 14 ``");
    check("class A { string a\n string b; };", "class A | string a | string b\n! EXPECTED_SEMI at 18 ``");
    check(
        "class A { string a;\nclass B { };",
        "class A | string a\nclass B\n! EXPECTED_CLOSE_BRACE at 19 ``",
    );
    check(
        "class A { string a;\n[x] class B { };",
        "class A | string a\n[x] class B\n! EXPECTED_CLOSE_BRACE at 19 ``",
    );
    check("class A { string a;", "class A | string a\n! EXPECTED_CLOSE_BRACE at 19 ``");
    check(
        "class A string a; };\nclass B{};",
        "class B\n! EXPECTED_OPEN_BRACE at 8 `string`\n! UNRECOGNIZED_TOKEN at 18 `}`",
    );
    check("class { string a; }; class B{};", "class B\n! EXPECTED_CLASS_NAME at 6 `{`");
    check("class A { uint32 M(string a; string b; };", "class A | string b\n! EXPECTED_CLOSE_PAREN at 27 ``");
    check("class A { ; string b; };", "class A | string b\n! EXPECTED_TYPE_IDENTIFIER at 10 `;`");
    check("class A { string; string b; };", "class A | string b\n! EXPECTED_PROPERTY_NAME at 16 `;`");
    check("class A { string[] a; };", "class A | string a\n! EXPECTED_PROPERTY_NAME at 19 `a`");
    check("instance of A { a 1; b = 2; };", "instance A | b=2\n! EXPECTED_SEMI at 17 ``");
    check("instance of A { a = ; b = 2; };", "instance A | b=2\n! EXPECTED_BRACE_OR_BAD_TYPE at 20 `;`");
    check(
        "instance of A { a = {1 2}; b = 2; };",
        "instance A | a={1} | b=2\n! EXPECTED_CLOSE_BRACE at 22 ``",
    );
    check("instance A { };", "! INVALID_INSTANCE_DECLARATION at 9 `A`");
    check("class A as B { };", "class A as B\n! EXPECTED_DOLLAR at 11 `B`");
    check("class A as $ { };", "! EXPECTED_ALIAS_NAME at 11 `$`");
    check("[] class A { };", "class A\n! EXPECTED_QUALIFIER_NAME at 1 `]`");
    check("qualifier A ToInstance;", "! INVALID_QUALIFIER_SYNTAX at 12 `ToInstance`");
}

#[test]
fn wrong_words() {
    check("typedef A B; class C{};", "class C\n! TYPEDEF_NOT_SUPPORTED at 0 `typedef`");
    check("clas A { string a; }; class C{};", "class C\n! UNRECOGNIZED_TOKEN at 0 `clas`");
    check("class A{}; }; class C{};", "class A\nclass C\n! UNRECOGNIZED_TOKEN at 11 `}`");
    check(
        "class A { uint8 \u{201c}a\u{201d} v; };",
        "class A\n! UNRECOGNIZED_TOKEN at 16 `\u{201c}`\n! UNRECOGNIZED_TOKEN at 20 `\u{201d}`",
    );
    check("class A { boolean b = ture; };", "class A\n! EXPECTED_BRACE_OR_BAD_TYPE at 22 `ture`");
    check(
        "class A { uint8 ref r; void v; };",
        "class A | ref:object r | void v\n! UNRECOGNIZED_TYPE at 10 `uint8 ref`\n! UNRECOGNIZED_TYPE at 23 `void`",
    );
    check(
        "qualifier A : object = NULL;",
        "qualifier A object NULL scopes 255\n! UNSUPPORTED_CIMV22_DATA_TYPE at 14 `object`",
    );
    check(
        "qualifier A : string, Scope(clas);",
        "qualifier A string - scopes 255\n! INVALID_QUALIFIER_SYNTAX at 28 `clas`",
    );
    assert!(render(&parse("clas A {};").diagnostics[0], "a", "clas A {};").contains("did you mean `class`?"));
}

#[test]
fn literal_errors() {
    check(
        "class A { string a = \"x; };\nclass B{};",
        "class A | string a=\"x; };\"\nclass B\n! ILLEGAL_CONSTANT_VALUE at 21 `\"`",
    );
    check(
        "class A { string a = \"x\\qy\"; };",
        "class A | string a=\"x\\\\qy\"\n! ILLEGAL_CONSTANT_VALUE at 23 `\\q`",
    );
    assert!(!parse("class A { string a = \"x\\qy\"; };").has_errors());
    assert!(parse("class A { char16 a = '\\q'; };").has_errors());
    check("class A { uint8 a = 0x; };", "class A | uint8 a=NULL\n! ILLEGAL_CONSTANT_VALUE at 20 `0x`");
    check(
        "class A { uint64 a = 18446744073709551616; };",
        "class A | uint64 a=NULL\n! OUT_OF_RANGE at 21 `18446744073709551616`",
    );
    check("class A { }; /* no end", "class A\n! UNRECOGNIZED_TOKEN at 13 `/*`");
}

#[test]
fn rules_of_one_declaration() {
    check(
        "class A { uint32 v[] = {1, NULL}; };",
        "class A | uint32 v[]={1,NULL}\n! NULL_ARRAY_ELEM at 27 `NULL`",
    );
    check("class A { uint32 v = {1}; };", "class A | uint32 v={1}\n! UNEXPECTED_ARRAY_INIT at 21 `{1}`");
    check(
        "class A { string K; string k; };",
        "class A | string K | string k\n! DUPLICATE_PROPERTY at 27 `k`",
    );
    check(
        "class A { [Key, Key] string K; };",
        "class A | [Key, Key] string K\n! DUPLICATE_QUALIFIER at 16 `Key`",
    );
    check(
        "class A { [CIMTYPE(\"string\")] string K; };",
        "class A | [CIMTYPE(\"string\")] string K\n! CIMTYPE_QUALIFIER at 11 `CIMTYPE`",
    );
    check(
        "[Abstract : Restricted ToSubclass] class A {};",
        "[Abstract :ToSubclass :Restricted] class A\n! INCOMPATIBLE_FLAVOR_TYPES at 12 `Restricted ToSubclass`",
    );
    check(
        "[X : EnableOverride DisableOverride] class A {};",
        "[X :EnableOverride :DisableOverride] class A\n! INCOMPATIBLE_FLAVOR_TYPES2 at 5 `EnableOverride DisableOverride`",
    );
    check(
        "[Description(\"x\") : Sideways] class A {};",
        "[Description(\"x\")] class A\n! EXPECTED_FLAVOR_TYPE at 20 `Sideways`",
    );
    check("[Description(\"x\") : ] class A {};", "class A\n! EXPECTED_FLAVOR_TYPE at 20 `]`");
    check(
        "class A { uint8 M[](); uint8[] N(); };",
        "class A | uint8 M() | uint8 N()\n! NO_ARRAYS_RETURNED at 10 `uint8 M`\n! NO_ARRAYS_RETURNED at 23 `uint8[] N`",
    );
    check(
        "instance of A { e = instance of E as $x { }; };",
        "instance A | e=<instance E as x>\n! ALIASES_IN_EMBEDDED at 37 `$x`",
    );
    check(
        "instance of A as $x { }; class B as $X { };",
        "instance A as x\nclass B as X\n! MULTIPLE_ALIASES at 36 `$X`",
    );
    check("[X($a)] class A { };", "[X($a)] class A\n! UNEXPECTED_ALIAS at 3 `$a`");
    check("class A { void M(string a); };", "class A | void M(string a)");
}

#[test]
fn bounds() {
    let nested = |depth: usize| {
        format!("instance of A {{ {}{} }};", "a = instance of A { ".repeat(depth), "}; ".repeat(depth))
    };
    assert!(parse(&nested(64)).diagnostics.is_empty());
    let text = nested(100_000);
    let too_deep = parse(&text);
    assert_eq!(too_deep.diagnostics.len(), 1, "{:?}", too_deep.diagnostics);
    assert_eq!(too_deep.diagnostics[0].status, codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE);
    assert_eq!(parse(&"\u{1} a ".repeat(10_000)).diagnostics.len(), 200);
    let many: String = (0..20_000).map(|n| format!("uint8 p{};", n % 19_999)).collect();
    assert_eq!(parse(&format!("class A {{ {many} }};")).diagnostics.len(), 1);
    let many: String = (0..20_000).map(|n| format!("q{},", n % 19_999)).collect();
    let twice = parse(&format!("[{many} z] class A {{ }};")).diagnostics;
    assert_eq!(twice.len(), 1);
    assert_eq!(twice[0].status, codes::WBEMMOF_E_DUPLICATE_QUALIFIER);
    // What is open where a text breaks off is told once.
    let open = parse(&"instance of A { a = ".repeat(60)).diagnostics.len();
    assert_eq!(open, 1);
    // Lists of qualifiers that nothing closes.
    assert!(parse(&format!("class A {{\n{}", "[x\n".repeat(50_000))).diagnostics.len() <= 2);
}

/// Texts that are cut, doubled and mixed up never stop the parser, and what
/// they leave lies within the text.
#[test]
fn damaged_texts() {
    let samples = [
        "#pragma namespace(\"\\\\\\\\.\\\\root\")\nqualifier A : ToInstance;\nQualifier B : string = \"x\", Scope(any), Flavor(ToSubclass);\n",
        "[a(1), b{\"x\", \"\\xD83D\"} : ToSubclass Amended]\nclass B { [key] string k; }; class A as $a : B { [k] string n = \"é\"; C ref r[3]; uint32 M([in] x y[] = {1}); };\n",
        "class A { [key] uint8 z = 1; uint8 a[]; A ref b; real32 c; }; instance of A { b = $x; a = {1}; };\n[q] instance of A as $x { a = {1, -2.5e3, 'c', $b}; e = instance of E { f = NULL; }; [w] z; };\n// end\n/* end */",
    ];
    // A multiplicative generator: the same damage on every run.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let pool: Vec<char> =
        samples.concat().chars().chain("\"\\'/*#$\u{0}\u{feff}\u{10FFFF}".chars()).collect();
    for round in 0..20_000 {
        let mut text: Vec<char> = samples[round % samples.len()].chars().collect();
        for _ in 0..=random(6) {
            let at = random(text.len());
            let until = at + random(text.len() - at).min(12);
            match random(5) {
                0 => text.truncate(at),
                1 => drop(text.drain(at..until)),
                2 => {
                    let again: Vec<char> = text[at..until].to_vec();
                    text.splice(at..at, again);
                }
                3 => text.insert(at, pool[random(pool.len())]),
                _ if text.is_empty() => {}
                _ => text[at] = pool[random(pool.len())],
            }
        }
        let text: String = text.into_iter().collect();
        let parsed = parse(&text);
        for diagnostic in &parsed.diagnostics {
            assert!(diagnostic.span.end as usize <= text.len() + 1, "{diagnostic:?} in {text:?}");
            assert!(!render(diagnostic, "damaged", &text).is_empty());
        }
        let nothing = |_: Option<&str>, _: &str| None;
        // Whatever could be read can be given to the compiler.
        if let Err(diagnostics) = super::Compiler::new(&nothing).compile_items(&parsed.items) {
            assert!(!diagnostics.is_empty());
        }
        for item in &parsed.items {
            assert!(text.get(item.span().start as usize..item.span().end as usize).is_some(), "{text:?}");
        }
    }
}

#[test]
fn decoding() {
    assert_eq!(super::decode(b"\xFF\xFEc\0l\0"), "cl");
    assert_eq!(super::decode(b"\xFE\xFF\0c\0l"), "cl");
    assert_eq!(super::decode(b"\xEF\xBB\xBFcl"), "cl");
    assert_eq!(super::decode("é".as_bytes()), "é");
    assert_eq!(super::decode(b"\xE9"), "é");
    assert_eq!(super::decode(b""), "");
}
