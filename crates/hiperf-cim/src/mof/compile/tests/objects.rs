//! Methods, embedded objects, and the rules of inheritance; each object is
//! shown as the text that is printed of it.

use std::sync::Arc;

use crate::mof::{Compiled, Compiler, Printer, codes, compile, parse};
use crate::{Class, Flavor, Qualifier, Value};

/// The classes that the tests build on.
fn base(_: Option<&str>, name: &str) -> Option<Arc<Class>> {
    let text = "
        class Point { sint32 x; sint32 y = 2; };
        class Point3 : Point { [Not_Null] sint32 z = 0; };
        [Abstract] class Shape { };
        class Keyed { [Key] string Name; Point Where; object Any; Point Path[]; };
        class Caller { [Implemented] uint32 Call([in] sint32 a, [in, out] string b); };
        [Dynamic : ToInstance] class Live { [Key] string Name; };
    ";
    let compiled = compile(&parse(text), &|_: Option<&str>, _: &str| None).unwrap();
    compiled.into_iter().find_map(|compiled| match compiled {
        Compiled::Class { class, .. } if class.name().eq_ignore_ascii_case(name) => Some(class),
        _ => None,
    })
}

/// The printed objects, without white space that means nothing.
fn show(text: &str) -> String {
    let shown: Vec<String> = match compile(&parse(text), &base) {
        Ok(compiled) => compiled
            .iter()
            .map(|compiled| match compiled {
                Compiled::Class { class, .. } => Printer::new().class(class),
                Compiled::Instance { instance, .. } => Printer::new().instance(instance),
                other => format!("{other:?}"),
            })
            .collect(),
        Err(diagnostics) => diagnostics
            .iter()
            .map(|diagnostic| {
                let name = codes::name(diagnostic.status).unwrap().trim_start_matches("WBEMMOF_E_");
                format!("! {name} {}", &text[diagnostic.span.start as usize..diagnostic.span.end as usize])
            })
            .collect(),
    };
    shown.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(show(text), expected, "\n{text}");
}

#[track_caller]
fn check_method(declaration: &str, expected: &str) {
    check(
        &format!("class A {{ {declaration}; }};"),
        &if expected.starts_with('!') { expected.to_owned() } else { format!("class A {{ {expected}; }};") },
    );
}

#[test]
fn methods() {
    check_method("void M()", "void M()");
    check_method("uint32 M(sint8 a, [out] string b[])", "uint32 M([in] sint8 a, [out] string b[])");
    check_method("Point M([In, Out, x] Point ref p[])", "Point M([In, Out, x] Point ref p[])");
    check_method("[Static(FALSE)] void M([x, out, in] A a)", "[Static] void M([in, out, x] A a)");
    check_method("void M([in(FALSE), out] sint8 a = 3)", "void M([out] sint8 a = 3)");
    check_method("void M([in, ID(1)] sint8 a, [in, ID(0)] sint8 b)", "void M([in] sint8 b, [in] sint8 a)");
    check_method("void M([in] A ReturnValue)", "! WBEM_E_INVALID_METHOD_PARAMETERS ReturnValue");
    check_method("sint8 M[]()", "! NO_ARRAYS_RETURNED sint8 M");
    check_method("[ID(0)] sint8 M()", "! WBEM_E_PARAMETER_ID_ON_RETVAL ID(0)");
    check_method("void M([ID(0)] sint8 a, sint8 b)", "! WBEM_E_MISSING_PARAMETER_ID b");
    check_method("void M([ID(-1)] sint8 a)", "! WBEM_E_INVALID_PARAMETER_ID ID(-1)");
    check_method("void M([ID(\"0\")] sint8 a)", "! WBEM_E_INVALID_PARAMETER_ID ID(\"0\")");
    check_method("void M([ID(0)] sint8 a, [ID(0)] sint8 b)", "! WBEM_E_NONCONSECUTIVE_PARAMETER_IDS ID(0)");
    check_method("void M([ID(0)] sint8 a, [ID(2)] sint8 b)", "! WBEM_E_NONCONSECUTIVE_PARAMETER_IDS ID(2)");
    check_method("void M(sint8 a = 300, uint8 b = -1)", "! OUT_OF_RANGE 300 ! OUT_OF_RANGE -1");
    check_method("void M(); void m()", "! DUPLICATE_PROPERTY m");
}

#[test]
fn parameters_are_classes() {
    let text = "class A { uint32 M([in, out, ID(1) : ToSubclass] sint8 both, [ID(0)] A ref input); };";
    let compiled = compile(&parse(text), &base).unwrap();
    let [Compiled::Class { class, .. }] = compiled.as_slice() else { panic!("{compiled:?}") };
    let method = class.method("m").unwrap();
    let (input, output) = (method.input().unwrap(), method.output().unwrap());
    let names = |class: &Class| class.properties().iter().map(|p| p.name().to_owned()).collect::<Vec<_>>();
    assert_eq!((input.name(), names(input)), ("__PARAMETERS", vec!["input".into(), "both".into()]));
    assert_eq!(names(output), ["both", "ReturnValue"]);
    let made = |name: &str, value, flavor| Qualifier::new(name, value, Flavor(flavor));
    let cimtype = made("CIMTYPE", Value::String("sint8".into()), 3);
    let id = made("ID", Value::Sint32(1), 0x11);
    let qualifiers = |class: &Class| class.property("both").unwrap().qualifiers().clone();
    let expected = [cimtype.clone(), made("in", Value::Boolean(true), 0), id.clone()];
    assert!(qualifiers(input).iter().eq(&expected), "{:?}", qualifiers(input));
    let expected = [cimtype, made("out", Value::Boolean(true), 0), id];
    assert!(qualifiers(output).iter().eq(&expected), "{:?}", qualifiers(output));
    assert!(output.property("ReturnValue").unwrap().qualifiers().get("id").is_none());
}

