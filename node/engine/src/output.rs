//! What goes out: things for the shell to do, and things for the attendee to see.

use std::{collections::VecDeque, fmt, time::Duration};

use sighej_crypto::{Cue, Interest, Token};

use crate::{
    Alone, ChannelId, Failure, GateReason, LinkId, NudgeId, RadioAddress, RelayEvent, Transport, limits,
};

/// Something for the shell to do, in the order given.
#[derive(Clone, PartialEq, Eq)]
pub enum Transmit {
    /// How to appear.
    Air(Air),
    /// Connect to a Bluetooth address: answered by `handle_link_up` or `handle_dial_failed`.
    Dial {
        /// Where to.
        address: RadioAddress,
    },
    /// Show one's version, flags and token on a link. Again with the same token where a flag changed.
    Presence {
        /// On which link.
        link: LinkId,
        /// The 9 bytes.
        bytes: Vec<u8>,
    },
    /// Open an exchange towards the peer.
    OpenChannel {
        /// On which link.
        link: LinkId,
        /// Under which name.
        channel: ChannelId,
    },
    /// Send one whole exchange message.
    Frame {
        /// On which channel.
        channel: ChannelId,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Close a channel once its frames are flushed.
    CloseChannel {
        /// Which.
        channel: ChannelId,
    },
    /// Send a frame of the mesh to a neighbour. Only on links whose peer takes part, and at a bounded rate.
    Mesh {
        /// On which link.
        link: LinkId,
        /// One frame, at most [`crate::MESH_FRAME_LEN`] bytes.
        bytes: Vec<u8>,
    },
    /// Close a link with all its channels.
    CloseLink {
        /// Which.
        link: LinkId,
    },
    /// Say something to the relay.
    RelayFrame {
        /// One binary frame.
        bytes: Vec<u8>,
    },
    /// Close the connection to the relay. Nothing more is heard from it, and no `handle_relay_down` follows.
    RelayClose {
        /// How long to stay away; without it, until the next [`Air::Present`] with another token.
        away: Option<Duration>,
    },
}

/// Prints no token and no frame, so that a log of transmits links nothing.
impl fmt::Debug for Transmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Air(air) => f.debug_tuple("Air").field(air).finish(),
            Self::Dial { .. } => f.debug_struct("Dial").finish_non_exhaustive(),
            Self::Presence { link, .. } => {
                f.debug_struct("Presence").field("link", link).finish_non_exhaustive()
            }
            Self::OpenChannel { link, channel } => {
                f.debug_struct("OpenChannel").field("link", link).field("channel", channel).finish()
            }
            Self::Frame { channel, bytes } => f
                .debug_struct("Frame")
                .field("channel", channel)
                .field("len", &bytes.len())
                .finish_non_exhaustive(),
            Self::CloseChannel { channel } => {
                f.debug_struct("CloseChannel").field("channel", channel).finish()
            }
            Self::Mesh { link, bytes } => {
                f.debug_struct("Mesh").field("link", link).field("len", &bytes.len()).finish_non_exhaustive()
            }
            Self::CloseLink { link } => f.debug_struct("CloseLink").field("link", link).finish(),
            Self::RelayFrame { bytes } => {
                f.debug_struct("RelayFrame").field("len", &bytes.len()).finish_non_exhaustive()
            }
            Self::RelayClose { away } => f.debug_struct("RelayClose").field("away", away).finish(),
        }
    }
}

/// How to appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Air {
    /// Stop advertising and listening, close all links, forget the identity.
    Silent,
    /// Advertise and listen. With another token than before: under a fresh identity (`PeerId`, radio address, GATT).
    /// With the same token only the flags changed, and the identity stays.
    Present {
        /// Version in the high nibble, flags in the low one.
        version_flags: u8,
        /// The token.
        token: Token,
    },
}

/// Something for the attendee to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The device is open.
    Opened,
    /// The device is no longer open; everything is silent.
    Closed(ClosedWhy),
    /// A new epoch's secrets are drawn, and the device appears.
    Epoch {
        /// Its number.
        number: u32,
    },
    /// Somebody is near.
    PeerSeen {
        /// How they were heard.
        transport: Transport,
        /// How many are near now.
        near_now: usize,
    },
    /// Somebody is near no longer.
    PeerLost {
        /// How many are near now.
        near_now: usize,
    },
    /// An exchange did not come to its end.
    ExchangeFailed {
        /// On which transport.
        transport: Transport,
        /// Why. The peer never learns it.
        reason: Failure,
    },
    /// An exchange came to its end: too little shared, or the other side would not nudge now.
    NoMatch {
        /// On which transport.
        transport: Transport,
    },
    /// An exchange came to its end, and this device would not nudge: nothing was looked at.
    Withheld {
        /// On which transport.
        transport: Transport,
        /// Why.
        gate: GateReason,
    },
    /// Someone nearby shares an interest.
    Nudge(Nudge),
    /// Why nobody is found; told when it changes.
    Waiting(Alone),
    /// Something about the relay.
    Relay(RelayEvent),
}

