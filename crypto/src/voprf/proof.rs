use std::fmt;

use curve25519_dalek::Scalar;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::traits::VartimeMultiscalarMul;
use rand_core::CryptoRng;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::element::{Element, compress_doubled};
use super::hash::{self, HashToScalar};
use super::key::PublicKey;
use super::{BatchError, ELEMENT_LEN, PROOF_LEN, SCALAR_LEN, ScalarError, VerifyError, check_batch};
use crate::label::PROOF_NONCE;
use crate::meter;

const NONCE_RANDOM_LEN: usize = 32;
/// Two bytes that stand before every element in the RFC's transcripts.
const ELEMENT_PREFIX: [u8; 2] = (ELEMENT_LEN as u16).to_be_bytes();

/// A batched proof of discrete logarithm equality (RFC 9497, section 2.2): public once sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    challenge: Scalar,
    response: Scalar,
}

impl Proof {
    /// Decodes challenge, then response.
    ///
    /// # Errors
    /// [`ScalarError::NonCanonical`] where either is not below the group order.
    pub fn decode(bytes: &[u8; PROOF_LEN]) -> Result<Proof, ScalarError> {
        let (challenge, response) = bytes.split_at(SCALAR_LEN);
        Ok(Proof { challenge: decode_scalar(challenge)?, response: decode_scalar(response)? })
    }

    /// Challenge, then response, 32 bytes each, little endian.
    pub fn to_bytes(&self) -> [u8; PROOF_LEN] {
        let mut bytes = [0; PROOF_LEN];
        bytes[..SCALAR_LEN].copy_from_slice(self.challenge.as_bytes());
        bytes[SCALAR_LEN..].copy_from_slice(self.response.as_bytes());
        bytes
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proof(..)")
    }
}

/// Evaluated elements whose proof held: what [`finalize_batch`](super::finalize_batch) unblinds.
#[derive(Clone)]
pub struct Verified {
    blinded: Vec<[u8; ELEMENT_LEN]>,
    evaluated: Vec<RistrettoPoint>,
}

impl Verified {
    /// The evaluated points, if they belong to the elements `blinded`.
    pub(super) fn evaluations_of<'a>(
        &self,
        blinded: impl ExactSizeIterator<Item = &'a Element>,
    ) -> Result<&[RistrettoPoint], BatchError> {
        check_same_len(self.blinded.len(), blinded.len())?;
        match self.blinded.iter().zip(blinded).all(|(ours, theirs)| ours == theirs.as_bytes()) {
            true => Ok(&self.evaluated),
            false => Err(BatchError::ForeignEvaluation),
        }
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verified(..)")
    }
}

/// The proof's secret scalar. Used up by the one proof made with it.
pub(super) struct Nonce(Zeroizing<Scalar>);

impl Nonce {
    /// Hashed from the key, the whole batch and fresh randomness: unknown while either the key or the randomness is,
    /// and never the same for two batches.
    pub(super) fn hedged<R: CryptoRng + ?Sized>(
        secret: &Scalar,
        public: &PublicKey,
        blinded: &[Element],
        evaluated: &[[u8; ELEMENT_LEN]],
        rng: &mut R,
    ) -> Nonce {
        let mut random = Zeroizing::new([0; NONCE_RANDOM_LEN]);
        rng.fill_bytes(&mut *random);
        let mut hash = Sha512::new()
            .chain_update(PROOF_NONCE.prefix())
            .chain_update(*random)
            .chain_update(secret.as_bytes())
            .chain_update(public.as_bytes());
        for (blinded, evaluated) in blinded.iter().zip(evaluated) {
            hash.update(blinded.as_bytes());
            hash.update(evaluated);
        }
        Nonce(Zeroizing::new(Scalar::from_bytes_mod_order_wide(&hash::finish(hash))))
    }

    #[cfg(test)]
    pub(super) fn of_test_vector(scalar: Zeroizing<Scalar>) -> Nonce {
        Nonce(scalar)
    }
}

