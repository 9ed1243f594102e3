//! [`SoftnetStat`]: `/proc/net/softnet_stat`, what each processor does with the
//! packets that come in.
//!
//! ```text
//!   processed dropped time_squeeze 0 0 0 0 0 collisions received_rps flow_limit backlog cpu input process
//!   0000387c  00000000 00000000    ..                   00000000     00000000   00000000 00000001 ..
//! ```
//!
//! A line for each online processor, numbers of 32 bits in hexadecimal. Older
//! kernels end after `flow_limit`, or earlier; without `cpu` the lines are counted,
//! which is right as long as no processor is offline.

use hiperf_provider::Instance;

use crate::digits::Digits;
use crate::roster::Roster;
use crate::scan::{fields, hexadecimal, lines};
use crate::text_file::Content;

/// Fields of a line.
const FIELDS: usize = 13;

/// What a processor has done with packets that came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Softnet {
    /// Packets that were taken on.
    pub processed: Option<u64>,
    /// Packets that found the queue full.
    pub dropped: Option<u64>,
    /// Rounds that had to end with work left over.
    pub squeezed: Option<u64>,
    /// Times that another processor asked this one to take packets on.
    pub received_rps: Option<u64>,
    /// Packets that were dropped because their flow had too many in the queue.
    pub flow_limited: Option<u64>,
    /// Packets in the queue now.
    pub backlog: Option<u64>,
}

impl Softnet {
    /// Two together, in 32 bits as the kernel counts.
    #[must_use]
    fn plus(self, other: Softnet) -> Softnet {
        let sum = |a: Option<u64>, b: Option<u64>| Some(a?.wrapping_add(b?));
        Softnet {
            processed: sum(self.processed, other.processed),
            dropped: sum(self.dropped, other.dropped),
            squeezed: sum(self.squeezed, other.squeezed),
            received_rps: sum(self.received_rps, other.received_rps),
            flow_limited: sum(self.flow_limited, other.flow_limited),
            backlog: sum(self.backlog, other.backlog),
        }
    }
}

/// The contents of the file.
#[derive(Debug, Default)]
pub struct SoftnetStat(Roster<Softnet>);

impl Content for SoftnetStat {
    fn parse(&mut self, text: &[u8]) {
        self.0.begin();
        for (place, line) in lines(text).enumerate() {
            let mut numbers = [None; FIELDS];
            let all = fields(line).map_while(hexadecimal);
            numbers.iter_mut().zip(all).for_each(|(slot, number)| *slot = Some(number));
            let [processed, dropped, squeezed, .., received_rps, flow_limited, backlog, cpu] = numbers;
            if processed.is_none() {
                continue;
            }
            let mut digits = Digits::default();
            let name = digits.write(cpu.unwrap_or(place as u64));
            *self.0.entry(name.as_bytes(), 0) =
                Softnet { processed, dropped, squeezed, received_rps, flow_limited, backlog };
        }
        self.0.end();
    }

    fn clear(&mut self) {
        self.0.hide();
    }
}

impl SoftnetStat {
    /// The processors, in the order of the file.
    pub fn processors(&self) -> impl Iterator<Item = (Instance<'_>, &Softnet)> {
        self.0.iter()
    }

    /// All of them together; `None` if there are none.
    #[must_use]
    pub fn total(&self) -> Option<Softnet> {
        self.0.iter().map(|(_, row)| *row).reduce(Softnet::plus)
    }

    /// A number that changes whenever a processor comes or goes.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.generation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::name;

    fn parse(text: &str) -> Vec<(String, Softnet)> {
        let mut stat = SoftnetStat::default();
        stat.parse(text.as_bytes());
        stat.processors().map(|(instance, row)| (name(&instance), *row)).collect()
    }

    #[test]
    fn a_line_says_whose_it_is() {
        let text = "0000003c 1 2 0 0 0 0 0 0 a b c 0 0 0\nFFFFFFFF 0 0 0 0 0 0 0 0 0 0 0 00000003 0 0\n";
        let all = parse(text);
        assert_eq!(all[0].0, "0");
        let expected = Softnet {
            processed: Some(60),
            dropped: Some(1),
            squeezed: Some(2),
            received_rps: Some(10),
            flow_limited: Some(11),
            backlog: Some(12),
        };
        assert_eq!(all[0].1, expected);
        assert_eq!((all[1].0.as_str(), all[1].1.processed), ("3", Some(u64::from(u32::MAX))));
    }

    #[test]
    fn older_kernels_say_less() {
        let all = parse("5 0 0 0 0 0 0 0 0\n6 0 0 0 0 0 0 0 0 7 8\n9 zz\nrubbish\n5 0 0 0 0");
        assert_eq!(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
        assert_eq!((all[0].1.received_rps, all[1].1.received_rps), (None, Some(7)));
        assert_eq!((all[1].1.backlog, all[2].1.dropped), (None, None));
    }
}
