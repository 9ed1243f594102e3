//! The one place where this crate needs unsafe code: the processor time of
//! another process, and the state of the machine's clock, which no safe interface
//! offers.

use std::mem::MaybeUninit;

use rustix::io::Errno;

/// The clock of all the processor time of a process, in the id of a clock whose
/// upper bits name whose clock it is (`posix-timers.h` of the kernel).
const WHOLE_PROCESS: libc::clockid_t = 2;

/// Nanoseconds that the threads of process `pid`, in the reader's own process
/// id namespace, have run. Needs neither a descriptor nor a right.
///
/// # Errors
/// `EINVAL` if there is no such process.
pub(crate) fn process_time_ns(pid: u32) -> Result<u64, Errno> {
    let clock = ((!pid).cast_signed() << 3) | WHOLE_PROCESS;
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: the pointer is to room for the one timespec that the call writes;
    // any number may be asked for as a clock.
    let answer = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
    if answer != 0 {
        return Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::INVAL));
    }
    // SAFETY: the call succeeded, so it has written the whole timespec.
    let time = unsafe { time.assume_init() };
    Ok(time.tv_sec.cast_unsigned().wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec.cast_unsigned()))
}

/// What the kernel knows of its clock, and the state that it is in. Nothing is
/// changed, which everybody may ask for.
///
/// # Errors
/// `EPERM` where a filter of system calls is in the way.
pub(crate) fn clock_state() -> Result<(libc::c_int, libc::timex), Errno> {
    let mut timex = MaybeUninit::<libc::timex>::zeroed();
    // SAFETY: the pointer is to room for the one structure that the call reads
    // and writes; all of it is 0, so no mode is set and nothing is changed.
    let state = unsafe { libc::adjtimex(timex.as_mut_ptr()) };
    if state < 0 {
        return Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::INVAL));
    }
    // SAFETY: the structure is made of integers, for which 0 is a value, and the
    // call has written it.
    Ok((state, unsafe { timex.assume_init() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_this_process_grows_and_of_none_is_an_error() {
        let own = std::process::id();
        let first = process_time_ns(own).expect("this process is there");
        let mut work = 0_u64;
        while process_time_ns(own).expect("this process is there") == first {
            work = std::hint::black_box(work + 1);
        }
        assert_eq!(process_time_ns(0x0fff_ffff), Err(Errno::INVAL));
    }
}
