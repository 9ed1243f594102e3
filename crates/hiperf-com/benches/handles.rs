//! What a counter costs by handle, and what the copy of a refresh costs.
//!
//! * A counter written or read through the vtable, checks included, against
//!   the same loop over an object in C that has the same vtable and checks
//!   nothing. Both through the raw interface and as a provider of the SDK does
//!   it.
//! * The copy stage of a refresh, 1,000 objects of 20 counters, against memcpy
//!   of the same bytes between buffers that are allocated one by one, as the
//!   objects' blocks are.

#[path = "../../../benches/rounds.rs"]
mod rounds;

use std::ffi::CString;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use hiperf_cim::{CimType, Class, ClassBuilder, Instance, PropertyDeclaration, PropertyHandle};
use hiperf_com::access::ObjectAccess;
use hiperf_com::object::Object;
use hiperf_com::{ComPtr, IWbemObjectAccess};
use rounds::{Claim, Contender, measure};

const COUNTERS: usize = 20;
const OBJECTS: usize = 1_000;
/// Passes over the counters in a round, which make it last about a millisecond.
const PASSES: usize = 20_000;
/// Sets of objects that rounds take in turn. Where the pages of one lie in the
/// cache is chance, and decides up to a fifth.
const SETS: usize = 7;
/// Copies of a set in a round.
const COPIES: usize = 100;

fn main() -> ExitCode {
    rounds::pin();
    let Some(bare) = bare_object() else {
        println!("skipped: no C compiler to build the bare object with");
        return rounds::verdict(std::env::var_os("HIPERF_CI").is_none());
    };
    rounds::print_head();
    let class = class();
    let handles_passed = by_handle(&class, &bare);
    rounds::verdict(copies(&class) & handles_passed)
}

/// A class of 20 counters of 64 bits.
fn class() -> Arc<Class> {
    let mut builder = ClassBuilder::new("Bench", None).expect("the name is valid");
    for index in 0..COUNTERS {
        let declaration = PropertyDeclaration {
            name: format!("Counter{index}"),
            ty: CimType::Uint64.into(),
            class_name: None,
            qualifiers: vec![],
            default: None,
        };
        builder.property(declaration).expect("the names differ");
    }
    builder.build().expect("the class is valid")
}

/// The object in C, from a library that the C compiler makes now; `None`
/// without a compiler.
fn bare_object() -> Option<ComPtr<IWbemObjectAccess>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/bare_object.c");
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libbare_object.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]).arg(&library).arg(source);
    if !compiler.status().ok()?.success() {
        return None;
    }
    let path = CString::new(library.to_str()?).ok()?;
    // SAFETY: the path ends with a NUL; the library has no constructors.
    let image = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
    assert!(!image.is_null(), "the library that was just built can't be loaded");
    // SAFETY: the library stays loaded, and the name ends with a NUL.
    let symbol = unsafe { libc::dlsym(image, c"bare_object".as_ptr()) };
    assert!(!symbol.is_null(), "the library that was just built has no bare_object");
    type MakeObject = extern "C" fn() -> *mut IWbemObjectAccess;
    // SAFETY: this is the function's signature in the source above.
    let make = unsafe { std::mem::transmute::<*mut libc::c_void, MakeObject>(symbol) };
    // SAFETY: the object has the vtable's slots that are called here, its count
    // is never used, and it lives as long as the library, which stays loaded.
    unsafe { ComPtr::from_raw(make()) }
}

#[inline(never)]
fn write_raw(object: &IWbemObjectAccess, handles: &[i32]) {
    for pass in 0..PASSES as u64 {
        for handle in handles {
            // SAFETY: no pointers.
            let status = unsafe { object.WriteQWORD(*handle, pass) };
            if status.is_error() {
                black_box(status);
            }
        }
    }
}

#[inline(never)]
fn write_access(object: &ObjectAccess, handles: &[i32]) {
    for pass in 0..PASSES as u64 {
        for handle in handles {
            if let Err(status) = object.write_u64(PropertyHandle(*handle), pass) {
                black_box(status);
            }
        }
    }
}

#[inline(never)]
fn read_raw(object: &IWbemObjectAccess, handles: &[i32]) {
    let mut sum = 0u64;
    for _ in 0..PASSES {
        for handle in handles {
            let mut value = 0;
            // SAFETY: the value lives during the call.
            let status = unsafe { object.ReadQWORD(*handle, &raw mut value) };
            if status.is_error() {
                black_box(status);
            }
            sum = sum.wrapping_add(value);
        }
    }
    black_box(sum);
}

fn by_handle(class: &Arc<Class>, bare: &ComPtr<IWbemObjectAccess>) -> bool {
    let object = Object::new(Instance::spawn(class));
    let slots = class.layout().slots();
    let handles: Vec<i32> = slots.iter().map(|slot| slot.handle().0).collect();
    let offsets: Vec<i32> = (0..COUNTERS as i32).map(|index| index * 8).collect();
    let access = ObjectAccess::new(object.access().clone());
    let bare_access = ObjectAccess::new(bare.clone());
    let mut contenders: [Contender<'_>; 6] = [
        &mut || write_raw(object.access(), &handles),
        &mut || write_raw(bare, &offsets),
        &mut || write_access(&access, &handles),
        &mut || write_access(&bare_access, &offsets),
        &mut || read_raw(object.access(), &handles),
        &mut || read_raw(bare, &offsets),
    ];
    let claim = |what, subject| Claim { what, subject, peer: subject + 1, gate: 1.5, target: 1.1 };
    let claims = [
        claim("WriteQWORD by handle / bare C object", 0),
        claim("ObjectAccess::write_u64 / bare C object", 2),
        claim("ReadQWORD by handle / bare C object", 4),
    ];
    measure(PASSES * COUNTERS, &mut contenders, &claims)
}

/// A set of pairs, from and to. The two of a pair lie beside each other: lists
/// apart could by chance be a multiple of 4,096 bytes apart, at which processors
/// take a read for one of what was written just before, and wait.
fn pairs<T>(mut make: impl FnMut() -> T) -> Vec<(T, T)> {
    (0..OBJECTS).map(|_| (make(), make())).collect()
}

fn copies(class: &Arc<Class>) -> bool {
    let spawn = || Object::new(Instance::spawn(class));
    let block = spawn().to_instance().block().to_vec();
    // Both kinds of a set are made before the next set is, so that neither is
    // By turns, so that neither kind is luckier with its pages than the other.
    let (objects, mut buffers): (Vec<_>, Vec<_>) =
        (0..SETS).map(|_| (pairs(spawn), pairs(|| block.clone().into_boxed_slice()))).unzip();
    let mut sets_of_objects = objects.iter().cycle();
    let mut sets_of_buffers = (0..SETS).cycle();
    let mut copy_objects = || {
        let Some(set) = sets_of_objects.next() else { return };
        for _ in 0..COPIES {
            for (from, to) in set {
                if let Err(status) = to.copy_from(from) {
                    black_box(status);
                }
            }
        }
    };
    let mut copy_bytes = || {
        let Some(set) = sets_of_buffers.next() else { return };
        for _ in 0..COPIES {
            for (from, to) in &mut buffers[set] {
                to.copy_from_slice(black_box(from));
            }
        }
    };
    let what = "Object::copy_from of 20 counters / memcpy";
    let claims = [Claim { what, subject: 0, peer: 1, gate: 1.5, target: 1.2 }];
    measure(COPIES * OBJECTS, &mut [&mut copy_objects, &mut copy_bytes], &claims)
}
