//! One pair: what each of the two has sent, and what each is owed.

use std::time::Duration;

use bytes::Bytes;
use sighej_crypto::relay::Upload;
use sighej_relay_api::wire::{PairNumber, WireId};

use crate::{
    session::SessionKey,
    table::{Key, Table},
};

/// A pair. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PairKey(Key);

/// How far a pair has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The caller is to knock.
    Proposed,
    /// The callee is to answer.
    Knocked,
    /// Both know each other's commitment; seals and uploads follow.
    Introduced,
    /// Both uploads are compared; the verdicts wait for both to be connected.
    Held,
    /// The verdicts are out.
    Decided,
}

/// Which of the two: the one that knocks, or is proposed to knock, and the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Caller,
    Callee,
}

impl Role {
    pub(crate) const BOTH: [Self; 2] = [Self::Caller, Self::Callee];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }
}

/// One of the two.
pub(crate) struct End {
    pub(crate) session: SessionKey,
    pub(crate) number: PairNumber,
    pub(crate) has_sealed: bool,
    /// Kept until the comparison.
    pub(crate) upload: Option<Upload>,
    pub(crate) has_uploaded: bool,
    pub(crate) is_done: bool,
    /// Frames that it may not have got.
    pub(crate) owed: Vec<(Step, Bytes)>,
}

/// What a frame that is owed is for; it is owed until the device's next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Introduction,
    Seal,
    Verdict,
}

impl End {
    pub(crate) fn new(session: SessionKey, number: PairNumber) -> Self {
        Self {
            session,
            number,
            has_sealed: false,
            upload: None,
            has_uploaded: false,
            is_done: false,
            owed: Vec::new(),
        }
    }

    /// The device has taken its step, so that everything for this step and before has come.
    pub(crate) fn has_got(&mut self, step: Step) {
        self.owed.retain(|(owed, _)| *owed > step);
    }
}

/// A pair of sessions.
pub(crate) struct Pair {
    pub(crate) stage: Stage,
    /// The room in which it was proposed; none where a token was heard.
    pub(crate) room: Option<WireId>,
    /// When it has taken too long.
    pub(crate) deadline: Duration,
    /// When that is looked at: at the deadline, or before, where it was moved since.
    pub(crate) looked_at: Duration,
    /// Whether the verdicts are nudges.
    pub(crate) is_match: bool,
    pub(crate) caller: End,
    pub(crate) callee: End,
}

impl Pair {
    pub(crate) fn end(&self, role: Role) -> &End {
        match role {
            Role::Caller => &self.caller,
            Role::Callee => &self.callee,
        }
    }

    pub(crate) fn end_mut(&mut self, role: Role) -> &mut End {
        match role {
            Role::Caller => &mut self.caller,
            Role::Callee => &mut self.callee,
        }
    }

    /// Which of the two a session is.
    pub(crate) fn role_of(&self, session: SessionKey) -> Option<Role> {
        Role::BOTH.into_iter().find(|role| self.end(*role).session == session)
    }
}

/// All pairs under way. Their bound is [`crate::Limits::pairs`].
#[derive(Default)]
pub(crate) struct Pairs {
    rows: Table<Pair>,
}

impl Pairs {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The key of the next pair that is inserted.
    pub(crate) fn next_key(&self) -> PairKey {
        PairKey(self.rows.next_key())
    }

    pub(crate) fn insert(&mut self, pair: Pair) -> PairKey {
        PairKey(self.rows.insert(pair))
    }

    pub(crate) fn get(&self, key: PairKey) -> Option<&Pair> {
        self.rows.get(key.0)
    }

    pub(crate) fn get_mut(&mut self, key: PairKey) -> Option<&mut Pair> {
        self.rows.get_mut(key.0)
    }

    pub(crate) fn remove(&mut self, key: PairKey) -> Option<Box<Pair>> {
        self.rows.remove(key.0)
    }
}
