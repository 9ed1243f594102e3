//! Processes that a test starts: copies of itself that sleep or spin. They end
//! with the test at the latest.

use std::fs;

/// A child of the test; ended and waited for when dropped.
pub struct ForkedChild(libc::pid_t);

impl ForkedChild {
    /// One that does nothing.
    pub fn sleeper() -> ForkedChild {
        ForkedChild::forked(|| {
            // SAFETY: the call waits for a signal and touches no memory.
            unsafe { libc::pause() };
        })
    }

    /// One whose first thread and so many others do nothing.
    pub fn sleeper_with_threads(count: usize) -> ForkedChild {
        let child = ForkedChild::forked_with(|| {
            for _ in 0..count {
                // The C library readies its own locks in a child.
                std::thread::spawn(sleep_for_ever);
            }
        });
        let tasks = format!("/proc/{}/task", child.pid());
        while fs::read_dir(&tasks).unwrap().count() <= count {
            std::thread::yield_now();
        }
        child
    }

    /// One that uses a processor all the time.
    pub fn spinner() -> ForkedChild {
        ForkedChild::forked(std::hint::spin_loop)
    }

    /// One with an id of the test's choice. Needs the rights over the namespace.
    pub fn sleeper_with_id(pid: u32) -> std::io::Result<ForkedChild> {
        let set_tid = [pid.cast_signed()];
        let arguments = libc::clone_args {
            flags: 0,
            pidfd: 0,
            child_tid: 0,
            parent_tid: 0,
            exit_signal: libc::SIGCHLD as u64,
            stack: 0,
            stack_size: 0,
            tls: 0,
            set_tid: set_tid.as_ptr() as u64,
            set_tid_size: 1,
            cgroup: 0,
        };
        // SAFETY: without flags the call is a fork; the arguments and the id they
        // point to outlive it, and the child calls nothing that needs a lock.
        let answer =
            unsafe { libc::syscall(libc::SYS_clone3, &raw const arguments, size_of_val(&arguments)) };
        match answer {
            -1 => Err(std::io::Error::last_os_error()),
            0 => sleep_for_ever(),
            pid => Ok(ForkedChild(pid as libc::pid_t)),
        }
    }

    fn forked_with(begin: impl Fn()) -> ForkedChild {
        // SAFETY: the child does what needs no lock but those of the C library.
        match unsafe { libc::fork() } {
            -1 => panic!("fork: {}", std::io::Error::last_os_error()),
            0 => {
                begin();
                sleep_for_ever()
            }
            pid => ForkedChild(pid),
        }
    }

    fn forked(repeat: fn()) -> ForkedChild {
        // SAFETY: the child does what needs no lock of the threads that it lacks:
        // it repeats a call or an instruction.
        match unsafe { libc::fork() } {
            -1 => panic!("fork: {}", std::io::Error::last_os_error()),
            0 => loop {
                repeat();
            },
            pid => ForkedChild(pid),
        }
    }

    pub fn pid(&self) -> u32 {
        self.0.cast_unsigned()
    }

    /// Ends it without waiting for it, so that it stays as a zombie.
    pub fn kill(&self) {
        // SAFETY: a signal to a child that hasn't been waited for.
        assert_eq!(unsafe { libc::kill(self.0, libc::SIGKILL) }, 0);
        let has_ended = || fs::read_to_string(format!("/proc/{}/stat", self.0)).unwrap().contains(") Z ");
        while !has_ended() {
            std::thread::yield_now();
        }
    }
}

fn sleep_for_ever() -> ! {
    loop {
        // SAFETY: the call waits for a signal and touches no memory.
        unsafe { libc::pause() };
    }
}

impl Drop for ForkedChild {
    fn drop(&mut self) {
        // SAFETY: a signal to a child that hasn't been waited for, and no pointer
        // to room for its status.
        unsafe {
            libc::kill(self.0, libc::SIGKILL);
            libc::waitpid(self.0, std::ptr::null_mut(), 0);
        }
    }
}

/// Makes `pid` the id that is given out next in this namespace, if it is free.
pub fn set_next_pid(pid: u32) {
    fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).unwrap();
}
