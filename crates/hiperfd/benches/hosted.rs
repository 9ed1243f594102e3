//! What a host costs: a refresh of 1,000 instances of 20 counters in a provider
//! host, against two copies of the same bytes between buffers that are allocated
//! one by one (out of the host and into the client) and one round trip of two
//! processes by futex. All of it on one CPU. Where counters change, the provider's
//! own writes are in the refresh; so there is a second line, in which the peer
//! makes the same ones.

#[path = "../../../benches/rounds.rs"]
mod rounds;

use std::cell::RefCell;
use std::hint::black_box;
use std::io;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::Ordering;

use hiperf::{Hosting, Namespace, PropertyHandle, Refreshed, Refresher, Result, Status};
use hiperf_com::access::ObjectAccess;
use hiperf_com::object::Object;
use hiperf_com::shared_memory::SharedMemory;
use hiperf_com::{Guid, registry};
use rounds::{Claim, measure};

const COUNTERS: usize = 20;
const INSTANCES: usize = 1_000;
/// Refreshes of a round.
const REFRESHES: usize = 100;
const CLSID: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4006");
/// The argument of the process that answers.
const ANSWER: &str = "--answer";

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == ANSWER) {
        return answer();
    }
    rounds::pin();
    rounds::print_head();
    // Counters that change, what is said to be changed, and the gates of the two lines.
    let cases = [
        (0, "nothing changed", (1.4, 1.4)),
        (1, "one changed", (4.0, 3.0)),
        (COUNTERS, "all changed", (8.0, 1.7)),
    ];
    let passed = cases.into_iter().try_fold(true, |passed, (changed, what, gates)| {
        // All are measured, whatever became of the ones before.
        Ok(refresh(changed, what, gates)? && passed)
    });
    match passed {
        Ok(passed) => rounds::verdict(passed),
        Err(error) => {
            let error: hiperf::Error = error;
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn refresh(changed: usize, what: &str, gates: (f64, f64)) -> Result<bool> {
    let beside = beside_this_program();
    registry::register_library(CLSID, beside.join("examples/libhosted_provider.so"));
    let hosting = Hosting::new().program(env!("CARGO_BIN_EXE_hiperf-provider-host"));
    let namespace = Namespace::connect_with("root\\cimv2", &hosting)?;
    let class = format!("Bench_Still_{changed}");
    namespace.compile_mof("bench.mof", &schema(&class))?;
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&namespace, &class)?;
    refresher.refresh()?;
    let instances: Vec<_> = refresher.instances(id)?.map(|one| one.to_instance()).collect();
    assert_eq!(instances.len(), INSTANCES);
    let block = instances[0].block().to_vec();
    let buffer = || block.clone().into_boxed_slice();
    let mut buffers: Vec<_> = (0..INSTANCES).map(|_| (buffer(), buffer(), buffer())).collect();
    let objects: Vec<_> = instances.into_iter().map(Object::new).collect();
    let objects: Vec<_> = objects.iter().map(|object| ObjectAccess::new(object.access().clone())).collect();
    let handle = |index| Ok(objects[0].property_handle(&format!("Counter{index}"))?.1);
    let handles: Vec<PropertyHandle> = (0..changed).map(handle).collect::<Result<_>>()?;
    let partner = Partner::start()
        .map_err(|error| hiperf::Error::new(Status::WBEM_E_FAILED, format!("the other process: {error}")))?;
    let mut hosted = || {
        for _ in 0..REFRESHES {
            assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
        }
    };
    let mut copy = || {
        partner.round_trip();
        for (from, through, to) in &mut buffers {
            through.copy_from_slice(black_box(from));
            to.copy_from_slice(black_box(through));
        }
    };
    let mut count = 0;
    let mut write = || {
        count += 1;
        for object in &objects {
            for handle in &handles {
                let written = object.write_u64(*handle, count);
                assert_eq!(written, Ok(()));
            }
        }
    };
    let copy = RefCell::new(&mut copy);
    let mut least = || (0..REFRESHES).for_each(|_| copy.borrow_mut()());
    let mut least_with_writes = || {
        for _ in 0..REFRESHES {
            write();
            copy.borrow_mut()();
        }
    };
    let to_what = |more| format!("hosted refresh, {what} / {more}2 copies, futex");
    let (to_least, to_all) = (to_what(""), to_what("writes, "));
    let claims = [
        Claim { what: &to_least, subject: 0, peer: 1, gate: gates.0, target: 1.0 },
        Claim { what: &to_all, subject: 0, peer: 2, gate: gates.1, target: 1.0 },
    ];
    let (mut contenders, operations): ([rounds::Contender<'_>; 3], _) =
        ([&mut hosted, &mut least, &mut least_with_writes], REFRESHES * INSTANCES);
    Ok(match changed {
        0 => measure(operations, &mut contenders[..2], &claims[..1]),
        _ => measure(operations, &mut contenders, &claims),
    })
}

/// Where cargo puts what it builds beside benches.
fn beside_this_program() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program.ancestors().nth(2).map(PathBuf::from).unwrap_or_default()
}

/// The class and its provider's registration.
fn schema(class: &str) -> String {
    let counters: String = (0..COUNTERS).map(|index| format!("uint64 Counter{index};\n")).collect();
    format!(
        r#"[Dynamic, Provider("Provider of {class}"), HiPerf] class {class} {{
             [key] string Name;
             {counters}
           }};
           instance of __Win32Provider as $Still {{
             Name = "Provider of {class}";
             CLSID = "{CLSID}";
           }};
           instance of __InstanceProviderRegistration {{
             Provider = $Still;
             SupportsGet = TRUE;
             SupportsEnumeration = TRUE;
           }};"#
    )
}

/// A process that answers as fast as it can.
struct Partner {
    memory: SharedMemory,
    process: Child,
}

impl Partner {
    fn start() -> io::Result<Partner> {
        let (memory, file) = SharedMemory::create(1)?;
        let mut command = Command::new(std::env::current_exe()?);
        let process = command.arg(ANSWER).stdin(Stdio::from(file)).spawn()?;
        Ok(Partner { memory, process })
    }

    fn round_trip(&self) {
        let [request, response, ..] = self.memory.cells();
        let asked = request.load(Ordering::Relaxed).wrapping_add(1);
        request.store(asked, Ordering::Release);
        SharedMemory::wake(request);
        loop {
            let answered = response.load(Ordering::Acquire);
            if answered == asked {
                return;
            }
            SharedMemory::wait(response, answered, None);
        }
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// The other process: answers until it is killed.
fn answer() -> ExitCode {
    let Ok(memory) = SharedMemory::open(io::stdin().as_fd()) else { return ExitCode::FAILURE };
    let [request, response, ..] = memory.cells();
    let mut answered = 0;
    loop {
        let asked = request.load(Ordering::Acquire);
        if asked == answered {
            SharedMemory::wait(request, answered, None);
            continue;
        }
        answered = asked;
        response.store(answered, Ordering::Release);
        SharedMemory::wake(response);
    }
}
