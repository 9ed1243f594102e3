//! [`Project`]: the files of a new provider, made from the samples.

use std::fs;
use std::path::{Path, PathBuf};

use crate::args::Language;
use crate::failure::Failure;

use super::name::ProviderName;

const RUST_SAMPLE: &str = include_str!("../../../../hiperf-provider/examples/sample.rs");
/// What the sample calls itself, and its CLSIDs.
const RUST_NAMES: [&str; 4] =
    ["Example_PerfRawData_Sample", "ExampleSample", "struct Sample ", "export!(Sample)"];
const RUST_CLSIDS: [&str; 2] =
    ["57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C01", "57C5F4B7-8E0C-4C69-B6B2-1D3B2B6F5C02"];

const C_SAMPLE: &str = include_str!("../../../../../examples/c/sample.c");
const C_MOF: &str = include_str!("../../../../../examples/c/sample.mof");
/// In the MOF as texts, in C as numbers.
const C_CLSIDS: [&str; 2] = ["5AE1B5C4-2B6F-4E0C-8D0B-6D6A2E9F3B01", "5AE1B5C4-2B6F-4E0C-8D0B-6D6A2E9F3B02"];

/// A file of the project.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// A provider's project.
#[derive(Debug)]
pub struct Project {
    pub files: Vec<File>,
    language: Language,
    name: ProviderName,
}

impl Project {
    /// # Errors
    /// The kernel gives no identifiers.
    pub fn new(name: &ProviderName, language: Language, sdk: Option<&Path>) -> Result<Project, Failure> {
        let clsids = [new_guid()?, new_guid()?];
        let mut project = Project { files: Vec::new(), language, name: name.clone() };
        match language {
            Language::Rust => project.add_rust(&clsids, sdk),
            Language::C => project.add_c(&clsids, sdk),
        }
        Ok(project)
    }

    /// What its directory is called.
    pub fn directory(&self) -> String {
        self.name.separated('-') + "-provider"
    }

    fn file(&self) -> String {
        self.name.separated('_') + "_provider"
    }

    /// The library's path in the project's directory.
    fn library(&self) -> String {
        match self.language {
            Language::Rust => format!("target/release/lib{}.so", self.file()),
            Language::C => format!("./lib{}.so", self.file()),
        }
    }

    fn add(&mut self, path: &str, text: String) {
        self.files.push(File { path: path.to_owned(), text });
    }

    fn add_rust(&mut self, clsids: &[String; 2], sdk: Option<&Path>) {
        let name = self.name.as_str();
        let names = [
            format!("{name}_PerfRawData_"),
            name.to_owned(),
            format!("struct {name}Provider "),
            format!("export!({name}Provider)"),
        ];
        let sdk = match sdk {
            Some(path) => format!("{{ path = {:?} }}", path.join("crates/hiperf-provider")),
            None => format!("{{ git = \"{}\" }}", env!("CARGO_PKG_REPOSITORY")),
        };
        let code = replaced(RUST_SAMPLE, RUST_NAMES.iter().zip(&names).chain(RUST_CLSIDS.iter().zip(clsids)));
        let manifest = include_str!("../../../templates/rust/Cargo.toml");
        let manifest = manifest.replace("@CRATE@", &self.name.separated('-')).replace("@SDK@", &sdk);
        self.add("src/lib.rs", code);
        self.add("Cargo.toml", manifest.replace("libNAME.so", &format!("lib{}.so", self.file())));
        self.add_rest(
            include_str!("../../../templates/rust/README.md"),
            include_str!("../../../templates/rust/gitignore"),
        );
    }

    fn add_c(&mut self, clsids: &[String; 2], sdk: Option<&Path>) {
        let (name, file) = (self.name.as_str(), self.file());
        let numbers = C_CLSIDS.map(in_c);
        let new_numbers = [in_c(&clsids[0]), in_c(&clsids[1])];
        let files = ["libsample.so", "sample.mof", "sample.c"];
        let new_files = [format!("lib{file}.so"), format!("{file}.mof"), format!("{file}.c")];
        let file_names = || files.iter().zip(&new_files);
        let sample = [("Sample", name)];
        let code = replaced(C_SAMPLE, numbers.iter().zip(&new_numbers));
        let code = replaced(&replaced(&code, file_names()), sample.iter().map(|(old, new)| (old, new)));
        let mof = replaced(C_MOF, C_CLSIDS.iter().zip(clsids));
        let mof = replaced(&replaced(&mof, file_names()), sample.iter().map(|(old, new)| (old, new)));
        let include = sdk.map_or_else(
            || "$(shell pkg-config --cflags hiperf)".to_owned(),
            |path| format!("-I{}", path.join("include").display()),
        );
        let makefile = include_str!("../../../templates/c/Makefile").replace("@CFLAGS@", &include);
        self.add(&new_files[2], code);
        self.add(&new_files[1], mof);
        self.add("Makefile", makefile.replace("@FILE@", &file).replace("@LIBRARY@", &new_files[0]));
        self.add_rest(
            include_str!("../../../templates/c/README.md"),
            include_str!("../../../templates/c/gitignore"),
        );
    }

