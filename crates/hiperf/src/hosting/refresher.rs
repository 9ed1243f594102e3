//! [`HostedRefresher`]: a provider's refresher in a host, as one of this
//! process.
//!
//! ```text
//! request cell + 1, wake   -->   the host refreshes and writes what changed
//! response cell            <--   rows and blocks are in the memory
//! ```
//! A warm refresh is that one round trip, and a copy of each block that changed.
//! When the host dies, the next refresh takes up all objects and enumerators in
//! a new one, unless it is told not to (`WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT`).

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use hiperf_cim::{Error, Result, Status};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, Services};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::error_info;
use hiperf_com::object::Object;
use hiperf_com::provider::ProviderRefresher;
use hiperf_com::shared_memory::{MAX_WORDS, SharedMemory};

use super::channel::Channel;
use super::death::Reason;
use super::protocol::Message;
use super::protocol::area::{Cells, Command, FIRST_WORDS, Outcome, load};
use super::protocol::message::values_of;
use super::protocol::objects::{class_unit, instance_bytes};
use super::protocol::socket::{self, Failure};
use super::provider::{Hosted, nothing};
use super::rows::{self, Item};

/// `WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT`.
const NO_AUTO_RECONNECT: i32 = 1;

/// How long to sleep before a look whether the host is still there: the first
/// time longer than a refresh should take, so that a good one costs no look.
/// Then ever longer, up to what a person calls at once.
const FIRST_SLEEP: Duration = Duration::from_millis(10);
const LONGEST_SLEEP: Duration = Duration::from_millis(80);

/// Ids of objects and enumerators, unique in the process.
static NEXT_ID: AtomicI32 = AtomicI32::new(1);

/// A refresher in a host.
pub(super) struct HostedRefresher {
    hosted: Arc<Hosted>,
    /// The connection to the host; none after it died.
    link: Option<Link>,
    items: Vec<Item>,
    last_number: u32,
    /// What the last failure was.
    failure: Status,
}

/// The refresher in one life of the host.
struct Link {
    channel: Channel,
    memory: SharedMemory,
    /// The value of the request cell.
    request: u32,
    /// The generation of the memory that the items reflect.
    generation: Option<u64>,
}

impl HostedRefresher {
    /// A refresher of a provider.
    ///
    /// # Errors
    /// The provider's, and those of its host.
    pub(super) fn new(hosted: Arc<Hosted>) -> Result<HostedRefresher> {
        let link = Some(Link::new(&hosted)?);
        let failure = Status::WBEM_E_PROVIDER_FAILURE;
        Ok(HostedRefresher { hosted, link, items: Vec::new(), last_number: 0, failure })
    }

    fn next_numbers(&mut self) -> (u32, i32) {
        self.last_number += 1;
        (self.last_number, NEXT_ID.fetch_add(1, Ordering::Relaxed))
    }

    /// The link, with all items at its other end. If it had to be made anew,
    /// those that the provider doesn't take any more are lost.
    fn linked(&mut self) -> Result<&mut Link> {
        if self.link.as_ref().is_some_and(|link| link.channel.process().has_ended()) {
            self.link = None;
        }
        if self.link.is_none() {
            let mut link = Link::new(&self.hosted)?;
            for item in &mut self.items {
                if let Err(error) = link.call(&self.hosted, self.hosted.services(), &item.message(), None) {
                    // What the host's end is shows at the next call.
                    if link.channel.process().death().is_some() {
                        return Err(error);
                    }
                    item.lose(error.status());
                } else {
                    item.find();
                }
            }
            self.link = Some(link);
        }
        self.link.as_mut().ok_or_else(|| Status::WBEM_E_UNEXPECTED.into())
    }

    fn add(&mut self, services: &Services, item: Item) -> Result<()> {
        let hosted = self.hosted.clone();
        self.linked()?.call(&hosted, services, &item.message(), None)?;
        self.items.push(item);
        Ok(())
    }

    fn refresh_linked(&mut self, flags: i32) -> Result<Status> {
        // Whether it died unseen shows when it doesn't answer: a look costs a system call.
        if self.link.as_ref().is_some_and(|link| link.channel.process().death().is_some()) {
            self.link = None;
        }
        if self.link.is_none() {
            if flags & NO_AUTO_RECONNECT != 0 {
                let message = "the provider's host died, and the refresher is not to connect to another one";
                return Err(Error::new(self.failure, message));
            }
            self.linked()?;
        }
        let Some(link) = &mut self.link else { return Err(Status::WBEM_E_UNEXPECTED.into()) };
        let status = match link.refresh(&self.hosted, flags) {
            Ok(status) if !status.is_error() => status,
            failed => {
                // The engine says so in the objects: all of them have to be brought again.
                link.generation = None;
                return failed.and_then(|status| Err(Error::from(status)));
            }
        };
        let Link { channel, memory, generation, .. } = link;
        rows::follow(&mut self.items, memory.words(), generation).map_err(|lie| channel.lie(lie))?;
        let all_there = self.items.iter().all(|item| item.is_there);
        Ok(if all_there { status } else { Status::WBEM_S_PARTIAL_RESULTS })
    }
}

impl Link {
    fn new(hosted: &Hosted) -> Result<Link> {
        let (mut channel, provider) = hosted.attach()?;
        let (memory, file) = SharedMemory::create(FIRST_WORDS).map_err(no_memory)?;
        let (message, services) = (Message::CreateRefresher { provider }, hosted.services());
        channel.call(&message, Some(file.as_fd()), hosted.limit(), services, &mut nothing)?;
        channel.dedicate();
        Ok(Link { channel, memory, request: 0, generation: None })
    }

