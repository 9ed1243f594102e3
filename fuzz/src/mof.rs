//! MOF files: whatever is wrong can be shown, and what compiles is printed as a
//! text that compiles to the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hiperf_cim::mof::{self, ClassSource, Compiled, Compiler, Diagnostic, Item, Printer, constant, render};
use hiperf_cim::{Class, ClassBuilder, Instance, Value};

use crate::same::assert_same_class;

/// Checks a file.
pub fn check(input: &[u8]) {
    let text = mof::decode(input);
    let parsed = mof::parse(&text);
    show(&parsed.diagnostics, &text);
    let others = Others::of(&parsed.items);
    // Most texts have a mistake somewhere; the statements that are right go
    // further, as if the others weren't there.
    let mut right = parsed.items.clone();
    if parsed.has_errors() {
        let wrong = mof::compile(&parsed, &others).expect_err("it has errors");
        assert_eq!(wrong, parsed.diagnostics);
        right.retain(|item| !is_wrong(item, &parsed.diagnostics));
    }
    let mut compiler = Compiler::new(&others);
    match compiler.compile_items(&right) {
        Ok(compiled) => {
            show(&compiler.take_warnings(), &text);
            check_printed(&compiled, &others);
        }
        Err(wrong) => {
            assert!(wrong.iter().any(Diagnostic::is_error), "it failed without an error");
            show(&wrong, &text);
        }
    }
}

/// Whether there is an error in a statement.
fn is_wrong(item: &Item<'_>, diagnostics: &[Diagnostic]) -> bool {
    let span = item.span();
    let within = |wrong: &Diagnostic| span.start <= wrong.span.end && wrong.span.start <= span.end;
    diagnostics.iter().any(|diagnostic| diagnostic.is_error() && within(diagnostic))
}

/// The classes that a text builds on: any that it doesn't declare itself and
/// whose name begins with that of a schema, so that a class compiles without
/// those above it. They are empty.
pub(crate) struct Others {
    /// What the text declares, in lower case.
    declared: HashSet<String>,
}

impl Others {
    pub(crate) fn of(items: &[Item<'_>]) -> Others {
        let name = |item: &Item<'_>| match item {
            Item::Class(class) => Some(class.name.text.to_lowercase()),
            _ => None,
        };
        Others { declared: items.iter().filter_map(name).collect() }
    }
}

impl ClassSource for Others {
    fn class(&self, _: Option<&str>, name: &str) -> Option<Arc<Class>> {
        if !name.contains('_') || self.declared.contains(&name.to_lowercase()) {
            return None;
        }
        ClassBuilder::new(name, None).ok()?.build().ok()
    }
}

/// Shows what is wrong, as far as anybody would read on.
fn show(diagnostics: &[Diagnostic], text: &str) {
    for diagnostic in diagnostics.iter().take(100) {
        assert!(render(diagnostic, "a.mof", text).ends_with('\n'), "{diagnostic:?}");
    }
}

/// What was compiled, printed, compiles to the same; and printed again it is
/// the same text.
pub(crate) fn check_printed(compiled: &[Compiled], others: &Others) {
    let text = print(compiled);
    if has_object_of_an_older_class(compiled) {
        return;
    }
    let again = mof::compile(&mof::parse(&text), others)
        .unwrap_or_else(|wrong| panic!("{}{text}", render(&wrong[0], "printed", &text)));
    assert_eq!(again.len(), compiled.len(), "{text}");
    for (one, two) in compiled.iter().zip(&again) {
        match (one, two) {
            (Compiled::Class { class: one, .. }, Compiled::Class { class: two, .. }) => {
                // A parameter that says neither is printed with its direction.
                assert_same_class(one, two, false);
            }
            (Compiled::Instance { instance: one, .. }, Compiled::Instance { instance: two, .. }) => {
                assert_eq!(one, two, "{text}");
            }
            _ => {}
        }
    }
    assert_eq!(print(&again), text);
}

/// Whether some embedded object is of a class that has been declared again or
/// deleted where it is printed, so that no text there can say what it is: it
/// was the default of a class, and is now the value of an instance.
fn has_object_of_an_older_class(compiled: &[Compiled]) -> bool {
    let mut current: HashMap<(String, String), Option<Arc<Class>>> = HashMap::new();
    let key = |namespace: &Option<String>, name: &str| {
        (namespace.as_deref().unwrap_or_default().to_lowercase(), name.to_lowercase())
    };
    compiled.iter().any(|compiled| match compiled {
        Compiled::Class { namespace, class, .. } => {
            let values = class.properties().iter().map(|property| property.default_value().clone());
            let is_older = values
                .into_iter()
                .any(|value| is_older(&value, &|class| current.get(&key(namespace, class.name())).cloned()));
            current.insert(key(namespace, class.name()), Some(class.clone()));
            is_older
        }
        Compiled::Instance { namespace, instance, .. } => {
            is_older_in(instance, &|class| current.get(&key(namespace, class.name())).cloned())
        }
        Compiled::DeleteClass { namespace, name, .. } => {
            current.insert(key(namespace, name), None);
            false
        }
        _ => false,
    })
}

/// What the text says last of a class's name, if it says anything.
type Current<'c> = &'c dyn Fn(&Class) -> Option<Option<Arc<Class>>>;

fn is_older(value: &Value, current: Current<'_>) -> bool {
    match value {
        Value::Object(object) => {
            let declared = current(object.class());
            declared.is_some_and(|class| class.is_none_or(|class| !Arc::ptr_eq(&class, object.class())))
                || is_older_in(object, current)
        }
        Value::Array(_, elements) => elements.iter().any(|element| is_older(element, current)),
        _ => false,
    }
}

fn is_older_in(instance: &Instance, current: Current<'_>) -> bool {
    (0..instance.class().properties().len()).any(|index| is_older(&instance.value(index), current))
}

/// What was compiled, as a text.
fn print(compiled: &[Compiled]) -> String {
    let mut out = String::new();
    let mut current: Option<&str> = None;
    for compiled in compiled {
        let (namespace, statement) = statement(compiled);
        if let Some(namespace) = namespace
            && current != Some(namespace)
        {
            out.push_str(&format!("\n#pragma namespace({})\n", string(namespace)));
            current = Some(namespace);
        }
        out.push_str(&statement);
    }
    out
}

fn statement(compiled: &Compiled) -> (Option<&str>, String) {
    let fail = |must_exist: bool| if must_exist { "FAIL" } else { "NOFAIL" };
    match compiled {
        Compiled::Class { namespace, class, .. } => (namespace.as_deref(), Printer::new().class(class)),
        Compiled::Instance { namespace, instance, .. } => {
            (namespace.as_deref(), Printer::new().instance(instance))
        }
        Compiled::DeleteClass { namespace, name, must_exist } => {
            let text = format!("\n#pragma deleteclass({}, {})\n", string(name), fail(*must_exist));
            (namespace.as_deref(), text)
        }
        Compiled::DeleteInstance { namespace, path, must_exist } => {
            let text = format!("\n#pragma deleteinstance({}, {})\n", string(path), fail(*must_exist));
            (namespace.as_deref(), text)
        }
        Compiled::Autorecover => (None, "\n#pragma autorecover\n".to_owned()),
        Compiled::Amendment(locale) => (None, format!("\n#pragma amendment({})\n", string(locale))),
    }
}

fn string(text: &str) -> String {
    constant(&Value::String(text.to_owned()))
}
