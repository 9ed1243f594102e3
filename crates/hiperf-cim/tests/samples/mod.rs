//! Pseudo-random samples of raw properties; the same sequence every time.
#![allow(dead_code)] // each test uses a part of it

use hiperf_cim::cook::{Sample, Width};

/// xorshift64: reproducible, and good enough to hit every branch.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Mostly of any magnitude, often zero, one or the largest.
    pub fn value(&mut self, width: Width) -> u64 {
        let bits = u64::from(width.bits());
        let max = u64::MAX >> (64 - bits);
        match self.next() % 16 {
            0 => 0,
            1 => 1,
            2 => max,
            3 => max - self.next() % max.min(100),
            4 => 1 << (self.next() % bits),
            _ => (self.next() & max) >> (self.next() % bits),
        }
    }

    /// A later value: mostly a step on, wrapping; sometimes the same, sometimes
    /// anything.
    pub fn later(&mut self, older: u64, width: Width) -> u64 {
        let newer = match self.next() % 8 {
            0 => older,
            1 => self.value(width),
            2..=4 => older.wrapping_add(self.next() % 30_000_000),
            _ => older.wrapping_add(self.value(width)),
        };
        newer & (u64::MAX >> (64 - width.bits()))
    }

    pub fn samples(&mut self, width: Width, base_width: Width) -> (Sample, Sample) {
        let frequency = match self.next() % 8 {
            0 => self.value(Width::U64),
            1 => 1_000_000_000,
            _ => 10_000_000,
        };
        let (value, time, base) = (self.value(width), self.value(Width::U64), self.value(base_width));
        let older = Sample { value, width, time, frequency, base: Some((base, base_width)) };
        let newer = Sample {
            value: self.later(value, width),
            time: self.later(time, Width::U64),
            base: Some((self.later(base, base_width), base_width)),
            frequency: if self.next().is_multiple_of(16) { self.value(Width::U64) } else { frequency },
            ..older
        };
        (older, newer)
    }
}
