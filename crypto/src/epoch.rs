//! What a device draws for one epoch, and what it can do with it (specification, sections 3.3 and 4).

use rand_core::CryptoRng;
use subtle::Choice;
use x25519_dalek::{PublicKey as XPublic, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    Commitment, Digest, EpochNumber, Interest, InterestSet, PairKey, SLOTS, Token,
    error::{ApiMisuse, PeerMisbehaved},
    exchange::{Conclusion, Gate},
    label::SHARED_ITEM,
    meter,
    redacted::redacted,
    voprf::{
        BlindedInput, Blinds, Element, Input, Output, PROOF_LEN, Proof, SecretKey, blind_batch,
        finalize_batch,
    },
};

/// First byte of a VOPRF input that is a random dummy; 32 random bytes follow.
const DUMMY: u8 = 0;
/// First byte of a VOPRF input that is an interest; its canonical UTF-8 follows.
const INTEREST: u8 = 1;

/// All secrets of one epoch: Noise key x, pair key y, VOPRF key k, blinds and dummies. Wiped on drop, never printed,
/// never copied. What is costly and the same for every peer is computed once, here.
pub struct EpochSecrets {
    x: Box<Zeroizing<[u8; 32]>>,
    y: Box<StaticSecret>,
    key: Box<SecretKey>,
    interests: Vec<Option<Interest>>,
    blinded: Vec<BlindedInput>,
    own: Vec<Output>,
    commitment: Commitment,
}

impl EpochSecrets {
    /// Draws an epoch's secrets. From `rng`, in this order: x (32 bytes), y (32), k (64, reduced), 32 for each dummy,
    /// 64 for each blind (reduced), interests first.
    ///
    /// Cost: 16 hash-to-groups and 32 multiplications.
    pub fn draw<R: CryptoRng + ?Sized>(interests: &InterestSet, epoch: EpochNumber, rng: &mut R) -> Self {
        let mut x = Box::new(Zeroizing::new([0; 32]));
        rng.fill_bytes(&mut **x);
        let y = Box::new(StaticSecret::random_from_rng(rng));
        let key = Box::new(SecretKey::random(rng));
        let (interests, blinded) = blind(interests, rng);
        let own = key.own_outputs(blinded.iter().map(BlindedInput::input));
        let elements = blinded.iter().map(|blinded| *blinded.element()).collect();
        meter::x25519();
        meter::x25519();
        let x_public = XPublic::from(&StaticSecret::from(**x));
        let commitment = Commitment::assemble(
            epoch,
            x_public.as_bytes(),
            XPublic::from(&*y).as_bytes(),
            *key.public_key(),
            elements,
        );
        Self { x, y, key, interests, blinded, own, commitment }
    }

    /// The public half.
    #[must_use]
    pub fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// The commitment's digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.commitment.digest()
    }

    /// The digest's first 8 bytes.
    #[must_use]
    pub fn token(&self) -> Token {
        self.commitment.token()
    }

    /// The epoch these were drawn for.
    #[must_use]
    pub fn epoch(&self) -> EpochNumber {
        self.commitment.epoch()
    }

    /// Evaluates a peer's 16 blinded interests under k, with proof. This is what a dictionary needs, so the caller's
    /// budget counts it, once for each digest; a repeat sends the same [`Evaluation`] again.
    #[must_use]
    pub fn evaluate<R: CryptoRng + ?Sized>(&self, peer: &Commitment, rng: &mut R) -> Evaluation {
        #[expect(clippy::expect_used, reason = "a valid commitment has 16 elements, which is a batch")]
        let (elements, proof) =
            self.key.evaluate_batch(peer.blinded(), rng).expect("16 elements are a batch");
        let mut bytes = Box::new([0; Evaluation::LEN]);
        for (slot, element) in bytes.chunks_exact_mut(32).zip(&elements) {
            slot.copy_from_slice(element);
        }
        bytes[SLOTS * 32..].copy_from_slice(&proof.to_bytes());
        Evaluation { by: self.digest(), peer: peer.digest(), bytes }
    }

    /// Checks a peer's evaluation of one's own commitment and computes `D(x)` for each slot (M-13).
    pub(crate) fn open(
        &self,
        peer: &Commitment,
        evaluated: &[Element],
        proof: &[u8; PROOF_LEN],
    ) -> Result<SharedItems, PeerMisbehaved> {
        let proof = Proof::decode(proof).map_err(|_| PeerMisbehaved::BadProof)?;
        let verified = peer
            .key()
            .verify_batch(self.commitment.blinded(), evaluated, &proof)
            .map_err(|_| PeerMisbehaved::BadProof)?;
        #[expect(
            clippy::expect_used,
            reason = "what was verified are the evaluations of these very elements"
        )]
        let theirs = finalize_batch(&self.blinded, &verified).expect("verified for one's own elements");
        let (own_digest, peer_digest) = (self.digest(), peer.digest());
        let (lo, hi) = Digest::ordered(&own_digest, &peer_digest);
        let own_first = own_digest == *lo;
        let mut items = SharedItems(Box::new([[0; 32]; SLOTS]));
        for ((item, own), their) in items.0.iter_mut().zip(&self.own).zip(&theirs) {
            let (own, their) = (own.as_bytes(), their.as_bytes());
            let (first, second) = if own_first { (own, their) } else { (their, own) };
            SHARED_ITEM.sha256_into(&[lo.as_bytes(), hi.as_bytes(), first, second], item);
        }
        Ok(items)
    }

    /// Agrees on the pair key with a peer.
    pub(crate) fn pair_with(&self, peer: &Commitment) -> Result<PairKey, PeerMisbehaved> {
        PairKey::agree(&self.y, &peer.y(), &self.digest(), &peer.digest())
    }

    /// Of some slots, those that hold an interest: a match on a dummy counts for nothing.
    pub(crate) fn real(&self, found: [Choice; SLOTS]) -> [Choice; SLOTS] {
        std::array::from_fn(|slot| found[slot] & Choice::from(u8::from(self.interests[slot].is_some())))
    }

    /// Names the outcome, after everything was sent.
    pub(crate) fn conclude(
        &self,
        gate: Gate,
        nudge: Choice,
        found: &[Choice; SLOTS],
        pair: PairKey,
    ) -> Conclusion {
        match gate {
            Gate::Closed => Conclusion::Withheld,
            Gate::Open if bool::from(nudge) => {
                Conclusion::Match { interests: self.shared_interests(found), pair }
            }
            Gate::Open => Conclusion::NoMatch,
        }
    }

    fn shared_interests(&self, found: &[Choice; SLOTS]) -> Vec<Interest> {
        let shared = self.interests.iter().zip(found).filter(|(_, found)| bool::from(**found));
        let mut interests: Vec<Interest> = shared.filter_map(|(interest, _)| interest.clone()).collect();
        interests.sort();
        interests
    }

    /// The Noise static key, for the session's set-up.
    pub(crate) fn noise_key(&self) -> &[u8; 32] {
        &self.x
    }

    /// The pair key's secret half, for the relay's registration.
    pub(crate) fn pair_secret(&self) -> &StaticSecret {
        &self.y
    }

    /// Refuses to go on with an exchange that began under another epoch's secrets.
    pub(crate) fn must_be(&self, digest: &Digest) -> Result<(), ApiMisuse> {
        if self.digest() == *digest { Ok(()) } else { Err(ApiMisuse::OtherEpoch) }
    }
}

