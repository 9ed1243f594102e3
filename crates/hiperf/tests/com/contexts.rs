//! A client's context reaches the provider, and a query gives what it selects.

use std::sync::{Arc, Mutex};

use hiperf::{Error, Namespace, Result, Status, Value};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{ClassObject, Context, ObjectSink};
use hiperf_com::provider::{HiPerfProvider, Initialization, ProviderRefresher, Services};
use hiperf_com::registry;

use crate::names::{next_clsid, registration};
use crate::{connect, sys};

/// What the provider was asked, each with the context's word.
type Calls = Arc<Mutex<Vec<(&'static str, Option<String>)>>>;

struct Listener(Calls);

fn note(calls: &Calls, what: &'static str, context: Option<&Context>) {
    let word = context.and_then(|context| context.get("Word", hiperf_cim::CimType::String.into()).ok());
    let word = word.and_then(|word| word.as_str().map(str::to_owned));
    calls.lock().unwrap().push((what, word));
}

impl HiPerfProvider for Listener {
    type Refresher = Listener;

    fn initialize(&self, _: &Initialization) -> Result<()> {
        Ok(())
    }

    fn create_refresher(&self, _: &Services) -> Result<Listener> {
        Ok(Listener(self.0.clone()))
    }

    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()> {
        note(&self.0, "query_instances", context);
        let object = services.get_object(class)?.spawn_instance()?;
        object.put("Name", &Value::String("a".into()))?;
        object.put("Count", &Value::Uint64(7))?;
        sink.indicate(&object)
    }

    fn get_objects(&self, _: &Services, _: &[ObjectAccess], context: Option<&Context>) -> Result<()> {
        note(&self.0, "get_objects", context);
        Ok(())
    }
}

impl ProviderRefresher for Listener {
    fn add_object(
        &mut self,
        _: &Services,
        template: &ObjectAccess,
        context: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        note(&self.0, "add_object", context);
        Ok((template.clone_object()?, 1))
    }

    fn add_enum(&mut self, _: &Services, _: &str, context: Option<&Context>, _: HiPerfEnum) -> Result<i32> {
        note(&self.0, "add_enum", context);
        Ok(2)
    }

    fn stop_refreshing(&mut self, _: i32) -> Result<()> {
        Ok(())
    }

    fn refresh(&mut self, _: i32) -> Result<Status, Status> {
        Ok(Status::WBEM_S_NO_ERROR)
    }
}

fn serve(name: &str) -> Result<(String, Calls), Error> {
    let (calls, clsid) = (Calls::default(), next_clsid());
    let heard = calls.clone();
    registry::register_provider(clsid, move || Listener(heard.clone()));
    let class = format!("Test_PerfRawData_{name}");
    let mof = format!(
        "{}[Dynamic, Provider(\"{name}\"), HiPerf]\nclass {class} : Win32_PerfRawData\n\
         {{ [Key] string Name; uint64 Count; uint32 Level = 3; }};",
        registration(name, clsid)
    );
    Namespace::connect("")?.compile_mof(name, &mof)?;
    Ok((class, calls))
}

#[test]
fn the_provider_gets_the_context() {
    let services = connect();
    let (class, calls) = serve("Listener").unwrap();
    let context = Context::new();
    context.set("Word", &Value::String("hello".into())).unwrap();
    let statuses = sys::call_with_context(&services, &class, &format!("{class}.Name=\"a\""), &context);
    assert_eq!(statuses, [Status::WBEM_S_NO_ERROR; 5]);
    let heard: Vec<_> = calls.lock().unwrap().drain(..).collect();
    let hello = || Some("hello".to_owned());
    assert_eq!(
        heard,
        [
            ("add_object", hello()),
            ("add_enum", hello()),
            ("get_objects", hello()),
            ("query_instances", hello()),
            ("query_instances", hello()),
        ]
    );
}

#[test]
fn a_query_gives_the_keys_and_what_it_selects() {
    let services = connect();
    let (class, _) = serve("Projected").unwrap();
    let values = |text: &str| {
        let objects = sys::query(&services, text);
        let object = ClassObject::new(objects[0].clone());
        ["Name", "Count", "Level"].map(|name| object.get(name).unwrap())
    };
    let name = || Value::String("a".into());
    assert_eq!(values(&format!("SELECT * FROM {class}")), [name(), Value::Uint64(7), Value::Uint32(3)]);
    assert_eq!(values(&format!("SELECT Count FROM {class}")), [name(), Value::Uint64(7), Value::Null]);
    assert_eq!(values(&format!("SELECT __PATH FROM {class}")), [name(), Value::Null, Value::Null]);
    let empty = ClassObject::new(sys::get_nothing(&services).unwrap());
    assert_eq!(empty.get("__CLASS").unwrap(), Value::Null);
}
