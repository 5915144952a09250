//! Which X25519 public keys are accepted (specification, M-7; RFC 7748, section 6.1).

/// The u-coordinates of the points of low order on Curve25519 and its twist, canonically encoded.
const LOW_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda,
        0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04,
        0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ],
    {
        let mut minus_one = MODULUS;
        minus_one[0] -= 1;
        minus_one
    },
];

/// p = 2²⁵⁵ − 19, little-endian.
const MODULUS: [u8; 32] = {
    let mut p = [0xff; 32];
    p[0] = 0xed;
    p[31] = 0x7f;
    p
};

/// Whether a public key is the canonical encoding of a point that is not of low order.
pub(crate) fn is_acceptable(u: &[u8; 32]) -> bool {
    let canonical = u.iter().rev().lt(MODULUS.iter().rev());
    canonical && !LOW_ORDER.contains(u)
}

#[cfg(test)]
mod tests {
    use x25519_dalek::{PublicKey, StaticSecret};

    use super::*;

    fn contributes(u: [u8; 32]) -> bool {
        StaticSecret::from([0x42; 32]).diffie_hellman(&PublicKey::from(u)).was_contributory()
    }

    #[test]
    fn each_point_of_low_order_is_one_and_is_refused() {
        for u in LOW_ORDER {
            assert!(!contributes(u) && !is_acceptable(&u));
        }
    }

    #[test]
    fn a_second_encoding_of_a_point_is_refused() {
        let mut nine = [0; 32];
        nine[0] = 9;
        assert!(is_acceptable(&nine) && contributes(nine));
        let mut high_bit = nine;
        high_bit[31] = 0x80;
        assert!(!is_acceptable(&high_bit));
        let mut plus_p = MODULUS;
        plus_p[0] = 0xed + 9;
        assert!(!is_acceptable(&plus_p));
        assert!(!is_acceptable(&MODULUS));
    }
}
