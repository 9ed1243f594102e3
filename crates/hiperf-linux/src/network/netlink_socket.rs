//! [`NetlinkSocket`]: asks the kernel for a list and hears what it says.
//!
//! Nothing here waits: the kernel makes the first part of a list before the
//! request returns, and the next one when a part is taken. That nothing is there
//! means that something was lost. After any error the socket is closed, because
//! the rest of an answer could come later; the next use opens another.
//!
//! A socket is of the network namespace and has the rights of whoever opened it,
//! and takes a place in the root's budget as a file does.

use rustix::fd::AsFd as _;
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, recv, send, socket_with,
};

use crate::network::netlink::{self, Message, messages};
use crate::root::{Kept, Root, Unavailable};

/// The kernel fills at most this much at once, if there is room for it.
const BUFFER_BYTES: usize = 32 << 10;

/// Datagrams in one answer. A million sockets are 3,000; who sends more doesn't
/// end.
const MOST_DATAGRAMS: usize = 1 << 16;

/// A socket of one protocol.
#[derive(Debug)]
pub(crate) struct NetlinkSocket {
    protocol: Option<Protocol>,
    groups: u32,
    open: Option<Kept>,
    sequence: u32,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

/// How hearing an answer goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Go {
    On,
    /// There is more than can be taken.
    Stop,
}

impl NetlinkSocket {
    /// A socket that hears what is said to these groups, too. Nothing is opened
    /// yet.
    pub(crate) fn new(protocol: Option<Protocol>, groups: u32) -> NetlinkSocket {
        NetlinkSocket { protocol, groups, open: None, sequence: 0, request: Vec::new(), buffer: Vec::new() }
    }

    /// Whether it is open.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Asks for all there is of a type, and calls `hear` with each message that
    /// comes, until the list is at its end. Returns whether the list changed
    /// meanwhile.
    pub(crate) fn dump(
        &mut self,
        root: &mut Root,
        kind: u16,
        payload: &[u8],
        mut hear: impl FnMut(&Message<'_>) -> Go,
    ) -> Result<bool, Unavailable> {
        let heard = self.send(root, kind, payload).and_then(|()| self.hear(root, &mut hear));
        heard.map_err(|errno| {
            self.open = None;
            root.costs.failures += 1;
            Unavailable::from_errno(errno)
        })
    }

    fn send(&mut self, root: &mut Root, kind: u16, payload: &[u8]) -> Result<(), Errno> {
        if self.open.is_none() {
            self.open = Some(open(root, self.protocol, self.groups)?);
            self.buffer.resize(BUFFER_BYTES, 0);
        }
        let Some(socket) = &self.open else { return Err(Errno::BADF) };
        self.sequence = self.sequence.wrapping_add(1);
        netlink::write_dump_request(&mut self.request, kind, self.sequence, payload);
        root.costs.reads += 1;
        send(socket.as_fd(), &self.request, SendFlags::empty()).map(|_| ())
    }

    fn hear(&mut self, root: &mut Root, hear: &mut dyn FnMut(&Message<'_>) -> Go) -> Result<bool, Errno> {
        let Some(socket) = &self.open else { return Err(Errno::BADF) };
        let mut has_changed = false;
        for _ in 0..MOST_DATAGRAMS {
            root.costs.reads += 1;
            let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
            let (_, length) = match recv(socket.as_fd(), &mut self.buffer[..], flags) {
                Err(Errno::INTR) => continue,
                received => received?,
            };
            // What doesn't fit is lost, and with it what follows in it.
            let datagram = self.buffer.get(..length).ok_or(Errno::MSGSIZE)?;
            root.costs.bytes += length as u64;
            for message in messages(datagram) {
                let is_answer = message.sequence == self.sequence;
                has_changed |= is_answer && message.flags & netlink::DUMP_INTERRUPTED != 0;
                match message.kind {
                    netlink::DONE | netlink::ERROR if is_answer => {
                        return match netlink::error_of(&message) {
                            None | Some(0) => Ok(has_changed),
                            Some(code) => Err(Errno::from_raw_os_error(code)),
                        };
                    }
                    _ if hear(&message) == Go::On => {}
                    _ => return Err(Errno::FBIG),
                }
            }
        }
        Err(Errno::FBIG)
    }
}

fn open(root: &mut Root, protocol: Option<Protocol>, groups: u32) -> Result<Kept, Errno> {
    root.costs.opens += 1;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, SocketFlags::CLOEXEC, protocol)?;
    bind(&socket, &SocketAddrNetlink::new(0, groups))?;
    // Without a place for it each sample would open one, and learn all names anew.
    root.keep(socket).map_err(|_| Errno::MFILE)
}
