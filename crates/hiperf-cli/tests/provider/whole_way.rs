//! From a library to rows of a query, and back.

use std::path::Path;

use crate::world::{World, c_literal, repository, skip};

const ENQUEUED: &str = "SELECT Name, Enqueued FROM Example_PerfRawData_Queue WHERE Name = 'orders'";

#[test]
fn a_user_registers_a_rust_library() {
    let world = World::new("rust");
    let toy = world.toy();
    // A relative path will do, and is kept as an absolute one.
    let printed = world.succeed(&["provider", "register", "./libtoy.so"]);
    let file = world.user_folder().join("toy.toml");
    let expected = format!(
        "registered {} by {}\n\
         provider ExampleToy in root\\cimv2\n\
         \x20 CLSID                {{A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A01}}\n\
         \x20 ClientLoadableCLSID  {{A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02}}\n\
         \x20 class                Example_PerfRawData_Queue\n\
         class Example_PerfFormattedData_Queue of provider HiPerfCooker_v1\n",
        toy.display(),
        file.display()
    );
    assert_eq!(printed, expected);
    assert_eq!(world.succeed(&["query", ENQUEUED, "--format", "csv"]), "Name,Enqueued\norders,100\n");
    let cooked = "SELECT Name, WaitTime100ns FROM Example_PerfFormattedData_Queue WHERE Name = 'orders'";
    assert_eq!(world.succeed(&["query", cooked, "--format", "csv"]), "Name,WaitTime100ns\norders,20\n");
    let one = world.succeed(&["get", "Example_PerfRawData_Queue.Name='orders'", "--format", "json"]);
    assert!(one.contains("\"Depth\":7"), "{one}");
    let listed = world.succeed(&["provider", "list"]);
    assert!(listed.contains("ExampleToy       ready     1        /"), "{listed}");
    // Again is as good as once.
    assert_eq!(world.succeed(&["provider", "register", "./libtoy.so"]), printed);
    let gone = world.succeed(&["provider", "unregister", "./libtoy.so"]);
    assert_eq!(gone, format!("unregistered toy: removed {}\n", file.display()));
    assert!(!file.exists() && !file.with_extension("mof").exists());
    world.fail(&["query", ENQUEUED], "WBEM_E_INVALID_CLASS", &["no class Example_PerfRawData_Queue"]);
}

/// A provider host is told which library the class is in.
#[test]
fn a_registered_library_runs_apart() {
    let world = World::new("apart");
    if !world.has_provider_host() {
        return;
    }
    world.toy();
    world.succeed(&["provider", "register", "libtoy.so"]);
    let rows = world.succeed(&["--isolated", "query", ENQUEUED, "--format", "csv"]);
    assert_eq!(rows, "Name,Enqueued\norders,100\n");
}

/// As the list has it; what has no provider file stays.
#[test]
fn by_the_name_of_the_provider() {
    let world = World::new("by-name");
    world.toy();
    world.succeed(&["provider", "register", "libtoy.so"]);
    let gone = world.succeed(&["provider", "unregister", "exampletoy"]);
    assert!(gone.starts_with("unregistered toy: removed "), "{gone}");
    let refuse = |what, says| {
        world.fail(&["provider", "unregister", what], "WBEM_E_NOT_FOUND", &[says]);
    };
    refuse("ExampleToy", "no provider file has the name or library ExampleToy");
    refuse("LinuxPerf", "provider LinuxPerf is built in: it can't be unregistered");
    let stored = world.file("stored.mof", "instance of __Win32Provider { Name = \"Stored\"; };");
    world.succeed(&["mofcomp", "-n", "root\\cimv2", stored.to_str().unwrap()]);
    refuse("Stored", "provider Stored is registered in the repository");
}

#[test]
fn a_c_library_carries_its_mof() {
    let world = World::new("c");
    let mof = std::fs::read_to_string(repository().join("tests/c/toy.mof")).unwrap();
    let carried = format!("HIPERF_PROVIDER_MOF({});", c_literal(&mof));
    world.c_library("toy_provider.c", &carried, "libctoy.so.1.2");
    let printed = world.succeed(&["provider", "register", "libctoy.so.1.2"]);
    assert!(printed.contains("provider ToyPerf_v1 in root\\cimv2\n"), "{printed}");
    assert!(world.user_folder().join("ctoy.toml").exists());
    let query = "SELECT Name, Level, Errors FROM Toy_PerfRawData_Counters";
    let rows = world.succeed(&["query", query, "--format", "csv"]);
    assert_eq!(rows, "Name,Level,Errors\nalpha,11,1\nbeta,21,2\ngamma,31,3\n");
    assert!(world.succeed(&["provider", "unregister", "ctoy"]).starts_with("unregistered ctoy: removed "));
}

