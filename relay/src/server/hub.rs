//! The matcher behind its lock, and the outboxes of all connections.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::Waker,
    time::Duration,
};

use bytes::Bytes;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sighej_crypto::relay::{Registration, RegistrationChallenge};
use sighej_matcher::{ConnectionId, Event, FailureKind, Limits, Matcher, Transmit};
use sighej_relay_api::wire::{Bye, RelayMessage};

use crate::{Counters, clock::Clock};

use super::{
    Silence,
    outbox::{End, Outbox, TooSlow},
};

/// How much of everything there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// Sessions, those included whose connection is lost.
    pub sessions: usize,
    /// Sessions whose device is connected.
    pub connected: usize,
    /// Pairs under way.
    pub pairs: usize,
}

/// What all connections share.
pub(crate) struct Hub {
    clock: Clock,
    epoch_secs: u32,
    silence: Silence,
    connections: AtomicU64,
    rng: Mutex<ChaCha20Rng>,
    state: Mutex<State>,
}

struct State {
    matcher: Matcher,
    outboxes: HashMap<ConnectionId, Arc<Outbox>>,
    counters: Arc<dyn Counters>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A poisoned lock is a bug elsewhere, and everybody else's sessions go on.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(super) fn new(
        limits: Limits,
        silence: Silence,
        counters: Arc<dyn Counters>,
    ) -> Result<Self, getrandom::Error> {
        let (mut matcher_seed, mut seed) = ([0; 32], [0; 32]);
        getrandom::fill(&mut matcher_seed)?;
        getrandom::fill(&mut seed)?;
        let clock = Clock::start();
        let matcher = Matcher::new(limits, matcher_seed, clock.now());
        Ok(Self {
            clock,
            epoch_secs: u32::try_from(limits.epoch.as_secs()).unwrap_or(u32::MAX),
            silence,
            connections: AtomicU64::new(0),
            rng: Mutex::new(ChaCha20Rng::from_seed(seed)),
            state: Mutex::new(State { matcher, outboxes: HashMap::new(), counters }),
        })
    }

    pub(super) fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.connections.fetch_add(1, Ordering::Relaxed))
    }

    /// A challenge, and the frame that carries it.
    pub(super) fn welcome(&self) -> (RegistrationChallenge, Vec<u8>) {
        let challenge = RegistrationChallenge::new(&mut *lock(&self.rng));
        let utc_ms = u64::try_from(self.clock.now().utc.as_millis()).unwrap_or(u64::MAX);
        let welcome =
            RelayMessage::Welcome { challenge: challenge.as_bytes(), utc_ms, epoch_secs: self.epoch_secs };
        let frame = welcome.encode();
        (challenge, frame)
    }

    /// A proof held: the connection has a session, or its outbox says why not.
    pub(super) fn register(
        &self,
        connection: ConnectionId,
        outbox: &Arc<Outbox>,
        registration: Registration,
        epoch: u32,
    ) {
        let now = self.clock.now();
        outbox.hear(now.elapsed);
        self.with(now.elapsed, |state| {
            state.outboxes.insert(connection, Arc::clone(outbox));
            state.matcher.handle_registration(connection, registration, epoch, now);
        });
    }

    /// Frames came together by a connection that registered: whoever they lead to is woken once.
    pub(super) fn frames(&self, connection: ConnectionId, outbox: &Outbox, frames: &[Bytes]) {
        let now = self.clock.elapsed();
        outbox.hear(now);
        if frames.is_empty() {
            return;
        }
        self.with_each(frames, now, |state, frame| state.matcher.handle_frame(connection, frame, now));
    }

    /// The connection is no more.
    pub(super) fn lost(&self, connection: ConnectionId) {
        let now = self.clock.elapsed();
        self.with(now, |state| state.lose(connection, now));
    }

    /// Looks at the matcher's deadlines.
    pub(super) fn tick(&self) {
        let now = self.clock.elapsed();
        self.with(now, |state| {
            if state.matcher.poll_timeout().is_some_and(|due| due <= now) {
                state.matcher.handle_timeout(now);
            }
        });
    }

    /// Asks the silent ones, and gives up those that stay silent.
    pub(super) fn sweep(&self) {
        let Silence { ping_after, lost_after, .. } = self.silence;
        let now = self.clock.elapsed();
        self.with(now, |state| {
            let silence = |outbox: &Outbox| now.saturating_sub(outbox.last_heard());
            let mut lost = Vec::new();
            for (connection, outbox) in &state.outboxes {
                if silence(outbox) >= lost_after {
                    lost.push(*connection);
                } else if silence(outbox) >= ping_after {
                    outbox.ping();
                }
            }
            for connection in lost {
                state.cut_off(connection, End::Silent, FailureKind::Silent, now);
            }
        });
    }

    /// Tells everybody to come back later.
    pub(super) fn stop(&self) {
        let mut state = lock(&self.state);
        for (_, outbox) in state.outboxes.drain() {
            outbox.end(self.bye(Bye::Restart));
        }
    }

    /// The last word with this reason.
    pub(super) fn bye(&self, why: Bye) -> End {
        let between = |from: u32, to: u32| from + lock(&self.rng).next_u32() % (to - from);
        let after_secs = match why {
            Bye::Restart => between(1, 6),
            Bye::Slow | Bye::Idle => between(1, 4),
            Bye::Full => between(30, 90),
            Bye::Flood => 60,
            Bye::EpochOver
            | Bye::Replaced
            | Bye::Malformed
            | Bye::BadRegistration
            | Bye::WrongEpoch
            | Bye::IdTaken => 0,
        };
        End::Bye(why, after_secs)
    }

    /// Counts something that the matcher does not see.
    pub(super) fn count(&self, event: Event) {
        lock(&self.state).counters.record(&event);
    }

    pub(super) fn gauges(&self) -> Gauges {
        let state = lock(&self.state);
        Gauges {
            sessions: state.matcher.sessions(),
            connected: state.matcher.connected(),
            pairs: state.matcher.pairs(),
        }
    }

    fn with(&self, now: Duration, mutate: impl Fn(&mut State)) {
        self.with_each([()], now, |state, ()| mutate(state));
    }

    /// Mutate and drain, for each in turn, and wake without the lock whoever has something to write.
    fn with_each<T>(&self, all: impl IntoIterator<Item = T>, now: Duration, mutate: impl Fn(&mut State, T)) {
        let mut drained = Drained::default();
        let mut state = lock(&self.state);
        for one in all {
            mutate(&mut state, one);
            state.drain(self, &mut drained);
        }
        for connection in drained.slow {
            state.cut_off(connection, self.bye(Bye::Slow), FailureKind::Slow, now);
        }
        drop(state);
        drained.woken.into_iter().for_each(Waker::wake);
    }
}

