//! Providers that say they did it, and didn't; and providers that are late.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use hiperf::{Namespace, Refreshed, Refresher, Result, Status};
use hiperf_com::client::{CollectingSink, ObjectSink};
use hiperf_com::registry;

use crate::hooks::define;
use crate::names::{next_clsid, registration};
use crate::sys::{Initialize, Liar, Query, Refreshes, Stranger, Threads};
use crate::{Turn, check_engine, check_error, query};

const FAILURE: Status = Status::WBEM_E_PROVIDER_FAILURE;
const ANSWERING: Refreshes = Refreshes::Answering(Status::WBEM_S_NO_ERROR);

/// A registered liar, which is taken back and waited for at the end.
struct Lying {
    namespace: Namespace,
    class: String,
    clsid: hiperf_com::Guid,
    start: Sender<()>,
    threads: Threads,
}

impl Lying {
    fn new(name: &str, initialize: Initialize, query: Query, refreshes: Refreshes) -> Lying {
        let (clsid, (start, started)) = (next_clsid(), channel());
        let (factory, threads) = Liar::factory(initialize, query, refreshes, started);
        registry::register_class(clsid, factory);
        let (namespace, class) = define(name, &registration(name, clsid));
        Lying { namespace, class, clsid, start, threads }
    }

    fn add(&self) -> Result<hiperf::EnumId> {
        Refresher::new().add_enum(&self.namespace, &self.class)
    }

    fn query(&self) -> Result<usize> {
        query(&self.namespace, &self.class).map(|found| found.len())
    }
}

impl Drop for Lying {
    fn drop(&mut self) {
        registry::revoke(self.clsid);
        for thread in self.threads.lock().unwrap().drain(..) {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_provider_that_never_reports() {
    let _turn = Turn::take();
    let silent = Lying::new("Silent", Initialize::SayNothing, Query::FailLate, ANSWERING);
    // The sink is released, so there is nothing to wait for.
    let status = Status::WBEM_E_INITIALIZATION_FAILURE;
    check_error(silent.add(), status, &["loading provider Silent", "never called SetStatus"]);
    check_error(silent.query(), status, &["never called SetStatus"]);
    check_engine("Silent");
}

#[test]
fn a_provider_that_reports_later() {
    let _turn = Turn::take();
    let late = Lying::new("Late", Initialize::Later, Query::Later, ANSWERING);
    late.start.send(()).unwrap();
    late.add().unwrap();
    late.start.send(()).unwrap();
    assert_eq!(late.query().unwrap(), 1);
}

#[test]
fn a_provider_that_gives_up_later() {
    let _turn = Turn::take();
    let abandoned = Lying::new("Abandoned", Initialize::Abandon, Query::Abandon, ANSWERING);
    abandoned.start.send(()).unwrap();
    check_error(abandoned.add(), Status::WBEM_E_INITIALIZATION_FAILURE, &["never called SetStatus"]);
    let abandoned = Lying::new("AbandonedQuery", Initialize::Succeed, Query::Abandon, ANSWERING);
    abandoned.start.send(()).unwrap();
    // The call succeeded, and its sink is gone: nothing more will come.
    assert_eq!(abandoned.query().unwrap(), 0);
    check_engine("Abandoned");
}

#[test]
fn a_query_that_never_ends_is_given_up() {
    let _turn = Turn::take();
    let mut kept = None;
    let limit = Duration::from_millis(20);
    let collected = CollectingSink::collect("asking it", limit, |sink| {
        kept = Some(ObjectSink::new(sink.clone()));
        Status::WBEM_S_NO_ERROR
    });
    check_error(collected, Status::WBEM_E_PROVIDER_TIMED_OUT, &["asking it", "did not finish within 20ms"]);
    // What still comes is nobody's.
    let late = kept.unwrap();
    let told = late.indicate(&Stranger::create());
    check_error(told, Status::WBEM_E_CALL_CANCELLED, &["delivering objects to a sink"]);
    late.set_status(Status::WBEM_S_NO_ERROR, None);
}

#[test]
fn a_query_delivered_in_pieces_by_several_threads() {
    let _turn = Turn::take();
    let limit = Duration::from_secs(20);
    let collect = |deliver: &(dyn Fn(ObjectSink) + Sync)| {
        CollectingSink::collect("asking it", limit, |sink| {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    let sink = ObjectSink::new(sink.clone());
                    scope.spawn(move || deliver(sink));
                }
            });
            Status::WBEM_S_NO_ERROR
        })
    };
    // None of them reports the end: that is where the last one lets go of the sink.
    let pieces = collect(&|sink| (0..25).for_each(|_| sink.indicate(&Stranger::create()).unwrap()));
    assert_eq!(pieces.unwrap().objects.len(), 100);
    // The first report is the end, and what comes behind it is dropped.
    let ended = collect(&|sink| {
        let again = ObjectSink::new(sink.as_com().clone());
        sink.set_status(Status::WBEM_S_PARTIAL_RESULTS, None);
        check_error(again.indicate(&Stranger::create()), Status::WBEM_E_CALL_CANCELLED, &[]);
        again.set_status(Status::WBEM_E_FAILED, Some("too late"));
    });
    let ended = ended.unwrap();
    assert_eq!((ended.objects.len(), ended.status), (0, Status::WBEM_S_PARTIAL_RESULTS));
}

