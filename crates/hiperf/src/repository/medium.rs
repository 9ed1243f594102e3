//! [`Medium`]: a disk in memory that logs what is done to it, for the tests of
//! power cuts and of writers that are killed.
//!
//! What is logged is writes to files, syncs, and changes of names.
//! [`Medium::cut`] makes the disk that a power cut after so many steps may leave.
//! Of the writes to a file since its last sync each may be lost or not, whatever
//! came after it, and the last may be torn; of the changes of names since the last
//! sync of the directory a part from the front survives, as a file system with a
//! journal keeps them; the directory itself may be gone before what it lies in was
//! synced. A file that was renamed and not synced may be there under its new name
//! with nothing in it.
//!
//! [`Medium::for_steps`] is the disk as a process has it that is killed after so many
//! steps: nothing that it does later happens. What it has done stays, because the
//! operating system keeps it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::{Builder, Database, DatabaseError, StorageBackend};

use super::disk::{Access, Disk, Identity, WriteLock};
use super::store::{IMAGE, LOG, STORE};
use super::verify::locks;
use crate::namespace::lock;

/// A step, as the medium saw it. Files go by number, names change.
#[derive(Clone, Debug)]
enum Step {
    Create(usize, String),
    Write(usize, u64, Vec<u8>),
    SetLen(usize, u64),
    Sync(usize),
    Rename(String, String),
    Remove(String),
    SyncDirectory,
    /// The directory itself is safe.
    SyncPlace,
    /// The transaction of this generation was acknowledged.
    Acknowledge(u64),
}

/// Which sync a medium leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Omit {
    Nothing,
    SyncOf(&'static str),
    /// That of the directory after this file got its name.
    DirectoryAfter(&'static str),
    /// That of what the directory lies in.
    Place,
}

#[derive(Debug)]
struct State {
    /// Contents by number.
    files: Vec<Vec<u8>>,
    names: BTreeMap<String, usize>,
    steps: Vec<Step>,
    last_renamed: &'static str,
    omit: Omit,
}

/// A disk in memory.
#[derive(Clone, Debug)]
pub(super) struct Medium {
    state: Arc<Mutex<State>>,
    /// Steps that the process which this is for has to live.
    left: Option<Arc<Mutex<usize>>>,
}

impl Medium {
    pub(super) fn new(files: Vec<Vec<u8>>, names: BTreeMap<String, usize>, omit: Omit) -> Medium {
        let state = State { files, names, steps: Vec::new(), last_renamed: "", omit };
        Medium { state: Arc::new(Mutex::new(state)), left: None }
    }

    /// The same disk for a process that is killed after so many steps.
    pub(super) fn for_steps(&self, count: usize) -> Medium {
        Medium { state: self.state.clone(), left: Some(Arc::new(Mutex::new(count))) }
    }

    /// Whether the process has been killed.
    pub(super) fn is_dead(&self) -> bool {
        self.left.as_ref().is_some_and(|left| *lock(left) == 0)
    }

    /// Steps that were done.
    pub(super) fn steps(&self) -> usize {
        lock(&self.state).steps.len()
    }

    /// The disk for one step, if there is anybody left to do it.
    fn step(&self) -> std::io::Result<MutexGuard<'_, State>> {
        if let Some(left) = &self.left {
            let mut left = lock(left);
            *left = left.checked_sub(1).ok_or(std::io::ErrorKind::Interrupted)?;
        }
        Ok(lock(&self.state))
    }

    pub(super) fn acknowledge(&self, generation: u64) {
        lock(&self.state).steps.push(Step::Acknowledge(generation));
    }

    /// The disk that a cut after `count` steps may leave, and the last
    /// generation that was acknowledged by then.
    pub(super) fn cut(&self, count: usize, random: &mut Random) -> (Medium, u64) {
        let state = lock(&self.state);
        let (mut acknowledged, mut is_placed) = (0, false);
        let mut files: BTreeMap<usize, Contents> = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut names_open = Vec::new();
        for step in &state.steps[..count] {
            match step {
                Step::Create(file, _) => {
                    files.insert(*file, Contents::default());
                    names_open.push(step);
                }
                Step::Write(file, ..) | Step::SetLen(file, _) => {
                    files.entry(*file).or_default().open.push(step.clone());
                }
                Step::Sync(file) => files.entry(*file).or_default().sync(),
                Step::Rename(..) | Step::Remove(_) => names_open.push(step),
                Step::SyncDirectory => names_open.drain(..).for_each(|step| rename(&mut names, step)),
                Step::SyncPlace => is_placed = true,
                Step::Acknowledge(generation) => acknowledged = *generation,
            }
        }
        if !is_placed && random.below(2) == 0 {
            return (Medium::new(Vec::new(), BTreeMap::new(), Omit::Nothing), acknowledged);
        }
        let kept = random.below(names_open.len() + 1);
        names_open.iter().take(kept).for_each(|step| rename(&mut names, step));
        let contents = (0..state.files.len())
            .map(|file| files.remove(&file).map_or_else(Vec::new, |contents| contents.after_cut(random)))
            .collect();
        (Medium::new(contents, names, Omit::Nothing), acknowledged)
    }
}

