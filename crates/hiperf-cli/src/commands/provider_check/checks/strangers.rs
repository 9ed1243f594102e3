//! What a caller passes by mistake and is none of the provider's: flags that
//! nobody has defined, and a refresher that somebody else has made.

use hiperf::Status;
use hiperf_com::client::RefresherClient;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::live_objects;
use hiperf_com::object::Object;
use hiperf_com::probe::{ForeignRefresher, InitReports, ProbedProvider, Wanted, references};
use hiperf_com::{ComPtr, IWbemRefresher, registry};

use super::super::bench::{Bench, SINK_LIMIT, initialized, left_beyond};
use super::values::not_empty;

/// What no method of a provider knows; a client of WMI passes none of them on.
const FLAGS: [i32; 2] = [0x4000_0000, -1];

/// With flags, each method refuses and leaves nothing behind, or does what it
/// does without.
pub fn flags(bench: &Bench<'_>) {
    // What is made once and kept is made now.
    if let Some(refresher) = bench.refresher() {
        let all = (bench.objects(&refresher), bench.lists(&refresher));
        bench.refresh(&refresher);
        drop(all);
    }
    for flags in FLAGS {
        let flagged = bench.provider.with_flags(flags);
        initializing(bench, flags);
        querying(bench, &flagged, flags);
        let before = live_objects();
        let Some(refresher) = bench.refresher() else { return };
        adding(bench, &flagged, &refresher, flags);
        bench.journal.doing(format!("Refresh with flags {flags:#x}"));
        RefresherClient::new(refresher.clone()).refresh(flags);
        bench.refresh(&refresher);
        bench.journal.doing(format!("CreateRefresher with flags {flags:#x}"));
        drop(flagged.create_refresher(Some(bench.services())));
        bench.journal.doing("the last Release of a refresher");
        drop(refresher);
        let left = left_beyond(before);
        bench.journal.expect(left == 0, || {
            format!(
                "{left} objects are left of calls with flags {flags:#x}: who refuses must keep and give nothing"
            )
        });
    }
}

fn initializing(bench: &Bench<'_>, flags: i32) {
    let class = registry::class_object(bench.subject.client_clsid);
    let Some(provider) = class.ok().and_then(|class| ProbedProvider::create(&class).ok()) else { return };
    bench.journal.doing(format!("Initialize with flags {flags:#x}"));
    let reports = InitReports::default();
    let path = bench.subject.namespace.path();
    let status = provider.with_flags(flags).initialize(Some(path), Some(bench.services()), Some(&reports));
    bench.journal.expect(status.is_error() || reports.wait(SINK_LIMIT), || {
        format!("Initialize with flags {flags:#x} has not reported to its sink after {SINK_LIMIT:?}")
    });
}

/// A query and GetObjects.
fn querying(bench: &Bench<'_>, flagged: &ProbedProvider, flags: i32) {
    for class in bench.classes() {
        let name = class.name();
        let is_empty = |provider| bench.delivered(provider, class).map(|objects| objects.is_empty());
        bench.journal.doing(format!("QueryInstances of {name} with flags {flags:#x}"));
        // Instances may come and go, but not with the flags.
        let without = [is_empty(&bench.provider), is_empty(flagged), is_empty(&bench.provider)];
        bench.journal.expect(without != [Ok(false), Ok(true), Ok(false)], || {
            format!(
                "QueryInstances of {name} with flags {flags:#x} succeeds and delivers nothing; without, it does"
            )
        });
        let Some(template) = bench.templates(class).into_iter().next() else { continue };
        let what = format!("GetObjects of a {name} with flags {flags:#x}");
        bench.journal.doing(&what);
        let objects = [Some(template.access().clone())];
        if !flagged.get_objects(Some(bench.services()), Some(&objects)).is_error() {
            not_empty(bench, &template, &what);
        }
    }
}

