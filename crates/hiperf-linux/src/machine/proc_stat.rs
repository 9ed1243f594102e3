//! [`ProcStat`]: `/proc/stat`, where the processors' time went, and a few
//! counts of the whole machine.
//!
//! ```text
//!   cpu0 user nice system idle iowait irq softirq steal guest guest_nice
//! ```
//!
//! Times are in clock ticks (`USER_HZ`), those of guests already contained in
//! `user` and `nice`. Only online processors have a line. The long lines `intr`
//! and `softirq` are read up to their first number, the sum.

use crate::scan::{fields, leading_numbers, lines, number, split_at_byte};
use crate::text_file::Content;

/// Fields that every kernel in use has; a line with fewer has been cut.
const LEAST_FIELDS: usize = 7;

/// The time of a processor since the start, by what it was spent on, in clock
/// ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// User mode at normal priority, guests included.
    pub user: u64,
    /// User mode at a lowered priority, guests included.
    pub nice: u64,
    /// Kernel mode, interrupts not included.
    pub system: u64,
    /// Nothing to do.
    pub idle: u64,
    /// Nothing to do while a request to a disk was outstanding.
    pub iowait: u64,
    /// Hardware interrupts.
    pub irq: u64,
    /// Soft interrupts.
    pub softirq: u64,
    /// Taken away by the hypervisor.
    pub steal: u64,
    /// The part of `user` that guests ran.
    pub guest: u64,
    /// The part of `nice` that guests ran.
    pub guest_nice: u64,
}

impl CpuTimes {
    /// The sums of two processors' times.
    #[must_use]
    pub fn plus(&self, other: &CpuTimes) -> CpuTimes {
        CpuTimes {
            user: self.user.wrapping_add(other.user),
            nice: self.nice.wrapping_add(other.nice),
            system: self.system.wrapping_add(other.system),
            idle: self.idle.wrapping_add(other.idle),
            iowait: self.iowait.wrapping_add(other.iowait),
            irq: self.irq.wrapping_add(other.irq),
            softirq: self.softirq.wrapping_add(other.softirq),
            steal: self.steal.wrapping_add(other.steal),
            guest: self.guest.wrapping_add(other.guest),
            guest_nice: self.guest_nice.wrapping_add(other.guest_nice),
        }
    }

    /// The times of a line after its label; `None` if it was cut or isn't made
    /// of numbers.
    fn parse(line: &[u8]) -> Option<CpuTimes> {
        let mut values = [0; 10];
        let mut count = 0;
        for (value, number) in values.iter_mut().zip(leading_numbers(line)) {
            *value = number;
            count += 1;
        }
        let [user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice] = values;
        (count >= LEAST_FIELDS).then_some(CpuTimes {
            user,
            nice,
            system,
            idle,
            iowait,
            irq,
            softirq,
            steal,
            guest,
            guest_nice,
        })
    }
}

/// An online processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    /// Its number, as in `cpu3`.
    pub number: u32,
    /// Where its time went.
    pub times: CpuTimes,
}

/// The contents of the file. Keeps its memory from one parse to the next.
#[derive(Debug, Clone, Default)]
pub struct ProcStat {
    cpus: Vec<Cpu>,
    earlier_numbers: Vec<u32>,
    generation: u64,
    /// Interrupts of all processors since the start (`intr`).
    pub interrupts: Option<u64>,
    /// Soft interrupts of all processors since the start (`softirq`).
    pub soft_interrupts: Option<u64>,
    /// Switches from one thread to another since the start (`ctxt`).
    pub context_switches: Option<u64>,
    /// The time of the start in seconds since 1970 (`btime`).
    pub boot_time_s: Option<u64>,
    /// Processes and threads created since the start (`processes`).
    pub forks: Option<u64>,
    /// Threads that run or are ready to run (`procs_running`).
    pub procs_running: Option<u64>,
    /// Threads that wait for a disk (`procs_blocked`).
    pub procs_blocked: Option<u64>,
}

impl Content for ProcStat {
    fn parse(&mut self, text: &[u8]) {
        self.reset();
        for line in lines(text) {
            let Some((label, rest)) = split_at_byte(line, b' ') else { continue };
            match label {
                b"intr" => self.interrupts = first_number(rest),
                b"softirq" => self.soft_interrupts = first_number(rest),
                b"ctxt" => self.context_switches = first_number(rest),
                b"btime" => self.boot_time_s = first_number(rest),
                b"processes" => self.forks = first_number(rest),
                b"procs_running" => self.procs_running = first_number(rest),
                b"procs_blocked" => self.procs_blocked = first_number(rest),
                _ => self.cpus.extend(cpu(label, rest)),
            }
        }
        let numbers = self.cpus.iter().map(|cpu| cpu.number);
        if !numbers.clone().eq(self.earlier_numbers.iter().copied()) {
            self.generation = self.generation.wrapping_add(1);
            self.earlier_numbers.clear();
            self.earlier_numbers.extend(numbers);
        }
    }

