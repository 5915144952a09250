//! Cutting messages into packets.

use thiserror::Error;

use super::{LAST, MAX_MESSAGE, MAX_PACKET, MIN_PACKET, PACKET_HEADER};

/// Cuts the messages of one direction of one link into packets, and numbers them.
#[derive(Debug)]
pub struct Fragmenter {
    part: usize,
    number: u8,
}

impl Fragmenter {
    /// For a link whose packets have at most `max_packet` bytes, [`Link::max_packet`](crate::Link::max_packet). What is
    /// beyond [`MAX_PACKET`] is not used; a link that claims less than [`MIN_PACKET`] refuses the packets made for it.
    #[must_use]
    pub fn new(max_packet: usize) -> Fragmenter {
        Fragmenter { part: max_packet.clamp(MIN_PACKET, MAX_PACKET) - PACKET_HEADER, number: 0 }
    }

    /// The packets of the next message, to be sent in this order.
    ///
    /// # Errors
    /// Where the message is empty or too long: nothing is numbered then.
    pub fn packets(&mut self, message: &[u8]) -> Result<Vec<Vec<u8>>, MessageError> {
        if message.is_empty() || message.len() > MAX_MESSAGE {
            return Err(MessageError(message.len()));
        }
        let number = self.number;
        self.number = number.wrapping_add(1);
        let parts = message.chunks(self.part);
        let last = parts.len() - 1;
        let packet = |(index, part): (usize, &[u8])| {
            let flag = if index == last { LAST } else { 0 };
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            [&[number, index | flag], part].concat()
        };
        Ok(parts.enumerate().map(packet).collect())
    }
}

/// A message of so many bytes cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a message of {0} bytes, where 1 to {MAX_MESSAGE} are allowed: the caller is at fault")]
pub struct MessageError(pub usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_into_numbered_packets_of_which_the_last_says_so() {
        let mut fragmenter = Fragmenter::new(20);
        let message: Vec<u8> = (0..40).collect();
        let packets = fragmenter.packets(&message).unwrap();
        assert_eq!(packets.len(), 3);
        assert_eq!(packets[0], [&[0, 0], &message[..18]].concat());
        assert_eq!(packets[1], [&[0, 1], &message[18..36]].concat());
        assert_eq!(packets[2], [&[0, 0x82], &message[36..]].concat());
        assert_eq!(fragmenter.packets(&[7]).unwrap(), [[1, 0x80, 7]]);
    }

    #[test]
    fn no_packet_is_longer_than_the_link_takes_nor_than_an_attribute() {
        for (max_packet, longest) in [(0, 18), (18, 18), (244, 244), (512, 512), (514, 512), (65_535, 512)] {
            let packets = Fragmenter::new(max_packet).packets(&[0; MAX_MESSAGE]).unwrap();
            assert_eq!(packets.iter().map(Vec::len).max(), Some(longest));
        }
    }

    #[test]
    fn empty_and_overlong_messages_are_refused_and_leave_no_gap() {
        let mut fragmenter = Fragmenter::new(100);
        assert_eq!(fragmenter.packets(&[]), Err(MessageError(0)));
        assert_eq!(fragmenter.packets(&[0; MAX_MESSAGE + 1]), Err(MessageError(MAX_MESSAGE + 1)));
        assert_eq!(fragmenter.packets(&[9]).unwrap(), [[0, 0x80, 9]]);
    }

    #[test]
    fn the_messages_of_an_exchange_grow_by_less_than_two_per_cent_at_the_usual_mtu() {
        let messages = [32, 709, 1382, 977, 272];
        let mut fragmenter = Fragmenter::new(247 - 5);
        let packets: Vec<Vec<u8>> =
            messages.iter().flat_map(|&length| fragmenter.packets(&vec![0; length + 2]).unwrap()).collect();
        let sent = packets.concat().len();
        let own: usize = messages.iter().sum();
        assert_eq!((packets.len(), sent - own), (17, 44));
        assert!(sent * 100 < own * 102, "{sent} bytes for {own}");
    }
}
