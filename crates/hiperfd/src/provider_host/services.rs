//! [`ClientNamespace`]: the `IWbemServices` that a provider gets here. What it
//! asks is answered by the client's namespace; classes that came from there once
//! are answered here.

use std::sync::Arc;

use hiperf::hosting::protocol::Message;
use hiperf::hosting::protocol::message::{Bytes, Question, values_of};
use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::wmio::{self, Decoder};
use hiperf_cim::{Decoration, Error, Result, Status};
use hiperf_com::client::Context;
use hiperf_com::object::Object;
use hiperf_com::server::NamespaceServices;

use crate::call;
use crate::classes::Classes;

/// The client's namespace, seen from here.
pub struct ClientNamespace {
    classes: Arc<Classes>,
    decoration: Arc<Decoration>,
}

impl ClientNamespace {
    pub fn new(namespace: &str, classes: Arc<Classes>) -> ClientNamespace {
        let server = rustix::system::uname().nodename().to_string_lossy().into_owned();
        ClientNamespace {
            classes,
            decoration: Arc::new(Decoration { server, namespace: namespace.to_owned() }),
        }
    }

    fn ask(
        &self,
        question: Question,
        text: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Object>> {
        let (text, context) = (text.to_owned(), values_of(context)?);
        let told = call::ask(&Message::Ask { question, text, shallow, context })?;
        let mut decoder = Decoder::new();
        told.iter().map(|unit| self.object(unit, &mut decoder)).collect()
    }

    fn object(&self, unit: &Bytes, decoder: &mut Decoder) -> Result<Object> {
        match decoder.decode(&unit.0)? {
            wmio::Object::Class(_) => {
                let class = self.classes.learn(unit)?;
                Ok(Object::from_class_in(&class, Some(self.decoration.clone())))
            }
            wmio::Object::Instance(instance) => Ok(Object::new(instance)),
        }
    }
}

impl NamespaceServices for ClientNamespace {
    fn get_object(&self, path: &str, context: Option<&Context>) -> Result<Object> {
        let parsed = ObjectPath::parse(path)?;
        let is_class_here =
            parsed.keys == Keys::None && parsed.server.is_none() && parsed.namespace.is_none();
        if let Some(class) = self.classes.get(&parsed.class).filter(|_| is_class_here) {
            return Ok(Object::from_class_in(&class, Some(self.decoration.clone())));
        }
        let nothing = || Error::new(Status::WBEM_E_NOT_FOUND, format!("the client has nothing for {path}"));
        self.ask(Question::Object, path, false, context)?.pop().ok_or_else(nothing)
    }

    fn create_class_enum(&self, superclass: &str, shallow: bool) -> Result<Vec<Object>> {
        self.ask(Question::Classes, superclass, shallow, None)
    }

    fn create_instance_enum(
        &self,
        class: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Object>> {
        self.ask(Question::Instances, class, shallow, context)
    }

    fn exec_query(&self, query: &str, context: Option<&Context>) -> Result<Vec<Object>> {
        self.ask(Question::Query, query, false, context)
    }
}