/// Why a device closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedWhy {
    /// The attendee asked.
    Asked,
    /// The attendee paused; it opens again by itself.
    Paused,
    /// The session's time is over, and everything of it is forgotten.
    SessionOver,
    /// The attendee wiped everything.
    Wiped,
    /// An epoch began, and the time of day was not known.
    NoClock,
    /// Outputs were not drained: a fault of the shell.
    Overrun,
}

/// Someone nearby shares these interests. Both screens show the same interests and the same cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nudge {
    /// Names it for [`crate::Intent::Block`].
    pub id: NudgeId,
    /// What is shared, ascending.
    pub interests: Vec<Interest>,
    /// By what they find each other.
    pub cue: Cue,
    /// How the exchange went.
    pub transport: Transport,
    /// How far away the other is.
    pub reach: Reach,
}

/// How far away the other is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On a direct link.
    InRange,
    /// Out of reach, with so many devices between that pass it on; 1 is one hop away. It is those devices' word.
    Hops(u8),
    /// Found through a relay: at the same event, and perhaps not in sight.
    Relay,
}

/// The two queues. The caller drains them after each call, so they are empty when the next begins.
#[derive(Default)]
pub(crate) struct Outbox {
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
    overrun: bool,
}

impl Outbox {
    /// Beyond [`limits::TRANSMITS`] nothing more is taken, and [`Outbox::is_overrun`] says so.
    pub(crate) fn transmit(&mut self, transmit: Transmit) {
        if self.transmits.len() < limits::TRANSMITS {
            self.transmits.push_back(transmit);
        } else {
            self.overrun = true;
        }
    }

    /// Beyond [`limits::EVENTS`] the oldest goes.
    pub(crate) fn event(&mut self, event: Event) {
        if self.events.len() >= limits::EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    pub(crate) fn is_overrun(&self) -> bool {
        self.overrun
    }

    /// Forgets what was not drained, and stops at once.
    pub(crate) fn fall_silent(&mut self, why: Option<ClosedWhy>) {
        *self = Self::default();
        self.transmit(Transmit::Air(Air::Silent));
        if let Some(why) = why {
            self.event(Event::Closed(why));
        }
    }

    pub(crate) fn next_transmit(&mut self) -> Option<Transmit> {
        next(&mut self.transmits)
    }

    pub(crate) fn next_event(&mut self) -> Option<Event> {
        next(&mut self.events)
    }
}

/// The next of a queue. One that was long once does not keep the room for it.
fn next<T>(queue: &mut VecDeque<T>) -> Option<T> {
    let next = queue.pop_front();
    if next.is_none() && queue.capacity() > KEPT {
        *queue = VecDeque::new();
    }
    next
}

/// For so many things an empty queue keeps room.
const KEPT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_no_token_no_frame_and_no_interest() {
        let token = Token::from_bytes([0xab; 8]);
        let shown = format!(
            "{:?} {:?} {:?}",
            Transmit::Air(Air::Present { version_flags: 0x10, token }),
            Transmit::Presence { link: LinkId(1), bytes: vec![0xab; 9] },
            Transmit::Frame { channel: ChannelId::Outbound(1), bytes: vec![0xab; 32] },
        );
        assert!(!shown.contains("171") && !shown.to_lowercase().contains("ab, ab"), "{shown}");
        let interest = Interest::parse("knitting").unwrap();
        assert!(!format!("{:?}", vec![interest]).contains("knitting"));
    }

    #[test]
    fn a_queue_that_is_not_drained_is_an_overrun() {
        let mut out = Outbox::default();
        for _ in 0..=limits::TRANSMITS {
            out.transmit(Transmit::Air(Air::Silent));
        }
        assert!(out.is_overrun());
        out.fall_silent(Some(ClosedWhy::Overrun));
        assert_eq!(out.next_transmit(), Some(Transmit::Air(Air::Silent)));
        assert_eq!(out.next_transmit(), None);
        assert_eq!(out.next_event(), Some(Event::Closed(ClosedWhy::Overrun)));
    }

    #[test]
    fn of_too_many_events_the_oldest_goes() {
        let mut out = Outbox::default();
        out.event(Event::Opened);
        for near_now in 0..limits::EVENTS {
            out.event(Event::PeerLost { near_now });
        }
        assert_eq!(out.next_event(), Some(Event::PeerLost { near_now: 0 }));
    }
}
