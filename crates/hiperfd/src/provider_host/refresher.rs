//! [`Refresher`]: serves one refresher of a provider.
//!
//! Its thread sleeps on the request cell of the memory that it shares with the
//! client. What it finds there is either a refresh, or that a message waits in
//! the socket. Nothing of the warm path allocates.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hiperf::hosting::protocol::Message;
use hiperf::hosting::protocol::area::{Cells, Command};
use hiperf::hosting::protocol::message::{Bytes, ContextValues, context_of};
use hiperf::hosting::protocol::objects::instance_of;
use hiperf_cim::wmio::Decoder;
use hiperf_cim::{Error, Result, Status};
use hiperf_com::client::RefresherClient;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;
use hiperf_com::shared_memory::SharedMemory;

use crate::call::{self, Line};
use crate::providers::Loaded;
use crate::publication::{Item, Publication, Source};

/// A provider's refresher and what it refreshes.
pub struct Refresher {
    line: Arc<Line>,
    provider: Arc<Loaded>,
    client: RefresherClient,
    memory: SharedMemory,
    publication: Publication,
    /// What the last refresh answered.
    status: Status,
}

/// Whether more is to be served.
enum Next {
    Go,
    End,
}

impl Refresher {
    /// A refresher of the provider, which shares this memory with the client.
    ///
    /// # Errors
    /// The provider's; `WBEM_E_INVALID_PARAMETER`: it is no memory.
    pub fn new(line: Arc<Line>, provider: Arc<Loaded>, memory: OwnedFd) -> Result<Refresher> {
        let memory = open(memory)?;
        let client = provider.client.create_refresher()?;
        let (publication, status) = (Publication::default(), Status::WBEM_S_NO_ERROR);
        Ok(Refresher { line, provider, client, memory, publication, status })
    }

    /// Serves until the client releases the refresher.
    pub fn serve(mut self) {
        let mut seen = 0;
        loop {
            let request = Cells(self.memory.cells()).request();
            let mut wanted = request.load(Ordering::Acquire);
            while wanted == seen {
                SharedMemory::wait(request, seen, None);
                wanted = request.load(Ordering::Acquire);
            }
            seen = wanted;
            match Cells(self.memory.cells()).command() {
                Some((Command::Refresh, flags)) => {
                    self.status = self.client.refresh(flags);
                    self.publish();
                    let response = Cells(self.memory.cells()).response();
                    response.store(seen, Ordering::Release);
                    SharedMemory::wake(response);
                }
                Some((Command::Message, _)) => match self.serve_message(&mut seen) {
                    Next::Go => {}
                    Next::End => return,
                },
                None => return,
            }
        }
    }

    /// Writes what the last refresh brought, and how it went.
    fn publish(&mut self) {
        let outcome = self.publication.write(self.memory.words());
        Cells(self.memory.cells()).set_outcome(self.status.0, outcome);
    }

    fn serve_message(&mut self, seen: &mut u32) -> Next {
        let Ok((message, descriptor)) = self.line.next() else { return Next::End };
        let line = self.line.clone();
        if message == (Message::Release {}) {
            call::enter(&line, || self.release());
            line.done(Ok(Status::WBEM_S_NO_ERROR));
            return Next::End;
        }
        let outcome = call::enter(&line, || match message {
            Message::AddObject { item, class, template, context } => {
                self.add_object(item, &class, &template, &context)
            }
            Message::AddEnum { item, class, context } => self.add_enum(item, &class, &context),
            Message::Stop { item } => self.stop(item),
            Message::Remap {} => {
                let none = || Error::new(Status::WBEM_E_INVALID_PARAMETER, "no memory came along");
                self.memory = open(descriptor.ok_or_else(none)?)?;
                *seen = 0;
                self.publication.moved();
                self.publish();
                Ok(())
            }
            _ => Err(Error::new(Status::WBEM_E_INVALID_OPERATION, "a message came that is no call")),
        });
        line.done(outcome.map(|()| Status::WBEM_S_NO_ERROR));
        Next::Go
    }

    fn add_object(
        &mut self,
        number: u32,
        class: &Bytes,
        template: &Bytes,
        context: &ContextValues,
    ) -> Result<()> {
        let class = self.provider.classes.learn(class)?;
        let template = Object::new(instance_of(&template.0, &mut Decoder::new(), &class)?);
        let context = context_of(context)?;
        let (object, id) = self.provider.client.create_refreshable_object(
            &self.client,
            template.access(),
            context.as_ref(),
        )?;
        let own = Object::from_access(&object).filter(|own| !own.is_class());
        let Some(own) = own.filter(|own| Arc::ptr_eq(own.class(), &class)) else {
            let _already_failing = self.provider.client.stop_refreshing(&self.client, id);
            let message = format!(
                "the provider returned an object that is no instance of {}; it must clone the template",
                class.name()
            );
            return Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message));
        };
        self.take_up(Item::new(number, id, Source::Object(own)));
        Ok(())
    }

    fn add_enum(&mut self, number: u32, class: &Bytes, context: &ContextValues) -> Result<()> {
        let list = ObjectList::new(self.provider.classes.learn(class)?);
        let context = context_of(context)?;
        let id = self.provider.client.create_refreshable_enum(
            &self.client,
            list.class().name(),
            context.as_ref(),
            list.for_provider(),
        )?;
        self.take_up(Item::new(number, id, Source::Enum(list)));
        Ok(())
    }

    fn take_up(&mut self, item: Item) {
        self.publication.items.push(item);
        self.publication.moved();
    }

    fn stop(&mut self, number: u32) -> Result<()> {
        let items = &mut self.publication.items;
        let unknown = || Error::new(Status::WBEM_E_NOT_FOUND, format!("the refresher has no item {number}"));
        let index = items.iter().position(|item| item.number == number).ok_or_else(unknown)?;
        let item = items.remove(index);
        self.publication.moved();
        self.provider.client.stop_refreshing(&self.client, item.provider_id)
    }

    /// Releases the provider's refresher, and before it what it refreshes.
    fn release(&mut self) {
        self.publication.items.clear();
    }
}

fn open(memory: OwnedFd) -> Result<SharedMemory> {
    SharedMemory::open(memory.as_fd()).map_err(|error| {
        Error::new(Status::WBEM_E_INVALID_PARAMETER, format!("memory to be shared can't be mapped: {error}"))
    })
}
