//! What somebody without rights reads: what is denied is denied, and the rest is
//! there.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use hiperf_linux::cgroups::memory::CgroupMemory;
use hiperf_linux::root::Root;
use hiperf_provider::Reason;

use crate::tree::Tree;
use crate::{Reader, all, skip};

/// Says to the test's other process where the tree is.
const TREE: &str = "HIPERF_TEST_TREE";

/// Nobody's user and group.
const NOBODY: u32 = 65_534;

#[test]
fn what_is_denied_is_no_zero() {
    if let Some(tree) = std::env::var_os(TREE) {
        let mut reader = Reader::new(Root::open(tree).unwrap());
        reader.sample(all::<CgroupMemory>());
        let names: Vec<_> =
            reader.groups::<CgroupMemory>("/", "PeakBytes").into_iter().map(|(name, ..)| name).collect();
        // What is below a directory that may not be listed isn't known.
        assert_eq!(names, ["/", "/closed", "/open"]);
        assert_eq!(reader.why::<CgroupMemory>("/open", "CurrentBytes"), Some(Reason::Denied));
        assert_eq!(reader.groups::<CgroupMemory>("/open", "PeakBytes")[0].2, Some(7));
        return;
    }
    let tree = Tree::new("cgroups-rights");
    tree.write("proc/self/mountinfo", "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    tree.write("sys/fs/cgroup/open/memory.peak", "7\n");
    tree.write("sys/fs/cgroup/open/memory.current", "9\n");
    tree.write("sys/fs/cgroup/closed/below/memory.peak", "8\n");
    let set = |path: &str, mode| {
        fs::set_permissions(tree.path().join(path), Permissions::from_mode(mode)).unwrap();
    };
    set("sys/fs/cgroup/open/memory.current", 0);
    set("sys/fs/cgroup/closed", 0);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["rights::what_is_denied_is_no_zero", "--exact"]).env(TREE, tree.path());
    let output = command.uid(NOBODY).gid(NOBODY).output();
    set("sys/fs/cgroup/closed", 0o755);
    match output {
        Ok(output) => {
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
        }
        Err(error) => skip(&format!("no other user can be had here: {error}")),
    }
}
