//! What Refresh writes, and when.

use std::thread;
use std::time::Duration;

use hiperf::Value;
use hiperf_com::object::Object;
use hiperf_com::probe::refusals;

use super::super::bench::{Bench, Listed, Refreshed, SOME, block, is_owed, path};

/// A clock goes on in this time.
const TICK: Duration = Duration::from_millis(15);
/// A thread that writes by itself does so in this time.
const IDLE: Duration = Duration::from_millis(300);
const ROUNDS: usize = 5;

/// Fails if an object has other keys than those it was asked for with.
pub fn keys_kept(bench: &Bench<'_>, template: &Object, object: &Object, by: &str) {
    if object.class().is_same(template.class()) {
        bench.journal.expect(object.has_keys_of(template), || {
            format!("{by} was asked for {} and gives {}", path(template), path(object))
        });
    }
}

/// Fails for each counter that is NULL without a reason.
pub fn filled(bench: &Bench<'_>, object: &Object, by: &str) {
    for (index, property) in object.class().properties().iter().enumerate() {
        let is_missing = is_owed(property) && object.value(index).is_null() && object.why_at(index).is_none();
        bench.journal.expect(!is_missing, || {
            format!("{by} never writes {}.{}", object.class().name(), property.name())
        });
    }
}

/// Fails if nothing but the keys has a value.
pub fn not_empty(bench: &Bench<'_>, object: &Object, by: &str) {
    let mut owed = object.class().properties().iter().enumerate().filter(|(_, property)| is_owed(property));
    let is_written = |index| !object.value(index).is_null() || object.why_at(index).is_some();
    let is_empty = owed.clone().next().is_some() && !owed.any(|(index, _)| is_written(index));
    bench.journal.expect(!is_empty, || format!("{by} writes nothing of {}", path(object)));
}

/// Whether the instance that an object was bound to is gone: it has no values
/// but its times.
fn is_gone(object: &Object) -> bool {
    let properties = object.class().properties().iter().enumerate();
    let is_time = |name: &str| name.starts_with("Timestamp_") || name.starts_with("Frequency_");
    let mut counters = properties.filter(|(_, property)| is_owed(property) && !is_time(property.name()));
    counters.all(|(index, _)| object.value(index).is_null())
}

/// Handles, NULLs and keys.
pub fn values(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    let (objects, lists) = (bench.objects(&refresher), bench.lists(&refresher));
    for _ in 0..ROUNDS {
        bench.refresh(&refresher);
        for Refreshed { template, object, .. } in &objects {
            keys_kept(bench, template, object, "Refresh");
        }
    }
    objects.iter().for_each(|one| filled(bench, &one.object, "Refresh"));
    for (_, member) in lists.iter().flat_map(Listed::members) {
        filled(bench, &member, "Refresh of an enumerator");
    }
    bench.journal.expect(refusals::count() == 0, || {
        format!(
            "{} writes or changes of an enumerator were refused, the last one with {}: a handle of another type \
             or class, or an id that is there already",
            refusals::count(),
            refusals::last()
        )
    });
}

/// The times of an object.
fn times(object: &Object) -> Vec<(String, u64)> {
    let properties = object.class().properties().iter().enumerate();
    let times = properties.filter(|(_, property)| property.name().starts_with("Timestamp_"));
    let read = |index| match object.value(index) {
        Value::Uint64(time) => Some(time),
        _ => None,
    };
    times.filter_map(|(index, property)| Some((property.name().to_owned(), read(index)?))).collect()
}

/// Whether values change, and time goes on.
pub fn updates(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    let (objects, lists) = (bench.objects(&refresher), bench.lists(&refresher));
    bench.refresh(&refresher);
    // Members that leave their enumerator are not written any more, so they are looked for at the end.
    let members = lists.iter().flat_map(|list| list.members().into_iter().take(SOME));
    let all: Vec<Object> =
        objects.iter().map(|one| one.object.clone()).chain(members.map(|(_, member)| member)).collect();
    let first: Vec<_> = all.iter().map(|one| (block(one), times(one))).collect();
    let mut last: Vec<_> = first.iter().map(|(_, times)| times.clone()).collect();
    for _ in 0..ROUNDS {
        thread::sleep(TICK);
        bench.refresh(&refresher);
        for (object, last) in all.iter().zip(&mut last) {
            let now = times(object);
            for ((name, before), (_, after)) in last.iter().zip(&now) {
                bench.journal.expect(after >= before, || {
                    format!("{name} of {} goes back from {before} to {after}", path(object))
                });
            }
            *last = now;
        }
    }
    let still_there: Vec<Object> = lists.iter().flat_map(Listed::members).map(|(_, member)| member).collect();
    for (n, (object, ((bytes, before), after))) in all.iter().zip(first.iter().zip(&last)).enumerate() {
        if n >= objects.len() && !still_there.iter().any(|one| one.is_same_object(object)) {
            continue;
        }
        if is_gone(object) {
            continue;
        }
        if !before.is_empty() && before == after {
            bench.journal.fail(format!("{ROUNDS} refreshes changed no Timestamp_ of {}", path(object)));
        } else if before.is_empty() && block(object) == *bytes {
            bench.journal.warn(format!("{ROUNDS} refreshes changed nothing of {}", path(object)));
        }
    }
}

/// Writes when nobody has called Refresh.
pub fn outside_refresh(bench: &Bench<'_>) {
    let [Some(refresher), Some(other)] = [bench.refresher(), bench.refresher()] else { return };
    let (objects, lists) = (bench.objects(&refresher), bench.lists(&refresher));
    let _others = (bench.objects(&other), bench.lists(&other));
    let look = || {
        let objects = objects.iter().map(|one| block(&one.object)).collect::<Vec<_>>();
        let members = lists.iter().flat_map(Listed::members).map(|(id, one)| (id, block(&one)));
        (objects, members.collect::<Vec<_>>())
    };
    for when in ["before the first Refresh", "after a Refresh"] {
        let before = look();
        for class in bench.classes() {
            bench.query(class);
        }
        bench.refresh(&other);
        bench.journal.doing("nothing: a moment without a call");
        thread::sleep(IDLE);
        let after = look();
        for ((one, before), after) in objects.iter().zip(&before.0).zip(&after.0) {
            bench.journal.expect(before == after, || {
                format!("{} is written outside of its refresher's Refresh, {when}", path(&one.template))
            });
        }
        bench.journal.expect(before.1 == after.1, || {
            format!("an enumerator or its instances change outside of its refresher's Refresh, {when}")
        });
        bench.refresh(&refresher);
    }
    bench.journal.seen(format!(
        "{} objects and {} enumerators stayed as they were",
        objects.len(),
        lists.len()
    ));
}
