//! Files in, objects or diagnostics with their files out.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::{Loaded, MAX_FILES, MAX_INCLUDE_DEPTH, load, resolve};
use crate::mof::{Compiled, Compiler, codes};
use crate::{Error, Status};

fn loaded(files: &[(&str, &str)]) -> Loaded {
    let files: HashMap<&str, &str> = files.iter().copied().collect();
    let nothing = |_: Option<&str>, _: &str| None;
    load(&mut Compiler::new(&nothing), "d/root.mof", |path| match files.get(path) {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => Err(Error::new(Status::WBEM_E_NOT_FOUND, "no such file")),
    })
    .unwrap()
}

/// What is compiled, or one diagnostic a line.
fn show(files: &[(&str, &str)]) -> String {
    let loaded = loaded(files);
    let mut out = String::new();
    for compiled in &loaded.compiled {
        let _ = match compiled {
            Compiled::Class { namespace, class, .. } => {
                writeln!(out, "{}:{}", namespace.as_deref().unwrap_or(""), class.name())
            }
            Compiled::Instance { instance, .. } => writeln!(out, "{}", instance.relpath().unwrap()),
            other => writeln!(out, "{other:?}"),
        };
    }
    for found in &loaded.diagnostics {
        let (file, span) = (&loaded.files[found.file], found.diagnostic.span);
        let name = codes::name(found.diagnostic.status).unwrap().trim_start_matches("WBEMMOF_E_");
        let place = &file.text[span.start as usize..span.end as usize];
        let _ = writeln!(out, "{} {name} `{place}`", file.path);
    }
    out
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    assert_eq!(show(files).trim_end(), expected);
}

#[test]
fn includes_are_textual() {
    check(
        &[
            ("d/root.mof", "class A { };\n#include \"s\\\\b.mof\"\nclass D : C { [q] uint8 x; };"),
            ("d/s/b.mof", "class B : A { };\n#pragma include(\"./c.mof\")\nqualifier q : ToInstance;"),
            ("d/s/c.mof", "#pragma namespace(\"root\")\nclass C { };"),
        ],
        ":A\n:B\nroot:C\nroot:D",
    );
    check(
        &[
            (
                "d/root.mof",
                "class A { [Key] object ref r; }; instance of A { r = $b; };\n#include (\"b.mof\")",
            ),
            ("d/b.mof", "class B { [Key] uint8 k; }; instance of B as $b { k = 1; };"),
        ],
        ":A\nA.r=\"B.k=1\"\n:B\nB.k=1",
    );
    // A file that is included twice is read once and stands twice.
    check(&[("d/root.mof", "#include \"a.mof\"\n#include \"a.mof\""), ("d/a.mof", "class A { };")], ":A\n:A");
}

#[test]
fn every_file_is_looked_at() {
    check(
        &[
            ("d/root.mof", "#include \"a.mof\"\nclass R { uint8 x = 1 };"),
            ("d/a.mof", "class A : Nope { };\n#include \"b.mof\""),
            ("d/b.mof", "clas B { };"),
        ],
        "d/root.mof EXPECTED_SEMI ``\nd/b.mof UNRECOGNIZED_TOKEN `clas`",
    );
    check(
        &[
            ("d/root.mof", "#include \"a.mof\"\nclass R { uint8 x = 300; }; instance of R { };"),
            ("d/a.mof", "class A : Nope { };"),
        ],
        "d/root.mof OUT_OF_RANGE `300`\nd/a.mof WBEM_E_INVALID_SUPERCLASS `Nope`",
    );
    check(
        &[
            ("d/root.mof", "class R as $x { };\n#include \"a.mof\""),
            ("d/a.mof", "class A { object ref r = $y; }; class B as $X { };"),
        ],
        "d/a.mof EXPECTED_ALIAS_NAME `$y`\nd/a.mof MULTIPLE_ALIASES `$X`",
    );
}

#[test]
fn bad_includes() {
    check(
        &[("d/root.mof", "#include \"gone.mof\"\n#include \"root.mof\"")],
        "d/root.mof ERROR_INVALID_INCLUDE_FILE `#include \"gone.mof\"`\n\
         d/root.mof ERROR_INVALID_INCLUDE_FILE `#include \"root.mof\"`",
    );
    check(
        &[("d/root.mof", "#include \"a.mof\""), ("d/a.mof", "class A { };\n#include \"./root.mof\"")],
        "d/a.mof ERROR_INVALID_INCLUDE_FILE `#include \"./root.mof\"`",
    );
    let names: Vec<String> = (0..=MAX_INCLUDE_DEPTH).map(|n| format!("d/{n}.mof")).collect();
    let once: Vec<String> =
        (0..=MAX_INCLUDE_DEPTH).map(|n| format!("#include \"{}.mof\"\n", n + 1)).collect();
    let chain = |texts: &[String]| {
        let mut files = vec![("d/root.mof", "#include \"0.mof\"")];
        files.extend(names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)));
        loaded(&files)
    };
    let deep = chain(&once);
    assert_eq!(deep.files.len(), MAX_INCLUDE_DEPTH);
    assert!(deep.first_error().unwrap().message().contains("deep"), "{}", deep.render());
    // Two includes of each file in the one before: without a bound it would
    // never end.
    let twice: Vec<String> = once.iter().map(|text| text.repeat(2)).collect();
    let wide = chain(&twice);
    assert!(wide.render().contains(&MAX_FILES.to_string()) && wide.compiled.is_empty());
}

#[test]
fn paths() {
    assert_eq!(resolve("a.mof", "b.mof"), "b.mof");
    assert_eq!(resolve("x/a.mof", "../b.mof"), "x/../b.mof");
    assert_eq!(resolve("x\\a.mof", ".\\y\\b.mof"), "x\\y/b.mof");
    assert_eq!(resolve("x/a.mof", "/b.mof"), "/b.mof");
    assert_eq!(resolve("x/a.mof", "C:\\b.mof"), "C:/b.mof");
}
