//! One engine, and a peer made by hand from the cryptographic core: it can stop, lie and repeat where an engine cannot.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sighej_crypto::{
    EpochNumber, EpochSecrets, MetBlock,
    exchange::{Conclusion, Gate, InitiatorHello, InitiatorWaiting},
};
use sighej_engine::{ChannelId, Config, Engine, Event, Failure, Intent, LinkId, Now, Transmit, Transport};

use crate::world::{START, interests, secs};

pub(crate) struct Solo {
    pub(crate) engine: Engine,
    pub(crate) now: Duration,
    pub(crate) events: Vec<Event>,
    pub(crate) sent: Vec<Transmit>,
    channels: u64,
}

impl Solo {
    /// An engine that is open.
    pub(crate) fn open(config: Config) -> Self {
        let now = Now { elapsed: Duration::ZERO, utc: Some(secs(START)) };
        let engine = Engine::new(config, [250; 32], now);
        let mut solo =
            Self { engine, now: Duration::ZERO, events: Vec::new(), sent: Vec::new(), channels: 0 };
        solo.engine.handle_intent(Intent::Open, now).unwrap();
        solo.drain();
        solo
    }

    pub(crate) fn time(&self) -> Now {
        Now { elapsed: self.now, utc: Some(secs(START) + self.now) }
    }

    /// Lets the time pass, with every timeout on its way.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.engine.poll_timeout().filter(|at| *at <= end) {
            self.now = at.max(self.now);
            self.engine.handle_timeout(self.time());
            self.drain();
        }
        self.now = end;
    }

    pub(crate) fn call<T>(&mut self, call: impl FnOnce(&mut Engine, Now) -> T) -> T {
        let now = self.time();
        let result = call(&mut self.engine, now);
        self.drain();
        // What follows from it is due at once.
        self.pass(Duration::ZERO);
        result
    }

    fn drain(&mut self) {
        while let Some(transmit) = self.engine.poll_transmit() {
            self.sent.push(transmit);
        }
        while let Some(event) = self.engine.poll_event() {
            self.events.push(event);
        }
    }

    /// A LAN link on which a token is shown.
    pub(crate) fn link(&mut self, link: u64, mallory: &Mallory) -> LinkId {
        let link = LinkId(link);
        self.call(|engine, now| engine.handle_link_up(link, Transport::Lan, None, now));
        let presence = mallory.presence();
        self.call(|engine, now| engine.handle_presence(link, &presence, now));
        link
    }

    pub(crate) fn open_channel(&mut self, link: LinkId) -> ChannelId {
        self.channels += 1;
        let channel = ChannelId::Inbound(self.channels);
        self.call(|engine, now| engine.handle_channel_opened(link, channel, now));
        channel
    }

    /// Delivers a message, and gives back what is answered on the channel: nothing where it was closed or held.
    pub(crate) fn frame(&mut self, channel: ChannelId, bytes: &[u8]) -> Option<Vec<u8>> {
        let before = self.sent.len();
        self.call(|engine, now| engine.handle_frame(channel, bytes, now));
        self.sent[before..].iter().find_map(|transmit| frame_on(transmit, channel))
    }

    pub(crate) fn is_closed(&self, channel: ChannelId) -> bool {
        self.sent.contains(&Transmit::CloseChannel { channel })
    }

    pub(crate) fn failures(&self) -> Vec<Failure> {
        let failures = self.events.iter().filter_map(|event| match event {
            Event::ExchangeFailed { reason, .. } => Some(*reason),
            Event::Opened
            | Event::Closed(_)
            | Event::Epoch { .. }
            | Event::PeerSeen { .. }
            | Event::PeerLost { .. }
            | Event::NoMatch { .. }
            | Event::Withheld { .. }
            | Event::Nudge(_)
            | Event::Relay(_)
            | Event::Waiting(_) => None,
        });
        failures.collect()
    }

    /// The channel that the engine opened last, with its message 1.
    pub(crate) fn opened(&self) -> Option<(ChannelId, Vec<u8>)> {
        let channel = self.sent.iter().rev().find_map(|transmit| match transmit {
            Transmit::OpenChannel { channel, .. } => Some(*channel),
            Transmit::Air(_)
            | Transmit::Dial { .. }
            | Transmit::Presence { .. }
            | Transmit::Frame { .. }
            | Transmit::CloseChannel { .. }
            | Transmit::CloseLink { .. }
            | Transmit::Mesh { .. }
            | Transmit::RelayFrame { .. }
            | Transmit::RelayClose { .. } => None,
        })?;
        let hello = self.sent.iter().find_map(|transmit| frame_on(transmit, channel))?;
        Some((channel, hello))
    }
}

