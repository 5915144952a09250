//! Who is proposed to whom in a room: at most so many a minute to each, from a random place in the room on.

use std::time::Duration;

use sighej_relay_api::wire::{Refusal, RelayMessage, WireId};

use crate::{
    Event,
    deadlines::Due,
    limits,
    pair::{Role, Stage, Step},
    session::{Membership, SessionKey},
    state::State,
};

const MINUTE: Duration = Duration::from_secs(60);

impl State {
    /// A session enters a room, or says whether it wants to be proposed there.
    pub(crate) fn join(&mut self, key: SessionKey, room: WireId, open: bool) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        if let Some(known) = session.rooms.iter_mut().find(|known| known.room == room) {
            known.open = open;
        } else if session.rooms.len() >= limits::ROOMS_PER_SESSION {
            return self.refuse(key, room, Refusal::TooMany);
        } else if self.rooms.join(room, key, self.limits.room_members) {
            session.rooms.push(Membership { room, open });
        } else {
            return self.refuse(key, room, Refusal::Busy);
        }
        if open {
            self.search_from(key, self.now);
        }
    }

    /// The session's next search is at this time, or when a proposal is due to it again.
    pub(crate) fn search_from(&mut self, key: SessionKey, at: Duration) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        let wants = session.rooms.iter().any(|membership| membership.open);
        let next = Some(at.max(session.proposals_from))
            .filter(|_| wants && session.connection.is_some() && self.limits.proposals_per_minute > 0);
        let before = std::mem::replace(&mut session.search, next);
        if let Some(before) = before {
            self.deadlines.remove(before, Due::Search(key));
        }
        if let Some(next) = next {
            self.deadlines.insert(next, Due::Search(key));
        }
    }

    /// Looks for somebody to propose this session to.
    pub(crate) fn search(&mut self, key: SessionKey) {
        let Some(session) = self.sessions.get_mut(key) else { return };
        session.search = None;
        if session.connection.is_none() {
            return;
        }
        let rooms: Vec<WireId> = session
            .rooms
            .iter()
            .filter(|membership| membership.open)
            .map(|membership| membership.room)
            .collect();
        let found = rooms.into_iter().find_map(|room| Some((room, self.partner(key, room)?)));
        match found {
            Some((room, partner)) => self.propose(key, partner, room),
            None => self.search_from(key, self.now + limits::SEARCH_AGAIN),
        }
    }

    fn partner(&mut self, key: SessionKey, room: WireId) -> Option<SessionKey> {
        let seed = self.draw(usize::MAX);
        let members = self.rooms.some(room, limits::SEARCH, |count| seed % count);
        members.into_iter().find(|member| self.fits(key, *member, room))
    }

    /// Whether a member may be proposed to a session now.
    fn fits(&self, key: SessionKey, member: SessionKey, room: WireId) -> bool {
        let (Some(session), Some(other)) = (self.sessions.get(key), self.sessions.get(member)) else {
            return false;
        };
        let has_room = [session, other].iter().all(|session| {
            session.pairs.len() < self.limits.pairs_per_session
                && session.met.len() < self.limits.pairs_per_epoch
        });
        key != member
            && has_room
            && self.pairs.len() < self.limits.pairs
            && other.connection.is_some()
            && other.is_open_in(room)
            && other.proposals_from <= self.now
            && session.pair_with(member).is_none()
            && !session.met.contains(&other.registration)
            && !other.met.contains(&session.registration)
    }

    fn propose(&mut self, caller: SessionKey, callee: SessionKey, room: WireId) {
        let pause = MINUTE / self.limits.proposals_per_minute.max(1);
        for key in [caller, callee] {
            // Not all at one moment, where those who came first would always find each other.
            let pause = pause + pause / 4 * self.draw(5) as u32 / 4;
            if let Some(session) = self.sessions.get_mut(key) {
                session.proposals_from = self.now + pause;
            }
            self.search_from(key, self.now);
        }
        let begun = self.begin(caller, callee, Some(room), Stage::Proposed, limits::PROPOSAL_WAIT);
        let Some(key) = begun else { return };
        let Some(number) = self.pairs.get(key).map(|pair| pair.caller.number) else { return };
        self.out.event(Event::Proposed);
        self.owe(key, Role::Caller, Step::Introduction, &RelayMessage::Proposed { pair: number, room });
    }
}