fn rename(names: &mut BTreeMap<String, usize>, step: &Step) {
    match step {
        Step::Create(file, name) => {
            names.insert(name.clone(), *file);
        }
        Step::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Step::Remove(name) => {
            names.remove(name);
        }
        _ => {}
    }
}

/// What of a file is safe, and what isn't.
#[derive(Default)]
struct Contents {
    safe: Vec<u8>,
    open: Vec<Step>,
}

impl Contents {
    fn sync(&mut self) {
        for step in std::mem::take(&mut self.open) {
            change(&mut self.safe, &step, usize::MAX);
        }
    }

    fn after_cut(mut self, random: &mut Random) -> Vec<u8> {
        // Often all or nothing, the extremes that single mistakes show up in.
        let mode = random.below(4);
        for step in std::mem::take(&mut self.open) {
            let kept = match mode {
                0 => continue,
                1 => usize::MAX,
                _ if random.below(2) == 0 => continue,
                // Torn at a sector's end.
                2 => random.below(16) * 512,
                _ => usize::MAX,
            };
            change(&mut self.safe, &step, kept);
        }
        self.safe
    }
}

/// Does the first `kept` bytes of a write, or a change of the length.
fn change(bytes: &mut Vec<u8>, step: &Step, kept: usize) {
    match step {
        Step::Write(_, offset, data) => {
            let start = usize::try_from(*offset).unwrap();
            let data = &data[..data.len().min(kept)];
            bytes.resize(bytes.len().max(start + data.len()), 0);
            bytes[start..start + data.len()].copy_from_slice(data);
        }
        Step::SetLen(_, len) => bytes.resize(usize::try_from(*len).unwrap(), 0),
        _ => {}
    }
}

impl State {
    fn done(&mut self, step: Step) {
        match &step {
            Step::Write(file, ..) | Step::SetLen(file, _) => {
                change(&mut self.files[*file], &step, usize::MAX)
            }
            Step::Create(..) | Step::Rename(..) | Step::Remove(_) => rename(&mut self.names, &step),
            _ => {}
        }
        self.steps.push(step);
    }

    fn open(&mut self, name: &str) -> usize {
        if let Some(file) = self.names.get(name) {
            return *file;
        }
        self.files.push(Vec::new());
        let file = self.files.len() - 1;
        self.done(Step::Create(file, name.to_owned()));
        file
    }
}

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

/// Which of the three files a name is of, on its way or in its place.
fn short(name: &str) -> &'static str {
    [STORE, IMAGE, LOG].into_iter().find(|known| name.starts_with(known)).unwrap()
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

    locks! {
        try_lock_range -> bool = true;
        try_lock_shared_range -> bool = true;
        lock_range -> () = ();
        lock_shared_range -> () = ();
        unlock_range -> () = ();
        query_lock_range -> bool = false;
    }
}

/// A generator that is the same in each run.
pub(super) struct Random(pub u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}
