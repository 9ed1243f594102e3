//! Objects in, text out.

use std::sync::Arc;

use super::{Printer, constant};
use crate::mof::{Compiled, compile, parse};
use crate::{CimType, Class, Value};

/// The last object of a text, printed.
fn printed(text: &str, printer: Printer) -> String {
    let nothing = |_: Option<&str>, _: &str| None::<Arc<Class>>;
    match compile(&parse(text), &nothing).unwrap().pop() {
        Some(Compiled::Class { class, .. }) => printer.class(&class),
        Some(Compiled::Instance { instance, .. }) => printer.instance(&instance),
        other => panic!("{other:?}"),
    }
}

const CLASSES: &str = "
    class P { sint32 x = 1; };
    [Dynamic : ToInstance, Note(\"a\" \"b\")] class A
    {
        [Key, Read : ToSubclass DisableOverride] string Name;
        uint8 List[4] = {1, 2};
        P Where = instance of P { x = NULL; };
        A ref Next = \"A=1\";
        [Implemented] uint32 M([out] object ref r[], [in, out, Max(3)] sint8 a, boolean flag = TRUE);
    };
";

#[test]
fn classes() {
    let expected = r#"
[Dynamic : ToInstance, Note("ab")]
class A
{
	[Key, Read : ToSubclass DisableOverride]
	string Name;
	[MAX(4) : ToInstance ToSubclass]
	uint8 List[] = {1, 2};
	P Where = instance of P
	{
		x = NULL;
	};
	A ref Next = "A=1";
	[Implemented]
	uint32 M([out] object ref r[], [in, out, Max(3)] sint8 a, [in] boolean flag = TRUE);
};
"#;
    assert_eq!(printed(CLASSES, Printer::new()), expected);
    let plain = printed(CLASSES, Printer::new().without_flavors());
    assert!(plain.contains("[Dynamic, Note(\"ab\")]") && plain.contains("[Key, Read]"), "{plain}");
    let child = format!("{CLASSES} class B : A {{ [Read(FALSE), x] string name = \"n\"; P Where = NULL; }};");
    assert!(parse(&child).diagnostics.is_empty());
    let child = child.replace("Read(FALSE), ", "");
    assert_eq!(
        printed(&child, Printer::new()),
        "\nclass B : A\n{\n\t[x]\n\tstring Name = \"n\";\n\tP Where = NULL;\n};\n"
    );
}

#[test]
fn instances() {
    let text = format!("{CLASSES} [q] instance of A {{ Name = \"n\"; List = NULL; [s] Next = NULL; }};");
    let expected = "\n[q]\ninstance of A\n{\n\tName = \"n\";\n\tList = NULL;\n\tWhere = instance of P\n\t{\n\t\tx = NULL;\n\
                    \t};\n\t[s]\n\tNext = NULL;\n};\n";
    assert_eq!(printed(&text, Printer::new()), expected);
}

#[track_caller]
fn check(value: &Value, expected: &str) {
    assert_eq!(constant(value), expected);
}

#[test]
fn constants() {
    check(&Value::Null, "NULL");
    check(&Value::Uint64(u64::MAX), "18446744073709551615");
    check(&Value::Sint64(i64::MIN), "-9223372036854775808");
    check(&Value::Real64(2.0), "2.0");
    check(&Value::Real64(-1e300), "-1.0e300");
    check(&Value::Real64(f64::INFINITY), "NULL");
    check(&Value::Real32(0.1), "0.1");
    check(&Value::Boolean(false), "FALSE");
    check(&Value::Char16(0x41), "'A'");
    check(&Value::Char16(0x27), "'\\x0027'");
    check(&Value::Char16(0xD800), "'\\xD800'");
    check(&Value::String("a\"\\\n\u{1}1\u{1F600}".into()), "\"a\\\"\\\\\\n\\x00011\u{1F600}\"");
    check(&Value::Array(CimType::Sint8, vec![Value::Sint8(-1), Value::Sint8(2)]), "{-1, 2}");
}
