//! Frames and descriptors over a socket.
//!
//! That the other side is gone is not seen by the socket alone: what a provider
//! has forked off keeps the host's end open. So whoever waits for a host waits
//! for its process, too; a message that was sent before the end still counts.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recv, recvmsg, sendmsg,
};

use super::{MAX_FRAME, Malformed, Message};

/// Why there is no message.
#[derive(Debug)]
pub enum Failure {
    /// The other side is gone.
    Closed,
    /// The time is up.
    TimedOut,
    /// What came is no message.
    Malformed(Malformed),
    /// The message is too long to be sent.
    TooLong,
}

impl From<Errno> for Failure {
    fn from(_: Errno) -> Failure {
        Failure::Closed
    }
}

/// How long to wait for the other side; by default for ever.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patience<'a> {
    /// When to give up.
    pub deadline: Option<Instant>,
    /// The process at the other end, by a descriptor that is readable when it
    /// has ended: then there is nothing to wait for.
    pub process: Option<BorrowedFd<'a>>,
}

impl Patience<'_> {
    /// Until then.
    #[must_use]
    pub fn until(deadline: Instant) -> Patience<'static> {
        Patience { deadline: Some(deadline), process: None }
    }

    fn has_limit(self) -> bool {
        self.deadline.is_some() || self.process.is_some()
    }

    /// Waits until the socket is ready for what is wanted, or closed.
    fn wait(self, socket: &UnixStream, wanted: PollFlags) -> Result<(), Failure> {
        loop {
            let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                // Also for a peer that always has more.
                return Err(Failure::TimedOut);
            }
            // Of a time that a Timespec can't have nobody sees the end.
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            let own = PollFd::new(socket, wanted);
            let ready = match self.process {
                None => poll(&mut [own], timeout.as_ref()),
                Some(process) => {
                    let mut both = [own, PollFd::from_borrowed_fd(process, PollFlags::IN)];
                    let ready = poll(&mut both, timeout.as_ref());
                    if matches!(ready, Ok(1..)) && both[0].revents().is_empty() {
                        // It may have sent something after the socket was looked at.
                        let now = Some(&Timespec { tv_sec: 0, tv_nsec: 0 });
                        return match poll(&mut [PollFd::new(socket, wanted)], now) {
                            Ok(1..) => Ok(()),
                            _ => Err(Failure::Closed),
                        };
                    }
                    ready
                }
            };
            match ready {
                Ok(0) => return Err(Failure::TimedOut),
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether a message is short enough to be sent.
#[must_use]
pub fn can_send(message: &Message) -> bool {
    message.encode().len() <= MAX_FRAME
}

/// Sends a message, and a descriptor along with it.
///
/// # Errors
/// A [`Failure`]; a message that is too long sends nothing.
pub fn send(
    socket: &UnixStream,
    message: &Message,
    descriptor: Option<BorrowedFd<'_>>,
    patience: Patience<'_>,
) -> Result<(), Failure> {
    let contents = message.encode();
    let length = u32::try_from(contents.len()).ok().filter(|_| contents.len() <= MAX_FRAME);
    let mut frame = length.ok_or(Failure::TooLong)?.to_le_bytes().to_vec();
    frame.extend_from_slice(&contents);
    // A peer that is gone is an error, not a signal.
    let mut flags = SendFlags::NOSIGNAL;
    flags.set(SendFlags::DONTWAIT, patience.has_limit());
    let descriptors: Vec<BorrowedFd<'_>> = descriptor.into_iter().collect();
    let mut left = &frame[..];
    while !left.is_empty() {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        // It goes along with the first byte that is sent.
        if left.len() == frame.len() && !descriptors.is_empty() {
            let has_room = ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
            debug_assert!(has_room);
        }
        match sendmsg(socket, &[IoSlice::new(left)], &mut ancillary, flags) {
            Ok(sent) => left = &left[sent..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => patience.wait(socket, PollFlags::OUT)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Receives a message. Descriptors that came along are closed.
///
/// # Errors
/// A [`Failure`].
pub fn receive(socket: &UnixStream, patience: Patience<'_>) -> Result<Message, Failure> {
    let mut length = [0; 4];
    let mut filled = 0;
    while filled < length.len() {
        filled += read(socket, &mut length[filled..], patience)?;
    }
    receive_contents(socket, length, patience)
}

/// Receives a message with the descriptor that came along.
///
/// # Errors
/// A [`Failure`].
pub fn receive_with_descriptor(socket: &UnixStream) -> Result<(Message, Option<OwnedFd>), Failure> {
    let mut length = [0; 4];
    let mut filled = 0;
    let mut found = None;
    while filled < length.len() {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let target = &mut [IoSliceMut::new(&mut length[filled..])];
        let received = match recvmsg(socket, target, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => continue,
            received => received?,
        };
        if received.bytes == 0 {
            return Err(Failure::Closed);
        }
        filled += received.bytes;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                found = descriptors.last().or(found);
            }
        }
    }
    Ok((receive_contents(socket, length, Patience::default())?, found))
}

fn receive_contents(
    socket: &UnixStream,
    length: [u8; 4],
    patience: Patience<'_>,
) -> Result<Message, Failure> {
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(Failure::Malformed(Malformed("a frame is too long")));
    }
    let mut contents = Vec::new();
    while contents.len() < length {
        // Memory grows as the bytes come, not as the length says.
        let mut part = [0; 16 << 10];
        let wanted = part.len().min(length - contents.len());
        let received = read(socket, &mut part[..wanted], patience)?;
        contents.extend_from_slice(&part[..received]);
    }
    Message::decode(&contents).map_err(Failure::Malformed)
}

/// Reads at least a byte.
fn read(socket: &UnixStream, target: &mut [u8], patience: Patience<'_>) -> Result<usize, Failure> {
    loop {
        if patience.has_limit() {
            patience.wait(socket, PollFlags::IN)?;
        }
        match recv(socket, &mut *target, RecvFlags::empty()) {
            Ok((_, 0)) => return Err(Failure::Closed),
            Ok((_, received)) => return Ok(received),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsFd as _;
    use std::process::Command;
    use std::time::Duration;

    use hiperf_com::shared_memory::SharedMemory;

    use super::*;

    #[test]
    fn messages_and_descriptors() {
        let (one, other) = UnixStream::pair().unwrap();
        let (memory, file) = SharedMemory::create(5).unwrap();
        send(&one, &Message::Remap {}, Some(file.as_fd()), Patience::default()).unwrap();
        send(&one, &Message::Open {}, None, Patience::default()).unwrap();
        let (message, descriptor) = receive_with_descriptor(&other).unwrap();
        assert_eq!(message, Message::Remap {});
        let there = SharedMemory::open(descriptor.unwrap().as_fd()).unwrap();
        assert_eq!(there.words().len(), memory.words().len());
        let (message, descriptor) = receive_with_descriptor(&other).unwrap();
        assert_eq!((message, descriptor.is_none()), (Message::Open {}, true));
        let soon = Patience::until(Instant::now() + Duration::from_millis(1));
        assert!(matches!(receive(&one, soon), Err(Failure::TimedOut)));
        drop(other);
        assert!(matches!(receive(&one, Patience::default()), Err(Failure::Closed)));
        assert!(matches!(send(&one, &Message::Open {}, None, Patience::default()), Err(Failure::Closed)));
    }

    /// A peer that takes nothing: whoever sends to it doesn't wait for ever.
    #[test]
    fn a_peer_that_does_not_read() {
        let (one, _other) = UnixStream::pair().unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();
        one.set_nonblocking(true).unwrap();
        while (&one).write(&[0; 4096]).is_ok() {}
        one.set_nonblocking(false).unwrap();
        for descriptor in [None, Some(file.as_fd())] {
            let soon = Patience::until(Instant::now() + Duration::from_millis(1));
            let sent = send(&one, &Message::Open {}, descriptor, soon);
            assert!(matches!(sent, Err(Failure::TimedOut)), "{sent:?}");
        }
    }

    /// Something else has its end of the socket, so that it stays open. What was
    /// sent before is received.
    #[test]
    fn a_process_that_ended() {
        let (one, other) = UnixStream::pair().unwrap();
        let mut child = Command::new("true").spawn().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        let ended = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
        send(&other, &Message::Open {}, None, Patience::default()).unwrap();
        let until_it_ends = Patience { deadline: None, process: Some(ended.as_fd()) };
        assert_eq!(receive(&one, until_it_ends).unwrap(), Message::Open {});
        assert!(matches!(receive(&one, until_it_ends), Err(Failure::Closed)));
        one.set_nonblocking(true).unwrap();
        while (&one).write(&[0; 4096]).is_ok() {}
        one.set_nonblocking(false).unwrap();
        let sent = send(&one, &Message::Open {}, None, until_it_ends);
        assert!(matches!(sent, Err(Failure::Closed)), "{sent:?}");
        child.wait().unwrap();
    }

    #[test]
    fn lengths_are_not_believed() {
        let (one, other) = UnixStream::pair().unwrap();
        let too_long = u32::try_from(MAX_FRAME + 1).unwrap();
        (&one).write_all(&too_long.to_le_bytes()).unwrap();
        assert!(matches!(receive(&other, Patience::default()), Err(Failure::Malformed(_))));
        (&one).write_all(&u32::try_from(MAX_FRAME).unwrap().to_le_bytes()).unwrap();
        drop(one);
        assert!(matches!(receive(&other, Patience::default()), Err(Failure::Closed)));
    }
}
