//! What may be stored and changed, as a table: MOF that sets the scene, MOF that
//! is tried on it, and what comes of it.

mod scratch;

use hiperf::repository::Source;
use hiperf::{Status, Value};
use scratch::{Scratch, assert_whole, compile, refused, try_compile};

const BASE: &str = "class A { [Key] string K; uint32 V = 1; };";
const CHILD: &str = "class A { [Key] string K; uint32 V = 1; }; class B : A { string T; };";
const INSTANCE: &str = "class A { [Key] string K; uint32 V = 1; }; instance of A { K = \"a\"; };";
const CHILD_INSTANCE: &str =
    "class A { [Key] string K; uint32 V = 1; }; class B : A { string T; }; instance of B { K = \"b\"; };";
const SAFE: &str = "#pragma classflags(\"safeupdate\")\n";
const FORCE: &str = "#pragma classflags(\"forceupdate\")\n";

/// `Ok` for a text that is stored.
#[track_caller]
fn check(scene: &str, tried: &str, expected: Status) {
    let scratch = Scratch::new("rules");
    let repository = scratch.repository();
    compile(&repository, scene);
    let before = repository.export().unwrap();
    let status = match try_compile(&repository, tried) {
        Ok(_) => Status::WBEM_S_NO_ERROR,
        Err(error) => {
            assert!(error.message().contains("test.mof:"), "no place: {error}");
            assert_eq!(repository.export().unwrap(), before, "refused, and yet something is stored");
            error.status()
        }
    };
    assert_eq!(status, expected, "{tried}\non {scene}");
    assert_whole(&repository);
}

const STORED: Status = Status::WBEM_S_NO_ERROR;
const HAS_CHILDREN: Status = Status::WBEM_E_CLASS_HAS_CHILDREN;
const HAS_INSTANCES: Status = Status::WBEM_E_CLASS_HAS_INSTANCES;
const UPDATE_OVERRIDE: Status = Status::WBEM_E_UPDATE_OVERRIDE_NOT_ALLOWED;

#[test]
fn changing_a_class_that_is_alone() {
    for text in [
        "class A { [Key] string K; };",
        "class A { [Key] string K; uint64 V; string New; };",
        "class A { [Key] uint8 Other; };",
        "[Singleton] class A { uint8 X; };",
        "class P { [Key] string K; }; class A : P { uint32 V; };",
    ] {
        check(BASE, text, STORED);
    }
}

#[test]
fn changing_a_class_with_instances() {
    for harmless in [
        "[Description(\"new\")] class A { [Key] string K; [Units(\"m\")] uint32 V = 1; };",
        "class A { [Key] string K; uint32 V = 2; };",
        INSTANCE,
    ] {
        check(INSTANCE, harmless, STORED);
        check(CHILD_INSTANCE, harmless, STORED);
    }
    for structure in [
        "class A { [Key] string K; };",
        "class A { [Key] string K; uint32 V = 1; uint8 New; };",
        "class A { [Key] string K; uint64 V = 1; };",
        "class A { [Key] string K; [Indexed] uint32 V = 1; };",
        "class A { string K; [Key] uint32 V = 1; };",
        "[Dynamic] class A { [Key] string K; uint32 V = 1; };",
        "[Abstract] class A { [Key] string K; uint32 V = 1; };",
        "class P { uint8 X; }; class A : P { [Key] string K; uint32 V = 1; };",
    ] {
        check(INSTANCE, structure, HAS_INSTANCES);
        check(INSTANCE, &format!("{SAFE}{structure}"), HAS_INSTANCES);
        check(INSTANCE, &format!("{FORCE}{structure}"), STORED);
        check(CHILD_INSTANCE, &format!("{FORCE}{structure}"), HAS_INSTANCES);
    }
    let scratch = Scratch::new("forced");
    let repository = scratch.repository();
    compile(&repository, INSTANCE);
    compile(&repository, &format!("{FORCE}class A {{ [Key] string K; }};"));
    let namespace = repository.connect("root\\default").unwrap();
    assert_eq!(namespace.static_instances("A").unwrap(), []);
}

