//! The tables together, and what every step needs: registering, owing, telling.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sighej_crypto::relay::Registration;
use sighej_relay_api::wire::{Bye, Refusal, RelayMessage, WireId};

use crate::{
    ConnectionId, Event, FailureKind, Limits, Now, SessionEnd,
    bucket::Bucket,
    deadlines::{Deadlines, Due},
    limits,
    output::Outbox,
    pair::{End, Pair, PairKey, Pairs, Role, Stage, Step},
    rooms::Rooms,
    session::{Session, SessionKey, Sessions},
    time,
};

/// Everything a relay knows.
pub(crate) struct State {
    pub(crate) limits: Limits,
    pub(crate) sessions: Sessions,
    pub(crate) pairs: Pairs,
    pub(crate) rooms: Rooms,
    pub(crate) deadlines: Deadlines,
    pub(crate) out: Outbox,
    /// The time of the call that is being handled.
    pub(crate) now: Duration,
    rng: ChaCha20Rng,
}

impl State {
    pub(crate) fn new(limits: Limits, seed: [u8; 32], now: Duration) -> Self {
        Self {
            limits,
            sessions: Sessions::default(),
            pairs: Pairs::default(),
            rooms: Rooms::default(),
            deadlines: Deadlines::default(),
            out: Outbox::default(),
            now,
            rng: ChaCha20Rng::from_seed(seed),
        }
    }

    /// A session begins or goes on.
    pub(crate) fn register(
        &mut self,
        connection: ConnectionId,
        registration: Registration,
        epoch: u32,
        now: Now,
    ) -> Result<(), Bye> {
        let ends = time::end_of(epoch, self.limits.epoch, now).ok_or(Bye::WrongEpoch)?;
        if let Some(session) = self.sessions.of(&registration) {
            self.resume(session, connection);
            return Ok(());
        }
        if self.sessions.len() >= self.limits.sessions {
            return Err(Bye::Full);
        }
        if !self.sessions.has_place_under(registration.id()) {
            return Err(Bye::IdTaken);
        }
        let bucket = Bucket::full(self.limits.frames_burst, self.now);
        let session = self.sessions.insert(Session::new(registration, connection, ends, bucket, self.now));
        self.deadlines.insert(ends, Due::Session(session));
        self.out.event(Event::SessionOpened);
        self.tell(session, &RelayMessage::Registered { resumed: false });
        Ok(())
    }

    /// The device is back, by another connection: it gets what it is owed.
    fn resume(&mut self, key: SessionKey, connection: ConnectionId) {
        if let Some(before) = self.sessions.connect(key, Some(connection)) {
            self.out.close(before, Some(Bye::Replaced));
        }
        let Some(session) = self.sessions.get(key) else { return };
        let (ends, pairs) = (session.ends, session.pairs.clone());
        self.move_session_deadline(key, ends);
        self.out.event(Event::SessionResumed);
        self.tell(key, &RelayMessage::Registered { resumed: true });
        for underway in pairs {
            self.repeat_owed(key, underway.pair);
        }
        self.search_from(key, self.now);
    }

    /// Sends a session again what it is owed of a pair.
    pub(crate) fn repeat_owed(&mut self, session: SessionKey, key: PairKey) {
        let Some(pair) = self.pairs.get(key) else { return };
        if pair.stage == Stage::Held {
            return self.release(key);
        }
        let Some(role) = pair.role_of(session) else { return };
        let owed: Vec<Bytes> = pair.end(role).owed.iter().map(|(_, frame)| frame.clone()).collect();
        for frame in owed {
            self.send(session, frame);
        }
    }

    /// The connection is lost; the session waits for another.
    pub(crate) fn lose(&mut self, key: SessionKey) {
        self.sessions.connect(key, None);
        let Some(session) = self.sessions.get(key) else { return };
        let goes = session.ends.min(self.now + limits::LINGER);
        self.move_session_deadline(key, goes);
    }

