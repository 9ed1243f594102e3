//! Answers what a hosted provider asks of its namespace: the calls of its
//! `IWbemServices` that read.
//!
//! An answer may need a provider, which may ask in turn, and so on without end
//! if it asks for what it is being asked for. Each question lies deeper on the
//! client's stack, so there is a limit.

use std::cell::Cell;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::client::Services;
use hiperf_com::object::Object;
use hiperf_com::server::NamespaceServices as _;

use super::protocol::message::{Bytes, ContextValues, Question, context_of};
use super::protocol::{Message, objects};
use crate::services::namespace_of;

/// How many questions may lie within each other: more than there are providers
/// that need each other, and few enough for the stack of any thread.
const MAX_DEPTH: u32 = 8;

thread_local! {
    /// How many questions this thread is answering.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// A question that is being answered, until it is dropped.
struct Answering;

impl Answering {
    /// # Errors
    /// `WBEM_E_QUOTA_VIOLATION`: too many lie within each other.
    fn begin() -> Result<Answering> {
        if DEPTH.get() >= MAX_DEPTH {
            let message = format!(
                "providers ask for each other's instances, {MAX_DEPTH} questions deep; what a provider asks \
                 for must not need that provider"
            );
            return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
        }
        DEPTH.set(DEPTH.get() + 1);
        Ok(Answering)
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

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
    let _answering = Answering::begin()?;
    let namespace = namespace_of(services)?;
    let context = context_of(context)?;
    let found: Vec<Object> = match question {
        Question::Object => vec![namespace.get_object(text, context.as_ref())?],
        Question::Classes => namespace.create_class_enum(text, shallow)?,
        Question::Instances => namespace.create_instance_enum(text, shallow, context.as_ref())?,
        Question::Query => namespace.exec_query(text, context.as_ref())?,
        Question::Texts => vec![Object::from_class(&namespace.class_amended(text)?)],
    };
    found.iter().map(objects::object_bytes).collect()
}
