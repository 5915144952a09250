use std::fmt;

use curve25519_dalek::Scalar;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::traits::IsIdentity;
use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::element::{Element, SecretPoints, compress_doubled};
use super::hash;
use super::key::{decode_secret_scalar, random_scalar};
use super::proof::Verified;
use super::{BatchError, InputError, MAX_INPUT_LEN, OUTPUT_LEN, SCALAR_LEN, ScalarError, check_batch};

/// A private input together with the element it hashes to, which is computed once and serves both blinding and one's
/// own outputs. Kept in a box, so that moving it leaves no copy behind.
pub struct Input(Box<MappedInput>);

#[derive(Zeroize, ZeroizeOnDrop)]
struct MappedInput {
    bytes: Vec<u8>,
    point: RistrettoPoint,
}

impl Input {
    /// Hashes the input to the group (`HashToGroup` of RFC 9497, section 4.1).
    ///
    /// # Errors
    /// [`InputError::TooLong`], or [`InputError::Identity`], which nobody can cause.
    pub fn new(bytes: &[u8]) -> Result<Input, InputError> {
        if bytes.len() > MAX_INPUT_LEN {
            return Err(InputError::TooLong { len: bytes.len() });
        }
        let input = Input(Box::new(MappedInput { bytes: bytes.to_vec(), point: hash::hash_to_group(bytes) }));
        match input.point().is_identity() {
            true => Err(InputError::Identity),
            false => Ok(input),
        }
    }

    pub(super) fn point(&self) -> &RistrettoPoint {
        &self.0.point
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Input(..)")
    }
}

/// The blinding scalars of one batch, all non-zero.
#[derive(ZeroizeOnDrop)]
pub struct Blinds(Vec<Scalar>);

impl Blinds {
    /// Fresh blinds for `count` inputs.
    ///
    /// # Errors
    /// [`BatchError::Empty`] or [`BatchError::TooLarge`].
    pub fn random<R: CryptoRng + ?Sized>(count: usize, rng: &mut R) -> Result<Blinds, BatchError> {
        check_batch(count)?;
        let mut blinds = Blinds(Vec::with_capacity(count));
        blinds.0.extend((0..count).map(|_| *random_scalar(rng)));
        Ok(blinds)
    }

    /// Blinds known beforehand, as in test vectors: 1 to [`MAX_BATCH`](super::MAX_BATCH) of them.
    ///
    /// # Errors
    /// [`ScalarError::NonCanonical`] or [`ScalarError::Zero`].
    pub fn from_bytes(blinds: &[[u8; SCALAR_LEN]]) -> Result<Blinds, ScalarError> {
        let mut decoded = Blinds(Vec::with_capacity(blinds.len()));
        for blind in blinds {
            decoded.0.push(*decode_secret_scalar(blind)?);
        }
        Ok(decoded)
    }

    /// Half the inverse of each, with one inversion for all.
    fn into_half_inverses(mut self) -> Blinds {
        Scalar::invert_batch_alloc(&mut self.0);
        for inverse in &mut self.0 {
            *inverse = inverse.div_by_2();
        }
        self
    }
}

impl fmt::Debug for Blinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinds(..)")
    }
}

/// An input, what was sent for it, and the scalar that unblinds the answer.
pub struct BlindedInput {
    input: Input,
    half_inverse: Box<Zeroizing<Scalar>>,
    element: Element,
}

impl BlindedInput {
    /// The blinded element, for the other side to evaluate.
    pub fn element(&self) -> &Element {
        &self.element
    }

    /// The input.
    pub fn input(&self) -> &Input {
        &self.input
    }
}

impl fmt::Debug for BlindedInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlindedInput(..)")
    }
}

/// `Blind` of RFC 9497, section 3.3.2, for a batch, in order.
///
/// # Errors
/// [`BatchError`] where the lists are empty, too long or of different lengths.
pub fn blind_batch(inputs: Vec<Input>, blinds: Blinds) -> Result<Vec<BlindedInput>, BatchError> {
    check_batch(inputs.len())?;
    if inputs.len() != blinds.0.len() {
        return Err(BatchError::LengthMismatch { left: inputs.len(), right: blinds.0.len() });
    }
    let halves = Zeroizing::new(blinds.0.iter().map(Scalar::div_by_2).collect::<Vec<_>>());
    let points = SecretPoints::products(inputs.iter().map(Input::point).zip(halves.iter()));
    let elements = Element::doubled(points.as_slice());
    let inverses = blinds.into_half_inverses();
    let blinded = inputs.into_iter().zip(&inverses.0).zip(elements);
    Ok(blinded
        .map(|((input, inverse), element)| BlindedInput {
            input,
            half_inverse: Box::new(Zeroizing::new(*inverse)),
            element,
        })
        .collect())
}

/// `Finalize` of RFC 9497, section 3.3.2, for a batch whose proof held: one output an input, in order.
///
/// # Errors
/// [`BatchError::LengthMismatch`] or [`BatchError::ForeignEvaluation`] where `verified` was verified for other blinded
/// elements.
pub fn finalize_batch(blinded: &[BlindedInput], verified: &Verified) -> Result<Vec<Output>, BatchError> {
    let evaluated = verified.evaluations_of(blinded.iter().map(BlindedInput::element))?;
    let inverses = blinded.iter().map(|blinded| &**blinded.half_inverse);
    let halves = SecretPoints::products(evaluated.iter().zip(inverses));
    Ok(Output::of_halves(blinded.iter().map(BlindedInput::input), &halves))
}

/// A VOPRF output: pseudorandom to whoever lacks either the input or the key's help.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Output(Box<[u8; OUTPUT_LEN]>);

impl Output {
    /// The 64 bytes.
    pub fn as_bytes(&self) -> &[u8; OUTPUT_LEN] {
        &self.0
    }

    /// The outputs for inputs whose unblinded elements are twice the given points.
    pub(super) fn of_halves<'a>(
        inputs: impl Iterator<Item = &'a Input>,
        halves: &SecretPoints,
    ) -> Vec<Output> {
        let unblinded = Zeroizing::new(compress_doubled(halves.as_slice()));
        inputs
            .zip(unblinded.iter())
            .map(|(input, unblinded)| Output(Box::new(*hash::finalize(&input.0.bytes, unblinded))))
            .collect()
    }
}

impl ConstantTimeEq for Output {
    fn ct_eq(&self, other: &Output) -> Choice {
        self.0[..].ct_eq(&other.0[..])
    }
}

impl PartialEq for Output {
    fn eq(&self, other: &Output) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Output {}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output(..)")
    }
}
