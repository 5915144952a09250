//! A whole device at a relay: real commitments, seals and uploads, and everything that it must refuse.

use std::{collections::BTreeMap, fmt};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sighej_crypto::{
    Commitment, Digest, EpochNumber, EpochSecrets, Interest, InterestSet, MetBlock, THRESHOLD_DEFAULT, Token,
    exchange::{Conclusion, Gate},
    relay::{
        Exchanged, Introduced, KnockSent, Knocked, RelayError, RelayId, RoomKey, RoomSecret, Sealed,
        Uploaded, register,
    },
};
use sighej_relay_api::wire::{ClientMessage, PairNumber, RelayMessage, WireId};

use crate::{Found, Reaction};

/// In place of a room where there is none.
const NO_ROOM: WireId = WireId::from_bytes([0; WireId::LEN]);
/// Tokens that no radio heard get so many evaluations (specification, section 10).
const BUDGET: usize = 8;

/// How far a pair has come.
enum Stage {
    /// A knock in a room is out.
    Knocking(KnockSent),
    /// Who knocked; the other seals first.
    Introduced(Introduced),
    Sealed(Sealed),
    Uploaded(Uploaded),
}

/// An attendee's device, in one epoch.
pub struct Attendee {
    me: EpochSecrets,
    rng: ChaCha20Rng,
    epoch: u32,
    rooms: Vec<(WireId, RoomKey)>,
    knocks: Vec<(WireId, KnockSent)>,
    pairs: BTreeMap<PairNumber, Stage>,
    /// Whom an evaluation was made for.
    charged: Vec<Digest>,
}

impl Attendee {
    /// A device with these interests, in this epoch. `seed` makes its secrets.
    #[must_use]
    pub fn new(interests: &[&str], epoch: u32, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let interests = interests.iter().filter_map(|text| Interest::parse(text).ok());
        let interests = InterestSet::new(interests).unwrap_or_default();
        let me = EpochSecrets::draw(&interests, EpochNumber(epoch), &mut rng);
        Self { me, rng, epoch, rooms: vec![], knocks: vec![], pairs: BTreeMap::new(), charged: vec![] }
    }

    /// What its advert carries.
    #[must_use]
    pub fn token(&self) -> Token {
        self.me.token()
    }

    /// How many were evaluated: how often 16 words could be tested.
    #[must_use]
    pub fn charged(&self) -> usize {
        self.charged.len()
    }

    /// Enters a room.
    pub fn join(&mut self, room: &RoomSecret) -> Vec<u8> {
        let id = WireId::from_bytes(*room.id().as_bytes());
        self.rooms.push((id, room.key()));
        ClientMessage::Join { room: id, open: true }.encode()
    }

    /// Knocks at a device that was heard.
    pub fn knock(&mut self, token: Token) -> Vec<u8> {
        let to = WireId::from_bytes(*RelayId::of(token).as_bytes());
        let sent = KnockSent::heard(&self.me, token, &mut self.rng);
        let frame = fixed(sent.knock_bytes()).map(|knock| ClientMessage::Knock { to, knock }.encode());
        self.knocks.push((to, sent));
        frame.unwrap_or_default()
    }

    /// Hears a frame of the relay.
    pub fn hear(&mut self, frame: &[u8]) -> Reaction {
        let Ok(message) = RelayMessage::decode(frame) else { return Reaction::found(Found::Over) };
        match message {
            RelayMessage::Welcome { challenge, .. } => match register(&self.me, challenge) {
                Ok(registration) => {
                    let epoch = self.epoch;
                    Reaction::say(ClientMessage::Register { epoch, registration: &registration })
                }
                Err(error) => Reaction::found(Found::Refused(error)),
            },
            RelayMessage::Registered { .. } => Reaction::found(Found::Registered),
            RelayMessage::Knocked { pair, room, knock } => self.knocked(pair, room, knock),
            RelayMessage::Proposed { pair, room } => self.proposed(pair, room),
            RelayMessage::Accepted { pair, id, accept } => self.accepted(pair, id, accept),
            RelayMessage::Sealed { pair, seal } => self.sealed(pair, seal),
            RelayMessage::Verdict { pair, verdict } => self.verdict(pair, verdict),
            RelayMessage::Ended { pair, .. } => {
                self.pairs.remove(&pair);
                Reaction::found(Found::Over)
            }
            RelayMessage::Refused { .. } | RelayMessage::Bye { .. } => Reaction::found(Found::Over),
        }
    }

    /// Only what opens is answered, and only within the budget.
    fn knocked(&mut self, pair: PairNumber, room: WireId, knock: &[u8]) -> Reaction {
        let knocked = if room == NO_ROOM {
            Knocked::by_token(&self.me, knock)
        } else {
            let Some(key) = self.room(room) else { return Reaction::found(Found::ForeignRoom) };
            Knocked::in_room(&self.me, &key, knock)
        };
        let knocked = match knocked {
            Ok(knocked) => knocked,
            Err(error) => return Reaction::found(Found::Refused(error)),
        };
        if self.pairs.contains_key(&pair) {
            return Reaction::found(Found::OutOfTurn);
        }
        if !self.charge(&knocked.peer().digest()) {
            return Reaction::found(Found::BudgetSpent);
        }
        let answered = knocked.accept(&self.me, &mut self.rng);
        self.refusing(pair, answered, |device, introduced| {
            let accept = introduced.accept_bytes().unwrap_or_default().to_vec();
            let evaluation = device.me.evaluate(introduced.peer(), &mut device.rng);
            let met = device.met(introduced.peer());
            let sealed =
                introduced.seal(&device.me, &evaluation, &met, THRESHOLD_DEFAULT, &mut device.rng)?;
            let mut reaction = Reaction::default();
            reaction.add(fixed(&accept).map(|accept| ClientMessage::Accept { pair, accept }));
            reaction.add(fixed(sealed.seal_bytes()).map(|seal| ClientMessage::Seal { pair, seal }));
            device.pairs.insert(pair, Stage::Sealed(sealed));
            Ok(reaction)
        })
    }

