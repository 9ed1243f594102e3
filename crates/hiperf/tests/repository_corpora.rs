//! The whole CIM schema in a repository: compiled, kept, printed, compiled
//! again and rebuilt, it is the same.

mod scratch;

use std::path::Path;

use hiperf::repository::Source;
use scratch::{Scratch, assert_whole, compile};

/// As an independent compiler counts them.
const CLASSES: usize = 1418;
const QUALIFIERS: usize = 71;

#[test]
fn the_cim_schema() {
    let Some(root) = std::env::var_os("HIPERF_CORPORA") else {
        return scratch::skip("HIPERF_CORPORA is not set");
    };
    let path = Path::new(&root).join("mof-dmtf-cim232-omi/CIM-2.32.0/cim_schema_2.32.0.mof");
    let scratch = Scratch::new("schema");
    let repository = scratch.repository();
    let done = repository.compile("root\\default", vec![Source::read(&path).unwrap()]).unwrap();
    assert_eq!((done.classes, done.qualifiers, done.instances), (CLASSES, QUALIFIERS, 0));
    assert_whole(&repository);
    assert_eq!(repository.verify().unwrap().classes, CLASSES);
    let text = repository.export().unwrap();

    let other = Scratch::new("again");
    compile(&other.repository(), &text);
    let image = |scratch: &Scratch| std::fs::read(scratch.path().join("repository.image")).unwrap();
    assert!(image(&other) == image(&scratch), "compiled again, it is another repository");

    let before = image(&scratch);
    assert_eq!(repository.rebuild().unwrap().lost, Vec::<String>::new());
    assert!(image(&scratch) == before, "rebuilt, it is another repository");
    let namespace = repository.connect("root\\default").unwrap();
    assert!(namespace.subclasses("CIM_ManagedElement").unwrap().len() > 500);
}
