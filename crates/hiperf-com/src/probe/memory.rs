//! What the process's memory does: bytes in use, and the allocations that
//! libraries make, counted without having preloaded anything.
//!
//! The calls of loaded libraries to malloc go through slots that the dynamic
//! linker filled. [`count_allocations`] puts other functions there, which count
//! and then call malloc. So what the program itself allocates isn't counted,
//! and what a provider does, or a library that it calls, is. A function pointer
//! that a library fetched earlier escapes.
//!
//! Not here: who allocated. Only one library is examined in a process.

/// Bytes that the allocator has handed out, in all its arenas.
#[must_use]
pub fn heap_bytes() -> Option<usize> {
    system::heap_bytes()
}

/// Begins to count what loaded libraries allocate. Says in how many places; 0
/// where this system has no such slots.
pub fn count_allocations() -> usize {
    system::redirect()
}

/// Allocations counted so far.
#[must_use]
pub fn allocations() -> usize {
    system::allocations()
}

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
#[path = "memory/linux.rs"]
mod system;

#[cfg(not(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")))]
mod system {
    pub(super) fn heap_bytes() -> Option<usize> {
        None
    }

    pub(super) fn redirect() -> usize {
        0
    }

    pub(super) fn allocations() -> usize {
        0
    }
}
