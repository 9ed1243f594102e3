//! MOF files that nobody here wrote, found by `HIPERF_CORPORA`.

mod corpora;
mod same;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use hiperf_cim::mof::{self, Printer};
use hiperf_cim::{Class, Status};

use corpora::files;
use same::assert_same_class;

/// What stands in the files of a corpus.
#[derive(Debug, Default, PartialEq)]
struct Count {
    files: usize,
    qualifiers: usize,
    classes: usize,
    properties: usize,
    methods: usize,
    instances: usize,
}

impl Count {
    fn add(&mut self, items: &[mof::Item<'_>]) {
        self.files += 1;
        for item in items {
            match item {
                mof::Item::Pragma(_) => {}
                mof::Item::Qualifier(_) => self.qualifiers += 1,
                mof::Item::Instance(_) => self.instances += 1,
                mof::Item::Class(class) => {
                    self.classes += 1;
                    self.properties += class.properties.len();
                    self.methods += class.methods.len();
                }
            }
        }
    }
}

/// Where a corpus is; `None`, and said so, where there are none.
fn corpus(name: &str) -> Option<PathBuf> {
    corpora::root().map(|root| root.join(name))
}

/// Parses files, and fails with all that is wrong in them.
#[track_caller]
fn check(files: &[PathBuf], expected: &Count) {
    let mut found = Count::default();
    let mut wrong = String::new();
    for file in files {
        let bytes = fs::read(file).unwrap();
        let text = mof::decode(&bytes);
        let parsed = mof::parse(&text);
        for diagnostic in &parsed.diagnostics {
            wrong.push_str(&mof::render(diagnostic, &file.display().to_string(), &text));
        }
        found.add(&parsed.items);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(found, *expected);
}

#[test]
fn dmtf_cim_schema() {
    let Some(folder) = corpus("mof-dmtf-cim232-omi") else { return };
    let expected =
        Count { files: 1425, qualifiers: 71, classes: 1422, properties: 5665, methods: 209, instances: 0 };
    check(&files(&folder), &expected);
}

/// The schema as its root file includes it, counted as another compiler counts
/// it; printed back and compiled again it is the same.
#[test]
fn dmtf_cim_schema_whole() {
    let Some(root) = corpora::root() else { return };
    let loaded = corpora::schema(&root);
    assert!(!loaded.has_errors(), "{}", loaded.render());
    // WMI's rule that an abstract class has an abstract parent is not DMTF's.
    let [warning] = loaded.diagnostics.as_slice() else { panic!("{}", loaded.render()) };
    assert_eq!(warning.diagnostic.status, Status::WBEM_E_CANNOT_BE_ABSTRACT);
    assert!(loaded.files[warning.file].path.ends_with("CIM_PolicyInSystem.mof"));
    let declares = |file: &mof::SourceFile| {
        let items = mof::parse(&file.text).items;
        items.iter().filter(|item| matches!(item, mof::Item::Qualifier(_))).count()
    };
    assert_eq!(loaded.files.iter().map(declares).sum::<usize>(), 71);
    let classes = corpora::classes(&loaded.compiled);
    assert_eq!(classes.len(), 1418);
    let properties = classes.iter().flat_map(|class| class.properties()).filter(|p| p.is_local());
    assert_eq!(properties.count(), 5644);
    let methods = classes.iter().flat_map(|class| class.methods()).filter(|method| method.is_local());
    assert_eq!(methods.count(), 209);

    let printed = |classes: &[Arc<Class>]| -> String {
        classes.iter().map(|class| Printer::new().class(class)).collect()
    };
    let text = printed(&classes);
    let nothing = |_: Option<&str>, _: &str| None;
    let again = mof::compile(&mof::parse(&text), &nothing).expect("what was printed compiles");
    let again = corpora::classes(&again);
    assert_eq!(again.len(), classes.len());
    for (class, again) in classes.iter().zip(&again) {
        assert_same_class(class, again, true);
    }
    assert!(printed(&again) == text, "printed again it is another text");
}

#[test]
fn windows_classic_samples() {
    let Some(folder) = corpus("mof-windows-classic-samples") else { return };
    let expected =
        Count { files: 20, qualifiers: 17, classes: 76, properties: 435, methods: 19, instances: 46 };
    check(&files(&folder), &expected);
}
