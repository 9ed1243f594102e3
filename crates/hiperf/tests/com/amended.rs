//! The texts of a locale: whoever asks for them gets them with every object.

use std::sync::Arc;

use hiperf::Status;
use hiperf_cim::{Class, Value};
use hiperf_com::client::ClassObject;
use hiperf_com::object::Object;

use crate::sys::{ClientRefresher, all_ways, connect_in, get_objects};
use crate::world::row;
use crate::{OK, USE_AMENDED_QUALIFIERS, connect, world};

/// The texts of a class for a locale.
fn texts(locale: &str, class: &str, text: &str) -> String {
    format!(
        "instance of __Namespace {{ Name = \"{locale}\"; }};
         #pragma namespace(\"root\\\\cimv2\\\\{locale}\")
         [Description(\"{text}\") : Amended, AMENDMENT, LOCALE(1)]
         class {class} {{ [Key] string Name; [Description(\"{text}\") : Amended] uint32 Level; }};"
    )
}

fn text(class: &Arc<Class>) -> (Option<&str>, Option<&str>) {
    let of_level = class.property("Level").unwrap().qualifiers().text("Description");
    (class.qualifiers().text("Description"), of_level)
}

#[test]
fn objects_come_with_texts() {
    let world = world!("Amended");
    let mof = texts("ms_409", world.raw, "height")
        + "#pragma namespace(\"root\\\\cimv2\")"
        + &texts("ms_407", world.raw, "H\u{f6}he");
    world.namespace.compile_mof("texts.mof", &mof).unwrap();
    world.set(&[row("a", 1)]);
    let of_locale = |locale: &str, flags| {
        let services = connect_in(locale).unwrap();
        let all = all_ways(&services, world.raw, &world.path("a"), flags);
        let ours: Vec<Object> = all.into_iter().filter(|object| object.class().name() == world.raw).collect();
        assert_eq!(ours.len(), 5, "one of each way");
        ours
    };
    for (locale, expected) in [("", "height"), ("ms_409", "height"), ("MS_407", "H\u{f6}he")] {
        for object in of_locale(locale, USE_AMENDED_QUALIFIERS) {
            assert_eq!(text(object.class()), (Some(expected), Some(expected)));
            assert!(object.class().is_amended());
            if !object.is_class() {
                assert_eq!(object.get("Level").unwrap(), Value::Uint32(1));
            }
        }
        for object in of_locale(locale, 0) {
            assert_eq!(text(object.class()), (None, None));
        }
    }
    // There are no texts of that locale, so the objects come without.
    for object in of_locale("MS_40C", USE_AMENDED_QUALIFIERS) {
        assert_eq!(text(object.class()), (None, None));
    }
    assert_eq!(connect_in("en_US").err(), Some(Status::WBEM_E_INVALID_PARAMETER));
}

#[test]
fn refreshed_objects_come_with_texts() {
    let world = world!("AmendedRefresh");
    world.namespace.compile_mof("texts.mof", &texts("ms_409", world.raw, "height")).unwrap();
    world.namespace.compile_mof("texts.mof", &texts("ms_409", world.formatted, "cooked")).unwrap();
    world.set(&[row("a", 1)]);
    let (services, refresher) = (connect(), ClientRefresher::create());
    let path = world.path("a");
    let (plain, _) = refresher.add_object(&services, &path, 0).unwrap();
    let (object, _) = refresher.add_object(&services, &path, USE_AMENDED_QUALIFIERS).unwrap();
    let (templated, _) = refresher.add_by_template(&services, &object, USE_AMENDED_QUALIFIERS).unwrap();
    let (neutral, _) = refresher.add_by_template(&services, &object, 0).unwrap();
    let (list, _) = refresher.add_enum(&services, world.raw, USE_AMENDED_QUALIFIERS).unwrap();
    let (cooked, _) = refresher.add_enum(&services, world.formatted, USE_AMENDED_QUALIFIERS).unwrap();
    for level in [1, 2] {
        world.set(&[row("a", level)]);
        assert_eq!(refresher.refresh(0), OK);
        let height = Some("height");
        for (object, expected) in [(&plain, None), (&object, height), (&templated, height), (&neutral, None)]
        {
            assert_eq!(text(Object::from_class_object(object).unwrap().class()), (expected, expected));
            let value = ClassObject::new(object.clone()).get("Level").unwrap();
            assert_eq!(value, Value::Uint32(u32::try_from(level).unwrap()));
        }
        for (list, expected) in [(&list, "height"), (&cooked, "cooked")] {
            let listed = Object::from_access(&get_objects(list, 1).2[0]).unwrap();
            assert_eq!(text(listed.class()), (Some(expected), Some(expected)));
            assert_eq!(listed.get("Level").unwrap(), Value::Uint32(u32::try_from(level).unwrap()));
        }
    }
}

#[test]
fn stored_objects_come_with_texts() {
    let world = world!("AmendedStored");
    let mof = "class Test_Gauge { [Key] string Name; uint32 Level; };
               instance of Test_Gauge { Name = \"a\"; Level = 1; };";
    world.namespace.compile_mof("gauge.mof", mof).unwrap();
    world.namespace.compile_mof("texts.mof", &texts("ms_409", "Test_Gauge", "pressure")).unwrap();
    let (services, refresher) = (connect(), ClientRefresher::create());
    let path = "Test_Gauge.Name=\"a\"";
    for (flags, expected) in [(0, None), (USE_AMENDED_QUALIFIERS, Some("pressure"))] {
        let (object, _) = refresher.add_object(&services, path, flags).unwrap();
        let (list, _) = refresher.add_enum(&services, "Test_Gauge", flags).unwrap();
        assert_eq!(refresher.refresh(0), OK);
        let listed = get_objects(&list, 1).2.remove(0);
        for object in [Object::from_class_object(&object), Object::from_access(&listed)].map(Option::unwrap) {
            assert_eq!(text(object.class()), (expected, expected));
            assert_eq!(object.get("Level").unwrap(), Value::Uint32(1));
        }
    }
}