/// What is left to do after the matcher's word is done.
#[derive(Default)]
struct Drained {
    /// Connections that are too slow for it.
    slow: Vec<ConnectionId>,
    /// Tasks with something to write.
    woken: Vec<Waker>,
}

impl State {
    /// Does what the matcher says.
    fn drain(&mut self, hub: &Hub, drained: &mut Drained) {
        while let Some(transmit) = self.matcher.poll_transmit() {
            match transmit {
                Transmit::Frame { connection, bytes } => {
                    match self.outboxes.get(&connection).map(|outbox| outbox.push(bytes)) {
                        Some(Ok(asleep)) => drained.woken.extend(asleep),
                        Some(Err(TooSlow)) => drained.slow.push(connection),
                        None => {}
                    }
                }
                Transmit::Close { connection, why } => {
                    if let Some(outbox) = self.outboxes.remove(&connection) {
                        outbox.end(why.map_or(End::Goodbye, |why| hub.bye(why)));
                    }
                }
            }
        }
        while let Some(event) = self.matcher.poll_event() {
            self.counters.record(&event);
        }
    }

    fn cut_off(&mut self, connection: ConnectionId, end: End, kind: FailureKind, now: Duration) {
        if let Some(outbox) = self.outboxes.get(&connection) {
            outbox.end(end);
            self.counters.record(&Event::Failed(kind));
        }
        self.lose(connection, now);
    }

    fn lose(&mut self, connection: ConnectionId, now: Duration) {
        self.outboxes.remove(&connection);
        self.matcher.handle_lost(connection, now);
    }
}
