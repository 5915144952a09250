//! What the messages of a link mean: several exchanges pass over one link at a time, each a channel of its own, opened by
//! either side.

use std::collections::BTreeSet;

use thiserror::Error;

/// Bytes before a message's body: kind (1) ‖ channel number (1).
pub const MESSAGE_HEADER: usize = 2;
/// Channels that one side may have open on a link at once. One more is refused: to its opener as [`OpenError`], to the
/// peer as [`ChannelError::TooMany`].
pub const CHANNELS: usize = 8;

const FRAME_OF_DIALLER: u8 = 0;
const FRAME_OF_ACCEPTOR: u8 = 1;
const CLOSE_OF_DIALLER: u8 = 2;
const CLOSE_OF_ACCEPTOR: u8 = 3;
const MESH: u8 = 4;

/// A side of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Whoever connected.
    Dialler,
    /// Whoever was connected to.
    Acceptor,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::Dialler => Side::Acceptor,
            Side::Acceptor => Side::Dialler,
        }
    }
}

/// A channel's name on its link, the same for both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelKey {
    /// Who opened it.
    pub opener: Side,
    /// By the opener's count, modulo 256.
    pub number: u8,
}

/// One message of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkMessage {
    /// Of a channel.
    Channel(ChannelMessage),
    /// A frame of the mesh, of no channel.
    Mesh(MeshFrame),
}

/// A frame of the mesh, not empty. It stays unprinted.
#[derive(Clone, PartialEq, Eq)]
pub struct MeshFrame(pub Vec<u8>);

impl std::fmt::Debug for MeshFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MeshFrame({} bytes)", self.0.len())
    }
}

impl LinkMessage {
    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            LinkMessage::Channel(message) => message.encode(),
            LinkMessage::Mesh(MeshFrame(frame)) => [&[MESH, 0], frame.as_slice()].concat(),
        }
    }

    /// From what came.
    ///
    /// # Errors
    /// B-10 and B-11, each by its own error.
    pub fn decode(message: &[u8]) -> Result<LinkMessage, ChannelError> {
        match message {
            [MESH, 0, frame @ ..] if !frame.is_empty() => Ok(LinkMessage::Mesh(MeshFrame(frame.to_vec()))),
            [MESH, ..] => Err(ChannelError::Length(message.len())),
            _ => ChannelMessage::decode(message).map(LinkMessage::Channel),
        }
    }
}

/// One message of a channel.
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelMessage {
    /// Of which channel.
    pub channel: ChannelKey,
    /// What it says.
    pub what: What,
}

/// What a message says.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// A frame of an exchange, not empty. The first of a number opens its channel; see [`Channels`].
    Frame(Vec<u8>),
    /// The channel is closed, for whatever reason: none is told.
    Close,
}

/// Frames stay unprinted.
impl std::fmt::Debug for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            What::Frame(frame) => write!(f, "Frame({} bytes)", frame.len()),
            What::Close => f.write_str("Close"),
        }
    }
}

impl std::fmt::Debug for ChannelMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChannelMessage").field("channel", &self.channel).field("what", &self.what).finish()
    }
}

impl ChannelMessage {
    /// As it travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let ChannelKey { opener, number } = self.channel;
        let (kind, body): (u8, &[u8]) = match (&self.what, opener) {
            (What::Frame(frame), Side::Dialler) => (FRAME_OF_DIALLER, frame),
            (What::Frame(frame), Side::Acceptor) => (FRAME_OF_ACCEPTOR, frame),
            (What::Close, Side::Dialler) => (CLOSE_OF_DIALLER, &[]),
            (What::Close, Side::Acceptor) => (CLOSE_OF_ACCEPTOR, &[]),
        };
        [&[kind, number], body].concat()
    }

    /// From what came.
    ///
    /// # Errors
    /// B-10 and B-11, each by its own error.
    pub fn decode(message: &[u8]) -> Result<ChannelMessage, ChannelError> {
        let &[kind, number, ref body @ ..] = message else { return Err(ChannelError::Length(message.len())) };
        let (opener, is_frame) = match kind {
            FRAME_OF_DIALLER => (Side::Dialler, true),
            FRAME_OF_ACCEPTOR => (Side::Acceptor, true),
            CLOSE_OF_DIALLER => (Side::Dialler, false),
            CLOSE_OF_ACCEPTOR => (Side::Acceptor, false),
            other => return Err(ChannelError::Kind(other)),
        };
        if body.is_empty() == is_frame {
            return Err(ChannelError::Length(message.len()));
        }
        let what = if is_frame { What::Frame(body.to_vec()) } else { What::Close };
        Ok(ChannelMessage { channel: ChannelKey { opener, number }, what })
    }
}

/// The channels of one link, as one side knows them.
///
/// Each side counts the channels that it opens, so that what is still under way for a channel that was closed is told
/// from a new one.
#[derive(Debug)]
pub struct Channels {
    side: Side,
    /// The number that each side opens next.
    next_own: u8,
    next_other: u8,
    open: BTreeSet<ChannelKey>,
}

