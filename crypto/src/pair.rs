//! The pair key: what two devices share that no recorder of the wire can compute (specification, section 6).

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    commitment::Digest,
    cue::Cue,
    error::PeerMisbehaved,
    label::{CUE, MARKER, PAIR},
    met::Marker,
    meter,
    redacted::redacted,
};

/// HKDF of X25519(y_A, y_B) under both digests: 32 secret bytes, wiped on drop, never printed.
#[derive(ZeroizeOnDrop)]
pub struct PairKey(Box<Zeroizing<[u8; 32]>>);

impl PairKey {
    /// Agrees on the key with the peer whose `Y` this is; both sides come to the same, whoever computes.
    pub(crate) fn agree(
        secret: &StaticSecret,
        their_y: &[u8; 32],
        ours: &Digest,
        theirs: &Digest,
    ) -> Result<Self, PeerMisbehaved> {
        meter::x25519();
        let shared = secret.diffie_hellman(&PublicKey::from(*their_y));
        if !shared.was_contributory() {
            return Err(PeerMisbehaved::NonContributory);
        }
        let (lo, hi) = Digest::ordered(ours, theirs);
        Ok(Self(Box::new(PAIR.hkdf(shared.as_bytes(), &[lo.as_bytes(), hi.as_bytes()]))))
    }

    /// The colour, emoji and rhythm both screens show.
    #[must_use]
    pub fn cue(&self) -> Cue {
        let bytes = CUE.hmac(&self.0, &[]);
        Cue::from_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]])
    }

    /// What both devices remember of having been nudged together.
    #[must_use]
    pub fn marker(&self) -> Marker {
        Marker::new(MARKER.hmac(&self.0, &[]))
    }

    /// The key itself, for the derivations of the pairing through the relay.
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

redacted!(PairKey);

#[cfg(test)]
mod tests {
    use super::*;

    /// No commitment with such a Y is accepted; this is the second line of defence.
    #[test]
    fn an_agreement_that_contributes_nothing_is_refused() {
        let (secret, ours, theirs) =
            (StaticSecret::from([7; 32]), Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
        let refused = PairKey::agree(&secret, &[0; 32], &ours, &theirs);
        assert_eq!(refused.err(), Some(PeerMisbehaved::NonContributory));
    }

    #[test]
    fn both_sides_agree_on_one_key_which_is_never_printed() {
        let (a, b) = (StaticSecret::from([7; 32]), StaticSecret::from([8; 32]));
        let (ours, theirs) = (Digest::from_bytes([1; 32]), Digest::from_bytes([2; 32]));
        let at_a = PairKey::agree(&a, PublicKey::from(&b).as_bytes(), &ours, &theirs).unwrap();
        let at_b = PairKey::agree(&b, PublicKey::from(&a).as_bytes(), &theirs, &ours).unwrap();
        assert_eq!(at_a.as_bytes(), at_b.as_bytes());
        assert_eq!(format!("{at_a:?}"), "PairKey(redacted)");
    }
}
