//! What outlives an epoch: markers, blocks and the time of the last nudge. All of it ends with the session.

use std::{collections::VecDeque, time::Duration};

use sighej_crypto::{Digest, EpochSecrets, MET_SENT, Marker, MetBlock};

use crate::{NudgeId, entropy::Entropy, limits};

/// The session's memory.
#[derive(Default)]
pub(crate) struct Memory {
    /// Newest first.
    met: VecDeque<Met>,
    last_nudge: Option<Duration>,
    nudges: u64,
}

/// A person the attendee was nudged about.
struct Met {
    id: NudgeId,
    marker: Marker,
    ours: Digest,
    theirs: Digest,
    /// Turned down: its marker is shown no more.
    hidden: bool,
    /// Turned down for good: the last to be forgotten.
    blocked: bool,
}

/// What a peer's markers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recognised {
    Nobody,
    Met,
    Blocked,
}

impl Memory {
    /// Remembers a nudge. Beyond [`limits::MARKERS`] the oldest goes that was not blocked, or else the oldest.
    pub(crate) fn remember(
        &mut self,
        marker: Marker,
        ours: Digest,
        theirs: Digest,
        now: Duration,
    ) -> NudgeId {
        if self.met.len() >= limits::MARKERS {
            let oldest = self.met.iter().rposition(|met| !met.blocked).unwrap_or(self.met.len() - 1);
            self.met.remove(oldest);
        }
        let id = NudgeId(self.nudges);
        self.nudges += 1;
        self.last_nudge = Some(now);
        self.met.push_front(Met { id, marker, ours, theirs, hidden: false, blocked: false });
        id
    }

    /// Turns a person down, for now or for good, and says which digest that was.
    pub(crate) fn turn_down(&mut self, id: NudgeId, for_good: bool) -> Option<Digest> {
        let met = self.met.iter_mut().find(|met| met.id == id)?;
        met.hidden = true;
        met.blocked |= for_good;
        Some(met.theirs)
    }

    /// What is shown to a peer: the newest markers, never one of a person who was turned down. So two people who turned each
    /// other down both hide, neither recognises the other, and they may be nudged again in a later epoch.
    pub(crate) fn seal(&self, me: &EpochSecrets, receiver: &Digest, entropy: &mut Entropy) -> MetBlock {
        let shown = self.met.iter().filter(|met| !met.hidden).take(MET_SENT);
        let markers: Vec<Marker> = shown.map(|met| met.marker.clone()).collect();
        MetBlock::seal(&markers, &me.digest(), receiver, entropy.rng())
    }

    /// Whom a peer's markers show. One of this very pair of digests is no earlier meeting.
    pub(crate) fn recognise(&self, shown: &MetBlock, sender: &Digest, me: &Digest) -> Recognised {
        let markers: Vec<Marker> = self.met.iter().map(|met| met.marker.clone()).collect();
        let seen = shown.recognise(&markers, sender, me);
        let seen = seen.into_iter().filter_map(|index| self.met.get(index));
        seen.fold(Recognised::Nobody, |so_far, met| {
            if met.blocked || so_far == Recognised::Blocked {
                Recognised::Blocked
            } else if met.ours == *me && met.theirs == *sender {
                so_far
            } else {
                Recognised::Met
            }
        })
    }

    /// Until when the last nudge is too recent for another.
    pub(crate) fn cool_until(&self, cool_down: Duration) -> Option<Duration> {
        self.last_nudge.map(|last| last + cool_down)
    }

    pub(crate) fn nudges(&self) -> usize {
        self.met.len()
    }

    /// Forgets everything but the count, so that no nudge's name is given twice.
    pub(crate) fn forget(&mut self) {
        *self = Self { nudges: self.nudges, ..Self::default() };
    }
}