fn frame_on(transmit: &Transmit, wanted: ChannelId) -> Option<Vec<u8>> {
    match transmit {
        Transmit::Frame { channel, bytes } if *channel == wanted => Some(bytes.clone()),
        Transmit::Air(_)
        | Transmit::Dial { .. }
        | Transmit::Presence { .. }
        | Transmit::OpenChannel { .. }
        | Transmit::Frame { .. }
        | Transmit::CloseChannel { .. }
        | Transmit::CloseLink { .. }
        | Transmit::Mesh { .. }
        | Transmit::RelayFrame { .. }
        | Transmit::RelayClose { .. } => None,
    }
}

/// The peer made by hand.
pub(crate) struct Mallory {
    pub(crate) secrets: EpochSecrets,
    pub(crate) rng: ChaCha20Rng,
}

impl Mallory {
    pub(crate) fn new(seed: u8, names: &[&str]) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let epoch = EpochNumber(u32::try_from(START / 600).unwrap());
        Self { secrets: EpochSecrets::draw(&interests(names), epoch, &mut rng), rng }
    }

    /// One whose token is above, or below, the engine's: on the LAN it is called, or calls.
    pub(crate) fn ordered(solo: &Solo, above: bool, names: &[&str]) -> Self {
        (100..)
            .map(|seed| Self::new(seed, names))
            .find(|m| (m.secrets.token() > solo.token()) == above)
            .unwrap()
    }

    pub(crate) fn presence(&self) -> Vec<u8> {
        let mut bytes = vec![0x10];
        bytes.extend_from_slice(self.secrets.token().as_bytes());
        bytes
    }

    fn met(&mut self, to: &sighej_crypto::Digest) -> MetBlock {
        MetBlock::seal(&[], &self.secrets.digest(), to, &mut self.rng)
    }

    /// As initiator up to message 3: what follows is message 4, where the engine answers.
    pub(crate) fn offer(
        &mut self,
        solo: &mut Solo,
        channel: ChannelId,
    ) -> Option<(InitiatorWaiting, Option<Vec<u8>>)> {
        let (hello, message1) = InitiatorHello::start(&self.secrets, solo.token(), &mut self.rng).unwrap();
        let message2 = solo.frame(channel, &message1)?;
        let identified = hello.read_commitment(&self.secrets, &message2).unwrap();
        let evaluation = self.secrets.evaluate(identified.peer(), &mut self.rng);
        let met = self.met(&identified.peer().digest());
        let (waiting, message3) = identified.send_evaluation(&self.secrets, &evaluation, &met, 1).unwrap();
        let message4 = solo.frame(channel, &message3);
        Some((waiting, message4))
    }

    /// A whole exchange as initiator: how it ends for this side.
    pub(crate) fn initiate(&mut self, solo: &mut Solo, channel: ChannelId) -> Option<Conclusion> {
        let (waiting, message4) = self.offer(solo, channel)?;
        let answered = waiting.read_answer(&self.secrets, &message4?).unwrap();
        let (conclusion, message5) = answered.conclude(&self.secrets, Gate::Open, &mut self.rng).unwrap();
        solo.frame(channel, &message5);
        Some(conclusion)
    }
}

impl Solo {
    pub(crate) fn token(&self) -> sighej_crypto::Token {
        let token = self.sent.iter().find_map(|transmit| match transmit {
            Transmit::Air(sighej_engine::Air::Present { token, .. }) => Some(*token),
            Transmit::Air(sighej_engine::Air::Silent)
            | Transmit::Dial { .. }
            | Transmit::Presence { .. }
            | Transmit::OpenChannel { .. }
            | Transmit::Frame { .. }
            | Transmit::CloseChannel { .. }
            | Transmit::CloseLink { .. }
            | Transmit::Mesh { .. }
            | Transmit::RelayFrame { .. }
            | Transmit::RelayClose { .. } => None,
        });
        token.unwrap()
    }
}
