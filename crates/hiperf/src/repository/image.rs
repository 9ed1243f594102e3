//! [`Image`]: everything in the repository as one immutable file, which any
//! process maps without locks.
//!
//! ```text
//!   0  magic "hiperfRI"              40  offset of the slots      72  offset of the data
//!   8  version 1                     48  checksum of the slots    80  checksum of the data
//!  12  entries                       56  offset of the entries    88  length of the file
//!  16  generation                    64  checksum of the entries  96  checksum of bytes 0..96
//!  24  slots (a power of two)        32  0                       104  the sections, in this order
//!
//!  slot   u32: entry + 1, or 0. Where an entry is looked for first: its hash modulo the slots.
//!  entry  u64 offset of the key | u32 length of the key | u32 length of the record | u64 checksum of both
//!         sorted by key; the record lies behind the key.
//! ```
//! All numbers are little-endian. Opening checks the header, the slots and the
//! entries; a record is checked when it is read, and [`Image::verify`] checks
//! everything. So opening costs a fraction of reading the file, a look-up costs
//! the same however many objects there are, and a bit that has flipped is
//! never taken for data.
//!
//! What keys and records mean is not known here. The file is never changed: a
//! new image replaces it by rename, and whoever has mapped the old one keeps it.

mod build;

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use hiperf_cim::{Error, Result, Status};

use super::checksum::checksum;
use super::disk::Identity;
use crate::sys::{Mapping, Refusal};

pub(crate) use build::build;

const MAGIC: &[u8; 8] = b"hiperfRI";
const VERSION: u32 = 1;
const HEADER: usize = 104;
const ENTRY: usize = 24;

/// An image that has been opened.
#[derive(Debug)]
pub(crate) struct Image {
    bytes: Bytes,
    generation: u64,
    entries: usize,
    entries_at: usize,
    /// One less than the number of slots.
    slot_mask: u64,
    data_at: usize,
    /// What errors call it.
    name: String,
}

