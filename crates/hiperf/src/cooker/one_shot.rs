//! Questions without a refresher: a query, or single objects, of formatted
//! classes, which have no first refresh to take a baseline.
//!
//! ```text
//! the same question before, at most MAX_AGE ago     its samples are the baseline
//!                    and less than BASELINE_AGE     wait until they are so old
//! else, if a value needs two samples                sample, wait for BASELINE_AGE
//! then                                              sample, and cook
//! ```
//!
//! What is kept is the whole refresher of the question, not its samples alone:
//! it knows an instance from a namesake that came meanwhile. Of objects, all
//! have to be there still; else the question begins anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hiperf_cim::{Result, Status};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, Services};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::provider::ProviderRefresher as _;

use super::baselines::{Identity, Question};
use super::refresher::CookerRefresher;
use super::{BASELINE_AGE, Cooker, Cooking};
use crate::{Namespace, services};

/// How the time passes for the cooker.
pub(crate) trait Clock: Send + Sync {
    /// The time since some moment, which never steps back.
    fn now(&self) -> Duration;

    /// Returns when so much time has passed.
    fn wait(&self, time: Duration);
}

/// The time since the clock was made.
#[derive(Debug)]
pub(crate) struct MonotonicClock(Instant);

impl Default for MonotonicClock {
    fn default() -> MonotonicClock {
        MonotonicClock(Instant::now())
    }
}

impl Clock for MonotonicClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// What answers a question: a refresher with what was asked for.
pub(crate) struct OneShot {
    refresher: CookerRefresher,
    /// The instances, if all were asked for.
    list: Option<Arc<ObjectList>>,
}

/// How complete an answer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Whole,
    /// Something that was asked for is not there any more.
    Lacking,
}

impl Cooker {
    /// All instances of a class, each an object that nobody else holds.
    pub(super) fn all_of(
        &self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
    ) -> Result<Vec<ObjectAccess>> {
        let namespace = services::namespace_of(services)?;
        let add = |shot: &mut OneShot| {
            let formatted = Cooking::formatted_class(&namespace, class, context)?;
            let list = ObjectList::new(formatted);
            let target = HiPerfEnum::new(list.for_provider());
            shot.refresher.add_enum(services, class, context, target)?;
            shot.list = Some(list);
            Ok(())
        };
        let mut found = Vec::new();
        let read = |shot: &mut OneShot| {
            shot.refresh()?;
            found.clear();
            let Some(list) = &shot.list else { return Ok(Answer::Lacking) };
            let mut copied = Ok(());
            list.for_each(|_, object| match ObjectAccess::new(object.access().clone()).clone_object() {
                Ok(copy) => found.push(copy),
                Err(error) => copied = Err(error),
            });
            copied.map(|()| Answer::Whole)
        };
        self.ask(&namespace, vec![class.to_lowercase()], context, add, read)?;
        Ok(found)
    }

    /// Fills the objects that the keys of these name.
    pub(super) fn fill(
        &self,
        services: &Services,
        objects: &[ObjectAccess],
        context: Option<&Context>,
    ) -> Result<()> {
        let namespace = services::namespace_of(services)?;
        let path =
            |object: &ObjectAccess| Ok(object.get("__RELPATH")?.as_str().unwrap_or_default().to_lowercase());
        let subjects = objects.iter().map(path).collect::<Result<_>>()?;
        let add = |shot: &mut OneShot| {
            objects.iter().try_for_each(|object| {
                shot.refresher.add_object(services, object, context).map(|_object_and_id| ())
            })
        };
        let read = |shot: &mut OneShot| {
            let mut targets = objects.to_vec();
            shot.refresher.mark_others(&targets)?;
            shot.refresher.exchange(&mut targets);
            let refreshed = shot.refresh();
            shot.refresher.exchange(&mut targets);
            Ok(if refreshed? == Status::WBEM_S_NO_ERROR { Answer::Whole } else { Answer::Lacking })
        };
        self.ask(&namespace, subjects, context, add, read)
    }

    /// Has `read` take the second sample: of what the same question left
    /// behind, or of what `add` adds to an empty refresher.
    fn ask(
        &self,
        namespace: &Namespace,
        subjects: Vec<String>,
        context: Option<&Context>,
        add: impl FnOnce(&mut OneShot) -> Result<()>,
        mut read: impl FnMut(&mut OneShot) -> Result<Answer>,
    ) -> Result<()> {
        let context = context.map(Context::values).transpose()?.unwrap_or_default();
        let question = Question { subjects, context, asker: Identity::of_thread() };
        if let Some((mut shot, age)) = self.baselines.take(&question, self.clock.now())
            && shot.refresher.is_of_classes_of(namespace)
        {
            self.clock.wait(BASELINE_AGE.saturating_sub(age));
            if let Ok(Answer::Whole) = read(&mut shot) {
                self.keep(question, shot);
                return Ok(());
            }
        }
        let mut shot = OneShot { refresher: CookerRefresher::of_one_sample(), list: None };
        add(&mut shot)?;
        if !shot.refresher.needs_two_samples() {
            read(&mut shot)?;
            return Ok(());
        }
        shot.refresh()?;
        self.clock.wait(BASELINE_AGE);
        read(&mut shot)?;
        self.keep(question, shot);
        Ok(())
    }

    fn keep(&self, question: Question, shot: OneShot) {
        // What is fetched from the namespace holds it, and the namespace this.
        if !shot.refresher.has_fetched() {
            let bytes = shot.refresher.bytes();
            self.baselines.keep(question, shot, bytes, self.clock.now());
        }
    }
}

impl OneShot {
    fn refresh(&mut self) -> Result<Status, Status> {
        const AUTO_RECONNECT: i32 = 0;
        self.refresher.refresh(AUTO_RECONNECT)
    }
}
