//! Which value wins, and what an amended class still has in common.

use super::*;
use crate::mof::{Compiled, compile, parse};
use crate::{Instance, Status};

fn classes(text: &str) -> Vec<Arc<Class>> {
    let compiled = compile(&parse(text), &|_: Option<&str>, _: &str| None).unwrap();
    let class = |compiled| match compiled {
        Compiled::Class { class, .. } => Some(class),
        _ => None,
    };
    compiled.into_iter().filter_map(class).collect()
}

fn class(text: &str) -> Arc<Class> {
    classes(text).pop().unwrap()
}

/// The class's text, with those of its parents below, amended by the localized
/// classes of the same names.
fn amended(neutral: &str, localized: &str) -> Vec<Arc<Class>> {
    let localized = classes(localized);
    let mut done: Vec<Arc<Class>> = Vec::new();
    for class in classes(neutral) {
        let texts = localized.iter().find(|texts| texts.name() == class.name());
        let parent = class.superclass_name().and_then(|name| done.iter().find(|class| class.name() == name));
        let class = class.amended(parent, texts.map(|texts| &**texts));
        done.push(class);
    }
    done
}

#[track_caller]
fn check(class: &Class, of: &str, expected: &str) {
    let set = if of.is_empty() { class.qualifiers() } else { class.property(of).unwrap().qualifiers() };
    let shown = set.iter().filter(|qualifier| &*qualifier.name != "CIMTYPE");
    let shown: Vec<String> = shown.map(|q| format!("{}={}:{:02x}", q.name, q.value, q.flavor.0)).collect();
    assert_eq!(shown.join(" "), expected, "{}.{of}", class.name());
}

#[test]
fn the_class_itself_has_priority() {
    let neutral = "[a(\"own\"), b(\"own\") : Amended] class A { [Key, a(\"own\")] string K; uint8 x; };";
    let localized = "[a(\"t\") : Amended, b(\"t\") : Amended, c(\"t\") : Amended, d(\"plain\"), AMENDMENT]
        class A { [Key, a(\"t\") : Amended, b(\"t\") : Amended] string K; [b(\"t\") : Amended] uint8 gone; };";
    let class = amended(neutral, localized).remove(0);
    assert!(class.is_amended());
    check(&class, "", "a=own:00 b=t:80 c=t:80");
    check(&class, "K", "Key=TRUE:13 a=own:00 b=t:80");
    check(&class, "x", "");
    let plain = class.neutral();
    assert!(!plain.is_amended());
    check(&plain, "", "a=own:00");
    check(&plain, "K", "Key=TRUE:13 a=own:00");
}

#[test]
fn texts_are_inherited_by_their_flavor() {
    let neutral =
        "[d(\"G\") : ToSubclass, e(\"G\") : ToSubclass] class G { [d(\"G\") : ToSubclass] uint8 x; };
        class P : G { };
        [e(\"C\")] class C : P { uint8 y; };";
    let localized = "[d(\"p\") : Amended ToSubclass, f(\"p\") : Amended] class P { };
        [e(\"c\") : Amended, g(\"c\") : Amended ToSubclass DisableOverride] class C { [d(\"c\") : Amended] uint8 x; };";
    let all = amended(neutral, localized);
    check(&all[0], "", "d=G:02 e=G:02");
    check(&all[1], "", "d=p:82 e=G:22 f=p:80");
    check(&all[2], "", "d=p:a2 e=C:00 g=c:92");
    check(&all[2], "x", "d=c:80");
    assert!(Arc::ptr_eq(all[2].superclass().unwrap(), &all[1]));
    assert!(!all[0].is_amended());
}

#[test]
fn methods_and_parameters() {
    let neutral = "class A { [m] void M([In] uint8 a, [Out] uint8 b); }; class B : A { };";
    let localized = "class A { [d(\"m\") : Amended ToSubclass] void M([In, d(\"a\") : Amended] uint8 a, [Out] uint8 b); };";
    let all = amended(neutral, localized);
    for class in &all {
        let method = class.method("M").unwrap();
        assert_eq!(method.qualifiers().text("d"), Some("m"));
        assert_eq!(method.input().unwrap().property("a").unwrap().qualifiers().text("d"), Some("a"));
        assert!(method.output().unwrap().property("b").unwrap().qualifiers().get("d").is_none());
        assert!(class.is_amended() || class.name() == "B");
    }
    let neutral = all[0].neutral();
    let method = neutral.method("M").unwrap();
    assert!(method.qualifiers().get("d").is_none() && method.qualifiers().get("m").is_some());
    assert!(method.input().unwrap().property("a").unwrap().qualifiers().get("d").is_none());
    assert_eq!(neutral.localized(Locale::DEFAULT).unwrap().map(|class| class.name().to_owned()), None);
    let again = all[0].localized(Locale::DEFAULT).unwrap().unwrap();
    assert_eq!(again.method("m").unwrap().qualifiers().text("d"), Some("m"));
    assert_eq!(again.qualifiers().integer("locale"), Some(0x409));
}

#[test]
fn a_class_that_was_read_twice_is_one() {
    let read = |text: &str| class(text);
    let once = read("class A { [Key] string K; uint32 n = 1; };");
    let again = read("[x] class a { [Key] string k; [d(\"n\") : Amended] uint32 N = 1; };");
    assert!(once.is_same(&again));
    let mut one = Instance::spawn(&once);
    one.put("n", &Value::Uint32(7)).unwrap();
    let mut other = Instance::spawn(&again);
    other.copy_from(&one).unwrap();
    assert_eq!(other.get("n").unwrap(), Value::Uint32(7));
    for another in [
        "class B { [Key] string K; uint32 n = 1; };",
        "class A { [Key] string K; uint32 n = 2; };",
        "class A { [Key] string K; sint32 n = 1; };",
        "class A { [Key] string K; uint32 m = 1; };",
        "class A { [Key] string K; uint32 n = 1; uint32 m; };",
    ] {
        assert!(!once.is_same(&read(another)), "{another}");
        assert_eq!(other.copy_from(&Instance::spawn(&read(another))), Err(Status::WBEM_E_INVALID_CLASS));
    }
}

#[test]
fn an_instance_can_be_of_either() {
    let plain = class("[x] class A { [Key] string K; uint32 n; };");
    let texts = class("[d(\"t\") : Amended ToInstance] class A { [d(\"n\") : Amended] uint32 n; };");
    assert!(Arc::ptr_eq(&plain.amended(None, None), &plain), "nothing to merge");
    assert!(Arc::ptr_eq(&plain.amended(None, Some(&plain)), &plain), "nothing is amended");
    let class = plain.amended(None, Some(&texts));
    assert!(class.is_same(&plain) && class.neutral().is_same(&plain) && !texts.is_same(&plain));
    let mut one = Instance::spawn(&plain);
    one.put("n", &Value::Uint32(7)).unwrap();
    let mut other = Instance::spawn(&class);
    other.copy_from(&one).unwrap();
    assert_eq!(other.get("n").unwrap(), Value::Uint32(7));
    assert_eq!(plain.handle("n").unwrap(), class.handle("n").unwrap());
    let other = one.with_texts_of(&class).unwrap();
    assert_eq!(other.class().qualifiers().for_instance().text("d"), Some("t"));
    assert_eq!(other.with_texts_of(&texts).unwrap_err(), Status::WBEM_E_INVALID_CLASS);
}
