//! `AddObjectByTemplate`, with objects of ours and of others.

use hiperf::{Status, Value};
use hiperf_com::client::{ClassObject, Services};

use crate::sys::ClientRefresher;
use crate::world::row;
use crate::{OK, USE_AMENDED_QUALIFIERS, connect, world};

#[test]
fn what_a_template_may_be() {
    let world = world!("Template");
    let (services, refresher) = (connect(), ClientRefresher::create());
    world.set(&[row("a", 1), row("b", 2)]);
    let class = Services::new(services.clone()).get_object(world.raw).unwrap();
    let spawned = ClassObject::new(class.spawn_instance().unwrap().as_com().cast().unwrap());
    let add = |template: &ClassObject, flags| refresher.add_by_template(&services, template.as_com(), flags);
    let status = |template: &ClassObject, flags| add(template, flags).map(|_| ()).unwrap_err();
    // A class; an instance without its key; one that isn't there.
    assert_eq!(status(&class, 0), Status::WBEM_E_INVALID_OBJECT);
    assert_eq!(status(&spawned, 0), Status::WBEM_E_INVALID_OBJECT);
    spawned.put("Name", &Value::String("z".into())).unwrap();
    assert_eq!(status(&spawned, 0), Status::WBEM_E_NOT_FOUND);
    spawned.put("Name", &Value::String("a".into())).unwrap();
    for flags in [1, 0x10, -1] {
        assert_eq!(status(&spawned, flags), Status::WBEM_E_INVALID_PARAMETER);
    }
    let (one, one_id) = add(&spawned, USE_AMENDED_QUALIFIERS).unwrap();
    // The client's object is another one, and so is the template's later life.
    spawned.put("Name", &Value::String("b".into())).unwrap();
    let (two, two_id) = add(&spawned, 0).unwrap();
    assert!(one_id > 0 && two_id > one_id);
    assert!(!one.is_same_object(spawned.as_com()) && !one.is_same_object(&two));
    assert_eq!(refresher.refresh(0), OK);
    let [one, two] = [one, two].map(ClassObject::new);
    assert_eq!((one.get("Level").unwrap(), two.get("Level").unwrap()), (Value::Uint32(1), Value::Uint32(2)));
    // An object of a refresher is a template as well.
    let (again, _) = add(&one, 0).unwrap();
    assert_eq!(refresher.refresh(0), OK);
    assert_eq!(ClassObject::new(again).get("Level").unwrap(), Value::Uint32(1));
    assert_eq!((refresher.remove(one_id, 0), refresher.remove(one_id, 0)), (OK, Status::WBEM_E_NOT_FOUND));
}
