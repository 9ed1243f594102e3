//! Text that is written by handle allocates nothing once an instance has had
//! room for it, however its length changes.

#[path = "../../../tests/rust/allocations.rs"]
mod counting;

use counting::allocations;
use hiperf_cim::{CimType, ClassBuilder, Instance, PropertyDeclaration};

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
