//! Where in the shared memory of a refresher what lies.
//!
//! ```text
//! cells   0 request     counted up by the engine when it wants something; the host sleeps on it
//!         1 response    what the request was when the host was done; the engine sleeps on it
//!         2 command     what is wanted: see [`Command`]
//!         3 flags       of IWbemRefresher::Refresh
//!         4 status      what it answered
//!         5 outcome     see [`Outcome`]
//! words   0             generation: another number when items, rows or places changed
//!         1             words that are needed, when the memory is too small
//!         2             the number of items
//!         3 ..          items, two words each    item u32, 0 u32 | first row u32, rows u32
//!         ..            rows, two words each     id i32, versions u32 | place u32, extent u32
//!         ..            blocks, each in its place: a word's number. An extent is the block's length in bytes;
//!                       its highest bit says that words with a byte for each property follow the block,
//!                       the codes of the reasons for missing values
//! ```
//! An object is an item with one row. Of a row's versions, the high half counts up
//! when what is in the block's tail changes, the low half when only other values
//! do. The host writes all of it but cells 0, 2 and 3, in any order before
//! cell 1; the engine takes none of it for granted.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use hiperf_com::shared_memory::CELLS;

/// Words before the items.
pub const ITEMS_AT: usize = 3;

/// Words that a refresher begins with: as much as some dozen instances take, and
/// one page.
pub const FIRST_WORDS: usize = 504;

/// What the engine wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Command {
    /// A refresh.
    Refresh = 1,
    /// A message is in the socket.
    Message = 2,
}

/// What became of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Outcome {
    /// It is in the memory.
    Published = 1,
    /// The memory is too small for it.
    TooSmall = 2,
}

/// The cells by their names.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a>(pub &'a [AtomicU32; CELLS]);

impl<'a> Cells<'a> {
    /// Counted up by the engine.
    #[inline]
    #[must_use]
    pub fn request(self) -> &'a AtomicU32 {
        &self.0[0]
    }

    /// Follows the request.
    #[inline]
    #[must_use]
    pub fn response(self) -> &'a AtomicU32 {
        &self.0[1]
    }

    /// Says what the engine wants; [`Cells::request`] is counted up after it.
    #[inline]
    pub fn set_command(self, command: Command, flags: i32) {
        self.0[2].store(command as u32, Ordering::Relaxed);
        self.0[3].store(flags.cast_unsigned(), Ordering::Relaxed);
    }

    /// What the engine wants, with its flags; `None` for a number without
    /// meaning.
    #[must_use]
    pub fn command(self) -> Option<(Command, i32)> {
        const ALL: [Command; 2] = [Command::Refresh, Command::Message];
        let number = self.0[2].load(Ordering::Relaxed);
        let flags = self.0[3].load(Ordering::Relaxed).cast_signed();
        ALL.into_iter().find(|command| *command as u32 == number).map(|command| (command, flags))
    }

    /// Says how a refresh went; [`Cells::response`] follows after it.
    pub fn set_outcome(self, status: u32, outcome: Outcome) {
        self.0[4].store(status, Ordering::Relaxed);
        self.0[5].store(outcome as u32, Ordering::Relaxed);
    }

    /// How a refresh went; `None` for a number without meaning.
    #[inline]
    #[must_use]
    pub fn outcome(self) -> Option<(u32, Outcome)> {
        let outcome = match self.0[5].load(Ordering::Relaxed) {
            1 => Outcome::Published,
            2 => Outcome::TooSmall,
            _ => return None,
        };
        Some((self.0[4].load(Ordering::Relaxed), outcome))
    }
}

/// The bit of an extent that says that reasons follow the block. No block is so
/// long that its length has it.
const HAS_REASONS: u32 = 1 << 31;

/// A block's length and whether reasons follow it, as a row has them.
#[inline]
#[must_use]
pub fn extent(len: u32, has_reasons: bool) -> u32 {
    if has_reasons { len | HAS_REASONS } else { len }
}

/// The block's length in an extent, and whether reasons follow it.
#[inline]
#[must_use]
pub fn extent_parts(extent: u32) -> (u32, bool) {
    (extent & !HAS_REASONS, extent & HAS_REASONS != 0)
}

/// A row's versions after a change of its block, in the tail or not.
#[must_use]
pub fn next_versions(versions: u32, in_tail: bool) -> u32 {
    let (values, tail) = (versions & 0xFFFF, versions >> 16);
    if in_tail {
        (tail.wrapping_add(1) << 16) | values
    } else {
        (tail << 16) | (values.wrapping_add(1) & 0xFFFF)
    }
}

/// Whether two versions of a row have the same tail.
#[inline]
#[must_use]
pub fn is_same_tail(one: u32, other: u32) -> bool {
    one >> 16 == other >> 16
}

/// Two numbers as they share a word.
#[inline]
#[must_use]
pub fn pair(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The two numbers in a word.
#[inline]
#[must_use]
#[allow(clippy::cast_possible_truncation)] // the low half is meant
pub fn halves(word: u64) -> (u32, u32) {
    (word as u32, (word >> 32) as u32)
}

/// The word at `index`; 0 beyond the end.
#[inline]
#[must_use]
pub fn load(words: &[AtomicU64], index: usize) -> u64 {
    words.get(index).map_or(0, |word| word.load(Ordering::Relaxed))
}