#[test]
fn changing_a_class_with_children() {
    check(CHILD, "class A { [Key] string K; uint32 V = 2; };", STORED);
    let adding = "class A { [Key] string K; uint32 V = 1; uint8 New; };";
    check(CHILD, adding, HAS_CHILDREN);
    check(CHILD, &format!("{SAFE}{adding}"), STORED);
    check(CHILD, &format!("{FORCE}{adding}"), STORED);
    // The child has T as a string.
    let contradicting = "class A { [Key] string K; uint32 V = 1; uint8 T; };";
    check(CHILD, contradicting, HAS_CHILDREN);
    check(CHILD, &format!("{SAFE}{contradicting}"), Status::WBEM_E_UPDATE_TYPE_MISMATCH);
    check(CHILD, &format!("{FORCE}{contradicting}"), Status::WBEM_E_UPDATE_TYPE_MISMATCH);
    // The child has a value of its own for a qualifier that becomes fixed.
    let scene = "class A { [Key] string K; }; [Mark(\"child\")] class B : A { [Units(\"m\")] string K; };";
    let fixed = "[Mark(\"parent\") : ToSubclass DisableOverride] class A \
                 { [Key, Units(\"s\") : ToSubclass DisableOverride] string K; };";
    check(scene, fixed, HAS_CHILDREN);
    check(scene, &format!("{SAFE}{fixed}"), UPDATE_OVERRIDE);
    check(scene, &format!("{FORCE}{fixed}"), STORED);
    let scratch = Scratch::new("forced");
    let repository = scratch.repository();
    compile(&repository, scene);
    compile(&repository, &format!("{FORCE}{fixed}"));
    let child = repository.connect("root\\default").unwrap().class("B").unwrap();
    assert_eq!(child.qualifiers().text("Mark"), Some("parent"));
    assert_eq!(child.property("K").unwrap().qualifiers().text("Units"), Some("s"));
    // A child that keys itself contradicts a parent that gets a key.
    let scene = "[Abstract] class A { string N; }; class B : A { [Key] string K; };";
    let keyed = format!("{SAFE}[Abstract] class A {{ [Key] string N; }};");
    check(scene, &keyed, Status::WBEM_E_CANNOT_BE_KEY);
    check(CHILD, "class B : A { string T; }; class A : B { string U; };", Status::WBEM_E_CIRCULAR_REFERENCE);
}

#[test]
fn creating_and_updating_only() {
    let flags = |flag: &str, text: &str| {
        format!("#pragma classflags(\"{flag}\")\n#pragma instanceflags(\"{flag}\")\n{text}")
    };
    check(BASE, &flags("createonly", BASE), Status::WBEM_E_ALREADY_EXISTS);
    check(BASE, &flags("createonly", "class C { uint8 X; };"), STORED);
    check(BASE, &flags("updateonly", "class C { uint8 X; };"), Status::WBEM_E_NOT_FOUND);
    check(BASE, &flags("updateonly", "class A { [Key] string K; };"), STORED);
    check(INSTANCE, &flags("createonly", "instance of A { K = \"A\"; };"), Status::WBEM_E_ALREADY_EXISTS);
    check(INSTANCE, &flags("updateonly", "instance of A { K = \"b\"; };"), Status::WBEM_E_NOT_FOUND);
    check(INSTANCE, &flags("updateonly", "instance of A { K = \"a\"; V = 5; };"), STORED);

    // The flags of a command line hold for what no pragma says, and for a rebuild.
    let scratch = Scratch::new("flags");
    let repository = scratch.repository();
    compile(&repository, CHILD);
    let source = |flags| {
        let text = "class A { [Key] string K; uint8 Other; };";
        Source::from_text("f.mof", text).unwrap().with_flags(flags, "")
    };
    let refused = repository.compile("root\\default", vec![source("createonly")]).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_ALREADY_EXISTS);
    repository.compile("root\\default", vec![source("updateonly,safeupdate")]).unwrap();
    let before = repository.export().unwrap();
    assert_eq!(repository.rebuild().unwrap().lost, Vec::<String>::new());
    assert_eq!(repository.export().unwrap(), before);
}

