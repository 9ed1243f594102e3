//! [`Adjtimex`]: what the kernel says of its clock.
//!
//! There is no file with it, so it is recorded as one of the call's name, a line
//! of numbers that may have a sign:
//!
//! ```text
//!   state status offset frequency maximum-error estimated-error constant tick tai
//! ```
//!
//! Spec: the manual page adjtimex(2).

use std::io::Write as _;

use crate::file::{File, Shape};
use crate::kernel_state::clock_state::ClockState;
use crate::root::{Root, Unavailable};
use crate::scan::{fields, lines, number};
use crate::sys;

/// The name of the recorded call.
const PATH: &str = "adjtimex";

/// Asks for the state of the clock.
#[derive(Debug)]
pub struct Adjtimex {
    recorded: File,
    record: Vec<u8>,
    state: ClockState,
}

impl Default for Adjtimex {
    fn default() -> Adjtimex {
        let recorded = File::new(PATH, Shape::OnePiece, 256);
        Adjtimex { recorded, record: Vec::new(), state: ClockState::default() }
    }
}

impl Adjtimex {
    /// Asks anew.
    ///
    /// # Errors
    /// Why there is no answer.
    pub fn read(&mut self, root: &mut Root) -> Result<(), Unavailable> {
        self.clear();
        if root.is_recorded() {
            let line = lines(self.recorded.read(root)?).next().unwrap_or_default();
            self.state = ClockState(signed_numbers(line));
            return Ok(());
        }
        let (state, timex) = sys::clock_state().map_err(Unavailable::from_errno)?;
        let said = [
            i64::from(state),
            i64::from(timex.status),
            timex.offset,
            timex.freq,
            timex.maxerror,
            timex.esterror,
            timex.constant,
            timex.tick,
            i64::from(timex.tai),
        ];
        self.state = ClockState(said.map(Some));
        if root.is_teed() {
            self.record.clear();
            for number in said {
                write!(self.record, "{number} ").map_err(|_| Unavailable::Unsupported)?;
            }
            self.record.push(b'\n');
            root.tee(PATH, &self.record);
        }
        Ok(())
    }

    /// Forgets the last answer.
    pub fn clear(&mut self) {
        self.state = ClockState::default();
    }

    /// The last answer; empty if there was none.
    #[must_use]
    pub fn state(&self) -> ClockState {
        self.state
    }
}

/// The first numbers of a line, up to the first field that is none.
fn signed_numbers<const N: usize>(line: &[u8]) -> [Option<i64>; N] {
    let signed = |field: &[u8]| match field.strip_prefix(b"-") {
        Some(digits) => 0_i64.checked_sub_unsigned(number(digits)?),
        None => i64::try_from(number(field)?).ok(),
    };
    let mut all = [None; N];
    for (value, found) in all.iter_mut().zip(fields(line).map_while(signed)) {
        *value = Some(found);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_numbers_with_signs() {
        assert_eq!(signed_numbers(b"5 -7 x 1"), [Some(5), Some(-7), None, None]);
        assert_eq!(signed_numbers(b"-9223372036854775808 9223372036854775808"), [Some(i64::MIN), None]);
        assert_eq!(signed_numbers(b"- 1"), [None, None]);
    }

    #[test]
    fn the_running_machine_is_asked() {
        let mut root = Root::system().expect("/ can be opened");
        let mut clock = Adjtimex::default();
        match clock.read(&mut root) {
            Ok(()) => assert!(clock.state().0.iter().all(Option::is_some), "{:?}", clock.state()),
            Err(why) => assert_eq!((why, clock.state()), (Unavailable::Denied, ClockState::default())),
        }
    }
}
