//! A connection whose context asks for reals.

use hiperf::{Status, Value};
use hiperf_cim::CimType;
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::{ClassObject, Context, Services};

use crate::world::{Row, World, row};
use crate::{sys, world};

/// A connection that wants reals, or none.
fn connect(wants: bool) -> Services {
    hiperf::register();
    let context = Context::new();
    context.set("__HIPERF_PRECISE", &Value::Boolean(wants)).unwrap();
    Services::new(sys::connect_with(&context).unwrap())
}

fn type_of_total(services: &Services, world: &World) -> CimType {
    let class = services.get_object(world.formatted).unwrap();
    let instance = ObjectAccess::new(class.spawn_instance().unwrap().as_com().clone());
    instance.property_handle("Total").unwrap().0.scalar
}

#[test]
fn the_connection_decides_what_values_are() {
    let world = world!("ComPrecise");
    world.set(&[Row { total: Some(5), ..row("a", 7) }]);
    let (precise, plain) = (connect(true), connect(false));
    assert_eq!(type_of_total(&precise, &world), CimType::Real64);
    assert_eq!(type_of_total(&plain, &world), CimType::Uint64);
    // A call's context can't make its objects be of another class.
    let path = format!("{}.Name=\"a\"", world.formatted);
    for (services, asks) in [(&plain, true), (&precise, false)] {
        let context = Context::new();
        context.want_reals(asks).unwrap();
        let of = sys::call_with_context(services.as_com(), world.formatted, &path, &context);
        assert_eq!(of, [Status::WBEM_S_NO_ERROR; 5]);
    }
    let text = format!("SELECT Total, Level FROM {}", world.formatted);
    let object = ClassObject::new(sys::query(precise.as_com(), &text)[0].clone());
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(7));
}
