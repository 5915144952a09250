//! What a device says.

use std::fmt;

use super::{
    ACCEPT_LEN, KNOCK_LEN, PairNumber, REGISTRATION_LEN, SEAL_LEN, UPLOAD_LEN, WireError, WireId,
    reader::Reader,
};

/// A message from a device to its relay. What it carries is borrowed from the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ClientMessage<'a> {
    /// The first message, and the only one of its kind: the answer to the challenge.
    Register {
        /// The epoch of the registration: the relay keeps it no longer than that, and 30 s.
        epoch: u32,
        /// id, Y, proof (section 8.2).
        registration: &'a [u8; REGISTRATION_LEN],
    },
    /// Be a member of a room. Said again to change `open`.
    Join {
        /// The room's id (section 8.3).
        room: WireId,
        /// Whether to be proposed to others there: a device without evaluations left says no.
        open: bool,
    },
    /// Knock at whoever is registered under this id.
    Knock {
        /// The id of a token that was heard.
        to: WireId,
        /// The knock (section 8.4).
        knock: &'a [u8; KNOCK_LEN],
    },
    /// Knock at whom the relay proposed.
    KnockProposed {
        /// The pair that was proposed.
        pair: PairNumber,
        /// The knock, sealed under the room's key.
        knock: &'a [u8; KNOCK_LEN],
    },
    /// Answer a knock.
    Accept {
        /// The pair that the knock came with.
        pair: PairNumber,
        /// The accept (section 8.4).
        accept: &'a [u8; ACCEPT_LEN],
    },
    /// One's own seal.
    Seal {
        /// Of which pair.
        pair: PairNumber,
        /// The seal (section 8.5).
        seal: &'a [u8; SEAL_LEN],
    },
    /// One's own match values.
    Upload {
        /// Of which pair.
        pair: PairNumber,
        /// The upload (section 8.6).
        upload: &'a [u8; UPLOAD_LEN],
    },
    /// Nothing more of this pair: the verdict has arrived, or the pairing cannot go on.
    Done {
        /// Which one.
        pair: PairNumber,
    },
    /// The session is over; the relay forgets it at once.
    Goodbye,
}

const REGISTER: u8 = 0x01;
const JOIN: u8 = 0x02;
const KNOCK: u8 = 0x03;
const KNOCK_PROPOSED: u8 = 0x04;
const ACCEPT: u8 = 0x05;
const SEAL: u8 = 0x06;
const UPLOAD: u8 = 0x07;
const DONE: u8 = 0x08;
const GOODBYE: u8 = 0x09;

/// Bytes of a frame of this type.
fn len(kind: u8) -> Option<usize> {
    let fields = match kind {
        REGISTER => 4 + REGISTRATION_LEN,
        JOIN => WireId::LEN + 1,
        KNOCK => WireId::LEN + KNOCK_LEN,
        KNOCK_PROPOSED => PairNumber::LEN + KNOCK_LEN,
        ACCEPT => PairNumber::LEN + ACCEPT_LEN,
        SEAL => PairNumber::LEN + SEAL_LEN,
        UPLOAD => PairNumber::LEN + UPLOAD_LEN,
        DONE => PairNumber::LEN,
        GOODBYE => 0,
        _ => return None,
    };
    Some(1 + fields)
}

impl<'a> ClientMessage<'a> {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`WireError`]: it is no message of this version.
    pub fn decode(frame: &'a [u8]) -> Result<Self, WireError> {
        let mut fields = Reader::new(frame, len)?;
        Ok(match fields.kind() {
            REGISTER => Self::Register { epoch: fields.u32()?, registration: fields.array()? },
            JOIN => Self::Join { room: fields.name()?, open: fields.flag()? },
            KNOCK => Self::Knock { to: fields.name()?, knock: fields.array()? },
            KNOCK_PROPOSED => Self::KnockProposed { pair: fields.pair()?, knock: fields.array()? },
            ACCEPT => Self::Accept { pair: fields.pair()?, accept: fields.array()? },
            SEAL => Self::Seal { pair: fields.pair()?, seal: fields.array()? },
            UPLOAD => Self::Upload { pair: fields.pair()?, upload: fields.array()? },
            DONE => Self::Done { pair: fields.pair()? },
            GOODBYE => Self::Goodbye,
            kind => return Err(WireError::UnknownType(kind)),
        })
    }

    /// The frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let number = |pair: &PairNumber| pair.0.to_be_bytes();
        match self {
            Self::Register { epoch, registration } => {
                [&[REGISTER], &epoch.to_be_bytes()[..], &registration[..]].concat()
            }
            Self::Join { room, open } => [&[JOIN], &room.as_bytes()[..], &[u8::from(*open)]].concat(),
            Self::Knock { to, knock } => [&[KNOCK], &to.as_bytes()[..], &knock[..]].concat(),
            Self::KnockProposed { pair, knock } => {
                [&[KNOCK_PROPOSED], &number(pair)[..], &knock[..]].concat()
            }
            Self::Accept { pair, accept } => [&[ACCEPT], &number(pair)[..], &accept[..]].concat(),
            Self::Seal { pair, seal } => [&[SEAL], &number(pair)[..], &seal[..]].concat(),
            Self::Upload { pair, upload } => [&[UPLOAD], &number(pair)[..], &upload[..]].concat(),
            Self::Done { pair } => [&[DONE], &number(pair)[..]].concat(),
            Self::Goodbye => vec![GOODBYE],
        }
    }
}

/// Its name alone: what a message carries is nobody's to print.
impl fmt::Debug for ClientMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Register { .. } => "Register",
            Self::Join { .. } => "Join",
            Self::Knock { .. } => "Knock",
            Self::KnockProposed { .. } => "KnockProposed",
            Self::Accept { .. } => "Accept",
            Self::Seal { .. } => "Seal",
            Self::Upload { .. } => "Upload",
            Self::Done { .. } => "Done",
            Self::Goodbye => "Goodbye",
        })
    }
}
