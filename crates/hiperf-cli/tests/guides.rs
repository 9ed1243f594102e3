//! The Rust in README.md and in docs/ compiles as it stands there, and what it
//! promises of a provider holds.
//!
//! A block of a guide whose first line is `// src/lib.rs` or `// src/main.rs`
//! begins a file; the ones after it go on with it. In the README each block is
//! a file. All of them together are one package, built without a network.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The Rust blocks of a text.
fn blocks(text: &str) -> Vec<&str> {
    text.split("```rust\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

/// The files that a guide's blocks make up.
fn files(guide: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(guide)).unwrap();
    let mut files: Vec<String> = Vec::new();
    for block in blocks(&text) {
        let begins = guide == "README.md" || block.starts_with("// src/");
        match files.last_mut() {
            Some(file) if !begins => file.push_str(block),
            _ => files.push(block.to_owned()),
        }
    }
    files
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_rust_of_the_guides() {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guides");
    let sources = package.join("src");
    let _left_over = fs::remove_dir_all(&sources);
    fs::create_dir_all(sources.join("bin")).unwrap();
    let mut manifest =
        "[package]\nname = \"guides\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n".to_owned();
    for name in ["hiperf", "hiperf-linux", "hiperf-provider"] {
        writeln!(manifest, "{name} = {{ path = {:?} }}", root().join("crates").join(name)).unwrap();
    }
    fs::write(package.join("Cargo.toml"), manifest).unwrap();
    let (mut modules, mut programs) = (String::new(), Vec::new());
    for (guide, name) in
        [("README.md", "readme"), ("docs/providers.md", "providers"), ("docs/clients.md", "clients")]
    {
        for (at, file) in files(guide).iter().enumerate() {
            let name = format!("{name}_{at}");
            if file.contains("fn main()") {
                fs::write(sources.join(format!("bin/{name}.rs")), file).unwrap();
                programs.push(name);
            } else {
                fs::write(sources.join(format!("{name}.rs")), file).unwrap();
                writeln!(modules, "pub mod {name};").unwrap();
            }
        }
    }
    assert!(programs.len() >= 4 && modules.lines().count() >= 3, "{programs:?} {modules}");
    fs::write(sources.join("lib.rs"), modules).unwrap();
    let target = package.join("target");
    let cargo = |command: &str| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&package).args([command, "--offline", "--quiet", "--target-dir"]).arg(&target);
        cargo
    };
    let tested = run(&mut cargo("test"));
    assert!(tested.contains("1 passed"), "{tested}");
    // The program that counts itself; the other ones wait.
    let printed = run(cargo("run").args(["--bin", "providers_1"]));
    assert!(printed.ends_with(" requests a second\n"), "{printed}");
    assert!(!printed.starts_with("NULL"), "{printed}");
}
