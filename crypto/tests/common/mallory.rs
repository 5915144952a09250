//! Mallory: an attendee who follows the protocol to the letter but for what a test has her do differently. She is a
//! device of the second implementation, so every secret of hers is at hand and every byte she sends is hers to choose.

use sighej_crypto::{
    EpochSecrets, ExchangeError, MetBlock, Token,
    exchange::{
        Gate, InitiatorAnswered, InitiatorHello, InitiatorIdentified, ResponderAnswered, ResponderHello,
        ResponderIdentified,
    },
};

use super::{
    EPOCH, rng,
    second::{
        Bytes32, Commitment, Device, Draws, Session,
        pair::{self, INITIATOR, RESPONDER},
    },
};

/// Payload of message 3, before it is sealed. Message 4's is the same without the commitment, and with tags.
pub(crate) struct Payload {
    pub(crate) commitment: Vec<u8>,
    pub(crate) evaluation: Vec<u8>,
    pub(crate) met: Vec<u8>,
    pub(crate) threshold: u8,
    pub(crate) tags: Vec<u8>,
    /// Not sent: her 16 items and the session's hash, for a test to make other tags of.
    pub(crate) items: Vec<Bytes32>,
    pub(crate) h: Bytes32,
}

impl Payload {
    fn bytes(&self) -> Vec<u8> {
        [&self.commitment[..], &self.evaluation, &self.met, &[self.threshold], &self.tags].concat()
    }
}

/// Nothing differently.
pub(crate) fn honestly<T>(_: &mut T) {}

/// Mallory in one session with a victim.
pub(crate) struct Mallory {
    pub(crate) device: Device,
    pub(crate) session: Session,
    /// The victim's commitment, once she has it.
    pub(crate) victim: Option<Commitment>,
}

/// A device for Mallory.
pub(crate) fn mallory(texts: &[&str]) -> Device {
    mallory_in(EPOCH.0, texts)
}

/// A device for Mallory in some epoch.
pub(crate) fn mallory_in(epoch: u32, texts: &[&str]) -> Device {
    let mut texts = texts.to_vec();
    texts.sort_unstable();
    Device::new(&texts, epoch, &Draws::random(texts.len(), 0x4d))
}

impl Mallory {
    /// As initiator, through message 2. Each `seed` is another session.
    pub(crate) fn knocks(device: &Device, victim: &EpochSecrets, seed: u8) -> (Self, ResponderHello) {
        let mut session = Session::initiator(&device.x, &[seed; 32], victim.token().as_bytes());
        let message1 = session.write(&[]);
        let (hello, message2) = ResponderHello::accept(victim, &message1, &mut rng(seed.into())).unwrap();
        let victim = Some(Commitment(session.read(&message2).unwrap()));
        (Self { device: device.clone(), session, victim }, hello)
    }

    /// Message 3, as the victim reads it.
    pub(crate) fn offers(
        &mut self,
        me: &EpochSecrets,
        hello: ResponderHello,
        edit: impl FnOnce(&mut Payload),
    ) -> Result<ResponderIdentified, ExchangeError> {
        let mut payload = self.payload(self.device.commitment.0.clone());
        edit(&mut payload);
        hello.read_offer(me, &self.session.write(&payload.bytes())).and_then(|offered| offered.verify(me))
    }

    /// Message 4 of the victim with this gate, and what Mallory reads in it.
    pub(crate) fn hears_answer(
        &mut self,
        me: &EpochSecrets,
        identified: ResponderIdentified,
        gate: Gate,
    ) -> (ResponderAnswered, Answer) {
        let evaluation = me.evaluate(identified.peer(), &mut rng(41));
        let met = MetBlock::seal(&[], &me.digest(), &identified.peer().digest(), &mut rng(42));
        let (answered, message4) = identified.answer(me, &evaluation, &met, 1, gate, &mut rng(43)).unwrap();
        (answered, Answer::of(&self.session.read(&message4).unwrap()))
    }

    /// As responder, through message 2 as the victim reads it; `edit` changes the commitment, and the victim has heard
    /// the changed one's token.
    pub(crate) fn is_called(
        device: &Device,
        victim: &EpochSecrets,
        seed: u8,
        edit: impl FnOnce(&mut Commitment),
    ) -> Result<(Self, InitiatorIdentified), ExchangeError> {
        let mut shown = device.commitment.clone();
        edit(&mut shown);
        Self::is_called_by(device, victim, seed, shown.token(), &shown)
    }

    /// The same, whatever token was heard.
    pub(crate) fn is_called_by(
        device: &Device,
        victim: &EpochSecrets,
        seed: u8,
        heard: [u8; 8],
        shown: &Commitment,
    ) -> Result<(Self, InitiatorIdentified), ExchangeError> {
        let mut session = Session::responder(&device.x, &[seed; 32], &heard);
        let heard = Token::from_bytes(heard);
        let (hello, message1) = InitiatorHello::start(victim, heard, &mut rng(seed.into())).unwrap();
        session.read(&message1).unwrap();
        let identified = hello.read_commitment(victim, &session.write(&shown.0))?;
        Ok((Self { device: device.clone(), session, victim: None }, identified))
    }

    /// Message 3 of the victim, then message 4 as it reads it.
    pub(crate) fn answers(
        &mut self,
        me: &EpochSecrets,
        identified: InitiatorIdentified,
        edit: impl FnOnce(&mut Payload),
    ) -> Result<InitiatorAnswered, ExchangeError> {
        let evaluation = me.evaluate(identified.peer(), &mut rng(31));
        let met = MetBlock::seal(&[], &me.digest(), &identified.peer().digest(), &mut rng(32));
        let (waiting, message3) = identified.send_evaluation(me, &evaluation, &met, 1).unwrap();
        let offer = self.session.read(&message3).unwrap();
        let (commitment, rest) = offer.split_at(Commitment::LEN);
        self.victim = Some(Commitment(commitment.to_vec()));
        let items = self.items(&rest[..576]);
        let mut payload = self.payload(Vec::new());
        payload.h = self.session.h();
        payload.tags = pair::sorted(pair::tags(&items, RESPONDER, &payload.h));
        payload.items = items;
        edit(&mut payload);
        waiting.read_answer(me, &self.session.write(&payload.bytes()))
    }

    /// D of her 16 items, the victim having evaluated them.
    pub(crate) fn items(&self, evaluation: &[u8]) -> Vec<Bytes32> {
        pair::shared_items(&self.device, self.victim.as_ref().unwrap(), evaluation).unwrap()
    }

    /// Her true tags for message 5.
    pub(crate) fn true_tags(&self, answer: &Answer) -> Vec<u8> {
        pair::sorted(pair::tags(&self.items(&answer.evaluation), INITIATOR, &self.session.h()))
    }

    fn payload(&self, commitment: Vec<u8>) -> Payload {
        let evaluation = self.device.evaluate(self.victim.as_ref().unwrap(), &[9; 32]);
        let met = vec![0x55; 128];
        let (tags, items) = (Vec::new(), Vec::new());
        Payload { commitment, evaluation, met, threshold: 1, tags, items, h: [0; 32] }
    }
}

/// Payload of message 4.
pub(crate) struct Answer {
    pub(crate) evaluation: Vec<u8>,
    pub(crate) met: Vec<u8>,
    pub(crate) threshold: u8,
    pub(crate) tags: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(payload: &[u8]) -> Self {
        Self {
            evaluation: payload[..576].to_vec(),
            met: payload[576..704].to_vec(),
            threshold: payload[704],
            tags: payload[705..].to_vec(),
        }
    }
}
