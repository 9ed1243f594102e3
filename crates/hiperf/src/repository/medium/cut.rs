//! The disk that a power cut leaves.

use std::collections::BTreeMap;

use super::{Medium, Omit, Random, Step, change, rename};
use crate::namespace::lock;

impl Medium {
    /// The disk that a cut after `count` steps may leave, and the last
    /// generation that was acknowledged by then.
    pub(in crate::repository) fn cut(&self, count: usize, random: &mut Random) -> (Medium, u64) {
        let state = lock(&self.state);
        let (mut acknowledged, mut is_placed) = (0, false);
        let mut files: BTreeMap<usize, Contents> = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut names_open = Vec::new();
        for step in &state.steps[..count] {
            match step {
                Step::Create(file, _) => {
                    files.insert(*file, Contents::default());
                    names_open.push(step);
                }
                Step::Write(file, ..) | Step::SetLen(file, _) => {
                    files.entry(*file).or_default().open.push(step.clone());
                }
                Step::Sync(file) => files.entry(*file).or_default().sync(),
                Step::Rename(..) | Step::Remove(_) => names_open.push(step),
                Step::SyncDirectory => names_open.drain(..).for_each(|step| rename(&mut names, step)),
                Step::SyncPlace => is_placed = true,
                Step::Acknowledge(generation) => acknowledged = *generation,
            }
        }
        if !is_placed && random.below(2) == 0 {
            return (Medium::new(Vec::new(), BTreeMap::new(), Omit::Nothing), acknowledged);
        }
        let kept = random.below(names_open.len() + 1);
        names_open.iter().take(kept).for_each(|step| rename(&mut names, step));
        let contents = (0..state.files.len())
            .map(|file| files.remove(&file).map_or_else(Vec::new, |contents| contents.after_cut(random)))
            .collect();
        (Medium::new(contents, names, Omit::Nothing), acknowledged)
    }
}

/// What of a file is safe, and what isn't.
#[derive(Default)]
struct Contents {
    safe: Vec<u8>,
    open: Vec<Step>,
}

impl Contents {
    fn sync(&mut self) {
        for step in std::mem::take(&mut self.open) {
            change(&mut self.safe, &step, usize::MAX);
        }
    }

    fn after_cut(mut self, random: &mut Random) -> Vec<u8> {
        // Often all or nothing, the extremes that single mistakes show up in.
        let mode = random.below(4);
        for step in std::mem::take(&mut self.open) {
            let kept = match mode {
                0 => continue,
                1 => usize::MAX,
                _ if random.below(2) == 0 => continue,
                // Torn at a sector's end.
                2 => random.below(16) * 512,
                _ => usize::MAX,
            };
            change(&mut self.safe, &step, kept);
        }
        self.safe
    }
}
