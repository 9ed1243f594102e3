//! A text as a whole: where it goes, which statements count, and what a check
//! says of it.

mod scratch;

use hiperf::repository::Source;
use hiperf::{Repository, Status};
use scratch::{Scratch, assert_whole, compile, refused};

fn source(text: &str) -> Vec<Source> {
    vec![Source::from_text("test.mof", text).unwrap()]
}

#[track_caller]
fn refused_in(repository: &Repository, namespace: &str, text: &str) -> Status {
    repository.compile(namespace, source(text)).unwrap_err().status()
}

#[test]
fn every_statement_counts_whatever_pragmas_are_between() {
    let scratch = Scratch::new("pragmas");
    let repository = scratch.repository();
    let done = compile(
        &repository,
        "#pragma autorecover\n#pragma locale(\"en_US\")
         class A { [Key] string K; };
         #pragma classflags(\"updateonly\")\n#pragma instanceflags(\"createonly\")
         instance of A { K = \"a\"; }; instance of A { K = \"b\"; };",
    );
    assert_eq!((done.classes, done.instances), (1, 2));
    let default = repository.connect("root\\default").unwrap();
    assert_eq!(default.static_instances("A").unwrap().len(), 2);
    // What is wrong is said at the statement that is wrong.
    let wrong = "#pragma autorecover\nclass A { [Key] string K; };\n#pragma deleteclass(\"Nope\", FAIL)";
    let error = repository.compile("root\\default", source(wrong)).unwrap_err();
    assert!(error.message().contains("test.mof:3:"), "{error}");
    assert_whole(&repository);
}

#[test]
fn a_text_goes_into_a_namespace_that_is_there() {
    let scratch = Scratch::new("target");
    let repository = scratch.repository();
    let class = "class A { [Key] string K; }; qualifier Q : ToInstance;";
    for namespace in ["root/default", "\\\\.\\ROOT\\default", "//localhost/root/default"] {
        repository.compile(namespace, source(class)).unwrap();
    }
    assert_eq!(repository.verify().unwrap().generation, 1, "the same place, and nothing new");
    for text in [class, "qualifier Q : ToInstance;"] {
        assert_eq!(refused_in(&repository, "root\\nope", text), Status::WBEM_E_INVALID_NAMESPACE);
        assert_eq!(refused_in(&repository, "root\\a b", text), Status::WBEM_E_INVALID_NAMESPACE);
        assert_eq!(refused_in(&repository, "\\\\elsewhere\\root", text), Status::WBEM_E_NOT_SUPPORTED);
        let elsewhere = format!("#pragma namespace(\"root\\\\nope\")\n{text}");
        assert_eq!(refused(&repository, &elsewhere), Status::WBEM_E_INVALID_NAMESPACE);
    }
    assert_whole(&repository);
    assert_eq!(repository.rebuild().unwrap().lost, Vec::<String>::new());
}

#[test]
fn a_namespace_has_one_name() {
    let scratch = Scratch::new("names");
    let repository = scratch.repository();
    compile(&repository, "instance of __Namespace { Name = \"a\"; };");
    for name in ["a\\\\b", "a/b", "", "x y", ".."] {
        let text = format!("instance of __Namespace {{ Name = \"{name}\"; }};");
        assert_eq!(refused(&repository, &text), Status::WBEM_E_INVALID_NAMESPACE, "{name}");
    }
    compile(
        &repository,
        "#pragma namespace(\"root\\\\default\\\\a\")\ninstance of __Namespace { Name = \"b\"; };",
    );
    let deep = "#pragma deleteinstance(\"__Namespace=\\\"a\\\\\\\\b\\\"\", FAIL)";
    assert_eq!(refused(&repository, deep), Status::WBEM_E_INVALID_NAMESPACE);
    assert_eq!(repository.namespaces().unwrap().len(), 5);
}

#[test]
fn a_check_says_what_a_compile_does() {
    let scratch = Scratch::new("check");
    let repository = scratch.repository();
    compile(&repository, "class A { [Key] string K; uint8 V; }; instance of A { K = \"a\"; };");
    let check = |text: &str| match repository.check("root/default", &source(text)) {
        Ok(_) => Status::WBEM_S_NO_ERROR,
        Err(error) => error.status(),
    };
    let exported = repository.export().unwrap();
    assert_eq!(check("#pragma deleteinstance(\"A=\\\"a\\\"\", FAIL)"), Status::WBEM_S_NO_ERROR);
    assert_eq!(check("#pragma deleteclass(\"A\", FAIL)"), Status::WBEM_S_NO_ERROR);
    let force = "#pragma classflags(\"forceupdate\")\nclass A { [Key] string K; };";
    assert_eq!(check(force), Status::WBEM_S_NO_ERROR);
    assert_eq!(check("class A { [Key] string K; };"), Status::WBEM_E_CLASS_HAS_INSTANCES);
    // What is in this process only is not there for a compile, so not for a check.
    let default = repository.connect("root\\default").unwrap();
    default.compile_mof("here.mof", "class Here { [Key] string K; };").unwrap();
    assert_eq!(check("class Below : Here { uint8 V; };"), Status::WBEM_E_INVALID_SUPERCLASS);
    assert_eq!(repository.export().unwrap(), exported);
}

#[test]
fn what_is_as_it_was_is_no_transaction() {
    let scratch = Scratch::new("same");
    let repository = scratch.repository();
    let text = "qualifier Q : ToInstance; class A { [Key] string K; }; instance of A { K = \"a\"; };";
    for _ in 0..2 {
        compile(&repository, text);
    }
    compile(&repository, "instance of A { K = \"b\"; };\n#pragma deleteinstance(\"A=\\\"b\\\"\", FAIL)");
    assert_eq!(repository.verify().unwrap().generation, 1);
}
