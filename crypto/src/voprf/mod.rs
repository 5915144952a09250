//! VOPRF(ristretto255, SHA-512), mode 0x01 of RFC 9497, byte for byte.
//!
//! One side holds a [`SecretKey`], the other some secret inputs. At the end the input holder knows one [`Output`] an
//! input and nothing of the key; the key holder knows nothing of inputs or outputs; a [`Proof`] shows that every
//! element was evaluated under the [`PublicKey`] that was announced.
//!
//! ```
//! # use rand_core::SeedableRng;
//! # let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
//! use sighej_crypto::voprf::{Blinds, Element, Input, SecretKey, blind_batch, finalize_batch};
//!
//! // The input holder blinds; the key holder evaluates and proves.
//! let blinded = blind_batch(vec![Input::new(b"bouldering")?], Blinds::random(1, &mut rng)?)?;
//! let sent: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();
//! let key = SecretKey::random(&mut rng);
//! let (evaluated, proof) = key.evaluate_batch(&sent, &mut rng)?;
//!
//! // The input holder decodes, verifies, unblinds and hashes.
//! let evaluated = evaluated.iter().map(Element::decode).collect::<Result<Vec<_>, _>>()?;
//! let verified = key.public_key().verify_batch(&sent, &evaluated, &proof)?;
//! let outputs = finalize_batch(&blinded, &verified)?;
//! assert_eq!(outputs, key.own_outputs([blinded[0].input()]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whatever touches a key, a blind, an input or an output runs in constant time. Multi-scalar multiplication in
//! variable time serves the proof alone, over points and scalars that both sides know. Points are computed halved, so
//! that a whole batch is doubled and compressed at the price of one inversion.

mod client;
mod element;
mod error;
mod hash;
mod key;
mod proof;
#[cfg(test)]
mod tests;

pub use client::{BlindedInput, Blinds, Input, Output, blind_batch, finalize_batch};
pub use element::Element;
pub use error::{BatchError, ElementError, InputError, ScalarError, VerifyError};
pub use key::{PublicKey, SecretKey};
pub use proof::{Proof, Verified};

/// Bytes of an encoded group element (`Ne` in RFC 9497, section 4.1).
pub const ELEMENT_LEN: usize = 32;
/// Bytes of an encoded scalar (`Ns`).
pub const SCALAR_LEN: usize = 32;
/// Bytes of a proof: challenge, then response.
pub const PROOF_LEN: usize = 2 * SCALAR_LEN;
/// Bytes of an output (`Nh`).
pub const OUTPUT_LEN: usize = 64;
/// Bytes of the seed of [`SecretKey::derive`].
pub const SEED_LEN: usize = 32;
/// The most items one batch may hold; RFC 9497 would allow 65,535.
pub const MAX_BATCH: usize = 64;
/// The most bytes one private input may have (RFC 9497, section 1.2).
pub const MAX_INPUT_LEN: usize = u16::MAX as usize;

/// A batch has 1 to [`MAX_BATCH`] items.
fn check_batch(len: usize) -> Result<(), BatchError> {
    match len {
        0 => Err(BatchError::Empty),
        1..=MAX_BATCH => Ok(()),
        _ => Err(BatchError::TooLarge { len }),
    }
}
