//! [`Walk`]: finds the cgroups of a hierarchy by going through its directories.
//!
//! The kernel says of a directory how many others are in it (its links, less
//! two), so that those without any, which most are, are not opened. Opening a
//! directory and reading its entries, some forty files, costs ten times as much
//! as reading a counter, so this is done only when something may have changed.

use std::cmp::Ordering;
use std::ops::Range;

use rustix::fd::AsFd as _;
use rustix::fs::{FileType, OFlags, RawDir};
use rustix::io::Errno;

use crate::cgroups::reading::{c_path, shown};
use crate::root::{Root, Unavailable};

/// More cgroups are no machine's, and the rest would not be read in time.
const MOST_GROUPS: usize = 1 << 16;

/// Deeper ones are left out: paths grow with it, and those of the kernel end at
/// 4096 bytes.
const MOST_DEPTH: u16 = 64;

/// Room for the entries that one call returns.
const ENTRIES_BYTES: usize = 32 << 10;

/// Links of a directory without others in it.
const LINKS_OF_A_LEAF: u64 = 2;

/// A directory that was found.
#[derive(Debug, Clone)]
struct Found {
    path: Range<usize>,
    depth: u16,
    /// `None`: it went before it could be looked at.
    inode: Option<u64>,
}

/// The directories of one hierarchy. Keeps its memory for the next walk.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    paths: Vec<u8>,
    found: Vec<Found>,
    path: Vec<u8>,
    entries: Vec<u8>,
}

impl Walk {
    /// Goes through all directories beneath `point`. One that may not be opened
    /// has nothing below it.
    ///
    /// # Errors
    /// Why `point` itself can't be looked at.
    pub(crate) fn go(&mut self, root: &mut Root, point: &[u8]) -> Result<(), Unavailable> {
        self.paths.clear();
        self.found.clear();
        self.entries.reserve(ENTRIES_BYTES);
        self.found.push(Found { path: 0..0, depth: 0, inode: None });
        let mut at = 0;
        while at < self.found.len() {
            let looked = self.look(root, point, at);
            if at == 0 {
                looked.map_err(Unavailable::from_errno)?;
            }
            at += 1;
        }
        self.found.retain(|found| found.inode.is_some());
        let paths = &self.paths;
        self.found.sort_unstable_by(|a, b| in_order(&paths[a.path.clone()], &paths[b.path.clone()]));
        Ok(())
    }

    /// The path and the inode of each, parents in front of children. The topmost
    /// one is `/`.
    pub(crate) fn found(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.found.iter().map(|found| {
            let path = &self.paths[found.path.clone()];
            (if path.is_empty() { b"/" } else { path }, found.inode.unwrap_or_default())
        })
    }

    /// Looks at a directory and adds those in it.
    fn look(&mut self, root: &mut Root, point: &[u8], at: usize) -> Result<(), Errno> {
        let Found { path, depth, .. } = self.found[at].clone();
        let parts = [point, &self.paths[path.clone()]];
        let c_path = c_path(&mut self.path, &parts).map_err(|_| Errno::INVAL)?;
        let said = root.stat_beneath(c_path)?;
        if FileType::from_raw_mode(said.st_mode) != FileType::Directory {
            return Err(Errno::NOTDIR);
        }
        self.found[at].inode = Some(said.st_ino);
        #[allow(clippy::useless_conversion)] // the width differs between architectures
        let links = u64::from(said.st_nlink);
        if links == LINKS_OF_A_LEAF || depth == MOST_DEPTH {
            if at == 0 && root.is_teed() {
                root.tee(&shown(&[point]), b"");
            }
            return Ok(());
        }
        let directory = root.open_beneath(c_path, OFlags::DIRECTORY)?;
        let first = self.found.len();
        root.costs.reads += 1;
        let mut entries = RawDir::new(directory.as_fd(), self.entries.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry.inspect_err(|_| root.costs.failures += 1)?;
            let name = entry.file_name().to_bytes();
            let may_be_one = matches!(entry.file_type(), FileType::Directory | FileType::Unknown);
            if !may_be_one || name == b"." || name == b".." || self.found.len() == MOST_GROUPS {
                continue;
            }
            let start = self.paths.len();
            self.paths.extend_from_within(path.clone());
            self.paths.push(b'/');
            self.paths.extend_from_slice(name);
            self.found.push(Found { path: start..self.paths.len(), depth: depth + 1, inode: None });
        }
        if root.is_teed() {
            let mut names = Vec::new();
            for found in &self.found[first..] {
                names.extend_from_slice(&self.paths[found.path.start + path.len() + 1..found.path.end]);
                names.push(b'\n');
            }
            root.tee(&shown(&[point, &self.paths[path]]), &names);
        }
        Ok(())
    }
}

/// Children come behind their parent, before the next name that begins alike.
fn in_order(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |byte: &u8| if *byte == b'/' { 0 } else { u16::from(*byte) + 1 };
    a.iter().map(rank).cmp(b.iter().map(rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_follow_their_parent() {
        let mut paths = ["/b", "/a/x", "/a", "", "/a-b", "/a/x/y", "/a.slice"].map(str::as_bytes);
        paths.sort_by(|a, b| in_order(a, b));
        assert_eq!(paths, ["", "/a", "/a/x", "/a/x/y", "/a-b", "/a.slice", "/b"].map(str::as_bytes));
    }
}
