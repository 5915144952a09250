use std::fmt;

use curve25519_dalek::Scalar;
use curve25519_dalek::ristretto::RistrettoPoint;
use rand_core::CryptoRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::client::{Input, Output};
use super::element::{Element, SecretPoints, compress_doubled};
use super::hash::HashToScalar;
use super::proof::{self, Nonce, Proof, Verified};
use super::{
    BatchError, ELEMENT_LEN, ElementError, SCALAR_LEN, SEED_LEN, ScalarError, VerifyError, check_batch,
};
use crate::meter;

/// The evaluating side's key: a non-zero scalar, with its public key beside it so that no proof can be made under a
/// wrong one.
#[derive(ZeroizeOnDrop)]
pub struct SecretKey {
    scalar: Scalar,
    #[zeroize(skip)]
    public: PublicKey,
}

impl SecretKey {
    /// A fresh key (`GenerateKeyPair` of RFC 9497, section 3.2).
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> SecretKey {
        SecretKey::from_scalar(random_scalar(rng))
    }

    /// `DeriveKeyPair` of RFC 9497, section 3.2.1.
    ///
    /// # Errors
    /// [`ScalarError::InfoTooLong`] for more than 65,535 bytes of `info`; [`ScalarError::Zero`] with a probability
    /// that nobody meets.
    pub fn derive(seed: &[u8; SEED_LEN], info: &[u8]) -> Result<SecretKey, ScalarError> {
        let info_len = u16::try_from(info.len()).map_err(|_| ScalarError::InfoTooLong { len: info.len() })?;
        let hash = HashToScalar::for_key_derivation();
        (0..=u8::MAX)
            .map(|counter| Zeroizing::new(hash.hash(&[seed, &info_len.to_be_bytes(), info, &[counter]])))
            .find(|scalar| **scalar != Scalar::ZERO)
            .map(SecretKey::from_scalar)
            .ok_or(ScalarError::Zero)
    }

    /// A key known beforehand, as in test vectors.
    ///
    /// # Errors
    /// [`ScalarError::NonCanonical`] or [`ScalarError::Zero`].
    pub fn from_bytes(bytes: &[u8; SCALAR_LEN]) -> Result<SecretKey, ScalarError> {
        decode_secret_scalar(bytes).map(SecretKey::from_scalar)
    }

    fn from_scalar(scalar: Zeroizing<Scalar>) -> SecretKey {
        meter::base_muls(1);
        let point = RistrettoPoint::mul_base(&scalar);
        let public = Element::from_parts(point.compress().to_bytes(), point);
        SecretKey { scalar: *scalar, public: PublicKey(public) }
    }

    /// The key that the proofs are checked under.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// `BlindEvaluate` of RFC 9497, section 3.3.2, for a batch: one encoded element an item, in order, and one proof
    /// for all. The proof's nonce is hashed from the key, the batch and fresh randomness, so that it neither repeats
    /// under a weak generator nor is fixed by what the other side sends.
    ///
    /// # Errors
    /// [`BatchError::Empty`] or [`BatchError::TooLarge`].
    pub fn evaluate_batch<R: CryptoRng + ?Sized>(
        &self,
        blinded: &[Element],
        rng: &mut R,
    ) -> Result<(Vec<[u8; ELEMENT_LEN]>, Proof), BatchError> {
        let evaluated = self.evaluate(blinded)?;
        let nonce = Nonce::hedged(&self.scalar, &self.public, blinded, &evaluated, rng);
        let proof = proof::generate(&self.scalar, &self.public, blinded, &evaluated, nonce);
        Ok((evaluated, proof))
    }

    /// [`evaluate_batch`](SecretKey::evaluate_batch) with the nonce of a test vector. Two proofs under one nonce give
    /// the key away, so this exists in the crate's own tests alone.
    #[cfg(test)]
    pub(super) fn evaluate_batch_with_nonce(
        &self,
        blinded: &[Element],
        nonce: &[u8; SCALAR_LEN],
    ) -> (Vec<[u8; ELEMENT_LEN]>, Proof) {
        let evaluated = self.evaluate(blinded).unwrap();
        let nonce = Nonce::of_test_vector(decode_secret_scalar(nonce).unwrap());
        let proof = proof::generate(&self.scalar, &self.public, blinded, &evaluated, nonce);
        (evaluated, proof)
    }

    /// The outputs for one's own inputs under one's own key (`Evaluate` of RFC 9497, section 3.3.1), in order.
    pub fn own_outputs<'a>(&self, inputs: impl IntoIterator<Item = &'a Input>) -> Vec<Output> {
        let half = Zeroizing::new(self.scalar.div_by_2());
        let inputs: Vec<&Input> = inputs.into_iter().collect();
        let halves = SecretPoints::products(inputs.iter().map(|input| (input.point(), &*half)));
        Output::of_halves(inputs.into_iter(), &halves)
    }

    fn evaluate(&self, blinded: &[Element]) -> Result<Vec<[u8; ELEMENT_LEN]>, BatchError> {
        check_batch(blinded.len())?;
        let half = Zeroizing::new(self.scalar.div_by_2());
        let halves = SecretPoints::products(blinded.iter().map(|element| (element.point(), &*half)));
        Ok(compress_doubled(halves.as_slice()))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// The key that evaluations are proven under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(Element);

impl PublicKey {
    /// Decodes 32 bytes.
    ///
    /// # Errors
    /// As [`Element::decode`].
    pub fn decode(bytes: &[u8; ELEMENT_LEN]) -> Result<PublicKey, ElementError> {
        Element::decode(bytes).map(PublicKey)
    }

    /// The canonical encoding.
    pub fn as_bytes(&self) -> &[u8; ELEMENT_LEN] {
        self.0.as_bytes()
    }

    /// `VerifyProof` of RFC 9497, section 2.2.2: whether `evaluated` is `blinded`, item by item, under this key.
    /// Everything here is public, so it runs in variable time.
    ///
    /// # Errors
    /// [`VerifyError::BadProof`] where the other side's proof does not hold, [`VerifyError::Batch`] where the lists do
    /// not fit.
    pub fn verify_batch(
        &self,
        blinded: &[Element],
        evaluated: &[Element],
        proof: &Proof,
    ) -> Result<Verified, VerifyError> {
        proof::verify(self, blinded, evaluated, proof)
    }

    pub(super) fn point(&self) -> &RistrettoPoint {
        self.0.point()
    }
}

/// Uniform and not zero.
pub(super) fn random_scalar<R: CryptoRng + ?Sized>(rng: &mut R) -> Zeroizing<Scalar> {
    let mut wide = Zeroizing::new([0; 64]);
    loop {
        rng.fill_bytes(&mut *wide);
        let scalar = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide));
        if *scalar != Scalar::ZERO {
            return scalar;
        }
    }
}

/// A canonical scalar other than zero.
pub(super) fn decode_secret_scalar(bytes: &[u8; SCALAR_LEN]) -> Result<Zeroizing<Scalar>, ScalarError> {
    let scalar =
        Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes)).ok_or(ScalarError::NonCanonical)?;
    let scalar = Zeroizing::new(scalar);
    if *scalar == Scalar::ZERO {
        return Err(ScalarError::Zero);
    }
    Ok(scalar)
}
