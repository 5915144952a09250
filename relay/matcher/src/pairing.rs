//! A pair's way from the knock to the verdict.

use sighej_crypto::relay::{RelayId, Upload, Verdict, compare};
use sighej_relay_api::wire::{
    ACCEPT_LEN, KNOCK_LEN, PairEnd, PairNumber, Refusal, RelayMessage, SEAL_LEN, UPLOAD_LEN, WireId,
};

use crate::{
    Event, FailureKind, limits,
    pair::{Pair, PairKey, Role, Stage, Step},
    session::SessionKey,
    state::State,
};

/// In place of a room where there is none.
const NO_ROOM: WireId = WireId::from_bytes([0; WireId::LEN]);

impl State {
    /// A knock goes to all who stand under the id: it opens for its owner alone.
    pub(crate) fn knock(&mut self, from: SessionKey, to: WireId, knock: &[u8; KNOCK_LEN]) {
        let id = RelayId::from_bytes(*to.as_bytes());
        if self.sessions.get(from).is_some_and(|session| session.registration.id() == id) {
            return self.refuse(from, to, Refusal::OneSelf);
        }
        let under = self.sessions.under(id).to_vec();
        if under.is_empty() {
            return self.refuse(from, to, Refusal::Absent);
        }
        self.out.event(Event::Knocked);
        let knocked: Vec<_> = under.into_iter().map(|callee| self.knock_at(from, callee, knock)).collect();
        if knocked.iter().all(Result::is_err)
            && let Some(Err(why)) = knocked.first()
        {
            self.refuse(from, to, *why);
        }
    }

    fn knock_at(
        &mut self,
        caller: SessionKey,
        callee: SessionKey,
        knock: &[u8; KNOCK_LEN],
    ) -> Result<(), Refusal> {
        if let Some(pair) = self.sessions.get(caller).and_then(|session| session.pair_with(callee)) {
            self.cross(pair, caller, knock);
            return Ok(());
        }
        self.make_room_for_pair(caller, callee)?;
        let pair = self.begin(caller, callee, None, Stage::Knocked, limits::KNOCK_WAIT);
        if let Some(pair) = pair {
            self.pass_knock(pair, Role::Callee, knock);
        }
        Ok(())
    }

    /// The one that was knocked at knocks itself: its knock is the answer. Any other second knock is a retransmission.
    fn cross(&mut self, key: PairKey, from: SessionKey, knock: &[u8; KNOCK_LEN]) {
        let Some(pair) = self.pairs.get(key) else { return };
        let answers = pair.role_of(from) == Some(Role::Callee);
        if pair.stage == Stage::Knocked && pair.room.is_none() && answers {
            self.introduce(key);
            self.pass_knock(key, Role::Caller, knock);
        }
    }

    /// The member of a room that was proposed to knock does.
    pub(crate) fn knock_proposed(&mut self, from: SessionKey, number: PairNumber, knock: &[u8; KNOCK_LEN]) {
        let Some((key, role, pair)) = self.pair_of(from, number) else { return };
        match (pair.stage, role) {
            (Stage::Proposed, Role::Caller) => {
                pair.caller.has_got(Step::Introduction);
                self.advance(key, Stage::Knocked, limits::KNOCK_WAIT);
                self.pass_knock(key, Role::Callee, knock);
            }
            (Stage::Knocked | Stage::Introduced | Stage::Held | Stage::Decided, Role::Caller) => {}
            (_, Role::Callee) => self.out.failed(FailureKind::OutOfTurn),
        }
    }

    fn pass_knock(&mut self, key: PairKey, to: Role, knock: &[u8; KNOCK_LEN]) {
        let Some(pair) = self.pairs.get(key) else { return };
        let (number, room) = (pair.end(to).number, pair.room.unwrap_or(NO_ROOM));
        self.owe(key, to, Step::Introduction, &RelayMessage::Knocked { pair: number, room, knock });
    }

    /// A knock is answered.
    pub(crate) fn accept(&mut self, from: SessionKey, number: PairNumber, accept: &[u8; ACCEPT_LEN]) {
        let Some((key, role, pair)) = self.pair_of(from, number) else { return };
        match (pair.stage, role) {
            (Stage::Knocked, Role::Callee) => {
                pair.callee.has_got(Step::Introduction);
                let (caller, in_room) = (pair.caller.number, pair.room.is_some());
                let id = match self.sessions.get(from) {
                    Some(session) if !in_room => WireId::from_bytes(*session.registration.id().as_bytes()),
                    Some(_) | None => NO_ROOM,
                };
                self.introduce(key);
                let accepted = RelayMessage::Accepted { pair: caller, id, accept };
                self.owe(key, Role::Caller, Step::Introduction, &accepted);
            }
            // Sent again, or crossed by a knock of one's own.
            (Stage::Introduced | Stage::Held | Stage::Decided, Role::Callee) => {}
            (Stage::Proposed, Role::Callee) | (_, Role::Caller) => self.out.failed(FailureKind::OutOfTurn),
        }
    }

    fn introduce(&mut self, key: PairKey) {
        self.advance(key, Stage::Introduced, limits::PAIR_WAIT);
        self.out.event(Event::Introduced);
    }

