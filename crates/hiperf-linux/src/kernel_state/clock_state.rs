//! [`ClockState`], the row of `Linux_PerfRawData_OS_Clock`: whether the machine's
//! clock is right, as far as whoever disciplines it has told the kernel.

use hiperf_provider::{Field, Instance};

use crate::area::Class;
use crate::kernel_state::KernelState;
use crate::property::{Property, Sources};

/// The state in which nobody vouches for the clock (`TIME_ERROR`).
const TIME_ERROR: i64 = 5;

/// The flag of a clock that nobody disciplines (`STA_UNSYNC`).
const UNSYNCHRONIZED: i64 = 0x40;

/// The flag that says that the offset is in nanoseconds (`STA_NANO`).
const IN_NANOSECONDS: i64 = 0x2000;

/// The numbers of an answer in the order in which it is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClockState(pub [Option<i64>; 9]);

const CLOCK: Sources = KernelState::CLOCK;

impl Class for ClockState {
    type Area = KernelState;
    type Row = ClockState;
    const NAME: &'static str = "Linux_PerfRawData_OS_Clock";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<ClockState>] = &[
        Property::new("IsSynchronized", CLOCK, is_synchronized),
        Property::of_field("OffsetNanoseconds", CLOCK, Field::Signed(offset_ns)),
        Property::new("MaximumErrorMicroseconds", CLOCK, |clock| unsigned(clock.0[4])),
        Property::new("EstimatedErrorMicroseconds", CLOCK, |clock| unsigned(clock.0[5])),
        Property::of_field("FrequencyPartsPerBillion", CLOCK, Field::Signed(parts_per_billion)),
        Property::new("TimeConstant", CLOCK, |clock| unsigned(clock.0[6])),
        Property::new("TickMicroseconds", CLOCK, |clock| unsigned(clock.0[7])),
        Property::of_field("TaiOffsetSeconds", CLOCK, Field::Signed(|clock| clock.0[8])),
        Property::new("State", CLOCK, |clock| unsigned(clock.0[0])),
        Property::new("StatusFlags", CLOCK, |clock| unsigned(clock.0[1])),
    ];

    fn for_each(kernel: &KernelState, visit: &mut dyn FnMut(Instance<'_>, &ClockState)) {
        visit(Instance::singleton(), &kernel.clock());
    }
}

fn unsigned(value: Option<i64>) -> Option<u64> {
    value.and_then(|value| u64::try_from(value).ok())
}

/// 1 if somebody keeps the clock right.
#[must_use]
pub fn is_synchronized(clock: &ClockState) -> Option<u64> {
    let (state, status) = (clock.0[0]?, clock.0[1]?);
    Some(u64::from(state != TIME_ERROR && status & UNSYNCHRONIZED == 0))
}

/// What is left to correct.
#[must_use]
pub fn offset_ns(clock: &ClockState) -> Option<i64> {
    let (status, offset) = (clock.0[1]?, clock.0[2]?);
    if status & IN_NANOSECONDS == 0 { offset.checked_mul(1000) } else { Some(offset) }
}

/// The correction of the clock's speed. The kernel has it in parts per million
/// with 16 bits behind the point.
#[must_use]
pub fn parts_per_billion(clock: &ClockState) -> Option<i64> {
    Some(clock.0[3]?.checked_mul(1000)? >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(state: i64, status: i64, offset: i64, frequency: i64) -> ClockState {
        let mut clock = ClockState::default();
        clock.0[..4].copy_from_slice(&[state, status, offset, frequency].map(Some));
        clock
    }

    #[test]
    fn somebody_keeps_it_right_or_nobody() {
        assert_eq!(is_synchronized(&clock(0, 0x2001, 0, 0)), Some(1));
        assert_eq!(is_synchronized(&clock(0, 0x40, 0, 0)), Some(0));
        assert_eq!(is_synchronized(&clock(5, 0, 0, 0)), Some(0));
        assert_eq!(is_synchronized(&ClockState::default()), None);
    }

    #[test]
    fn units_are_those_of_the_flags() {
        assert_eq!(offset_ns(&clock(0, 0x2001, -1234, 0)), Some(-1234));
        assert_eq!(offset_ns(&clock(0, 1, -1234, 0)), Some(-1_234_000));
        assert_eq!(offset_ns(&clock(0, 1, i64::MIN, 0)), None);
        assert_eq!(parts_per_billion(&clock(0, 0, 0, 3 << 16)), Some(3000));
        assert_eq!(parts_per_billion(&clock(0, 0, 0, -(1 << 15))), Some(-500));
        assert_eq!(parts_per_billion(&clock(0, 0, 0, i64::MAX)), None);
    }
}