/// The MOF of Microsoft's classic sample, as it is, with a provider under the
/// CLSID that it names.
#[test]
fn the_classic_sample() {
    const SAMPLE: &str =
        "mof-windows-classic-samples/Samples/Win7Samples/sysmgmt/wmi/vc/hiperfprovider/BasicHiPerf.Mof";
    let Some(corpora) = std::env::var_os("HIPERF_CORPORA") else {
        return skip("HIPERF_CORPORA does not name the folder with the inputs of others");
    };
    let world = World::new("classic");
    world.c_library("basic_provider.c", "", "libbasic.so");
    let sample = world.file("BasicHiPerf.Mof", std::fs::read(Path::new(&corpora).join(SAMPLE)).unwrap());
    let sample = sample.to_str().unwrap();
    world.succeed(&["provider", "register", "libbasic.so", "--mof", sample, "--name", "classic"]);
    assert!(world.user_folder().join("classic.mof").exists());
    let query =
        "SELECT Name, Counter1, Counter2, Counter3, Counter4 FROM Win32_BasicHiPerf WHERE Counter2 > 20";
    let rows = world.succeed(&["query", query, "--format", "csv"]);
    let ticks = |rank: u64| u32::try_from((5_000_000_000 * rank + 1000 * rank) & 0xFFFF_FFFF).unwrap();
    let expected = format!("beta,{},21,2,0\ngamma,{},31,3,0\n", ticks(2), ticks(3));
    assert_eq!(rows, format!("Name,Counter1,Counter2,Counter3,Counter4\n{expected}"));
    let watched = world.succeed(&["watch", "Win32_BasicHiPerf", "--count", "2", "--interval", "1ms"]);
    assert!(watched.contains("alpha"), "{watched}");
}

/// What is stored lies above provider files: so an administrator disables one.
#[test]
fn the_repository_has_the_last_word() {
    let world = World::new("last-word");
    world.toy();
    world.succeed(&["provider", "register", "libtoy.so"]);
    let disabled = "instance of __Win32Provider { Name = \"ExampleToy\"; Enabled = FALSE;
                    ClientLoadableCLSID = \"{A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02}\"; };
                    class Example_More : Example_PerfRawData_Queue { uint32 More; };";
    let file = world.file("disabled.mof", disabled);
    world.succeed(&["mofcomp", "-n", "root\\cimv2", file.to_str().unwrap()]);
    world.fail(&["query", ENQUEUED], "WBEM_E_PROVIDER_DISABLED", &["provider ExampleToy is disabled"]);
    assert!(world.succeed(&["provider", "list"]).contains("ExampleToy       disabled"));
    // What is stored may derive from what a provider file has, also when it is made anew.
    world.succeed(&["describe", "Example_More"]);
    let rebuilt = world.succeed(&["repository", "rebuild"]);
    assert!(rebuilt.ends_with("from 1 transaction\n"), "{rebuilt}");
    let exported = world.succeed(&["repository", "export"]);
    assert!(exported.contains("class Example_More") && !exported.contains("class Example_PerfRawData_Queue"));
}

/// A library for another namespace than the usual one.
#[test]
fn into_another_namespace() {
    let world = World::new("namespace");
    world.toy();
    let mof = "instance of __Win32Provider as $P { Name = \"Elsewhere\";
                 ClientLoadableCLSID = \"{A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02}\"; };
               instance of __InstanceProviderRegistration { provider = $P; SupportsGet = TRUE; };
               [dynamic, hiperf, provider(\"Elsewhere\")] class Elsewhere { [key] string Name; };";
    let file = world.file("elsewhere.mof", mof);
    let arguments =
        ["provider", "register", "libtoy.so", "-n", "root\\default", "--mof", file.to_str().unwrap()];
    let printed = world.succeed(&arguments);
    assert!(printed.contains("provider Elsewhere in root\\default\n"), "{printed}");
    assert!(world.succeed(&["classes", "Elsewhere", "-n", "root\\default"]).contains("Elsewhere"));
    world.fail(&["describe", "Elsewhere"], "WBEM_E_", &["Elsewhere"]);
}
