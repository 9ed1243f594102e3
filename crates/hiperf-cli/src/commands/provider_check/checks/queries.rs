//! Instances without a refresher: QueryInstances and GetObjects.

use std::collections::HashSet;

use hiperf::Status;
use hiperf_com::object::Object;
use hiperf_com::probe::{Event, SinkRecord, refusals};

use super::super::bench::{Bench, SINK_LIMIT, SOME, is_left_out, path};
use super::values::{keys_kept, not_empty};

/// The order of what a sink is told.
pub fn sink(bench: &Bench<'_>) {
    for class in bench.classes() {
        let name = class.name();
        bench.journal.doing(format!("QueryInstances of {name}"));
        let record = SinkRecord::default();
        let services = Some(bench.services());
        let returned = bench.provider.query_instances(services, Some(name), Some(&record));
        if is_left_out(returned) {
            return bench.journal.seen("the provider has no QueryInstances");
        }
        let in_time = record.wait_for_release(SINK_LIMIT);
        bench.journal.expect(in_time, || format!("the sink of {name} is not released within {SINK_LIMIT:?}"));
        protocol(bench, name, returned, &record.events());
    }
}

fn protocol(bench: &Bench<'_>, name: &str, returned: Status, events: &[Event]) {
    let journal = bench.journal;
    let is_end = |event: &Event| matches!(event, Event::Status(0, _));
    let ends = events.iter().filter(|event| is_end(event)).count();
    journal.expect(ends > 0 || returned.is_error(), || {
        format!("QueryInstances of {name} returns {returned} and never calls SetStatus on its sink")
    });
    journal.expect(ends < 2, || format!("QueryInstances of {name} calls SetStatus {ends} times"));
    let last = events.iter().position(is_end).unwrap_or(events.len());
    for (n, event) in events.iter().enumerate() {
        match event {
            Event::Objects(_) if n > last => {
                journal.fail(format!("QueryInstances of {name} calls Indicate after SetStatus"));
            }
            Event::Objects(batch) if batch.iter().any(Option::is_none) => {
                journal.fail(format!("QueryInstances of {name} delivers a NULL instead of an object"));
            }
            Event::Garbage(count) => {
                journal.fail(format!(
                    "QueryInstances of {name} calls Indicate with {count} objects, or no array"
                ));
            }
            Event::Status(0, status) => {
                journal.expect(!status.is_error(), || format!("QueryInstances of {name} ends with {status}"));
            }
            _ => {}
        }
    }
}

/// What is delivered.
pub fn instances(bench: &Bench<'_>) {
    for class in bench.classes() {
        let name = class.name();
        let Some(objects) = bench.query(class) else { continue };
        let mut seen = HashSet::new();
        for object in &objects {
            if !bench.journal.expect(object.class().is_same(class) && !object.is_class(), || {
                format!("QueryInstances of {name} delivers an instance of {}", object.class().name())
            }) {
                continue;
            }
            let path = path(object);
            let is_named = class.keys().iter().all(|&key| !object.value(key).is_null());
            bench
                .journal
                .expect(is_named, || format!("QueryInstances of {name} delivers {path}, without its key"));
            let is_new = seen.insert(path.to_lowercase());
            bench.journal.expect(is_new, || format!("QueryInstances of {name} delivers {path} twice"));
            not_empty(bench, object, "QueryInstances");
        }
    }
    bench.journal.expect(refusals::count() == 0, || {
        format!("{} writes were refused; the last one with {}", refusals::count(), refusals::last())
    });
}

/// GetObjects, for one and for several.
pub fn get_objects(bench: &Bench<'_>) {
    for class in bench.classes() {
        let mut templates = bench.templates(class);
        templates.truncate(SOME);
        let copies: Vec<Object> = templates.iter().map(|one| Object::new(one.to_instance())).collect();
        let pointers: Vec<_> = copies.iter().map(|one| Some(one.access().clone())).collect();
        bench.journal.doing(format!("GetObjects of {} instances of {}", copies.len(), class.name()));
        let status = bench.provider.get_objects(Some(bench.services()), Some(&pointers));
        if is_left_out(status) {
            return bench.journal.seen("the provider has no GetObjects; clients get by without");
        }
        bench.journal.expect(!status.is_error(), || format!("GetObjects of {}: {status}", class.name()));
        for (template, copy) in templates.iter().zip(&copies) {
            keys_kept(bench, template, copy, "GetObjects");
            not_empty(bench, copy, "GetObjects");
        }
    }
}
