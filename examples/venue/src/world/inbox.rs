//! What engines are told, and what they say to it. What arrives for a device waits for the next tick, at which it is told all
//! of it in order, beside all others.

use sighej_engine::{ChannelId, Engine, Event, LinkId, Now, RadioAddress, Transmit, Transport};

use super::{World, judge::Meeting, shell::Said};

/// Something that an engine is told.
pub(super) enum Input {
    Up { link: LinkId, transport: Transport, address: Option<RadioAddress> },
    Down(LinkId),
    DialFailed(RadioAddress),
    Presence { link: LinkId, bytes: [u8; 9] },
    Opened { link: LinkId, channel: ChannelId },
    Frame { channel: ChannelId, bytes: Box<[u8]>, of: Frame },
    Closed(ChannelId),
    Mesh { link: LinkId, bytes: Box<[u8]> },
    RelayUp,
    Relay { bytes: Box<[u8]>, meeting: Option<u64> },
}

/// The exchange that a frame belongs to, as it is when the frame arrives.
pub(super) struct Frame {
    pub(super) wire: u64,
    /// Its number on the link.
    pub(super) channel: usize,
    pub(super) meeting: Meeting,
    pub(super) side: usize,
}

/// What a device is told at the next tick, unless its program has been started again by then.
pub(super) struct Letter {
    pub(super) who: u32,
    pub(super) life: u32,
    pub(super) input: Input,
}

/// What an engine says after a call.
#[derive(Default)]
pub(super) struct Words {
    pub(super) events: Vec<Event>,
    pub(super) transmits: Vec<Transmit>,
}

impl Words {
    /// Everything that it has to say now.
    pub(super) fn of(engine: &mut Engine) -> Self {
        let events = std::iter::from_fn(|| engine.poll_event()).collect();
        Self { events, transmits: std::iter::from_fn(|| engine.poll_transmit()).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.transmits.is_empty()
    }
}

impl Input {
    pub(super) fn tell(&self, engine: &mut Engine, at: Now) {
        match self {
            Self::Up { link, transport, address } => engine.handle_link_up(*link, *transport, *address, at),
            Self::Down(link) => engine.handle_link_down(*link, at),
            Self::DialFailed(address) => engine.handle_dial_failed(*address, at),
            Self::Presence { link, bytes } => engine.handle_presence(*link, bytes, at),
            Self::Opened { link, channel } => engine.handle_channel_opened(*link, *channel, at),
            Self::Frame { channel, bytes, .. } => engine.handle_frame(*channel, bytes, at),
            Self::Closed(channel) => engine.handle_channel_closed(*channel, at),
            Self::Mesh { link, bytes } => engine.handle_mesh(*link, bytes, at),
            Self::RelayUp => engine.handle_relay_up(at),
            Self::Relay { bytes, .. } => engine.handle_relay_frame(bytes, at),
        }
    }
}

impl World {
    /// A device is told something at the next tick.
    pub(super) fn tell(&mut self, who: u32, input: Input) {
        let device = &self.devices[who as usize];
        if device.engine.is_some() {
            self.ticks.post(Letter { who, life: device.life, input });
        }
    }

    /// What a device said about the end of an exchange belongs to the one that it was told of.
    pub(super) fn attribute(&mut self, who: u32, told: Option<Input>, said: Said) {
        match told {
            Some(Input::Frame { of, .. }) => self.ended(of, said),
            Some(Input::Mesh { bytes, .. }) => self.ended_over_mesh(who, &bytes, said),
            Some(Input::Relay { meeting, .. }) => self.ended_by_relay(who, meeting, said),
            Some(
                Input::Up { .. }
                | Input::Down(_)
                | Input::DialFailed(_)
                | Input::Presence { .. }
                | Input::Opened { .. }
                | Input::Closed(_)
                | Input::RelayUp,
            )
            | None => self.has_no_exchange(&said),
        }
    }
}
