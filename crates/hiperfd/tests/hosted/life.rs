//! When hosts start, start again and end.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use hiperf::{Hosting, ItemId, Namespace, Reason, Refreshed, Refresher, Status, Value};

use crate::{HOST, MEETS_AT_START, PROGRAM, Time, check_error, has_library, mof, query, serve, text, turn};

fn process(namespace: &Namespace, class: &str) -> u32 {
    match namespace.get(&format!("{class}.Name=\"x\"")).unwrap().get("Process").unwrap() {
        Value::Uint32(process) => process,
        other => panic!("{other:?}"),
    }
}

fn is_alive(process: u32) -> bool {
    std::path::Path::new(&format!("/proc/{process}")).exists()
}

fn kill(process: u32) {
    let pid = rustix::process::Pid::from_raw(process.cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_host_ends_with_its_last_user() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve(&Time::start().hosting(Hosting::new()), HOST);
    let id = process(&namespace, &class);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
    drop(namespace);
    assert!(is_alive(id));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(object).unwrap().get("Process").unwrap(), Value::Uint32(id));
    drop(refresher);
    assert!(!is_alive(id), "it is gone and reaped");
}

/// A descriptor by which the end of a process is seen; `None` if it is over.
fn watch(process: i32) -> Option<std::os::fd::OwnedFd> {
    let pid = rustix::process::Pid::from_raw(process)?;
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()
}

#[track_caller]
fn check_ends(watched: &std::os::fd::OwnedFd) {
    let mut ended = [rustix::event::PollFd::new(watched, rustix::event::PollFlags::IN)];
    let limit = rustix::event::Timespec { tv_sec: 20, tv_nsec: 0 };
    assert_eq!(rustix::event::poll(&mut ended, Some(&limit)).unwrap(), 1, "it lives on");
}

/// What a provider has started, however its host ends.
#[test]
fn a_host_takes_its_children_along() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    for end in ["release", "get:exit"] {
        let (namespace, class) = serve(&time.hosting(Hosting::new()), HOST);
        let id = process(&namespace, &class);
        namespace.get(&format!("{class}.Name=\"get:child\"")).unwrap();
        let children: String = std::fs::read_dir(format!("/proc/{id}/task"))
            .unwrap()
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok())
            .collect();
        let child = watch(children.trim().parse().unwrap()).unwrap();
        let _exits = namespace.get(&format!("{class}.Name=\"{end}\""));
        drop(namespace);
        check_ends(&child);
    }
}

#[test]
fn a_host_is_started_again_after_a_while() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let (namespace, class) = serve(&time.hosting(Hosting::new()), HOST);
    let first = process(&namespace, &class);
    for wait in [100, 200, 400] {
        let crashed = namespace.get(&format!("{class}.Name=\"get:segfault\""));
        check_error(crashed, Status::WBEM_E_PROVIDER_FAILURE, &["SIGSEGV"]);
        let says = format!("it is not started again for {wait}ms");
        check_error(query(&namespace, &class), Status::WBEM_E_PROVIDER_FAILURE, &["SIGSEGV", &says]);
        time.advance(Duration::from_millis(wait - 1));
        let says = "it is not started again for 1ms";
        check_error(query(&namespace, &class), Status::WBEM_E_PROVIDER_FAILURE, &[says]);
        time.advance(Duration::from_millis(1));
        assert_ne!(process(&namespace, &class), first);
    }
    // It was well for long enough to be trusted again.
    time.advance(Duration::from_secs(60));
    check_error(
        namespace.get(&format!("{class}.Name=\"get:segfault\"")),
        Status::WBEM_E_PROVIDER_FAILURE,
        &["SIGSEGV"],
    );
    let says = "it is not started again for 100ms";
    check_error(query(&namespace, &class), Status::WBEM_E_PROVIDER_FAILURE, &[says]);
}

#[test]
fn refreshers_go_on_in_the_next_host() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let (namespace, class) = serve(&time.hosting(Hosting::new()), HOST);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    kill(process(&namespace, &class));
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_PROVIDER_FAILURE));
    assert!(hiperf_com::error_info::message().contains("SIGKILL"));
    // What was read stays as it was.
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(2));
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_PROVIDER_FAILURE));
    time.advance(Duration::from_millis(100));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(1));
    assert_eq!(refresher.instances(list).unwrap().len(), 2);
    // What is added now goes to the same host.
    let other = refresher.add_object(&namespace, &format!("{class}.Name=\"y\"")).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let place = |id| refresher.object(id).unwrap().get("Process").unwrap();
    assert_eq!(place(object), place(other));
}

