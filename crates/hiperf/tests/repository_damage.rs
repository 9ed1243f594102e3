//! Files that are torn or have flipped bits: they are named, nothing made of
//! them is ever shown, and a rebuild brings everything back.

mod scratch;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use hiperf::{Repository, Status, Value};
use hiperf_cim::Instance;
use scratch::{Scratch, assert_whole, compile};

/// Everything that is kept: namespaces, classes of all sorts, instances,
/// qualifier types; by MOF and by puts, with a deletion among them.
fn filled(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let repository = scratch.repository();
    compile(
        &repository,
        r#"qualifier Units : ToInstance;
           #pragma namespace("root")
           instance of __Namespace { Name = "Lab"; };
           #pragma namespace("root\\Lab")
           [Abstract] class Thing { [Key] string Name; };
           class Pump : Thing { [Units("l/min"), MaxLen(3) : ToSubclass] real64 Flow = 1.5; datetime Since; uint8 Bits[] = {1, 2}; };
           [Description("a \"quoted\" text\n")] class Fast : Pump { sint64 Rpm = -1; boolean On = TRUE; Thing ref Next; };
           [Association] class Joint { [Key] Thing ref A; [Key] Thing ref B; };
           instance of Pump as $p { Name = "p"; Since = "20260102030405.000006+060"; };
           instance of Fast as $f { Name = "f \\ \"x\""; Flow = NULL; Next = $p; };
           instance of Joint { A = $p; B = $f; };"#,
    );
    compile(
        &repository,
        &format!("class Long {{ [Key] uint16 N; string Text = \"{}\"; }};", "long ".repeat(400)),
    );
    let default = repository.connect("root\\default").unwrap();
    for n in 0..20 {
        let mut instance = Instance::spawn(&default.class("Long").unwrap());
        instance.put("N", &Value::Uint16(n)).unwrap();
        default.put_instance(&instance, 0).unwrap();
    }
    default.delete_instance("Long.N=3").unwrap();
    scratch
}

/// The objects in the image as bytes, without what names the transaction.
fn objects(directory: &Path) -> Vec<u8> {
    let image = fs::read(directory.join("repository.image")).unwrap();
    let start = u64::from_le_bytes(image[72..80].try_into().unwrap());
    image[usize::try_from(start).unwrap()..].to_vec()
}

#[track_caller]
fn assert_rebuilds(directory: &Path, expected: &[u8]) {
    let repository = Repository::at(directory);
    let rebuilt = repository.rebuild().unwrap();
    assert_eq!(rebuilt.lost, Vec::<String>::new());
    assert_whole(&repository);
    assert!(objects(directory) == expected, "the rebuilt repository is another");
}

#[test]
fn a_rebuild_makes_the_same() {
    let scratch = filled("rebuild");
    let expected = objects(scratch.path());
    assert_rebuilds(scratch.path(), &expected);
    for file in ["repository.redb", "repository.image"] {
        fs::remove_file(scratch.path().join(file)).unwrap();
        let faults = scratch.repository().verify().unwrap().faults;
        assert!(faults.iter().any(|fault| fault.file == file), "{faults:?}");
        assert_rebuilds(scratch.path(), &expected);
    }
    // The log is made anew from the store, with nothing lost.
    fs::remove_file(scratch.path().join("repository.mof")).unwrap();
    assert_eq!(scratch.repository().verify().unwrap().faults[0].file, "repository.mof");
    assert_rebuilds(scratch.path(), &expected);
}

#[test]
fn an_export_makes_the_same() {
    let scratch = filled("export");
    let text = scratch.repository().export().unwrap();
    let other = Scratch::new("import");
    compile(&other.repository(), &text);
    assert_eq!(other.repository().export().unwrap(), text);
    assert!(objects(other.path()) == objects(scratch.path()), "{text}");
}

