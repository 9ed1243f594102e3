//! `mofcomp`, `namespaces` and `repository` from the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder for a test's files and its repository.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("hiperf-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("sub")).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Exit status, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_hiperf"))
            .arg("--state")
            .arg(self.0.join("state"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn succeed(&self, arguments: &[&str]) -> String {
        let (status, out, error) = self.run(arguments);
        assert_eq!((status, error.as_str()), (0, ""), "{arguments:?}");
        out
    }

    #[track_caller]
    fn fail(&self, arguments: &[&str]) -> String {
        let (status, out, error) = self.run(arguments);
        assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}");
        error
    }

    fn state(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

const BASE: &str = "class Base { [Key] string Name; };\n";
const MAIN: &str = "#include \"sub/base.mof\"\nqualifier Unit : ToInstance;\nclass Pump : Base { uint8 Flow; };\ninstance of Pump { Name = \"p\"; Flow = 3; };\n";

#[test]
fn compile_look_and_export() {
    let folder = Folder::new("compile");
    folder.file("sub/base.mof", BASE);
    let main = folder.file("main.mof", MAIN);
    let counted = "2 classes, 1 instance, 1 qualifier type in root\\default\n";
    assert_eq!(folder.succeed(&["mofcomp", &main, "--check"]), format!("would store {counted}"));
    assert!(!folder.state().join("state").exists(), "a check leaves nothing");
    assert_eq!(folder.succeed(&["mofcomp", &main]), format!("stored {counted}"));
    let default = ["-n", "root/default"];
    let get = folder.succeed(&[&["get", "Pump=\"P\"", "--format", "json"][..], &default].concat());
    assert_eq!(get, "{\"Name\":\"p\",\"Flow\":3}\n");
    assert!(folder.succeed(&[&["classes", "Pump"][..], &default].concat()).contains("\nPump "));
    let elsewhere = "there is one in root\\default";
    assert!(folder.fail(&["get", "Pump=\"p\""]).contains(elsewhere));
    assert!(folder.fail(&["query", "SELECT * FROM Pump"]).contains(elsewhere));
    let again = [&["mofcomp", &main, "--check"][..], &default].concat();
    assert_eq!(folder.succeed(&again), format!("would store {counted}"));

    assert_eq!(folder.succeed(&["namespaces"]), "root\nroot\\cimv2\nroot\\default\n");
    let json = folder.succeed(&["namespaces", "--format", "json"]);
    assert_eq!(json.lines().next(), Some("{\"Namespace\":\"root\"}"));
    assert!(folder.fail(&["classes", "-n", "root\\defualt"]).contains("did you mean root\\default?"));
    assert!(folder.fail(&["classes", "-n", "root\\other"]).contains("`hiperf namespaces` lists"));

    let exported = folder.succeed(&["repository", "export"]);
    let other = Folder::new("other");
    other.succeed(&["mofcomp", &other.file("all.mof", &exported)]);
    assert_eq!(other.succeed(&["repository", "export"]), exported);
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let folder = Folder::new("wrong");
    let base = folder.file("sub/base.mof", "class Base { [Key] string Name; uint8 Big = 300; };\n");
    let main = folder.file("main.mof", MAIN);
    let error = folder.fail(&["mofcomp", &main]);
    assert!(error.starts_with("error[WBEMMOF_E_OUT_OF_RANGE]: "), "{error}");
    assert!(error.contains(&format!("--> {base}:1:45\n")), "{error}");
    assert!(error.ends_with("error: nothing was stored\n"), "{error}");

    folder.file("sub/base.mof", BASE);
    folder.succeed(&["mofcomp", &main]);
    let change = folder.file("change.mof", "\nclass Base { [Key] string Name; uint8 New; };\n");
    let error = folder.fail(&["mofcomp", &change]);
    assert!(error.starts_with("error[WBEM_E_CLASS_HAS_INSTANCES]: "), "{error}");
    assert!(error.contains("change.mof:2:7\n") && error.contains("2 | class Base {"), "{error}");
    let error = folder.fail(&["mofcomp", &main, "--class", "createonly"]);
    assert!(error.starts_with("error[WBEM_E_ALREADY_EXISTS]: "), "{error}");
    let error = folder.fail(&["mofcomp", "/no/such.mof"]);
    assert!(error.starts_with("error: reading /no/such.mof: "), "{error}");
    // One command is one transaction.
    let fine = folder.file("fine.mof", "class Fine { uint8 X; };");
    folder.fail(&["mofcomp", &fine, &change]);
    assert!(!folder.succeed(&["repository", "export"]).contains("Fine"));
    let circle = folder.file("circle.mof", "#include \"circle.mof\"\n");
    assert!(folder.fail(&["mofcomp", &circle]).contains("includes itself"));
}

#[test]
fn damage_is_named_and_repaired() {
    let folder = Folder::new("damage");
    folder.file("sub/base.mof", BASE);
    let main = folder.file("main.mof", MAIN);
    folder.succeed(&["mofcomp", &main]);
    let whole = folder.succeed(&["repository", "verify"]);
    assert!(whole.ends_with("is whole: transaction 1, 2 classes, 1 instance\n"), "{whole}");
    let exported = folder.succeed(&["repository", "export"]);
    let image = folder.state().join("state/repository.image");
    let mut bytes = fs::read(&image).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&image, bytes).unwrap();
    let error = folder.fail(&["repository", "verify"]);
    assert!(error.contains("repository.image: ") && error.contains("= help: "), "{error}");
    assert!(folder.fail(&["repository", "export"]).contains("hiperf repository rebuild"));
    // The built-in classes are there; that something is missing is said, once.
    fs::write(&image, "no image").unwrap();
    for command in
        [&["classes", "Win32_Perf"][..], &["namespaces"], &["get", "__Win32Provider=\"LinuxPerf\""]]
    {
        let (status, out, error) = folder.run(command);
        assert_eq!((status, out.is_empty()), (0, false), "{command:?}: {error}");
        assert!(error.starts_with("warning: the repository's image "), "{command:?}: {error}");
        assert_eq!(error.matches("hiperf repository rebuild").count(), 1, "{command:?}: {error}");
    }
    assert_eq!(folder.succeed(&["repository", "rebuild"]), "made 4 objects anew from 1 transaction\n");
    assert_eq!(folder.succeed(&["repository", "verify"]), whole);
    assert_eq!(folder.succeed(&["repository", "export"]), exported);
}

const TEXTS: &str = "#pragma amendment(\"MS_407\")
#include \"sub/base.mof\"
qualifier Description : Amended ToSubclass;
// A pump.
[Description(\"Eine Pumpe\"), Locale(1)]
class Pump : Base { [Description(\"Der Fluss\")] uint8 Flow; };
";

#[test]
fn texts_are_split_off_and_merged() {
    let folder = Folder::new("texts");
    folder.file("sub/base.mof", BASE);
    let file = folder.file("texts.mof", TEXTS);
    let path = |name: &str| folder.state().join(name).to_str().unwrap().to_owned();
    let (mof, mfl) = (path("out.mof"), path("out.mfl"));
    let error = folder.fail(&["mofcomp", &file]);
    assert!(error.contains("texts.mof:1:1\n") && error.contains("--mof and --mfl"), "{error}");
    let wrote = folder.succeed(&["mofcomp", &file, "--mof", &mof, "--mfl", &mfl]);
    assert_eq!(wrote, format!("wrote {mof} and the texts of 1 class to {mfl}\n"));
    assert!(!folder.succeed(&["repository", "export"]).contains("Pump"), "nothing is stored");
    let neutral = fs::read_to_string(&mof).unwrap();
    assert!(neutral.contains("// A pump.\n[Locale(1)]\nclass Pump : Base { uint8 Flow; };"), "{neutral}");

    folder.succeed(&["mofcomp", &mof, &mfl]);
    let describe =
        |locale: &[&str]| folder.succeed(&[&["describe", "Pump", "-n", "root/default"], locale].concat());
    assert!(
        describe(&["--locale", "ms_407"]).contains("Eine Pumpe")
            && describe(&["--locale", "ms_407"]).contains("Der Fluss")
    );
    assert!(!describe(&[]).contains("Eine Pumpe"));
    assert_eq!(folder.succeed(&["namespaces"]).lines().last(), Some("root\\default\\ms_407"));

    // Without a pragma the locale is named with the files.
    let plain = folder.file("plain.mof", &TEXTS.replacen("#pragma amendment(\"MS_407\")", "", 1));
    let error = folder.fail(&["mofcomp", &plain, "--mof", &mof, "--mfl", &mfl]);
    assert!(error.contains("#pragma amendment(\"MS_409\")"), "{error}");
    folder.succeed(&["mofcomp", &plain, "--amendment", "MS_409", "--mof", &mof, "--mfl", &mfl]);
    assert!(fs::read_to_string(&mfl).unwrap().contains("root\\\\default\\\\ms_409"));
    let error = folder.fail(&["mofcomp", &plain, "--amendment", "MS_409", "--mof", &plain, "--mfl", &mfl]);
    assert!(error.contains("must be three files"), "{error}");
    let twice = folder.file("twice.mof", &format!("{TEXTS}#pragma amendment(\"MS_409\")\n"));
    assert!(folder.fail(&["mofcomp", &twice]).contains("WBEMMOF_E_INVALID_DUPLICATE_AMENDMENT"));
    for usage in [
        &["--mof", "x"][..],
        &["--mfl", "x"],
        &["--amendment", "MS_409"],
        &["--mof", "x", "--mfl", "y", "--check"],
    ] {
        assert_eq!(folder.run(&[&["mofcomp", &plain], usage].concat()).0, 2, "{usage:?}");
    }
}

/// A formatted class over the machine's memory: served once it is compiled.
#[test]
fn statistics_of_the_machine() {
    let folder = Folder::new("statistics");
    let file = folder.file(
        "statistics.mof",
        "[dynamic, hiperf, singleton, provider(\"HiPerfCooker_v1\"), AutoCook_RawClass(\"Win32_PerfRawData_PerfOS_Memory\")]\n\
         class Test_MemoryTrend : Win32_PerfFormattedData {\n\
           [CookingType(\"COOKER_AVERAGE\"), Counter(\"AvailableBytes\"), SampleWindow(5)] real64 Mean;\n\
           [CookingType(\"COOKER_RANGE\"), Counter(\"AvailableBytes\"), SampleWindow(5)] uint64 Range;\n\
           [CookingType(\"HIPERF_MEDIAN\"), Counter(\"AvailableBytes\"), SampleWindow(5)] uint64 Median;\n\
         };\n",
    );
    folder.succeed(&["mofcomp", "-n", "root\\cimv2", &file]);
    let page = folder.succeed(&["describe", "Test_MemoryTrend"]);
    assert!(page.contains("COOKER_AVERAGE: mean of the last samples, 5 at most."), "{page}");
    // A query has one sample.
    let row =
        folder.succeed(&["query", "SELECT Mean, Range, Median FROM Test_MemoryTrend", "--format", "csv"]);
    let values: Vec<f64> =
        row.lines().nth(1).unwrap().split(',').map(|value| value.parse().unwrap()).collect();
    assert!(values[0] > 0.0 && values[1] == 0.0 && values[0] == values[2], "{row}");
    let watched = ["watch", "Test_MemoryTrend", "--count", "3", "--interval", "1ms", "--format", "csv"];
    assert_eq!(folder.succeed(&watched).lines().count(), 4);
}
