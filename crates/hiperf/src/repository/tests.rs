//! What a user who isn't root sees and may do.

use super::*;

fn compile(repository: &Repository, text: &str) -> Status {
    let compiled = repository.compile(MOFCOMP_NAMESPACE, vec![Source::from_text("t.mof", text).unwrap()]);
    compiled.map_or_else(|error| error.status(), |_| Status::WBEM_S_NO_ERROR)
}

#[test]
fn a_users_own_lies_above_the_systems() {
    let path = std::env::temp_dir().join(format!("hiperf-layers-{}", std::process::id()));
    let system = Repository::at(path.join("system"));
    let user = Repository::on_top(Some(path.join("user")), Some(path.join("system")), false);
    let stored = Status::WBEM_S_NO_ERROR;
    let base = "class Base { [Key] string Name; uint8 Value = 1; }; instance of Base { Name = \"s\"; };
                instance of __Namespace { Name = \"Lab\"; };";
    assert_eq!(compile(&system, base), stored);
    assert_eq!(
        compile(&user, "class Mine : Base { uint8 More; }; instance of Mine { Name = \"m\"; };"),
        stored
    );
    assert_eq!(compile(&user, "instance of Base { Name = \"S\"; Value = 2; };"), stored);
    let value = |repository: &Repository| {
        let namespace = repository.connect(MOFCOMP_NAMESPACE).unwrap();
        namespace.get("Base=\"s\"").unwrap().get("Value").unwrap().as_integer()
    };
    assert_eq!((value(&user), value(&system)), (Some(2), Some(1)));
    assert_eq!(user.connect("root\\default").unwrap().static_instances("Base").unwrap().len(), 2);
    assert_eq!(user.namespaces().unwrap().len(), 4);
    assert!(!user.export().unwrap().contains("class Base"));
    // Taking away one's own uncovers the system's, which can't be taken away.
    let delete = "#pragma deleteinstance(\"Base=\\\"s\\\"\", FAIL)";
    assert_eq!(compile(&user, delete), stored);
    assert_eq!(value(&user), Some(1));
    let denied = Status::WBEM_E_ACCESS_DENIED;
    assert_eq!(compile(&user, delete), denied);
    assert_eq!(compile(&user, "#pragma deleteclass(\"Base\", FAIL)"), denied);
    assert_eq!(compile(&user, "#pragma deleteinstance(\"__Namespace=\\\"Lab\\\"\", FAIL)"), denied);
    // The user's class follows the system's.
    let force = "#pragma classflags(\"forceupdate\")\nclass Base { [Key] string Name; uint16 Other; };";
    assert_eq!(compile(&system, force), stored);
    let mine = user.connect(MOFCOMP_NAMESPACE).unwrap().class("Mine").unwrap();
    assert!(mine.property("Other").is_some() && mine.property("Value").is_none());
    assert_eq!(user.verify().unwrap().faults, []);
    // A rebuild says which transactions the system's class has outdated.
    let rebuilt = user.rebuild().unwrap();
    assert_eq!((rebuilt.transactions, rebuilt.lost.len()), (1, 2), "{rebuilt:?}");
    assert!(user.connect(MOFCOMP_NAMESPACE).unwrap().get("Mine=\"m\"").is_ok());
    std::fs::remove_dir_all(&path).unwrap();
}
