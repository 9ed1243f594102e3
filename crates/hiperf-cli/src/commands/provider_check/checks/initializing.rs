//! An initialisation that is reported later than Initialize returns.

use hiperf_com::probe::{InitReports, ProbedProvider};
use hiperf_com::registry;

use super::super::bench::{LIMIT_AFTER_REPORT, SINK_LIMIT};
use super::super::journal::Journal;
use super::super::subject::{Subject, described};

/// A client gives the provider up before it has heard of it. Whoever is still
/// to report does so all the same, and with what is its own.
pub fn late(subject: &Subject, journal: &Journal) {
    let class = registry::class_object(subject.client_clsid);
    let provider = match class.and_then(|class| ProbedProvider::create(&class)) {
        Ok(provider) => provider,
        Err(error) => return journal.fail(described(&error)),
    };
    journal.doing("Initialize");
    let reports = InitReports::default();
    let path = subject.namespace.path();
    let status = provider.initialize(Some(path), Some(&subject.services), Some(&reports));
    if status.is_error() {
        return journal.fail(format!("Initialize: {status}"));
    }
    if !reports.statuses().is_empty() {
        return journal.seen("it reports before Initialize returns");
    }
    journal.doing("the last Release of a provider that is still to report, or its report");
    drop(provider);
    let is_idle = subject.library.can_unload();
    // Asked in this order: what has reported meanwhile may be gone.
    let is_pending = reports.statuses().is_empty();
    journal.expect(!is_pending || !is_idle, || {
        "DllCanUnloadNow says S_OK while a thread of the library is still to report an initialisation"
            .to_owned()
    });
    journal.expect(reports.wait(SINK_LIMIT), || {
        format!("a provider that was released meanwhile has not reported to its sink after {SINK_LIMIT:?}")
    });
    // What follows the report shall happen while somebody looks.
    let _in_time = reports.wait_for_release(LIMIT_AFTER_REPORT);
}
