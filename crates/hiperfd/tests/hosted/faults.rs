//! Providers that crash, hang, exit and lie.

use std::time::Duration;

use hiperf::{Hosting, Namespace, Refreshed, Refresher, Status, Value};

use crate::{
    CRASHES_AT_START, HANGS_AT_START, HOST, Time, check_error, has_library, query, serve, serve_as, text,
    turn,
};

/// For providers that crash: a host that is well answers within this, whatever
/// else the machine does.
const LONG_DEADLINE: Duration = Duration::from_secs(20);

/// For providers that hang.
const SHORT_DEADLINE: Duration = Duration::from_millis(50);

fn deadline_for(fault: &str) -> Duration {
    if fault == "loop" { SHORT_DEADLINE } else { LONG_DEADLINE }
}

/// Longer than any wait for a host.
const LONG: Duration = Duration::from_secs(60);

const FAULTS: [(&str, Status, &str); 4] = [
    ("segfault", Status::WBEM_E_PROVIDER_FAILURE, "signal 11 (SIGSEGV)"),
    ("exit", Status::WBEM_E_PROVIDER_FAILURE, "exited with status 3"),
    ("abort", Status::WBEM_E_PROVIDER_FAILURE, "signal 6 (SIGABRT)"),
    ("loop", Status::WBEM_E_PROVIDER_TIMED_OUT, "did not answer within"),
];

#[test]
fn every_call_says_what_became_of_the_host() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    for (fault, status, says) in FAULTS {
        let hosting = time.hosting(Hosting::new().deadline(deadline_for(fault)));
        let suffixes = ["", &format!("_{fault}")];
        let (namespace, class) = serve_as(&hosting, &format!("CLSID = \"{HOST}\";"), &suffixes);
        let says = ["the provider host of", says];
        time.advance(LONG);
        check_error(query(&namespace, &format!("{class}_{fault}")), status, &says);
        time.advance(LONG);
        check_error(namespace.get(&format!("{class}.Name=\"get:{fault}\"")), status, &says);
        time.advance(LONG);
        let mut refresher = Refresher::new();
        let added = refresher.add_object(&namespace, &format!("{class}.Name=\"add:{fault}\""));
        check_error(added, status, &says);
        time.advance(LONG);
        refresher.add_object(&namespace, &format!("{class}.Name=\"refresh:{fault}\"")).unwrap();
        assert_eq!(refresher.refresh(), Err(status));
        assert!(hiperf_com::error_info::message().contains(says[1]));
        time.advance(LONG);
        check_error(refresher.refresh_or_explain(), status, &says);
        if fault != "loop" {
            time.advance(LONG);
            assert_eq!(query(&namespace, &class).unwrap().len(), 2);
        }
    }
}

/// Something else has the host's end of every socket when it dies.
#[test]
fn a_copy_that_is_left_behind() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let hosting = time.hosting(Hosting::new().deadline(LONG_DEADLINE));
    let (namespace, class) = serve_as(&hosting, &format!("CLSID = \"{HOST}\";"), &["", "_fork"]);
    let (status, says) = (Status::WBEM_E_PROVIDER_FAILURE, ["signal 6 (SIGABRT)"]);
    check_error(query(&namespace, &format!("{class}_fork")), status, &says);
    time.advance(LONG);
    check_error(namespace.get(&format!("{class}.Name=\"get:fork\"")), status, &says);
    time.advance(LONG);
    let mut refresher = Refresher::new();
    check_error(refresher.add_object(&namespace, &format!("{class}.Name=\"add:fork\"")), status, &says);
    time.advance(LONG);
    refresher.add_object(&namespace, &format!("{class}.Name=\"refresh:fork\"")).unwrap();
    check_error(refresher.refresh_or_explain(), status, &says);
    time.advance(LONG);
    assert_eq!(query(&namespace, &class).unwrap().len(), 2);
}

