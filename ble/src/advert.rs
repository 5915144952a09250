//! What a device shows on the air: the advert, and the names under which it is found and spoken to (specification,
//! section 16.1 and 16.2).

use thiserror::Error;

use crate::{AdvertSeen, PRESENCE_BYTES, PeerAddress, Presence, Sighting};

/// The service that every SigHej device offers and advertises.
pub const SERVICE: u128 = 0x1e6b_d8a6_5f6c_4c5d_9d0c_5a7f_0b6d_9e51;
/// Its characteristic to read: the [`Presence`], [`PRESENCE_BYTES`] bytes.
pub const TOKEN_CHARACTERISTIC: u128 = 0x1e6b_d8a7_5f6c_4c5d_9d0c_5a7f_0b6d_9e51;
/// Its characteristic for packets: a central writes them, a peripheral notifies them.
pub const PACKET_CHARACTERISTIC: u128 = 0x1e6b_d8a8_5f6c_4c5d_9d0c_5a7f_0b6d_9e51;
/// The LE PSM of the L2CAP channel. The same for every device, so that it links nothing.
pub const PSM: u16 = 0x00d5;

/// Bytes of service data: presence (9) ‖ transmit-power class (1).
pub const SERVICE_DATA_BYTES: usize = PRESENCE_BYTES + 1;
/// Bytes of a legacy advert, at most.
pub const ADVERT_BYTES: usize = 31;

/// What HCI reports where it does not know the strength.
const RSSI_UNKNOWN: i8 = 127;
/// How much stronger a device of [`PowerClass::High`] arrives from the same place, in dB.
const HIGH_POWER_DB: i8 = 6;
/// Flags of an advert: LE General Discoverable, no BR/EDR.
const FLAGS: u8 = 0x06;

// Types of AD structures (Bluetooth Assigned Numbers, 2.3).
const AD_FLAGS: u8 = 0x01;
const AD_SOME_UUIDS_128: u8 = 0x06;
const AD_ALL_UUIDS_128: u8 = 0x07;
const AD_SERVICE_DATA_128: u8 = 0x21;

/// How strongly a device sends, as one of two values: an exact one would tell its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerClass {
    /// Up to 4 dBm, or not known.
    Usual,
    /// More than 4 dBm.
    High,
}

impl PowerClass {
    fn byte(self) -> u8 {
        match self {
            PowerClass::Usual => 0,
            PowerClass::High => 1,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, AdvertError> {
        match byte {
            0 => Ok(PowerClass::Usual),
            1 => Ok(PowerClass::High),
            other => Err(AdvertError::PowerClass(other)),
        }
    }
}

/// A SigHej device's advert, in either form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advert {
    /// Service data: whoever hears it knows the token.
    Full {
        /// Version, flags and token.
        presence: Presence,
        /// How strongly it is sent.
        power: PowerClass,
    },
    /// The service's UUID alone, where a platform cannot do more: the token is read over a link.
    Bare,
}

impl Advert {
    /// The service data of the full form, as platforms take it; none for the bare one.
    #[must_use]
    pub fn service_data(&self) -> Option<[u8; SERVICE_DATA_BYTES]> {
        let Advert::Full { presence: Presence([a, b, c, d, e, f, g, h, i]), power } = *self else {
            return None;
        };
        Some([a, b, c, d, e, f, g, h, i, power.byte()])
    }

    /// From service data under [`SERVICE`], as platforms report it. The presence is not looked into: its version and
    /// token are the engine's.
    ///
    /// # Errors
    /// B-1 and B-2, each by its own error.
    pub fn from_service_data(data: &[u8]) -> Result<Advert, AdvertError> {
        let length = AdvertError::Length(data.len());
        let (presence, rest) = data.split_first_chunk::<PRESENCE_BYTES>().ok_or(length)?;
        let [power] = *<&[u8; 1]>::try_from(rest).map_err(|_| length)?;
        Ok(Advert::Full { presence: Presence(*presence), power: PowerClass::from_byte(power)? })
    }

    /// The whole advert as AD structures, at most [`ADVERT_BYTES`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = vec![2, AD_FLAGS, FLAGS];
        let (kind, data) = match self.service_data() {
            Some(data) => (AD_SERVICE_DATA_128, data.to_vec()),
            None => (AD_ALL_UUIDS_128, Vec::new()),
        };
        let length = 1 + size_of::<u128>() + data.len();
        payload.push(u8::try_from(length).unwrap_or(u8::MAX));
        payload.push(kind);
        payload.extend(SERVICE.to_le_bytes());
        payload.extend(data);
        payload
    }

    /// From a whole advert, or an advert and its scan response together; none where it speaks of no SigHej device.
    /// Structures of other kinds are passed over, and of a structure that is cut off nothing is read.
    ///
    /// # Errors
    /// As [`Advert::from_service_data`].
    pub fn decode(payload: &[u8]) -> Result<Option<Advert>, AdvertError> {
        let mut bare = None;
        for (kind, data) in structures(payload) {
            match kind {
                AD_SERVICE_DATA_128 => {
                    if let Some(data) = data.strip_prefix(&SERVICE.to_le_bytes()) {
                        return Advert::from_service_data(data).map(Some);
                    }
                }
                AD_SOME_UUIDS_128 | AD_ALL_UUIDS_128 => {
                    let (uuids, _) = data.as_chunks();
                    bare = bare.or(uuids.contains(&SERVICE.to_le_bytes()).then_some(Advert::Bare));
                }
                _ => {}
            }
        }
        Ok(bare)
    }

