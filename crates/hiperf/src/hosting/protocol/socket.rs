//! Frames and descriptors over a socket.

use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
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

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            // What a socket with a time-out answers.
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Failure::TimedOut,
            _ => Failure::Closed,
        }
    }
}

/// Whether a message is short enough to be sent.
#[must_use]
pub fn can_send(message: &Message) -> bool {
    message.encode().len() <= MAX_FRAME
}

/// Sends a message, and a descriptor along with it. `deadline` is when to give
/// up; without one it waits for ever.
///
/// # Errors
/// A [`Failure`]; a message that is too long sends nothing.
pub fn send(
    mut socket: &UnixStream,
    message: &Message,
    descriptor: Option<BorrowedFd<'_>>,
    deadline: Option<Instant>,
) -> Result<(), Failure> {
    let contents = message.encode();
    let length = u32::try_from(contents.len()).ok().filter(|_| contents.len() <= MAX_FRAME);
    let mut frame = length.ok_or(Failure::TooLong)?.to_le_bytes().to_vec();
    frame.extend_from_slice(&contents);
    let mut left = &frame[..];
    if let Some(descriptor) = descriptor {
        let descriptors = [descriptor];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let has_room = ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
        debug_assert!(has_room);
        // It goes along with the first byte that is sent.
        while left.len() == frame.len() {
            socket.set_write_timeout(time_left(deadline)?)?;
            // A peer that is gone is an error, not a signal.
            match sendmsg(socket, &[IoSlice::new(left)], &mut ancillary, SendFlags::NOSIGNAL) {
                Err(rustix::io::Errno::INTR) => {}
                sent => left = &left[sent.map_err(io::Error::from)?..],
            }
        }
    }
    while !left.is_empty() {
        socket.set_write_timeout(time_left(deadline)?)?;
        match socket.write(left) {
            Ok(written) => left = &left[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Receives a message. Descriptors that came along are closed.
///
/// # Errors
/// A [`Failure`].
pub fn receive(socket: &UnixStream, deadline: Option<Instant>) -> Result<Message, Failure> {
    let mut length = [0; 4];
    let mut filled = 0;
    while filled < length.len() {
        filled += read(socket, &mut length[filled..], deadline)?;
    }
    receive_contents(socket, length, deadline)
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
            Err(rustix::io::Errno::INTR) => continue,
            received => received.map_err(io::Error::from)?,
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
    Ok((receive_contents(socket, length, None)?, found))
}

fn receive_contents(
    socket: &UnixStream,
    length: [u8; 4],
    deadline: Option<Instant>,
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
        let received = read(socket, &mut part[..wanted], deadline)?;
        contents.extend_from_slice(&part[..received]);
    }
    Message::decode(&contents).map_err(Failure::Malformed)
}

/// Reads at least a byte.
fn read(mut socket: &UnixStream, target: &mut [u8], deadline: Option<Instant>) -> Result<usize, Failure> {
    loop {
        socket.set_read_timeout(time_left(deadline)?)?;
        match socket.read(target) {
            Ok(0) => return Err(Failure::Closed),
            Ok(received) => return Ok(received),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn time_left(deadline: Option<Instant>) -> Result<Option<std::time::Duration>, Failure> {
    let Some(deadline) = deadline else { return Ok(None) };
    let left = deadline.saturating_duration_since(Instant::now());
    // No time at all would mean for ever.
    if left.is_zero() { Err(Failure::TimedOut) } else { Ok(Some(left)) }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd as _;
    use std::time::Duration;

    use hiperf_com::shared_memory::SharedMemory;

    use super::*;

    #[test]
    fn messages_and_descriptors() {
        let (one, other) = UnixStream::pair().unwrap();
        let (memory, file) = SharedMemory::create(5).unwrap();
        send(&one, &Message::Remap {}, Some(file.as_fd()), None).unwrap();
        send(&one, &Message::Open {}, None, None).unwrap();
        let (message, descriptor) = receive_with_descriptor(&other).unwrap();
        assert_eq!(message, Message::Remap {});
        let there = SharedMemory::open(descriptor.unwrap().as_fd()).unwrap();
        assert_eq!(there.words().len(), memory.words().len());
        let (message, descriptor) = receive_with_descriptor(&other).unwrap();
        assert_eq!((message, descriptor.is_none()), (Message::Open {}, true));
        let deadline = Some(Instant::now() + Duration::from_millis(1));
        assert!(matches!(receive(&one, deadline), Err(Failure::TimedOut)));
        drop(other);
        assert!(matches!(receive(&one, None), Err(Failure::Closed)));
        assert!(matches!(send(&one, &Message::Open {}, None, None), Err(Failure::Closed)));
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
            let deadline = Some(Instant::now() + Duration::from_millis(1));
            let sent = send(&one, &Message::Open {}, descriptor, deadline);
            assert!(matches!(sent, Err(Failure::TimedOut)), "{sent:?}");
        }
    }

    #[test]
    fn lengths_are_not_believed() {
        let (one, other) = UnixStream::pair().unwrap();
        let too_long = u32::try_from(MAX_FRAME + 1).unwrap();
        (&one).write_all(&too_long.to_le_bytes()).unwrap();
        assert!(matches!(receive(&other, None), Err(Failure::Malformed(_))));
        (&one).write_all(&u32::try_from(MAX_FRAME).unwrap().to_le_bytes()).unwrap();
        drop(one);
        assert!(matches!(receive(&other, None), Err(Failure::Closed)));
    }
}
