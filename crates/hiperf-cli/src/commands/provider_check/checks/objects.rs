//! What CreateRefreshableObject returns.

use std::collections::HashMap;

use super::super::bench::{Bench, SOME, path};
use super::values::keys_kept;

/// The object itself.
pub fn objects(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    for class in bench.classes() {
        for template in bench.templates(class).iter().take(SOME) {
            let [Some(one), Some(two)] =
                [bench.object(&refresher, template), bench.object(&refresher, template)]
            else {
                continue;
            };
            let what = path(template);
            bench.journal.expect(one.object.class().is_same(class) && !one.object.is_class(), || {
                format!(
                    "CreateRefreshableObject of {what} gives an instance of {}",
                    one.object.class().name()
                )
            });
            bench.journal.expect(!one.object.is_same_object(template), || {
                format!("CreateRefreshableObject of {what} gives the template itself, not a clone")
            });
            bench.journal.expect(!one.object.is_same_object(&two.object), || {
                format!("two requests for {what} get the same object")
            });
            for given in [&one, &two] {
                keys_kept(bench, template, &given.object, "CreateRefreshableObject");
            }
        }
    }
    bench.refresh(&refresher);
}

/// The ids.
pub fn ids(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    let mut known: HashMap<i32, String> = HashMap::new();
    let mut look = |id: i32, what: String| {
        if let Some(other) = known.insert(id, what.clone()) {
            bench.journal.fail(format!("{what} and {other} of one refresher have the same id {id}"));
        }
    };
    let objects = [bench.objects(&refresher), bench.objects(&refresher)];
    let lists = [bench.lists(&refresher), bench.lists(&refresher)];
    objects.iter().flatten().for_each(|one| look(one.id, path(&one.template)));
    lists
        .iter()
        .flatten()
        .for_each(|one| look(one.id, format!("the enumerator of {}", one.list.class().name())));
    bench.journal.seen(format!("{} ids, all different", known.len()));
}
