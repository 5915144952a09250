//! What a relay that means no good does with the frames that pass through its hands.

use std::{collections::VecDeque, fmt, mem, sync::Arc};

use sighej_crypto::relay::RoomSecret;
use sighej_relay_api::wire::{ClientMessage, PairNumber, RelayMessage, VERDICT_LEN, WireId};

use crate::{Attendee, Reaction};

/// Numbers of pairs that the relay made up begin here: an honest one never comes so far.
const INVENTED: u32 = 0x8000_0000;
/// The longest queue of frames that are kept back or kept for later; older ones are forgotten.
const KEPT: usize = 64;

/// What to do to whoever connects. In everything else the relay is honest.
pub enum Mischief {
    /// Nothing.
    None,
    /// Two knocks at one device change places, so that each stands for the other's sender.
    SwapCommitments,
    /// So many invented attendees knock at each device, each with 16 words of a dictionary. In this room, whose secret an
    /// accomplice was given; or else under a token that the relay has to guess.
    KnockWithADictionary(Option<RoomSecret>, usize),
    /// Each verdict says that the first row matched, with the device's own seal value, since the relay has no other.
    InventMatches,
    /// This connection, counted from 0, is never told of a match.
    WithholdFrom(usize),
    /// Whatever came once comes again: knocks and accepts under another number too, and the first seal in place of each
    /// later one.
    ReplayAnswers,
    /// Proposals and knocks in rooms that the device never named, and far too many in those that it did.
    ProposeFalseRooms,
    /// The clock is so many milliseconds off.
    LieAboutTheClock(i64),
}

/// One connection's share of it.
pub(crate) struct Trickster {
    mischief: Arc<Mischief>,
    connection: usize,
    /// Knocks, and frames to be played again.
    kept: VecDeque<Vec<u8>>,
    /// The device's last upload.
    upload: Vec<u8>,
    invented: Vec<Attendee>,
    numbers: u32,
    answered: Answers,
}

/// What a device said to pairs that the relay made up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Frames of any kind but "done".
    pub frames: usize,
    /// Seals among them: as often were 16 words evaluated.
    pub seals: usize,
}

impl Trickster {
    pub(crate) fn new(mischief: Arc<Mischief>, connection: usize) -> Self {
        Self {
            mischief,
            connection,
            kept: VecDeque::new(),
            upload: Vec::new(),
            invented: Vec::new(),
            numbers: INVENTED,
            answered: Answers::default(),
        }
    }

    /// So far.
    pub(crate) fn answered(&self) -> Answers {
        self.answered
    }

    /// A frame of the honest relay; what the device gets in its place.
    pub(crate) fn down(&mut self, frame: Vec<u8>) -> Vec<Vec<u8>> {
        let Ok(message) = RelayMessage::decode(&frame) else { return vec![frame] };
        let mischief = Arc::clone(&self.mischief);
        match (&*mischief, message) {
            (Mischief::LieAboutTheClock(by), RelayMessage::Welcome { challenge, utc_ms, epoch_secs }) => {
                let utc_ms = utc_ms.saturating_add_signed(*by);
                vec![RelayMessage::Welcome { challenge, utc_ms, epoch_secs }.encode()]
            }
            (Mischief::SwapCommitments, RelayMessage::Knocked { .. }) => self.swap(frame),
            (Mischief::InventMatches, RelayMessage::Verdict { pair, .. }) => vec![self.invented_match(pair)],
            (Mischief::WithholdFrom(who), RelayMessage::Verdict { pair, .. }) if *who == self.connection => {
                vec![RelayMessage::Verdict { pair, verdict: &[0; VERDICT_LEN] }.encode()]
            }
            (Mischief::ReplayAnswers, _) => self.replay(frame),
            (Mischief::KnockWithADictionary(room, knocks), RelayMessage::Registered { .. }) => {
                let mut frames = vec![frame];
                frames.extend((0..*knocks).map(|number| self.dictionary_knock(room.as_ref(), number)));
                frames
            }
            (Mischief::ProposeFalseRooms, RelayMessage::Registered { .. }) => {
                let mut frames = vec![frame];
                frames.extend(self.false_rooms(WireId::from_bytes([0x5a; WireId::LEN])));
                frames
            }
            _ => vec![frame],
        }
    }

