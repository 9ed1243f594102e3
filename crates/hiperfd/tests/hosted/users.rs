//! Whose rights a host has when its client has those of two users.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use hiperf::{Hosting, Status};
use hiperf_com::registry;
use rustix::process::Uid;

use crate::{HOST, PROGRAM, check_error, library, query, serve, turn};

/// Who starts a program.
const STARTER: u32 = 65534;
/// Whose program it is.
const OWNER: u32 = 65533;

/// Where a client finds what it needs, by this variable.
const DIRECTORY: &str = "HIPERF_TEST_CLIENT";

/// Copies of this test, the host and the provider's library, where any user
/// finds them; nothing where it can't be tried.
fn copies(test: &str) -> Option<PathBuf> {
    let skip = |why: &str| {
        assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {why}");
        println!("skipped: {why}");
    };
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        skip("only root can give programs to others");
        return None;
    }
    let directory = std::env::temp_dir().join(format!("hiperf-users-{test}-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    fs::set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
    let this = std::env::current_exe().unwrap();
    for (from, name) in [(&*this, "client"), (Path::new(PROGRAM), "host"), (&*library(), "libtold.so")] {
        // By another process: one that is started meanwhile would inherit the open file.
        let to = directory.join(name);
        assert!(Command::new("cp").arg(from).arg(&to).status().unwrap().success());
        fs::set_permissions(&to, Permissions::from_mode(0o755)).unwrap();
    }
    Some(directory)
}

/// Runs this test again as a client, and gives what it prints.
#[track_caller]
fn client(directory: &Path, test: &str, user: u32) -> String {
    let mut client = Command::new(directory.join("client"));
    client
        .args(["--exact", test, "--nocapture"])
        .env(DIRECTORY, directory)
        .env("HIPERF_PROVIDER_HOST", "/bin/false");
    // No repository of anybody's is of interest here.
    client.env("HOME", directory).env_remove("XDG_STATE_HOME");
    let output = client.uid(user).gid(user).current_dir("/").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Says of the client, and of a provider in its host, which rights they have.
fn tell(directory: &Path) {
    registry::register_library(HOST, directory.join("libtold.so"));
    let (namespace, class) = serve(&Hosting::new().program(directory.join("host")), HOST);
    let told = namespace.get(&format!("{class}.Name=\"rights\"")).unwrap().get("Place").unwrap();
    let own = fs::read_to_string("/proc/thread-self/status").unwrap();
    for (who, status) in [("client", &*own), ("host", told.as_str().unwrap())] {
        for line in status.lines() {
            if let Some((what @ ("Uid" | "Gid" | "CapPrm"), ids)) = line.split_once(':') {
                println!("\n{who} {what} {}", ids.trim().replace('\t', " "));
            }
        }
    }
}

#[track_caller]
fn check(said: &str, expected: [&str; 4]) {
    for line in expected {
        assert!(said.lines().any(|said| said == line), "{line:?} is not in\n{said}");
    }
}

/// The host is the owner's alone: the starter can do nothing to it, and it has
/// no way back.
#[test]
fn a_set_user_id_client() {
    let _turn = turn();
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        tell(Path::new(&directory));
        // The variable is the starter's word, and not believed.
        let (namespace, class) = serve(&Hosting::new(), HOST);
        let found = query(&namespace, &class);
        match found.as_ref().map_err(hiperf::Error::message) {
            Err(message) if message.contains("is in none of /usr/lib/hiperf") => {
                check_error(found, Status::WBEM_E_PROVIDER_LOAD_FAILURE, &["hiperf-provider-host"]);
            }
            // One of the system's.
            other => assert!(other.is_ok(), "{other:?}"),
        }
        return;
    }
    let Some(directory) = copies("set") else { return };
    let program = directory.join("client");
    chown(&program, Some(OWNER), Some(OWNER)).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o6755)).unwrap();
    let said = client(&directory, "users::a_set_user_id_client", STARTER);
    let (both, owner) =
        (format!("{STARTER} {OWNER} {OWNER} {OWNER}"), [OWNER; 4].map(|id| id.to_string()).join(" "));
    check(
        &said,
        [
            &format!("client Uid {both}"),
            &format!("client Gid {both}"),
            &format!("host Uid {owner}"),
            &format!("host Gid {owner}"),
        ],
    );
    fs::remove_dir_all(&directory).unwrap();
}

/// Root's program that works as another user for a while: a provider can't take
/// root's rights up again.
#[test]
fn a_client_that_lays_its_rights_down() {
    let _turn = turn();
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let (root, user) = (Uid::from_raw(0), Uid::from_raw(STARTER));
        rustix::thread::set_thread_res_uid(root, user, root).unwrap();
        tell(Path::new(&directory));
        return;
    }
    let Some(directory) = copies("down") else { return };
    let said = client(&directory, "users::a_client_that_lays_its_rights_down", 0);
    let user = [STARTER; 4].map(|id| id.to_string()).join(" ");
    check(
        &said,
        [
            &format!("client Uid 0 {STARTER} 0 {STARTER}"),
            &format!("host Uid {user}"),
            "host Gid 0 0 0 0",
            "host CapPrm 0000000000000000",
        ],
    );
    fs::remove_dir_all(&directory).unwrap();
}
