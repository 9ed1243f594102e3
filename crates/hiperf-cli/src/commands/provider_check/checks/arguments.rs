//! Input that no client gives, or not on purpose.

use hiperf::{Status, Value};
use hiperf_cim::Instance;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;
use hiperf_com::probe::{Event, ProbedProvider, SinkRecord, Wanted};
use hiperf_com::{ComPtr, IWbemRefresher};

use super::super::bench::{Bench, SINK_LIMIT, is_left_out, nobody};

/// A class that is in every namespace and no provider's.
const FOREIGN_CLASS: &str = "__NAMESPACE";

/// Says that something was taken that had to be refused.
fn refused(bench: &Bench<'_>, status: Status, what: &str) {
    bench.journal.expect(status.is_error(), || format!("{what} is accepted: {status}"));
}

/// What a query ended with: the sink's status wins.
fn query(bench: &Bench<'_>, class: Option<&str>) -> Status {
    let record = SinkRecord::default();
    let services = Some(bench.services());
    let returned = bench.provider.query_instances(services, class, Some(&record));
    if !returned.is_error() {
        let _in_time = record.wait_for_release(SINK_LIMIT);
    }
    let reported = record.events().into_iter().find_map(|event| match event {
        Event::Status(0, status) => Some(status),
        _ => None,
    });
    reported.unwrap_or(returned)
}

/// NULL for each pointer of each method. The namespace is only lent, so a
/// provider that doesn't use it may do without.
pub fn null_arguments(bench: &Bench<'_>) {
    let journal = bench.journal;
    let (provider, services) = (&bench.provider, Some(bench.services()));
    let Some(class) = bench.classes().first() else { return };
    let name = Some(class.name());
    journal.doing("QueryInstances with NULL for wszClass");
    refused(bench, query(bench, None), "QueryInstances with NULL for wszClass");
    journal.doing("QueryInstances with NULL for pSink");
    refused(bench, provider.query_instances(services, name, None), "QueryInstances with NULL for pSink");
    journal.doing("QueryInstances with NULL for pNamespace");
    provider.query_instances(None, name, Some(&SinkRecord::default()));
    journal.doing("CreateRefresher with NULL for ppRefresher");
    refused(bench, provider.create_no_refresher(services), "CreateRefresher with NULL for ppRefresher");
    journal.doing("CreateRefresher with NULL for pNamespace");
    drop(provider.create_refresher(None));
    journal.doing("GetObjects with NULL for apObj");
    refused(bench, provider.get_objects(services, None), "GetObjects with NULL for apObj");
    journal.doing("GetObjects with a NULL in apObj");
    refused(bench, provider.get_objects(services, Some(&[None])), "GetObjects with a NULL in apObj");
    journal.doing("StopRefreshing with NULL for pRefresher");
    refused(bench, provider.stop(None, 1), "StopRefreshing with NULL for pRefresher");
    let template = bench.templates(class).into_iter().next();
    if let Some(refresher) = bench.refresher() {
        null_in_adding(bench, provider, &refresher, template.as_ref());
    }
}

fn null_in_adding(
    bench: &Bench<'_>,
    provider: &ProbedProvider,
    refresher: &ComPtr<IWbemRefresher>,
    template: Option<&Object>,
) {
    let Some(class) = bench.classes().first() else { return };
    let (services, name) = (Some(bench.services()), Some(class.name()));
    let target = ObjectList::new(class.clone()).for_provider();
    let create = |what: &str, template, refresher, wanted| {
        bench.journal.doing(format!("CreateRefreshableObject with NULL for {what}"));
        let created = provider.create_object(services, template, refresher, wanted);
        refused(bench, created.status, &format!("CreateRefreshableObject with NULL for {what}"));
    };
    create("pTemplate", None, Some(refresher), Wanted::Both);
    if let Some(template) = template.map(Object::access) {
        create("pRefresher", Some(template), None, Wanted::Both);
        create("ppRefreshable", Some(template), Some(refresher), Wanted::NoObject);
        bench.journal.doing("CreateRefreshableObject with NULL for plId");
        drop(provider.create_object(services, Some(template), Some(refresher), Wanted::NoId));
    }
    let list = |what: &str, name, refresher, target| {
        bench.journal.doing(format!("CreateRefreshableEnum with NULL for {what}"));
        let (status, _) = provider.create_enum(services, name, refresher, target, Wanted::Both);
        refused(bench, status, &format!("CreateRefreshableEnum with NULL for {what}"));
    };
    list("wszClass", None, Some(refresher), Some(&target));
    list("pRefresher", name, None, Some(&target));
    list("pHiPerfEnum", name, Some(refresher), None);
    bench.journal.doing("CreateRefreshableEnum with NULL for plId");
    provider.create_enum(services, name, Some(refresher), Some(&target), Wanted::NoId);
    bench.refresh(refresher);
}