    /// A frame of the device: whether it goes on to the honest relay, and what the device gets for it at once.
    pub(crate) fn up(&mut self, frame: &[u8]) -> (bool, Vec<Vec<u8>>) {
        match ClientMessage::decode(frame) {
            Ok(ClientMessage::Join { room, .. }) => {
                let is_mine = matches!(*self.mischief, Mischief::ProposeFalseRooms);
                (true, if is_mine { self.false_rooms(room) } else { Vec::new() })
            }
            Ok(ClientMessage::Upload { pair, upload }) if pair.0 < INVENTED => {
                self.upload = upload.to_vec();
                (true, Vec::new())
            }
            Ok(message) => match pair_of(&message).filter(|pair| pair.0 >= INVENTED) {
                Some(pair) => (false, self.hear(pair, &message)),
                None => (true, Vec::new()),
            },
            Err(_) => (true, Vec::new()),
        }
    }

    /// The first knock waits for a second one, and then each comes under the other's number.
    fn swap(&mut self, frame: Vec<u8>) -> Vec<Vec<u8>> {
        let Some(first) = self.kept.pop_front() else {
            self.kept.push_back(frame);
            return Vec::new();
        };
        let (Ok(one), Ok(other)) = (RelayMessage::decode(&first), RelayMessage::decode(&frame)) else {
            return Vec::new();
        };
        let (
            RelayMessage::Knocked { pair: a, room, knock: of_a },
            RelayMessage::Knocked { pair: b, knock: of_b, .. },
        ) = (one, other)
        else {
            return Vec::new();
        };
        vec![
            RelayMessage::Knocked { pair: a, room, knock: of_b }.encode(),
            RelayMessage::Knocked { pair: b, room, knock: of_a }.encode(),
        ]
    }

    fn invented_match(&self, pair: PairNumber) -> Vec<u8> {
        let mut verdict = [0; VERDICT_LEN];
        if let Some(row) = self.upload.get(2..34) {
            verdict[0] = 1;
            verdict[1..33].copy_from_slice(row);
        }
        RelayMessage::Verdict { pair, verdict: &verdict }.encode()
    }

    fn replay(&mut self, frame: Vec<u8>) -> Vec<Vec<u8>> {
        let again = match RelayMessage::decode(&frame) {
            Ok(RelayMessage::Sealed { pair, .. }) => {
                let first = self.kept.iter().find(|kept| kept.first() == frame.first());
                match first.map(|kept| RelayMessage::decode(kept)) {
                    Some(Ok(RelayMessage::Sealed { seal, .. })) => {
                        return vec![RelayMessage::Sealed { pair, seal }.encode(), frame];
                    }
                    _ => frame.clone(),
                }
            }
            Ok(RelayMessage::Knocked { room, knock, .. }) => {
                let pair = PairNumber(self.numbers);
                RelayMessage::Knocked { pair, room, knock }.encode()
            }
            Ok(RelayMessage::Accepted { id, accept, .. }) => {
                let pair = PairNumber(self.numbers);
                RelayMessage::Accepted { pair, id, accept }.encode()
            }
            Ok(RelayMessage::Verdict { .. }) => frame.clone(),
            Ok(_) | Err(_) => return vec![frame],
        };
        self.numbers += 1;
        self.kept.push_back(frame.clone());
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        vec![frame.clone(), frame, again]
    }

