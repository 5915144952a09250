//! Seals: the evaluations of both, which only these two can open and the relay cannot mix up.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    Commitment, Digest, PairKey,
    contribution::Contribution,
    epoch::{EpochSecrets, Evaluation, SharedItems},
    exchange::Gate,
    label::SEAL,
    met::MetBlock,
    redacted::redacted,
};

use super::{
    RelayError, Side,
    aead::{self, OVERHEAD, SALT_LEN},
    matching::{RelayPair, Values},
    upload::Uploaded,
};

/// Bytes of a seal.
pub const SEAL_LEN: usize = Contribution::LEN + OVERHEAD;

/// Both commitments are known to both. Whoever seals first charges its budget first; a device that reads the peer's
/// seal before it makes its own knows that the peer holds its `y` before it spends anything.
pub struct Introduced {
    own: Digest,
    peer: Commitment,
    side: Side,
    pair: PairKey,
    accept: Option<Box<[u8]>>,
}

impl Introduced {
    pub(super) fn new(
        me: &EpochSecrets,
        peer: Commitment,
        accept: Option<Box<[u8]>>,
    ) -> Result<Self, RelayError> {
        let pair = me.pair_with(&peer)?;
        Ok(Self { own: me.digest(), side: Side::of(&me.digest(), &peer.digest()), peer, pair, accept })
    }

    /// The peer's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.peer
    }

    /// The accept, to send and to send again: [`ACCEPT_LEN`](super::ACCEPT_LEN) bytes. None where this device knocked.
    #[must_use]
    pub fn accept_bytes(&self) -> Option<&[u8]> {
        self.accept.as_deref()
    }

    /// Seals one's own evaluation of the peer first.
    ///
    /// # Errors
    /// [`RelayError::Misuse`] alone.
    pub fn seal<R: CryptoRng + ?Sized>(
        self,
        me: &EpochSecrets,
        ours: &Evaluation,
        met: &MetBlock,
        threshold: u8,
        rng: &mut R,
    ) -> Result<Sealed, RelayError> {
        let ours = self.seal_ours(me, ours, met, threshold, rng)?;
        Ok(Sealed { introduced: self, ours })
    }

    /// Reads the peer's seal first.
    ///
    /// # Errors
    /// Bytes that do not open, or anything wrong with the evaluation, among it a proof that does not hold (M-13).
    pub fn read_seal(self, me: &EpochSecrets, theirs: &[u8]) -> Result<Offered, RelayError> {
        let theirs = self.open_theirs(me, theirs)?;
        Ok(Offered { introduced: self, theirs })
    }

    fn seal_ours<R: CryptoRng + ?Sized>(
        &self,
        me: &EpochSecrets,
        ours: &Evaluation,
        met: &MetBlock,
        threshold: u8,
        rng: &mut R,
    ) -> Result<Ours, RelayError> {
        me.must_be(&self.own)?;
        ours.must_be(&self.own, &self.peer)?;
        let mut plain = Zeroizing::new(Vec::with_capacity(Contribution::LEN));
        Contribution::encode(&mut plain, ours, met, threshold)?;
        let bytes = aead::seal(SEAL, self.pair.as_bytes(), &[self.side as u8], &plain, rng);
        Ok(Ours { bytes, threshold })
    }

    fn open_theirs(&self, me: &EpochSecrets, sealed: &[u8]) -> Result<Theirs, RelayError> {
        me.must_be(&self.own)?;
        let sender = [self.side.other() as u8];
        let plain = aead::open(SEAL, self.pair.as_bytes(), &sender, sealed, Contribution::LEN)?;
        let theirs = Contribution::decode(&plain)?;
        let items = me.open(&self.peer, &theirs.evaluated, &theirs.proof)?;
        Ok(Theirs { salt: salt_of(sealed), items, met: theirs.met, threshold: theirs.threshold })
    }
}

