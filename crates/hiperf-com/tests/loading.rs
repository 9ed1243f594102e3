//! Loading libraries: what is refused and how it is said, and the whole way
//! from a path to a refresher and back to an unloaded library.
#![cfg(target_os = "linux")]

mod common;

use std::error::Error as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hiperf_com::client::Provider;
use hiperf_com::library::{CheckedLibrary, Library};
use hiperf_com::provider::Initialization;
use hiperf_com::{Guid, IWbemHiPerfProvider, IWbemRefresher, Interface, Status, registry};

const TOY: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2B18");
const LIMIT: Duration = Duration::from_secs(10);

/// A directory of our own that goes away with the test.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("hiperf-com-{}-{test}", std::process::id()));
        let _left_over = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        mode(&path, 0o755);
        Directory(path.canonicalize().unwrap())
    }

    /// A copy of the toy library.
    fn library(&self, name: &str) -> PathBuf {
        let target = self.0.join(name);
        fs::copy(toy_library(), &target).unwrap();
        mode(&target, 0o755);
        target
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Cargo builds examples along with tests: target/<profile>/examples beside
/// target/<profile>/deps, where this test is.
fn toy_library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples/libtoy_library.so")
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[track_caller]
fn refused(path: &Path, status: Status, why: &str) {
    check(Library::load(path), path, status, why);
}

#[track_caller]
fn check(loaded: hiperf_cim::Result<Library>, path: &Path, status: Status, why: &str) {
    let Err(error) = loaded else { panic!("{} was loaded", path.display()) };
    assert_eq!(error.status(), Status::WBEM_E_PROVIDER_LOAD_FAILURE);
    let message = error.message();
    assert!(message.contains(why) && message.contains(&*path.to_string_lossy()), "{message}");
    let cause = error.source().and_then(|cause| cause.downcast_ref::<hiperf_cim::Error>());
    assert_eq!(cause.map(hiperf_cim::Error::status), Some(status), "{message}");
}

#[test]
fn what_is_no_provider() {
    let directory = Directory::new("no-provider");
    refused(&directory.0.join("missing.so"), Status::CO_E_DLLNOTFOUND, "no such file");
    refused(&directory.0, Status::CO_E_DLLNOTFOUND, "not a regular file");
    let text = directory.0.join("text.so");
    fs::write(&text, "not a library").unwrap();
    mode(&text, 0o644);
    refused(&text, Status::CO_E_DLLNOTFOUND, "no ELF header");
    let short = directory.0.join("short.so");
    fs::write(&short, "\x7f").unwrap();
    mode(&short, 0o644);
    refused(&short, Status::CO_E_DLLNOTFOUND, "no ELF header");
    let broken = directory.0.join("broken.so");
    fs::write(&broken, "\x7fELF and nothing else").unwrap();
    mode(&broken, 0o644);
    refused(&broken, Status::CO_E_DLLNOTFOUND, "can't be loaded");
    refused(Path::new("/dev/null"), Status::CO_E_DLLNOTFOUND, "not a regular file");
}

#[test]
fn a_library_without_the_entry_point() {
    // The C library is a library that everyone has; it is root's.
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let libc =
        maps.split_whitespace().find(|word| word.contains("/libc.so") || word.contains("/libc-")).unwrap();
    refused(Path::new(libc), Status::CO_E_ERRORINDLL, "exports no DllGetClassObject");
}

#[test]
fn what_others_may_write_to() {
    let directory = Directory::new("writable");
    let library = directory.library("toy.so");
    assert!(Library::load(&library).is_ok());
    for bits in [0o775, 0o757] {
        mode(&library, bits);
        refused(&library, Status::E_ACCESSDENIED, "writable by others");
    }
    mode(&library, 0o755);
    for bits in [0o775, 0o757, 0o777] {
        mode(&directory.0, bits);
        refused(
            &library,
            Status::E_ACCESSDENIED,
            &format!("directory {} is writable by others", directory.0.display()),
        );
    }
    // Sticky doesn't help a directory that isn't root's; ours is, if root runs this.
    mode(&directory.0, 0o1777);
    let is_root = is_root();
    assert_eq!(Library::load(&library).is_ok(), is_root);
    mode(&directory.0, 0o755);
    // What counts is where a link leads.
    let link = directory.0.join("link.so");
    symlink(&library, &link).unwrap();
    assert!(Library::load(&link).is_ok());
    let writable = directory.0.join("writable");
    fs::create_dir(&writable).unwrap();
    mode(&writable, 0o777);
    fs::copy(&library, writable.join("toy.so")).unwrap();
    fs::remove_file(&link).unwrap();
    symlink(writable.join("toy.so"), &link).unwrap();
    refused(&link, Status::E_ACCESSDENIED, "writable by others");
}

#[test]
fn what_belongs_to_others() {
    const STRANGER: u32 = 12345;
    if !is_root() {
        assert!(std::env::var_os("HIPERF_CI").is_none(), "only root can give a file away");
        println!("skipped: only root can give a file away");
        return;
    }
    let directory = Directory::new("foreign");
    let inside = directory.0.join("inside");
    fs::create_dir(&inside).unwrap();
    mode(&inside, 0o755);
    let library = directory.library("inside/toy.so");
    assert!(Library::load(&library).is_ok());
    chown(&library, Some(STRANGER), None).unwrap();
    refused(&library, Status::E_ACCESSDENIED, "it belongs to user 12345");
    chown(&library, Some(0), None).unwrap();
    // Anywhere above it, even if all below is root's.
    for above in [&inside, &directory.0] {
        chown(above, Some(STRANGER), None).unwrap();
        let why =
            format!("directory {} belongs to user 12345, who could replace the library", above.display());
        refused(&library, Status::E_ACCESSDENIED, &why);
        chown(above, Some(0), None).unwrap();
    }
    // A link is as good as what it leads to, whoever owns the link.
    let link = directory.0.join("link.so");
    symlink(&library, &link).unwrap();
    std::os::unix::fs::lchown(&link, Some(STRANGER), None).unwrap();
    assert!(Library::load(&link).is_ok());
    chown(&inside, Some(STRANGER), None).unwrap();
    refused(&link, Status::E_ACCESSDENIED, "inside belongs to user 12345");
}

#[test]
fn what_changes_between_check_and_load() {
    let directory = Directory::new("changing");
    let denied = Status::E_ACCESSDENIED;
    let path = directory.library("toy.so");
    let other = || directory.library("other.so");
    let checked = CheckedLibrary::open(&path).unwrap();
    assert_eq!(checked.real_path(), path);
    assert!(checked.load().is_ok());

    let checked = CheckedLibrary::open(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.push(0);
    fs::write(&path, bytes).unwrap();
    check(checked.load(), &path, denied, "it was changed between being checked and being loaded");

    let checked = CheckedLibrary::open(&path).unwrap();
    mode(&path, 0o775);
    check(checked.load(), &path, denied, "it was changed");
    mode(&path, 0o755);

    let checked = CheckedLibrary::open(&path).unwrap();
    fs::rename(other(), &path).unwrap();
    check(checked.load(), &path, denied, "it was replaced by another file while it was being loaded");

    let link = directory.0.join("link.so");
    symlink(&path, &link).unwrap();
    let checked = CheckedLibrary::open(&link).unwrap();
    fs::remove_file(&link).unwrap();
    symlink(other(), &link).unwrap();
    check(checked.load(), &link, denied, "it was replaced by another file");

    let checked = CheckedLibrary::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    check(checked.load(), &path, denied, "it was replaced");
}

#[test]
fn what_a_library_tells_of_itself() {
    let directory = Directory::new("tells");
    let library = Library::load(&directory.library("toy.so")).unwrap();
    assert_eq!(library.mof().unwrap().as_deref(), Some("// The toy has no classes of its own.\n"));
    library.check_provider(&TOY).unwrap();
    let other = Guid::parse("00000000-0000-0000-0000-0000000000AB");
    let error = library.check_provider(&other).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_PROVIDER_LOAD_FAILURE);
    assert!(error.message().contains("does not have class {00000000-"), "{error}");
}

fn use_the_toy() {
    let class = common::toy_class();
    let initialization = Initialization::new("root\\cimv2", common::services(&class));
    let provider = Provider::load(TOY, &initialization, LIMIT).unwrap();
    let refresher = provider.create_refresher().unwrap();
    assert_eq!(refresher.refresh(0), Status::WBEM_S_NO_ERROR);
    assert!(refresher.as_com().cast::<IWbemRefresher>().is_ok());
    assert!(refresher.as_com().cast::<IWbemHiPerfProvider>().is_err());
    let error = provider.get_objects(&[], None).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
    // The library is built from the same source but is another module: its
    // objects are strangers, and its sentences stay inside.
    assert!(error.message().contains("GetObjects"), "{error}");
    assert_eq!((registry::unload_if_idle(), registry::unload_if_idle()), (0, 0));
}

#[test]
fn from_a_path_to_a_refresher_and_out_again() {
    let directory = Directory::new("whole-way");
    let path = directory.library("toy.so");
    registry::register_library(TOY, &path);
    // In a thread of its own: what the library keeps for a thread holds the
    // library in memory until that thread ends.
    std::thread::spawn(use_the_toy).join().unwrap();
    let maps = || fs::read_to_string("/proc/self/maps").unwrap();
    assert!(maps().contains("whole-way"));
    assert_eq!(registry::unload_if_idle(), 0);
    assert_eq!(registry::unload_if_idle(), 1);
    assert!(!maps().contains("whole-way"));

    // Loaded again when asked for again; a use in between keeps it.
    assert!(registry::class_object(TOY).is_ok());
    assert_eq!(registry::unload_if_idle(), 0);
    assert!(registry::class_object(TOY).is_ok());
    assert_eq!(registry::unload_if_idle(), 0);
    assert_eq!(registry::unload_if_idle(), 1);

    let other = Guid::parse("00000000-0000-0000-0000-0000000000AA");
    registry::register_library(other, &path);
    let error = registry::class_object(other).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_PROVIDER_LOAD_FAILURE);
    assert!(error.message().contains("does not have class {00000000-"), "{error}");
    let mut out = std::ptr::null_mut();
    // SAFETY: `out` outlives the call.
    let asked = unsafe { registry::get_class_object(other, &IWbemRefresher::IID, &raw mut out) };
    assert_eq!(asked.unwrap_err().status(), Status::CLASS_E_CLASSNOTAVAILABLE);
    assert!(registry::revoke(other) && registry::revoke(TOY) && !registry::revoke(TOY));
    let error = registry::class_object(TOY).unwrap_err();
    assert_eq!(error.status(), Status::REGDB_E_CLASSNOTREG);
    assert!(error.message().contains("{5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2B18}"), "{error}");
}

#[test]
fn two_libraries_are_two() {
    // Each is known to the loader by a descriptor's name, which may not be used twice.
    let directory = Directory::new("two");
    let one = Library::load(&directory.library("one.so")).unwrap();
    let two = Library::load(&directory.library("two.so")).unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    assert!(maps.contains("two/one.so") && maps.contains("two/two.so"));
    assert!(one.can_unload() && two.can_unload());
    assert_ne!(one.path(), two.path());
}
