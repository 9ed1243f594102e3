//! [`Lru`]: who among the holders of something used it least recently.
//!
//! A doubly linked list through a vector: places are numbers, nothing is
//! allocated but for a number larger than all before, and every operation is a
//! few stores. It doesn't know what is held.

/// No neighbour.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Link {
    newer: u32,
    older: u32,
    is_in: bool,
}

/// Places in order of use.
#[derive(Debug)]
pub(crate) struct Lru {
    links: Vec<Link>,
    newest: u32,
    oldest: u32,
}

impl Default for Lru {
    fn default() -> Lru {
        Lru { links: Vec::new(), newest: NONE, oldest: NONE }
    }
}

impl Lru {
    /// The place that was used least recently.
    pub(crate) fn oldest(&self) -> Option<u32> {
        (self.oldest != NONE).then_some(self.oldest)
    }

    /// Whether a place is among the holders.
    pub(crate) fn contains(&self, place: u32) -> bool {
        self.links.get(place as usize).is_some_and(|link| link.is_in)
    }

    /// Makes a place the newest; adds it if it isn't there.
    pub(crate) fn touch(&mut self, place: u32) {
        if self.newest == place {
            return;
        }
        self.remove(place);
        let link = Link { newer: NONE, older: self.newest, is_in: true };
        self.put(place, link);
        match self.newest {
            NONE => self.oldest = place,
            newest => self.links[newest as usize].newer = place,
        }
        self.newest = place;
    }

    /// Adds a place that hasn't been used yet, as the oldest.
    pub(crate) fn add_unused(&mut self, place: u32) {
        self.remove(place);
        let link = Link { newer: self.oldest, older: NONE, is_in: true };
        self.put(place, link);
        match self.oldest {
            NONE => self.newest = place,
            oldest => self.links[oldest as usize].older = place,
        }
        self.oldest = place;
    }

    /// Takes a place out, if it is in.
    pub(crate) fn remove(&mut self, place: u32) {
        let Some(link) = self.links.get_mut(place as usize).filter(|link| link.is_in) else { return };
        link.is_in = false;
        let Link { newer, older, .. } = *link;
        match newer {
            NONE => self.newest = older,
            newer => self.links[newer as usize].older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => self.links[older as usize].newer = newer,
        }
    }

    fn put(&mut self, place: u32, link: Link) {
        let index = place as usize;
        if self.links.len() <= index {
            self.links.resize(index + 1, Link { newer: NONE, older: NONE, is_in: false });
        }
        self.links[index] = link;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// The places, oldest first, by both directions of the list.
    fn places(lru: &Lru) -> Vec<u32> {
        let walk = |start: u32, next: fn(&Link) -> u32| {
            let mut found = Vec::new();
            let mut at = start;
            while at != NONE {
                found.push(at);
                at = next(&lru.links[at as usize]);
            }
            found
        };
        let upward = walk(lru.oldest, |link| link.newer);
        let mut downward = walk(lru.newest, |link| link.older);
        downward.reverse();
        assert_eq!(upward, downward);
        upward
    }

    #[test]
    fn it_is_a_queue_that_moves_what_is_used_to_its_end() {
        let mut lru = Lru::default();
        let mut twin = VecDeque::new();
        let mut seed = 1_u32;
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = seed >> 16 & 15;
            twin.retain(|other| *other != place);
            match seed >> 24 & 3 {
                0 => lru.remove(place),
                1 => {
                    lru.add_unused(place);
                    twin.push_front(place);
                }
                _ => {
                    lru.touch(place);
                    twin.push_back(place);
                }
            }
            assert_eq!(twin, places(&lru));
            assert_eq!(lru.oldest(), twin.front().copied());
            assert_eq!(lru.contains(place), twin.contains(&place));
        }
    }
}
