//! [`Listing`]: which devices of a kind there are, by the names in a directory
//! such as `/sys/class/hwmon`.
//!
//! Devices come and go rarely, and reading a directory takes three calls. So it is
//! read when it is wanted for the first time and then once a second at most; what
//! comes is there a second later. What goes is noticed at once by its own files,
//! which then fail.
//!
//! A device is the same as before if it has the same name and the same inode, which
//! the kernel gives anew to each.

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{OFlags, RawDir, SeekFrom, seek};
use rustix::io::Errno;

use crate::area::Moment;
use crate::root::{Kept, Root, Unavailable};
use crate::roster::Roster;

/// How long a list is believed, in the 100-nanosecond units of the time stamps.
const BELIEVED_100NS: u64 = 10_000_000;

/// How long it is believed that there is no such directory: only a module that is
/// loaded makes one.
const ABSENCE_BELIEVED_100NS: u64 = 60 * BELIEVED_100NS;

/// Room for the names that one call returns.
const BUFFER_BYTES: usize = 16 << 10;

/// A device in the directory: what is kept of it while it is there.
pub trait Device: Sized {
    /// Whether an entry of this name is one.
    fn is_one(name: &[u8]) -> bool;

    /// What is kept of the device whose directory is at `path`. Nothing is read.
    fn at(path: &str) -> Self;
}

/// The devices that a directory lists, in the order of their numbers.
#[derive(Debug)]
pub struct Listing<T> {
    path: &'static str,
    directory: Option<Kept>,
    buffer: Vec<u8>,
    names: Vec<(Vec<u8>, u64)>,
    count: usize,
    devices: Roster<Option<T>>,
    read_at: Option<u64>,
    unavailable: Option<Unavailable>,
}

impl<T: Device> Listing<T> {
    /// The directory at `path`, relative to the root.
    #[must_use]
    pub fn new(path: &'static str) -> Listing<T> {
        Listing {
            path,
            directory: None,
            buffer: Vec::new(),
            names: Vec::new(),
            count: 0,
            devices: Roster::default(),
            read_at: None,
            unavailable: None,
        }
    }

    /// Brings the list up to date if it is wanted; else nothing is on it.
    pub fn update(&mut self, wanted: bool, moment: &mut Moment<'_>) {
        if !wanted {
            self.unavailable = None;
            self.read_at = None;
            return self.devices.hide();
        }
        let believed = if self.unavailable.is_some() { ABSENCE_BELIEVED_100NS } else { BELIEVED_100NS };
        let now = moment.at.perf_time;
        if self.read_at.is_some_and(|at| now.wrapping_sub(at) < believed) {
            return;
        }
        self.read_at = Some(now);
        self.unavailable = self.read(moment.root).map_err(Unavailable::from_errno).err();
        if self.unavailable.is_some() {
            return self.devices.hide();
        }
        self.match_devices();
    }

    /// The devices with their identities.
    pub fn devices(&self) -> impl Iterator<Item = (u64, &str, &T)> {
        self.devices.iter().filter_map(|(instance, device)| {
            let name = match instance.keys() {
                [hiperf_provider::Key::Text(name)] => *name,
                _ => "",
            };
            Some((instance.identity(), name, device.as_ref()?))
        })
    }

    /// The same, to read them.
    pub fn devices_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.devices.iter_mut().filter_map(|(_, device)| device.as_mut())
    }

    /// Why the directory could not be read.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }

    fn match_devices(&mut self) {
        let Listing { path, names, count, devices, .. } = self;
        devices.begin();
        for (name, inode) in &names[..*count] {
            let device = devices.entry(name, *inode);
            if device.is_none() {
                *device = Some(T::at(&format!("{path}/{}", String::from_utf8_lossy(name))));
            }
        }
        devices.end();
    }

    fn read(&mut self, root: &mut Root) -> Result<(), Errno> {
        self.count = 0;
        match self.directory.take() {
            Some(kept) => {
                self.read_names(root, kept.as_fd())?;
                self.directory = Some(kept);
            }
            None => {
                let descriptor = root.open_beneath(self.path, OFlags::DIRECTORY)?;
                self.read_names(root, descriptor.as_fd())?;
                self.directory = root.keep(descriptor).ok();
            }
        }
        // As people count: hwmon2 comes before hwmon10.
        self.names[..self.count].sort_unstable_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
        if root.is_teed() {
            let mut record = Vec::new();
            for (name, _) in &self.names[..self.count] {
                record.extend_from_slice(name);
                record.push(b'\n');
            }
            root.tee(self.path, &record);
        }
        Ok(())
    }

    fn read_names(&mut self, root: &mut Root, directory: BorrowedFd<'_>) -> Result<(), Errno> {
        self.buffer.reserve(BUFFER_BYTES);
        seek(directory, SeekFrom::Start(0))?;
        root.costs.reads += 1;
        let mut entries = RawDir::new(directory, self.buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry.inspect_err(|_| root.costs.failures += 1)?;
            let name = entry.file_name().to_bytes();
            if name.starts_with(b".") || !T::is_one(name) {
                continue;
            }
            if self.count == self.names.len() {
                self.names.push((Vec::new(), 0));
            }
            let (kept, inode) = &mut self.names[self.count];
            kept.clear();
            kept.extend_from_slice(name);
            *inode = entry.ino();
            self.count += 1;
        }
        Ok(())
    }
}

/// The names in a directory, sorted, for who looks once.
pub(crate) fn names_in(root: &mut Root, path: &str) -> Result<Vec<String>, Unavailable> {
    let descriptor = root.open_beneath(path, OFlags::DIRECTORY).map_err(Unavailable::from_errno)?;
    root.costs.reads += 1;
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let mut names = Vec::new();
    let mut entries = RawDir::new(descriptor, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(Unavailable::from_errno)?;
        let name = entry.file_name().to_string_lossy();
        if !name.starts_with('.') {
            names.push(name.into_owned());
        }
    }
    names.sort_unstable_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    if root.is_teed() {
        root.tee(path, (names.join("\n") + "\n").as_bytes());
    }
    Ok(names)
}
