//! A text that is split and merged again is the same: hiperf's own schema, and
//! all of the CIM schema.

mod corpora;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use hiperf_cim::mof::{self, Compiled, Item, Split};
use hiperf_cim::{Class, Flavor, Locale, Qualifier, QualifierSet};

fn compiled(text: &str, known: &HashMap<String, Arc<Class>>) -> Vec<Compiled> {
    let source = |_: Option<&str>, name: &str| known.get(&name.to_ascii_lowercase()).cloned();
    mof::compile(&mof::parse(text), &source)
        .unwrap_or_else(|wrong| panic!("{}", mof::render(&wrong[0], "", text)))
}

/// Amends each class by the localized class of its name.
fn merged(neutral: &[Arc<Class>], localized: &[Arc<Class>]) -> Vec<Arc<Class>> {
    let localized: HashMap<&str, &Arc<Class>> = localized.iter().map(|class| (class.name(), class)).collect();
    let mut done: HashMap<String, Arc<Class>> = HashMap::new();
    for class in neutral {
        let texts = localized.get(class.name()).map(|texts| &***texts);
        let parent = class.superclass_name().and_then(|name| done.get(name).cloned());
        done.insert(class.name().to_owned(), class.amended(parent.as_ref(), texts));
    }
    neutral.iter().map(|class| done[class.name()].clone()).collect()
}

/// The same qualifiers, in any order: texts are merged behind the others.
#[track_caller]
fn assert_same_set(one: &QualifierSet, other: &QualifierSet, of: &str) {
    assert_eq!(one.len(), other.len(), "{of}: {one:?}\n{other:?}");
    for qualifier in one {
        let Qualifier { value, flavor, .. } = qualifier;
        let twin = other.get(&qualifier.name).unwrap_or_else(|| panic!("{of} lost {qualifier:?}"));
        assert_eq!((value, flavor), (&twin.value, &twin.flavor), "{of}: {qualifier:?}");
    }
}

#[track_caller]
fn assert_same_class(one: &Class, other: &Class) {
    let name = one.name();
    assert_eq!(name, other.name());
    assert_same_set(one.qualifiers(), other.qualifiers(), name);
    for (a, b) in one.properties().iter().zip(other.properties()) {
        assert_eq!((a.name(), a.is_local()), (b.name(), b.is_local()), "{name}");
        assert_same_set(a.qualifiers(), b.qualifiers(), &format!("{name}.{}", a.name()));
    }
    assert_eq!(one.methods().len(), other.methods().len());
    for (a, b) in one.methods().iter().zip(other.methods()) {
        assert_same_set(a.qualifiers(), b.qualifiers(), &format!("{name}.{}", a.name()));
        for (a, b) in [(a.input(), b.input()), (a.output(), b.output())] {
            assert_eq!(a.is_some(), b.is_some(), "{name}");
            if let (Some(a), Some(b)) = (a, b) {
                assert_same_class(a, b);
            }
        }
    }
}

/// Splits a text, looks at the two, and returns how many classes have texts.
#[track_caller]
fn check(text: &str, known: &mut HashMap<String, Arc<Class>>) -> usize {
    let parsed = mof::parse(text);
    let whole = compiled(text, known);
    let Split { neutral, localized, classes } =
        mof::split(text, &parsed.items, &whole, Locale::DEFAULT, "root\\cimv2").unwrap();
    let namespace_class =
        "[Abstract] class __SystemClass { }; class __Namespace : __SystemClass { [Key] string Name; };";
    let texts = compiled(&format!("#pragma namespace(\"root\\\\cimv2\"){namespace_class}{localized}"), known);
    let texts: Vec<Arc<Class>> = corpora::classes(&texts)
        .into_iter()
        .filter(|class| class.qualifiers().is_true("amendment"))
        .collect();
    assert_eq!(texts.len(), classes);

    let plain = corpora::classes(&compiled(&neutral, known));
    for class in &plain {
        let sets =
            class.properties().iter().map(|property| property.qualifiers()).chain([class.qualifiers()]);
        let amended = |set: &QualifierSet| set.iter().any(|q| q.flavor.contains(Flavor::AMENDED));
        assert_eq!(sets.filter(|set| amended(set)).count(), 0, "{}", class.name());
    }
    let whole = corpora::classes(&whole);
    let merged = merged(&plain, &texts);
    assert_eq!(merged.len(), whole.len());
    for (class, merged) in whole.iter().zip(&merged) {
        assert_same_class(class, merged);
        assert_same_class(&class.neutral(), &merged.neutral());
    }
    known.extend(whole.into_iter().map(|class| (class.name().to_ascii_lowercase(), class)));
    classes
}

#[test]
fn own_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let read = |name: &str| fs::read_to_string(schema.join(name)).unwrap();
    let entries = fs::read_dir(&schema).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| !["qualifiers.mof", "core.mof", "providers.mof"].contains(&&name[..]));
    assert!(names.len() >= 3, "{names:?}");
    names.insert(0, "core.mof".to_owned());
    let (mut known, declarations) = (HashMap::new(), read("qualifiers.mof"));
    for name in names {
        let mut text = declarations.clone() + &read(&name);
        let parsed = mof::parse(&text);
        let classes = parsed.items.iter().filter_map(|item| match item {
            Item::Class(class) => mof::formatted_twin(&text, class).unwrap(),
            _ => None,
        });
        let twins: String = classes.collect();
        text += &twins;
        // No parent has texts that are inherited, so each file can be looked at alone.
        assert!(check(&text, &mut known) > 0, "{name}");
    }
}

#[test]
fn cim_schema() {
    let Some(root) = corpora::root() else { return };
    let loaded = corpora::schema(&root);
    // The first file includes all others, which include nothing.
    let text: String = loaded.files[1..].iter().map(|file| format!("{}\n", file.text)).collect();
    assert_eq!(check(&text, &mut HashMap::new()), 1418);
}