#[test]
fn methods_are_inherited() {
    check(
        "class A : Caller { [x] uint32 call([in] sint32 A, [in, out] string B); };",
        "class A : Caller { [x] uint32 Call([in] sint32 A, [in, out] string B); };",
    );
    check("class A : Caller { uint32 Call([in] sint32 a); };", "! WBEM_E_PROPAGATED_METHOD Call");
    check(
        "class A : Caller { void Call([in] sint32 a, [in, out] string b); };",
        "! WBEM_E_PROPAGATED_METHOD Call",
    );
}

#[test]
fn embedded_objects() {
    check(
        "class A { Point p = instance of Point3 { x = 1; }; object o; Point l[] = {instance of Point { }}; };",
        "class A { Point p = instance of Point3 { x = 1; y = 2; z = 0; }; object o; \
         Point l[] = {instance of Point { y = 2; }}; };",
    );
    check(
        "instance of Keyed { Name = \"n\"; Any = instance of Keyed { Where = instance of Point { y = NULL; }; }; };",
        "instance of Keyed { Name = \"n\"; Any = instance of Keyed { Where = instance of Point { y = NULL; }; }; };",
    );
    check("class A { Point p = instance of Keyed { }; };", "! TYPE_MISMATCH Keyed");
    check("class A { Point p[] = {instance of Keyed { }}; };", "! TYPE_MISMATCH Keyed");
    check("class A { Point p = instance of Point as $x { }; };", "! ALIASES_IN_EMBEDDED $x");
    check("class A { object o = instance of Nope { }; };", "! WBEM_E_NOT_FOUND Nope");
    check("class A { object o = instance of Shape { }; };", "! WBEM_E_INVALID_OPERATION Shape");
    check("class A { object o = instance of Point3 { z = NULL; }; };", "! WBEM_E_ILLEGAL_NULL Point3");
    check(
        "class A { object o = instance of Point { x = \"a\"; q = 1; }; };",
        "! TYPE_MISMATCH \"a\" ! WBEM_E_INVALID_PROPERTY q",
    );
    check("class A { object o = 1; };", "! TYPE_MISMATCH 1");
    check("class A { string s = instance of Point { }; };", "! TYPE_MISMATCH instance of Point { }");
}

/// As deep as the parser goes, on the stack of a test's thread.
#[test]
fn embedded_objects_nest() {
    let nested = |depth: usize| {
        let open = "Any = instance of Keyed { ".repeat(depth);
        format!("instance of Keyed {{ Name = \"n\"; {open}{} }};", "}; ".repeat(depth).trim_end())
    };
    check(&nested(60), &nested(60));
    assert!(show(&nested(65)).starts_with("! ILLEGAL_CONSTANT_VALUE"));
}

#[test]
fn instance_qualifiers() {
    check(
        "[q, r(1) : ToInstance] instance of Keyed { [s, Key] Name = \"n\"; [t] Any = NULL; [u(\"x\")] Where; };",
        "[q, r(1) : ToInstance] instance of Keyed { [s] Name = \"n\"; [u(\"x\")] Where; [t] Any; };",
    );
    check("instance of Keyed { Name = \"n\"; [Key] Any = NULL; };", "! WBEM_E_CANNOT_BE_KEY Key");
    check("[q('c')] instance of Keyed { Name = \"n\"; };", "! UNSUPPORTED_CIMV22_QUAL_VALUE 'c'");
    check("instance of Keyed { [Key(5)] Name = \"n\"; };", "! WBEM_E_OVERRIDE_NOT_ALLOWED Key(5)");
}

#[test]
fn rules_of_inheritance() {
    check("class A : Live { };", "class A : Live { };");
    check("[Dynamic(FALSE)] class A : Live { };", "! WBEM_E_INVALID_SUPERCLASS Dynamic(FALSE)");
    check(
        "class A { Point ref r; object o; }; class B : A { Point3 ref R; object O; };",
        "class A { Point ref r; object o; }; class B : A { Point3 ref r; object o; };",
    );
    check(
        "class A : Point { sint32 y = NULL; sint32 x; };",
        "class A : Point { sint32 x; sint32 y = NULL; };",
    );
    let mut compiler = Compiler::new(&base);
    let parsed = parse("[Abstract] class A : Keyed { }; class B : Live { };");
    let compiled = compiler.compile(&parsed).unwrap();
    let warnings = compiler.take_warnings();
    assert_eq!(codes::name(warnings[0].status), Some("WBEM_E_CANNOT_BE_ABSTRACT"), "{warnings:?}");
    let Compiled::Class { class, .. } = &compiled[1] else { panic!("{compiled:?}") };
    assert!(class.qualifiers().is_true("dynamic"));
}

#[test]
fn pragmas_that_ask_for_something() {
    check(
        "class B : Point { };\n#pragma deleteclass(\"point\", FAIL)\nclass C : Point { }; instance of Point { };",
        "! WBEM_E_INVALID_SUPERCLASS Point ! WBEM_E_NOT_FOUND Point",
    );
    check("#pragma autorecover\n#pragma amendment(\"MS_409\")", "Autorecover Amendment(\"MS_409\")");
}