#[test]
fn a_query_without_end() {
    let _turn = Turn::take();
    let limit = Duration::from_secs(20);
    let many: Vec<_> = std::iter::repeat_n(Stranger::create(), 1 << 21).collect();
    let collected = CollectingSink::collect("asking it", limit, |sink| {
        let sink = ObjectSink::new(sink.clone());
        for _ in 0..8 {
            sink.indicate_all(&many).unwrap();
        }
        let more = sink.indicate_all(&many[..1]);
        check_error(more, Status::WBEM_E_QUOTA_VIOLATION, &["delivering objects"]);
        Status::WBEM_S_NO_ERROR
    });
    check_error(collected, Status::WBEM_E_QUOTA_VIOLATION, &["more than 16777216 objects"]);
}

#[test]
fn a_raw_panic() {
    let _turn = Turn::take();
    let liar = Lying::new("RawPanic", Initialize::Panic, Query::FailLate, ANSWERING);
    check_error(liar.add(), Status::WBEM_E_INITIALIZATION_FAILURE, &["loading provider RawPanic"]);
    check_engine("RawPanic");
}

#[test]
fn success_without_an_object() {
    let _turn = Turn::take();
    let liar = Lying::new("NoRefresher", Initialize::Succeed, Query::FailLate, Refreshes::Nothing);
    check_error(liar.add(), FAILURE, &["CreateRefresher", "reported success but returned no object"]);
    let liar = Lying::new("NoObject", Initialize::Succeed, Query::FailLate, ANSWERING);
    let mut refresher = Refresher::new();
    let path = format!("{}.Name=\"a\"", liar.class);
    let added = refresher.add_object(&liar.namespace, &path);
    check_error(added, FAILURE, &["CreateRefreshableObject", "returned no object", &path]);
    // An enumerator is the client's; two with the same id are two.
    let one = refresher.add_enum(&liar.namespace, &liar.class).unwrap();
    let two = refresher.add_enum(&liar.namespace, &liar.class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(one).unwrap().len(), 0);
    refresher.remove(one).unwrap();
    assert!(refresher.instances(two).is_ok());
    // GetObjects says that it filled the object, which is as it was.
    assert!(liar.namespace.get(&path).is_ok());
    check_engine("NoObject");
}

#[test]
fn refreshers_of_a_stranger() {
    let _turn = Turn::take();
    let bad = Refreshes::Answering(Status::WBEM_E_FAILED);
    let bad = Lying::new("RawFails", Initialize::Succeed, Query::FailLate, bad);
    let good = Lying::new("RawWorks", Initialize::Succeed, Query::FailLate, ANSWERING);
    let mut refresher = Refresher::new();
    let failing = refresher.add_enum(&bad.namespace, &bad.class).unwrap();
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_FAILED));
    refresher.add_enum(&good.namespace, &good.class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    refresher.remove(failing).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
}

#[test]
fn the_word_to_the_sink_wins() {
    let _turn = Turn::take();
    let liar = Lying::new("FailLate", Initialize::Succeed, Query::FailLate, ANSWERING);
    check_error(liar.query(), Status::WBEM_E_ACCESS_DENIED, &["not for you"]);
    let liar = Lying::new("Garbage", Initialize::Succeed, Query::Garbage, ANSWERING);
    assert_eq!(liar.query().unwrap(), 1);
}
