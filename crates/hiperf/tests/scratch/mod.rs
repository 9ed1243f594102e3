//! What the tests of the repository share: a directory that goes away, and
//! MOF without a file.

#![allow(dead_code)] // each test uses a part

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use hiperf::repository::{Compilation, Source};
use hiperf::{Repository, Result, Status};

/// A directory of the test's own, removed when it is dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // In memory where that can be had: nothing here depends on the disk, and
        // each transaction waits for it several times.
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let path = parent.join(format!("hiperf-{name}-{}-{number}", std::process::id()));
        // A process that was killed may have left one.
        let _absent = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn repository(&self) -> Repository {
        Repository::at(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

pub fn try_compile(repository: &Repository, text: &str) -> Result<Compilation> {
    repository.compile("root\\default", vec![Source::from_text("test.mof", text)?])
}

#[track_caller]
pub fn compile(repository: &Repository, text: &str) -> Compilation {
    try_compile(repository, text).unwrap_or_else(|error| panic!("{error}"))
}

/// The status with which a text is refused.
#[track_caller]
pub fn refused(repository: &Repository, text: &str) -> Status {
    match try_compile(repository, text) {
        Ok(done) => panic!("{text} was stored: {done:?}"),
        Err(error) => error.status(),
    }
}

/// Panics if a verification finds anything that is damaged.
#[track_caller]
pub fn assert_whole(repository: &Repository) {
    let verified = repository.verify().unwrap();
    assert_eq!(verified.faults, [], "{verified:?}");
}

/// Ends a test that can't be run here; in CI every test has to run.
pub fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {why}");
    println!("skipped: {why}");
}
