//! Where tests build the libraries of providers, and how.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {why}");
    println!("skipped: {why}");
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// An empty directory for a test, to which nobody else may write.
pub fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _left_over = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path.canonicalize().unwrap()
}

/// Whether a library is loaded from there: it isn't where others may write.
pub fn may_load_from(directory: &Path) -> bool {
    let own = fs::metadata("/proc/self").unwrap().uid();
    for above in directory.ancestors() {
        let of = fs::metadata(above).unwrap();
        let is_sticky = of.mode() & 0o1000 != 0 && of.uid() == 0;
        if (of.uid() != 0 && of.uid() != own) || (of.mode() & 0o022 != 0 && !is_sticky) {
            skip(&format!("others may write to {}, so no library is loaded from there", above.display()));
            return false;
        }
    }
    true
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
pub fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
}
