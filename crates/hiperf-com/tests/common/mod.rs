//! A namespace with one class, for the tests that need one.

use std::sync::Arc;

use hiperf_cim::{
    CimType, Class, ClassBuilder, Error, Flavor, Instance, PropertyDeclaration, Qualifier, Result, Status,
    Value,
};
use hiperf_com::client::Services;
use hiperf_com::object::Object;
use hiperf_com::server::{NamespaceServices, ServicesObject};

/// `class Toy { [key] string Name; uint64 Count; uint32 Level; real64 Load; }`
pub fn toy_class() -> Arc<Class> {
    let mut builder = ClassBuilder::new("Toy", None).unwrap();
    let properties = [
        ("Name", CimType::String),
        ("Count", CimType::Uint64),
        ("Level", CimType::Uint32),
        ("Load", CimType::Real64),
    ];
    for (name, cim) in properties {
        let key = Qualifier::new("key", Value::Boolean(true), Flavor::default());
        let qualifiers = if name == "Name" { vec![key] } else { vec![] };
        let ty = cim.into();
        let declaration =
            PropertyDeclaration { name: name.to_owned(), ty, class_name: None, qualifiers, default: None };
        builder.property(declaration).unwrap();
    }
    builder.build().unwrap()
}

/// A namespace that has [`toy_class`] and nothing else.
struct ToyNamespace(Arc<Class>);

impl NamespaceServices for ToyNamespace {
    fn get_object(&self, path: &str, _: Option<&hiperf_com::Context>) -> Result<Object> {
        match path {
            "Toy" => Ok(Object::from_class(&self.0)),
            _ => Err(Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no {path} here"))),
        }
    }

    fn create_class_enum(&self, _: &str, _: bool) -> Result<Vec<Object>> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn create_instance_enum(&self, _: &str, _: bool, _: Option<&hiperf_com::Context>) -> Result<Vec<Object>> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    fn exec_query(&self, _: &str, _: Option<&hiperf_com::Context>) -> Result<Vec<Object>> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }
}

pub fn services(class: &Arc<Class>) -> Services {
    Services::new(ServicesObject::create(ToyNamespace(class.clone())))
}

/// A toy whose key is set.
#[allow(dead_code)] // not every test needs one
pub fn template(class: &Arc<Class>, name: &str) -> Object {
    let mut instance = Instance::spawn(class);
    instance.put("Name", &Value::String(name.to_owned())).unwrap();
    Object::new(instance)
}