    /// Which processors were online is remembered.
    fn clear(&mut self) {
        self.reset();
    }
}

impl ProcStat {
    /// The online processors, in the order of the file.
    #[must_use]
    pub fn cpus(&self) -> &[Cpu] {
        &self.cpus
    }

    /// A number that changes whenever another set of processors is online. A sum
    /// or average over processors is comparable only within one generation.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn reset(&mut self) {
        self.cpus.clear();
        self.interrupts = None;
        self.soft_interrupts = None;
        self.context_switches = None;
        self.boot_time_s = None;
        self.forks = None;
        self.procs_running = None;
        self.procs_blocked = None;
    }
}

/// The processor of a line; the line `cpu`, a sum over all, has no number and
/// is none.
fn cpu(label: &[u8], rest: &[u8]) -> Option<Cpu> {
    let number = u32::try_from(number(label.strip_prefix(b"cpu")?)?).ok()?;
    Some(Cpu { number, times: CpuTimes::parse(rest)? })
}

fn first_number(line: &[u8]) -> Option<u64> {
    fields(line).next().and_then(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "cpu  1156 0 1463 146541 990 0 28 13 0 0
cpu0 397 1 571 74022 91 2 3 6 4 5
cpu2 758 0 892 72519 898 0 24 6 0 0
intr 127890 0 0 1 12 0
ctxt 260653
btime 1795554162
processes 4744
procs_running 2
procs_blocked 1
softirq 89779 0 10743 3
";

    #[test]
    fn reads_every_line_and_leaves_holes() {
        let mut stat = ProcStat::default();
        stat.parse(TEXT.as_bytes());
        let numbers: Vec<_> = stat.cpus().iter().map(|cpu| cpu.number).collect();
        assert_eq!(numbers, [0, 2]);
        let expected = CpuTimes {
            user: 397,
            nice: 1,
            system: 571,
            idle: 74022,
            iowait: 91,
            irq: 2,
            softirq: 3,
            steal: 6,
            guest: 4,
            guest_nice: 5,
        };
        assert_eq!(stat.cpus()[0].times, expected);
        assert_eq!(stat.interrupts, Some(127_890));
        assert_eq!(stat.soft_interrupts, Some(89_779));
        assert_eq!(stat.context_switches, Some(260_653));
        assert_eq!(stat.boot_time_s, Some(1_795_554_162));
        assert_eq!(stat.forks, Some(4744));
        assert_eq!((stat.procs_running, stat.procs_blocked), (Some(2), Some(1)));
    }

    #[test]
    fn what_is_gone_in_the_next_text_is_gone() {
        let mut stat = ProcStat::default();
        stat.parse(TEXT.as_bytes());
        stat.parse(b"cpu0 1 2 3 4 5 6 7\nctxt 99999999999999999999999\n");
        assert_eq!(stat.cpus().len(), 1);
        assert_eq!((stat.context_switches, stat.boot_time_s), (None, None));
    }

    #[test]
    fn a_line_that_was_cut_does_not_count() {
        let mut stat = ProcStat::default();
        stat.parse(b"cpu0 1 2 3 4 5 6 7\ncpu1 1 2 3\ncpu2 1 2 3 4 5 6 7 8");
        assert_eq!(stat.cpus().len(), 1);
        assert_eq!(stat.cpus()[0].times.steal, 0);
    }

    #[test]
    fn every_prefix_and_noise_are_harmless() {
        let mut stat = ProcStat::default();
        for end in 0..TEXT.len() {
            stat.parse(&TEXT.as_bytes()[..end]);
        }
        stat.parse(b"cpu4294967296 1 2 3 4 5 6 7\ncpux 1\n\n \xff\xfe\ncpu-1 1 1 1 1 1 1 1\nbtime\nctxt x\n");
        assert!(stat.cpus().is_empty());
    }

    #[test]
    fn the_generation_changes_with_the_set_of_processors_only() {
        let mut stat = ProcStat::default();
        stat.parse(TEXT.as_bytes());
        let first = stat.generation();
        stat.parse(TEXT.replace("397", "400").as_bytes());
        assert_eq!(stat.generation(), first);
        stat.clear();
        stat.parse(TEXT.as_bytes());
        assert_eq!(stat.generation(), first);
        stat.parse(TEXT.replace("cpu2", "cpu3").as_bytes());
        assert_ne!(stat.generation(), first);
    }
}
