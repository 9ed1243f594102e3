//! [`Pressure`]: for how long tasks of the machine waited for a processor, for
//! memory, for disks, and while interrupts were handled.

pub mod resource;
pub mod stalls;

use self::resource::Resource;
use self::stalls::Stalls;
use crate::area::{Area, Entry, Moment, Sampled, first_unavailable};
use crate::file::Shape::OnePiece;
use crate::property::Sources;
use crate::root::Unavailable;
use crate::text_file::TextFile;

/// The resources, as the kernel calls them.
pub const RESOURCES: [&str; 4] = ["cpu", "memory", "io", "irq"];

/// The place of `cpu` among them.
pub const CPU: usize = 0;

/// `/proc/pressure/`.
#[derive(Debug)]
pub struct Pressure {
    files: [TextFile<Stalls>; RESOURCES.len()],
    is_wanted: bool,
}

impl Pressure {
    /// `/proc/pressure/RESOURCE`, all of them: each is an instance, and only
    /// reading it tells that the kernel counts it.
    pub const FILES: Sources = Sources::number(0);

    /// The resources that the kernel counts, or that it would if we might read
    /// them, each with its name.
    pub fn resources(&self) -> impl Iterator<Item = Resource> {
        let files = if self.is_wanted { &self.files[..] } else { &[] };
        files.iter().enumerate().filter_map(|(index, file)| {
            let unavailable = file.unavailable();
            let is_there = unavailable != Some(Unavailable::Unsupported);
            is_there.then(|| Resource { index, stalls: *file.content(), unavailable })
        })
    }
}

impl Default for Pressure {
    fn default() -> Pressure {
        let paths = ["proc/pressure/cpu", "proc/pressure/memory", "proc/pressure/io", "proc/pressure/irq"];
        Pressure { files: paths.map(|path| TextFile::new(path, OnePiece, 256)), is_wanted: false }
    }
}

impl Area for Pressure {
    const CLASSES: &'static [Entry] = &[Entry::of::<Resource>()];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(sources, self.files.each_ref().map(|file| (Pressure::FILES, file.unavailable())))
    }
}

impl Sampled for Pressure {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.is_wanted = wanted.has_any(Pressure::FILES);
        for file in &mut self.files {
            file.update(self.is_wanted, moment.root);
        }
    }
}
