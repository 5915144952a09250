//! The public face: what comes in, what goes out, when to call again.

use std::{fmt, time::Duration};

use sighej_crypto::relay::Registration;
use sighej_relay_api::wire::{Bye, ClientMessage};

use crate::{ConnectionId, Event, Limits, Now, SessionEnd, Transmit, session::SessionKey, state::State};

/// The relay's sessions, rooms and pairs. See the crate's documentation for the order of calls.
pub struct Matcher {
    state: State,
}

impl Matcher {
    /// A relay without sessions. `seed` decides whom it proposes to whom, and must be fresh.
    #[must_use]
    pub fn new(limits: Limits, seed: [u8; 32], now: Now) -> Self {
        Self { state: State::new(limits, seed, now.elapsed) }
    }

    /// A connection proved a registration: its session begins, or goes on. A refusal closes the connection.
    pub fn handle_registration(
        &mut self,
        connection: ConnectionId,
        registration: Registration,
        epoch: u32,
        now: Now,
    ) {
        self.tell_time(now.elapsed);
        if let Err(why) = self.state.register(connection, registration, epoch, now) {
            self.state.out.close(connection, Some(why));
            self.state.out.failed(crate::FailureKind::Registration(why));
        }
        self.state.run_due();
    }

    /// A connection that registered sent a frame. Here and below, the monotonic half of the time is enough. What comes by one that has no session any more is not looked at.
    pub fn handle_frame(&mut self, connection: ConnectionId, frame: &[u8], elapsed: Duration) {
        self.tell_time(elapsed);
        if let Some(session) = self.state.sessions.at(connection) {
            self.take_in(session, frame);
        }
        self.state.run_due();
    }

    /// A connection was lost. Its session waits for another.
    pub fn handle_lost(&mut self, connection: ConnectionId, elapsed: Duration) {
        self.tell_time(elapsed);
        if let Some(session) = self.state.sessions.at(connection) {
            self.state.lose(session);
        }
        self.state.run_due();
    }

    /// The time of [`Matcher::poll_timeout`] has come. Calling it at any other time does no harm.
    pub fn handle_timeout(&mut self, elapsed: Duration) {
        self.tell_time(elapsed);
        self.state.run_due();
    }

    /// The next thing to do, in order.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.state.out.next_transmit()
    }

    /// The next thing to count, in order.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.state.out.next_event()
    }

    /// When [`Matcher::handle_timeout`] is due, as `elapsed`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.state.deadlines.next()
    }

    /// Sessions, those included whose connection is lost.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.state.sessions.len()
    }

    /// Sessions whose device is connected.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.state.sessions.connected()
    }

    /// Pairs under way.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.state.pairs.len()
    }

    fn tell_time(&mut self, elapsed: Duration) {
        self.state.now = self.state.now.max(elapsed);
    }

    fn take_in(&mut self, session: SessionKey, frame: &[u8]) {
        if !self.state.may_send(session) {
            return self.cut(session, Bye::Flood);
        }
        match ClientMessage::decode(frame) {
            Ok(ClientMessage::Register { .. }) | Err(_) => self.cut(session, Bye::Malformed),
            Ok(ClientMessage::Join { room, open }) => self.state.join(session, room, open),
            Ok(ClientMessage::Knock { to, knock }) => self.state.knock(session, to, knock),
            Ok(ClientMessage::KnockProposed { pair, knock }) => {
                self.state.knock_proposed(session, pair, knock);
            }
            Ok(ClientMessage::Accept { pair, accept }) => self.state.accept(session, pair, accept),
            Ok(ClientMessage::Seal { pair, seal }) => self.state.seal(session, pair, seal),
            Ok(ClientMessage::Upload { pair, upload }) => self.state.upload(session, pair, upload),
            Ok(ClientMessage::Done { pair }) => self.state.done(session, pair),
            Ok(ClientMessage::Goodbye) => self.state.end_session(session, SessionEnd::Goodbye, None),
        }
    }

    fn cut(&mut self, session: SessionKey, why: Bye) {
        self.state.end_session(session, SessionEnd::Cut(why), Some(why));
    }
}

/// A matcher knows who is here: it prints numbers alone.
impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matcher {{ sessions: {}, pairs: {} }}", self.sessions(), self.pairs())
    }
}