    /// Tells the host's thread what to do.
    fn command(&mut self, command: Command, flags: i32) {
        let cells = Cells(self.memory.cells());
        cells.set_command(command, flags);
        self.request = self.request.wrapping_add(1);
        cells.request().store(self.request, Ordering::Release);
        SharedMemory::wake(cells.request());
    }

    fn call(
        &mut self,
        hosted: &Hosted,
        services: &Services,
        message: &Message,
        memory: Option<BorrowedFd<'_>>,
    ) -> Result<Status> {
        // Once it is told of a message, the host's thread waits for it.
        if !socket::can_send(message) {
            return Err(self.channel.process().fail(Failure::TooLong, hosted.limit()));
        }
        self.command(Command::Message, 0);
        self.channel.call(message, memory, hosted.limit(), services, &mut nothing)
    }

    /// Has the provider refresh, and gives the status that it answers.
    ///
    /// # Errors
    /// That of the host's end.
    fn refresh(&mut self, hosted: &Hosted, flags: i32) -> Result<Status> {
        self.command(Command::Refresh, flags);
        self.await_response(hosted.limit())?;
        let (mut status, mut outcome) = self.outcome()?;
        if outcome == Outcome::TooSmall {
            self.grow(hosted)?;
            (status, outcome) = self.outcome()?;
        }
        match outcome {
            Outcome::Published => Ok(status),
            Outcome::TooSmall => Err(self.channel.lie("what fits into the memory doesn't")),
        }
    }

    fn outcome(&self) -> Result<(Status, Outcome)> {
        let outcome = Cells(self.memory.cells()).outcome();
        let (status, outcome) =
            outcome.ok_or_else(|| self.channel.lie("a refresh has an unknown outcome"))?;
        Ok((Status(status), outcome))
    }

    fn await_response(&self, limit: Duration) -> Result<()> {
        let response = Cells(self.memory.cells()).response();
        let process = self.channel.process();
        let deadline = Instant::now() + limit;
        let mut sleep = FIRST_SLEEP;
        loop {
            let seen = response.load(Ordering::Acquire);
            if seen == self.request {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(process.end(&Reason::TimedOut(limit)));
            }
            SharedMemory::wait(response, seen, Some(sleep.min(left)));
            if response.load(Ordering::Acquire) != self.request && process.has_ended() {
                return Err(process.end(&Reason::Ended));
            }
            sleep = (sleep * 2).min(LONGEST_SLEEP);
        }
    }

    /// Gives the host memory that is large enough for what it has.
    fn grow(&mut self, hosted: &Hosted) -> Result<()> {
        let words = self.memory.words();
        let needed = usize::try_from(load(words, 1)).unwrap_or(usize::MAX);
        if needed <= words.len() || needed > MAX_WORDS {
            return Err(self.channel.lie("it needs more memory than there can be, or less than it has"));
        }
        // Room for half as much again, so that a few more instances cost nothing.
        let (memory, file) = SharedMemory::create((needed + needed / 2).min(MAX_WORDS)).map_err(no_memory)?;
        self.call(hosted, hosted.services(), &Message::Remap {}, Some(file.as_fd()))?;
        (self.memory, self.request, self.generation) = (memory, 0, None);
        Ok(())
    }
}

fn no_memory(error: io::Error) -> Error {
    Error::new(Status::WBEM_E_OUT_OF_MEMORY, format!("memory to share with a provider host: {error}"))
}

impl ProviderRefresher for HostedRefresher {
    fn add_object(
        &mut self,
        services: &Services,
        template: &ObjectAccess,
        context: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let object = Object::from_access(template.as_com()).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
        let sent = (class_unit(object.class())?, instance_bytes(&object.to_instance())?);
        let item = Item::object(self.next_numbers(), sent, object, values_of(context)?);
        let id = item.id;
        self.add(services, item)?;
        Ok((template.clone(), id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        _: &str,
        context: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        let list = ObjectList::of_provider(&target).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
        let unit = class_unit(list.class())?;
        let item = Item::enumerator(self.next_numbers(), unit, list, values_of(context)?);
        let id = item.id;
        self.add(services, item)?;
        Ok(id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        let index = self.items.iter().position(|item| item.id == id).ok_or_else(|| {
            Error::new(Status::WBEM_E_NOT_FOUND, format!("the refresher has no object or enumerator {id}"))
        })?;
        let item = self.items.remove(index);
        match &mut self.link {
            Some(link) if item.is_there => {
                let hosted = self.hosted.clone();
                link.call(&hosted, hosted.services(), &Message::Stop { item: item.number }, None)?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn refresh(&mut self, flags: i32) -> Result<Status, Status> {
        self.refresh_linked(flags).map_err(|error| {
            self.failure = error.status();
            error_info::keep(&error)
        })
    }
}

impl Drop for HostedRefresher {
    fn drop(&mut self) {
        if let Some(mut link) = self.link.take()
            && !link.channel.process().has_ended()
        {
            link.command(Command::Message, 0);
            let (limit, services) = (self.hosted.limit_to_release(), self.hosted.services());
            // One that doesn't let go loses its host.
            let _gone_either_way =
                link.channel.call(&Message::Release {}, None, limit, services, &mut nothing);
        }
    }
}
