//! What the relay says.

use std::fmt;

use super::{
    ACCEPT_LEN, CHALLENGE_LEN, KNOCK_LEN, PairNumber, SEAL_LEN, VERDICT_LEN, WireError, WireId,
    reader::Reader,
};

/// A message from a relay to a device. What it carries is borrowed from the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum RelayMessage<'a> {
    /// The first message.
    Welcome {
        /// E, nonce (section 8.2), for this connection alone.
        challenge: &'a [u8; CHALLENGE_LEN],
        /// The relay's clock: milliseconds since the Unix epoch.
        utc_ms: u64,
        /// Seconds of an epoch here. A device with another length cannot use this relay.
        epoch_secs: u32,
    },
    /// The proof holds.
    Registered {
        /// Whether an older connection's session goes on; what it is owed follows.
        resumed: bool,
    },
    /// Somebody knocks.
    Knocked {
        /// The pair, from now on.
        pair: PairNumber,
        /// Under what the knock opens: the room's key, or where this is zero one's own token.
        room: WireId,
        /// The knock.
        knock: &'a [u8; KNOCK_LEN],
    },
    /// Another member of a room, to knock at.
    Proposed {
        /// The pair, from now on.
        pair: PairNumber,
        /// The room.
        room: WireId,
    },
    /// A knock is answered. Of several that answer under one id at most one is whom it was meant for.
    Accepted {
        /// The pair, from now on.
        pair: PairNumber,
        /// The id that was knocked at; zero where the pair was proposed.
        id: WireId,
        /// The accept.
        accept: &'a [u8; ACCEPT_LEN],
    },
    /// The other's seal.
    Sealed {
        /// Of which pair.
        pair: PairNumber,
        /// The seal.
        seal: &'a [u8; SEAL_LEN],
    },
    /// The comparison of both uploads. Owed, and sent again after a lost connection, until the device says it is done.
    Verdict {
        /// Of which pair.
        pair: PairNumber,
        /// The verdict (section 8.7).
        verdict: &'a [u8; VERDICT_LEN],
    },
    /// The pair is over without a verdict.
    Ended {
        /// Which one.
        pair: PairNumber,
        /// Why.
        why: PairEnd,
    },
    /// A knock or a room was refused; nothing else changes.
    Refused {
        /// The id or the room.
        name: WireId,
        /// Why.
        why: Refusal,
    },
    /// The relay closes this connection.
    Bye {
        /// Why.
        why: Bye,
        /// Seconds before it is any use to come back; for each device another one, so that they do not all come at once.
        after_secs: u32,
    },
}

/// Declares an enum of one byte on the wire.
macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $byte:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant = $byte,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn decode(fields: &mut Reader<'_>) -> Result<Self, WireError> {
                match fields.byte()? {
                    $($byte => Ok(Self::$variant),)+
                    value => Err(WireError::Value { kind: fields.kind(), value }),
                }
            }
        }
    };
}

reasons! {
    /// Why a pair is over without a verdict.
    PairEnd {
        /// The other said so, or is gone.
        OtherLeft = 1,
        /// It took too long.
        TooLate = 2,
    }
}

reasons! {
    /// Why a knock or a room was refused.
    Refusal {
        /// Nobody is registered under this id now.
        Absent = 1,
        /// These two had their pair in this epoch.
        AlreadyPaired = 2,
        /// The device has as many knocks outstanding, or pairs under way, as one may have.
        TooMany = 3,
        /// The other has as many pairs under way as one may have, or the relay has; later there may be room.
        Busy = 4,
        /// It is one's own id.
        OneSelf = 5,
    }
}

reasons! {
    /// Why the relay closes a connection.
    Bye {
        /// It stops or starts again.
        Restart = 1,
        /// The epoch of the registration is over: register afresh.
        EpochOver = 2,
        /// Another connection proved the same registration.
        Replaced = 3,
        /// A frame was no message, or came where none belongs. Coming back will not help.
        Malformed = 4,
        /// The proof does not hold, or its key is none.
        BadRegistration = 5,
        /// The epoch is not within one of the relay's: set the clock.
        WrongEpoch = 6,
        /// More frames than a session may send.
        Flood = 7,
        /// What the relay sent was not read in time.
        Slow = 8,
        /// The relay has as many sessions as it may have, or as one address may have.
        Full = 9,
        /// Four other keys stand under this id already. The device's next token will have another.
        IdTaken = 10,
        /// No registration came in time.
        Idle = 11,
    }
}

const WELCOME: u8 = 0x41;
const REGISTERED: u8 = 0x42;
const KNOCKED: u8 = 0x43;
const PROPOSED: u8 = 0x44;
const ACCEPTED: u8 = 0x45;
const SEALED: u8 = 0x46;
const VERDICT: u8 = 0x47;
const ENDED: u8 = 0x48;
const REFUSED: u8 = 0x49;
const BYE: u8 = 0x4a;

