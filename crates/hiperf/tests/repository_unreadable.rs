//! Images that can't be read: what is built in is there all the same, everything
//! else says what to do, and nothing that is damaged is taken for data.

mod scratch;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use hiperf::{Query, Repository, Status};
use scratch::{Scratch, assert_whole, compile, try_compile};

const TEXT: &str = "class A { [Key] string K; uint8 V = 1; }; class B : A { string T; };
    instance of A { K = \"a\"; }; instance of B { K = \"b\"; T = \"text\"; };
    instance of __Namespace { Name = \"Lab\"; };
    #pragma namespace(\"root\\\\cimv2\") class C : Win32_Perf { uint8 X; };";

fn filled(name: &str) -> (Scratch, PathBuf, Vec<u8>) {
    let scratch = Scratch::new(name);
    compile(&scratch.repository(), TEXT);
    let image = scratch.path().join("repository.image");
    let bytes = fs::read(&image).unwrap();
    (scratch, image, bytes)
}

#[track_caller]
fn assert_built_in_is_there(repository: &Repository) {
    let cimv2 = repository.connect("root\\cimv2").unwrap_or_else(|error| panic!("{error}"));
    assert!(cimv2.class("Win32_PerfRawData").is_ok());
    assert!(cimv2.class_names().iter().any(|name| name == "Win32_PerfFormattedData"));
    assert!(!cimv2.subclasses("Win32_PerfRawData").unwrap().is_empty());
    assert!(!cimv2.static_instances("__Win32Provider").unwrap().is_empty());
    assert!(cimv2.get("__Win32Provider=\"LinuxPerf\"").is_ok());
    let query = Query::new(&cimv2, "SELECT * FROM __Win32Provider").unwrap();
    assert!(!cimv2.query(&query).unwrap().is_empty());
    assert!(repository.namespaces().unwrap().len() >= 3);
}

#[test]
fn built_in_classes_need_no_image() {
    let (scratch, image, whole) = filled("unreadable");
    let cut = whole[..whole.len() / 2].to_vec();
    for bytes in [Vec::new(), b"no image".to_vec(), cut] {
        fs::write(&image, bytes).unwrap();
        let repository = scratch.repository();
        assert_built_in_is_there(&repository);
        let damage = repository.damage().expect("somebody should be told");
        assert_eq!(damage.status(), Status::WBEM_E_CRITICAL_ERROR);
        let said = damage.message();
        assert!(
            said.contains(image.to_str().unwrap()) && said.contains("hiperf repository rebuild"),
            "{said}"
        );
        let default = repository.connect("root\\default").unwrap();
        for error in [
            default.class("A").unwrap_err(),
            default.class("Nope").unwrap_err(),
            default.get("A=\"a\"").unwrap_err(),
            default.subclasses("A").unwrap_err(),
            default.static_instances("A").unwrap_err(),
            repository.connect("root\\default\\Lab").err().unwrap(),
            repository.export().unwrap_err(),
        ] {
            assert_eq!(error.status(), Status::WBEM_E_CRITICAL_ERROR, "{error}");
            assert!(error.message().contains(said), "{error}");
        }
    }
    // The store is whole: the next change makes the image anew from it.
    let repository = scratch.repository();
    compile(&repository, "instance of A { K = \"new\"; };");
    assert!(repository.damage().is_none());
    assert_eq!(repository.connect("root\\default").unwrap().static_instances("A").unwrap().len(), 3);
    assert_whole(&repository);
    // A program that was connected all the while sees it as well.
    fs::write(&image, b"no image").unwrap();
    assert!(repository.damage().is_some());
    assert_eq!(scratch.repository().rebuild().unwrap().lost, Vec::<String>::new());
    assert!(repository.damage().is_none());
}

#[test]
fn every_flipped_byte_is_noticed_or_does_no_harm() {
    let (scratch, image, whole) = filled("flipped");
    let exported = scratch.repository().export().unwrap();
    let mut told = 0;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&image, bytes).unwrap();
        let repository = scratch.repository();
        assert_built_in_is_there(&repository);
        let error = repository.export().expect_err(&format!("byte {at} is something else unnoticed"));
        assert!(error.message().contains(image.to_str().unwrap()), "byte {at}: {error}");
        let default = repository.connect("root\\default").unwrap();
        let all = default.static_instances("A").map(|all| all.len());
        assert!(all.is_err() || all.as_ref().is_ok_and(|all| *all == 2), "byte {at}: {all:?}");
        told += usize::from(default.class_names().len() > 1 && repository.damage().is_some());
        if at % 97 == 0 {
            assert_eq!(repository.rebuild().unwrap().lost, Vec::<String>::new(), "byte {at}");
            assert_eq!(scratch.repository().export().unwrap(), exported, "byte {at}");
        } else if at % 101 == 0 {
            compile(&repository, "instance of A { K = \"more\"; };");
            compile(&repository, "#pragma deleteinstance(\"A=\\\"more\\\"\", FAIL)");
            assert_eq!(repository.export().unwrap(), exported, "byte {at}");
        }
    }
    println!("{told} of {} flips were told of by a list", whole.len());
    assert!(told > whole.len() / 4);
}

