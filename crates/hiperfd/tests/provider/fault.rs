//! What a provider should not do.

use std::fs;
use std::io::Write as _;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::process::Stdio;

use hiperf_cim::{Error, Result, Status};

unsafe extern "C" {
    fn fork() -> i32;
    fn pause() -> i32;
}

/// Does it; nothing for a name that isn't one.
pub fn commit(what: &str) -> Result<()> {
    match what {
        "segfault" => {
            // SAFETY: none; this is what is tested.
            unsafe { std::ptr::null_mut::<u8>().write_volatile(1) };
            Ok(())
        }
        "loop" => loop {
            std::hint::spin_loop();
        },
        // A program that goes on when this one is gone.
        "child" => {
            let mut child = std::process::Command::new("sleep");
            let started = child.arg("1000").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            started.map(drop).map_err(|error| Error::new(Status::WBEM_E_FAILED, error.to_string()))
        }
        // Leaves a copy of itself behind, which has all that it had open.
        "fork" => {
            // SAFETY: the copy does nothing but sleep.
            let copy = unsafe { fork() };
            if copy != 0 {
                std::process::abort();
            }
            loop {
                // SAFETY: it touches no memory.
                unsafe { pause() };
            }
        }
        "exit" => std::process::exit(3),
        "abort" => std::process::abort(),
        "panic" => panic!("as it was told"),
        "deny" => Err(Error::new(Status::WBEM_E_ACCESS_DENIED, "it was told to deny it")),
        "impersonate" => match hiperf_com::call_context::host_impersonate_client() {
            status if status.is_error() => Err(status.into()),
            _ => Ok(()),
        },
        // Garbage in all that is shared with the client, from now on.
        "scribble" => {
            std::thread::spawn(|| {
                let mut random = Random(u64::from(std::process::id()));
                loop {
                    scribble(&mut random);
                }
            });
            scribble(&mut Random(7));
            Ok(())
        }
        // Garbage where the client expects messages.
        "babble" => {
            babble();
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Numbers that look random enough.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Writes numbers to memory that is shared: some of them large, some small
/// enough to be taken for right.
fn scribble(random: &mut Random) {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for line in maps.lines().filter(|line| line.contains("memfd:hiperf")) {
        let Some((from, to)) = line.split(' ').next().and_then(|range| range.split_once('-')) else {
            continue;
        };
        let parse = |text: &str| usize::from_str_radix(text, 16).unwrap_or(0);
        let (from, words) = (parse(from) as *mut u64, (parse(to) - parse(from)) / 8);
        for _ in 0..50 {
            let at = usize::try_from(random.next() % 80).unwrap_or(0).min(words - 1);
            let value = random.next() >> (random.next() % 64);
            // SAFETY: none for those who share the memory; this is what is tested.
            unsafe { from.wrapping_add(at).write_volatile(value) };
        }
    }
}

/// Writes garbage to every socket of the process.
fn babble() {
    for entry in fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
        let is_socket =
            fs::read_link(entry.path()).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"));
        let number = entry.file_name().to_string_lossy().parse::<i32>();
        if let (true, Ok(number)) = (is_socket, number) {
            // SAFETY: it is open; that it is another's is what is tested.
            let socket = std::mem::ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(number) });
            let Ok(copy) = socket.try_clone() else { continue };
            let _may_fail = fs::File::from(copy).write_all(&[0x55; 64]);
        }
    }
}