    fn move_session_deadline(&mut self, key: SessionKey, to: Duration) {
        if let Some(session) = self.sessions.get_mut(key) {
            let from = std::mem::replace(&mut session.deadline, to);
            self.deadlines.shift(from, to, Due::Session(key));
        }
    }

    /// Counts a frame; false where the session has sent more than it may.
    pub(crate) fn may_send(&mut self, key: SessionKey) -> bool {
        let (burst, per_second) = (self.limits.frames_burst, self.limits.frames_per_second);
        self.sessions.get_mut(key).is_some_and(|session| session.bucket.take(burst, per_second, self.now))
    }

    /// Does what has become due.
    pub(crate) fn run_due(&mut self) {
        while let Some(due) = self.deadlines.pop(self.now) {
            match due {
                Due::Search(session) => self.search(session),
                Due::Pair(pair) => self.look_at_pair(pair),
                Due::Session(key) => {
                    let Some(session) = self.sessions.get(key) else { continue };
                    let over = session.ends <= self.now;
                    let why = if over { SessionEnd::EpochOver } else { SessionEnd::Lost };
                    self.end_session(key, why, Some(Bye::EpochOver));
                }
            }
        }
    }

    /// A new pair, at its first stage.
    pub(crate) fn begin(
        &mut self,
        caller: SessionKey,
        callee: SessionKey,
        room: Option<WireId>,
        stage: Stage,
        wait: Duration,
    ) -> Option<PairKey> {
        let key = self.pairs.next_key();
        let ours = self.sessions.get_mut(caller)?.add_pair(key, callee);
        let theirs = self.sessions.get_mut(callee)?.add_pair(key, caller);
        let deadline = self.now + wait;
        self.deadlines.insert(deadline, Due::Pair(key));
        let (caller, callee) = (End::new(caller, ours), End::new(callee, theirs));
        let pair = Pair { stage, room, deadline, looked_at: deadline, is_match: false, caller, callee };
        Some(self.pairs.insert(pair))
    }

    /// The pair has come to another stage, with its own time, which ends no earlier than the one before.
    pub(crate) fn advance(&mut self, key: PairKey, stage: Stage, wait: Duration) {
        let Some(pair) = self.pairs.get_mut(key) else { return };
        pair.stage = stage;
        pair.deadline = pair.deadline.max(self.now + wait);
    }

    fn look_at_pair(&mut self, key: PairKey) {
        let Some(pair) = self.pairs.get_mut(key) else { return };
        if pair.deadline <= self.now {
            self.end_too_late(key);
        } else {
            pair.looked_at = pair.deadline;
            self.deadlines.insert(pair.deadline, Due::Pair(key));
        }
    }

    /// Sends one of a pair a frame, now or when it is back, until it has shown that it came.
    pub(crate) fn owe(&mut self, key: PairKey, role: Role, step: Step, message: &RelayMessage<'_>) {
        let Some(pair) = self.pairs.get_mut(key) else { return };
        let end = pair.end_mut(role);
        if end.owed.len() >= limits::OWED {
            return;
        }
        let frame = Bytes::from(message.encode());
        end.owed.push((step, frame.clone()));
        let session = end.session;
        if step != Step::Verdict {
            self.send(session, frame);
        }
    }

    /// Tells a session something, if it is connected.
    pub(crate) fn tell(&mut self, session: SessionKey, message: &RelayMessage<'_>) {
        self.send(session, Bytes::from(message.encode()));
    }

    pub(crate) fn send(&mut self, session: SessionKey, frame: Bytes) {
        if let Some(connection) = self.sessions.get(session).and_then(|session| session.connection) {
            self.out.frame(connection, frame);
        }
    }

    pub(crate) fn refuse(&mut self, session: SessionKey, name: WireId, why: Refusal) {
        self.out.failed(FailureKind::Refused(why));
        self.tell(session, &RelayMessage::Refused { name, why });
    }

    /// A random number below `bound`, which is not 0.
    pub(crate) fn draw(&mut self, bound: usize) -> usize {
        self.rng.next_u64() as usize % bound
    }
}
