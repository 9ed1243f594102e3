//! Compiles `schema/*.mof`, so that a mistake in it fails the build; makes the
//! formatted twin of each raw class; and writes an index of the classes, so
//! that a program compiles only those it uses.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use hiperf_cim::Class;
use hiperf_cim::mof::{self, Compiled, Compiler, Declarations, Item};

/// What all other files build on: the qualifiers, then the parents of classes.
const FIRST: [&str; 2] = ["qualifiers.mof", "core.mof"];
/// Instances, which need their classes.
const LAST: &str = "providers.mof";
/// The twins, as far as the program's own texts are concerned a file like any
/// other.
const TWINS: &str = "formatted.mof";

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for build scripts"));
    let schema = manifest.join("../../schema");
    println!("cargo::rerun-if-changed={}", schema.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    let index = match index(&schema, &out) {
        Ok(index) => index,
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(1);
        }
    };
    fs::write(out.join("schema_index.rs"), index).expect("cargo's own directory can be written");
}

/// The schema's files in the order in which they build on each other.
fn files(schema: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(schema).map_err(|error| format!("schema: {error}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut others: Vec<String> =
        names.filter(|name| name.ends_with(".mof") && name != LAST && !FIRST.contains(&&name[..])).collect();
    others.sort();
    let first = FIRST.into_iter().map(str::to_owned);
    Ok(first.chain(others).chain([LAST.to_owned()]).collect())
}

/// The index of all classes, as Rust.
fn index(schema: &Path, out: &Path) -> Result<String, String> {
    let mut texts = Vec::new();
    for file in files(schema)? {
        let path = schema.join(&file).canonicalize().map_err(|error| format!("schema/{file}: {error}"))?;
        let text = fs::read_to_string(&path).map_err(|error| format!("schema/{file}: {error}"))?;
        texts.push((file, path, text));
    }
    let twins = twins(&texts)?;
    let path = out.join(TWINS);
    fs::write(&path, &twins).map_err(|error| format!("{}: {error}", path.display()))?;
    let last = texts.len() - 1;
    texts.insert(last, (TWINS.to_owned(), path, twins));

    let declarations = Arc::new(Declarations::of(&mof::parse(&texts[0].2)));
    let mut index = Index { declarations, known: HashMap::new(), classes: Vec::new() };
    let mut sources = String::new();
    for (source, (file, path, text)) in texts.iter().enumerate() {
        let has_instances = index.add(source, file, text)?;
        let line = format!(
            "Source {{ name: {file:?}, text: include_str!({path:?}), has_instances: {has_instances} }},"
        );
        writeln!(sources, "{line}").expect("a string can be written");
    }
    index.classes.sort();
    let entries: Vec<String> = index.classes.into_iter().map(|(_, entry)| entry).collect();
    Ok(format!(
        "const SOURCES: &[Source] = &[\n{sources}];\nconst CLASSES: &[Entry] = &[\n{}\n];\n",
        entries.join("\n")
    ))
}

/// The formatted twins of all raw classes.
fn twins(texts: &[(String, PathBuf, String)]) -> Result<String, String> {
    let mut twins = String::from("#pragma namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")\n");
    for (file, _, text) in texts {
        for item in mof::parse(text).items {
            let Item::Class(class) = item else { continue };
            let twin = mof::formatted_twin(text, &class).map_err(|what| format!("schema/{file}: {what}"))?;
            if let Some(twin) = twin {
                twins.push('\n');
                twins.push_str(&twin);
            }
        }
    }
    Ok(twins)
}

/// The classes so far.
struct Index {
    declarations: Arc<Declarations>,
    known: HashMap<String, Arc<Class>>,
    /// Upper-case name and entry.
    classes: Vec<(String, String)>,
}

impl Index {
    /// Compiles a file and adds its classes; says whether it has instances.
    fn add(&mut self, source: usize, file: &str, text: &str) -> Result<bool, String> {
        let parsed = mof::parse(text);
        let find = |_: Option<&str>, name: &str| self.known.get(&name.to_ascii_uppercase()).cloned();
        let mut compiler = Compiler::new(&find).with_declarations(&self.declarations);
        let compiled = compiler.compile(&parsed).map_err(|diagnostics| {
            let rendered = diagnostics.iter().map(|diagnostic| mof::render(diagnostic, file, text));
            rendered.collect::<Vec<_>>().join("\n")
        })?;
        for item in compiled {
            if let Compiled::Class { class, .. } = item {
                self.known.insert(class.name().to_ascii_uppercase(), class);
            }
        }
        let mut has_instances = false;
        for item in &parsed.items {
            match item {
                Item::Instance(_) => has_instances = true,
                Item::Class(class) => {
                    let superclass = class.parent.as_ref().map(|parent| parent.text);
                    let (name, span) = (class.name.text, item.span());
                    self.classes.push((
                        name.to_ascii_uppercase(),
                        format!(
                            "Entry {{ name: {name:?}, superclass: {superclass:?}, source: {source}, start: {}, \
                             end: {} }},",
                            span.start, span.end
                        ),
                    ));
                }
                Item::Qualifier(_) | Item::Pragma(_) => {}
            }
        }
        Ok(has_instances)
    }
}
