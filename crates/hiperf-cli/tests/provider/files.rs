//! Provider files that a package or a person writes, and folders that cover
//! each other.

use crate::world::World;

const QUERY: [&str; 4] = ["query", "SELECT Depth FROM Example_PerfRawData_Queue", "--format", "csv"];

#[test]
fn broken_files_harm_nobody_else() {
    let world = World::with_folders("broken", &["providers.d"]);
    world.toy();
    world.succeed(&["provider", "register", "libtoy.so"]);
    world.file("providers.d/bad.toml", "library = \"/nowhere/libx.so\"\nmoof = \"x.mof\"\n");
    world.file("providers.d/half.toml", "library = \"/nowhere/libx.so\"\nmof = \"half.mof\"\n");
    world.file("providers.d/half.mof", "class Half {");
    world.file("providers.d/lost.toml", "library = \"/nowhere/libx.so\"\nmof = \"lost.mof\"\n");
    // These are nobody's business.
    world.file("providers.d/README", "text");
    world.file("providers.d/.hidden.toml", "nonsense");
    let ran = world.run(&QUERY);
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), "Depth\n7\n"), "{ran:?}");
    for part in [
        "bad.toml is left out: TOML parse error at line 2, column 1",
        "unknown field `moof`",
        "half.toml is left out: error[WBEMMOF_E_",
        "half.mof:1:13",
        "lost.toml is left out: the MOF ",
        "lost.mof: it can't be found",
    ] {
        assert!(ran.error.contains(part), "{part:?} is not in:\n{}", ran.error);
    }
    assert_eq!(ran.error.matches("warning: ").count(), 3, "{}", ran.error);
    let listed = world.succeed(&["provider", "list", "--format", "csv"]);
    let faulty = listed.lines().filter(|line| line.contains(",faulty,")).count();
    assert_eq!((faulty, listed.matches("ExampleToy,ready,").count()), (3, 1), "{listed}");
    let table = world.succeed(&["provider", "list"]);
    assert!(
        table.contains("bad.toml: TOML parse error") && table.contains("WBEM_E_INVALID_PROVIDER"),
        "{table}"
    );
    let json = world.succeed(&["provider", "list", "--format", "json"]);
    assert!(
        json.contains("\"Name\":\"lost\",\"State\":\"faulty\"") && json.contains("\"Classes\":[\"Example_")
    );
    // What is faulty can be taken away all the same.
    for name in ["bad", "half", "lost"] {
        world.succeed(&["provider", "unregister", name]);
    }
    assert!(world.run(&QUERY).error.is_empty());
}

#[test]
fn a_file_without_clsids_has_those_of_its_mof() {
    let world = World::with_folders("by-hand", &["providers.d"]);
    let toy = world.toy();
    let mof = crate::world::repository().join("crates/hiperf-provider/examples/toy.mof");
    world.file("providers.d/queues.mof", std::fs::read(mof).unwrap());
    let library = toy.display();
    world.file("providers.d/by-hand.toml", format!("library = '{library}'\nmof = 'queues.mof'\n"));
    assert_eq!(world.succeed(&QUERY), "Depth\n7\n");
    // Its classes are in the repository, its library in a file: that will do too.
    let clsid = "{A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02}";
    world.file("providers.d/by-hand.toml", format!("library = '{library}'\nclsids = ['{clsid}']\n"));
    world.succeed(&["mofcomp", "-n", "root\\cimv2", "providers.d/queues.mof"]);
    assert_eq!(world.succeed(&QUERY), "Depth\n7\n");
    world.succeed(&["provider", "unregister", "by-hand"]);
    // A MOF of another name may be somebody else's.
    assert!(world.path.join("providers.d/queues.mof").exists());
    let says = ["is not registered", "hiperf provider register"];
    world.fail(&QUERY[..2], "WBEM_E_PROVIDER_LOAD_FAILURE", &says);
    assert!(world.succeed(&["provider", "list"]).contains("ExampleToy       no library"));
}

#[test]
fn a_library_that_went_away() {
    let world = World::with_folders("went-away", &["providers.d"]);
    let toy = world.toy();
    world.succeed(&["provider", "register", "libtoy.so"]);
    std::fs::remove_file(&toy).unwrap();
    world.fail(&QUERY[..2], "WBEM_E_PROVIDER_LOAD_FAILURE", &["libtoy.so: there is no such file"]);
    let listed = world.succeed(&["provider", "list"]);
    assert!(
        listed.contains("ExampleToy       faulty") && listed.contains("there is no such file"),
        "{listed}"
    );
    // Unregistering needs no library.
    world.succeed(&["provider", "unregister", toy.to_str().unwrap()]);
}

#[test]
fn later_folders_cover_earlier_ones() {
    let world = World::with_folders("cover", &["packages", "own"]);
    let toy = world.toy();
    let text = |library: &str| format!("library = \"{library}\"\nclsids = []\n");
    world.file("packages/toy.toml", text("/nowhere/libtoy.so"));
    world.succeed(&["provider", "register", "libtoy.so"]);
    assert!(world.path.join("own/toy.toml").exists());
    assert_eq!(world.succeed(&QUERY), "Depth\n7\n");
    let (own, packages) = (world.path.join("own/toy.toml"), world.path.join("packages/toy.toml"));
    let gone = world.succeed(&["provider", "unregister", "toy"]);
    assert_eq!(
        gone,
        format!("unregistered toy: removed {}\n{} counts from now on\n", own.display(), packages.display())
    );
    let says = ["is not in your folder", "removes the package"];
    world.fail(&["provider", "unregister", "toy"], "WBEM_E_ACCESS_DENIED", &says);
    world.fail(&["provider", "unregister", "/nowhere/libtoy.so"], "WBEM_E_ACCESS_DENIED", &says);
    assert!(packages.exists() && toy.exists());
}
