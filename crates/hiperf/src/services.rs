//! The engine behind the COM classes that clients call: a namespace's
//! `IWbemServices`, the locator, and `CLSID_WbemRefresher`.

use std::sync::Arc;

use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::{Class, Error, Instance, Locale, Result, Status, Value};
use hiperf_com::client::{ClassObject, Context, RefresherClient};
use hiperf_com::object::Object;
use hiperf_com::provider::Services;
use hiperf_com::server::{Adding, ClientRefresher, Locator, NamespaceServices, ServicesObject};
use hiperf_com::{ComPtr, IWbemHiPerfEnum, IWbemRefresher, IWbemServices};

use crate::namespace::WeakNamespace;
use crate::{Found, Namespace, Refreshed, Refresher};

/// `WBEM_GENUS_INSTANCE`, which the `__GENUS` of an instance is.
const GENUS_INSTANCE: i32 = 2;

/// The `IWbemServices` that a provider gets: it does not keep the namespace.
pub(crate) fn for_provider(namespace: WeakNamespace) -> Services {
    Services::new(ServicesObject::create(namespace))
}

/// The namespace behind an `IWbemServices` of ours.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER`: it is a stranger's.
pub(crate) fn namespace_of(services: &Services) -> Result<Namespace> {
    namespace_behind(services.as_com())
}

fn namespace_behind(services: &ComPtr<IWbemServices>) -> Result<Namespace> {
    if let Some(namespace) = ServicesObject::<Namespace>::of(services) {
        return Ok(namespace.clone());
    }
    match ServicesObject::<WeakNamespace>::of(services) {
        Some(namespace) => namespace.upgrade(),
        None => {
            let message = "the IWbemServices given was not made by this library's ConnectServer";
            Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message))
        }
    }
}

impl Namespace {
    /// A class as an object of this namespace.
    fn class_object(&self, class: &Arc<Class>) -> Object {
        Object::from_class_in(class, Some(self.decoration()))
    }
}

/// Clients of a COM interface hold on to it for as long as they run, so each of
/// these calls looks for what others have stored meanwhile.
impl NamespaceServices for Namespace {
    fn get_object(&self, path: &str, context: Option<&Context>) -> Result<Object> {
        self.repository().refresh();
        let parsed = ObjectPath::parse(path)?;
        self.check_path_is_here(&parsed)?;
        match parsed.keys {
            Keys::None => Ok(self.class_object(&self.class(&parsed.class)?)),
            _ => Ok(Object::new(self.get_with(path, context)?)),
        }
    }

    fn create_class_enum(&self, superclass: &str, shallow: bool) -> Result<Vec<Object>> {
        self.repository().refresh();
        let classes = if superclass.is_empty() {
            self.class_names().iter().map(|name| self.class(name)).collect::<Result<Vec<_>>>()?
        } else {
            self.class(superclass).map_err(|error| match error.status() {
                Status::WBEM_E_NOT_FOUND => Error::new(Status::WBEM_E_INVALID_CLASS, error.message()),
                _ => error,
            })?;
            self.subclasses(superclass)?
        };
        let is_child = |class: &&Arc<Class>| {
            !shallow || class.superclass_name().unwrap_or_default().eq_ignore_ascii_case(superclass)
        };
        Ok(classes.iter().filter(is_child).map(|class| self.class_object(class)).collect())
    }