#[test]
fn an_image_makes_what_store_and_log_have_lost() {
    let (scratch, _, _) = filled("only-image");
    let exported = scratch.repository().export().unwrap();
    for log in [None, Some("// hiperf 1 root\\default 1 9")] {
        fs::remove_file(scratch.path().join("repository.redb")).unwrap();
        let path = scratch.path().join("repository.mof");
        fs::remove_file(&path).unwrap();
        if let Some(text) = log {
            fs::write(&path, text).unwrap();
        }
        let refused = try_compile(&scratch.repository(), "class X { uint8 V; };").unwrap_err();
        assert_eq!(refused.status(), Status::WBEM_E_CRITICAL_ERROR, "{refused}");
        assert_eq!(scratch.repository().rebuild().unwrap().lost, Vec::<String>::new());
        assert_eq!(scratch.repository().export().unwrap(), exported);
        assert_whole(&scratch.repository());
        compile(&scratch.repository(), "class X { uint8 V; };\n#pragma deleteclass(\"X\", FAIL)");
    }
}

/// A store with a flipped bit is refused or does no harm, however redb takes it.
#[test]
fn writing_to_a_damaged_store_ends_well() {
    let (scratch, _, _) = filled("store");
    let keep = ["repository.redb", "repository.image", "repository.mof"]
        .map(|name| (scratch.path().join(name), fs::read(scratch.path().join(name)).unwrap()));
    let (store, whole) = keep[0].clone();
    let used: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let mut refused = 0;
    for at in used.iter().step_by(used.len() / 150 + 1) {
        keep.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
        let mut bytes = whole.clone();
        bytes[*at] ^= 1 << (at % 8);
        fs::write(&store, bytes).unwrap();
        let repository = scratch.repository();
        match try_compile(&repository, "instance of A { K = \"new\"; };") {
            Ok(_) => assert_whole(&repository),
            Err(error) => {
                refused += 1;
                assert!(error.message().contains("hiperf repository rebuild"), "byte {at}: {error}");
                assert_eq!(error.status(), Status::WBEM_E_CRITICAL_ERROR, "byte {at}: {error}");
                // Readers have the image.
                assert!(repository.connect("root\\default").unwrap().get("A=\"a\"").is_ok());
            }
        }
    }
    println!("{refused} refused");
    assert!(refused > 0);
}

#[test]
fn what_somebody_else_could_change_is_not_trusted() {
    let (scratch, image, _) = filled("trust");
    fs::set_permissions(&image, fs::Permissions::from_mode(0o666)).unwrap();
    let repository = scratch.repository();
    assert_built_in_is_there(&repository);
    assert_eq!(repository.damage().unwrap().status(), Status::WBEM_E_ACCESS_DENIED);
    fs::set_permissions(&image, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let refused = try_compile(&scratch.repository(), "class X { uint8 V; };").unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_ACCESS_DENIED, "{refused}");
    assert!(refused.message().contains("chmod go-w"), "{refused}");
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).unwrap();
    // A link in the place of a file leads nowhere.
    let other = Scratch::new("link");
    let target = other.path().join("target");
    fs::write(&target, "keep").unwrap();
    fs::remove_file(scratch.path().join("repository.mof")).unwrap();
    std::os::unix::fs::symlink(&target, scratch.path().join("repository.mof")).unwrap();
    assert!(try_compile(&scratch.repository(), "class X { uint8 V; };").is_err());
    assert_eq!(fs::read_to_string(&target).unwrap(), "keep");
}

#[test]
fn a_directory_is_for_everybody_to_read_and_stays_gone() {
    let scratch = Scratch::new("directory");
    let directory = scratch.path().join("deep/state");
    let repository = Repository::at(&directory);
    let old = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let compiled = try_compile(&repository, "class X { uint8 V; };");
    rustix::process::umask(old);
    compiled.unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o755);
    assert_eq!(mode(&directory.join("repository.image")), 0o644);
    for file in ["repository.redb", "repository.mof", "repository.lock"] {
        assert_eq!(mode(&directory.join(file)), 0o600, "{file}");
    }
    fs::remove_dir_all(&directory).unwrap();
    drop(repository);
    assert!(!directory.exists());
}