    /// A seal goes to the other, once.
    pub(crate) fn seal(&mut self, from: SessionKey, number: PairNumber, seal: &[u8; SEAL_LEN]) {
        let Some((key, role, pair)) = self.pair_of(from, number) else { return };
        if pair.stage < Stage::Introduced {
            return self.out.failed(FailureKind::OutOfTurn);
        }
        let (end, other) = (pair.end_mut(role), role.other());
        if end.has_sealed {
            return;
        }
        end.has_sealed = true;
        end.has_got(Step::Introduction);
        let number = pair.end(other).number;
        self.owe(key, other, Step::Seal, &RelayMessage::Sealed { pair: number, seal });
    }

    /// Match values come in; with those of both, the pair is decided.
    pub(crate) fn upload(&mut self, from: SessionKey, number: PairNumber, upload: &[u8; UPLOAD_LEN]) {
        let Some((key, role, pair)) = self.pair_of(from, number) else { return };
        let end = pair.end_mut(role);
        if end.has_uploaded {
            return;
        }
        if !(pair.caller.has_sealed && pair.callee.has_sealed) {
            return self.out.failed(FailureKind::OutOfTurn);
        }
        let Ok(upload) = Upload::decode(upload) else {
            self.out.failed(FailureKind::BadUpload);
            return self.end_pair(key, PairEnd::OtherLeft, Some(from));
        };
        let end = pair.end_mut(role);
        end.has_uploaded = true;
        end.has_got(Step::Seal);
        match (pair.end_mut(role.other()).upload.take(), role) {
            (Some(theirs), Role::Caller) => self.decide(key, &upload, &theirs),
            (Some(theirs), Role::Callee) => self.decide(key, &theirs, &upload),
            (None, _) => pair.end_mut(role).upload = Some(upload),
        }
    }

    /// Compares, and owes both their verdict.
    fn decide(&mut self, key: PairKey, of_caller: &Upload, of_callee: &Upload) {
        let (to_caller, to_callee, is_match) = match compare(of_caller, of_callee) {
            Ok(overlap) => {
                let (items, matched) = (overlap.items as u8, overlap.is_match());
                self.out.event(Event::Compared { items, matched });
                if overlap.forged > 0 {
                    self.out.failed(FailureKind::ForgedSeals);
                }
                let verdict = |upload: &Upload| overlap.verdict(upload.side()).encode();
                (verdict(of_caller), verdict(of_callee), matched)
            }
            Err(_same_side) => {
                self.out.failed(FailureKind::BadUpload);
                (Verdict::no_match().encode(), Verdict::no_match().encode(), false)
            }
        };
        self.remember_met(key);
        self.advance(key, Stage::Held, limits::VERDICT_WAIT);
        for (role, verdict) in [(Role::Caller, to_caller), (Role::Callee, to_callee)] {
            let Some(pair) = self.pairs.get_mut(key) else { return };
            pair.is_match = is_match;
            let pair = pair.end(role).number;
            self.owe(key, role, Step::Verdict, &RelayMessage::Verdict { pair, verdict: &verdict });
        }
        self.release(key);
    }

    /// One pair for two registrations in an epoch.
    fn remember_met(&mut self, key: PairKey) {
        let Some(pair) = self.pairs.get(key) else { return };
        let (one, other) = (pair.caller.session, pair.callee.session);
        for (session, met) in [(one, other), (other, one)] {
            let Some(met) = self.sessions.get(met).map(|session| session.registration) else { continue };
            if let Some(session) = self.sessions.get_mut(session) {
                session.met.insert(met);
            }
        }
    }

    /// Sends both verdicts, where both are connected.
    pub(crate) fn release(&mut self, key: PairKey) {
        let Some(pair) = self.pairs.get(key).filter(|pair| pair.stage == Stage::Held) else { return };
        let sessions = [pair.caller.session, pair.callee.session];
        let connected =
            |key: &SessionKey| self.sessions.get(*key).is_some_and(|session| session.connection.is_some());
        if !sessions.iter().all(connected) {
            return;
        }
        let is_match = pair.is_match;
        self.advance(key, Stage::Decided, limits::VERDICT_WAIT);
        for session in sessions {
            self.repeat_owed(session, key);
        }
        if is_match {
            self.out.event(Event::Nudged);
        }
    }

    /// A device has its verdict, or goes no further.
    pub(crate) fn done(&mut self, from: SessionKey, number: PairNumber) {
        let Some(key) = self.sessions.get(from).and_then(|session| session.pair_of(number)) else { return };
        let Some(pair) = self.pairs.get_mut(key).filter(|pair| pair.stage == Stage::Decided) else {
            return self.end_pair(key, PairEnd::OtherLeft, Some(from));
        };
        if let Some(role) = pair.role_of(from) {
            let end = pair.end_mut(role);
            end.is_done = true;
            end.owed.clear();
        }
        let both = pair.caller.is_done && pair.callee.is_done;
        if let Some(session) = self.sessions.get_mut(from) {
            session.remove_pair(key);
        }
        if both {
            self.end_pair(key, PairEnd::OtherLeft, Some(from));
        }
    }

    /// The pair that a session means. One that is over is told so: its end may have been lost with a connection.
    fn pair_of(&mut self, from: SessionKey, number: PairNumber) -> Option<(PairKey, Role, &mut Pair)> {
        let Some(key) = self.sessions.get(from)?.pair_of(number) else {
            self.tell(from, &RelayMessage::Ended { pair: number, why: PairEnd::OtherLeft });
            return None;
        };
        let pair = self.pairs.get_mut(key)?;
        let role = pair.role_of(from)?;
        Some((key, role, pair))
    }
}
