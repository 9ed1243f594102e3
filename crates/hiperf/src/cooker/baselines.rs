//! [`Baselines`]: what a question leaves behind for the next one like it.
//!
//! A value that needs two samples needs one from before. Whoever asks again for
//! the same within [`MAX_AGE`] has it: the samples of the question before, and
//! what is told by them from namesakes. What is kept is bounded in number, bytes
//! and age, and nobody gets what was read for another user.
//!
//! There is no thread for it. What is too old serves nobody, and is let go of
//! when somebody asks for something, or with the provider.
//!
//! Not here: what is kept, and how it is made.

use std::sync::Mutex;
use std::time::Duration;

use hiperf_cim::Value;

use crate::namespace::lock;

/// The mean of a longer interval is none of now.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(10);
/// Different questions within [`MAX_AGE`] that a client asks again and again.
pub(crate) const MAX_KEPT: usize = 16;
/// Bytes of all samples: those of 5,000 instances of 20 counters.
pub(crate) const MAX_BYTES: usize = 4 << 20;

/// What makes two questions the same, for one answer to be the baseline of the
/// other.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    /// The class, or the paths of the objects, in the order in which they were
    /// asked for.
    pub subjects: Vec<String>,
    /// The values of the call's context: which properties are wanted, and
    /// whatever else may matter to the raw provider.
    pub context: Vec<(String, Value)>,
    pub asker: Identity,
}

/// With whose rights this thread reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    user: u32,
    group: u32,
    /// `None` if they can't be had, which is the same as nobody's.
    groups: Option<Vec<u32>>,
}

impl Identity {
    /// The calling thread's.
    pub fn of_thread() -> Identity {
        use rustix::process::{getegid, geteuid, getgroups};
        let groups = getgroups().ok().map(|groups| groups.into_iter().map(|group| group.as_raw()).collect());
        Identity { user: geteuid().as_raw(), group: getegid().as_raw(), groups }
    }
}

/// Answers, each until it is too old.
#[derive(Debug)]
pub(crate) struct Baselines<T>(Mutex<Vec<Kept<T>>>);

#[derive(Debug)]
struct Kept<T> {
    question: Question,
    answer: T,
    bytes: usize,
    /// When its latest sample was taken, on the caller's clock.
    sampled: Duration,
}

impl<T> Default for Baselines<T> {
    fn default() -> Baselines<T> {
        Baselines(Mutex::new(Vec::new()))
    }
}

impl<T> Baselines<T> {
    /// What the same question left behind, with its age. It is taken out: two
    /// who ask at once don't wait for each other, one of them begins anew.
    pub fn take(&self, question: &Question, now: Duration) -> Option<(T, Duration)> {
        let (kept, too_old) = {
            let mut all = lock(&self.0);
            let too_old: Vec<Kept<T>> =
                all.extract_if(.., |kept| now.saturating_sub(kept.sampled) > MAX_AGE).collect();
            let place = all.iter().position(|kept| kept.question == *question);
            (place.map(|place| all.remove(place)), too_old)
        };
        // What ends here calls strangers' code: no lock is held.
        drop(too_old);
        kept.map(|kept| (kept.answer, now.saturating_sub(kept.sampled)))
    }

    /// Keeps an answer of so many bytes, whose latest sample is of now. The
    /// oldest ones make room for it; one that is too large alone is not kept.
    pub fn keep(&self, question: Question, answer: T, bytes: usize, now: Duration) {
        if bytes > MAX_BYTES {
            return;
        }
        let gone = {
            let mut all = lock(&self.0);
            let mut gone: Vec<Kept<T>> = all.extract_if(.., |kept| kept.question == question).collect();
            while all.len() >= MAX_KEPT
                || all.iter().map(|kept| kept.bytes).sum::<usize>() + bytes > MAX_BYTES
            {
                // In the order in which they were kept, which is that of their age.
                gone.push(all.remove(0));
            }
            all.push(Kept { question, answer, bytes, sampled: now });
            gone
        };
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(subject: &str) -> Question {
        let asker = Identity { user: 1, group: 1, groups: None };
        Question { subjects: vec![subject.to_owned()], context: Vec::new(), asker }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn only_the_same_question_is_served() {
        let baselines = Baselines::default();
        let asked = question("a");
        baselines.keep(asked.clone(), 'a', 1, SECOND);
        let of_another_user =
            Question { asker: Identity { user: 2, ..asked.asker.clone() }, ..asked.clone() };
        let in_another_group =
            Question { asker: Identity { groups: Some(vec![0]), ..asked.asker.clone() }, ..asked.clone() };
        let of_other_properties =
            Question { context: vec![("x".to_owned(), Value::Boolean(true))], ..asked.clone() };
        for other in [question("b"), of_another_user, in_another_group, of_other_properties] {
            assert_eq!(baselines.take(&other, SECOND), None, "{other:?}");
        }
        assert_eq!(baselines.take(&asked, 3 * SECOND), Some(('a', 2 * SECOND)));
        assert_eq!(baselines.take(&asked, 3 * SECOND), None, "it is in use");
        assert_eq!(Identity::of_thread(), Identity::of_thread());
    }

    #[test]
    fn what_is_too_old_is_let_go() {
        let baselines = Baselines::default();
        let shared = std::sync::Arc::new(());
        baselines.keep(question("a"), shared.clone(), 1, SECOND);
        baselines.keep(question("b"), shared.clone(), 1, 2 * SECOND);
        assert_eq!(baselines.take(&question("c"), SECOND + MAX_AGE), None);
        assert_eq!(std::sync::Arc::strong_count(&shared), 3, "not older than that");
        assert_eq!(baselines.take(&question("a"), SECOND + MAX_AGE + Duration::from_nanos(1)), None);
        assert_eq!(std::sync::Arc::strong_count(&shared), 2);
        assert!(baselines.take(&question("b"), 2 * SECOND + MAX_AGE).is_some());
    }

    #[test]
    fn number_and_bytes_are_bounded() {
        let baselines = Baselines::default();
        for number in 0..=MAX_KEPT {
            baselines.keep(question(&number.to_string()), number, 1, SECOND);
        }
        assert_eq!(baselines.take(&question("0"), SECOND), None);
        assert_eq!(baselines.take(&question("1"), SECOND), Some((1, Duration::ZERO)));
        baselines.keep(question("large"), 100, MAX_BYTES - 1, SECOND);
        assert_eq!(lock(&baselines.0).len(), 2, "the newest of the others has room beside it");
        baselines.keep(question("large"), 101, MAX_BYTES, SECOND);
        baselines.keep(question("too large"), 102, MAX_BYTES + 1, SECOND);
        assert_eq!(lock(&baselines.0).len(), 1);
        assert_eq!(baselines.take(&question("large"), SECOND), Some((101, Duration::ZERO)));
    }
}
