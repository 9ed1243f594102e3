//! A tree of files that a test makes and changes.

use std::fs;
use std::path::PathBuf;

use hiperf_linux::root::Root;

/// A directory that is removed when the test ends.
pub struct Tree(PathBuf);

impl Tree {
    /// An empty one, with `name` in its own.
    pub fn new(name: &str) -> Tree {
        let path = std::env::temp_dir().join(format!("hiperf-linux-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Tree(path)
    }

    /// Writes a file, in place if it is there.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Where it is.
    #[allow(dead_code)] // not every test needs to know
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// A root of it.
    pub fn root(&self) -> Root {
        Root::open(&self.0).unwrap()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _best_effort = fs::remove_dir_all(&self.0);
    }
}