/// What a message turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The first frame of a channel that the peer opens by it.
    Opened,
    /// A frame of an open channel.
    Frame,
    /// The peer closed an open channel.
    Closed,
    /// Of a channel that was closed meanwhile: nothing to do.
    Late,
}

impl Channels {
    /// For a new link, of which this device is this side.
    #[must_use]
    pub fn new(side: Side) -> Channels {
        Channels { side, next_own: 0, next_other: 0, open: BTreeSet::new() }
    }

    /// Opens a channel. The first frame that is sent on it tells the peer.
    ///
    /// # Errors
    /// Where [`CHANNELS`] of one's own are open.
    pub fn open(&mut self) -> Result<ChannelKey, OpenError> {
        let key = ChannelKey { opener: self.side, number: self.next_own };
        if self.opened_by(self.side) >= CHANNELS || self.open.contains(&key) {
            return Err(OpenError);
        }
        self.next_own = self.next_own.wrapping_add(1);
        self.open.insert(key);
        Ok(key)
    }

    /// Closes a channel; true where it was open, so that the peer is to be told, also where no frame was sent on it: the
    /// peer counts.
    pub fn close(&mut self, key: ChannelKey) -> bool {
        self.open.remove(&key)
    }

    /// Says what a message of the peer is. A channel that it closes is closed.
    ///
    /// # Errors
    /// B-12 and B-13, each by its own error: the link is to be closed.
    pub fn take(&mut self, message: &ChannelMessage) -> Result<Arrival, ChannelError> {
        let key = message.channel;
        match message.what {
            What::Close if self.open.remove(&key) => Ok(Arrival::Closed),
            What::Frame(_) if self.open.contains(&key) => Ok(Arrival::Frame),
            What::Frame(_) if self.is_next_of_peer(key) => {
                if self.opened_by(key.opener) >= CHANNELS {
                    return Err(ChannelError::TooMany);
                }
                self.next_other = self.next_other.wrapping_add(1);
                self.open.insert(key);
                Ok(Arrival::Opened)
            }
            What::Close if self.is_next_of_peer(key) => {
                self.next_other = self.next_other.wrapping_add(1);
                Ok(Arrival::Late)
            }
            What::Frame(_) | What::Close if self.was_open(key) => Ok(Arrival::Late),
            What::Frame(_) | What::Close => Err(ChannelError::NeverOpened),
        }
    }

    fn is_next_of_peer(&self, key: ChannelKey) -> bool {
        key.opener != self.side && key.number == self.next_other
    }

    fn opened_by(&self, opener: Side) -> usize {
        self.open.iter().filter(|key| key.opener == opener).count()
    }

    /// Whether the number is one of the 128 before the next.
    fn was_open(&self, key: ChannelKey) -> bool {
        let next = if key.opener == self.side { self.next_own } else { self.next_other };
        next.wrapping_sub(key.number).wrapping_sub(1) < 128
    }
}

/// [`CHANNELS`] of one's own are open already: close one, or wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{CHANNELS} channels are open on this link already: close one first")]
pub struct OpenError;

