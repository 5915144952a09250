//! Knock and accept: two devices that the relay connects show each other their commitments, unseen by the relay.
//!
//! Whoever knocks seals its commitment under the token it heard, so opening a knock shows that the knocker heard the
//! knocked, or was told by somebody who did. The answer is bound the other way: the digest of its commitment must begin
//! with that token. In a room the relay proposes the pair, and the room's key stands in for the token on both ways.

use rand_core::CryptoRng;

use crate::{
    Commitment, Digest, EpochSecrets, Token,
    error::PeerMisbehaved,
    label::{ACCEPT, KNOCK, Label},
    redacted::redacted,
};

use super::{
    RelayError, RoomKey,
    aead::{self, OVERHEAD},
    seal::Introduced,
};

/// Bytes of a knock.
pub const KNOCK_LEN: usize = Commitment::LEN + OVERHEAD;
/// Bytes of an accept.
pub const ACCEPT_LEN: usize = KNOCK_LEN;

/// What a knock and its accept are sealed under.
#[derive(Clone)]
enum Way {
    /// The token of the knocked, heard on the air.
    Air(Token),
    /// The key of a room that both were given.
    Room(RoomKey),
}

impl Way {
    fn secret(&self) -> &[u8] {
        match self {
            Self::Air(token) => token.as_bytes(),
            Self::Room(key) => key.as_bytes(),
        }
    }

    fn seal<R: CryptoRng + ?Sized>(&self, label: Label, me: &EpochSecrets, rng: &mut R) -> Box<[u8]> {
        aead::seal(label, self.secret(), &[], me.commitment().as_bytes(), rng)
    }

    fn open(&self, label: Label, me: &EpochSecrets, sealed: &[u8]) -> Result<Commitment, RelayError> {
        let plain = aead::open(label, self.secret(), &[], sealed, Commitment::LEN)?;
        let peer = Commitment::decode(&plain)?;
        peer.check_against(me.commitment())?;
        Ok(peer)
    }
}

/// The knock is out; an accept is awaited. What does not open changes nothing here: a squatter under the same id can
/// answer first and still not keep the true accept out.
pub struct KnockSent {
    way: Way,
    own: Digest,
    knock: Box<[u8]>,
}

impl KnockSent {
    /// Knocks at the device whose token was heard.
    pub fn heard<R: CryptoRng + ?Sized>(me: &EpochSecrets, token: Token, rng: &mut R) -> Self {
        Self::send(me, Way::Air(token), rng)
    }

    /// Knocks at whom the relay proposes in a room.
    pub fn in_room<R: CryptoRng + ?Sized>(me: &EpochSecrets, room: &RoomKey, rng: &mut R) -> Self {
        Self::send(me, Way::Room(room.clone()), rng)
    }

    fn send<R: CryptoRng + ?Sized>(me: &EpochSecrets, way: Way, rng: &mut R) -> Self {
        let knock = way.seal(KNOCK, me, rng);
        Self { way, own: me.digest(), knock }
    }

    /// The knock, to send and to send again: [`KNOCK_LEN`] bytes.
    #[must_use]
    pub fn knock_bytes(&self) -> &[u8] {
        &self.knock
    }

    /// Reads an accept.
    ///
    /// # Errors
    /// Bytes that do not open, anything wrong with the commitment, or a commitment whose token is not the one that was
    /// heard (M-10).
    pub fn read_accept(&self, me: &EpochSecrets, accept: &[u8]) -> Result<Introduced, RelayError> {
        me.must_be(&self.own)?;
        self.expected(me, self.way.open(ACCEPT, me, accept)?)
    }

    /// Reads the peer's own knock instead of an accept, where the two knocks crossed: it stands for the accept.
    ///
    /// # Errors
    /// As [`KnockSent::read_accept`]. [`PeerMisbehaved::TokenMismatch`] is the knock of another device, to be read as a
    /// [`Knocked`] of its own.
    pub fn read_crossing_knock(&self, me: &EpochSecrets, knock: &[u8]) -> Result<Introduced, RelayError> {
        me.must_be(&self.own)?;
        let theirs = match &self.way {
            Way::Air(_) => Way::Air(me.token()),
            Way::Room(key) => Way::Room(key.clone()),
        };
        self.expected(me, theirs.open(KNOCK, me, knock)?)
    }

    fn expected(&self, me: &EpochSecrets, peer: Commitment) -> Result<Introduced, RelayError> {
        match self.way {
            Way::Air(heard) if heard != peer.token() => Err(PeerMisbehaved::TokenMismatch.into()),
            Way::Air(_) | Way::Room(_) => Introduced::new(me, peer, None),
        }
    }
}

/// A knock came in and opened: now is the time to decide whether to answer. Nothing was said so far.
pub struct Knocked {
    way: Way,
    own: Digest,
    peer: Commitment,
}

impl Knocked {
    /// Reads a knock by somebody who heard this device's token.
    ///
    /// # Errors
    /// Bytes that do not open under this device's token, or anything wrong with the commitment.
    pub fn by_token(me: &EpochSecrets, knock: &[u8]) -> Result<Self, RelayError> {
        Self::read(me, Way::Air(me.token()), knock)
    }

    /// Reads a knock in a room.
    ///
    /// # Errors
    /// Bytes that do not open under the room's key, or anything wrong with the commitment.
    pub fn in_room(me: &EpochSecrets, room: &RoomKey, knock: &[u8]) -> Result<Self, RelayError> {
        Self::read(me, Way::Room(room.clone()), knock)
    }

    fn read(me: &EpochSecrets, way: Way, knock: &[u8]) -> Result<Self, RelayError> {
        let peer = way.open(KNOCK, me, knock)?;
        Ok(Self { way, own: me.digest(), peer })
    }

    /// Who knocked.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.peer
    }

    /// Answers: the accept is in [`Introduced::accept_bytes`].
    ///
    /// # Errors
    /// [`RelayError::Misuse`], or a Y of the peer with which no key can be agreed (M-17).
    pub fn accept<R: CryptoRng + ?Sized>(
        self,
        me: &EpochSecrets,
        rng: &mut R,
    ) -> Result<Introduced, RelayError> {
        me.must_be(&self.own)?;
        let accept = self.way.seal(ACCEPT, me, rng);
        Introduced::new(me, self.peer, Some(accept))
    }
}

redacted!(KnockSent, Knocked);
