//! MOF files that nobody here wrote, found by `HIPERF_CORPORA`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use hiperf_cim::Status;
use hiperf_cim::mof::{self, ast::Command};

/// The MOF files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_mof =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mof"));
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    files.into_iter().filter(is_mof).chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

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
    let root = env::var_os("HIPERF_CORPORA");
    if root.is_none() {
        println!("skipped: HIPERF_CORPORA is not set");
    }
    root.map(|root| Path::new(&root).join(name))
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

/// The root file of the schema and what it includes, in that order.
fn schema_from_its_root(folder: &Path) -> Vec<PathBuf> {
    let mut reached = vec![folder.join("cim_schema_2.32.0.mof")];
    let mut next = 0;
    while let Some(file) = reached.get(next) {
        let bytes = fs::read(file).unwrap();
        let text = mof::decode(&bytes);
        for item in mof::parse(&text).items {
            if let mof::Item::Pragma(mof::ast::Pragma { command: Command::Include(name), .. }) = item {
                let included = folder.join(&*name);
                assert!(!reached.contains(&included), "{name} is included twice");
                reached.push(included);
            }
        }
        next += 1;
    }
    reached
}

/// The schema as its root file includes it, counted by another compiler.
#[test]
fn dmtf_cim_schema_from_its_root() {
    let Some(folder) = corpus("mof-dmtf-cim232-omi") else { return };
    let reached = schema_from_its_root(&folder.join("CIM-2.32.0"));
    let expected = Count {
        files: reached.len(),
        qualifiers: 71,
        classes: 1418,
        properties: 5644,
        methods: 209,
        instances: 0,
    };
    check(&reached, &expected);
}

/// Every class of the schema, apart from those with methods and those below
/// them, becomes a class of the object model.
#[test]
fn dmtf_cim_schema_compiled() {
    let Some(folder) = corpus("mof-dmtf-cim232-omi") else { return };
    let nothing = |_: Option<&str>, _: &str| None;
    let mut compiler = mof::Compiler::new(&nothing);
    let mut compiled = 0;
    let mut wrong = Vec::new();
    for file in schema_from_its_root(&folder.join("CIM-2.32.0")) {
        let bytes = fs::read(&file).unwrap();
        let text = mof::decode(&bytes);
        match compiler.compile(&mof::parse(&text)) {
            Ok(objects) => compiled += objects.len(),
            Err(diagnostics) => wrong
                .extend(diagnostics.into_iter().filter(|wrong| wrong.status != Status::WBEM_E_NOT_SUPPORTED)),
        }
    }
    assert!(compiled > 900, "{compiled}");
    // WMI's rule that an abstract class has an abstract parent is not DMTF's.
    let [only] = wrong.as_slice() else { panic!("{wrong:#?}") };
    assert_eq!(only.status, Status::WBEM_E_CANNOT_BE_ABSTRACT);
    assert!(only.message.contains("CIM_PolicyInSystem"), "{only:?}");
}

#[test]
fn windows_classic_samples() {
    let Some(folder) = corpus("mof-windows-classic-samples") else { return };
    let expected =
        Count { files: 20, qualifiers: 17, classes: 76, properties: 435, methods: 19, instances: 46 };
    check(&files(&folder), &expected);
}
