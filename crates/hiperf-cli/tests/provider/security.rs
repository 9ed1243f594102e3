//! Whose files and variables are believed.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::world::{STRANGER, World, is_root, mode, ran, skip};

const QUERY: [&str; 2] = ["query", "SELECT Depth FROM Example_PerfRawData_Queue"];
const FAILURE: &str = "WBEM_E_PROVIDER_LOAD_FAILURE";
const REGISTER: [&str; 3] = ["provider", "register", "libtoy.so"];

#[test]
fn libraries_that_others_may_write_to() {
    let world = World::new("writable");
    let toy = world.toy();
    for bits in [0o664, 0o646] {
        mode(&toy, bits);
        world.fail(&REGISTER, FAILURE, &["libtoy.so: it is writable by others", "chmod go-w"]);
    }
    mode(&toy, 0o644);
    let inner = world.directory("inner");
    let library = world.library(&toy, "inner/libtoy.so");
    let register = ["provider", "register", "inner/libtoy.so"];
    mode(&inner, 0o775);
    let chmod = format!("run chmod go-w {}", inner.display());
    world.fail(&register, FAILURE, &["is writable by others, who could replace the library", &chmod]);
    mode(&inner, 0o755);
    world.succeed(&register);
    // What was good when it was registered is looked at again when it is loaded.
    mode(&inner, 0o777);
    world.fail(&QUERY, FAILURE, &["loading provider ExampleToy", &chmod]);
    mode(&inner, 0o755);
    // A link is followed first, and then its path counts.
    let open = world.directory("open");
    world.library(&toy, "open/libtoy.so");
    mode(&open, 0o777);
    fs::remove_file(&library).unwrap();
    symlink(open.join("libtoy.so"), &library).unwrap();
    world.fail(&QUERY, FAILURE, &["open is writable by others, who could replace the library"]);
}

#[test]
fn provider_files_that_others_may_write_to() {
    let world = World::with_folders("open-files", &["providers.d"]);
    world.toy();
    world.succeed(&REGISTER);
    let folder = &world.folders[0];
    let check = |says: &[&str]| {
        let ran = world.run(&QUERY);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        for part in
            says.iter().chain(&["warning: ", "WBEM_E_ACCESS_DENIED", "no class Example_PerfRawData_Queue"])
        {
            assert!(ran.error.contains(part), "{part:?} is not in:\n{}", ran.error);
        }
    };
    for name in ["toy.toml", "toy.mof"] {
        let file = folder.join(name);
        mode(&file, 0o666);
        check(&["toy.toml is left out: the ", name, "it is writable by others, who could change it"]);
        mode(&file, 0o644);
    }
    mode(folder, 0o777);
    check(&["providers.d is left out: folder ", "who could replace provider files", "run chmod go-w"]);
    // Nor would anything be registered there.
    world.fail(&REGISTER, "WBEM_E_ACCESS_DENIED", &["would not be believed", "run chmod go-w"]);
    mode(folder, 0o755);
    world.succeed(&QUERY);
}

/// As root, with files of another user; and as a user without rights, with
/// files of a third.
#[test]
fn files_of_others() {
    if !is_root() {
        return skip("only root can give files away");
    }
    let mut world = World::with_folders("foreign", &["providers.d"]);
    let toy = world.toy();
    world.succeed(&REGISTER);
    let file = world.folders[0].join("toy.toml");
    let foreign = |path: &Path, says: &[&str]| {
        let before = fs::metadata(path).unwrap().uid();
        chown(path, Some(STRANGER), None).unwrap();
        let ran = world.run(&QUERY);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        for part in says {
            assert!(ran.error.contains(part), "{part:?} is not in:\n{}", ran.error);
        }
        chown(path, Some(before), None).unwrap();
    };
    foreign(&toy, &[FAILURE, "libtoy.so: it belongs to user 65533"]);
    foreign(&file, &["toy.toml is left out", "it belongs to user 65533", "WBEM_E_ACCESS_DENIED"]);
    foreign(&world.folders[0], &["is left out", "belongs to user 65533, who could replace provider files"]);
    foreign(&world.path, &["belongs to user 65533, who could replace"]);
    world.succeed(&QUERY);
    // What root has put there is believed by everybody.
    for path in [&toy, &file, &file.with_extension("mof"), &world.folders[0]] {
        chown(path, Some(0), Some(0)).unwrap();
    }
    world.succeed(&QUERY);
    // But root believes no other user, and doesn't look into a home.
    let as_root = ran(world.command_of_own_user().args(QUERY).args(["--format", "csv"]));
    assert_eq!(as_root.out, "Depth\n7\n", "{as_root:?}");
    chown(&toy, Some(STRANGER), None).unwrap();
    let as_root = ran(world.command_of_own_user().args(QUERY));
    assert!(as_root.error.contains("it belongs to user 65533"), "{as_root:?}");
    chown(&toy, Some(0), None).unwrap();
    world.folders.clear();
    world.succeed(&REGISTER);
    world.succeed(&QUERY);
    let as_root = ran(world.command_of_own_user().args(QUERY));
    assert!(as_root.error.contains("no class Example_PerfRawData_Queue"), "{as_root:?}");
}

/// A user can't write where the administrator registers.
#[test]
fn a_folder_that_is_roots() {
    if !is_root() {
        return skip("only root can keep a folder from this user");
    }
    let world = World::with_folders("roots", &["providers.d"]);
    world.toy();
    chown(&world.folders[0], Some(0), Some(0)).unwrap();
    world.fail(&REGISTER, "WBEM_E_ACCESS_DENIED", &["writing ", "Permission denied"]);
    let as_root = ran(world.command_of_own_user().args(REGISTER));
    assert!(as_root.error.contains("it belongs to user 65534"), "{as_root:?}");
    chown(world.path.join("libtoy.so"), Some(0), Some(0)).unwrap();
    let as_root = ran(world.command_of_own_user().args(REGISTER));
    assert_eq!(as_root.status, Some(0), "{as_root:?}");
    world.succeed(&QUERY);
    world.fail(&["provider", "unregister", "toy"], "WBEM_E_ACCESS_DENIED", &["removing "]);
    // Whatever root's umask is, everybody may read what it registers.
    let file = world.folders[0].join("toy.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
}

/// Whoever starts a set-user-ID program chooses its environment, but not what
/// it loads.
#[test]
fn a_set_user_id_program_does_not_listen() {
    if !is_root() {
        return skip("only root can make a program of another user");
    }
    let world = World::with_folders("set-user-id", &["providers.d"]);
    world.toy();
    world.succeed(&REGISTER);
    let listed = |uid: u32| {
        let listed = ran(world.command().args(["provider", "list"]).uid(uid).gid(uid));
        assert_eq!(listed.status, Some(0), "{listed:?}");
        listed.out
    };
    let program = world.path.join("hiperf");
    // Its owner is the one whom the files belong to, so they could be believed.
    chown(&program, Some(crate::world::NOBODY), None).unwrap();
    assert!(listed(crate::world::NOBODY).contains("ExampleToy"));
    mode(&program, 0o4755);
    let as_stranger = listed(STRANGER);
    // Without the owner's rights it is a stranger's program, which says what it doesn't believe.
    if as_stranger.contains("belongs to user 65534") {
        return skip("the temporary directory is mounted nosuid");
    }
    assert!(!as_stranger.contains("ExampleToy"), "{as_stranger}");
}
