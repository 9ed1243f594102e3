//! [`CpuFiles`]: files of `/sys/devices/system/cpu/cpuN` with one number each,
//! of all online processors.

use crate::file::{File, Shape};
use crate::machine::proc_stat::Cpu;
use crate::root::{Root, Unavailable};
use crate::scan::only_number;

/// A file holds one number and a newline.
const EXPECTED_BYTES: usize = 32;

/// The numbers of all online processors, `N` of each, from files named the same.
#[derive(Debug)]
pub struct CpuFiles<const N: usize> {
    names: [&'static str; N],
    cpus: Vec<OfCpu<N>>,
    unavailable: [Option<Unavailable>; N],
}

#[derive(Debug)]
struct OfCpu<const N: usize> {
    number: u32,
    files: [File; N],
    numbers: [Option<u64>; N],
}

impl<const N: usize> CpuFiles<N> {
    /// The files of these names beneath each processor's directory.
    #[must_use]
    pub fn new(names: [&'static str; N]) -> CpuFiles<N> {
        CpuFiles { names, cpus: Vec::new(), unavailable: [None; N] }
    }

    /// Reads those files that are `wanted` of the processors in `online`.
    pub fn update(&mut self, root: &mut Root, online: &[Cpu], wanted: [bool; N]) {
        self.unavailable = [None; N];
        if wanted.contains(&true) {
            self.follow(online);
        }
        for cpu in &mut self.cpus {
            cpu.numbers = [None; N];
            for index in (0..N).filter(|index| wanted[*index]) {
                match cpu.files[index].read(root) {
                    Ok(text) => cpu.numbers[index] = only_number(text),
                    Err(why) => self.unavailable[index] = self.unavailable[index].or(Some(why)),
                }
            }
        }
    }

    /// The numbers of a processor; none if it has none or wasn't read.
    #[must_use]
    pub fn of(&self, processor: u32) -> [Option<u64>; N] {
        let found = self.cpus.binary_search_by_key(&processor, |cpu| cpu.number);
        found.map_or([None; N], |at| self.cpus[at].numbers)
    }

    /// Why the file at this index is missing, of the first processor of which it
    /// is.
    #[must_use]
    pub fn unavailable(&self, index: usize) -> Option<Unavailable> {
        self.unavailable[index]
    }

    fn follow(&mut self, online: &[Cpu]) {
        if self.cpus.iter().map(|cpu| cpu.number).eq(online.iter().map(|cpu| cpu.number)) {
            return;
        }
        self.cpus.retain(|cpu| online.iter().any(|other| other.number == cpu.number));
        for cpu in online {
            if !self.cpus.iter().any(|known| known.number == cpu.number) {
                self.cpus.push(OfCpu::new(cpu.number, &self.names));
            }
        }
        self.cpus.sort_unstable_by_key(|cpu| cpu.number);
    }
}

impl<const N: usize> OfCpu<N> {
    fn new(number: u32, names: &[&'static str; N]) -> OfCpu<N> {
        let path = |name: &str| format!("sys/devices/system/cpu/cpu{number}/{name}");
        let files = names.map(|name| File::new(path(name), Shape::OnePiece, EXPECTED_BYTES));
        OfCpu { number, files, numbers: [None; N] }
    }
}