#[test]
fn a_provider_that_does_not_start() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let hosting = Time::start().hosting(Hosting::new().deadline(LONG_DEADLINE));
    let (namespace, class) = serve(&hosting, CRASHES_AT_START);
    check_error(query(&namespace, &class), Status::WBEM_E_PROVIDER_FAILURE, &["SIGSEGV", "Told"]);
    let says = ["SIGSEGV", "it is not started again for 100ms"];
    check_error(query(&namespace, &class), Status::WBEM_E_PROVIDER_FAILURE, &says);
    let hosting = Time::start().hosting(Hosting::new().deadline(SHORT_DEADLINE));
    let (namespace, class) = serve(&hosting, HANGS_AT_START);
    check_error(query(&namespace, &class), Status::WBEM_E_PROVIDER_TIMED_OUT, &["did not answer within"]);
}

/// A hosted refresher with its object, whose provider misbehaves in each
/// refresh, and beside it one that doesn't, in a host and in this process.
struct Company {
    refresher: Refresher,
    hosted: hiperf::ObjectId,
    own: hiperf::ObjectId,
    refreshes: u64,
}

impl Company {
    fn join(&mut self, namespace: &Namespace, path: &str) -> hiperf::ObjectId {
        self.refresher.add_object(namespace, path).unwrap()
    }

    fn new(hosting: &Hosting) -> Company {
        let mut refresher = Refresher::new();
        let (namespace, class) = serve(hosting, HOST);
        let hosted = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
        let client = format!("ClientLoadableCLSID = \"{}\";", crate::CLIENT);
        let (namespace, class) = serve_as(hosting, &client, &[""]);
        let own = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
        Company { refresher, hosted, own, refreshes: 0 }
    }

    /// Refreshes all; the two that behave are fresh whatever the third does.
    #[track_caller]
    fn refresh(&mut self) -> Result<Refreshed, Status> {
        let refreshed = self.refresher.refresh();
        self.refreshes += 1;
        for good in [self.hosted, self.own] {
            let count = self.refresher.object(good).unwrap().get("Count").unwrap();
            assert_eq!(count, Value::Uint64(self.refreshes));
        }
        refreshed
    }
}

/// Bytes of this process that are resident, and descriptors that are open.
fn measure() -> (usize, usize) {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    (pages * 4096, std::fs::read_dir("/proc/self/fd").unwrap().count())
}

/// Children of this process, zombies too.
fn children() -> String {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).ok()).collect()
}

/// A thousand times in a row, of which each fifth is of a kind.
#[test]
fn a_thousand_times_in_a_row() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let generous = time.hosting(Hosting::new().deadline(LONG_DEADLINE));
    for (fault, status, _) in FAULTS {
        // In a host of its own, whose end is soon noticed.
        let hosting = time.hosting(Hosting::new().deadline(deadline_for(fault)));
        let (namespace, class) = serve(&hosting, HOST);
        let mut company = Company::new(&generous);
        let bad = format!("{class}.Name=\"refresh:{fault}\"");
        // A host that is late to start has failed as well.
        let bad = std::iter::repeat_with(|| {
            time.advance(LONG);
            company.refresher.add_object(&namespace, &bad)
        });
        let bad = bad.take(100).find_map(Result::ok).unwrap();
        two_hundred_times(fault, || {
            time.advance(LONG);
            assert_eq!(company.refresh(), Ok(Refreshed::Partial));
            assert_eq!(company.refresher.status(bad), Some(status));
        });
    }
    let (namespace, class) = serve(&generous, HOST);
    let mut company = Company::new(&generous);
    two_hundred_times("babble", || {
        time.advance(LONG);
        let babbled = namespace.get(&format!("{class}.Name=\"get:babble\""));
        check_error(babbled, Status::WBEM_E_PROVIDER_FAILURE, &["answered what makes no sense"]);
        assert_eq!(company.refresh(), Ok(Refreshed::Complete));
    });
    drop((company, namespace));
    assert_eq!(children(), "");
}

/// Does it two hundred times, of which the last nine tenths leave nothing behind.
#[track_caller]
fn two_hundred_times(fault: &str, mut what: impl FnMut()) {
    let mut before = (0, 0);
    for round in 0..200 {
        what();
        if round == 20 {
            before = measure();
        }
    }
    let after = measure();
    assert_eq!(after.1, before.1, "{fault}: descriptors");
    assert!(after.0 <= before.0 + (1 << 20), "{fault}: {} bytes became {}", before.0, after.0);
}