    fn add_rest(&mut self, readme: &str, gitignore: &str) {
        let library = match self.language {
            Language::Rust => format!("lib{}.so", self.file()),
            Language::C => self.library(),
        };
        let readme = readme.replace("@NAME@", self.name.as_str()).replace("@FILE@", &self.file());
        self.add("README.md", readme.replace("@LIBRARY@", &library));
        self.add(".gitignore", gitignore.to_owned());
    }

    /// Where it is, and the three commands that come next.
    pub fn next_steps(&self, directory: &Path) -> String {
        let (build, directory) = (self.build(), directory.display());
        let (name, library) = (self.name.as_str(), self.library());
        format!(
            "made {directory}\n  cd {directory}\n  {build}\n  hiperf provider register {library}\n  \
             hiperf watch {name}_PerfFormattedData_Queue\n"
        )
    }

    fn build(&self) -> &'static str {
        match self.language {
            Language::Rust => "cargo build --release",
            Language::C => "make",
        }
    }
}

fn replaced<A: AsRef<str>, B: AsRef<str>>(text: &str, pairs: impl Iterator<Item = (A, B)>) -> String {
    pairs.fold(text.to_owned(), |text, (old, new)| text.replace(old.as_ref(), new.as_ref()))
}

/// A GUID as the parameters of HIPERF_GUID.
fn in_c(guid: impl AsRef<str>) -> String {
    let digits: String = guid.as_ref().chars().filter(|letter| *letter != '-').collect();
    let widths = [8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2];
    let mut at = 0;
    let parts = widths.map(|width| {
        at += width;
        format!("0x{}", &digits[at - width..at])
    });
    parts.join(", ")
}

/// A GUID that nobody has.
fn new_guid() -> Result<String, Failure> {
    let text = fs::read_to_string(PathBuf::from("/proc/sys/kernel/random/uuid"))
        .map_err(|error| Failure::System("asking the kernel for an identifier", error))?;
    Ok(text.trim().to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(language: Language) -> Project {
        Project::new(&ProviderName::parse("JobQueue").unwrap(), language, Some(Path::new("/a b"))).unwrap()
    }

    #[track_caller]
    fn text<'a>(project: &'a Project, path: &str) -> &'a str {
        &project.files.iter().find(|file| file.path == path).unwrap().text
    }

    #[test]
    fn guids() {
        let c = "0x5AE1B5C4, 0x2B6F, 0x4E0C, 0x8D, 0x0B, 0x6D, 0x6A, 0x2E, 0x9F, 0x3B, 0x01";
        assert_eq!(in_c(C_CLSIDS[0]), c);
        assert!(C_SAMPLE.contains(c) && C_MOF.contains(C_CLSIDS[1]));
        let (one, other) = (new_guid().unwrap(), new_guid().unwrap());
        assert!(one.len() == 36 && one != other, "{one}");
    }

    /// Every part of the sample that names it is replaced, and nothing is left
    /// of what it is called.
    #[test]
    fn nothing_of_the_sample_is_left() {
        for part in RUST_NAMES.iter().chain(&RUST_CLSIDS) {
            assert!(RUST_SAMPLE.contains(part), "{part}");
        }
        for language in [Language::Rust, Language::C] {
            for File { path, text } in project(language).files {
                for left in [
                    "Sample",
                    "ExampleSample",
                    "sample.",
                    "@NAME@",
                    "@FILE@",
                    "@LIBRARY@",
                    "@CRATE@",
                    "@SDK@",
                    "@CFLAGS@",
                    "1D3B2B6F5C0",
                    "6D6A2E9F3B0",
                    "0x9F, 0x3B",
                ] {
                    assert!(!text.contains(left), "{left} is in {path}: {text}");
                }
            }
        }
    }

    #[test]
    fn the_files_of_each_language() {
        let rust = project(Language::Rust);
        assert!(text(&rust, "Cargo.toml").contains("path = \"/a b/crates/hiperf-provider\""));
        assert!(text(&rust, "src/lib.rs").contains("#[class(JobQueue_PerfRawData_Queue, "));
        assert!(text(&rust, "README.md").contains("target/release/libjob_queue_provider.so"));
        let c = project(Language::C);
        assert!(text(&c, "Makefile").contains("-I/a b/include"));
        assert!(text(&c, "job_queue_provider.c").contains("\"job_queue_provider.mof\""));
        assert!(text(&c, "job_queue_provider.mof").contains("class JobQueue_PerfFormattedData_Queue"));
        let name = ProviderName::parse("JobQueue").unwrap();
        let released = Project::new(&name, Language::Rust, None).unwrap();
        assert!(text(&released, "Cargo.toml").contains("git = \"https://"));
    }
}