#[test]
fn deleting() {
    check(CHILD, "#pragma deleteclass(\"A\", FAIL)", HAS_CHILDREN);
    check(CHILD, "#pragma deleteclass(\"B\", FAIL)\n#pragma deleteclass(\"a\", FAIL)", STORED);
    check(INSTANCE, "#pragma deleteclass(\"A\", FAIL)", STORED);
    check(BASE, "#pragma deleteclass(\"C\", FAIL)", Status::WBEM_E_NOT_FOUND);
    check(BASE, "#pragma deleteclass(\"C\", NOFAIL)", STORED);
    check(BASE, "#pragma deleteclass(\"__Win32Provider\", FAIL)", Status::WBEM_E_ACCESS_DENIED);
    check(INSTANCE, "#pragma deleteinstance(\"A.K=\\\"a\\\"\", FAIL)", STORED);
    check(INSTANCE, "#pragma deleteinstance(\"A=\\\"A\\\"\", FAIL)", STORED);
    check(INSTANCE, "#pragma deleteinstance(\"A.K=\\\"b\\\"\", FAIL)", Status::WBEM_E_NOT_FOUND);
    check(INSTANCE, "#pragma deleteinstance(\"A.K=\\\"b\\\"\", NOFAIL)", STORED);
    let built_in = "#pragma namespace(\"root\\\\cimv2\")\n\
                    #pragma deleteinstance(\"__Win32Provider.Name=\\\"LinuxPerf\\\"\", FAIL)";
    check(BASE, built_in, Status::WBEM_E_ACCESS_DENIED);
}

#[test]
fn what_can_not_be_stored() {
    check(BASE, "class _C { uint8 X; };", Status::WBEM_E_INVALID_OPERATION);
    check(BASE, "class C : Nope { uint8 X; };", Status::WBEM_E_INVALID_SUPERCLASS);
    check(BASE, "class C : A { [Key] string L; };", Status::WBEM_E_CANNOT_BE_KEY);
    check(BASE, "class __Provider { uint8 X; };", Status::WBEM_E_ALREADY_EXISTS);
    check(
        BASE,
        "#pragma namespace(\"root\\\\nope\")\nclass C { uint8 X; };",
        Status::WBEM_E_INVALID_NAMESPACE,
    );
    check(BASE, "instance of Nope { };", Status::WBEM_E_NOT_FOUND);
    check(
        BASE,
        "[Abstract] class C { [Key] uint8 X; }; instance of C { X = 1; };",
        Status::WBEM_E_INVALID_OPERATION,
    );
    check(BASE, "class C { uint8 X; }; instance of C { X = 1; };", Status::WBEM_E_NO_KEY);
    check(
        BASE,
        "[Dynamic, Provider(\"P\")] class C { [Key] uint8 X; }; instance of C { X = 1; };",
        Status::WBEM_E_PROVIDER_NOT_CAPABLE,
    );
    check(
        BASE,
        "class C { [Key] uint8 X; [Not_Null] string Y; }; instance of C { X = 1; };",
        Status::WBEM_E_ILLEGAL_NULL,
    );
}

#[test]
fn the_last_statement_of_a_text_counts() {
    let scratch = Scratch::new("order");
    let repository = scratch.repository();
    compile(
        &repository,
        "class A { [Key] string K; uint8 V; };
         instance of A { K = \"a\"; V = 1; };
         instance of A { K = \"A\"; V = 2; };
         #pragma deleteinstance(\"A.K=\\\"b\\\"\", NOFAIL)
         [Singleton] class S { uint8 V = 7; };
         instance of S { };",
    );
    let namespace = repository.connect("root\\default").unwrap();
    let found = namespace.static_instances("A").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].get("V").unwrap(), Value::Uint8(2));
    assert_eq!(namespace.get("S=@").unwrap().get("V").unwrap(), Value::Uint8(7));
    assert_eq!(refused(&repository, "#include \"no such file.mof\""), Status(0x8004_4030));
}