/// Whatever is written to the shared memory while the client reads it.
#[test]
fn scribbles_in_the_shared_memory() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let hosting = time.hosting(Hosting::new().deadline(Duration::from_millis(200)));
    let generous = time.hosting(Hosting::new().deadline(LONG_DEADLINE));
    let (namespace, class) = serve_as(&hosting, &format!("CLSID = \"{HOST}\";"), &["", "_40"]);
    let mut company = Company::new(&generous);
    let bad = company.join(&namespace, &format!("{class}.Name=\"refresh:scribble\""));
    let listed = company.refresher.add_enum(&namespace, &format!("{class}_40")).unwrap();
    let mut failures = 0;
    for round in 0..100 {
        time.advance(LONG);
        let refreshed = company.refresh();
        assert!(refreshed.is_ok(), "{round}: {refreshed:?}");
        let status = company.refresher.status(bad).unwrap();
        failures += usize::from(status.is_error());
        // Whatever came: it can be read, and is not more than the memory holds.
        assert!(company.refresher.instances(listed).unwrap().len() <= 1 << 20);
        for instance in company.refresher.instances(listed).unwrap() {
            let _any = (instance.get("Name").unwrap(), instance.get("Count").unwrap());
        }
    }
    assert!(failures > 5, "only {failures} of 100 were noticed");
}

/// A provider that needs itself to answer: each question lies within the one
/// before, on the client's stack.
#[test]
fn a_provider_that_asks_for_itself() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve(&Time::start().hosting(Hosting::new().deadline(LONG_DEADLINE)), HOST);
    let asked = namespace.get(&format!("{class}.Name=\"asks for itself\""));
    check_error(asked, Status::WBEM_E_QUOTA_VIOLATION, &["8 questions deep"]);
    // It is no lie: the host is still there.
    assert_eq!(query(&namespace, &class).unwrap().len(), 2);
}

/// What is too long to be said is refused, and nothing else happens.
#[test]
fn an_addition_that_is_too_long() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve(&Time::start().hosting(Hosting::new().deadline(LONG_DEADLINE)), HOST);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
    let mut template = hiperf_cim::Instance::spawn(&namespace.class(&class).unwrap());
    template.put("Name", &text(&"y".repeat(17 << 20))).unwrap();
    check_error(
        refresher.add_object_by_template(&namespace, &template),
        Status::WBEM_E_QUOTA_VIOLATION,
        &["too long for a message"],
    );
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(1));
}

#[test]
fn a_group_shares_its_fate() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let hosting = time.hosting(Hosting::new().deadline(LONG_DEADLINE));
    let grouped = format!("CLSID = \"{HOST}\"; HostingModel = \"NetworkServiceHost:Shared\";");
    let (one, one_class) = serve_as(&hosting, &grouped, &[""]);
    let (other, other_class) = serve_as(&hosting, &grouped, &[""]);
    let (apart, apart_class) = serve(&hosting, HOST);
    let process = |namespace: &Namespace, class: &str| {
        namespace.get(&format!("{class}.Name=\"x\"")).unwrap().get("Process").unwrap()
    };
    let first = process(&one, &one_class);
    assert_eq!(process(&other, &other_class), first);
    let alone = process(&apart, &apart_class);
    assert_ne!(alone, first);
    let crashed = one.get(&format!("{one_class}.Name=\"get:segfault\""));
    check_error(crashed, Status::WBEM_E_PROVIDER_FAILURE, &["SIGSEGV", "networkservicehost:shared"]);
    time.advance(LONG);
    assert_ne!(process(&other, &other_class), first);
    assert_eq!(process(&other, &other_class), process(&one, &one_class));
    assert_eq!(process(&apart, &apart_class), alone);
    assert_eq!(apart.get(&format!("{apart_class}.Name=\"x\"")).unwrap().get("Place").unwrap(), text("host"));
}