    fn create_instance_enum(
        &self,
        class: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Object>> {
        self.repository().refresh();
        Ok(objects(self.enumerate(class, shallow, context)?))
    }

    fn amended(&self, objects: Vec<Object>) -> Result<Vec<Object>> {
        let mut texts = self.texts();
        let amend = |object: Object| match object.is_class() {
            true => {
                let class = texts.amended(&object.class_definition()?)?;
                Ok(self.class_object(&class))
            }
            false => {
                let class = texts.amended(object.class())?;
                Ok(Object::new(object.to_instance().with_texts_of(&class)?))
            }
        };
        objects.into_iter().map(amend).collect()
    }

    fn open_namespace(&self, path: &str) -> Result<ComPtr<IWbemServices>> {
        let below = self.connect_below(path)?.in_locale(self.locale());
        Ok(ServicesObject::create(if self.is_precise() { below.precise() } else { below }))
    }

    fn put_class(&self, class: &Class, flags: u32) -> Result<()> {
        Namespace::put_class(self, class, flags)
    }

    fn delete_class(&self, name: &str) -> Result<()> {
        Namespace::delete_class(self, name)
    }

    fn put_instance(&self, instance: &Instance, flags: u32) -> Result<()> {
        Namespace::put_instance(self, instance, flags)
    }

    fn delete_instance(&self, path: &str) -> Result<()> {
        Namespace::delete_instance(self, path)
    }

    fn exec_query(&self, query: &str, context: Option<&Context>) -> Result<Vec<Object>> {
        self.repository().refresh();
        let object = |found| match found {
            Found::Instance(instance) => Object::new(instance),
            Found::Class(class) => self.class_object(&class),
        };
        Ok(self.exec_with(query, context)?.into_iter().map(object).collect())
    }
}

fn objects(instances: Vec<Instance>) -> Vec<Object> {
    instances.into_iter().map(Object::new).collect()
}

/// What a provider may ask of the namespace, as long as there is one.
impl NamespaceServices for WeakNamespace {
    fn get_object(&self, path: &str, context: Option<&Context>) -> Result<Object> {
        self.upgrade()?.get_object(path, context)
    }

    fn create_class_enum(&self, superclass: &str, shallow: bool) -> Result<Vec<Object>> {
        self.upgrade()?.create_class_enum(superclass, shallow)
    }

    fn create_instance_enum(
        &self,
        class: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Object>> {
        self.upgrade()?.create_instance_enum(class, shallow, context)
    }

    fn amended(&self, objects: Vec<Object>) -> Result<Vec<Object>> {
        self.upgrade()?.amended(objects)
    }

    fn open_namespace(&self, path: &str) -> Result<ComPtr<IWbemServices>> {
        self.upgrade()?.open_namespace(path)
    }

    fn put_class(&self, class: &Class, flags: u32) -> Result<()> {
        self.upgrade()?.put_class(class, flags)
    }

    fn delete_class(&self, name: &str) -> Result<()> {
        self.upgrade()?.delete_class(name)
    }

    fn put_instance(&self, instance: &Instance, flags: u32) -> Result<()> {
        self.upgrade()?.put_instance(instance, flags)
    }

    fn delete_instance(&self, path: &str) -> Result<()> {
        self.upgrade()?.delete_instance(path)
    }

    fn exec_query(&self, query: &str, context: Option<&Context>) -> Result<Vec<Object>> {
        self.upgrade()?.exec_query(query, context)
    }
}

/// `CLSID_WbemLocator`.
#[derive(Debug, Default)]
pub(crate) struct LocalLocator;

impl Locator for LocalLocator {
    fn connect_server(
        &self,
        path: &str,
        locale: Locale,
        context: Option<&Context>,
    ) -> Result<ComPtr<IWbemServices>> {
        let namespace = Namespace::connect(path)?.in_locale(locale);
        let is_precise = context.is_some_and(Context::wants_reals);
        Ok(ServicesObject::create(if is_precise { namespace.precise() } else { namespace }))
    }
}

/// `CLSID_WbemRefresher`.
impl ClientRefresher for Refresher {
    fn add_object_by_path(
        &mut self,
        services: &ComPtr<IWbemServices>,
        path: &str,
        adding: Adding<'_>,
    ) -> Result<(Object, i32)> {
        let id = self.add_object_with(&namespace_behind(services)?, path, adding)?;
        let object = self.client_object(id).ok_or(Status::WBEM_E_UNEXPECTED)?;
        Ok((object.clone(), id.into()))
    }

    fn add_object_by_template(
        &mut self,
        services: &ComPtr<IWbemServices>,
        template: &ClassObject,
        adding: Adding<'_>,
    ) -> Result<(Object, i32)> {
        let class = template.class_name()?;
        if template.get("__GENUS")? != Value::Sint32(GENUS_INSTANCE) {
            let message = format!("a template has to be an instance, and this is class {class}");
            return Err(Error::new(Status::WBEM_E_INVALID_OBJECT, message));
        }
        let get = |key: &str| template.get(key);
        let id = self.add_object_by_keys(&namespace_behind(services)?, &class, &get, adding)?;
        let object = self.client_object(id).ok_or(Status::WBEM_E_UNEXPECTED)?;
        Ok((object.clone(), id.into()))
    }