/// A class comes after those it is made of, however deep and whatever their names.
#[test]
fn an_export_has_an_order_that_compiles() {
    let scratch = Scratch::new("order");
    let repository = scratch.repository();
    compile(
        &repository,
        "class Z { uint8 X; }; class Y : Z { uint8 More; }; class W { Y List[]; };
         class A { object O = instance of Y { X = 1; More = 2; }; };
         class B : A { W Deep = instance of W { List = { instance of Y { X = 3; } }; }; };
         class C { void M([In] Z a); };
         class D { [Key] string K; B O; }; instance of D { K = \"d\"; O = instance of B { }; };",
    );
    // What a class is made of may be younger than the class.
    compile(
        &repository,
        "class V { uint8 X; }; class C { V O = instance of V { X = 1; }; void M([In] Z a); };",
    );
    let text = repository.export().unwrap();
    let other = Scratch::new("ordered");
    compile(&other.repository(), &text);
    assert_eq!(other.repository().export().unwrap(), text);
    assert!(objects(other.path()) == objects(scratch.path()), "{text}");
    // So it does when the log is made anew from the store.
    fs::remove_file(scratch.path().join("repository.mof")).unwrap();
    assert_rebuilds(scratch.path(), &objects(other.path()));
}

#[test]
fn a_store_older_than_its_log_is_not_written_to() {
    let scratch = filled("older");
    let store = scratch.path().join("repository.redb");
    let old = fs::read(&store).unwrap();
    compile(&scratch.repository(), "class X { uint8 A; };");
    compile(&scratch.repository(), "class Y { uint8 A; };");
    let expected = objects(scratch.path());
    fs::write(&store, old).unwrap();
    let refused = scratch::try_compile(&scratch.repository(), "class Z { uint8 A; };").unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_CRITICAL_ERROR, "{refused}");
    assert!(refused.message().contains("rebuild"), "{refused}");
    assert_rebuilds(scratch.path(), &expected);
}

/// Flips bits and cuts at `count` places of a file, and looks at what comes of
/// it. Returns how often a verification found something.
fn damage(file: &str, count: usize) -> (usize, usize) {
    let scratch = filled("damage");
    let expected = objects(scratch.path());
    let text = scratch.repository().export().unwrap();
    let path = scratch.path().join(file);
    let whole = fs::read(&path).unwrap();
    let keep: Vec<_> = ["repository.redb", "repository.image", "repository.mof"]
        .map(|name| (scratch.path().join(name), fs::read(scratch.path().join(name)).unwrap()))
        .into();
    let (mut found, mut tried) = (0, 0);
    for n in 0..count {
        let at = n * whole.len() / count;
        for cut in [false, true] {
            keep.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
            let mut bytes = whole.clone();
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] ^= 1 << (n % 8);
            }
            fs::write(&path, bytes).unwrap();
            tried += 1;
            let repository = scratch.repository();
            // It is said, in the file where it is; or it did no harm.
            let verified = repository.verify().unwrap();
            if !verified.faults.is_empty() {
                found += 1;
                assert!(
                    verified.faults.iter().any(|fault| fault.file == file),
                    "byte {at}: {:?}",
                    verified.faults
                );
                assert!(verified.faults.iter().all(|fault| !fault.remedy.is_empty()));
            }
            // A reader gets the truth or an error that says so, never something else.
            match repository.export() {
                Ok(seen) => assert!(seen == text, "byte {at}, cut {cut}: something else is read"),
                Err(error) => assert_eq!(error.status(), Status::WBEM_E_CRITICAL_ERROR, "{error}"),
            }
            if !verified.faults.is_empty() {
                let rebuilt = repository.rebuild().unwrap();
                assert_eq!(rebuilt.lost, Vec::<String>::new(), "byte {at}, cut {cut}");
                assert_whole(&scratch.repository());
                assert!(objects(scratch.path()) == expected, "byte {at}, cut {cut}: rebuilt differently");
            } else {
                assert!(verified.classes > 0);
            }
        }
    }
    println!("{file}: {found} of {tried} did harm and were found");
    (found, tried)
}

#[test]
fn a_damaged_image_is_found() {
    let (found, tried) = damage("repository.image", 24);
    assert_eq!(found, tried);
}

#[test]
fn a_damaged_log_is_found() {
    let (found, tried) = damage("repository.mof", 24);
    // Cutting at its end changes nothing.
    assert!(found >= tried - 1, "{found} of {tried}");
}

#[test]
fn a_damaged_store_is_found() {
    // Much of a store is free pages, where a bit does no harm.
    let silent = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(|| damage("repository.redb", 40)));
    std::panic::set_hook(silent);
    let (found, tried) = result.unwrap();
    assert!(found * 4 >= tried, "{found} of {tried}");
}
