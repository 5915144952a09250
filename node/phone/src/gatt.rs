//! What both roles of Bluetooth need to know: the names, and how packets travel as values of a characteristic (specification, section
//! 16). An app calls these instead of writing them a second time.

use sighej_ble::{
    advert::{PACKET_CHARACTERISTIC, PSM, SERVICE, TOKEN_CHARACTERISTIC},
    gatt::{self, LinkId, Value},
};

/// The names on the air. The same for every device.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct GattNames {
    /// The service, advertised and offered.
    pub service: String,
    /// Its characteristic to read: the presence.
    pub token_characteristic: String,
    /// Its characteristic to write and to be notified by: packets.
    pub packet_characteristic: String,
    /// The LE PSM of the L2CAP channel, where the platform lets an app choose it.
    pub psm: u16,
}

/// The names on the air, UUIDs in lower case with hyphens.
#[uniffi::export]
#[must_use]
pub fn gatt_names() -> GattNames {
    GattNames {
        service: uuid(SERVICE),
        token_characteristic: uuid(TOKEN_CHARACTERISTIC),
        packet_characteristic: uuid(PACKET_CHARACTERISTIC),
        psm: PSM,
    }
}

/// What a value of the packet characteristic says.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum GattValue {
    /// Opens a link, or ends it where it is open.
    Alone {
        /// Which link: 2 bytes.
        link: Vec<u8>,
    },
    /// Carries a packet.
    Packet {
        /// Which link: 2 bytes.
        link: Vec<u8>,
        /// The packet.
        packet: Vec<u8>,
    },
}

impl std::fmt::Debug for GattValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GattValue(redacted)")
    }
}

/// An id for a link that this device opens as a central, at random; nothing where the system has no randomness.
#[uniffi::export]
#[must_use]
pub fn link_id() -> Option<Vec<u8>> {
    LinkId::random().map(LinkId::alone)
}

/// Reads a value that was written or notified; nothing where it is too short to be one.
#[uniffi::export]
#[must_use]
pub fn read_value(value: Vec<u8>) -> Option<GattValue> {
    Some(match Value::read(&value)? {
        Value::Alone(link) => GattValue::Alone { link: link.alone() },
        Value::Packet(link, packet) => GattValue::Packet { link: link.alone(), packet: packet.to_vec() },
    })
}

/// The value that opens or ends a link; nothing where the id is none.
#[uniffi::export]
#[must_use]
pub fn value_of_link(link: Vec<u8>) -> Option<Vec<u8>> {
    Some(LinkId(link.try_into().ok()?).alone())
}

/// The value that carries a packet; nothing where the id is none.
#[uniffi::export]
#[must_use]
pub fn value_with_packet(link: Vec<u8>, packet: Vec<u8>) -> Option<Vec<u8>> {
    Some(LinkId(link.try_into().ok()?).with(&packet))
}

/// The longest packet that a central may write on a connection with this ATT MTU.
#[uniffi::export]
#[must_use]
pub fn max_packet(mtu: u16) -> u32 {
    u32::try_from(gatt::max_packet(mtu)).unwrap_or(u32::MAX)
}

/// The longest packet that a peripheral may notify on a connection with this ATT MTU.
#[uniffi::export]
#[must_use]
pub fn max_notified(mtu: u16) -> u32 {
    u32::try_from(gatt::max_notified(mtu)).unwrap_or(u32::MAX)
}

fn uuid(number: u128) -> String {
    let digits = format!("{number:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|part| digits.get(part).unwrap_or_default()).join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_specification() {
        let names = gatt_names();
        assert_eq!(names.service, "1e6bd8a6-5f6c-4c5d-9d0c-5a7f0b6d9e51");
        assert_eq!(names.token_characteristic, "1e6bd8a7-5f6c-4c5d-9d0c-5a7f0b6d9e51");
        assert_eq!(names.packet_characteristic, "1e6bd8a8-5f6c-4c5d-9d0c-5a7f0b6d9e51");
        assert_eq!(names.psm, 0x00d5);
    }

    #[test]
    fn a_value_comes_back_as_what_it_was() {
        let link = link_id().unwrap();
        let value = value_with_packet(link.clone(), vec![7; 20]).unwrap();
        assert!(read_value(value) == Some(GattValue::Packet { link: link.clone(), packet: vec![7; 20] }));
        assert!(read_value(value_of_link(link.clone()).unwrap()) == Some(GattValue::Alone { link }));
        assert!(read_value(vec![1]).is_none() && value_of_link(vec![1]).is_none());
    }
}
