//! `/proc/net/dev`: what each network interface has received and sent.
//!
//! ```text
//!   Inter-|   Receive                                                | Transmit
//!    face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
//!     eth0: 469632952   14401 0 0 0 0 0 0   829233    9175 0 0 0 0 0 0
//! ```
//!
//! Nearly all of its cost is the kernel's, which makes sixteen numbers of each
//! interface. The same numbers come without text by
//! [`link_stats`](crate::network::link_stats).

use crate::network::interfaces::{Interface, LinkStats};
use crate::roster::Roster;
use crate::scan::{fields, lines, number};

/// Puts the interfaces of the file on a list. By their names alone: the file
/// doesn't say whether one is the same as before.
pub(crate) fn parse(text: &[u8], interfaces: &mut Roster<Interface>) {
    interfaces.begin();
    for line in lines(text) {
        // A name may have colons itself, as that of an alias has.
        let Some(colon) = line.iter().rposition(|byte| *byte == b':') else { continue };
        let name = line[..colon].trim_ascii();
        if name.is_empty() {
            continue;
        }
        if let Some(stats) = stats(&line[colon + 1..]) {
            let row = interfaces.entry(name, 0);
            row.index = None;
            row.stats = stats;
        }
    }
    interfaces.end();
}

/// The numbers behind the name; `None` if the line was cut.
fn stats(numbers: &[u8]) -> Option<LinkStats> {
    let mut all = [0; 16];
    let mut read = 0;
    for (slot, field) in all.iter_mut().zip(fields(numbers)) {
        *slot = number(field)?;
        read += 1;
    }
    let [
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        rx_fifo,
        rx_frame,
        rx_compressed,
        multicasts,
        tx_bytes,
        tx_packets,
        tx_errors,
        tx_dropped,
        tx_fifo,
        collisions,
        tx_carrier,
        tx_compressed,
    ] = all;
    (read == all.len()).then_some(LinkStats {
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        rx_fifo,
        rx_frame,
        rx_compressed,
        multicasts,
        tx_bytes,
        tx_packets,
        tx_errors,
        tx_dropped,
        tx_fifo,
        collisions,
        tx_carrier,
        tx_compressed,
        rx_no_handler: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::name;

    fn names(text: &[u8]) -> Vec<(String, LinkStats)> {
        let mut interfaces = Roster::default();
        parse(text, &mut interfaces);
        interfaces.iter().map(|(instance, row)| (name(&instance), row.stats)).collect()
    }

    const HEAD: &str = "Inter-|   Receive  |  Transmit\n face |bytes    packets |bytes    packets errs\n";

    #[test]
    fn a_line_is_an_interface() {
        let text = format!(
            "{HEAD}    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\neth0:17 0 0 0 0 0 0 0 0 0 0 0 0 0 0 18446744073709551615 3\n"
        );
        let all = names(text.as_bytes());
        assert_eq!((all[0].0.as_str(), all[0].1.rx_bytes, all[0].1.tx_compressed), ("lo", 1, 16));
        assert_eq!((all[0].1.multicasts, all[0].1.tx_bytes, all[0].1.tx_carrier), (8, 9, 15));
        assert_eq!((all[1].0.as_str(), all[1].1.rx_bytes, all[1].1.tx_compressed), ("eth0", 17, u64::MAX));
    }

    #[test]
    fn odd_names_and_lines() {
        let zeros = " 0".repeat(16);
        let long = "x".repeat(65_536);
        let text = format!(
            "{HEAD}eth0:1:{zeros}\n{long}:{zeros}\n:{zeros}\nshort: 1 2 3\nbad: -1{zeros}\nend:{zeros}"
        );
        let all: Vec<_> = names(text.as_bytes()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(all, ["eth0:1", long.as_str()]);
    }
}
