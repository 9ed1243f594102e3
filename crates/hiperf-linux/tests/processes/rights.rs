//! What the reader may not see is denied, not zero and not absent.

use std::process::Command;

use hiperf_linux::process::ProcessSources;
use hiperf_linux::root::Unavailable;

use crate::children::ForkedChild;
use crate::namespace::{OWN_PROC, is_inside};
use crate::{Reader, SECOND, STEP};

const AS_NOBODY: &[&str] = &["--reuid", "65534", "--regid", "65534", "--clear-groups"];

/// A process of root's beside the test, which is nobody's.
const BESIDE_ROOT: &str = r#"sleep 1000 & exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@""#;

#[test]
fn io_of_others_is_denied_and_the_rest_is_there() {
    const TEST: &str = "rights::io_of_others_is_denied_and_the_rest_is_there";
    let options = [OWN_PROC, &["sh", "-c", BESIDE_ROOT, "sh"]].concat();
    if !is_inside(TEST, &options) {
        return;
    }
    let own = ForkedChild::sleeper();
    let of_owner = ProcessSources::IO | ProcessSources::EXE | ProcessSources::NETWORK_NAMESPACE;
    let of_all = ProcessSources::STATUS | ProcessSources::CMDLINE | ProcessSources::CGROUP;
    let mut reader = Reader::system(of_owner | of_all | ProcessSources::SMAPS_ROLLUP);
    reader.settle();
    let roots = reader.get(2);
    assert_eq!(roots.io(), Err(Unavailable::Denied));
    assert_eq!(roots.unavailable(ProcessSources::IO), Some(Unavailable::Denied));
    assert_eq!(roots.executable(), Err(Unavailable::Denied));
    assert_eq!(roots.network_namespace(), Err(Unavailable::Denied));
    assert_eq!(roots.footprint(), Err(Unavailable::Denied));
    assert!(roots.command_line().unwrap().starts_with("sleep") && roots.control_group().is_ok());
    assert!(roots.stat().is_ok() && roots.status().unwrap().user == Some(0));
    assert!(reader.get(own.pid()).io().unwrap().read_bytes.is_some());
    // It is asked for again once a minute: each time is a call that fails.
    let failures: u64 = (0..600).map(|_| reader.sample(SECOND / 10).failures).sum();
    // So are those of the other three that are the owner's alone.
    assert!((4..=8).contains(&failures), "{failures} failures");
    assert_eq!(reader.get(2).io(), Err(Unavailable::Denied));
}

#[test]
fn a_proc_that_hides_processes_shows_the_readers_own() {
    const TEST: &str = "rights::a_proc_that_hides_processes_shows_the_readers_own";
    if !is_inside(TEST, OWN_PROC) {
        return;
    }
    // Both as root in the namespace and as nobody after that.
    if rustix::process::geteuid().is_root() {
        for hides in ["1", "2"] {
            let remounted =
                Command::new("mount").args(["-o", &format!("remount,hidepid={hides}"), "/proc"]).status();
            assert!(remounted.unwrap().success());
            let program = std::env::current_exe().unwrap();
            let mut inner = Command::new("setpriv");
            inner.args(AS_NOBODY).arg(program).args(["--exact", TEST, "--test-threads=1"]);
            let output = inner.env("HIDES", hides).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        return;
    }
    let child = ForkedChild::sleeper();
    let mut reader = Reader::system(ProcessSources::STAT);
    for _ in 0..3 {
        reader.sample(STEP);
        assert_eq!(reader.pids(), [std::process::id(), child.pid()]);
        let hidden = if std::env::var("HIDES").unwrap() == "1" { 1 } else { 0 };
        assert!(reader.table.hidden_count() >= hidden, "{}", reader.table.hidden_count());
    }
    let costs = reader.sample(STEP);
    assert_eq!(costs.failures, 0, "who is hidden isn't asked for at each sample");
}
