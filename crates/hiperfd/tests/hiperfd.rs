//! What `hiperfd` says, and with which status it ends.

use std::process::Command;

/// Runs `hiperfd` and compares its status and the starts of what it wrote to
/// standard output and standard error.
#[track_caller]
fn check(arguments: &[&str], status: i32, out: &str, err: &str) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_hiperfd")).args(arguments).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
    assert_eq!(ran.status.code(), Some(status), "{stdout}{stderr}");
    for (is, wanted) in [(&stdout, out), (&stderr, err)] {
        assert!(is.starts_with(wanted) && is.is_empty() == wanted.is_empty(), "{is}");
    }
    stderr
}

#[test]
fn serving_fails_and_says_what_works_without_it() {
    let message = check(&[], 1, "", "error: the host daemon isn't there yet");
    for part in ["hiperf watch Processor", "libhiperf", "WBEM_E_NOT_SUPPORTED (0x8004100C)"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn help_and_version_work() {
    check(&["--help"], 0, "The host daemon of hiperf", "");
    check(&["-h"], 0, "The host daemon of hiperf", "");
    check(&["--version"], 0, concat!("hiperfd ", env!("CARGO_PKG_VERSION"), "\n"), "");
    check(&["-V"], 0, "hiperfd ", "");
}

#[test]
fn a_wrong_command_line_is_status_2() {
    check(&["--listen"], 2, "", "error: unexpected argument '--listen'");
    check(&["--help", "--version"], 2, "", "error: too many arguments");
}
