//! What the tests share: a user with a home, libraries to register, and the
//! command.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The user of the tests where root runs them: one without rights.
pub const NOBODY: u32 = 65534;
/// Another one.
pub const STRANGER: u32 = 65533;

/// Says why a test can't run here; in CI every test can.
pub fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {why}");
    println!("skipped: {why}");
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

pub fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A folder that anybody may enter and only its owner may write to, with a
/// user's home in it. The user is nobody, if root runs the tests.
pub struct World {
    pub path: PathBuf,
    /// Folders of provider files for `HIPERF_PROVIDERS`, instead of the usual.
    pub folders: Vec<PathBuf>,
}

/// What the command did.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub error: String,
}

impl World {
    pub fn new(test: &str) -> World {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("hiperf-provider-{test}-{}-{number}", std::process::id()));
        let _left_over = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        mode(&path, 0o755);
        let world = World { path: path.canonicalize().unwrap(), folders: Vec::new() };
        world.directory("home");
        world
    }

    /// A world whose provider files are in these folders of it.
    pub fn with_folders(test: &str, folders: &[&str]) -> World {
        let mut world = World::new(test);
        world.folders = folders.iter().map(|folder| world.directory(folder)).collect();
        world
    }

    /// Where a user without root registers.
    pub fn user_folder(&self) -> PathBuf {
        self.path.join("home/.local/share/hiperf/providers.d")
    }

    /// A directory of the user.
    pub fn directory(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir_all(&path).unwrap();
        self.give(&path);
        mode(&path, 0o755);
        path
    }

    /// A file of the user.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, text).unwrap();
        self.give(&path);
        mode(&path, 0o644);
        path
    }

    fn give(&self, path: &Path) {
        if is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    /// A copy of a library, which is the user's.
    pub fn library(&self, library: &Path, name: &str) -> PathBuf {
        self.file(name, fs::read(library).unwrap())
    }

    /// The toy of the SDK's examples.
    pub fn toy(&self) -> PathBuf {
        self.library(rust_toy(), "libtoy.so")
    }

    /// Compiles a library of `tests/c` with more C behind it.
    pub fn c_library(&self, source: &str, more: &str, name: &str) -> PathBuf {
        let tests = repository().join("tests/c");
        let text = format!("#include \"{}\"\n{more}\n", tests.join(source).display());
        let code = self.file(&format!("{name}.c"), text);
        let built = self.path.join(format!("{name}.built"));
        let mut cc = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()));
        cc.args([
            "-std=c11",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-shared",
            "-fPIC",
            "-fvisibility=hidden",
        ]);
        cc.arg("-I").arg(repository().join("include")).arg(&code).arg("-o").arg(&built);
        assert!(cc.status().unwrap().success());
        self.library(&built, name)
    }

    /// Puts the provider host beside the command. Says so if it isn't built.
    pub fn has_provider_host(&self) -> bool {
        const HOST: &str = "hiperf-provider-host";
        let built = Path::new(env!("CARGO_BIN_EXE_hiperf")).with_file_name(HOST);
        if !built.exists() {
            skip("hiperf-provider-host isn't built; cargo build -p hiperfd builds it");
            return false;
        }
        // By another process, as the command is copied.
        let host = self.path.join(HOST);
        assert!(Command::new("cp").arg(built).arg(&host).status().unwrap().success());
        mode(&host, 0o755);
        true
    }

    /// The command with its repository in the world, run by the user.
    pub fn command(&self) -> Command {
        let mut command = self.command_of_own_user();
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// The same, run by whoever runs the tests.
    pub fn command_of_own_user(&self) -> Command {
        let program = self.path.join("hiperf");
        if !program.exists() {
            // Where it was built is not always open to other users. Not by this
            // process: what another test starts meanwhile would inherit the open
            // file, and a program that is open for writing can't be started.
            let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_hiperf")).arg(&program).status();
            assert!(copied.unwrap().success());
            mode(&program, 0o755);
        }
        let mut command = Command::new(program);
        command.env_remove("XDG_DATA_HOME").env_remove("XDG_STATE_HOME").env_remove("HIPERF_PROVIDERS");
        command.env("HOME", self.path.join("home")).stdin(Stdio::null()).current_dir(&self.path);
        if !self.folders.is_empty() {
            command.env("HIPERF_PROVIDERS", std::env::join_paths(&self.folders).unwrap());
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command().args(arguments))
    }

    #[track_caller]
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!((ran.status, ran.error.as_str()), (Some(0), ""), "{arguments:?}: {ran:?}");
        ran.out
    }

    /// Fails with this status, and says all of that.
    #[track_caller]
    pub fn fail(&self, arguments: &[&str], status: &str, says: &[&str]) {
        let ran = self.run(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""), "{arguments:?}: {ran:?}");
        for part in says.iter().chain([&status]) {
            assert!(ran.error.contains(part), "{part:?} is not in:\n{}", ran.error);
        }
    }
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { status: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
}

impl Drop for World {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.path);
    }
}

/// The toy's library, which is built with the profile of this test.
pub fn rust_toy() -> &'static Path {
    static TOY: LazyLock<PathBuf> = LazyLock::new(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().unwrap().parent().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", "hiperf-provider", "--example", "toy"]);
        cargo.arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
        profile.join("examples/libtoy.so")
    });
    &TOY
}

/// A text as a C string literal.
pub fn c_literal(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{line}\\n\"\n")
    });
    lines.collect()
}