/// Classes that are not the provider's.
pub fn unknown_class(bench: &Bench<'_>) {
    let journal = bench.journal;
    for name in ["No_Such_Class", FOREIGN_CLASS, ""] {
        journal.doing(format!("QueryInstances of class \"{name}\""));
        refused(bench, query(bench, Some(name)), &format!("QueryInstances of class \"{name}\""));
    }
    let Some(refresher) = bench.refresher() else { return };
    let Ok(foreign) = bench.subject.namespace.class(FOREIGN_CLASS) else { return };
    let services = Some(bench.services());
    let target = ObjectList::new(foreign.clone()).for_provider();
    for name in ["No_Such_Class", FOREIGN_CLASS] {
        let what = format!("CreateRefreshableEnum of class {name}");
        journal.doing(&what);
        let (status, _) =
            bench.provider.create_enum(services, Some(name), Some(&refresher), Some(&target), Wanted::Both);
        refused(bench, status, &what);
    }
    let mut instance = Instance::spawn(&foreign);
    // A name that may well be an instance's of the provider.
    let taken = bench.classes().first().and_then(|class| bench.templates(class).into_iter().next());
    let name = taken.and_then(|one| one.get("Name").ok()).unwrap_or(Value::String("x".to_owned()));
    if instance.put("Name", &name).is_ok() {
        let template = Object::new(instance);
        let what = "CreateRefreshableObject with a template of another class";
        journal.doing(what);
        let created =
            bench.provider.create_object(services, Some(template.access()), Some(&refresher), Wanted::Both);
        refused(bench, created.status, what);
    }
}

/// Instances that are not there.
pub fn unknown_instance(bench: &Bench<'_>) {
    let journal = bench.journal;
    let services = Some(bench.services());
    for class in bench.classes() {
        let Some(nobody) = nobody(class) else { continue };
        let without_key = Object::new(Instance::spawn(class));
        for (template, whose) in [(&nobody, "a key that no instance has"), (&without_key, "no key")] {
            let what = format!("GetObjects of a {} with {whose}", class.name());
            journal.doing(&what);
            let status = bench.provider.get_objects(services, Some(&[Some(template.access().clone())]));
            refused(bench, status, &what);
            let Some(refresher) = bench.refresher() else { continue };
            let what = format!("CreateRefreshableObject of a {} with {whose}", class.name());
            journal.doing(&what);
            let access = Some(template.access());
            let created = bench.provider.create_object(services, access, Some(&refresher), Wanted::Both);
            refused(bench, created.status, &what);
        }
    }
}

/// Ids that a refresher doesn't have.
pub fn unknown_id(bench: &Bench<'_>) {
    let Some(refresher) = bench.refresher() else { return };
    let stop = |id: i32, what: &str| {
        bench.journal.doing(format!("StopRefreshing of {what}"));
        let status = bench.provider.stop(Some(&refresher), id);
        // The documents list both answers.
        let refused = status.is_error() || status == Status::WBEM_S_FALSE;
        bench.journal.expect(refused, || format!("StopRefreshing of {what} is accepted: {status}"));
    };
    for id in [0, -1, i32::MAX, i32::MIN] {
        stop(id, &format!("an id that was never given, {id}"));
    }
    let objects = bench.objects(&refresher);
    let Some(one) = objects.first() else { return };
    let other = bench.refresher();
    bench.journal.doing("StopRefreshing of an object");
    let status = bench.provider.stop(Some(&refresher), one.id);
    if is_left_out(status) {
        return;
    }
    bench.journal.expect(!status.is_error(), || format!("StopRefreshing of an object: {status}"));
    stop(one.id, "an object that was stopped before");
    if let (Some(other), Some(two)) = (other, objects.get(1)) {
        bench.journal.doing("StopRefreshing of an id of another refresher");
        let status = bench.provider.stop(Some(&other), two.id);
        let refused = status.is_error() || status == Status::WBEM_S_FALSE;
        bench.journal.expect(refused, || format!("an id of another refresher is stopped: {status}"));
    }
}