#[derive(Debug)]
enum Bytes {
    Mapped(Mapping),
    Owned(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(mapping) => mapping,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

/// An entry, read from the file and not yet believed.
struct Entry<'a> {
    key: &'a [u8],
    record: &'a [u8],
    both: &'a [u8],
    checksum: u64,
}

impl Image {
    /// Maps an image, and says which file it was. `None` if there is none.
    ///
    /// # Errors
    /// * `WBEM_E_CRITICAL_ERROR`: it is damaged.
    /// * `WBEM_E_ACCESS_DENIED`: it can't be read, or it could have been written
    ///   by somebody who is neither root nor this user.
    pub(crate) fn map(path: &Path) -> Result<Option<(Image, Identity)>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, error)),
        };
        let (mapping, metadata) = Mapping::published(&file).map_err(|refusal| match refusal {
            Refusal::Untrusted => Error::new(
                Status::WBEM_E_ACCESS_DENIED,
                format!(
                    "{} could have been written by somebody else: it must belong to root or to you, and \
                     be writable by its owner only",
                    path.display()
                ),
            ),
            Refusal::Empty => damaged(&path.display().to_string(), "it is empty"),
            Refusal::Failed(error) => unreadable(path, error),
        })?;
        let identity = (metadata.dev(), metadata.ino(), metadata.len());
        let name = path.display().to_string();
        Image::open(Bytes::Mapped(mapping), name).map(|image| Some((image, identity)))
    }

    /// Opens an image that is in memory.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: it is damaged.
    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Result<Image> {
        Image::open(Bytes::Owned(bytes), super::store::IMAGE.to_owned())
    }

    fn open(bytes: Bytes, name: String) -> Result<Image> {
        let damaged = |what: &str| damaged(&name, what);
        let header = bytes.get(..HEADER).ok_or_else(|| damaged("it ends within its header"))?;
        if &header[..8] != MAGIC {
            return Err(damaged("it does not start as an image does"));
        }
        if checksum(&header[..96]) != u64_at(header, 96) {
            return Err(damaged("the checksum of its header is wrong"));
        }
        let version = u32_at(header, 8);
        if version != VERSION {
            let message = format!(
                "{name} is of version {version}, and this program reads version {VERSION}: use the hiperf that \
                 wrote it, or make it anew with `hiperf repository rebuild`"
            );
            return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
        }
        let place = |at| usize::try_from(u64_at(header, at)).unwrap_or(usize::MAX);
        let entries = usize::try_from(u32_at(header, 12)).unwrap_or(usize::MAX);
        let (slots, slots_at, entries_at, data_at) = (place(24), place(40), place(56), place(72));
        let as_laid_out = slots.is_power_of_two()
            && slots_at == HEADER
            && slots.checked_mul(4).and_then(|len| len.checked_add(slots_at)) == Some(entries_at)
            && entries.checked_mul(ENTRY).and_then(|len| len.checked_add(entries_at)) == Some(data_at)
            && data_at <= place(88);
        if !as_laid_out {
            return Err(damaged("its sections are not where they belong"));
        }
        if bytes.len() != place(88) {
            return Err(damaged(&format!("it has {} bytes and should have {}", bytes.len(), place(88))));
        }
        if checksum(&bytes[slots_at..entries_at]) != u64_at(header, 48) {
            return Err(damaged("the checksum of its slots is wrong"));
        }
        if checksum(&bytes[entries_at..data_at]) != u64_at(header, 64) {
            return Err(damaged("the checksum of its entries is wrong"));
        }
        let generation = u64_at(header, 16);
        Ok(Image { generation, entries, entries_at, slot_mask: slots as u64 - 1, data_at, bytes, name })
    }

    /// Bytes of the file.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Which transaction it was made after.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The record of a key.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: the record is damaged.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<&[u8]>> {
        let hash = checksum(key);
        for probe in 0..=self.slot_mask {
            let slot = usize::try_from(hash.wrapping_add(probe) & self.slot_mask).unwrap_or(0);
            let index = match u32_at(&self.bytes, HEADER + slot * 4) {
                0 => return Ok(None),
                index => index as usize - 1,
            };
            // Checked before it is compared: a key with a flipped bit must not
            // look like the key of something else.
            let (found, record) = self.checked(index)?;
            if found == key {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// All keys that start with `prefix`, in order, with their records; and an
    /// error for each entry that is damaged, if it could be one of them.
    pub(crate) fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
    ) -> impl Iterator<Item = Result<(&'a [u8], &'a [u8])>> + 'a {
        // A search that meets a damaged entry doesn't know where to go on: then
        // every entry is looked at.
        let (start, is_sorted) = self.first(prefix).map_or((0, false), |start| (start, true));
        (start..self.entries)
            .map(|index| self.checked(index))
            .take_while(move |entry| {
                !is_sorted || entry.as_ref().map_or(true, |(key, _)| key.starts_with(prefix))
            })
            .filter(move |entry| entry.as_ref().map_or(true, |(key, _)| key.starts_with(prefix)))
    }

    /// The first entry whose key is not before `prefix`.
    fn first(&self, prefix: &[u8]) -> Result<usize> {
        let (mut low, mut high) = (0, self.entries);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.checked(middle)?.0 >= prefix {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// An entry as it was written.
    fn checked(&self, index: usize) -> Result<(&[u8], &[u8])> {
        let entry = self.entry(index)?;
        if checksum(entry.both) == entry.checksum {
            return Ok((entry.key, entry.record));
        }
        Err(self.damaged(&format!("the checksum of {} is wrong", super::key::describe(entry.key))))
    }

    fn damaged(&self, what: &str) -> Error {
        damaged(&self.name, what)
    }

    fn entry(&self, index: usize) -> Result<Entry<'_>> {
        if index >= self.entries {
            return Err(self.damaged("a slot leads to no entry"));
        }
        let at = self.entries_at + index * ENTRY;
        let entry = &self.bytes[at..at + ENTRY];
        let start = usize::try_from(u64_at(entry, 0)).unwrap_or(usize::MAX);
        let (key, record) = (u32_at(entry, 8) as usize, u32_at(entry, 12) as usize);
        let end = start.checked_add(key).and_then(|end| end.checked_add(record));
        let both = end.filter(|_| start >= self.data_at).and_then(|end| self.bytes.get(start..end));
        let both = both.ok_or_else(|| self.damaged("an entry leads out of the file"))?;
        let (key, record) = both.split_at(key);
        Ok(Entry { key, record, both, checksum: u64_at(entry, 16) })
    }

    /// Checks everything that opening has not checked.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`, with what is damaged.
    pub(crate) fn verify(&self) -> Result<()> {
        let mut last: Option<&[u8]> = None;
        for index in 0..self.entries {
            let (key, record) = self.checked(index)?;
            if last.is_some_and(|last| last >= key) {
                return Err(self.damaged("its entries are out of order"));
            }
            last = Some(key);
            if self.get(key)?.is_none_or(|found| !std::ptr::eq(found, record)) {
                return Err(self.damaged("an entry has no slot"));
            }
        }
        if checksum(&self.bytes[self.data_at..]) != u64_at(&self.bytes, 80) {
            return Err(self.damaged("the checksum of its data is wrong"));
        }
        Ok(())
    }
}

fn damaged(name: &str, what: &str) -> Error {
    let message = format!(
        "the repository's image {name} is damaged: {what}; `hiperf repository rebuild` by its owner makes it \
         anew"
    );
    Error::new(Status::WBEM_E_CRITICAL_ERROR, message)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let status = match error.kind() {
        io::ErrorKind::PermissionDenied => Status::WBEM_E_ACCESS_DENIED,
        _ => Status::WBEM_E_CRITICAL_ERROR,
    };
    Error::new(status, format!("reading {}", path.display())).caused_by(error)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests;
