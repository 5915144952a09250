//! Sessions: a registration that was proven, and the connection that it came by.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sighej_crypto::relay::{Registration, RelayId};
use sighej_relay_api::wire::{PairNumber, WireId};

use crate::{
    bucket::Bucket,
    limits,
    pair::PairKey,
    table::{Key, Table},
};

/// A connection, as the shell numbers it: never two with one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// A session. Never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionKey(Key);

/// One registered device.
pub(crate) struct Session {
    pub(crate) registration: Registration,
    /// None while its connection is lost.
    pub(crate) connection: Option<ConnectionId>,
    /// When its epoch is over for good.
    pub(crate) ends: Duration,
    /// When it goes: the end, or earlier while its connection is lost.
    pub(crate) deadline: Duration,
    pub(crate) bucket: Bucket,
    /// Pairs under way, in the order in which they began.
    pub(crate) pairs: Vec<Underway>,
    /// With whom it had its pair in this epoch.
    pub(crate) met: BTreeSet<Registration>,
    pub(crate) rooms: Vec<Membership>,
    /// No proposal before this.
    pub(crate) proposals_from: Duration,
    /// When it searches its rooms next; none where it has none.
    pub(crate) search: Option<Duration>,
    numbers: u32,
}

/// A pair under way, as one session sees it.
#[derive(Clone, Copy)]
pub(crate) struct Underway {
    pub(crate) number: PairNumber,
    pub(crate) pair: PairKey,
    pub(crate) peer: SessionKey,
}

/// A room that a session is in.
#[derive(Clone, Copy)]
pub(crate) struct Membership {
    pub(crate) room: WireId,
    pub(crate) open: bool,
}

impl Session {
    pub(crate) fn new(
        registration: Registration,
        connection: ConnectionId,
        ends: Duration,
        bucket: Bucket,
        now: Duration,
    ) -> Self {
        Self {
            registration,
            connection: Some(connection),
            ends,
            deadline: ends,
            bucket,
            pairs: Vec::new(),
            met: BTreeSet::new(),
            rooms: Vec::new(),
            proposals_from: now,
            search: None,
            numbers: 0,
        }
    }

    /// Its number for one more pair.
    pub(crate) fn add_pair(&mut self, pair: PairKey, peer: SessionKey) -> PairNumber {
        self.numbers = self.numbers.wrapping_add(1);
        let number = PairNumber(self.numbers);
        self.pairs.push(Underway { number, pair, peer });
        number
    }

    pub(crate) fn remove_pair(&mut self, pair: PairKey) {
        self.pairs.retain(|underway| underway.pair != pair);
    }

    pub(crate) fn pair_of(&self, number: PairNumber) -> Option<PairKey> {
        self.pairs.iter().find(|underway| underway.number == number).map(|underway| underway.pair)
    }

    pub(crate) fn pair_with(&self, peer: SessionKey) -> Option<PairKey> {
        self.pairs.iter().find(|underway| underway.peer == peer).map(|underway| underway.pair)
    }

    pub(crate) fn is_open_in(&self, room: WireId) -> bool {
        self.rooms.iter().any(|membership| membership.room == room && membership.open)
    }
}

/// All sessions, and the ways to find one. Their bound is [`crate::Limits::sessions`].
#[derive(Default)]
pub(crate) struct Sessions {
    rows: Table<Session>,
    by_connection: BTreeMap<ConnectionId, SessionKey>,
    by_id: BTreeMap<RelayId, Vec<SessionKey>>,
}

impl Sessions {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn connected(&self) -> usize {
        self.by_connection.len()
    }

    pub(crate) fn get(&self, key: SessionKey) -> Option<&Session> {
        self.rows.get(key.0)
    }

    pub(crate) fn get_mut(&mut self, key: SessionKey) -> Option<&mut Session> {
        self.rows.get_mut(key.0)
    }

    pub(crate) fn at(&self, connection: ConnectionId) -> Option<SessionKey> {
        self.by_connection.get(&connection).copied()
    }

    /// The session of a registration that was proven before.
    pub(crate) fn of(&self, registration: &Registration) -> Option<SessionKey> {
        let same = |key: &&SessionKey| self.get(**key).is_some_and(|row| row.registration == *registration);
        self.under(registration.id()).iter().find(same).copied()
    }

    /// All sessions under an id.
    pub(crate) fn under(&self, id: RelayId) -> &[SessionKey] {
        self.by_id.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn has_place_under(&self, id: RelayId) -> bool {
        self.under(id).len() < limits::KEYS_PER_ID
    }

    pub(crate) fn insert(&mut self, session: Session) -> SessionKey {
        let (id, connection) = (session.registration.id(), session.connection);
        let key = SessionKey(self.rows.insert(session));
        self.by_id.entry(id).or_default().push(key);
        if let Some(connection) = connection {
            self.by_connection.insert(connection, key);
        }
        key
    }

    /// Gives a session another connection, or none; the one before is returned.
    pub(crate) fn connect(
        &mut self,
        key: SessionKey,
        connection: Option<ConnectionId>,
    ) -> Option<ConnectionId> {
        let session = self.rows.get_mut(key.0)?;
        let before = std::mem::replace(&mut session.connection, connection);
        if let Some(before) = before {
            self.by_connection.remove(&before);
        }
        if let Some(connection) = connection {
            self.by_connection.insert(connection, key);
        }
        before
    }

    pub(crate) fn remove(&mut self, key: SessionKey) -> Option<Box<Session>> {
        let session = self.rows.remove(key.0)?;
        if let Some(connection) = session.connection {
            self.by_connection.remove(&connection);
        }
        let id = session.registration.id();
        if let Some(under) = self.by_id.get_mut(&id) {
            under.retain(|other| *other != key);
            if under.is_empty() {
                self.by_id.remove(&id);
            }
        }
        Some(session)
    }
}