/// Why a message is refused: the peer is at fault, and the link is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChannelError {
    /// B-10: a message of so many bytes; a frame is not empty, and a close has no body.
    #[error("a message of {0} bytes, which is none of its kind")]
    Length(usize),
    /// B-11: no such kind.
    #[error("a message of the unknown kind {0}")]
    Kind(u8),
    /// B-12: a channel that its opener has not come to, by the count.
    #[error("a message of a channel that was never opened")]
    NeverOpened,
    /// B-13: more than [`CHANNELS`] opened by the peer at once.
    #[error("the peer opened more than {CHANNELS} channels")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(opener: Side, number: u8, what: What) -> ChannelMessage {
        ChannelMessage { channel: ChannelKey { opener, number }, what }
    }

    fn frame(opener: Side, number: u8) -> ChannelMessage {
        message(opener, number, What::Frame(vec![1]))
    }

    #[test]
    fn messages_come_back_as_they_were() {
        for opener in [Side::Dialler, Side::Acceptor] {
            for what in [What::Frame(vec![9, 8]), What::Close] {
                let message = message(opener, 200, what);
                assert_eq!(ChannelMessage::decode(&message.encode()), Ok(message));
            }
        }
        assert_eq!(frame(Side::Acceptor, 3).encode(), [1, 3, 1]);
        assert_eq!(message(Side::Dialler, 3, What::Close).encode(), [2, 3]);
    }

    #[test]
    fn a_message_of_a_length_that_its_kind_does_not_have_is_refused() {
        for bytes in [&[][..], &[0], &[0, 1], &[1, 1], &[2, 1, 0], &[3, 1, 0]] {
            assert_eq!(ChannelMessage::decode(bytes), Err(ChannelError::Length(bytes.len())));
        }
    }

    #[test]
    fn a_message_of_an_unknown_kind_is_refused() {
        for kind in 4..=u8::MAX {
            assert_eq!(ChannelMessage::decode(&[kind, 0, 1]), Err(ChannelError::Kind(kind)));
        }
    }

    #[test]
    fn a_frame_of_the_mesh_is_of_no_channel_and_not_printed() {
        let mesh = LinkMessage::Mesh(MeshFrame(vec![0xab; 9]));
        assert_eq!(mesh.encode()[..3], [4, 0, 0xab]);
        assert_eq!(LinkMessage::decode(&mesh.encode()), Ok(mesh.clone()));
        assert_eq!(format!("{mesh:?}"), "Mesh(MeshFrame(9 bytes))");
        for bytes in [&[4][..], &[4, 0], &[4, 1, 2]] {
            assert_eq!(LinkMessage::decode(bytes), Err(ChannelError::Length(bytes.len())));
        }
        let channel = frame(Side::Acceptor, 3);
        assert_eq!(LinkMessage::decode(&channel.encode()), Ok(LinkMessage::Channel(channel)));
        assert_eq!(LinkMessage::decode(&[5, 0, 1]), Err(ChannelError::Kind(5)));
    }

    #[test]
    fn the_first_frame_opens_and_either_side_closes() {
        let (mut dialler, mut acceptor) = (Channels::new(Side::Dialler), Channels::new(Side::Acceptor));
        let key = dialler.open().unwrap();
        assert_eq!(key, ChannelKey { opener: Side::Dialler, number: 0 });
        assert_eq!(acceptor.take(&frame(Side::Dialler, 0)), Ok(Arrival::Opened));
        assert_eq!(acceptor.take(&frame(Side::Dialler, 0)), Ok(Arrival::Frame));
        assert_eq!(dialler.take(&frame(Side::Dialler, 0)), Ok(Arrival::Frame));
        assert!(acceptor.close(key) && !acceptor.close(key));
        assert_eq!(acceptor.take(&frame(Side::Dialler, 0)), Ok(Arrival::Late), "it crossed the close");
        assert_eq!(dialler.take(&message(Side::Dialler, 0, What::Close)), Ok(Arrival::Closed));
        assert_eq!(dialler.take(&message(Side::Dialler, 0, What::Close)), Ok(Arrival::Late), "both closed");
    }

    #[test]
    fn both_sides_may_open_the_same_number_at_once() {
        let mut dialler = Channels::new(Side::Dialler);
        dialler.open().unwrap();
        assert_eq!(dialler.take(&frame(Side::Acceptor, 0)), Ok(Arrival::Opened));
    }

    #[test]
    fn a_channel_that_was_never_opened_is_refused() {
        let mut dialler = Channels::new(Side::Dialler);
        let error = Err(ChannelError::NeverOpened);
        assert_eq!(dialler.take(&frame(Side::Acceptor, 1)), error, "out of turn");
        assert_eq!(dialler.take(&frame(Side::Dialler, 0)), error, "the peer cannot open for us");
        assert_eq!(dialler.take(&message(Side::Acceptor, 1, What::Close)), error);
    }

    #[test]
    fn a_channel_that_is_closed_before_its_first_frame_is_counted() {
        let (mut dialler, mut acceptor) = (Channels::new(Side::Dialler), Channels::new(Side::Acceptor));
        let unused = dialler.open().unwrap();
        assert!(dialler.close(unused), "the peer is to be told");
        assert_eq!(acceptor.take(&message(Side::Dialler, 0, What::Close)), Ok(Arrival::Late));
        assert_eq!(acceptor.take(&frame(Side::Dialler, 1)), Ok(Arrival::Opened));
    }

    #[test]
    fn more_channels_than_allowed_are_refused_on_either_side() {
        let (mut dialler, mut acceptor) = (Channels::new(Side::Dialler), Channels::new(Side::Acceptor));
        for number in 0..8 {
            dialler.open().unwrap();
            assert_eq!(acceptor.take(&frame(Side::Dialler, number)), Ok(Arrival::Opened));
        }
        assert_eq!(dialler.open(), Err(OpenError));
        assert_eq!(acceptor.take(&frame(Side::Dialler, 8)), Err(ChannelError::TooMany));
    }

    #[test]
    fn numbers_go_round_and_a_number_still_open_is_not_given_twice() {
        let mut channels = Channels::new(Side::Dialler);
        let first = channels.open().unwrap();
        for number in 1..=255 {
            let key = channels.open().unwrap();
            assert_eq!(key.number, number);
            channels.close(key);
        }
        assert_eq!(channels.open(), Err(OpenError));
        channels.close(first);
        assert_eq!(channels.open(), Ok(first));
    }

    #[test]
    fn frames_are_not_printed() {
        assert_eq!(format!("{:?}", What::Frame(vec![0xab; 9])), "Frame(9 bytes)");
    }
}
