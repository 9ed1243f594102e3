//! Where the corpora are, and how MOF files in them are read and compiled.
#![allow(dead_code)] // not every test uses all of it

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use hiperf_cim::mof::{self, Compiled, Loaded};
use hiperf_cim::{Class, Error, Result, Status};

/// The root file of the CIM schema, in its corpus.
pub const SCHEMA_ROOT: &str = "CIM-2.32.0/cim_schema_2.32.0.mof";

/// The root of the corpora; `None`, and said so, where there are none.
pub fn root() -> Option<PathBuf> {
    let root = env::var_os("HIPERF_CORPORA").map(PathBuf::from);
    if root.is_none() {
        assert!(env::var_os("HIPERF_CI").is_none(), "HIPERF_CORPORA must be set where HIPERF_CI is");
        println!("skipped: HIPERF_CORPORA is not set");
    }
    root
}

/// The MOF files below a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let is_mof =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mof"));
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    files.into_iter().filter(is_mof).chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

/// Reads a file.
pub fn read(path: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::new(Status::WBEM_E_NOT_FOUND, error.to_string()))
}

/// Compiles the schema, following its includes.
pub fn schema(root: &Path) -> Loaded {
    let path = root.join("mof-dmtf-cim232-omi").join(SCHEMA_ROOT);
    let nothing = |_: Option<&str>, _: &str| None;
    mof::load(&mut mof::Compiler::new(&nothing), path.to_str().unwrap(), read).unwrap()
}

/// The classes that were compiled, in their order.
pub fn classes(compiled: &[Compiled]) -> Vec<Arc<Class>> {
    let class = |compiled: &Compiled| match compiled {
        Compiled::Class { class, .. } => Some(class.clone()),
        _ => None,
    };
    compiled.iter().filter_map(class).collect()
}

/// Files of a corpus that know each other's classes: each finds a class in the
/// file that lies nearest to it, as its makefile would have compiled that
/// first, or among `base`, and an include that the corpus lacks by its name.
pub struct Neighbours {
    base: HashMap<String, Arc<Class>>,
    found: HashMap<String, Vec<(PathBuf, Arc<Class>)>>,
    by_name: HashMap<String, Vec<PathBuf>>,
}

impl Neighbours {
    pub fn new(base: impl IntoIterator<Item = Arc<Class>>, files: &[PathBuf]) -> Neighbours {
        let base = base.into_iter().map(|class| (class.name().to_ascii_lowercase(), class)).collect();
        let mut by_name: HashMap<String, Vec<PathBuf>> = HashMap::new();
        for file in files {
            let name = file.file_name().unwrap().to_str().unwrap().to_ascii_lowercase();
            by_name.entry(name).or_default().push(file.clone());
        }
        Neighbours { base, found: HashMap::new(), by_name }
    }

    /// Compiles all files as often as some more of them find their classes.
    /// Returns what is wrong with those that don't compile.
    pub fn compile(&mut self, files: &[PathBuf]) -> Vec<(PathBuf, Loaded)> {
        let mut open = files.to_vec();
        loop {
            let mut wrong = Vec::new();
            for file in &open {
                let loaded = self.load(file);
                if loaded.has_errors() {
                    wrong.push((file.clone(), loaded));
                } else {
                    for class in classes(&loaded.compiled) {
                        let found = self.found.entry(class.name().to_ascii_lowercase()).or_default();
                        found.push((file.clone(), class));
                    }
                }
            }
            if wrong.len() == open.len() {
                return wrong;
            }
            open = wrong.into_iter().map(|(file, _)| file).collect();
        }
    }

    fn load(&self, file: &Path) -> Loaded {
        let source = |_: Option<&str>, name: &str| self.class(file, name);
        let read = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            read(path).or_else(|error| {
                let others = self.by_name.get(if name.starts_with("cim_schema") {
                    "cim_schema_2.32.0.mof"
                } else {
                    &name
                });
                let nearest = others.and_then(|paths| paths.iter().max_by_key(|path| shared(path, file)));
                nearest.map_or(Err(error), |path| self::read(path.to_str().unwrap()))
            })
        };
        mof::load(&mut mof::Compiler::new(&source), file.to_str().unwrap(), read).unwrap()
    }

    fn class(&self, file: &Path, name: &str) -> Option<Arc<Class>> {
        let name = name.to_ascii_lowercase();
        let found = self.found.get(&name);
        let nearest = found.and_then(|found| found.iter().max_by_key(|(path, _)| shared(path, file)));
        nearest.map(|(_, class)| class.clone()).or_else(|| self.base.get(&name).cloned())
    }
}

/// How many folders two paths have in common.
fn shared(one: &Path, other: &Path) -> usize {
    one.components().zip(other.components()).take_while(|(a, b)| a == b).count()
}