    fn add_enum(
        &mut self,
        services: &ComPtr<IWbemServices>,
        class: &str,
        adding: Adding<'_>,
    ) -> Result<(ComPtr<IWbemHiPerfEnum>, i32)> {
        let id = self.add_enum_with(&namespace_behind(services)?, class, adding)?;
        let list = self.client_list(id).ok_or(Status::WBEM_E_UNEXPECTED)?;
        Ok((list.for_client(), id.into()))
    }

    fn add_refresher(&mut self, refresher: RefresherClient) -> i32 {
        self.add_com_refresher(refresher).into()
    }

    fn nested(&self) -> Vec<ComPtr<IWbemRefresher>> {
        self.nested_com().map(|refresher| refresher.as_com().clone()).collect()
    }

    fn remove(&mut self, id: i32) -> Result<()> {
        Refresher::remove(self, id)
    }

    fn refresh(&mut self, flags: i32) -> Status {
        match self.refresh_with(flags) {
            Ok(Refreshed::Complete) => Status::WBEM_S_NO_ERROR,
            Ok(Refreshed::Partial) => Status::WBEM_S_PARTIAL_RESULTS,
            Err(status) => status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Repository;
    use crate::repository::Source;

    /// The verbs that change the repository, through the vtable.
    #[test]
    fn a_client_changes_the_repository() {
        let directory = std::env::temp_dir().join(format!("hiperf-services-{}", std::process::id()));
        let repository = Repository::at(&directory);
        let text = "class Sensor { [Key] string Name; }; instance of __Namespace { Name = \"Lab\"; };
                    #pragma namespace(\"root\\\\default\\\\Lab\") class Other { [Key] uint8 N; };";
        repository.compile("root\\default", vec![Source::from_text("s.mof", text).unwrap()]).unwrap();
        let services = Services::new(ServicesObject::create(repository.connect("root\\default").unwrap()));
        let status =
            |result: Result<()>| result.map_or_else(|error| error.status(), |()| Status::WBEM_S_NO_ERROR);

        let lab = services.open_namespace("lab").unwrap();
        assert_eq!(services.open_namespace("none").unwrap_err().status(), Status::WBEM_E_INVALID_NAMESPACE);
        let other = lab.get_object("Other").unwrap();
        services.put_class(&other, 2).unwrap();
        assert_eq!(status(services.put_class(&other, 2)), Status::WBEM_E_ALREADY_EXISTS);
        assert_eq!(status(services.put_class(&other, 0x1000)), Status::WBEM_E_INVALID_PARAMETER);

        let class = services.get_object("Sensor").unwrap();
        let instance = class.spawn_instance().unwrap();
        instance.put("Name", &Value::String("a".into())).unwrap();
        let instance = ClassObject::new(instance.as_com().cast().unwrap());
        assert_eq!(status(services.put_class(&instance, 0)), Status::WBEM_E_INVALID_PARAMETER);
        assert_eq!(status(services.put_instance(&class, 0)), Status::WBEM_E_INVALID_PARAMETER);
        assert_eq!(status(lab.put_instance(&instance, 0)), Status::WBEM_E_INVALID_CLASS);
        services.put_instance(&instance, 0).unwrap();
        let again = Repository::at(&directory).connect("root\\default").unwrap();
        assert!(again.get("Sensor=\"a\"").is_ok());
        services.delete_instance("Sensor=\"a\"").unwrap();
        assert_eq!(status(services.delete_instance("Sensor=\"a\"")), Status::WBEM_E_NOT_FOUND);
        services.delete_class("Sensor").unwrap();
        assert_eq!(status(services.delete_class("Sensor")), Status::WBEM_E_NOT_FOUND);
        assert_eq!(status(services.delete_class("__Provider")), Status::WBEM_E_ACCESS_DENIED);
        std::fs::remove_dir_all(&directory).unwrap();
    }

    /// A class definition can be a value, but not of what is stored.
    #[test]
    fn a_class_as_a_value_is_not_stored() {
        let directory = std::env::temp_dir().join(format!("hiperf-values-{}", std::process::id()));
        let repository = Repository::at(&directory);
        let text = "class Event { [Key] string Name; object Target; object All[]; };";
        repository.compile("root\\default", vec![Source::from_text("e.mof", text).unwrap()]).unwrap();
        let namespace = repository.connect("root\\default").unwrap();
        let class = namespace.class("Event").unwrap();
        let object =
            hiperf_cim::wmio::ClassObject { class: class.clone(), decoration: None, prototype: None };
        let value = Value::Class(Box::new(object));
        let mut inner = Instance::spawn(&class);
        inner.put("Target", &value).unwrap();
        let inner = Value::Array(hiperf_cim::CimType::Object, vec![Value::Object(Box::new(inner))]);
        for (name, value) in [("Target", &value), ("All", &inner)] {
            let mut event = Instance::spawn(&class);
            event.put("Name", &Value::String("e".into())).unwrap();
            event.put(name, value).unwrap();
            assert_eq!(namespace.put_instance(&event, 0).unwrap_err().status(), Status::WBEM_E_NOT_SUPPORTED);
        }
        let mut draft = hiperf_cim::ClassDraft::of(&class);
        draft.put_property("Target", hiperf_cim::CimType::Object.into(), Some(value)).unwrap();
        let refused = namespace.put_class(draft.class(), 0).unwrap_err();
        assert_eq!(refused.status(), Status::WBEM_E_NOT_SUPPORTED);
        std::fs::remove_dir_all(&directory).unwrap();
    }

    /// What came with texts of a locale is stored without them, and only if the
    /// client says that it knows.
    #[test]
    fn texts_are_not_stored() {
        const AMENDED: i32 = 0x2_0000;
        let directory = std::env::temp_dir().join(format!("hiperf-texts-{}", std::process::id()));
        let repository = Repository::at(&directory);
        let text = "class Pump { [Key] string Name; uint8 Flow; };
                    instance of __Namespace { Name = \"ms_409\"; };
                    #pragma namespace(\"root\\\\default\\\\ms_409\")
                    [Description(\"A pump\") : Amended, AMENDMENT]
                    class Pump { [Key] string Name; [Units(\"l\") : Amended] uint8 Flow; };";
        repository.compile("root\\default", vec![Source::from_text("p.mof", text).unwrap()]).unwrap();
        let namespace = repository.connect("root\\default").unwrap();
        let services = Services::new(ServicesObject::create(namespace.clone()));
        assert_eq!(namespace.class_amended("pump").unwrap().qualifiers().text("Description"), Some("A pump"));

        let class = services.get_amended_object("Pump").unwrap();
        let refused = services.put_class(&class, 0).unwrap_err();
        assert_eq!(refused.status(), Status::WBEM_E_AMENDED_OBJECT);
        class.put("More", &Value::Uint8(1)).unwrap();
        assert_eq!(services.put_class(&class, 0).unwrap_err().status(), Status::WBEM_E_AMENDED_OBJECT);
        services.put_class(&class, AMENDED).unwrap();
        let stored = namespace.class("Pump").unwrap();
        assert!(stored.property("More").is_some());
        assert!(
            stored.qualifiers().is_empty()
                && stored.property("Flow").unwrap().qualifiers().get("Units").is_none()
        );
        assert_eq!(
            namespace.class_amended("Pump").unwrap().property("Flow").unwrap().qualifiers().text("Units"),
            Some("l")
        );

        let class = services.get_amended_object("Pump").unwrap();
        let instance = class.spawn_instance().unwrap();
        instance.put("Name", &Value::String("a".into())).unwrap();
        let instance = ClassObject::new(instance.as_com().cast().unwrap());
        assert_eq!(services.put_instance(&instance, 0).unwrap_err().status(), Status::WBEM_E_AMENDED_OBJECT);
        services.put_instance(&instance, AMENDED).unwrap();
        assert!(namespace.get("Pump=\"a\"").unwrap().class().qualifiers().is_empty());

        let texts = Services::new(services.open_namespace("ms_409").unwrap().as_com().clone());
        let instance = texts.get_object("Pump").unwrap().spawn_instance().unwrap();
        instance.put("Name", &Value::String("a".into())).unwrap();
        let instance = ClassObject::new(instance.as_com().cast().unwrap());
        let refused = texts.put_instance(&instance, 0).unwrap_err();
        assert_eq!(refused.status(), Status::WBEM_E_INVALID_OPERATION, "an amendment has no instances");
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
