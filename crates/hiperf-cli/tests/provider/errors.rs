//! Everything that `register` and `unregister` refuse, each with what to do.

use std::path::Path;

use crate::world::World;

const CLIENT: &str = "{A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02}";
const INVALID: &str = "WBEM_E_INVALID_PROVIDER_REGISTRATION (0x80041012)";

/// A MOF whose parts can be left out.
fn mof(provider: &str, registration: &str, class: &str) -> String {
    format!("{provider}\n{registration}\n{class}\n")
}

fn provider() -> String {
    format!("instance of __Win32Provider as $P {{ Name = \"Parts\"; ClientLoadableCLSID = \"{CLIENT}\"; }};")
}

const INSTANCES: &str = "instance of __InstanceProviderRegistration { provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE; };";
const CLASS: &str =
    "[dynamic, hiperf, provider(\"Parts\")] class Example_Parts : Win32_PerfRawData { [key] string Name; };";

#[test]
fn libraries_that_are_none() {
    let world = World::new("no-library");
    let failure = "WBEM_E_PROVIDER_LOAD_FAILURE (0x80041013)";
    let check = |path: &str, says: &str| {
        world.fail(&["provider", "register", path], failure, &["provider library ", path, says]);
    };
    check("missing.so", "there is no such file");
    check("home", "it is not a regular file");
    world.file("text.so", "no library");
    check("text.so", "it is not a shared library (no ELF header)");
    world.file("broken.so", "\x7fELF and no more");
    check("broken.so", "it can't be loaded");
    world.c_library("alloc_shim.c", "", "libshim.so");
    check("libshim.so", "it exports no DllGetClassObject");
}

#[test]
fn a_library_without_mof() {
    let world = World::new("no-mof");
    world.c_library("toy_provider.c", "", "libbare.so");
    let says = ["carries no MOF", "HIPERF_PROVIDER_MOF", "hiperf_provider::export!", "--mof FILE"];
    world.fail(&["provider", "register", "libbare.so"], "WBEM_E_NOT_FOUND", &says);
    world.c_library("toy_provider.c", "HIPERF_PROVIDER_MOF(\"\\xFF\");", "liblatin.so");
    let says = ["its HiperfProviderMof is not UTF-8"];
    world.fail(&["provider", "register", "liblatin.so"], "WBEM_E_PROVIDER_LOAD_FAILURE", &says);
    // What is wrong is shown where it is.
    world.c_library("toy_provider.c", "HIPERF_PROVIDER_MOF(\"class A {}\");", "libwrong.so");
    let says = ["libwrong.so(HiperfProviderMof):1:", "class A {}", "error: nothing was stored"];
    world.fail(&["provider", "register", "libwrong.so"], "WBEMMOF_E_EXPECTED_SEMI", &says);
}

#[test]
fn mof_that_lacks_something() {
    let world = World::new("lacking");
    world.toy();
    let check = |text: &str, status: &str, says: &[&str]| {
        let file = world.file("parts.mof", text);
        world.fail(&["provider", "register", "libtoy.so", "--mof", file.to_str().unwrap()], status, says);
        assert!(!world.user_folder().exists(), "something was written");
    };
    let (provider, no_hiperf) = (provider(), CLASS.replace("hiperf, ", ""));
    check("", INVALID, &["registers no provider", "instance of __Win32Provider as $P {"]);
    check(CLASS, INVALID, &["registers no provider"]);
    check(
        &mof(&provider, "", CLASS),
        INVALID,
        &[
            "provider Parts is not registered for instances",
            "Add: instance of __InstanceProviderRegistration {",
        ],
    );
    check(&mof(&provider, INSTANCES, ""), INVALID, &["no class names provider Parts", "Provider(\"Parts\")"]);
    check(
        &mof(&provider, INSTANCES, &no_hiperf),
        INVALID,
        &["class Example_Parts lacks the HiPerf qualifier"],
    );
    check(
        &mof(&provider, INSTANCES, &CLASS.replace("dynamic, ", "")),
        INVALID,
        &["class Example_Parts lacks the Dynamic qualifier", "[Dynamic, HiPerf, Provider(\"Parts\")]"],
    );
    check(
        &mof(&provider, INSTANCES, &CLASS.replace(", provider(\"Parts\")", "")),
        INVALID,
        &["class Example_Parts has the HiPerf qualifier but names no provider. Add: Provider(\"Parts\")"],
    );
    check(
        &mof(&provider, INSTANCES, &CLASS.replace("\"Parts\"", "\"Prats\"")),
        "WBEM_E_PROVIDER_NOT_FOUND",
        &["class Example_Parts names provider Prats, which is not registered", "did you mean Parts?"],
    );
    let nameless = "instance of __Win32Provider as $P { Name = \"Parts\"; };";
    check(&mof(nameless, INSTANCES, CLASS), INVALID, &["provider Parts has no COM class", "Add to its"]);
    let other = provider.replace(CLIENT, "{00000000-0000-0000-0000-000000000042}");
    check(
        &mof(&other, INSTANCES, CLASS),
        "WBEM_E_PROVIDER_LOAD_FAILURE",
        &["does not have class {00000000-0000-0000-0000-000000000042}", "check the CLSID"],
    );
    let wrong = provider.replace("Name =", "HostingModel = \"Nowhere\"; Name =");
    check(&mof(&wrong, INSTANCES, CLASS), INVALID, &["HostingModel of provider Parts is \"Nowhere\""]);
    check(
        &mof(&provider, INSTANCES, "class Win32_Perf { uint8 Mine; };"),
        "WBEM_E_ALREADY_EXISTS",
        &["class Win32_Perf is built in and can't be replaced"],
    );
    check(
        &mof(&provider.replace("Parts", "LinuxPerf"), INSTANCES, &CLASS.replace("Parts\"", "LinuxPerf\"")),
        "WBEM_E_ALREADY_EXISTS",
        &["linuxperf", "is there already, built in or from another provider file, and differs"],
    );
    let missing = world.path.join("missing.mof");
    let arguments = ["provider", "register", "libtoy.so", "--mof", missing.to_str().unwrap()];
    world.fail(&arguments, "0x8004401E", &["missing.mof"]);
    // And it is well when nothing lacks.
    let file = world.file("parts.mof", mof(&provider, INSTANCES, CLASS));
    world.succeed(&["provider", "register", "libtoy.so", "--mof", file.to_str().unwrap()]);
}