    fn proposed(&mut self, pair: PairNumber, room: WireId) -> Reaction {
        let Some(key) = self.room(room) else { return Reaction::found(Found::ForeignRoom) };
        let sent = KnockSent::in_room(&self.me, &key, &mut self.rng);
        let mut reaction = Reaction::default();
        reaction.add(fixed(sent.knock_bytes()).map(|knock| ClientMessage::KnockProposed { pair, knock }));
        self.pairs.insert(pair, Stage::Knocking(sent));
        reaction
    }

    fn accepted(&mut self, pair: PairNumber, id: WireId, accept: &[u8]) -> Reaction {
        let introduced = match self.pairs.get(&pair) {
            Some(Stage::Knocking(sent)) => sent.read_accept(&self.me, accept),
            Some(_) => return Reaction::found(Found::OutOfTurn),
            None => match self.knocks.iter().find(|(to, _)| *to == id) {
                Some((_, sent)) => sent.read_accept(&self.me, accept),
                None => return Reaction::found(Found::OutOfTurn),
            },
        };
        self.refusing(pair, introduced, |device, introduced| {
            device.pairs.insert(pair, Stage::Introduced(introduced));
            Ok(Reaction::default())
        })
    }

    fn sealed(&mut self, pair: PairNumber, seal: &[u8]) -> Reaction {
        match self.pairs.remove(&pair) {
            Some(Stage::Introduced(introduced)) => {
                if !self.charge(&introduced.peer().digest()) {
                    return Reaction::found(Found::BudgetSpent).and_done(pair);
                }
                let offered = introduced.read_seal(&self.me, seal);
                self.refusing(pair, offered, |device, offered| {
                    let evaluation = device.me.evaluate(offered.peer(), &mut device.rng);
                    let met = device.met(offered.peer());
                    let exchanged =
                        offered.seal(&device.me, &evaluation, &met, THRESHOLD_DEFAULT, &mut device.rng)?;
                    let mut reaction = Reaction::default();
                    reaction
                        .add(fixed(exchanged.seal_bytes()).map(|seal| ClientMessage::Seal { pair, seal }));
                    device.upload(pair, exchanged, reaction)
                })
            }
            Some(Stage::Sealed(sealed)) => {
                let exchanged = sealed.read_seal(&self.me, seal);
                self.refusing(pair, exchanged, |device, exchanged| {
                    device.upload(pair, exchanged, Reaction::default())
                })
            }
            Some(other) => {
                self.pairs.insert(pair, other);
                Reaction::found(Found::OutOfTurn)
            }
            None => Reaction::found(Found::OutOfTurn),
        }
    }

    fn upload(
        &mut self,
        pair: PairNumber,
        exchanged: Exchanged,
        mut before: Reaction,
    ) -> Result<Reaction, RelayError> {
        let uploaded = exchanged.upload(&self.me, Gate::Open, &mut self.rng)?;
        before.add(Some(ClientMessage::Upload { pair, upload: uploaded.upload_bytes() }));
        self.pairs.insert(pair, Stage::Uploaded(uploaded));
        Ok(before)
    }

    fn verdict(&mut self, pair: PairNumber, verdict: &[u8]) -> Reaction {
        let uploaded = match self.pairs.remove(&pair) {
            Some(Stage::Uploaded(uploaded)) => uploaded,
            Some(other) => {
                self.pairs.insert(pair, other);
                return Reaction::found(Found::OutOfTurn);
            }
            None => return Reaction::found(Found::OutOfTurn),
        };
        let found = match uploaded.conclude(&self.me, verdict) {
            Ok(Conclusion::Match { interests, .. }) => {
                Found::Nudge(interests.iter().map(|interest| interest.as_str().to_owned()).collect())
            }
            Ok(Conclusion::NoMatch | Conclusion::Withheld) => Found::NoMatch,
            Err(error) => Found::Refused(error),
        };
        Reaction::found(found).and_done(pair)
    }

    /// Goes on with a step that held; where it did not, says why and no more than that the pair is over.
    fn refusing<T>(
        &mut self,
        pair: PairNumber,
        step: Result<T, RelayError>,
        go_on: impl FnOnce(&mut Self, T) -> Result<Reaction, RelayError>,
    ) -> Reaction {
        match step.and_then(|value| go_on(self, value)) {
            Ok(reaction) => reaction,
            Err(error) => {
                self.pairs.remove(&pair);
                Reaction::found(Found::Refused(error)).and_done(pair)
            }
        }
    }

    /// Once for each digest. False where nothing is left.
    fn charge(&mut self, digest: &Digest) -> bool {
        let known = self.charged.contains(digest);
        if !known && self.charged.len() < BUDGET {
            self.charged.push(*digest);
            return true;
        }
        known
    }

    fn met(&mut self, peer: &Commitment) -> MetBlock {
        MetBlock::seal(&[], &self.me.digest(), &peer.digest(), &mut self.rng)
    }

    fn room(&self, room: WireId) -> Option<RoomKey> {
        self.rooms.iter().find(|(id, _)| *id == room).map(|(_, key)| key.clone())
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> Option<&[u8; N]> {
    bytes.try_into().ok()
}

impl fmt::Debug for Attendee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attendee(redacted)")
    }
}
