//! [`ClientNamespace`]: the `IWbemServices` that a provider gets here. What it
//! asks is answered by the client's namespace; classes that came from there once
//! are answered here.

use std::sync::Arc;

use hiperf::hosting::protocol::Message;
use hiperf::hosting::protocol::message::{Bytes, Question, values_of};
use hiperf::hosting::protocol::objects;
use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::wmio::{self, Decoder};
use hiperf_cim::{Class, Decoration, Error, Result, Status};
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

    fn object(&self, bytes: &Bytes, decoder: &mut Decoder) -> Result<Object> {
        let (unit, codes) = objects::parts(&bytes.0)?;
        match decoder.decode(unit)? {
            wmio::Object::Class(_) => Ok(self.class_object(&self.classes.learn(&Bytes(unit.to_vec()))?)),
            wmio::Object::Instance(instance) => Ok(Object::new(objects::explained(instance, codes))),
        }
    }

    fn class_object(&self, class: &Arc<Class>) -> Object {
        Object::from_class_in(class, Some(self.decoration.clone()))
    }

    /// The class with the texts of the client's locale. It isn't learned: what
    /// objects are of is the class without them.
    fn with_texts(&self, class: &Arc<Class>) -> Result<Arc<Class>> {
        let (question, text) = (Question::Texts, class.name().to_owned());
        let told = call::ask(&Message::Ask { question, text, shallow: true, context: None })?;
        let Some(bytes) = told.first() else { return Ok(class.clone()) };
        let localized = objects::class_of_unit(&Bytes(objects::parts(&bytes.0)?.0.to_vec()))?;
        Ok(class.amended(None, Some(&localized)))
    }
}

impl NamespaceServices for ClientNamespace {
    fn get_object(&self, path: &str, context: Option<&Context>) -> Result<Object> {
        let parsed = ObjectPath::parse(path)?;
        let is_class_here =
            parsed.keys == Keys::None && parsed.server.is_none() && parsed.namespace.is_none();
        if let Some(class) = self.classes.get(&parsed.class).filter(|_| is_class_here) {
            return Ok(self.class_object(&class));
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

    fn amended(&self, objects: Vec<Object>) -> Result<Vec<Object>> {
        let amend = |object: Object| match object.is_class() {
            true => Ok(self.class_object(&self.with_texts(&object.class_definition()?)?)),
            false => {
                let class = self.with_texts(object.class())?;
                Ok(Object::new(object.to_instance().with_texts_of(&class)?))
            }
        };
        objects.into_iter().map(amend).collect()
    }

    fn exec_query(&self, query: &str, context: Option<&Context>) -> Result<Vec<Object>> {
        self.ask(Question::Query, query, false, context)
    }
}
