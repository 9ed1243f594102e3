//! [`Version`]: whether an object was written since somebody looked, so that who
//! follows its values need not copy what is the same.
//!
//! A writer leaves a mark and nothing else: one store to a line of the cache that
//! it reads in any case, which is all that the write of a counter can afford. Who
//! looks takes the mark away and counts. So any number of followers can look, each
//! with the version that it saw last.
//!
//! Not here: what was written. A value that is written again as it was counts too.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use hiperf_cim::Status;

use super::Object;

/// A state of an object's values. The default is one that no object ever has.
///
/// It wraps: a follower would have to look again after exactly 2^32 states that
/// others saw and it did not, to take two of them for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version(u32);

/// The version of one object's values. Its parts are atomic for threads' sake
/// that keep to WMI's order of calls: they need no order among themselves.
#[derive(Debug)]
pub(super) struct Versions {
    /// Whether something was written since the version was looked at.
    is_written: AtomicBool,
    latest: AtomicU32,
}

impl Versions {
    /// Of a new object, which nobody has looked at.
    pub(super) fn new() -> Versions {
        Versions { is_written: AtomicBool::new(true), latest: AtomicU32::new(0) }
    }

    /// Something is going to be written.
    #[inline(always)]
    pub(super) fn mark(&self) {
        self.is_written.store(true, Ordering::Relaxed);
    }

    #[inline(always)]
    fn look(&self) -> Version {
        let latest = self.latest.load(Ordering::Relaxed);
        if !self.is_written.load(Ordering::Relaxed) {
            return Version(latest);
        }
        // Never 0, which is nobody's.
        let next = latest.wrapping_add(1).max(1);
        self.is_written.store(false, Ordering::Relaxed);
        self.latest.store(next, Ordering::Relaxed);
        Version(next)
    }
}

impl Object {
    /// The version of the values: another one than before if anything was written
    /// in the meantime, be it a value or the reason why there is none.
    #[inline]
    #[must_use]
    pub fn version(&self) -> Version {
        self.inner().versions.look()
    }

    /// Makes the values those of `other`, unless it still has the version `copied`,
    /// which is what this function left there when it last copied from `other`, or
    /// the default.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the two are not of the same class.
    #[inline]
    pub fn copy_changes(&self, other: &Object, copied: &mut Version) -> Result<(), Status> {
        let version = other.version();
        if version == *copied {
            return Ok(());
        }
        if *copied == Version::default() || self.is_same_object(other) {
            self.copy_from(other)?;
        } else {
            other.inner().with(|from| self.inner().with_mut(|to| to.copy_again_from(from)));
        }
        *copied = version;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hiperf_cim::{CimType, Class, ClassDraft, Instance, Reason, Value};

    use super::*;
    use crate::access::ObjectAccess;

    fn class() -> Arc<Class> {
        let mut draft = ClassDraft::empty();
        draft.set_name("Test").unwrap();
        draft.put_property("Name", CimType::String.into(), None).unwrap();
        draft.put_property("Count", CimType::Uint64.into(), None).unwrap();
        draft.build().unwrap()
    }

    /// Whatever can be done to an object through its interfaces and as a whole.
    #[test]
    fn every_write_makes_another_version() {
        let class = class();
        let object = Object::new(Instance::spawn(&class));
        let access = ObjectAccess::new(object.access().clone());
        let (count, name) = (class.handle("Count").unwrap(), class.handle("Name").unwrap());
        let other = Object::new(Instance::spawn(&class));
        let words = [const { std::sync::atomic::AtomicU64::new(0) }; 8];
        assert!(other.store_block(&words).is_some());
        let writes: [(&str, &dyn Fn()); 12] = [
            ("WriteQWORD", &|| access.write_u64(count, 1).unwrap()),
            ("WritePropertyValue", &|| access.write_bytes(count, &[1; 8]).unwrap()),
            ("of a text", &|| access.write_string(name, "a").unwrap()),
            ("of NULL", &|| access.write_null(count).unwrap()),
            ("SetReason", &|| access.write_missing(count, Reason::Denied).unwrap()),
            ("Put", &|| access.put("Count", &Value::Uint64(1)).unwrap()),
            ("explain", &|| object.explain(Reason::Failed)),
            ("assign", &|| object.assign(&Instance::spawn(&class)).unwrap()),
            ("copy_from", &|| object.copy_from(&other).unwrap()),
            ("load_block", &|| object.load_block(&words, other.block_len()).unwrap()),
            ("load_values", &|| object.load_values(&words).unwrap()),
            ("load_reasons", &|| object.load_reasons(&words)),
        ];
        let mut seen = vec![Version::default()];
        for (what, write) in writes {
            write();
            let now = object.version();
            assert!(!seen.contains(&now), "{what}");
            assert_eq!(object.version(), now, "{what}: a look is no write");
            seen.push(now);
        }
        assert_eq!(access.read_u64(count).unwrap(), None);
        assert_eq!(object.to_instance(), other.to_instance());
        assert_eq!(object.version(), *seen.last().unwrap(), "neither is reading");
    }

    /// Each has seen what it has seen, whoever looked before.
    #[test]
    fn followers_do_not_miss_what_others_saw() {
        let class = class();
        let [from, one, two] = [(); 3].map(|()| Object::new(Instance::spawn(&class)));
        let (mut of_one, mut of_two) = (Version::default(), Version::default());
        let mut value = 0;
        let mut write = || {
            value += 1;
            from.access_for_tests().put("Count", &Value::Uint64(value)).unwrap();
            Value::Uint64(value)
        };
        let count = |object: &Object| object.get("Count").unwrap();
        for step in 0..8u32 {
            let first = write();
            one.copy_changes(&from, &mut of_one).unwrap();
            assert_eq!(count(&one), first);
            if step % 3 == 0 {
                two.copy_changes(&from, &mut of_two).unwrap();
                assert_eq!(count(&two), first);
            }
        }
        // What wasn't written since is not copied: who wrote to the copy sees it.
        one.access_for_tests().put("Count", &Value::Uint64(99)).unwrap();
        one.copy_changes(&from, &mut of_one).unwrap();
        assert_eq!(count(&one), Value::Uint64(99));
        two.copy_changes(&from, &mut of_two).unwrap();
        assert_eq!(count(&two), count(&from));
    }

    #[test]
    fn another_class_is_refused() {
        let mut draft = ClassDraft::empty();
        draft.set_name("Other").unwrap();
        let other = Object::new(Instance::spawn(&draft.build().unwrap()));
        let object = Object::new(Instance::spawn(&class()));
        let mut copied = Version::default();
        let refused = Err(Status::WBEM_E_INVALID_CLASS);
        assert_eq!(object.copy_changes(&other, &mut copied), refused);
        assert_eq!(object.copy_changes(&other, &mut copied), refused, "nor is it taken for copied");
    }

    #[test]
    fn the_version_after_the_last_is_no_default() {
        let versions = Versions { is_written: AtomicBool::new(true), latest: AtomicU32::new(u32::MAX) };
        assert_eq!(versions.look(), Version(1));
    }

    impl Object {
        fn access_for_tests(&self) -> ObjectAccess {
            ObjectAccess::new(self.access().clone())
        }
    }
}