fn adding(bench: &Bench<'_>, flagged: &ProbedProvider, refresher: &ComPtr<IWbemRefresher>, flags: i32) {
    let services = Some(bench.services());
    for class in bench.classes() {
        let name = class.name();
        let what = format!("CreateRefreshableEnum of {name} with flags {flags:#x}");
        bench.journal.doing(&what);
        let target = ObjectList::new(class.clone()).for_provider();
        let (status, id) =
            flagged.create_enum(services, Some(name), Some(refresher), Some(&target), Wanted::Both);
        judge(bench, refresher, &what, status, id);
        let Some(template) = bench.templates(class).into_iter().next() else { continue };
        let what = format!("CreateRefreshableObject of a {name} with flags {flags:#x}");
        bench.journal.doing(&what);
        let created = flagged.create_object(services, Some(template.access()), Some(refresher), Wanted::Both);
        let object = created.object.as_ref().and_then(Object::from_access);
        judge(bench, refresher, &what, created.status, created.id);
        bench.journal.expect(created.status.is_error() || object.is_some(), || {
            format!("{what} succeeds, but gives no object")
        });
    }
}

/// After success there is something that is refreshed and can be stopped, with
/// whatever flags.
fn judge(bench: &Bench<'_>, refresher: &ComPtr<IWbemRefresher>, what: &str, status: Status, id: i32) {
    bench.refresh(refresher);
    if status.is_error() {
        return;
    }
    bench.journal.doing(format!("StopRefreshing after {what}"));
    let mut stopped = bench.provider.with_flags(FLAGS[0]).stop(Some(refresher), id);
    if stopped.is_error() {
        stopped = bench.provider.stop(Some(refresher), id);
    }
    bench.journal.expect(!stopped.is_error(), || {
        format!("{what} succeeds, but what it added can't be stopped: {stopped}")
    });
}

/// A refresher of another library's, and one of another provider object's.
pub fn foreign_refresher(bench: &Bench<'_>) {
    let foreign = ForeignRefresher::new();
    use_it(bench, foreign.pointer(), true);
    bench.journal.expect(foreign.is_untouched(), || {
        "the provider writes into a refresher that it has not made".to_owned()
    });
    let left = references(foreign.pointer()) - 1;
    bench.journal.expect(left == 0, || {
        format!("the provider keeps {left} references to a refresher that it has refused")
    });
    // The library's own, of another provider: it may be taken, and must go on to work.
    let Ok(other) = initialized(bench.subject, bench.journal) else { return };
    let Ok(refresher) = other.create_refresher(Some(bench.services())) else { return };
    use_it(bench, &refresher, false);
    bench.refresh(&refresher);
    bench.journal.doing("the last Release of another provider, whose refresher this one was given");
    drop(other);
    bench.refresh(&refresher);
}

fn use_it(bench: &Bench<'_>, refresher: &ComPtr<IWbemRefresher>, is_foreign: bool) {
    let services = Some(bench.services());
    let whose = if is_foreign { "somebody else's" } else { "another provider object's" };
    let refused = |what: &str, status: Status| {
        bench.journal.expect(status.is_error() || !is_foreign, || format!("{what} is accepted: {status}"));
    };
    let what = format!("StopRefreshing of {whose} refresher");
    bench.journal.doing(&what);
    let status = bench.provider.stop(Some(refresher), 1);
    refused(&what, if status == Status::WBEM_S_FALSE { Status::WBEM_E_NOT_FOUND } else { status });
    for class in bench.classes() {
        let name = class.name();
        let what = format!("CreateRefreshableEnum of {name} in {whose} refresher");
        bench.journal.doing(&what);
        let target = ObjectList::new(class.clone()).for_provider();
        let (status, _) =
            bench.provider.create_enum(services, Some(name), Some(refresher), Some(&target), Wanted::Both);
        refused(&what, status);
        let Some(template) = bench.templates(class).into_iter().next() else { continue };
        let what = format!("CreateRefreshableObject of a {name} in {whose} refresher");
        bench.journal.doing(&what);
        let access = Some(template.access());
        let created = bench.provider.create_object(services, access, Some(refresher), Wanted::Both);
        refused(&what, created.status);
    }
}
