//! Answers what a hosted provider asks of its namespace: the calls of its
//! `IWbemServices` that read.

use hiperf_cim::{Error, Result, Status};
use hiperf_com::client::Services;
use hiperf_com::object::Object;
use hiperf_com::server::NamespaceServices as _;

use super::protocol::message::{Bytes, ContextValues, Question, context_of};
use super::protocol::{Message, objects};
use crate::services::namespace_of;

/// The answer, whatever it is.
pub(super) fn answer(
    services: &Services,
    question: Question,
    text: &str,
    shallow: bool,
    context: &ContextValues,
) -> Message {
    match find(services, question, text, shallow, context) {
        Ok(objects) => Message::Told { status: Status::WBEM_S_NO_ERROR, text: String::new(), objects },
        Err(error) => {
            let (status, text) = (error.status(), error.message().to_owned());
            Message::Told { status, text, objects: Vec::new() }
        }
    }
}

fn find(
    services: &Services,
    question: Question,
    text: &str,
    shallow: bool,
    context: &ContextValues,
) -> Result<Vec<Bytes>> {
    let namespace = namespace_of(services)?;
    let context = context_of(context)?;
    let found: Vec<Object> = match question {
        Question::Object => vec![namespace.get_object(text, context.as_ref())?],
        Question::Classes => namespace.create_class_enum(text, shallow)?,
        Question::Instances => namespace.create_instance_enum(text, shallow, context.as_ref())?,
        Question::Query => namespace.exec_query(text, context.as_ref())?,
    };
    let units = found.iter().map(objects::object_unit).collect::<Result<Vec<Bytes>, Error>>()?;
    Ok(units)
}