#[test]
fn structure_is_more_than_names_and_less_than_their_order() {
    let scene = "class E { uint8 X; }; class A { [Key] string K; uint32 V; A ref R; E O; void M([In] E e); };
                 instance of A { K = \"a\"; };";
    check(scene, "class A { A ref R; E O; uint32 V; [Key] string K; void M([In] E e); };", STORED);
    let reference = "class A { [Key] string K; uint32 V; E ref R; E O; void M([In] E e); };";
    check(scene, reference, HAS_INSTANCES);
    let object =
        "class F { uint8 X; }; class A { [Key] string K; uint32 V; A ref R; F O; void M([In] E e); };";
    check(scene, object, HAS_INSTANCES);
    let scene =
        "class E { uint8 X; }; class A { [Key] string K; void M([In] E e); }; class B : A { uint8 X; };";
    check(scene, "class F { uint8 X; }; class A { [Key] string K; void M([In] F e); };", HAS_CHILDREN);
}

#[test]
fn objects_in_objects_keep_their_class() {
    let delete = "#pragma deleteclass(\"E\", FAIL)";
    let class = "class E { uint8 X; };";
    for user in [
        "class H { [Key] string K; E O; }; instance of H { K = \"a\"; O = instance of E { X = 1; }; };",
        "class H { [Key] string K; object O[]; }; instance of H { K = \"a\"; O = { instance of e { } }; };",
        "class H { [Key] string K; E O = instance of E { X = 1; }; };",
        "class D { E O; }; class H { [Key] string K; D O; };
         instance of H { K = \"a\"; O = instance of D { O = instance of E { X = 1; }; }; };",
    ] {
        check(&format!("{class} {user}"), delete, HAS_INSTANCES);
        let both = format!("#pragma deleteclass(\"H\", FAIL)\n#pragma deleteclass(\"D\", NOFAIL)\n{delete}");
        check(&format!("{class} {user}"), &both, STORED);
    }
    check(
        "class E { [Key] string K; E O; }; instance of E { K = \"a\"; O = instance of E { K = \"b\"; }; };",
        delete,
        STORED,
    );
    // A class that contains itself could not be read any more.
    let scene = "class A { uint8 X; }; class B { A O = instance of A { X = 1; }; };";
    check(scene, "class A { uint8 X; B O = instance of B { }; };", Status::WBEM_E_CIRCULAR_REFERENCE);
    check(BASE, &nested(64), STORED);
}

/// An instance with objects in each other, this deep.
fn nested(depth: usize) -> String {
    let open = "instance of N { K = 1; O = ".repeat(depth);
    let close = "; }".repeat(depth);
    format!("class N {{ [Key] uint8 K; object O; }}; {open} NULL {close};")
}

/// The class may have changed since a program got it.
#[test]
fn an_instance_is_stored_as_one_of_the_class_that_is_stored() {
    let scratch = Scratch::new("stale");
    let repository = scratch.repository();
    compile(&repository, BASE);
    let namespace = repository.connect("root\\default").unwrap();
    let mut instance = hiperf_cim::Instance::spawn(&namespace.class("A").unwrap());
    instance.put("K", &Value::String("x".into())).unwrap();
    let status = |instance| namespace.put_instance(instance, 0).unwrap_err().status();
    compile(&repository, "class A { string K; [Key] uint32 V; };");
    namespace.put_instance(&instance, 0).unwrap();
    assert_eq!(namespace.get("A.V=1").unwrap().get("K").unwrap(), Value::String("x".into()));
    compile(&repository, &format!("{FORCE}class A {{ string K; [Key] uint32 V; [Key] string L; }};"));
    assert_eq!(status(&instance), Status::WBEM_E_INVALID_OBJECT);
    compile(&repository, &format!("{FORCE}class A {{ string K; [Key] uint32 V; [Not_Null] string L; }};"));
    assert_eq!(status(&instance), Status::WBEM_E_ILLEGAL_NULL);
    compile(&repository, "class A { [Key] uint32 V; };");
    assert_eq!(status(&instance), Status::WBEM_E_INVALID_PROPERTY);
    compile(&repository, "class A { string K; [Key] uint16 V; };");
    assert_eq!(status(&instance), Status::WBEM_E_TYPE_MISMATCH);
    assert_whole(&repository);
    // A class is deleted by its path; that of an instance is none.
    assert_eq!(namespace.delete_class("A.V=1").unwrap_err().status(), Status::WBEM_E_INVALID_OBJECT_PATH);
    namespace.delete_class("root\\default:A").unwrap();
}
