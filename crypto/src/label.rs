//! The label table: domain separation for every hash, MAC and key derivation (specification, section 2.2).
//!
//! Each input starts with its own label behind one length byte, so that no two uses can ever hash the same bytes.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::meter;

/// One row of the table: what a hash, MAC or derivation is for.
#[derive(Clone, Copy)]
pub(crate) struct Label(&'static str);

/// SHA-256 of a commitment.
pub(crate) const DIGEST: Label = Label("sighej/1 digest");
/// Start of the Noise prologue.
pub(crate) const PROLOGUE: Label = Label("sighej/1 prologue");
/// What both sides compute for an item, from both VOPRF outputs: `D(x)`.
pub(crate) const SHARED_ITEM: Label = Label("sighej/1 shared item");
/// A tag of the direct exchange.
pub(crate) const DIRECT_TAG: Label = Label("sighej/1 direct tag");
/// The pair key of two commitments.
pub(crate) const PAIR: Label = Label("sighej/1 pair");
/// The cue out of a pair key.
pub(crate) const CUE: Label = Label("sighej/1 cue");
/// The marker out of a pair key.
pub(crate) const MARKER: Label = Label("sighej/1 marker");
/// A marker as shown to one receiver.
pub(crate) const MET: Label = Label("sighej/1 met");
/// The hash that a proof's nonce comes from; not part of RFC 9497, and never on the wire.
pub(crate) const PROOF_NONCE: Label = Label("sighej/1 voprf proof nonce");
/// The id under which the relay knows a registration.
pub(crate) const RELAY_ID: Label = Label("sighej/1 relay id");
/// The key of the proof of possession of `y` towards the relay.
pub(crate) const REGISTER: Label = Label("sighej/1 relay register");
/// The MAC of that proof.
pub(crate) const REGISTER_PROOF: Label = Label("sighej/1 relay proof");
/// A sealed knock.
pub(crate) const KNOCK: Label = Label("sighej/1 relay knock");
/// A sealed accept.
pub(crate) const ACCEPT: Label = Label("sighej/1 relay accept");
/// Sealed evaluations, either direction.
pub(crate) const SEAL: Label = Label("sighej/1 relay seal");
/// The pair key bound to the two seals: `pair'`.
pub(crate) const RELAY_PAIR: Label = Label("sighej/1 relay pair");
/// The seal of the lower digest: `a`.
pub(crate) const SEAL_LO: Label = Label("sighej/1 seal lo");
/// The seal of the higher digest: `b`.
pub(crate) const SEAL_HI: Label = Label("sighej/1 seal hi");
/// The match value over both seals: `m`.
pub(crate) const MATCH: Label = Label("sighej/1 match");
/// A room's id out of its secret.
pub(crate) const ROOM_ID: Label = Label("sighej/1 room id");
/// A room's key out of its secret.
pub(crate) const ROOM_KEY: Label = Label("sighej/1 room key");
/// The checksum in a room secret's text.
pub(crate) const ROOM_CHECK: Label = Label("sighej/1 room check");

impl Label {
    /// The label as it stands in front of an input: length byte, then the text.
    pub(crate) fn prefix(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.0.len());
        out.push(self.0.len() as u8);
        out.extend_from_slice(self.0.as_bytes());
        out
    }

    /// `SHA-256(label ‖ parts)`.
    pub(crate) fn sha256(self, parts: &[&[u8]]) -> [u8; 32] {
        let mut out = [0; 32];
        self.sha256_into(parts, &mut out);
        out
    }

    /// The same, into the place where a secret is to stay.
    pub(crate) fn sha256_into(self, parts: &[&[u8]], out: &mut [u8; 32]) {
        let mut hash = Sha256::new().chain_update(self.prefix());
        for part in parts {
            hash.update(part);
        }
        hash.finalize_into(out.into());
    }

    /// `HMAC-SHA-256(key, label ‖ parts)`.
    pub(crate) fn hmac(self, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        meter::hmac();
        // `KeyInit::new` wants the whole block: the key padded with zeros, as RFC 2104 has it.
        let mut block = Zeroizing::new([0; 64]);
        block[..32].copy_from_slice(key);
        let mut mac = Hmac::<Sha256>::new(&(*block).into());
        mac.update(&self.prefix());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// `HKDF-SHA-256` with an empty salt, `info = label ‖ parts`, 32 bytes (RFC 5869).
    pub(crate) fn hkdf(self, secret: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let info = self.prefix();
        let mut pieces: Vec<&[u8]> = vec![&info];
        pieces.extend_from_slice(parts);
        let mut out = Zeroizing::new([0; 32]);
        // 32 bytes are one block: the length that `expand` refuses is 255 blocks and more.
        let done = Hkdf::<Sha256>::new(None, secret).expand_multi_info(&pieces, &mut *out);
        debug_assert!(done.is_ok());
        out
    }
}
