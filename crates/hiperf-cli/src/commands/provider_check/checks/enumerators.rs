//! What is in an enumerator.

use std::collections::{HashMap, HashSet};

use hiperf_com::object::Object;
use hiperf_com::probe::refusals;

use super::super::bench::{Bench, path};

const ROUNDS: usize = 10;

/// What objects are, without regard to case.
pub fn paths(objects: &[Object]) -> HashSet<String> {
    objects.iter().map(|object| path(object).to_lowercase()).collect()
}

/// The instances, compared with those of queries. Some may come and go all the
/// time, so only what is missing each time counts.
pub fn contents(bench: &Bench<'_>) {
    for class in bench.classes() {
        let Some(refresher) = bench.refresher() else { return };
        let Some(list) = bench.list(&refresher, class) else { continue };
        let (mut listed, mut queried) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            queried.extend(bench.query(class).map(|objects| paths(&objects)));
            bench.refresh(&refresher);
            let members: Vec<Object> = list.members().into_iter().map(|(_, object)| object).collect();
            let paths = paths(&members);
            bench.journal.expect(paths.len() == members.len(), || {
                let twice = members.len() - paths.len();
                format!(
                    "{twice} of {} instances of {} are in the enumerator twice",
                    members.len(),
                    class.name()
                )
            });
            listed.push(paths);
        }
        if queried.len() == ROUNDS {
            if let Some(lost) =
                always(&queried).find(|path| !listed.iter().any(|there| there.contains(*path)))
            {
                bench.journal.fail(format!("the enumerator never has {lost}, which QueryInstances delivers"));
            }
            if let Some(extra) =
                always(&listed).find(|path| !queried.iter().any(|there| there.contains(*path)))
            {
                bench
                    .journal
                    .fail(format!("the enumerator has {extra}, which QueryInstances never delivers"));
            }
        }
    }
    bench.journal.expect(refusals::count() == 0, || {
        format!("{} calls were refused; the last one with {}", refusals::count(), refusals::last())
    });
}

/// What is in all of the sets.
pub fn always(sets: &[HashSet<String>]) -> impl Iterator<Item = &String> {
    sets.first().into_iter().flatten().filter(|path| sets.iter().all(|set| set.contains(*path)))
}

/// Which id has which key. A key may get another id, when its instance has a
/// namesake; but not in each Refresh.
pub fn ids(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    for list in bench.lists(&refresher) {
        let mut known: HashMap<i32, String> = HashMap::new();
        let mut renumbered = 0;
        for _ in 0..ROUNDS {
            bench.refresh(&refresher);
            let now: HashMap<i32, String> =
                list.members().iter().map(|(id, object)| (*id, path(object))).collect();
            for (id, path) in &now {
                if let Some(before) = known.get(id).filter(|before| *before != path) {
                    bench
                        .journal
                        .fail(format!("id {id} of an enumerator was that of {before}, now of {path}"));
                }
            }
            let stayed = known.values().any(|path| now.values().any(|other| other == path));
            let is_known = known.iter().any(|(id, path)| now.get(id) == Some(path));
            renumbered += usize::from(stayed && !is_known);
            known = now;
        }
        if renumbered == ROUNDS - 1 {
            let name = list.list.class().name();
            bench.journal.warn(format!("every instance of {name} gets a new id in each Refresh"));
        }
    }
}
