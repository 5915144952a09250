//! How a pairing begins: by a knock of one's own, a knock of another, or both at once; in a room by a proposal.

use sighej_crypto::{
    Digest, Token,
    relay::{Introduced, KnockSent, Knocked, RelayError, RelayId},
};
use sighej_relay_api::wire::{ACCEPT_LEN, ClientMessage, KNOCK_LEN, PairNumber, WireId};

use crate::{
    Failure, Transmit, limits,
    relay::{Outstanding, Pairing, Stage},
};

use super::{NO_ROOM, Turn};

impl Turn<'_> {
    /// Knocks at a token that was heard. The evaluation is charged once its owner's proof has held.
    pub(super) fn knock(&mut self, token: Token) {
        let until = self.now() + limits::KNOCK_WAIT;
        let state = KnockSent::heard(&self.here.secrets, token, self.core.entropy.rng());
        let id = WireId::from_bytes(*RelayId::of(token).as_bytes());
        let Ok(knock) = state.knock_bytes().try_into() else { return };
        let frame = ClientMessage::Knock { to: id, knock }.encode();
        self.core.out.transmit(Transmit::RelayFrame { bytes: frame.clone() });
        let knock = Outstanding { state: Box::new(state), frame, until };
        self.here.relay.callees.insert(token, id, knock);
    }

    /// The relay proposes somebody in a room, and this device is to knock.
    pub(super) fn proposed(&mut self, pair: PairNumber, room: WireId) {
        if self.here.relay.pairs.contains_key(&pair) {
            return;
        }
        let Some(key) = self.core.config.rooms.iter().find(|known| known.id == room).map(|room| &room.key)
        else {
            self.relay_failed(Failure::FalseRoom);
            return self.give_up(pair);
        };
        if !self.takes_proposals() || !self.has_room_for_pairing() {
            return self.give_up(pair);
        }
        let state = KnockSent::in_room(&self.here.secrets, key, self.core.entropy.rng());
        let Ok(knock) = state.knock_bytes().try_into() else { return };
        let frame = ClientMessage::KnockProposed { pair, knock }.encode();
        self.begin(pair, true, true, Stage::Proposed(Box::new(state)));
        self.say_in(pair, frame);
    }

    /// Somebody knocks. Only what opens under one's own token, or a room's key, is answered, whatever the relay says.
    pub(super) fn knocked(&mut self, pair: PairNumber, room: WireId, knock: &[u8; KNOCK_LEN]) {
        if self.here.relay.pairs.contains_key(&pair) {
            return;
        }
        match self.open_knock(room, knock) {
            Ok(knocked) if !self.here.may_start(self.core) || !self.has_room_for_pairing() => {
                drop(knocked);
                self.give_up(pair);
            }
            Ok(knocked) => self.answer_knock(pair, room != NO_ROOM, knocked, knock),
            Err(why) => {
                self.relay_failed(why);
                self.give_up(pair);
            }
        }
    }

    fn open_knock(&self, room: WireId, knock: &[u8; KNOCK_LEN]) -> Result<Knocked, Failure> {
        let me = &self.here.secrets;
        if room == NO_ROOM {
            return Ok(Knocked::by_token(me, knock)?);
        }
        let known = self.core.config.rooms.iter().find(|known| known.id == room).ok_or(Failure::FalseRoom)?;
        Ok(Knocked::in_room(me, &known.key, knock)?)
    }

    fn answer_knock(&mut self, pair: PairNumber, in_room: bool, knocked: Knocked, knock: &[u8; KNOCK_LEN]) {
        let digest = knocked.peer().digest();
        if let Err(why) = self.admit_pairing(digest) {
            self.relay_failed(why);
            return self.give_up(pair);
        }
        if !in_room && self.here.relay.callees.knock(&digest.token()).is_some() {
            return self.crossed(pair, digest, knock);
        }
        self.begin(pair, in_room, false, Stage::Waiting(Box::new(knocked)));
        self.seal_when_paid(pair);
    }

    /// Both knocked: each knock is the other's accept. The lower digest seals first.
    fn crossed(&mut self, pair: PairNumber, digest: Digest, knock: &[u8; KNOCK_LEN]) {
        let Some(ours) = self.here.relay.callees.end(&digest.token(), Some(self.now())) else { return };
        match ours.state.read_crossing_knock(&self.here.secrets, knock) {
            Ok(introduced) if self.here.secrets.digest() < digest => {
                self.begin(pair, false, true, Stage::Crossed(Box::new(introduced)));
                self.keep(pair, ours.frame);
                self.seal_when_paid(pair);
            }
            Ok(introduced) => {
                self.begin(pair, false, false, Stage::Introduced(Box::new(introduced)));
                self.keep(pair, ours.frame);
            }
            Err(error) => self.pairing_failed(pair, None, error),
        }
    }

    /// A knock of one's own is answered. At an id that squatters share, answers may come that do not open: the knock waits
    /// on for the true one.
    pub(super) fn accepted(&mut self, pair: PairNumber, id: WireId, accept: &[u8; ACCEPT_LEN]) {
        match self.here.relay.pairs.remove(&pair) {
            Some(Pairing { stage: Stage::Proposed(state), .. }) => {
                match state.read_accept(&self.here.secrets, accept) {
                    Ok(introduced) => self.introduced(pair, true, introduced),
                    Err(error) => self.pairing_failed(pair, None, error),
                }
            }
            // Said again.
            Some(pairing) => {
                self.here.relay.pairs.insert(pair, pairing);
            }
            None => self.accepted_at(pair, id, accept),
        }
    }

    fn accepted_at(&mut self, pair: PairNumber, id: WireId, accept: &[u8; ACCEPT_LEN]) {
        let Some(token) = self.here.relay.callees.by_id(id) else { return self.give_up(pair) };
        let Some(knock) = self.here.relay.callees.knock(&token) else { return self.give_up(pair) };
        match knock.state.read_accept(&self.here.secrets, accept) {
            Ok(introduced) => {
                self.here.relay.callees.end(&token, Some(self.now() + limits::KNOCK_AGAIN));
                self.introduced(pair, false, introduced);
            }
            Err(error) => self.pairing_failed(pair, None, error),
        }
    }

    fn introduced(&mut self, pair: PairNumber, in_room: bool, introduced: Introduced) {
        let admitted = self.admit_pairing(introduced.peer().digest());
        if let Err(why) =
            admitted.and_then(|()| self.has_room_for_pairing().then_some(()).ok_or(Failure::Busy))
        {
            self.relay_failed(why);
            return self.give_up(pair);
        }
        self.begin(pair, in_room, true, Stage::Introduced(Box::new(introduced)));
    }

    /// Whether a pairing with this digest may begin: what other paths have completed, and have under way, counts.
    fn admit_pairing(&mut self, digest: Digest) -> Result<(), Failure> {
        let others = self.here.exchanges.count_with_digest(&digest) + self.here.relay.with_digest(&digest);
        let record = self.bind(digest)?;
        record.refusal_beside(others).map_or(Ok(()), Err)?;
        if record.try_relay() { Ok(()) } else { Err(Failure::Exhausted) }
    }

    fn has_room_for_pairing(&self) -> bool {
        self.here.relay.pairs.len() < limits::RELAY_PAIRS
    }

    fn begin(&mut self, pair: PairNumber, in_room: bool, by_us: bool, stage: Stage) {
        let wait = if stage.wants_budget() { limits::RELAY_HOLD } else { limits::RELAY_PAIR_WAIT };
        let deadline = self.now() + wait;
        let pairing = Pairing { in_room, by_us, deadline, unanswered: Vec::new(), stage };
        self.here.relay.pairs.insert(pair, pairing);
    }

    /// Somebody who was knocked at may be knocked at again; the tries are counted.
    pub(super) fn try_knock_later(&mut self, pairing: &Pairing) {
        let at = self.now() + limits::KNOCK_AGAIN;
        if let Some(digest) = pairing.stage.digest() {
            self.here.relay.callees.end(&digest.token(), Some(at));
        }
    }

    /// A pairing ends for something that was wrong. `digest` is whose doing it is, where nobody else can have done it.
    pub(super) fn pairing_failed(&mut self, pair: PairNumber, digest: Option<Digest>, error: RelayError) {
        let why = Failure::Relay(error);
        self.relay_failed(why);
        if let Some(record) = digest.and_then(|digest| self.here.ledger.get_mut(&digest))
            && why.is_invalid_message()
        {
            record.sinned(why.is_bad_proof());
        }
        self.give_up(pair);
    }
}