    /// The advert as it was heard at `rssi` dBm, where 127 means unknown. The strength becomes that of a device of
    /// [`PowerClass::Usual`] at the same place, so that both classes meet one gate.
    #[must_use]
    pub fn sighting(&self, address: PeerAddress, rssi: Option<i8>) -> Sighting {
        let rssi = rssi.filter(|&rssi| rssi != RSSI_UNKNOWN);
        match *self {
            Advert::Full { presence, power } => {
                let excess = if power == PowerClass::High { HIGH_POWER_DB } else { 0 };
                let rssi = rssi.map(|rssi| rssi.saturating_sub(excess));
                Sighting { address, advert: AdvertSeen::Presence(presence), rssi }
            }
            Advert::Bare => Sighting { address, advert: AdvertSeen::Bare, rssi },
        }
    }
}

/// Why an advert under [`SERVICE`] is none of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AdvertError {
    /// B-1: service data of another length, in bytes.
    #[error(
        "service data of {0} bytes, where {SERVICE_DATA_BYTES} belong: the other device runs another program"
    )]
    Length(usize),
    /// B-2: a transmit-power class other than 0 and 1.
    #[error("a transmit-power class of {0}, where 0 or 1 is allowed: the other device runs another program")]
    PowerClass(u8),
}

/// The AD structures of a payload, kind and data, up to the first that is empty or cut off.
fn structures(mut payload: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (&length, rest) = payload.split_first()?;
        let (structure, rest) = rest.split_at_checked(usize::from(length))?;
        payload = rest;
        let (&kind, data) = structure.split_first()?;
        Some((kind, data))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(power: PowerClass) -> Advert {
        Advert::Full { presence: Presence([0x10, 1, 2, 3, 4, 5, 6, 7, 8]), power }
    }

    #[test]
    fn a_full_advert_takes_exactly_what_a_legacy_advert_has() {
        let payload = full(PowerClass::High).encode();
        let start =
            [2, 1, 6, 27, 0x21, 0x51, 0x9e, 0x6d, 0x0b, 0x7f, 0x5a, 0x0c, 0x9d, 0x5d, 0x4c, 0x6c, 0x5f];
        assert_eq!(payload.len(), ADVERT_BYTES);
        assert!(payload.starts_with(&start), "flags, service data, the UUID with its last byte first");
        assert!(payload.ends_with(&[0x1e, 0x10, 1, 2, 3, 4, 5, 6, 7, 8, 1]));
    }

    #[test]
    fn both_forms_come_back_as_they_were() {
        for advert in [full(PowerClass::Usual), full(PowerClass::High), Advert::Bare] {
            assert_eq!(Advert::decode(&advert.encode()), Ok(Some(advert)));
        }
        assert_eq!(Advert::Bare.encode().len(), 21);
    }

    #[test]
    fn service_data_of_another_length_is_refused() {
        for length in (0..40).filter(|&length| length != SERVICE_DATA_BYTES) {
            assert_eq!(Advert::from_service_data(&vec![0; length]), Err(AdvertError::Length(length)));
        }
    }

    #[test]
    fn a_power_class_beyond_the_two_is_refused() {
        for class in 2..=u8::MAX {
            let mut payload = full(PowerClass::Usual).encode();
            payload[ADVERT_BYTES - 1] = class;
            assert_eq!(Advert::decode(&payload), Err(AdvertError::PowerClass(class)));
        }
    }

    #[test]
    fn other_adverts_are_not_ours_and_service_data_counts_before_the_list() {
        let mut other = full(PowerClass::Usual).encode();
        other[5] ^= 1;
        assert_eq!(Advert::decode(&other), Ok(None), "another service");
        let both = [Advert::Bare.encode(), full(PowerClass::Usual).encode()].concat();
        assert_eq!(Advert::decode(&both), Ok(Some(full(PowerClass::Usual))));
        let whole = full(PowerClass::Usual).encode();
        for cut in 0..whole.len() {
            assert_eq!(Advert::decode(&whole[..cut]), Ok(None), "cut off after {cut} bytes");
        }
    }

    #[test]
    fn a_strength_of_127_is_unknown_and_both_classes_meet_one_gate() {
        let heard = |advert: Advert, rssi| advert.sighting(PeerAddress::new("a"), Some(rssi)).rssi;
        assert_eq!(heard(full(PowerClass::Usual), 127), None);
        assert_eq!(heard(full(PowerClass::High), 127), None);
        assert_eq!(heard(full(PowerClass::Usual), -70), Some(-70));
        assert_eq!(heard(full(PowerClass::High), -70), Some(-76));
        assert_eq!(heard(full(PowerClass::High), -128), Some(-128));
        assert_eq!(heard(Advert::Bare, -70), Some(-70));
    }
}
