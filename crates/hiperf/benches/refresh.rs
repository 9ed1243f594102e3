//! What the engine adds to a provider: a refresh of 1,000 instances of 20
//! counters by a provider that changes nothing, which leaves the copies to the
//! client's objects, against memcpy of the same bytes between buffers that are
//! allocated one by one; and what it costs another thread to have an object of a
//! snapshot, which is read in place, and to copy all of them out of it.

#[path = "../../../benches/rounds.rs"]
mod rounds;
#[path = "../../hiperfd/tests/provider/still.rs"]
mod still;

use std::hint::black_box;
use std::process::ExitCode;

use hiperf::{EnumId, Namespace, Refreshed, Refresher, Result, Status};
use hiperf_cim::Instance;
use hiperf_com::{Guid, registry};
use rounds::{Claim, measure};

const COUNTERS: usize = 20;
const INSTANCES: usize = 1_000;
/// Refreshes of a round.
const REFRESHES: usize = 100;
/// Refreshers that rounds take in turn. Where the pages of one lie in the cache
/// is chance, and decides up to a fifth.
const SETS: usize = 7;
const CLSID: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D2C03");

fn main() -> ExitCode {
    rounds::pin();
    rounds::print_head();
    match refresh() {
        Ok(passed) => rounds::verdict(passed),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn refresh() -> Result<bool> {
    registry::register_provider(CLSID, || still::Still);
    let namespace = Namespace::connect("root\\cimv2")?;
    namespace.compile_mof("bench.mof", &schema())?;
    let mut refreshers = Vec::new();
    let mut buffers = Vec::new();
    // By turns, so that neither kind is luckier with its pages than the other.
    for _ in 0..SETS {
        let mut refresher = Refresher::new();
        let id = refresher.add_enum(&namespace, "Bench")?;
        refresher.refresh()?;
        let block = block(&refresher, id)?;
        refreshers.push(refresher);
        let buffer = || block.clone().into_boxed_slice();
        buffers.push((0..INSTANCES).map(|_| (buffer(), buffer())).collect::<Vec<_>>());
    }
    let (mut turns, mut turns_of_buffers) = ((0..SETS).cycle(), (0..SETS).cycle());
    let mut refresh = || {
        let Some(turn) = turns.next() else { return };
        for _ in 0..REFRESHES {
            let refreshed = refreshers[turn].refresh();
            assert_eq!(refreshed, Ok(Refreshed::Complete));
        }
    };
    let mut copy_bytes = || {
        let Some(turn) = turns_of_buffers.next() else { return };
        for _ in 0..REFRESHES {
            for (from, to) in &mut buffers[turn] {
                to.copy_from_slice(black_box(from));
            }
        }
    };
    let what = "Refresher::refresh of 20 counters, each / memcpy";
    let claims = [Claim { what, subject: 0, peer: 1, gate: 1.5, target: 1.2 }];
    let passed = measure(REFRESHES * INSTANCES, &mut [&mut refresh, &mut copy_bytes], &claims);
    Ok(passed & snapshots(&namespace)?)
}

/// Reads of what doesn't change.
fn snapshots(namespace: &Namespace) -> Result<bool> {
    let mut sets = Vec::new();
    let mut buffers = Vec::new();
    for _ in 0..SETS {
        let mut refresher = Refresher::new();
        let id = refresher.add_enum(namespace, "Bench")?;
        let mut published = refresher.publish();
        refresher.refresh()?;
        let copies = published.read().instances(id)?.to_vec();
        let block = block(&refresher, id)?;
        let buffer = || block.clone().into_boxed_slice();
        buffers.push((0..INSTANCES).map(|_| (buffer(), buffer())).collect::<Vec<_>>());
        sets.push((published, id, copies));
    }
    let sets = std::cell::RefCell::new(sets);
    let (mut turns, mut turns_of_one, mut turns_of_buffers) =
        ((0..SETS).cycle(), (0..SETS).cycle(), (0..SETS).cycle());
    let mut read_each = || {
        let Some(turn) = turns_of_one.next() else { return };
        let (published, id, copies) = &mut sets.borrow_mut()[turn];
        for _ in 0..REFRESHES {
            for index in 0..copies.len() {
                let Ok(instances) = published.read().instances(*id) else { return };
                black_box(instances.get(index).map(Instance::block));
            }
        }
    };
    let mut read_all = || {
        let Some(turn) = turns.next() else { return };
        let (published, id, copies) = &mut sets.borrow_mut()[turn];
        for _ in 0..REFRESHES {
            let Ok(instances) = published.read().instances(*id) else { return };
            for (copy, instance) in copies.iter_mut().zip(instances) {
                if let Err(status) = copy.copy_from(instance) {
                    black_box(status);
                }
            }
        }
    };
    let mut copy_bytes = || {
        let Some(turn) = turns_of_buffers.next() else { return };
        for _ in 0..REFRESHES {
            for (from, to) in &mut buffers[turn] {
                to.copy_from_slice(black_box(from));
            }
        }
    };
    let claim = |what, subject| Claim { what, subject, peer: 2, gate: 1.5, target: 1.2 };
    let claims = [
        claim("Published::read of each object / memcpy of it", 0),
        claim("Published::read of all, copied / memcpy", 1),
    ];
    Ok(measure(REFRESHES * INSTANCES, &mut [&mut read_each, &mut read_all, &mut copy_bytes], &claims))
}

/// The class and its provider's registration.
fn schema() -> String {
    let counters: String = (0..COUNTERS).map(|index| format!("uint64 Counter{index};\n")).collect();
    format!(
        r#"[Dynamic, Provider("Still"), HiPerf] class Bench {{
             [key] string Name;
             {counters}
           }};
           instance of __Win32Provider as $Still {{
             Name = "Still";
             CLSID = "{CLSID}";
             ClientLoadableCLSID = "{CLSID}";
             HostingModel = "NetworkServiceHost:hiperf";
             ImpersonationLevel = 1;
             PerUserInitialization = FALSE;
           }};
           instance of __InstanceProviderRegistration {{
             Provider = $Still;
             SupportsGet = TRUE;
             SupportsEnumeration = TRUE;
           }};"#
    )
}

/// As many bytes as an instance's block has.
fn block(refresher: &Refresher, id: EnumId) -> Result<Vec<u8>> {
    let mut instances = refresher.instances(id)?;
    assert_eq!(instances.len(), INSTANCES);
    let first = instances.next().ok_or(Status::WBEM_E_NOT_FOUND)?;
    Ok(first.to_instance().block().to_vec())
}
