use std::fmt;

use curve25519_dalek::Scalar;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::{ELEMENT_LEN, ElementError};
use crate::meter;

/// A group element that may go over the wire: canonical, not the identity. Holds its encoding beside the point, so
/// that neither is computed twice.
#[derive(Clone, Copy)]
pub struct Element {
    bytes: [u8; ELEMENT_LEN],
    point: RistrettoPoint,
}

impl Element {
    /// `DeserializeElement` of RFC 9497, section 4.1.
    ///
    /// # Errors
    /// [`ElementError::NonCanonical`] for bytes that encode no element, [`ElementError::Identity`] for the identity.
    pub fn decode(bytes: &[u8; ELEMENT_LEN]) -> Result<Element, ElementError> {
        if *bytes == [0; ELEMENT_LEN] {
            return Err(ElementError::Identity);
        }
        let point = CompressedRistretto(*bytes).decompress().ok_or(ElementError::NonCanonical)?;
        Ok(Element { bytes: *bytes, point })
    }

    /// The canonical encoding.
    pub fn as_bytes(&self) -> &[u8; ELEMENT_LEN] {
        &self.bytes
    }

    /// An encoding and a point that the caller knows to belong together.
    pub(super) fn from_parts(bytes: [u8; ELEMENT_LEN], point: RistrettoPoint) -> Element {
        Element { bytes, point }
    }

    pub(super) fn point(&self) -> &RistrettoPoint {
        &self.point
    }

    /// The elements 2·P for non-identity points P.
    pub(super) fn doubled(halves: &[RistrettoPoint]) -> Vec<Element> {
        let encodings = compress_doubled(halves);
        halves.iter().zip(encodings).map(|(half, bytes)| Element { bytes, point: half + half }).collect()
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Element) -> bool {
        self.bytes.ct_eq(&other.bytes).into()
    }
}

impl Eq for Element {}

/// Shows no bytes: an element on the wire links to its token.
impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Element(..)")
    }
}

/// Encodings of 2·P for each P, the identity included, in constant time and with one inversion for all.
pub(super) fn compress_doubled(halves: &[RistrettoPoint]) -> Vec<[u8; ELEMENT_LEN]> {
    RistrettoPoint::double_and_compress_batch(halves)
        .into_iter()
        .map(|encoding| encoding.to_bytes())
        .collect()
}

/// Points that depend on a secret, wiped on drop.
pub(super) struct SecretPoints(Vec<RistrettoPoint>);

impl SecretPoints {
    /// Each point times its scalar, in constant time.
    pub(super) fn products<'a>(
        pairs: impl ExactSizeIterator<Item = (&'a RistrettoPoint, &'a Scalar)>,
    ) -> SecretPoints {
        meter::point_muls(pairs.len());
        SecretPoints(pairs.map(|(point, scalar)| point * scalar).collect())
    }

    pub(super) fn as_slice(&self) -> &[RistrettoPoint] {
        &self.0
    }
}

impl Drop for SecretPoints {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