redacted!(EpochSecrets);

/// Pads the interests to 16 with dummies and blinds them all. By slot, ascending by the blinded element, so that the
/// order says nothing.
fn blind<R: CryptoRng + ?Sized>(
    set: &InterestSet,
    rng: &mut R,
) -> (Vec<Option<Interest>>, Vec<BlindedInput>) {
    let mut interests: Vec<Option<Interest>> = set.iter().cloned().map(Some).collect();
    interests.resize(SLOTS, None);
    let inputs = interests.iter().map(|interest| input(interest.as_ref(), rng)).collect();
    #[expect(clippy::expect_used, reason = "16 inputs and 16 blinds are a batch")]
    let blinded =
        Blinds::random(SLOTS, rng).and_then(|blinds| blind_batch(inputs, blinds)).expect("16 are a batch");
    let mut slots: Vec<_> = interests.into_iter().zip(blinded).collect();
    slots.sort_by(|(_, a), (_, b)| a.element().as_bytes().cmp(b.element().as_bytes()));
    slots.into_iter().unzip()
}

fn input<R: CryptoRng + ?Sized>(interest: Option<&Interest>, rng: &mut R) -> Input {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + 64));
    if let Some(interest) = interest {
        bytes.push(INTEREST);
        bytes.extend_from_slice(interest.as_str().as_bytes());
    } else {
        let mut random = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *random);
        bytes.push(DUMMY);
        bytes.extend_from_slice(&*random);
    }
    #[expect(clippy::expect_used, reason = "no input is known, or can be found, that hashes to the identity")]
    Input::new(&bytes).expect("an input of at most 65 bytes hashes to an element")
}

/// `k·c` for a peer's 16 elements, and the proof: public once sent.
#[derive(Clone)]
pub struct Evaluation {
    by: Digest,
    peer: Digest,
    bytes: Box<[u8; Evaluation::LEN]>,
}

impl Evaluation {
    /// Bytes of the proof at the end.
    pub(crate) const PROOF_LEN: usize = PROOF_LEN;
    /// Bytes of an evaluation: 16 elements, then the proof.
    pub const LEN: usize = SLOTS * 32 + Self::PROOF_LEN;

    /// The bytes as they travel.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.bytes
    }

    /// Refuses to send one peer's evaluation to another, or one of keys that are gone.
    pub(crate) fn must_be(&self, by: &Digest, peer: &Commitment) -> Result<(), ApiMisuse> {
        if self.by != *by {
            Err(ApiMisuse::OtherEpoch)
        } else if self.peer != peer.digest() {
            Err(ApiMisuse::OtherPeer)
        } else {
            Ok(())
        }
    }
}

redacted!(Evaluation);

/// `D(x)` by slot: what both sides compute where both hold x, and nobody else can. Secret, wiped on drop; boxed, so that
/// moving them leaves no copy behind.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct SharedItems(Box<[[u8; 32]; SLOTS]>);

impl SharedItems {
    /// The item of one slot.
    pub(crate) fn slot(&self, slot: usize) -> &[u8; 32] {
        &self.0[slot]
    }

    /// The items, by slot.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, [u8; 32]> {
        self.0.iter()
    }
}
