//! What must stay true of the source tree as a whole, whatever is added to it.
//!
//! | invariant | looked up in |
//! |---|---|
//! | crates depend on those below them only | their Cargo.toml |
//! | the engine and the Linux provider don't know each other | their Cargo.toml and sources |
//! | unsafe code is behind the COM wall, or in a `sys` module | all sources |
//! | slots and IIDs are the published ones | the interfaces and mingw-w64's headers |
//! | nothing is unfinished | all sources |
//!
//! Sources are read without their comments and texts, which may name anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use hiperf_com::{Guid, Interface};

/// Says why a test can't run here. On the machine that decides about a change
/// everything has to run.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

// Crates ----------------------------------------------------------------------

/// What each crate that is no program of ours is built on, all of it.
const EDGES: &[(&str, &[&str])] = &[
    ("hiperf-cim", &[]),
    ("hiperf-com", &["hiperf-cim"]),
    ("hiperf-provider", &["hiperf-cim", "hiperf-com"]),
    ("hiperf-linux", &["hiperf-provider"]),
    ("libhiperf-linux", &["hiperf-provider", "hiperf-linux"]),
    ("hiperf", &["hiperf-cim", "hiperf-com"]),
];

/// What is built for users, and what it may be built on: all but the SDK, which
/// is for authors of providers.
const PROGRAMS: &[&str] = &["hiperf-cli", "hiperfd", "libhiperf"];
const BELOW_PROGRAMS: &[&str] = &["hiperf-cim", "hiperf-com", "hiperf-linux", "hiperf"];

/// The dependencies in a manifest on crates of `ours`: those that are built in,
/// and those of tests. Reads the tables' headers and the keys at the beginning
/// of lines, which is all that a dependency's name can be.
fn dependencies(manifest: &str, ours: &BTreeSet<String>) -> [BTreeSet<String>; 2] {
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    let mut kind = None;
    let mut insert = |kind: usize, name: &str| {
        let name = name.trim_matches('"');
        if ours.contains(name) {
            found[kind].insert(name.to_owned());
        }
    };
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            // `target.'cfg(unix)'.dependencies` and `dependencies.name` count as well.
            let parts: Vec<&str> = line.trim_matches(['[', ']']).split('.').collect();
            let at = parts.iter().position(|part| part.ends_with("dependencies"));
            kind = at.map(|at| usize::from(parts[at] == "dev-dependencies"));
            if let (Some(kind), Some(name)) = (kind, at.and_then(|at| parts.get(at + 1))) {
                insert(kind, name);
            }
        } else if let (Some(kind), Some((key, _))) = (kind, line.split_once('=')) {
            insert(kind, key.trim().split('.').next().unwrap_or_default());
            // A crate under another name, which may be one line or a key of a table.
            if let Some((_, package)) = line.split_once("package = \"") {
                insert(kind, package.split('"').next().unwrap_or_default());
            }
        }
    }
    found
}

/// The dependencies of every crate of the repository.
fn crates() -> BTreeMap<String, [BTreeSet<String>; 2]> {
    let mut manifests = BTreeMap::new();
    for entry in fs::read_dir(repository().join("crates")).unwrap() {
        let directory = entry.unwrap().path();
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        manifests.insert(name, fs::read_to_string(directory.join("Cargo.toml")).unwrap());
    }
    let names: BTreeSet<String> = manifests.keys().cloned().collect();
    manifests.into_iter().map(|(name, manifest)| (name, dependencies(&manifest, &names))).collect()
}

#[test]
fn crates_are_built_on_those_below_them() {
    let crates = crates();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    for (name, wanted) in EDGES {
        assert_eq!(crates[*name][0], set(wanted), "what {name} is built on");
    }
    for name in PROGRAMS {
        let above = &crates[*name][0] - &set(BELOW_PROGRAMS);
        assert!(above.is_empty(), "{name} is built on {above:?}");
    }
    let known = EDGES.iter().map(|(name, _)| *name).chain(PROGRAMS.iter().copied());
    let unknown = &crates.keys().cloned().collect() - &known.map(str::to_owned).collect::<BTreeSet<_>>();
    assert!(unknown.is_empty(), "no place is known for {unknown:?}");
}

