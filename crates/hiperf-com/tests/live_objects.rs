//! The count of live objects, in a process where no other test makes any.

use hiperf_com::{ComPtr, IWbemContext, WbemContext, live_objects};

#[test]
fn objects_are_counted_until_they_are_gone() {
    assert_eq!(live_objects(), 0);
    let one: ComPtr<IWbemContext> = ComPtr::new(WbemContext::new());
    let two = one.clone();
    let three: ComPtr<IWbemContext> = ComPtr::new(WbemContext::new());
    assert_eq!(live_objects(), 2);
    drop(one);
    assert_eq!(live_objects(), 2);
    drop((two, three));
    assert_eq!(live_objects(), 0);
}
