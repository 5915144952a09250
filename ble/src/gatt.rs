//! How packets travel as values of the packet characteristic.
//!
//! A notification reaches every subscribed central, so every value begins with the id of its link: two bytes that the
//! central draws at random. The central subscribes, then writes an id alone, which opens the link; the peripheral
//! refuses an id that is in use, and confirms only once a notification of its would be heard. From then on a value is
//! id ‖ packet either way, and an id alone ends the link.

/// Bytes of a link's id.
pub const LINK_ID_BYTES: usize = 2;
/// ATT's own bytes in a write or a notification.
const ATT_HEADER_BYTES: usize = 3;
/// The longest value that every stack passes in one piece.
const VALUE_BYTES: usize = 510;
/// The ATT MTU before one was agreed.
const MTU_MIN: u16 = 23;

/// What a value's own length takes, in a packet that may hold several notifications (Core specification, volume 3, part F,
/// 3.4.7.4). Where both ends can, BlueZ sends them so, and cuts off what does not fit without a word.
const LENGTH_BYTES: u16 = 2;

/// Which link a value belongs to. Chosen by the central, means nothing beyond the connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkId(pub [u8; LINK_ID_BYTES]);

/// Ids stay unprinted.
impl std::fmt::Debug for LinkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkId(redacted)")
    }
}

impl LinkId {
    /// Draws one; none where the system has no randomness.
    #[must_use]
    pub fn random() -> Option<LinkId> {
        let mut id = [0; LINK_ID_BYTES];
        getrandom::fill(&mut id).ok()?;
        Some(LinkId(id))
    }

    /// The value that opens the link, or ends it.
    #[must_use]
    pub fn alone(self) -> Vec<u8> {
        self.0.to_vec()
    }

    /// The value that carries a packet.
    #[must_use]
    pub fn with(self, packet: &[u8]) -> Vec<u8> {
        [&self.0, packet].concat()
    }
}

/// What a value says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// Opens or ends a link.
    Alone(LinkId),
    /// A packet of a link; never empty.
    Packet(LinkId, &'a [u8]),
}

impl Value<'_> {
    /// Reads a value; none where it is too short for an id.
    #[must_use]
    pub fn read(value: &[u8]) -> Option<Value<'_>> {
        let (id, packet) = value.split_first_chunk()?;
        Some(if packet.is_empty() { Value::Alone(LinkId(*id)) } else { Value::Packet(LinkId(*id), packet) })
    }
}

/// The longest packet on a connection with this ATT MTU, in bytes.
#[must_use]
pub fn max_packet(mtu: u16) -> usize {
    (usize::from(mtu.max(MTU_MIN)) - ATT_HEADER_BYTES).min(VALUE_BYTES) - LINK_ID_BYTES
}

/// The longest packet that a peripheral can count on having sent whole. Below an ATT MTU of 25 a link's shortest packet is longer
/// than that: then it is sent whole to whoever takes each notification by itself.
#[must_use]
pub fn max_notified(mtu: u16) -> usize {
    max_packet(mtu.saturating_sub(LENGTH_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_leaves_room_for_att_and_for_the_id() {
        assert_eq!([0, 23, 247, 517, u16::MAX].map(max_packet), [18, 18, 242, 508, 508]);
    }

    #[test]
    fn a_notified_packet_leaves_room_for_its_length_where_it_may() {
        assert_eq!([23, 25, 247, 514, 515, 517].map(max_notified), [18, 18, 240, 507, 508, 508]);
    }

    #[test]
    fn a_value_comes_back_as_what_it_was() {
        let id = LinkId([7, 9]);
        assert!(Value::read(&id.alone()) == Some(Value::Alone(id)));
        assert!(Value::read(&id.with(&[1])) == Some(Value::Packet(id, &[1])));
    }

    #[test]
    fn a_value_too_short_for_an_id_says_nothing() {
        assert!(Value::read(&[]).is_none() && Value::read(&[1]).is_none());
    }
}
