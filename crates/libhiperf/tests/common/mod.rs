//! What the tests share: the built libraries, the C compiler, and running
//! programs.
#![allow(dead_code)] // each test crate uses a part

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// Says that a test can't run here and why. In CI everything must run.
pub fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {why}");
    println!("skipped: {why}");
}

/// Areas whose instances come and go by themselves on a machine in use.
const CHURNING: [&str; 2] = ["process", "cgroups"];

/// The raw classes of the built-in provider whose instances stay as they are.
#[cfg(feature = "linux")]
pub fn steady_classes() -> Vec<&'static str> {
    let areas = hiperf_linux::sampler::AREAS.iter().filter(|(area, _)| !CHURNING.contains(area));
    areas.flat_map(|(_, classes)| *classes).map(hiperf_linux::area::Entry::name).collect()
}

/// Without a built-in provider there are none.
#[cfg(not(feature = "linux"))]
pub fn steady_classes() -> Vec<&'static str> {
    Vec::new()
}

/// The root of the source tree.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().and_then(Path::parent).expect("the package is in crates/").to_owned()
}

/// A program of `tests/c` or another file there.
pub fn source(name: &str) -> PathBuf {
    root().join("tests/c").join(name)
}

/// An empty directory for what one test makes.
pub fn directory(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libhiperf").join(test);
    if path.exists() {
        fs::remove_dir_all(&path).expect("nobody else writes here");
    }
    fs::create_dir_all(&path).expect("cargo makes its directory writable");
    fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("the directory is ours");
    path
}

/// The directory of the built libraries. Cargo doesn't build a `cdylib` for the
/// tests of its package, so it is asked to: in the profile of this very test.
pub static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().expect("a test has a path");
    let profile_dir = test.parent().and_then(Path::parent).expect("tests are in <profile>/deps");
    let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is target/tmp");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--offline", "-p", "libhiperf", "-p", "libhiperf-linux"]);
    cargo.arg("--target-dir").arg(target_dir);
    match profile_dir.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => {}
        Some(profile) => {
            cargo.args(["--profile", profile]);
        }
    }
    let above = profile_dir.parent().expect("the profile is in the target directory");
    if above != target_dir {
        cargo.arg("--target").arg(above.file_name().expect("named by the target"));
    }
    run(&mut cargo);
    profile_dir.to_owned()
});

/// A directory with the names under which the linker and the loader look for
/// the library.
pub fn lib_dir(inside: &Path) -> PathBuf {
    let lib = inside.join("lib");
    fs::create_dir(&lib).expect("the directory is new");
    for name in ["libhiperf.so", "libhiperf.so.0"] {
        symlink(BUILT.join("libhiperf.so"), lib.join(name)).expect("the directory is ours");
    }
    lib
}

/// Runs a command that must succeed; returns its standard output.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = output(command);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the programs print ASCII")
}

/// Runs a command, whatever comes of it.
#[track_caller]
pub fn output(command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?}: {error}"),
    }
}

/// Whether a program is installed.
pub fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn compiler(variable: &str, usual: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

/// The C compiler, which the tests require.
pub fn cc() -> Command {
    Command::new(compiler("CC", "cc"))
}

/// The C++ compiler, if there is one.
pub fn cxx() -> Option<Command> {
    let name = compiler("CXX", "c++");
    is_installed(&name).then(|| Command::new(name))
}

/// The header's folder and all warnings as errors.
pub fn strict(command: &mut Command) -> &mut Command {
    command.args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "-g"]);
    command.arg("-I").arg(root().join("include"))
}

/// Adds what links a program with the library.
pub fn linked<'a>(command: &'a mut Command, lib: &Path) -> &'a mut Command {
    command.arg("-L").arg(lib).arg("-lhiperf").arg(format!("-Wl,-rpath,{}", lib.display())).arg("-ldl")
}

/// Compiles a client of `tests/c` into `inside`, linked with the library.
#[track_caller]
pub fn client(name: &str, inside: &Path) -> PathBuf {
    let program = inside.join(name);
    let mut cc = cc();
    strict(&mut cc).arg("-std=c11").arg(source(&format!("{name}.c"))).arg("-o").arg(&program);
    run(linked(&mut cc, &lib_dir(inside)));
    program
}

/// Compiles the toy provider's library.
#[track_caller]
pub fn toy_library(inside: &Path) -> PathBuf {
    shared(&["-std=c11", "-pedantic"], "toy_provider.c", &inside.join("libtoy.so"))
}

/// Compiles the library that counts allocations.
#[track_caller]
pub fn shim(inside: &Path) -> PathBuf {
    shared(&["-std=gnu11"], "alloc_shim.c", &inside.join("liballoc_shim.so"))
}

#[track_caller]
fn shared(flags: &[&str], name: &str, library: &Path) -> PathBuf {
    let mut cc = cc();
    cc.args(["-Wall", "-Wextra", "-Werror", "-O2", "-g", "-shared", "-fPIC", "-fvisibility=hidden"]);
    cc.args(flags).arg("-I").arg(root().join("include"));
    run(cc.arg(source(name)).arg("-o").arg(library).arg("-ldl"));
    fs::set_permissions(library, Permissions::from_mode(0o755)).expect("the file is ours");
    library.to_owned()
}

/// Whether hiperf would load a library from this directory: it refuses one
/// that somebody else could replace. If not, the test is skipped.
pub fn may_load_from(directory: &Path) -> bool {
    let own = fs::metadata("/proc/self").map(|own| own.uid()).unwrap_or_default();
    for above in directory.ancestors() {
        let Ok(status) = fs::metadata(above) else { continue };
        let (mode, owner) = (status.mode(), status.uid());
        let is_sticky = mode & 0o1000 != 0 && owner == 0;
        if (owner != 0 && owner != own) || (mode & 0o022 != 0 && !is_sticky) {
            skip(&format!("others may write to {}, so no library is loaded from there", above.display()));
            return false;
        }
    }
    true
}

/// The program under Valgrind, which makes errors and lost memory a failure;
/// `None` if it isn't installed. Memory that is "possibly" lost is what hash
/// tables of the library's statics point into.
pub fn under_valgrind(program: &Path) -> Option<Command> {
    if !is_installed("valgrind") {
        skip("valgrind is not installed");
        return None;
    }
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["-q", "--error-exitcode=9", "--leak-check=full"]);
    valgrind.args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"]);
    valgrind.arg(program);
    Some(valgrind)
}
