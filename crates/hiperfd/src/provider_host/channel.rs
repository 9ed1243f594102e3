//! Serves a channel: each message is a call of a provider, and is answered
//! before the next one comes.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hiperf::hosting::protocol::Message;
use hiperf::hosting::protocol::message::{Bytes, ClassedObject, ContextValues, context_of};
use hiperf::hosting::protocol::objects::{instance_bytes, instance_of};
use hiperf_cim::wmio::Decoder;
use hiperf_cim::{Error, Result, Status};
use hiperf_com::call_context::Caller;
use hiperf_com::object::Object;

use crate::call::{self, Line};
use crate::providers::{Loaded, Providers, Wanted};
use crate::refresher::Refresher;

/// Serves calls until the client closes the channel.
pub fn serve(socket: UnixStream, providers: &Providers) {
    let line = Line::new(socket);
    while let Ok((message, descriptor)) = line.next() {
        if let Message::CreateRefresher { provider } = message {
            match call::enter(&line, || create_refresher(&line, providers, provider, descriptor)) {
                Err(error) => line.done(Err(error)),
                Ok(refresher) => {
                    line.done(Ok(Status::WBEM_S_NO_ERROR));
                    return refresher.serve();
                }
            }
            continue;
        }
        let outcome = call::enter(&line, || answer(&line, providers, message));
        line.done(outcome);
    }
}

fn create_refresher(
    line: &Arc<Line>,
    providers: &Providers,
    provider: u32,
    memory: Option<OwnedFd>,
) -> Result<Refresher> {
    let memory =
        memory.ok_or_else(|| Error::new(Status::WBEM_E_INVALID_PARAMETER, "no memory came along"))?;
    Refresher::new(line.clone(), providers.get(provider)?, memory)
}

fn answer(line: &Line, providers: &Providers, message: Message) -> Result<Status> {
    match message {
        Message::Load {
            provider,
            clsid,
            library,
            namespace,
            user,
            locale,
            impersonates,
            context,
            limit_ms,
        } => {
            let library = library.as_deref().map(Path::new);
            let (context, limit) = (context_of(&context)?, milliseconds(limit_ms));
            // The client's user is this process's own.
            let caller = if impersonates { Caller::ThisThread } else { Caller::Withheld };
            let wanted = Wanted { clsid, library, namespace, user, locale, context, caller, limit };
            providers.load(provider, wanted)?;
            Ok(Status::WBEM_S_NO_ERROR)
        }
        Message::Unload { provider } => {
            providers.unload(provider);
            Ok(Status::WBEM_S_NO_ERROR)
        }
        Message::Query { provider, class, context, limit_ms } => {
            query(line, &*providers.get(provider)?, &class, &context, milliseconds(limit_ms))
        }
        Message::GetObjects { provider, classes, objects, context } => {
            get_objects(line, &*providers.get(provider)?, &classes, &objects, &context)
        }
        _ => Err(Error::new(Status::WBEM_E_INVALID_OPERATION, "a message came that is no call")),
    }
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(count.into())
}

fn query(
    line: &Line,
    provider: &Loaded,
    class: &Bytes,
    context: &ContextValues,
    limit: Duration,
) -> Result<Status> {
    let class = provider.classes.learn(class)?;
    let context = context_of(context)?;
    let delivered = provider.client.query_instances(class.name(), context.as_ref(), limit)?;
    line.deliver(delivered.objects.iter().map(|object| {
        let own = Object::from_class_object(object).filter(|own| !own.is_class());
        let Some(own) = own.filter(|own| Arc::ptr_eq(own.class(), &class)) else {
            let message = format!("it delivered an object that is no instance of {}", class.name());
            return Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
        };
        instance_bytes(&own.to_instance())
    }))?;
    Ok(delivered.status)
}

fn get_objects(
    line: &Line,
    provider: &Loaded,
    classes: &[Bytes],
    objects: &[ClassedObject],
    context: &ContextValues,
) -> Result<Status> {
    let classes = classes.iter().map(|unit| provider.classes.learn(unit)).collect::<Result<Vec<_>>>()?;
    let mut decoder = Decoder::new();
    let decode = |object: &ClassedObject| {
        let class = classes.get(object.class as usize).ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
        Ok(Object::new(instance_of(&object.object.0, &mut decoder, class)?))
    };
    let own = objects.iter().map(decode).collect::<Result<Vec<_>>>()?;
    let pointers: Vec<_> = own.iter().map(|object| object.access().clone()).collect();
    provider.client.get_objects(&pointers, context_of(context)?.as_ref())?;
    line.deliver(own.iter().map(|object| instance_bytes(&object.to_instance())))?;
    Ok(Status::WBEM_S_NO_ERROR)
}
