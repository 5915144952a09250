//! What a device's shell does: drains the engine, does what it says, arms its timer.

use sighej_crypto::Token;
use sighej_engine::{Air, ClosedWhy, Event, RadioAddress, Transmit, limits};

use crate::people::SECOND;

use super::{
    World,
    inbox::{Input, Words},
    queue::Happening,
};

/// What a call made an engine say about an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nudge(Box<sighej_engine::Nudge>),
    NoMatch,
    Withheld(sighej_engine::GateReason),
}

impl World {
    pub(super) fn ring(&mut self, who: u32) {
        let device = &mut self.devices[who as usize];
        if device.wake_at == self.now {
            device.wake_at = u64::MAX;
            self.ticks.ring(who);
        }
    }

    /// Does everything the engine says after a call that ends no exchange.
    pub(super) fn drain(&mut self, who: u32) {
        let Some(words) = self.engine(who).map(Words::of) else { return };
        if let Some(said) = self.obey(who, words) {
            self.has_no_exchange(&said);
        }
        self.arm(who);
    }

    /// Something was said about an exchange that the hall knows nothing of: a nudge would be counted for nobody.
    pub(super) fn has_no_exchange(&mut self, said: &Said) {
        if matches!(said, Said::Nudge(_)) {
            self.broken("a nudge came of no exchange");
        }
    }

    /// Does what an engine said. What was about an exchange comes back.
    pub(super) fn obey(&mut self, who: u32, words: Words) -> Option<Said> {
        let mut said = None;
        let was_open = self.model.is_open(who);
        for event in words.events {
            said = self.told(who, event).or(said);
        }
        for transmit in words.transmits {
            let is_open = was_open || self.model.is_open(who);
            self.check(self.model.transmits(is_open, &transmit));
            self.perform(who, transmit);
        }
        said
    }

    fn told(&mut self, who: u32, event: Event) -> Option<Said> {
        match event {
            Event::Nudge(nudge) => Some(Said::Nudge(Box::new(nudge))),
            Event::NoMatch { .. } => Some(Said::NoMatch),
            Event::Withheld { gate, .. } => Some(Said::Withheld(gate)),
            Event::Closed(why) => {
                if why == ClosedWhy::Overrun {
                    self.broken("an engine was overrun by a shell that drains it");
                }
                self.model.closes(who);
                None
            }
            Event::ExchangeFailed { reason, .. } => {
                self.measure.failed(reason);
                None
            }
            Event::Opened => {
                self.model.consents(who);
                None
            }
            Event::Epoch { .. }
            | Event::PeerSeen { .. }
            | Event::PeerLost { .. }
            | Event::Waiting(_)
            | Event::Relay(_) => None,
        }
    }

    fn perform(&mut self, who: u32, transmit: Transmit) {
        match transmit {
            Transmit::Air(Air::Silent) => {
                self.hide(who);
                self.model.silent(who);
                self.cut_all(who);
                self.leave_relay(who);
            }
            Transmit::Air(Air::Present { version_flags, token }) => self.appear(who, version_flags, token),
            Transmit::Dial { address } => self.dial(who, address),
            Transmit::OpenChannel { link, channel } => self.open(who, link, channel),
            Transmit::Frame { channel, bytes } => self.carry(who, channel, bytes),
            Transmit::CloseChannel { channel } => self.close(who, channel),
            Transmit::CloseLink { link } => self.hang_up(who, link),
            Transmit::Mesh { link, bytes } => self.pass(who, link, bytes),
            Transmit::Presence { link, bytes } => self.present(link, &bytes),
            Transmit::RelayFrame { bytes } => self.say_to_relay(who, bytes),
            Transmit::RelayClose { away } => self.close_relay(who, away),
        }
    }

    fn appear(&mut self, who: u32, version_flags: u8, token: Token) {
        let device = &mut self.devices[who as usize];
        let is_new = device.token != Some(token);
        if is_new {
            device.next_address(who);
            self.model.appears(who, self.now);
        }
        let device = &mut self.devices[who as usize];
        let before = device.token.replace(token);
        device.version_flags = version_flags;
        if let Some(before) = before {
            self.tokens.remove(&before);
        }
        self.tokens.insert(token, who);
        self.show(who);
        if is_new {
            self.leave_relay(who);
            self.seek_relay(who, 0);
        }
    }

    /// It shows itself no longer.
    pub(super) fn hide(&mut self, who: u32) {
        if let Some(token) = self.devices[who as usize].token.take() {
            self.tokens.remove(&token);
        }
        self.show(who);
    }

    pub(super) fn arm(&mut self, who: u32) {
        let Some(due) = self.engine(who).and_then(|engine| engine.poll_timeout()) else { return };
        // To the next microsecond: a timer that rings early rings for nothing.
        let due = u64::try_from(due.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX).max(self.now);
        let device = &mut self.devices[who as usize];
        if due < device.wake_at {
            device.wake_at = due;
            self.queue.push(due, Happening::Wake(who));
        }
    }

    fn dial(&mut self, who: u32, address: RadioAddress) {
        let under = self.devices[who as usize].address;
        let target = self.at_address(address);
        let traits = self.devices[who as usize].platform.traits();
        let is_full = self.devices[who as usize].links >= traits.links;
        let Some(target) = target.filter(|target| !is_full && self.reaches(who, *target)) else {
            return self.queue.push(self.now + DIAL_GIVES_UP, Happening::DialFailed { who, under, address });
        };
        // Whoever dials listens for the next advert that arrives.
        let adverts =
            self.devices[target as usize].platform.traits().adverts * self.ether.arrives(IN_A_CROWD);
        let wait = (self.dice.waiting(1.0 / adverts) * SECOND as f64) as u64 + SET_UP;
        self.devices[who as usize].links += 1;
        if wait < DIAL_GIVES_UP && !self.faults.fails_a_dial(&mut self.dice) {
            self.queue.push(self.now + wait, Happening::Dialled { who, under, address });
        } else {
            self.queue.push(self.now + DIAL_GIVES_UP, Happening::DialFailed { who, under, address });
            self.devices[who as usize].links -= 1;
        }
    }

    pub(super) fn dial_failed(&mut self, who: u32, under: RadioAddress, address: RadioAddress) {
        if self.devices[who as usize].address == under {
            self.tell(who, Input::DialFailed(address));
        }
    }
}

/// A shell gives a dial up before the engine does.
const DIAL_GIVES_UP: u64 = limits::DIAL_WAIT.as_micros() as u64 - 5 * SECOND;
/// From the advert to the link: the first connection events, and finding the service.
const SET_UP: u64 = 120_000;
/// Adverts in a second in an ordinary crowd.
const IN_A_CROWD: f64 = 100.0;