#[test]
fn the_engine_and_the_linux_provider_do_not_know_each_other() {
    let crates = crates();
    for (name, other) in [("hiperf", "hiperf-linux"), ("hiperf-linux", "hiperf")] {
        assert!(crates[name].iter().all(|names| !names.contains(other)), "{name} depends on {other}");
        let identifier = other.replace('-', "_");
        for (path, code) in sources(&format!("crates/{name}")) {
            assert!(words(&code).all(|(word, _)| word != identifier), "{} names {other}", path.display());
        }
    }
}

#[test]
fn dependencies_are_found_wherever_a_manifest_may_have_them() {
    let ours = ["a", "b", "c", "d", "e", "f", "g", "h"].map(str::to_owned).into();
    let manifest = "[package]\nname = \"a\"\n[dependencies]\na.workspace = true\nz = \"1\"\n\
                    [dependencies.b]\noptional = true\n[build-dependencies]\nc = { path = \"c\" }\n\
                    [target.'cfg(unix)'.dependencies]\nd = \"1\"\n\
                    y = { package = \"g\" }\n[dependencies.x]\npackage = \"h\"\n[dev-dependencies]\ne = \"1\"\n\
                    [features]\nf = []\n";
    let [built_in, tests] = dependencies(manifest, &ours);
    assert_eq!(built_in.into_iter().collect::<String>(), "abcdgh");
    assert_eq!(tests.into_iter().collect::<String>(), "e");
}

// Sources ---------------------------------------------------------------------

/// The Rust files beneath a directory of the repository, without their
/// comments and texts.
fn sources(directory: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut left = vec![repository().join(directory)];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = code(&fs::read_to_string(&path).unwrap());
                found.push((path.strip_prefix(repository()).unwrap().to_owned(), code));
            }
        }
    }
    assert!(!found.is_empty(), "there are sources");
    found
}

/// A Rust text with a blank in place of every comment, string and character.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment_length(rest),
            '"' => string_length(rest),
            '\'' => character_length(rest),
            'r' if !code.ends_with(is_word) || code.ends_with(['b', 'c']) => raw_string_length(rest),
            _ => 0,
        };
        if length == 0 {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[length..];
        }
    }
    code
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Block comments nest.
fn block_comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let step = match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (1, 2),
            [b'*', b'/', ..] => (-1, 2),
            _ => (0, 1),
        };
        depth += step.0;
        at += step.1;
        if depth == 0 {
            return at;
        }
    }
    at
}

/// The length of the string that `text` begins with.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the character that `text` begins with, 0 if it is a lifetime.
fn character_length(text: &str) -> usize {
    let body = &text[1..];
    if let Some(escape) = body.strip_prefix('\\') {
        let first = escape.chars().next().map_or(0, char::len_utf8);
        return escape[first..].find('\'').map_or(0, |more| 1 + 1 + first + more + 1);
    }
    let first = body.chars().next().map_or(0, char::len_utf8);
    if body[first..].starts_with('\'') { 1 + first + 1 } else { 0 }
}

/// The length of the raw string that `text` begins with, 0 if it is none.
fn raw_string_length(text: &str) -> usize {
    let hashes = text[1..].bytes().take_while(|byte| *byte == b'#').count();
    let Some(body) = text[1 + hashes..].strip_prefix('"') else { return 0 };
    let end = format!("\"{}", "#".repeat(hashes));
    1 + hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len())
}

/// The words of a code with what follows them.
fn words(code: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts = code.char_indices().filter(|(at, c)| is_word(*c) && !code[..*at].ends_with(is_word));
    starts.map(|(at, _)| {
        let rest = &code[at..];
        rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
    })
}

