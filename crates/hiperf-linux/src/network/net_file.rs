//! [`NetFile`]: a file of `/proc/net`, which is a link to `/proc/self/net`: of the
//! network namespace of whoever reads it.
//!
//! Beneath a root where nobody here is a process, such as a host's `/proc` seen
//! from a container that has its own process ids, it is that of the first process
//! there.

use crate::file::Shape;
use crate::root::{Root, Unavailable};
use crate::text_file::{Content, TextFile};

/// A file of `/proc/net`.
#[derive(Debug)]
pub struct NetFile<T> {
    own: TextFile<T>,
    init: TextFile<T>,
}

impl<T: Content> NetFile<T> {
    /// The file at `own`, or else at `init`.
    #[must_use]
    pub fn new(own: &'static str, init: &'static str, shape: Shape, expected_bytes: usize) -> NetFile<T> {
        let file = |path| TextFile::new(path, shape, expected_bytes);
        NetFile { own: file(own), init: file(init) }
    }

    /// Reads the file if it is wanted; else its content is empty.
    pub fn update(&mut self, wanted: bool, root: &mut Root) {
        self.own.update(wanted, root);
        let is_elsewhere = self.own.unavailable() == Some(Unavailable::Unsupported);
        self.init.update(wanted && is_elsewhere, root);
    }

    /// What the file says.
    #[must_use]
    pub fn content(&self) -> &T {
        self.file().content()
    }

    /// Why it could not be read in the last sample, if it was wanted.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.file().unavailable()
    }

    fn file(&self) -> &TextFile<T> {
        if self.own.unavailable() == Some(Unavailable::Unsupported) { &self.init } else { &self.own }
    }
}

/// The file of `/proc/net` with this name.
macro_rules! net_file {
    ($name:literal, $shape:expr, $expected_bytes:expr) => {
        $crate::network::net_file::NetFile::new(
            concat!("proc/net/", $name),
            concat!("proc/1/net/", $name),
            $shape,
            $expected_bytes,
        )
    };
}

pub(crate) use net_file;
