//! The disk as a writer uses it, each step logged.

use redb::{Builder, Database, DatabaseError, StorageBackend};

use super::{Medium, Omit, Step};
use crate::namespace::lock;
use crate::repository::disk::{Access, Disk, Identity, WriteLock};
use crate::repository::store::{IMAGE, LOG, STORE};
use crate::repository::verify::locks;

impl Disk for Medium {
    fn make(&self) -> std::io::Result<()> {
        Ok(())
    }

    fn sync_place(&self) -> std::io::Result<()> {
        let mut state = self.step()?;
        if state.omit != Omit::Place {
            state.done(Step::SyncPlace);
        }
        Ok(())
    }

    fn lock(&self) -> std::io::Result<WriteLock> {
        Ok(Box::new(()))
    }

    fn read(&self, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        let state = lock(&self.state);
        Ok(state.names.get(name).map(|file| state.files[*file].clone()))
    }

    fn identity(&self, name: &str) -> std::io::Result<Option<Identity>> {
        let state = lock(&self.state);
        Ok(state.names.get(name).map(|file| (0, *file as u64, state.files[*file].len() as u64)))
    }

    fn write(&self, name: &str, _: Access, bytes: &[u8]) -> std::io::Result<()> {
        let file = {
            let mut state = self.step()?;
            let file = state.open(name);
            state.done(Step::SetLen(file, 0));
            file
        };
        // In pieces, as a file system writes them.
        for (n, piece) in bytes.chunks(4096).enumerate() {
            self.step()?.done(Step::Write(file, n as u64 * 4096, piece.to_vec()));
        }
        Ok(())
    }

    fn append(&self, name: &str, _: Access, bytes: &[u8]) -> std::io::Result<()> {
        let mut state = self.step()?;
        let file = state.open(name);
        let end = state.files[file].len() as u64;
        state.done(Step::Write(file, end, bytes.to_vec()));
        Ok(())
    }

    fn truncate(&self, name: &str, len: u64) -> std::io::Result<()> {
        let mut state = self.step()?;
        let file = state.open(name);
        state.done(Step::SetLen(file, len));
        Ok(())
    }

    fn sync(&self, name: &str) -> std::io::Result<()> {
        let mut state = self.step()?;
        let file = state.open(name);
        if !matches!(state.omit, Omit::SyncOf(omitted) if omitted == name) {
            state.done(Step::Sync(file));
        }
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> std::io::Result<()> {
        let mut state = self.step()?;
        state.last_renamed = short(to);
        state.done(Step::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> std::io::Result<()> {
        let mut state = self.step()?;
        if state.names.contains_key(name) {
            state.done(Step::Remove(name.to_owned()));
        }
        Ok(())
    }

    fn sync_directory(&self) -> std::io::Result<()> {
        let mut state = self.step()?;
        if state.omit != Omit::DirectoryAfter(state.last_renamed) {
            state.done(Step::SyncDirectory);
        }
        Ok(())
    }

    fn open_store(&self, name: &str, builder: &Builder) -> Result<Database, DatabaseError> {
        let file = lock(&self.state).open(name);
        builder.create_with_backend(Backend { medium: self.clone(), file })
    }
}

/// The store's file, as redb uses it.
#[derive(Debug)]
struct Backend {
    medium: Medium,
    file: usize,
}

impl StorageBackend for Backend {
    fn len(&self) -> std::io::Result<u64> {
        Ok(lock(&self.medium.state).files[self.file].len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let state = lock(&self.medium.state);
        let bytes = state.files[self.file].get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(std::io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.medium.step()?.done(Step::SetLen(self.file, len));
        Ok(())
    }

    fn sync_data(&self) -> std::io::Result<()> {
        let mut state = self.medium.step()?;
        if state.omit != Omit::SyncOf(STORE) {
            state.done(Step::Sync(self.file));
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        self.medium.step()?.done(Step::Write(self.file, offset, data.to_vec()));
        Ok(())
    }

    locks!();
}

/// Which of the three files a name is of, on its way or in its place.
fn short(name: &str) -> &'static str {
    [STORE, IMAGE, LOG].into_iter().find(|known| name.starts_with(known)).unwrap()
}