#[test]
fn comments_and_texts_are_no_code() {
    let hidden = [
        "// x",
        "/* x /* x */ x */",
        "\"x \\\" x\"",
        "r#\"x \" x\"#",
        "br\"x\"",
        "b\"x\"",
        "'x'",
        "b'x'",
        "'\\''",
        "'\\u{78}'",
        "/// x\n//! x\n",
    ];
    for text in hidden {
        let code = code(&format!("a {text}\n z"));
        let words: Vec<&str> = words(&code).map(|(word, _)| word).collect();
        assert!(!words.contains(&"x") && words[0] == "a" && words.ends_with(&["z"]), "{text}: {code:?}");
    }
    let text = "fn x<'a>(x: &'a str) { for_x(x_r, r) } 'x: loop {}";
    assert_eq!(code(text), text);
}

#[test]
fn unsafe_code_is_behind_the_wall() {
    let mut seen = 0;
    for (path, code) in sources("crates") {
        let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap()).collect();
        let may = parts[1] == "hiperf-com"
            || parts[2] == "tests"
            || parts[2] == "src" && parts[3..].iter().any(|part| matches!(*part, "sys" | "sys.rs"));
        let has = words(&code).any(|(word, _)| word == "unsafe");
        assert!(may || !has, "{} has unsafe code", path.display());
        seen += usize::from(has);
    }
    assert!(seen > 0, "the wall is seen");
}

#[test]
fn nothing_is_unfinished() {
    for (path, code) in sources("crates") {
        for (word, rest) in words(&code) {
            let is_unfinished = matches!(word, "todo" | "unimplemented" | "dbg");
            assert!(!is_unfinished || !rest.starts_with('!'), "{} has {word}!", path.display());
        }
    }
}

// Interfaces ------------------------------------------------------------------

/// What the headers have to agree with.
struct Shape {
    name: &'static str,
    iid: Guid,
    slots: &'static [&'static str],
}

macro_rules! shapes {
    ($($interface:ident)+) => {
        vec![$(shape::<hiperf_com::$interface>()),+]
    };
}

fn shape<I: Interface>() -> Shape {
    assert_eq!(size_of::<I::Vtbl>(), I::SLOTS.len() * size_of::<fn()>(), "{}", I::NAME);
    Shape { name: I::NAME, iid: I::IID, slots: I::SLOTS }
}

fn shapes() -> Vec<Shape> {
    shapes! {
        IUnknown IClassFactory IWbemClassObject IWbemObjectAccess IWbemQualifierSet IWbemLocator IWbemServices
        IWbemObjectSink IWbemObjectSinkEx IEnumWbemClassObject IWbemCallResult IWbemContext IWbemObjectTextSrc
        IWbemProviderInit
        IWbemProviderInitSink IWbemHiPerfProvider IWbemHiPerfEnum IWbemRefresher IWbemConfigureRefresher
        IServerSecurity
    }
}

/// A C program that compiles if the headers have the same slots, and ends well
/// if they have the same IIDs.
fn c_program(shapes: &[Shape]) -> String {
    let mut c = String::from(
        "#define INITGUID\n#define CINTERFACE\n#include <windows.h>\n#include <wbemcli.h>\n\
         #include <wbemprov.h>\nint printf(const char *format, ...);\nstatic int differ;\n\
         static void check(const char *name, const GUID *published, GUID ours)\n{\n    \
         if (__builtin_memcmp(published, &ours, sizeof ours)) {\n        printf(\"%s\\n\", name);\n        \
         differ = 1;\n    }\n}\n",
    );
    let mut checks = String::new();
    for Shape { name, iid, slots } in shapes {
        let count = slots.len();
        writeln!(c, "_Static_assert(sizeof({name}Vtbl) == {count} * sizeof(void *), \"{name}\");").unwrap();
        for (index, slot) in slots.iter().enumerate() {
            let offset = format!("offsetof({name}Vtbl, {slot}) == {index} * sizeof(void *)");
            writeln!(c, "_Static_assert({offset}, \"{name}::{slot}\");").unwrap();
        }
        let last: Vec<String> = iid.data4.iter().map(u8::to_string).collect();
        let ours = format!("{}u, {}, {}, {{{}}}", iid.data1, iid.data2, iid.data3, last.join(", "));
        writeln!(checks, "    check(\"{name}\", &IID_{name}, (GUID){{{ours}}});").unwrap();
    }
    c + "int main(void)\n{\n" + &checks + "    return differ;\n}\n"
}