/// Bytes of a frame of this type.
fn len(kind: u8) -> Option<usize> {
    let fields = match kind {
        WELCOME => CHALLENGE_LEN + 8 + 4,
        REGISTERED => 1,
        KNOCKED => PairNumber::LEN + WireId::LEN + KNOCK_LEN,
        PROPOSED => PairNumber::LEN + WireId::LEN,
        ACCEPTED => PairNumber::LEN + WireId::LEN + ACCEPT_LEN,
        SEALED => PairNumber::LEN + SEAL_LEN,
        VERDICT => PairNumber::LEN + VERDICT_LEN,
        ENDED => PairNumber::LEN + 1,
        REFUSED => WireId::LEN + 1,
        BYE => 1 + 4,
        _ => return None,
    };
    Some(1 + fields)
}

impl<'a> RelayMessage<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`WireError`]: it is no message of this version.
    pub fn decode(frame: &'a [u8]) -> Result<Self, WireError> {
        let mut fields = Reader::new(frame, len)?;
        Ok(match fields.kind() {
            WELCOME => {
                Self::Welcome { challenge: fields.array()?, utc_ms: fields.u64()?, epoch_secs: fields.u32()? }
            }
            REGISTERED => Self::Registered { resumed: fields.flag()? },
            KNOCKED => Self::Knocked { pair: fields.pair()?, room: fields.name()?, knock: fields.array()? },
            PROPOSED => Self::Proposed { pair: fields.pair()?, room: fields.name()? },
            ACCEPTED => Self::Accepted { pair: fields.pair()?, id: fields.name()?, accept: fields.array()? },
            SEALED => Self::Sealed { pair: fields.pair()?, seal: fields.array()? },
            VERDICT => Self::Verdict { pair: fields.pair()?, verdict: fields.array()? },
            ENDED => Self::Ended { pair: fields.pair()?, why: PairEnd::decode(&mut fields)? },
            REFUSED => Self::Refused { name: fields.name()?, why: Refusal::decode(&mut fields)? },
            BYE => Self::Bye { why: Bye::decode(&mut fields)?, after_secs: fields.u32()? },
            kind => return Err(WireError::UnknownType(kind)),
        })
    }

    /// The frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let number = |pair: &PairNumber| pair.0.to_be_bytes();
        match self {
            Self::Welcome { challenge, utc_ms, epoch_secs } => {
                [&[WELCOME], &challenge[..], &utc_ms.to_be_bytes(), &epoch_secs.to_be_bytes()].concat()
            }
            Self::Registered { resumed } => vec![REGISTERED, u8::from(*resumed)],
            Self::Knocked { pair, room, knock } => {
                [&[KNOCKED], &number(pair)[..], room.as_bytes(), &knock[..]].concat()
            }
            Self::Proposed { pair, room } => [&[PROPOSED], &number(pair)[..], room.as_bytes()].concat(),
            Self::Accepted { pair, id, accept } => {
                [&[ACCEPTED], &number(pair)[..], id.as_bytes(), &accept[..]].concat()
            }
            Self::Sealed { pair, seal } => [&[SEALED], &number(pair)[..], &seal[..]].concat(),
            Self::Verdict { pair, verdict } => [&[VERDICT], &number(pair)[..], &verdict[..]].concat(),
            Self::Ended { pair, why } => [&[ENDED], &number(pair)[..], &[*why as u8]].concat(),
            Self::Refused { name, why } => [&[REFUSED], &name.as_bytes()[..], &[*why as u8]].concat(),
            Self::Bye { why, after_secs } => [&[BYE, *why as u8], &after_secs.to_be_bytes()[..]].concat(),
        }
    }
}

/// Its name alone: what a message carries is nobody's to print.
impl fmt::Debug for RelayMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Welcome { .. } => f.write_str("Welcome"),
            Self::Registered { resumed } => write!(f, "Registered {{ resumed: {resumed} }}"),
            Self::Knocked { .. } => f.write_str("Knocked"),
            Self::Proposed { .. } => f.write_str("Proposed"),
            Self::Accepted { .. } => f.write_str("Accepted"),
            Self::Sealed { .. } => f.write_str("Sealed"),
            Self::Verdict { .. } => f.write_str("Verdict"),
            Self::Ended { why, .. } => write!(f, "Ended {{ why: {why:?} }}"),
            Self::Refused { why, .. } => write!(f, "Refused {{ why: {why:?} }}"),
            Self::Bye { why, after_secs } => write!(f, "Bye {{ why: {why:?}, after_secs: {after_secs} }}"),
        }
    }
}
