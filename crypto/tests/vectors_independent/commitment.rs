//! Specification, sections 3.3 and 4.

use curve25519_dalek::ristretto::CompressedRistretto;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::{
    format::{self, Commitments, DeviceVector, all, arrays},
    second::{Bytes32, Commitment, Device, Draws, array, device, group},
};

/// The device that draws what the vector lists.
pub(crate) fn drawing(vector: &DeviceVector) -> Device {
    let draws = Draws {
        x: vector.x.array(),
        y: vector.y.array(),
        k: vector.k.array(),
        dummies: arrays(&vector.dummies),
        blinds: arrays(&vector.blinds),
    };
    Device::new(&vector.interests, vector.epoch, &draws)
}

/// Everything a device vector says follows from what it draws.
#[track_caller]
pub(crate) fn check_device(vector: &DeviceVector) {
    assert_eq!(vector.interests.len() + vector.dummies.len(), 16);
    let me = drawing(vector);
    let inputs = device::inputs(&vector.interests, &arrays(&vector.dummies));
    assert_eq!(all(inputs.iter().map(|input| group::hash_to_group(input))), vector.hashed);
    assert_eq!(all(inputs), vector.inputs);
    assert_eq!(me.slots, vector.slots);
    assert_eq!(me.commitment.0, vector.commitment.0);
    assert_eq!(me.commitment.digest()[..], vector.digest.0);
    assert_eq!(me.commitment.token()[..], vector.token.0);
    assert_eq!(verdict(&vector.commitment.0, None), Ok(()));
}

/// The checks of section 4.3, with the errors' names; `own` is one's own commitment.
fn verdict(bytes: &[u8], own: Option<&Commitment>) -> Result<(), &'static str> {
    let refuse = |name, when| if when { Err(name) } else { Ok(()) };
    refuse("Length", bytes.len() != Commitment::LEN)?;
    refuse("Version", bytes[0] != 1)?;
    let c = Commitment(bytes.to_vec());
    refuse("LowOrderKey", ![c.x(), c.y()].iter().all(is_x25519_key))?;
    let blinded = c.blinded();
    refuse("CommitmentNotAscending", !blinded.windows(2).all(|pair| pair[0] < pair[1]))?;
    let elements: Vec<Bytes32> = std::iter::once(c.k()).chain(blinded.iter().copied()).collect();
    refuse("IdentityElement", elements.contains(&[0; 32]))?;
    let is_point = |element: &Bytes32| CompressedRistretto(*element).decompress().is_some();
    refuse("NonCanonicalElement", !elements.iter().all(is_point))?;
    let Some(own) = own else { return Ok(()) };
    let epoch = |c: &Commitment| u32::from_be_bytes(array(&c.0, 1));
    refuse("EpochOutOfRange", epoch(&c).abs_diff(epoch(own)) > 1)?;
    let mine = own.blinded();
    refuse("ReflectedElement", c.k() == own.k() || blinded.iter().any(|c| mine.contains(c)))
}

/// Below 2²⁵⁵ − 19, and of no low order: an agreement with it does not come out as zero.
fn is_x25519_key(key: &Bytes32) -> bool {
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    let below = key.iter().rev().lt(p.iter().rev());
    below && StaticSecret::from([0x77; 32]).diffie_hellman(&PublicKey::from(*key)).was_contributory()
}

#[test]
fn each_device_has_this_commitment_digest_and_token() {
    let file: Commitments = format::read("commitment.json");
    assert!(file.accepted.len() >= 6);
    file.accepted.iter().for_each(|case| check_device(&case.device));
}

#[test]
fn each_wrong_commitment_is_refused_by_this_error() {
    let file: Commitments = format::read("commitment.json");
    assert!(file.refused.len() >= 18);
    for case in &file.refused {
        let reader = file.accepted.iter().find(|other| other.name == case.reader).unwrap();
        let own = drawing(&reader.device).commitment;
        assert_eq!(verdict(&case.commitment.0, Some(&own)), Err(&case.error[..]), "{}", case.why);
    }
}
