//! Compiles `schema/*.mof`, so that a mistake in it fails the build, and writes
//! an index of the classes, so that a program compiles only those it uses.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use hiperf_cim::Class;
use hiperf_cim::mof::{self, Compiled, Item};

/// The files in the order in which they build on each other.
const FILES: [&str; 4] = ["core.mof", "linux.mof", "formatted.mof", "providers.mof"];

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for build scripts"));
    let schema = manifest.join("../../schema");
    println!("cargo::rerun-if-changed={}", schema.display());
    let index = match index(&schema) {
        Ok(index) => index,
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(1);
        }
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it for build scripts"));
    fs::write(out.join("schema_index.rs"), index).expect("cargo's own directory can be written");
}

fn index(schema: &Path) -> Result<String, String> {
    let mut sources = String::new();
    let mut classes = Vec::new();
    let mut known: HashMap<String, Arc<Class>> = HashMap::new();
    for (source, file) in FILES.iter().enumerate() {
        let path = schema.join(file).canonicalize().map_err(|error| format!("schema/{file}: {error}"))?;
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| format!("schema/{file}: {error}"))?;
        let parsed = mof::parse(&text);
        let find = |_: Option<&str>, name: &str| known.get(&name.to_ascii_uppercase()).cloned();
        let compiled = mof::compile(&parsed, &find).map_err(|diagnostics| {
            let rendered = diagnostics.iter().map(|diagnostic| mof::render(diagnostic, file, &text));
            rendered.collect::<Vec<_>>().join("\n")
        })?;
        for item in compiled {
            if let Compiled::Class { class, .. } = item {
                known.insert(class.name().to_ascii_uppercase(), class);
            }
        }
        let mut declarations = Vec::new();
        let mut has_instances = false;
        for item in &parsed.items {
            let span = item.span();
            match item {
                Item::Qualifier(_) => declarations.push((span.start, span.end)),
                Item::Instance(_) => has_instances = true,
                Item::Class(class) => {
                    let superclass = class.parent.as_ref().map(|parent| parent.text);
                    classes.push((
                        class.name.text.to_ascii_uppercase(),
                        format!(
                            "Entry {{ name: {:?}, superclass: {superclass:?}, source: {source}, start: {}, end: {} }},",
                            class.name.text, span.start, span.end
                        ),
                    ));
                }
                Item::Pragma(_) => {}
            }
        }
        writeln!(
            sources,
            "Source {{ name: {file:?}, text: include_str!({path:?}), declarations: &{declarations:?}, \
             has_instances: {has_instances} }},"
        )
        .expect("a string can be written");
    }
    classes.sort();
    let entries: Vec<String> = classes.into_iter().map(|(_, entry)| entry).collect();
    Ok(format!(
        "const SOURCES: &[Source] = &[\n{sources}];\nconst CLASSES: &[Entry] = &[\n{}\n];\n",
        entries.join("\n")
    ))
}