    /// A knock by an attendee that does not exist, in a room or under a token that was guessed.
    fn dictionary_knock(&mut self, room: Option<&RoomSecret>, number: usize) -> Vec<u8> {
        let words: Vec<String> = (0..16).map(|word| format!("word {}", number * 16 + word)).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let seed = (self.connection * 1_000 + number) as u64;
        let mut attendee = Attendee::new(&words, crate::epoch(), 0xd1c7_0000 + seed);
        let frame = match room {
            Some(room) => {
                attendee.join(room);
                let pair = PairNumber(self.numbers);
                let room = WireId::from_bytes(*room.id().as_bytes());
                let knock = attendee.hear(&RelayMessage::Proposed { pair, room }.encode());
                renamed(&knock, pair, room)
            }
            None => {
                let guess = sighej_crypto::Token::from_bytes([number as u8; sighej_crypto::Token::LEN]);
                let knock = Reaction { say: vec![attendee.knock(guess)], found: None };
                renamed(&knock, PairNumber(self.numbers), WireId::from_bytes([0; WireId::LEN]))
            }
        };
        self.invented.push(attendee);
        self.numbers += 1;
        frame
    }

    /// A proposal of a room, and a knock in it that nobody sealed.
    fn false_rooms(&mut self, room: WireId) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        for _ in 0..20 {
            let (one, other) = (PairNumber(self.numbers), PairNumber(self.numbers + 1));
            self.numbers += 2;
            frames.push(RelayMessage::Proposed { pair: one, room }.encode());
            frames.push(RelayMessage::Knocked { pair: other, room, knock: &[0x77; 645] }.encode());
        }
        frames
    }

    /// What a device says to somebody who does not exist. The invented go on with it as far as they can.
    fn hear(&mut self, pair: PairNumber, message: &ClientMessage<'_>) -> Vec<Vec<u8>> {
        if matches!(message, ClientMessage::Done { .. }) {
            return Vec::new();
        }
        self.answered.frames += 1;
        self.answered.seals += usize::from(matches!(message, ClientMessage::Seal { .. }));
        let id = WireId::from_bytes([0; WireId::LEN]);
        let heard = if let ClientMessage::Accept { accept, .. } = message {
            RelayMessage::Accepted { pair, id, accept }.encode()
        } else if let ClientMessage::Seal { seal, .. } = message {
            RelayMessage::Sealed { pair, seal }.encode()
        } else {
            return Vec::new();
        };
        let at = (pair.0 - INVENTED) as usize;
        let Some(attendee) = self.invented.get_mut(at) else { return Vec::new() };
        let said = attendee.hear(&heard).say;
        let seals = said.iter().filter_map(|frame| match ClientMessage::decode(frame) {
            Ok(ClientMessage::Seal { pair, seal }) => Some(RelayMessage::Sealed { pair, seal }.encode()),
            _ => None,
        });
        seals.collect()
    }
}

/// The knock in a reaction, as the knocked device gets it.
fn renamed(reaction: &Reaction, pair: PairNumber, room: WireId) -> Vec<u8> {
    let said = reaction.say.first().map(|frame| ClientMessage::decode(frame));
    match said {
        Some(Ok(ClientMessage::Knock { knock, .. } | ClientMessage::KnockProposed { knock, .. })) => {
            RelayMessage::Knocked { pair, room, knock }.encode()
        }
        _ => Vec::new(),
    }
}

fn pair_of(message: &ClientMessage<'_>) -> Option<PairNumber> {
    match message {
        ClientMessage::KnockProposed { pair, .. }
        | ClientMessage::Accept { pair, .. }
        | ClientMessage::Seal { pair, .. }
        | ClientMessage::Upload { pair, .. }
        | ClientMessage::Done { pair } => Some(*pair),
        ClientMessage::Register { .. }
        | ClientMessage::Join { .. }
        | ClientMessage::Knock { .. }
        | ClientMessage::Goodbye => None,
    }
}

/// Its name alone: a room's secret may be in it.
impl fmt::Debug for Mischief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mischief({:?})", mem::discriminant(self))
    }
}
