//! The C in docs/ compiles as it stands there; the blocks of a guide are one
//! file. (That of the README is in c_clients.rs.)
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{cc, directory, lib_dir, linked, root, run, strict};

/// The C of a guide, written to a file of a new directory.
fn code(guide: &str, test: &str) -> (PathBuf, PathBuf) {
    let text = fs::read_to_string(root().join("docs").join(guide)).unwrap();
    let blocks: Vec<&str> =
        text.split("```c\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(!blocks.is_empty());
    let out = directory(test);
    let file = out.join("code.c");
    fs::write(&file, blocks.join("\n")).unwrap();
    (out, file)
}

#[test]
fn the_guide_for_providers() {
    let (out, code) = code("providers.md", "guide-providers");
    let mut cc = cc();
    run(strict(&mut cc).args(["-std=c11", "-c"]).arg(code).arg("-o").arg(out.join("code.o")));
}

#[test]
fn the_guide_for_clients() {
    let (out, file) = code("clients.md", "guide-clients");
    let text = fs::read_to_string(&file).unwrap();
    // Without its waiting.
    assert!(text.contains("second = {1, 0}"));
    fs::write(&file, text.replace("second = {1, 0}", "second = {0, 0}")).unwrap();
    let program = out.join("client");
    let mut cc = cc();
    strict(&mut cc).args(["-std=c11", "-D_GNU_SOURCE"]).arg(&file).arg("-o").arg(&program);
    run(linked(&mut cc, &lib_dir(&out)));
    let printed = run(&mut Command::new(program));
    assert!(printed.lines().all(|line| line.ends_with(" %")), "{printed}");
}