/// The salt that a seal begins with.
fn salt_of(sealed: &[u8]) -> [u8; SALT_LEN] {
    let mut salt = [0; SALT_LEN];
    salt.copy_from_slice(&sealed[..SALT_LEN]);
    salt
}

/// One's own seal.
struct Ours {
    bytes: Box<[u8]>,
    threshold: u8,
}

/// The peer's seal, opened and proven.
struct Theirs {
    salt: [u8; SALT_LEN],
    items: SharedItems,
    met: MetBlock,
    threshold: u8,
}

/// One's own seal is out; the peer's is awaited.
pub struct Sealed {
    introduced: Introduced,
    ours: Ours,
}

impl Sealed {
    /// The peer's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.introduced.peer
    }

    /// One's own seal, to send and to send again: [`SEAL_LEN`] bytes.
    #[must_use]
    pub fn seal_bytes(&self) -> &[u8] {
        &self.ours.bytes
    }

    /// Reads the peer's seal.
    ///
    /// # Errors
    /// As [`Introduced::read_seal`].
    pub fn read_seal(self, me: &EpochSecrets, theirs: &[u8]) -> Result<Exchanged, RelayError> {
        let theirs = self.introduced.open_theirs(me, theirs)?;
        Ok(Exchanged { introduced: self.introduced, ours: self.ours, theirs })
    }
}

/// The peer's seal is here and its proof held; one's own is due. Now is the time to charge the budget.
pub struct Offered {
    introduced: Introduced,
    theirs: Theirs,
}

impl Offered {
    /// The peer's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.introduced.peer
    }

    /// The markers that the peer shows.
    #[must_use]
    pub fn peer_met(&self) -> &MetBlock {
        &self.theirs.met
    }

    /// Seals one's own evaluation of the peer.
    ///
    /// # Errors
    /// [`RelayError::Misuse`] alone.
    pub fn seal<R: CryptoRng + ?Sized>(
        self,
        me: &EpochSecrets,
        ours: &Evaluation,
        met: &MetBlock,
        threshold: u8,
        rng: &mut R,
    ) -> Result<Exchanged, RelayError> {
        let ours = self.introduced.seal_ours(me, ours, met, threshold, rng)?;
        Ok(Exchanged { introduced: self.introduced, ours, theirs: self.theirs })
    }
}

/// Both seals are made and the peer's proof held; one's own gate is latched now.
pub struct Exchanged {
    introduced: Introduced,
    ours: Ours,
    theirs: Theirs,
}

impl Exchanged {
    /// The peer's commitment.
    #[must_use]
    pub fn peer(&self) -> &Commitment {
        &self.introduced.peer
    }

    /// The markers that the peer shows.
    #[must_use]
    pub fn peer_met(&self) -> &MetBlock {
        &self.theirs.met
    }

    /// One's own seal, to send and to send again: [`SEAL_LEN`] bytes.
    #[must_use]
    pub fn seal_bytes(&self) -> &[u8] {
        &self.ours.bytes
    }

    /// Makes the upload: true rows where the gate is open, else rows of 16 items that nobody holds. Either takes the
    /// same work and looks the same to everybody but this device.
    ///
    /// # Errors
    /// [`RelayError::Misuse`] alone.
    pub fn upload<R: CryptoRng + ?Sized>(
        self,
        me: &EpochSecrets,
        gate: Gate,
        rng: &mut R,
    ) -> Result<Uploaded, RelayError> {
        let Self { introduced: Introduced { own, side, pair, .. }, ours, theirs } = self;
        me.must_be(&own)?;
        let (lo, hi) = side.lower_first(salt_of(&ours.bytes), theirs.salt);
        let values = Values::latched(&theirs.items, gate, &RelayPair::new(&pair, &lo, &hi), rng);
        let thresholds = (ours.threshold, theirs.threshold);
        Ok(Uploaded::new(own, side, pair, ours.bytes, values, thresholds, gate))
    }
}

redacted!(Introduced, Sealed, Offered, Exchanged);
