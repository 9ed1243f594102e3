//! A directory with a `proc` that the test makes; removed when dropped.

use std::fs;
use std::path::PathBuf;

use hiperf_linux::root::Root;

pub struct Tree(PathBuf);

impl Tree {
    pub fn new(name: &str) -> Tree {
        let path = std::env::temp_dir().join(format!("hiperf-processes-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("proc")).unwrap();
        Tree(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join("proc").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        let path = self.0.join("proc").join(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }

    pub fn root(&self) -> Root {
        Root::open(&self.0).unwrap()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _best_effort = fs::remove_dir_all(&self.0);
    }
}
