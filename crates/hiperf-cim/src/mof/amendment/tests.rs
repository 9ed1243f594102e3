//! Text in, two texts out.

use std::sync::Arc;

use super::super::{compile, parse};
use super::*;
use crate::Class;

#[track_caller]
fn splits(text: &str) -> Split {
    let nothing = |_: Option<&str>, _: &str| None::<Arc<Class>>;
    let parsed = parse(text);
    let compiled = compile(&parsed, &nothing).unwrap();
    split(text, &parsed.items, &compiled, Locale::DEFAULT, "root\\cimv2").unwrap()
}

#[track_caller]
fn neutral(text: &str, expected: &str) {
    assert_eq!(splits(text).neutral, expected);
}

#[test]
fn what_is_amended_is_cut_out() {
    neutral("[D(\"x\") : Amended] class A { };", "class A { };");
    neutral("[ /* [ */ D(\"]\") : Amended // ]\n ]\n\tclass A { };", "class A { };");
    neutral("[D(\"x\") : Amended, E] class A { };", "[E] class A { };");
    neutral("[E, D(\"x\") : Amended ToSubclass] class A { };", "[E] class A { };");
    neutral("[a :Amended, b :Amended, E, c :Amended, F, d :Amended] class A { };", "[E, F] class A { };");
    neutral("[D(\"x\") : ToSubclass] class A { };", "[D(\"x\") : ToSubclass] class A { };");
    neutral(
        "class A { // no\n [Key, D(\"x\") :Amended]\n string K; };",
        "class A { // no\n [Key]\n string K; };",
    );
    neutral(
        "class A { [M :Amended] void M([In, D :Amended] uint8 a, [D :Amended, In] uint8 b); };",
        "class A { void M([In] uint8 a, [In] uint8 b); };",
    );
    neutral(
        "class A { [Key] uint8 k; object o; }; [d :Amended] instance of A { [d :Amended] k = 1; o = instance of A { [d :Amended] k = 2; }; };",
        "class A { [Key] uint8 k; object o; }; instance of A { k = 1; o = instance of A { k = 2; }; };",
    );
    neutral("#pragma amendment(\"MS_409\")\nclass A { };", "\nclass A { };");
}

#[test]
fn a_declaration_holds_from_where_it_stands() {
    let text = "class A { [D] uint8 k; }; qualifier d : Amended; class B { [D] uint8 k; }; class C { [D : ToInstance] uint8 k; }; qualifier D : ToInstance; class E { [d] uint8 k; };";
    let cut = text.replacen("class B { [D] ", "class B { ", 1);
    neutral(text, &cut);
}

#[test]
fn the_localized_text() {
    let split = splits(
        "#pragma amendment(\"MS_409\")
         qualifier Description : Amended ToSubclass;
         [Description(\"An A\"), Dynamic] class A { [Key] string K; uint8 plain; [Description(\"B\")] uint8 B; };
         class Plain { uint8 x; };
         class C : A { [Implemented, Description(\"go\")] uint32 Go([In, Description(\"how\")] sint8 how, [Out] string s[]); };
         #pragma namespace(\"\\\\\\\\.\\\\root\\\\x\") [Description(\"D\")] class D { };",
    );
    assert_eq!(split.classes, 3);
    assert_eq!(
        split.localized,
        r#"
#pragma namespace("\\\\.\\root\\cimv2")

instance of __Namespace
{
	Name = "ms_409";
};

#pragma namespace("\\\\.\\root\\cimv2\\ms_409")

[Description("An A") : ToSubclass Amended, AMENDMENT, LOCALE(1033)]
class A
{
	[Key]
	string K;
	[Description("B") : ToSubclass Amended]
	uint8 B;
};

[AMENDMENT, LOCALE(1033)]
class C
{
	[Key]
	string K;
	[Description("go") : ToSubclass Amended]
	uint32 Go([In, Description("how") : ToSubclass Amended] sint8 how, [Out] string s[]);
};

#pragma namespace("\\\\.\\root\\x")

instance of __Namespace
{
	Name = "ms_409";
};

#pragma namespace("\\\\.\\root\\x\\ms_409")

[Description("D") : ToSubclass Amended, AMENDMENT, LOCALE(1033)]
class D
{
};
"#
    );
}
