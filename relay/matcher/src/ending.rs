//! How pairs and sessions end, and who is told what.

use sighej_crypto::relay::Verdict;
use sighej_relay_api::wire::{Bye, PairEnd, Refusal, RelayMessage};

use crate::{
    Event, FailureKind, SessionEnd,
    deadlines::Due,
    pair::{End, Pair, PairKey, Role, Stage},
    session::SessionKey,
    state::State,
};

impl State {
    pub(crate) fn end_too_late(&mut self, key: PairKey) {
        self.end_pair(key, PairEnd::TooLate, None);
    }

    /// Ends a pair. Who leaves is told nothing, the other what [`last_word`] says.
    pub(crate) fn end_pair(&mut self, key: PairKey, why: PairEnd, leaver: Option<SessionKey>) {
        let Some(pair) = self.pairs.remove(key) else { return };
        self.deadlines.remove(pair.looked_at, Due::Pair(key));
        if pair.stage != Stage::Decided {
            self.out.failed(match why {
                PairEnd::OtherLeft => FailureKind::OtherLeft,
                PairEnd::TooLate => FailureKind::TooLate,
            });
        }
        for role in Role::BOTH {
            let end = pair.end(role);
            if let Some(session) = self.sessions.get_mut(end.session) {
                session.remove_pair(key);
            }
            if leaver == Some(end.session) {
                continue;
            }
            match last_word(&pair, role) {
                LastWord::Nothing => {}
                LastWord::NoMatch => {
                    let verdict = &Verdict::no_match().encode();
                    self.tell(end.session, &RelayMessage::Verdict { pair: end.number, verdict });
                }
                LastWord::Ended => {
                    self.tell(end.session, &RelayMessage::Ended { pair: end.number, why });
                }
            }
        }
    }

    /// Ends a session and all its pairs, and forgets it.
    pub(crate) fn end_session(&mut self, key: SessionKey, why: SessionEnd, bye: Option<Bye>) {
        let Some(session) = self.sessions.get(key) else { return };
        for underway in session.pairs.clone() {
            self.end_pair(underway.pair, PairEnd::OtherLeft, Some(key));
        }
        let Some(session) = self.sessions.remove(key) else { return };
        for membership in &session.rooms {
            self.rooms.leave(membership.room, key);
        }
        self.deadlines.remove(session.deadline, Due::Session(key));
        if let Some(search) = session.search {
            self.deadlines.remove(search, Due::Search(key));
        }
        if let Some(connection) = session.connection {
            self.out.close(connection, bye);
        }
        self.out.event(Event::SessionClosed(why));
    }

    /// Whether these two may begin a pair; a knock that nobody has answered may have to make room.
    pub(crate) fn make_room_for_pair(
        &mut self,
        caller: SessionKey,
        callee: SessionKey,
    ) -> Result<(), Refusal> {
        let (Some(ours), Some(theirs)) = (self.sessions.get(caller), self.sessions.get(callee)) else {
            return Err(Refusal::Absent);
        };
        if ours.met.contains(&theirs.registration) || theirs.met.contains(&ours.registration) {
            return Err(Refusal::AlreadyPaired);
        }
        let limits = self.limits;
        let is_spent = ours.met.len() >= limits.pairs_per_epoch;
        if is_spent || ours.pairs.len() >= limits.pairs_per_session || self.has_knocked_enough(caller) {
            return Err(Refusal::TooMany);
        }
        if self.pairs.len() >= limits.pairs || theirs.met.len() >= limits.pairs_per_epoch {
            return Err(Refusal::Busy);
        }
        if theirs.pairs.len() < limits.pairs_per_session {
            return Ok(());
        }
        let unanswered = self.unanswered(callee, Role::Callee);
        if unanswered.is_empty() {
            return Err(Refusal::Busy);
        }
        let goes = unanswered[self.draw(unanswered.len())];
        self.end_too_late(goes);
        Ok(())
    }

    fn has_knocked_enough(&self, caller: SessionKey) -> bool {
        self.unanswered(caller, Role::Caller).len() >= self.limits.knocks_outstanding
    }

    /// The pairs of a session in this role in which a knock waits for its answer.
    fn unanswered(&self, session: SessionKey, role: Role) -> Vec<PairKey> {
        let waits = |key: &PairKey| {
            self.pairs
                .get(*key)
                .is_some_and(|pair| pair.stage <= Stage::Knocked && pair.end(role).session == session)
        };
        let Some(session) = self.sessions.get(session) else { return Vec::new() };
        session.pairs.iter().map(|underway| underway.pair).filter(waits).collect()
    }
}

/// What is said to one of a pair that ends.
enum LastWord {
    Nothing,
    NoMatch,
    Ended,
}

/// A device that uploaded gets a verdict, whatever became of the other. One whose knock was not answered hears nothing:
/// no refusal tells whether it opened. One with a verdict has had the last word.
fn last_word(pair: &Pair, role: Role) -> LastWord {
    let End { has_uploaded, .. } = pair.end(role);
    match (pair.stage, role) {
        (Stage::Decided, _) | (Stage::Proposed, Role::Callee) => LastWord::Nothing,
        (Stage::Held, _) => LastWord::NoMatch,
        (Stage::Introduced, _) if *has_uploaded => LastWord::NoMatch,
        (Stage::Knocked, Role::Caller) if pair.room.is_none() => LastWord::Nothing,
        (Stage::Introduced | Stage::Knocked, _) | (Stage::Proposed, Role::Caller) => LastWord::Ended,
    }
}
