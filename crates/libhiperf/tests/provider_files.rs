//! A C client, and a provider in C that only a provider file knows: no call of
//! the client names the library, and none compiles MOF.
#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use common::{client, directory, may_load_from, run, source, toy_library};

#[test]
fn a_client_finds_what_is_registered() {
    let inside = directory("provider-files");
    if !may_load_from(&inside) {
        return;
    }
    let (program, library) = (client("dump_client", &inside), toy_library(&inside));
    let folder = inside.join("providers.d");
    fs::create_dir_all(&folder).unwrap();
    let text = format!("library = '{}'\nmof = 'toy.mof'\n", library.display());
    let mof = fs::read_to_string(source("toy.mof")).unwrap();
    for (name, text) in [("toy.toml", &text), ("toy.mof", &mof)] {
        fs::write(folder.join(name), text).unwrap();
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o644)).unwrap();
    }
    let mut command = Command::new(&program);
    let printed = run(command.env("HIPERF_PROVIDERS", &folder).arg("Toy_PerfRawData_Counters"));
    assert!(printed.contains("Toy_PerfRawData_Counters alpha Level 11\n"), "{printed}");
    assert!(printed.ends_with("released\n"), "{printed}");
}