/// The report says which, and which not.
#[test]
fn what_is_refused_in_the_next_host() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let (namespace, class) = serve(&time.hosting(Hosting::new()), HOST);
    let mut refresher = Refresher::new();
    let mut add = |name: &str| refresher.add_object(&namespace, &format!("{class}.Name=\"{name}\"")).unwrap();
    let [kept, refused] = [add("x"), add("refused")];
    let list = refresher.add_enum(&namespace, &class).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let file = std::env::temp_dir().join(format!("hiperf-{class}"));
    std::fs::write(&file, "").unwrap();
    let restart = |refresher: &mut Refresher| {
        kill(process(&namespace, &class));
        refresher.refresh_or_explain().unwrap_err();
        let report = refresher.incomplete();
        assert_eq!(report.len(), 3);
        assert!(report.iter().all(|one| one.error.unwrap().message().contains("SIGKILL") && one.is_stale()));
        time.advance(Duration::from_secs(1));
    };
    restart(&mut refresher);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    let report = refresher.incomplete();
    let known: Vec<_> =
        report.iter().filter(|one| one.is_known()).map(|one| (one.item, one.status)).collect();
    let object = (ItemId::Object(refused), Status::WBEM_S_PARTIAL_RESULTS);
    assert_eq!(known, [object, (ItemId::Enum(list), Status::WBEM_E_ACCESS_DENIED)]);
    assert!(report[1].missing[0].0 == Reason::Denied && report[1].missing.len() == 1, "{report:?}");
    assert_eq!(refresher.object(kept).unwrap().get("Count").unwrap(), Value::Uint64(1));
    std::fs::remove_file(&file).unwrap();
    restart(&mut refresher);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(list).unwrap().len(), 2);
    assert!(refresher.incomplete().is_empty());
}

/// `InitializationReentrancy` is kept by every host, not by the first alone: a
/// provider that is being initialised asks for what would initialise its COM
/// class once more.
#[test]
fn initialisations_take_turns_in_the_next_host() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let time = Time::start();
    let namespace = Namespace::connect_with("root\\cimv2", &time.hosting(Hosting::new())).unwrap();
    for (name, suffixes) in [("Meeting", &["_other"][..]), ("Meeting2", &[""])] {
        let registration = format!("CLSID = \"{MEETS_AT_START}\";");
        namespace.compile_mof("told.mof", &mof(name, &registration, suffixes)).unwrap();
    }
    let answer =
        |class: &str| namespace.get(&format!("{class}.Name=\"answer\"")).unwrap().get("Place").unwrap();
    let refused = text("WBEM_E_NOT_AVAILABLE (0x80041009)");
    // It asks for itself, and once it is there the other has it.
    assert_eq!(answer("Test_Meeting_other"), refused);
    assert_eq!(answer("Test_Meeting2"), text("WBEM_S_NO_ERROR (0x00000000)"));
    let hosts = [process(&namespace, "Test_Meeting_other"), process(&namespace, "Test_Meeting2")];
    hosts.into_iter().for_each(kill);
    check_error(query(&namespace, "Test_Meeting2"), Status::WBEM_E_PROVIDER_FAILURE, &["SIGKILL"]);
    check_error(query(&namespace, "Test_Meeting_other"), Status::WBEM_E_PROVIDER_FAILURE, &["SIGKILL"]);
    time.advance(Duration::from_secs(1));
    assert_eq!(answer("Test_Meeting2"), refused);
    assert_eq!(answer("Test_Meeting_other"), refused);
}

/// The client dies without a word.
#[test]
fn a_host_ends_with_its_client() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    if std::env::var_os("HIPERF_TEST_CLIENT").is_some() {
        let (namespace, class) = serve(&Time::start().hosting(Hosting::new()), HOST);
        println!("host {}", process(&namespace, &class));
        std::io::stdout().flush().unwrap();
        kill(std::process::id());
    }
    let mut client = Command::new(std::env::current_exe().unwrap());
    client.args(["--exact", "life::a_host_ends_with_its_client", "--nocapture"]);
    let output = client.env("HIPERF_TEST_CLIENT", "1").stderr(Stdio::inherit()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let host = said.lines().find_map(|line| line.split("host ").nth(1)).unwrap_or_else(|| panic!("{said}"));
    let host: i32 = host.trim().parse().unwrap();
    // It may be over already.
    watch(host).iter().for_each(check_ends);
}

#[test]
fn a_program_that_is_not_there() {
    let _turn = turn();
    if !has_library() {
        return;
    }
    let (namespace, class) = serve(&Hosting::new().program("/nowhere/host"), HOST);
    let status = Status::WBEM_E_PROVIDER_LOAD_FAILURE;
    check_error(query(&namespace, &class), status, &["/nowhere/host", "can't be started"]);
}

#[test]
fn from_a_command_line_it_explains_itself() {
    for arguments in [&[][..], &["--help"], &["1"]] {
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("for a client of hiperf"));
    }
}
