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

mod cut;
mod disk;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

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
