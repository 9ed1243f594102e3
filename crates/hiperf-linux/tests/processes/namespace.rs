//! A test that needs a process id namespace of its own runs itself again in one.

use std::process::Command;

use crate::skip;

const MARK: &str = "HIPERF_TEST_INSIDE";

/// Whether the test runs in its namespace. If not, it is run there, has to
/// succeed, and is done. `options` are those of `unshare`.
#[track_caller]
pub fn is_inside(test: &str, options: &[&str]) -> bool {
    if std::env::var(MARK).is_ok_and(|inside| inside == test) {
        return true;
    }
    let wrapped = |program: &str| {
        let mut wrapped = Command::new("unshare");
        wrapped.args(options).arg(program);
        wrapped
    };
    match wrapped("true").output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            skip(&format!("unshare: {}", String::from_utf8_lossy(&output.stderr).trim()));
            return false;
        }
        Err(error) => {
            skip(&format!("unshare: {error}"));
            return false;
        }
    }
    let program = std::env::current_exe().unwrap();
    let mut inner = wrapped(program.to_str().unwrap());
    inner.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(MARK, test);
    let output = inner.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// Options of `unshare` for a namespace with a `/proc` of its own.
pub const OWN_PROC: &[&str] = &["--pid", "--fork", "--mount-proc", "--kill-child"];
/// The same with the `/proc` of the namespace outside.
pub const OUTER_PROC: &[&str] = &["--pid", "--fork", "--kill-child"];