/// `GenerateProof` of RFC 9497, section 2.2.1. Both lists have one and the same length, within the bound.
pub(super) fn generate(
    secret: &Scalar,
    public: &PublicKey,
    blinded: &[Element],
    evaluated: &[[u8; ELEMENT_LEN]],
    nonce: Nonce,
) -> Proof {
    let hash = HashToScalar::new();
    let weights = half_weights(&hash, public, blinded.iter().map(Element::as_bytes).zip(evaluated));
    let m = combine(&weights, blinded.iter().map(Element::point));
    meter::point_muls(2);
    let (z, t3) = (m * secret, m * *nonce.0);
    meter::base_muls(1);
    let t2 = RistrettoPoint::mul_base(&Zeroizing::new(nonce.0.div_by_2()));

    let challenge = challenge(&hash, public, [m, z, t2, t3]);
    let response = *nonce.0 - challenge * secret;
    Proof { challenge, response }
}

/// `VerifyProof` of RFC 9497, section 2.2.2.
pub(super) fn verify(
    public: &PublicKey,
    blinded: &[Element],
    evaluated: &[Element],
    proof: &Proof,
) -> Result<Verified, VerifyError> {
    check_batch(blinded.len())?;
    check_same_len(blinded.len(), evaluated.len())?;
    let hash = HashToScalar::new();
    let encodings = blinded.iter().map(Element::as_bytes).zip(evaluated.iter().map(Element::as_bytes));
    let weights = half_weights(&hash, public, encodings);
    let m = combine(&weights, blinded.iter().map(Element::point));
    let z = combine(&weights, evaluated.iter().map(Element::point));

    let Proof { challenge: c, response: s } = proof;
    meter::msm_terms(4);
    let t2 =
        RistrettoPoint::vartime_double_scalar_mul_basepoint(&c.div_by_2(), public.point(), &s.div_by_2());
    let t3 = RistrettoPoint::vartime_multiscalar_mul([s, c], [&m, &z]);
    if challenge(&hash, public, [m, z, t2, t3]) != *c {
        return Err(VerifyError::BadProof);
    }
    Ok(Verified {
        blinded: blinded.iter().map(|element| *element.as_bytes()).collect(),
        evaluated: evaluated.iter().map(|element| *element.point()).collect(),
    })
}

/// Half of each weight dᵢ of `ComputeComposites` (RFC 9497, section 2.2.1): what is combined with them comes out
/// halved, as [`challenge`] wants it.
fn half_weights<'a>(
    hash: &HashToScalar,
    public: &PublicKey,
    encodings: impl Iterator<Item = (&'a [u8; ELEMENT_LEN], &'a [u8; ELEMENT_LEN])>,
) -> Vec<Scalar> {
    let seed: [u8; 64] = Sha512::new()
        .chain_update(ELEMENT_PREFIX)
        .chain_update(public.as_bytes())
        .chain_update((hash::SEED.len() as u16).to_be_bytes())
        .chain_update(hash::SEED)
        .finalize()
        .into();
    let seed_prefix = (seed.len() as u16).to_be_bytes();
    (0..=u16::MAX)
        .zip(encodings)
        .map(|(index, (blinded, evaluated))| {
            let weight = hash.hash(&[
                &seed_prefix,
                &seed,
                &index.to_be_bytes(),
                &ELEMENT_PREFIX,
                blinded,
                &ELEMENT_PREFIX,
                evaluated,
                b"Composite",
            ]);
            weight.div_by_2()
        })
        .collect()
}

/// The sum of the weighted points, in variable time.
fn combine<'a>(weights: &[Scalar], points: impl Iterator<Item = &'a RistrettoPoint>) -> RistrettoPoint {
    meter::msm_terms(weights.len());
    RistrettoPoint::vartime_multiscalar_mul(weights, points)
}

/// The challenge over twice each of M, Z, t2 and t3.
fn challenge(hash: &HashToScalar, public: &PublicKey, halves: [RistrettoPoint; 4]) -> Scalar {
    let encodings = compress_doubled(&halves);
    let mut message: Vec<&[u8]> = vec![&ELEMENT_PREFIX, public.as_bytes()];
    for encoding in &encodings {
        message.extend([&ELEMENT_PREFIX[..], encoding]);
    }
    message.push(b"Challenge");
    hash.hash(&message)
}

fn decode_scalar(bytes: &[u8]) -> Result<Scalar, ScalarError> {
    let bytes = bytes.try_into().map_err(|_| ScalarError::NonCanonical)?;
    Option::from(Scalar::from_canonical_bytes(bytes)).ok_or(ScalarError::NonCanonical)
}

fn check_same_len(left: usize, right: usize) -> Result<(), BatchError> {
    match left == right {
        true => Ok(()),
        false => Err(BatchError::LengthMismatch { left, right }),
    }
}
