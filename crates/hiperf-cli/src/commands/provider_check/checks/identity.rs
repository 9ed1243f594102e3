//! For whom a provider works: it acts as its caller between two calls of its
//! own, and as itself again when it returns.

use hiperf::Status;
use hiperf_com::probe::{InitReports, ProbedProvider, SinkRecord, Wanted, impersonations};
use hiperf_com::{ComPtr, IWbemRefresher, registry};

use super::super::bench::{Bench, SINK_LIMIT, refresh};

/// Makes a call; it must not end while the provider acts as its caller.
fn reverts<R>(bench: &Bench<'_>, what: &str, call: impl FnOnce() -> R) -> R {
    bench.journal.doing(what);
    let before = impersonations::count();
    let answer = call();
    bench.journal.expect(impersonations::count() == before, || {
        format!("{what} returns while it still acts as its caller, without CoRevertToSelf")
    });
    answer
}

/// Every method, with success and with failure.
pub fn impersonation(bench: &Bench<'_>) {
    initializing(bench);
    let (provider, services) = (&bench.provider, Some(bench.services()));
    let created = reverts(bench, "CreateRefresher", || provider.create_refresher(services));
    for class in bench.classes() {
        for name in [class.name(), "No_Such_Class"] {
            let record = SinkRecord::default();
            let status: Status = reverts(bench, &format!("QueryInstances of {name}"), || {
                provider.query_instances(services, Some(name), Some(&record))
            });
            // What comes later, comes from a thread that serves no call.
            let _in_time = status.is_error() || record.wait_for_release(SINK_LIMIT);
        }
        let Ok(refresher) = &created else { continue };
        let Some(list) = reverts(bench, "CreateRefreshableEnum", || bench.list(refresher, class)) else {
            continue;
        };
        refreshing(bench, refresher);
        stopping(bench, refresher, list.id);
        for template in bench.templates(class).iter().take(1) {
            let access = template.access();
            reverts(bench, "GetObjects", || provider.get_objects(services, Some(&[Some(access.clone())])));
            let added = reverts(bench, "CreateRefreshableObject", || {
                provider.create_object(services, Some(access), Some(refresher), Wanted::Both)
            });
            refreshing(bench, refresher);
            stopping(bench, refresher, added.id);
        }
    }
}

fn initializing(bench: &Bench<'_>) {
    let class = registry::class_object(bench.subject.client_clsid);
    let Some(provider) = class.ok().and_then(|class| ProbedProvider::create(&class).ok()) else { return };
    let reports = InitReports::default();
    let path = bench.subject.namespace.path();
    reverts(bench, "Initialize", || provider.initialize(Some(path), Some(bench.services()), Some(&reports)));
    let _in_time = reports.wait(SINK_LIMIT);
}

fn refreshing(bench: &Bench<'_>, refresher: &ComPtr<IWbemRefresher>) {
    reverts(bench, "Refresh", || refresh(refresher));
}

/// Of an id that is there, and then is no more.
fn stopping(bench: &Bench<'_>, refresher: &ComPtr<IWbemRefresher>, id: i32) {
    for _ in 0..2 {
        reverts(bench, "StopRefreshing", || bench.provider.stop(Some(refresher), id));
    }
}
