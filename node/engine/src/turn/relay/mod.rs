//! The relay: its connection, and what each of its messages leads to (specification, section 14).

mod due;
mod knock;
mod pair;

use std::time::Duration;

use sighej_crypto::relay;
use sighej_relay_api::wire::{Bye, CHALLENGE_LEN, ClientMessage, PairNumber, Refusal, RelayMessage, WireId};

use crate::{
    Event, Failure, RelayDown, RelayEvent, RelayFault, Transmit, Transport, limits, relay::Connection,
};

use super::Turn;

/// In place of a room where there is none.
const NO_ROOM: WireId = WireId::from_bytes([0; WireId::LEN]);

impl Turn<'_> {
    pub(crate) fn relay_up(&mut self) {
        self.here.relay.connection = Connection::Greeting(self.now() + limits::RELAY_ANSWER);
    }

    /// What was not answered waits for the next connection.
    pub(crate) fn relay_down(&mut self) {
        if self.here.relay.connection != Connection::Down {
            self.here.relay.connection = Connection::Down;
            self.tell_relay(RelayEvent::Down(RelayDown::Lost));
        }
    }

    /// Takes in one frame of the relay.
    pub(crate) fn relay_frame(&mut self, bytes: &[u8]) {
        let connection = self.here.relay.connection;
        let message = match RelayMessage::decode(bytes) {
            _ if connection == Connection::Down => return,
            Ok(message) => message,
            Err(error) => return self.leave_relay(RelayDown::Misbehaved(error.into()), None),
        };
        match (connection, message) {
            (_, RelayMessage::Bye { why, after_secs }) => self.sent_away(why, after_secs),
            (Connection::Greeting(_), RelayMessage::Welcome { challenge, utc_ms, epoch_secs }) => {
                self.welcomed(challenge, Duration::from_millis(utc_ms), epoch_secs);
            }
            (Connection::Registering(_), RelayMessage::Registered { resumed }) => self.registered(resumed),
            (Connection::Registered, message) => self.relay_message(&message),
            (Connection::Down | Connection::Greeting(_) | Connection::Registering(_), _) => {
                self.leave_relay(RelayDown::Misbehaved(RelayFault::OutOfTurn), None);
            }
        }
    }

    fn relay_message(&mut self, message: &RelayMessage<'_>) {
        match *message {
            RelayMessage::Knocked { pair, room, knock } => self.knocked(pair, room, knock),
            RelayMessage::Proposed { pair, room } => self.proposed(pair, room),
            RelayMessage::Accepted { pair, id, accept } => self.accepted(pair, id, accept),
            RelayMessage::Sealed { pair, seal } => self.sealed(pair, seal),
            RelayMessage::Verdict { pair, verdict } => self.verdict(pair, verdict),
            RelayMessage::Ended { pair, .. } => self.pair_ended(pair),
            RelayMessage::Refused { name, why } => self.refused(name, why),
            RelayMessage::Welcome { .. } | RelayMessage::Registered { .. } | RelayMessage::Bye { .. } => {
                self.leave_relay(RelayDown::Misbehaved(RelayFault::OutOfTurn), None);
            }
        }
    }

    /// The greeting: the proof is made for this challenge, and the clocks are compared.
    fn welcomed(&mut self, challenge: &[u8; CHALLENGE_LEN], utc: Duration, epoch_secs: u32) {
        let ours = self.core.config.epoch_length.as_secs();
        if u64::from(epoch_secs) != ours {
            let fault = RelayFault::OtherEpochs { theirs: epoch_secs, ours };
            return self.leave_relay(RelayDown::Misbehaved(fault), None);
        }
        if let Some(ahead) = self.core.clock.hear_relay(utc)
            && !std::mem::replace(&mut self.here.relay.clock_told, true)
        {
            self.tell_relay(RelayEvent::ClockOff { ahead_secs: ahead / 1000 });
        }
        match relay::register(&self.here.secrets, challenge) {
            Ok(registration) => {
                let epoch = self.here.secrets.epoch().0;
                self.say(&ClientMessage::Register { epoch, registration: &registration });
                self.here.relay.connection = Connection::Registering(self.now() + limits::RELAY_ANSWER);
            }
            Err(error) => self.leave_relay(RelayDown::Misbehaved(error.into()), None),
        }
    }

    /// A relay that has started again knows no pairs any more; one that goes on gets again what it has not answered.
    fn registered(&mut self, resumed: bool) {
        self.here.relay.connection = Connection::Registered;
        self.here.relay.shown_open = None;
        self.tell_relay(RelayEvent::Up { resumed });
        if !resumed {
            for pair in std::mem::take(&mut self.here.relay.pairs).into_values() {
                self.try_knock_later(&pair);
                self.relay_failed(Failure::LinkLost);
            }
        }
        let knocks = self.here.relay.callees.frames();
        let steps = self.here.relay.pairs.values().flat_map(|pair| pair.unanswered.iter().cloned());
        let again: Vec<Vec<u8>> = knocks.into_iter().chain(steps).collect();
        for bytes in again {
            self.core.out.transmit(Transmit::RelayFrame { bytes });
        }
    }

    fn sent_away(&mut self, why: Bye, after_secs: u32) {
        let away = Duration::from_secs(after_secs.into()).min(limits::RELAY_AWAY);
        let away = match why {
            Bye::Restart
            | Bye::EpochOver
            | Bye::Replaced
            | Bye::Flood
            | Bye::Slow
            | Bye::Full
            | Bye::Idle => Some(away),
            Bye::Malformed | Bye::BadRegistration | Bye::WrongEpoch | Bye::IdTaken => None,
        };
        self.leave_relay(RelayDown::Said(why), away);
    }

    /// Closes the connection. Pairings and knocks wait for the next one, if there is one in this epoch.
    fn leave_relay(&mut self, why: RelayDown, away: Option<Duration>) {
        self.here.relay.connection = Connection::Down;
        self.core.out.transmit(Transmit::RelayClose { away });
        self.tell_relay(RelayEvent::Down(why));
    }

    /// A knock or a room was refused.
    fn refused(&mut self, name: WireId, why: Refusal) {
        let now = self.now();
        if self.core.config.rooms.iter().any(|room| room.id == name) {
            self.here.relay.rejoin_at = Some(now + limits::ROOM_AGAIN);
            return self.tell_relay(RelayEvent::RoomRefused(why));
        }
        if let Some(token) = self.here.relay.callees.by_id(name) {
            let again = match why {
                Refusal::Absent | Refusal::TooMany | Refusal::Busy => Some(now + limits::KNOCK_AGAIN),
                Refusal::AlreadyPaired | Refusal::OneSelf => None,
            };
            self.here.relay.callees.end(&token, again);
        }
    }

    /// The other left, or took too long.
    fn pair_ended(&mut self, pair: PairNumber) {
        if let Some(pairing) = self.here.relay.pairs.remove(&pair) {
            self.try_knock_later(&pairing);
            self.relay_failed(Failure::RelayEnded);
        }
    }

    /// Nothing more of this pair.
    fn give_up(&mut self, pair: PairNumber) {
        self.here.relay.pairs.remove(&pair);
        if self.here.relay.is_registered() {
            self.say(&ClientMessage::Done { pair });
        }
    }

    fn say(&mut self, message: &ClientMessage<'_>) {
        self.core.out.transmit(Transmit::RelayFrame { bytes: message.encode() });
    }

    fn tell_relay(&mut self, event: RelayEvent) {
        self.core.out.event(Event::Relay(event));
    }

    fn relay_failed(&mut self, reason: Failure) {
        self.core.out.event(Event::ExchangeFailed { transport: Transport::Relay, reason });
    }
}
