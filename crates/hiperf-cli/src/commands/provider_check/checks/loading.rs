//! The library, its class objects, and the beginning of a provider.

use std::time::Duration;

use hiperf::Status;
use hiperf_com::probe::{self, InitReports, ProbedProvider, aggregate, references};
use hiperf_com::{ComPtr, Guid, IClassFactory, IUnknown, IWbemHiPerfProvider, IWbemProviderInit, Interface};

use super::super::bench::{LIMIT_AFTER_REPORT, SINK_LIMIT};
use super::super::journal::Journal;
use super::super::subject::{Subject, described};

/// How long to look for a report of who has no right to report any more.
const BORROWED_LIMIT: Duration = Duration::from_secs(1);
/// An identifier that nothing has.
const NOTHING: Guid = Guid::parse("0F3C9A52-6B7E-4D0C-9D61-3A7C5E1B8F04");

/// That it loads was found out before this is called.
pub fn load(subject: &Subject, journal: &Journal) {
    let names: Vec<&str> = subject.classes.iter().map(|class| class.name()).collect();
    let shown = names.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 3 { format!(", and {} more", names.len() - 3) } else { String::new() };
    let classes = if names.len() == 1 { "class" } else { "classes" };
    journal.seen(format!("provider {}, {} {classes}: {shown}{more}", subject.name, names.len()));
    if subject.host_clsid.is_none() {
        journal.warn("the MOF has no CLSID, so that no provider host can load it");
    } else if subject.host_clsid == Some(subject.client_clsid) {
        journal.warn("CLSID and ClientLoadableCLSID are the same, so the provider can't tell where it is");
    }
}

fn class_object(
    subject: &Subject,
    journal: &Journal,
    what: &str,
    clsid: Guid,
) -> Option<ComPtr<IClassFactory>> {
    journal.doing(format!("DllGetClassObject of {what}"));
    match subject.library.class_object(&clsid) {
        Ok(class) => Some(class),
        Err(error) => {
            journal.fail(format!("DllGetClassObject of {what} {clsid}: {}", described(&error)));
            None
        }
    }
}

/// Class objects of both CLSIDs, and of none.
pub fn class_objects(subject: &Subject, journal: &Journal) {
    for (what, clsid) in subject.clsids() {
        let Some(class) = class_object(subject, journal, what, clsid) else { continue };
        journal.doing(format!("CreateInstance of {what}"));
        match ProbedProvider::create(&class) {
            Err(error) => journal.fail(format!("CreateInstance of {what}: {}", described(&error))),
            Ok(provider) => {
                journal.doing("CreateInstance with an outer object");
                let outer: ComPtr<IUnknown> = ComPtr::from_interface(provider.init().as_unknown());
                let status = aggregate(&class, &outer);
                journal
                    .expect(status.is_error(), || format!("CreateInstance takes an outer object: {status}"));
            }
        }
        let (status, _) = probe::query_interface(&class, &NOTHING);
        journal.expect(status.is_error(), || {
            format!("the class object claims to have every interface: {status}")
        });
    }
    journal.doing("DllGetClassObject of a CLSID that nobody has");
    let found = subject.library.class_object(&NOTHING);
    journal.expect(found.is_err(), || "DllGetClassObject gives a class object for any CLSID".to_owned());
}

/// A provider that is not yet initialised, of the client's class.
fn provider(subject: &Subject, journal: &Journal) -> Option<ProbedProvider> {
    let class = class_object(subject, journal, "ClientLoadableCLSID", subject.client_clsid)?;
    journal.doing("CreateInstance");
    ProbedProvider::create(&class).map_err(|error| journal.fail(described(&error))).ok()
}

