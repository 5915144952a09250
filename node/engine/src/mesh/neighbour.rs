//! One neighbour: what it told, what it was told, and what waits to be sent to it.

use std::{collections::VecDeque, time::Duration};

use sighej_crypto::Token;

use crate::{limits, strikes::Strikes, time::Moment, wire::Presence};

use super::{frame::Entry, pace::Pace};

/// Over what a neighbour is reached. Everybody on one local network reaches everybody there, so what came from it is never
/// told or sent back into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    Radio,
    Lan,
}

/// A device at the other end of a link, which takes part.
pub(crate) struct Neighbour {
    pub(crate) medium: Medium,
    pub(crate) presence: Presence,
    /// Who is reached through it, by its own word; ascending by token.
    pub(crate) told: Vec<Told>,
    /// What it was told last, and when; in the beginning nothing, when it joined.
    pub(crate) shown: Vec<Entry>,
    pub(crate) shown_at: Moment,
    /// What it says of others.
    pub(crate) heard: Pace,
    /// It broke a rule: nothing more is read from it or sent to it.
    pub(crate) barred: bool,
    sent: Pace,
    waiting: VecDeque<Vec<u8>>,
}

/// Somebody who is reached through a neighbour. Failures on the way are held against this way alone.
pub(crate) struct Told {
    pub(crate) entry: Entry,
    pub(crate) outbound: Strikes,
    pub(crate) inbound: Strikes,
}

/// A neighbour's queue is full.
pub(crate) struct Full;

impl Neighbour {
    pub(crate) fn new(medium: Medium, presence: Presence, now: Duration) -> Self {
        Self {
            medium,
            presence,
            told: Vec::new(),
            shown: Vec::new(),
            shown_at: now.into(),
            heard: Pace::default(),
            barred: false,
            sent: Pace::default(),
            waiting: VecDeque::new(),
        }
    }

    /// A new list in place of the old one. Strikes stay with whoever is in both.
    pub(crate) fn hear(&mut self, entries: Vec<Entry>) {
        let old = std::mem::take(&mut self.told);
        let strikes = |token: &Token| old.iter().find(|told| told.entry.presence.token == *token);
        let told = entries.into_iter().map(|entry| {
            let known = strikes(&entry.presence.token);
            Told {
                entry,
                outbound: known.map(|known| known.outbound).unwrap_or_default(),
                inbound: known.map(|known| known.inbound).unwrap_or_default(),
            }
        });
        self.told = told.collect();
    }

    pub(crate) fn is_on_lan(&self) -> bool {
        self.medium == Medium::Lan
    }

    pub(crate) fn told(&self, token: &Token) -> Option<&Told> {
        self.told.iter().find(|told| told.entry.presence.token == *token)
    }

    pub(crate) fn told_mut(&mut self, token: &Token) -> Option<&mut Told> {
        self.told.iter_mut().find(|told| told.entry.presence.token == *token)
    }

    /// When its list may next be sent.
    pub(crate) fn showable_at(&self) -> Duration {
        Duration::from(self.shown_at) + limits::MESH_TELL_EVERY
    }

    /// Queues a frame behind those that wait for the rate. Full, it takes none.
    pub(crate) fn queue(&mut self, frame: Vec<u8>) -> Result<(), Full> {
        if self.waiting.len() >= limits::MESH_QUEUE {
            return Err(Full);
        }
        self.waiting.push_back(frame);
        Ok(())
    }

    /// The next frame that the rate lets go.
    pub(crate) fn next(&mut self, now: Duration) -> Option<Vec<u8>> {
        let cost = cost(self.waiting.front()?);
        self.sent.take(cost, limits::MESH_BURST, now).then(|| self.waiting.pop_front()).flatten()
    }

    /// When that will be.
    pub(crate) fn next_at(&self) -> Option<Duration> {
        self.waiting.front().map(|frame| self.sent.free_at(cost(frame), limits::MESH_BURST))
    }
}

fn cost(frame: &[u8]) -> Duration {
    limits::MESH_BYTE * u32::try_from(frame.len()).unwrap_or(u32::MAX)
}