/// A MOF that is in several files is put together.
#[test]
fn mof_with_includes() {
    let world = World::new("includes");
    world.toy();
    world.file("class.mof", CLASS);
    let text = mof(&provider(), INSTANCES, "#pragma include(\"class.mof\")");
    let file = world.file("parts.mof", &text);
    world.succeed(&["provider", "register", "libtoy.so", "--mof", file.to_str().unwrap()]);
    std::fs::remove_file(world.path.join("class.mof")).unwrap();
    assert!(world.succeed(&["classes", "Example_Parts"]).contains("Example_Parts"));
    // By hand it can't be: what is included might be anybody's.
    world.file("home/.local/share/hiperf/providers.d/toy.mof", &text);
    let ran = world.run(&["classes", "Example_Parts"]);
    assert!(ran.error.contains("includes other files, which the MOF of a provider file can't"), "{ran:?}");
}

/// What makes objects that are no high-performance providers.
#[test]
fn classes_that_are_no_providers() {
    let world = World::new("no-provider");
    let text = mof(&provider(), INSTANCES, CLASS).replace(CLIENT, "{6D2F4A10-3C0B-4E5B-9A77-5B1E0C2D7A02}");
    let file = world.file("parts.mof", text);
    let check = |lacks: &str, says: &str| {
        // The toy, but one of its interfaces has another name.
        let source =
            std::fs::read_to_string(crate::world::repository().join("tests/c/toy_provider.c")).unwrap();
        let changed = source.replace(&format!("IsEqualIID(iid, &{lacks})"), "IsEqualIID(iid, &GUID_NULL)");
        assert_ne!(source, changed);
        world.file("changed.c", changed);
        let path = world.path.join("changed.c");
        world.c_library(path.to_str().unwrap(), "", "libless.so");
        let arguments = ["provider", "register", "libless.so", "--mof", file.to_str().unwrap()];
        world.fail(&arguments, "WBEM_E_PROVIDER_LOAD_FAILURE", &["is no high-performance provider", says]);
    };
    check("IID_IWbemProviderInit", "its object has no IWbemProviderInit (E_NOINTERFACE");
    check("IID_IWbemHiPerfProvider", "its object has no IWbemHiPerfProvider (E_NOINTERFACE");
}

#[test]
fn names_that_do_not_do() {
    let world = World::new("names");
    world.toy();
    for name in ["a/b", "", ".hidden", "two words", &"x".repeat(201)] {
        let says = ["can't be the name of a provider file", "--name"];
        world.fail(&["provider", "register", "libtoy.so", "--name", name], "WBEM_E_INVALID_PARAMETER", &says);
    }
    world.succeed(&["provider", "register", "libtoy.so", "--name", "my-toy.v2"]);
    world.fail(&["provider", "unregister", "my-toy.v3"], "WBEM_E_NOT_FOUND", &["did you mean my-toy.v2?"]);
    world.fail(&["provider", "unregister", "./libother.so"], "WBEM_E_NOT_FOUND", &["provider list"]);
    assert!(world.succeed(&["provider", "unregister", "my-toy.v2"]).contains("unregistered my-toy.v2"));
}

/// Two libraries can't both be right about one class.
#[test]
fn two_that_contradict_each_other() {
    let world = World::new("contradict");
    world.toy();
    world.succeed(&["provider", "register", "libtoy.so"]);
    // The same library under another name adds nothing.
    let says = ["toy.toml registers the providers of this MOF already", "--name"];
    let again = ["provider", "register", "libtoy.so", "--name", "again"];
    world.fail(&again, "WBEM_E_ALREADY_EXISTS", &says);
    let other = world.library(Path::new(crate::world::rust_toy()), "libother.so");
    let says = ["another provider file registers the providers of this MOF already"];
    world.fail(&["provider", "register", other.to_str().unwrap()], "WBEM_E_ALREADY_EXISTS", &says);
    // The same COM class for another provider.
    let other = mof(&provider(), INSTANCES, CLASS);
    let file = world.file("parts.mof", other);
    let arguments = ["provider", "register", "libother.so", "--mof", file.to_str().unwrap()];
    let says = ["class {A1C63C9C-", "is that of", "libtoy.so by another provider file"];
    world.fail(&arguments, "WBEM_E_ALREADY_EXISTS", &says);
    let text = mof(&provider(), INSTANCES, "class Example_PerfRawData_Queue { [key] string Name; };\n");
    let file = world.file("parts.mof", format!("{text}{CLASS}"));
    let arguments = ["provider", "register", "libtoy.so", "--name", "parts", "--mof", file.to_str().unwrap()];
    let says = ["class root\\cimv2:example_perfrawdata_queue is there already", "another provider file"];
    world.fail(&arguments, "WBEM_E_ALREADY_EXISTS", &says);
}
