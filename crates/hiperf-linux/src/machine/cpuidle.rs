//! [`CpuIdle`]: `/sys/devices/system/cpu/cpuN/cpuidle`, how deeply the
//! processors slept.
//!
//! Each idle state of each processor has a directory with a file for the time
//! spent in it, in microseconds, and one for how often it was entered. State 0
//! is not read: on most machines it is the loop that polls. The files are many,
//! so times and entries are read apart, as wanted.

use crate::file::{File, Shape};
use crate::machine::proc_stat::Cpu;
use crate::root::{Root, Unavailable};
use crate::scan::only_number;

/// How many idle states are read: 1, 2 and 3.
pub const STATES: usize = 3;

/// A file holds one number and a newline.
const EXPECTED_BYTES: usize = 32;

/// What a processor has done in one idle state since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IdleState {
    /// Microseconds spent in it.
    pub time_us: Option<u64>,
    /// How often it was entered.
    pub entries: Option<u64>,
}

#[derive(Debug)]
struct StateFiles {
    time: File,
    usage: File,
    state: IdleState,
}

#[derive(Debug)]
struct CpuFiles {
    number: u32,
    states: [StateFiles; STATES],
}

/// The idle states of all online processors.
#[derive(Debug, Default)]
pub struct CpuIdle {
    cpus: Vec<CpuFiles>,
}

impl CpuIdle {
    /// Reads the files of the processors in `online`: those with times, those
    /// with numbers of entries, or both. A state that a processor doesn't have
    /// stays empty.
    ///
    /// # Errors
    /// Why nothing could be read, if no file of any processor could be.
    pub fn read(
        &mut self,
        root: &mut Root,
        online: &[Cpu],
        times: bool,
        entries: bool,
    ) -> Result<(), Unavailable> {
        self.follow(online);
        let mut outcome = Err(Unavailable::Unsupported);
        for files in self.cpus.iter_mut().flat_map(|cpu| &mut cpu.states) {
            files.state = IdleState::default();
            if times {
                files.state.time_us = read_number(&mut files.time, root, &mut outcome);
            }
            if entries {
                files.state.entries = read_number(&mut files.usage, root, &mut outcome);
            }
        }
        outcome
    }

    /// Forgets what was read last.
    pub fn clear(&mut self) {
        for files in self.cpus.iter_mut().flat_map(|cpu| &mut cpu.states) {
            files.state = IdleState::default();
        }
    }

    /// The states 1, 2 and 3 of a processor; empty ones if it isn't online.
    #[must_use]
    pub fn of(&self, processor: u32) -> [IdleState; STATES] {
        let found = self.cpus.binary_search_by_key(&processor, |cpu| cpu.number);
        found.map_or([IdleState::default(); STATES], |at| {
            self.cpus[at].states.each_ref().map(|files| files.state)
        })
    }

    /// Opens and closes what is needed when processors come and go.
    fn follow(&mut self, online: &[Cpu]) {
        let same = self.cpus.iter().map(|cpu| cpu.number).eq(online.iter().map(|cpu| cpu.number));
        if same {
            return;
        }
        self.cpus.retain(|cpu| online.iter().any(|other| other.number == cpu.number));
        for cpu in online {
            if !self.cpus.iter().any(|known| known.number == cpu.number) {
                self.cpus.push(CpuFiles::new(cpu.number));
            }
        }
        self.cpus.sort_unstable_by_key(|cpu| cpu.number);
    }
}

impl CpuFiles {
    fn new(number: u32) -> CpuFiles {
        let states = std::array::from_fn(|index| {
            let directory = format!("sys/devices/system/cpu/cpu{number}/cpuidle/state{}", index + 1);
            StateFiles {
                time: File::new(format!("{directory}/time"), Shape::OnePiece, EXPECTED_BYTES),
                usage: File::new(format!("{directory}/usage"), Shape::OnePiece, EXPECTED_BYTES),
                state: IdleState::default(),
            }
        });
        CpuFiles { number, states }
    }
}

/// The number in a file. One success makes the whole a success; without any,
/// a denial or failure says more than a missing file.
fn read_number(file: &mut File, root: &mut Root, outcome: &mut Result<(), Unavailable>) -> Option<u64> {
    match file.read(root) {
        Ok(text) => {
            *outcome = Ok(());
            only_number(text)
        }
        Err(why) => {
            if *outcome == Err(Unavailable::Unsupported) {
                *outcome = Err(why);
            }
            None
        }
    }
}
