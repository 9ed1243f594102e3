//! What the engine adds to a provider: a refresh of 1,000 instances of 20
//! counters, against memcpy of the same bytes between buffers that are allocated
//! one by one. What isn't written isn't copied, so it is measured with a provider
//! that changes nothing, one counter of each instance, and all of them; where it
//! writes, the peer makes the same writes. And what it costs another thread to
//! have an object of a snapshot, which is read in place, and to copy all of them
//! out of it.

#[path = "../../../benches/rounds.rs"]
mod rounds;
#[path = "../../hiperfd/tests/provider/still.rs"]
mod still;

use std::hint::black_box;
use std::process::ExitCode;

use hiperf::{EnumId, Namespace, PropertyHandle, Refreshed, Refresher, Result, Status};
use hiperf_cim::Instance;
use hiperf_com::access::ObjectAccess;
use hiperf_com::object::Object;
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
    match benches() {
        Ok(passed) => rounds::verdict(passed),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn benches() -> Result<bool> {
    registry::register_provider(CLSID, || still::Still);
    let namespace = Namespace::connect("root\\cimv2")?;
    // Counters that change, what is said to be changed, and the gate.
    let cases = [(0, "nothing", 1.0), (1, "one", 1.5), (COUNTERS, "all", 1.5)];
    let mut passed = true;
    for (changed, what, gate) in cases {
        passed &= refresh(&namespace, changed, what, gate)?;
    }
    Ok(snapshots(&namespace)? & passed)
}

/// A refresher with the instances of `class`, one of its blocks, and pairs of
/// buffers of the same length.
type Set = (Refresher, EnumId, Vec<u8>, Vec<(Box<[u8]>, Box<[u8]>)>);

fn set(namespace: &Namespace, class: &str) -> Result<Set> {
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(namespace, class)?;
    refresher.refresh()?;
    let block = block(&refresher, id)?;
    let buffer = || block.clone().into_boxed_slice();
    let buffers = (0..INSTANCES).map(|_| (buffer(), buffer())).collect();
    Ok((refresher, id, block, buffers))
}

fn refresh(namespace: &Namespace, changed: usize, what: &str, gate: f64) -> Result<bool> {
    let class = format!("Bench_{changed}");
    namespace.compile_mof("bench.mof", &schema(&class))?;
    let mut refreshers = Vec::new();
    let mut peers = Vec::new();
    // By turns, so that neither kind is luckier with its pages than the other.
    for _ in 0..SETS {
        let (refresher, id, _, buffers) = set(namespace, &class)?;
        let written: Vec<_> = refresher.instances(id)?.map(|one| Object::new(one.to_instance())).collect();
        let written: Vec<_> =
            written.iter().map(|object| ObjectAccess::new(object.access().clone())).collect();
        refreshers.push(refresher);
        peers.push((written, buffers));
    }
    let handle = |index| Ok(peers[0].0[0].property_handle(&format!("Counter{index}"))?.1);
    let handles: Vec<PropertyHandle> = (0..changed).map(handle).collect::<Result<_>>()?;
    let (mut turns, mut turns_of_peers) = ((0..SETS).cycle(), (0..SETS).cycle());
    let mut refresh = || {
        let Some(turn) = turns.next() else { return };
        for _ in 0..REFRESHES {
            let refreshed = refreshers[turn].refresh();
            assert_eq!(refreshed, Ok(Refreshed::Complete));
        }
    };
    let mut count = 0;
    let mut write_and_copy = || {
        let Some(turn) = turns_of_peers.next() else { return };
        let (written, buffers) = &mut peers[turn];
        for _ in 0..REFRESHES {
            count += 1;
            for object in written.iter() {
                for handle in &handles {
                    let done = object.write_u64(*handle, count);
                    assert_eq!(done, Ok(()));
                }
            }
            for (from, to) in buffers.iter_mut() {
                to.copy_from_slice(black_box(from));
            }
        }
    };
    let writes = if changed == 0 { "" } else { "writes, " };
    let what = format!("Refresher::refresh, {what} changed / {writes}memcpy");
    let claims = [Claim { what: &what, subject: 0, peer: 1, gate, target: 1.2 }];
    Ok(measure(REFRESHES * INSTANCES, &mut [&mut refresh, &mut write_and_copy], &claims))
}

/// Reads of what doesn't change.
fn snapshots(namespace: &Namespace) -> Result<bool> {
    let mut sets = Vec::new();
    let mut buffers = Vec::new();
    for _ in 0..SETS {
        let (mut refresher, id, block, _) = set(namespace, "Bench_0")?;
        let mut published = refresher.publish();
        let copies = published.read().instances(id)?.to_vec();
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
