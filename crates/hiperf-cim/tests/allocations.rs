//! Text that is written by handle allocates nothing once an instance has had
//! room for it, however its length changes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use hiperf_cim::{CimType, ClassBuilder, Instance, PropertyDeclaration};

/// Counts what this thread allocates.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: it is the system's allocator, and beside it counts in a cell that
// needs no memory of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's duties are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(what: impl FnOnce()) -> usize {
    let before = COUNT.get();
    what();
    COUNT.get() - before
}

/// Two texts that are short and long by turns, in one instance, and its copy as
/// a refresh makes it.
#[test]
fn texts_that_alternate() {
    let mut class = ClassBuilder::new("Test_Alternating", None).unwrap();
    for (name, cim) in [("Name", CimType::String), ("State", CimType::String), ("Count", CimType::Uint64)] {
        class
            .property(PropertyDeclaration {
                name: name.into(),
                ty: cim.into(),
                class_name: None,
                qualifiers: Vec::new(),
                default: None,
            })
            .unwrap();
    }
    let class = class.build().unwrap();
    let (name, state) = (class.handle("Name").unwrap(), class.handle("State").unwrap());
    let (mut written, mut copy) = (Instance::spawn(&class), Instance::spawn(&class));
    let texts = ["short", &"long ".repeat(100), "", &"\u{3b2}".repeat(77), &"longest ".repeat(200)];
    let texts: Vec<Vec<u16>> = texts.into_iter().map(|text| text.encode_utf16().collect()).collect();
    let mut longest = 0;
    let mut alternate = |times: usize| {
        for time in 0..times {
            for (handle, step) in [(name, 1), (state, 2)] {
                let text = &texts[time * step % texts.len()];
                written.write_text(handle, text.iter().copied()).unwrap();
            }
            copy.copy_from(&written).unwrap();
            longest = longest.max(copy.block().len());
        }
    };
    // The first ones find out how much memory it takes.
    assert!(allocations(|| alternate(100)) > 0, "the counter counts");
    assert_eq!(allocations(|| alternate(10_000)), 0);
    assert!(longest < 3 * 2 * 1_602, "the tail is at most half waste, and the longest texts: {longest}");
    for (handle, step) in [(name, 1), (state, 2)] {
        let text = copy.read_text(handle).unwrap().unwrap();
        assert_eq!(text.utf16().collect::<Vec<_>>(), texts[9_999 * step % texts.len()]);
    }
}