/// What compiling and running a program against mingw-w64's headers says;
/// `None` if that can't be done here.
fn compile_and_run(name: &str, program: &str) -> Option<Result<(), String>> {
    if !Path::new("/usr/share/mingw-w64/include/wbemcli.h").exists() {
        skip("mingw-w64's headers are not installed");
        return None;
    }
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("invariants");
    fs::create_dir_all(&directory).unwrap();
    let (source, binary) = (directory.join(format!("{name}.c")), directory.join(name));
    fs::write(&source, program).unwrap();
    let own_headers = match Command::new("cc").arg("-print-file-name=include").output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            skip("there is no C compiler");
            return None;
        }
        output => String::from_utf8(output.unwrap().stdout).unwrap(),
    };
    let flags = format!("@{}", repository().join("tests/c/mingw.rsp").display());
    let compiled = Command::new("cc")
        .args([&flags, "-isystem", own_headers.trim()])
        .arg(&source)
        .arg("-o")
        .arg(&binary)
        .output()
        .unwrap();
    if !compiled.status.success() {
        return Some(Err(String::from_utf8_lossy(&compiled.stderr).into_owned()));
    }
    let run = Command::new(&binary).output().unwrap();
    let differing = String::from_utf8_lossy(&run.stdout).into_owned();
    Some(if run.status.success() { Ok(()) } else { Err(differing) })
}

/// Interfaces of hiperf's own, which no published header has. `tests/c/slots.c`
/// holds them against `hiperf.h`.
const OWN: [&str; 1] = ["IHiPerfValueReason"];

#[test]
fn every_interface_is_compared() {
    let compared: BTreeSet<String> = shapes().iter().map(|shape| shape.name.to_owned()).collect();
    let mut seen = 0;
    for (path, code) in sources("crates/hiperf-com/src/interfaces") {
        let words: Vec<&str> = words(&code).map(|(word, _)| word).collect();
        for declared in words.windows(3).filter(|words| words[..2] == ["pub", "interface"]) {
            let is_known = compared.contains(declared[2]) || OWN.contains(&declared[2]);
            assert!(is_known, "{} of {}", declared[2], path.display());
            seen += 1;
        }
    }
    // IUnknown is the one that isn't declared like the others.
    assert_eq!(seen, compared.len() - 1 + OWN.len());
}

#[test]
fn slots_and_iids_are_the_published_ones() {
    if let Some(outcome) = compile_and_run("published", &c_program(&shapes())) {
        assert_eq!(outcome, Ok(()));
    }
}

#[test]
fn another_slot_or_iid_would_be_noticed() {
    let mut shapes = shapes();
    let refresher = shapes.iter_mut().find(|shape| shape.name == "IWbemRefresher").unwrap();
    refresher.iid.data4[7] ^= 1;
    if let Some(outcome) = compile_and_run("another_iid", &c_program(&shapes)) {
        assert_eq!(outcome, Err("IWbemRefresher\n".to_owned()));
    }
    let refresher = shapes.iter_mut().find(|shape| shape.name == "IWbemRefresher").unwrap();
    refresher.slots = &["QueryInterface", "Release", "AddRef", "Refresh"];
    if let Some(outcome) = compile_and_run("another_slot", &c_program(&shapes)) {
        assert!(outcome.unwrap_err().contains("IWbemRefresher::AddRef"));
    }
}