/// COM's rules for QueryInterface.
fn interface_rules(journal: &Journal, provider: &ProbedProvider) {
    let init = provider.init();
    let before = references(init);
    journal.doing("QueryInterface of IWbemHiPerfProvider");
    match init.cast::<IWbemHiPerfProvider>() {
        Err(status) => journal.fail(format!("QueryInterface of IWbemHiPerfProvider: {status}")),
        Ok(pointer) => {
            if !journal.expect(references(init) > before, || {
                "QueryInterface returns a pointer without adding a reference".to_owned()
            }) {
                // To release it would take away one of the others.
                std::mem::forget(pointer);
                return;
            }
            let same = pointer.is_same_object(init);
            journal.expect(same, || "two interfaces of the provider have different IUnknowns".to_owned());
            let back = pointer.cast::<IWbemProviderInit>();
            journal.expect(back.is_ok(), || {
                "IWbemHiPerfProvider doesn't lead back to IWbemProviderInit".to_owned()
            });
        }
    }
    let after = references(init);
    journal.expect(after == before, || {
        format!("the provider has {after} references after pointers came and went, {before} before")
    });
    journal.doing("QueryInterface of an interface that nobody has");
    let (status, is_stored) = probe::query_interface(init, &NOTHING);
    journal.expect(status == Status::E_NOINTERFACE, || {
        format!("QueryInterface of an unknown interface answers {status}, not E_NOINTERFACE")
    });
    journal.expect(status.is_error() && !is_stored, || {
        "QueryInterface of an unknown interface leaves a pointer".to_owned()
    });
    let (status, _) = probe::query_interface(init, &IUnknown::IID);
    journal.expect(!status.is_error(), || format!("QueryInterface of IUnknown: {status}"));
}

/// The same for a provider of its own.
pub fn query_interface(subject: &Subject, journal: &Journal) {
    if let Some(provider) = provider(subject, journal) {
        interface_rules(journal, &provider);
    }
}

/// Initialize, by both CLSIDs.
pub fn initialize(subject: &Subject, journal: &Journal) {
    for (what, clsid) in subject.clsids() {
        let Some(class) = class_object(subject, journal, what, clsid) else { continue };
        let Ok(provider) = ProbedProvider::create(&class) else { continue };
        journal.doing(format!("Initialize of {what}"));
        let reports = InitReports::default();
        let sink = reports.sink();
        let path = subject.namespace.path();
        let status = provider.initialize_with(Some(path), Some(&subject.services), Some(&sink));
        if !journal.expect(!status.is_error(), || format!("Initialize of {what}: {status}")) {
            continue;
        }
        let is_kept = references(&sink) > 1;
        // Without a reference, a report that comes later is one to a sink that may be gone. Ours keeps it.
        if !is_kept && reports.statuses().is_empty() && reports.wait(BORROWED_LIMIT) {
            journal.fail(format!(
                "Initialize of {what} keeps no reference to its sink, to which it reports after it has returned"
            ));
        }
        drop(sink);
        let reported = reports.wait(SINK_LIMIT);
        let statuses = reports.statuses();
        match statuses.first() {
            _ if !reported => {
                journal
                    .fail(format!("Initialize of {what} has not reported to its sink after {SINK_LIMIT:?}"));
            }
            None => journal.fail(format!(
                "Initialize of {what} returned success and released its sink without calling SetStatus"
            )),
            Some(status) if status.is_error() => {
                journal.fail(format!("Initialize of {what} reports to its sink: {status}"));
            }
            Some(_) if statuses.iter().any(|status| status.is_error()) => {
                journal.fail(format!("Initialize of {what} reports success, then a failure: {statuses:?}"));
            }
            Some(_) if !reports.wait_for_release(LIMIT_AFTER_REPORT) => {
                journal.warn(format!("the provider of {what} keeps the sink of its initialisation"));
            }
            Some(_) => {}
        }
    }
}

/// Initialize with pointers left out.
pub fn initialize_arguments(subject: &Subject, journal: &Journal) {
    let path = subject.namespace.path();
    let reports = InitReports::default();
    let cases = [
        ("pInitSink", Some(path), Some(&subject.services), None),
        ("pNamespace", Some(path), None, Some(&reports)),
        ("wszNamespace", None, Some(&subject.services), None),
    ];
    for (what, path, services, sink) in cases {
        let Some(provider) = provider(subject, journal) else { return };
        journal.doing(format!("Initialize with NULL for {what}"));
        let status = provider.initialize(path, services, sink);
        let refused = status.is_error() || reports.statuses().iter().any(|status| status.is_error());
        if !refused {
            journal.warn(format!("Initialize accepts NULL for {what}: {status}"));
        }
    }
}
