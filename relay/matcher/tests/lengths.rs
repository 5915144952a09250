//! The wire carries what the cryptographic core makes, byte for byte as long.

use sighej_crypto::relay::{
    ACCEPT_LEN, KNOCK_LEN, REGISTRATION_LEN, RegistrationChallenge, RelayId, RoomId, SEAL_LEN, Upload,
    Verdict,
};
use sighej_relay_api::wire;

#[test]
fn every_length_of_the_wire_is_that_of_the_core() {
    assert_eq!(wire::CHALLENGE_LEN, RegistrationChallenge::LEN);
    assert_eq!(wire::REGISTRATION_LEN, REGISTRATION_LEN);
    assert_eq!(wire::KNOCK_LEN, KNOCK_LEN);
    assert_eq!(wire::ACCEPT_LEN, ACCEPT_LEN);
    assert_eq!(wire::SEAL_LEN, SEAL_LEN);
    assert_eq!(wire::UPLOAD_LEN, Upload::LEN);
    assert_eq!(wire::VERDICT_LEN, Verdict::LEN);
    assert_eq!((wire::WireId::LEN, wire::WireId::LEN), (RelayId::LEN, RoomId::LEN));
}
