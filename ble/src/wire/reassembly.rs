//! Putting messages together again from the packets of somebody who may be hostile.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{LAST, MAX_MESSAGE, MAX_PACKET, MIN_PART, PACKET_HEADER};

/// Makes messages out of the packets of one direction of one link.
///
/// Packets may come in any order, and twice. Messages come out in the order of their numbers. What is held meanwhile is
/// bounded by [`Reassembly::HELD`] and [`Reassembly::AHEAD`], whatever a peer sends: nobody has authenticated yet.
///
/// After an error the link is to be closed; what was held is as before the packet.
#[derive(Default)]
pub struct Reassembly {
    /// The number of the next message to deliver.
    next: u8,
    /// The messages of which something came, by how far they are ahead of `next`.
    parts: BTreeMap<u8, Partial>,
    held: usize,
}

impl Reassembly {
    /// Bytes of undelivered messages held at once, without the packets' headers. A packet beyond it is refused.
    pub const HELD: usize = 4 * MAX_MESSAGE;
    /// Messages under way at once, counted from the next to deliver. A packet beyond it is refused.
    pub const AHEAD: u8 = 8;
    /// So many numbers back, a packet is a late repetition of a message that was delivered, and is passed over.
    pub const BEHIND: u8 = 64;

    /// For a new link.
    #[must_use]
    pub fn new() -> Reassembly {
        Reassembly::default()
    }

    /// Takes a packet in, and says which messages are whole by it, in order: mostly none or one.
    ///
    /// # Errors
    /// B-3 to B-9, each by its own error.
    pub fn take(&mut self, packet: &[u8]) -> Result<Vec<Vec<u8>>, PacketError> {
        let fragment = Fragment::read(packet)?;
        let ahead = fragment.number.wrapping_sub(self.next);
        if ahead > u8::MAX - Reassembly::BEHIND {
            return Ok(Vec::new());
        }
        if ahead >= Reassembly::AHEAD {
            return Err(PacketError::TooFarAhead(ahead));
        }
        let unseen = Partial::default();
        if self.parts.get(&ahead).unwrap_or(&unseen).is_new(&fragment)? {
            if self.held + fragment.part.len() > Reassembly::HELD {
                return Err(PacketError::TooMuchHeld);
            }
            self.held += fragment.part.len();
            self.parts.entry(ahead).or_default().insert(&fragment);
        }
        Ok(self.whole())
    }

    /// Bytes held for messages that are not whole, or wait for an earlier one.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held
    }

    /// Takes out what can be delivered.
    fn whole(&mut self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        while let Some(first) = self.parts.first_entry().filter(|e| *e.key() == 0 && e.get().is_whole()) {
            let message = first.remove().message();
            self.held -= message.len();
            messages.push(message);
            self.next = self.next.wrapping_add(1);
            self.parts = std::mem::take(&mut self.parts)
                .into_iter()
                .map(|(ahead, partial)| (ahead.saturating_sub(1), partial))
                .collect();
        }
        messages
    }
}

/// What is held may be anybody's frames.
impl std::fmt::Debug for Reassembly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reassembly").field("held", &self.held).finish_non_exhaustive()
    }
}

/// Why a packet is refused: the peer is at fault, and the link is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PacketError {
    /// B-3: a packet of so many bytes.
    #[error("a packet of {0} bytes, where 3 to {MAX_PACKET} are allowed")]
    Length(usize),
    /// B-4: a message so many numbers ahead of the one awaited.
    #[error("a packet of a message {0} ahead of the one awaited")]
    TooFarAhead(u8),
    /// B-5: a fragment came again with other content.
    #[error("a fragment was repeated with other content")]
    Contradiction,
    /// B-6: all fragments but the last have one length, of at least 16 bytes, and the last is no longer.
    #[error("the fragments of a message are of uneven length")]
    Uneven,
    /// B-7: a fragment behind the last, or a second last one.
    #[error("a fragment lies behind the last one")]
    BehindLast,
    /// B-8: a message beyond [`MAX_MESSAGE`].
    #[error("a message of more than {MAX_MESSAGE} bytes")]
    MessageTooLong,
    /// B-9: more than [`Reassembly::HELD`] bytes of messages that are not whole.
    #[error("too much is under way at once")]
    TooMuchHeld,
}

/// A packet that was taken apart.
struct Fragment<'a> {
    number: u8,
    index: u8,
    is_last: bool,
    part: &'a [u8],
}

impl Fragment<'_> {
    fn read(packet: &[u8]) -> Result<Fragment<'_>, PacketError> {
        let length = packet.len();
        match packet {
            &[number, place, ref part @ ..] if length > PACKET_HEADER && length <= MAX_PACKET => {
                Ok(Fragment { number, index: place & !LAST, is_last: place & LAST != 0, part })
            }
            _ => Err(PacketError::Length(length)),
        }
    }
}

/// The fragments of one message, so far.
#[derive(Default)]
struct Partial {
    parts: BTreeMap<u8, Vec<u8>>,
    /// The index of the last fragment, once it came.
    last: Option<u8>,
    /// The length of every other one, once one came.
    length: Option<usize>,
}

impl Partial {
    /// Whether this fragment is lacking; an error where it cannot belong to this message.
    fn is_new(&self, fragment: &Fragment<'_>) -> Result<bool, PacketError> {
        let &Fragment { index, is_last, part, .. } = fragment;
        if let Some(present) = self.parts.get(&index) {
            let same = present == part && is_last == (self.last == Some(index));
            return if same { Ok(false) } else { Err(PacketError::Contradiction) };
        }
        let farthest = self.parts.last_key_value().map(|(&index, _)| index);
        let behind = match self.last {
            Some(last) => is_last || index > last,
            None => is_last && farthest.is_some_and(|farthest| farthest > index),
        };
        if behind {
            return Err(PacketError::BehindLast);
        }
        let last_length = self.last.and_then(|last| self.parts.get(&last)).map_or(0, Vec::len);
        let even = if is_last {
            self.length.is_none_or(|length| part.len() <= length)
        } else {
            part.len() >= MIN_PART
                && part.len() >= last_length
                && self.length.is_none_or(|length| part.len() == length)
        };
        if !even {
            return Err(PacketError::Uneven);
        }
        if self.message_length(fragment) > MAX_MESSAGE { Err(PacketError::MessageTooLong) } else { Ok(true) }
    }

    /// How long the message becomes at least, by its farthest fragment.
    fn message_length(&self, fragment: &Fragment<'_>) -> usize {
        let own_length = (!fragment.is_last).then_some(fragment.part.len());
        let length = self.length.or(own_length).unwrap_or(MIN_PART);
        let farthest = self.parts.last_key_value().map(|(&index, part)| (index, part.as_slice()));
        let (index, part) =
            farthest.into_iter().chain([(fragment.index, fragment.part)]).max().unwrap_or_default();
        usize::from(index) * length + part.len()
    }

    fn insert(&mut self, fragment: &Fragment<'_>) {
        if fragment.is_last {
            self.last = Some(fragment.index);
        } else {
            self.length = Some(fragment.part.len());
        }
        self.parts.insert(fragment.index, fragment.part.to_vec());
    }

    fn is_whole(&self) -> bool {
        self.last.is_some_and(|last| self.parts.len() == usize::from(last) + 1)
    }

    fn message(self) -> Vec<u8> {
        self.parts.into_values().collect::<Vec<_>>().concat()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Fragmenter, *};

    fn packet(number: u8, place: u8, length: usize) -> Vec<u8> {
        [&[number, place], vec![0xab; length].as_slice()].concat()
    }

    /// What the last of these packets comes to.
    fn outcome(packets: &[Vec<u8>]) -> Result<usize, PacketError> {
        let mut reassembly = Reassembly::new();
        let (last, before) = packets.split_last().unwrap();
        for packet in before {
            reassembly.take(packet).unwrap();
        }
        let held = reassembly.held();
        let outcome = reassembly.take(last).map(|messages| messages.len());
        assert!(outcome.is_ok() || reassembly.held() == held, "an error changes nothing");
        outcome
    }

    #[test]
    fn a_message_that_overtook_another_waits_for_it_and_both_come_out_in_order() {
        let mut fragmenter = Fragmenter::new(20);
        let first = fragmenter.packets(&[1; 30]).unwrap();
        let second = fragmenter.packets(&[2; 10]).unwrap();
        let mut reassembly = Reassembly::new();
        assert_eq!(reassembly.take(&second[0]), Ok(vec![]));
        assert_eq!(reassembly.take(&first[1]), Ok(vec![]));
        assert_eq!(reassembly.take(&first[0]), Ok(vec![vec![1; 30], vec![2; 10]]));
        assert_eq!(reassembly.held(), 0);
    }

    #[test]
    fn what_comes_twice_counts_once_before_and_after_its_message_is_whole() {
        let packets = Fragmenter::new(20).packets(&[1; 30]).unwrap();
        let mut reassembly = Reassembly::new();
        assert_eq!(reassembly.take(&packets[0]), Ok(vec![]));
        assert_eq!(reassembly.take(&packets[0]), Ok(vec![]));
        assert_eq!(reassembly.held(), 18);
        assert_eq!(reassembly.take(&packets[1]), Ok(vec![vec![1; 30]]));
        assert_eq!(reassembly.take(&packets[1]), Ok(vec![]));
        assert_eq!(reassembly.held(), 0);
    }

    #[test]
    fn a_packet_without_content_or_beyond_512_bytes_is_refused() {
        for length in [0, 1, 2, 513, 600] {
            assert_eq!(outcome(&[vec![LAST; length]]), Err(PacketError::Length(length)));
        }
        assert_eq!(outcome(&[packet(0, LAST, 510)]), Ok(1));
    }

    #[test]
    fn a_message_too_far_ahead_is_refused_and_one_just_delivered_is_passed_over() {
        assert_eq!(outcome(&[packet(7, LAST, 1)]), Ok(0));
        assert_eq!(outcome(&[packet(8, LAST, 1)]), Err(PacketError::TooFarAhead(8)));
        assert_eq!(outcome(&[packet(0, LAST, 1), packet(255, LAST, 9)]), Ok(0));
        assert_eq!(outcome(&[packet(192, LAST, 1)]), Ok(0), "64 back");
        assert_eq!(outcome(&[packet(191, LAST, 1)]), Err(PacketError::TooFarAhead(191)));
    }

    #[test]
    fn a_fragment_repeated_with_other_content_is_refused() {
        let error = Err(PacketError::Contradiction);
        let mut other = packet(0, 0, 18);
        other[5] ^= 1;
        assert_eq!(outcome(&[packet(0, 0, 18), other]), error);
        assert_eq!(outcome(&[packet(0, 0, 18), packet(0, 0, 19)]), error);
        assert_eq!(outcome(&[packet(0, 1, 18), packet(0, 1 | LAST, 18)]), error, "now it is the last");
        assert_eq!(outcome(&[packet(0, 1 | LAST, 18), packet(0, 1, 18)]), error, "now it is not");
    }

    #[test]
    fn fragments_of_uneven_length_are_refused() {
        let error = Err(PacketError::Uneven);
        assert_eq!(outcome(&[packet(0, 0, 15)]), error, "too short for any link");
        assert_eq!(outcome(&[packet(0, 0, 18), packet(0, 1, 19)]), error);
        assert_eq!(outcome(&[packet(0, 0, 18), packet(0, 1 | LAST, 19)]), error);
        assert_eq!(outcome(&[packet(0, 1 | LAST, 19), packet(0, 0, 18)]), error);
    }

    #[test]
    fn a_fragment_behind_the_last_is_refused() {
        let error = Err(PacketError::BehindLast);
        assert_eq!(outcome(&[packet(0, 1 | LAST, 5), packet(0, 2, 18)]), error);
        assert_eq!(outcome(&[packet(0, 1 | LAST, 5), packet(0, 2 | LAST, 5)]), error);
        assert_eq!(outcome(&[packet(0, 2, 18), packet(0, 1 | LAST, 5)]), error);
    }

    #[test]
    fn a_message_beyond_the_longest_is_refused_at_the_first_packet_that_shows_it() {
        let error = Err(PacketError::MessageTooLong);
        assert_eq!(outcome(&[packet(0, 4, 510)]), error, "five fragments of 510 bytes");
        assert_eq!(outcome(&[packet(0, 3 | LAST, 510), packet(0, 0, 510)]), Ok(0), "2,040 bytes");
        assert_eq!(outcome(&[packet(0, 4 | LAST, 9), packet(0, 0, 510)]), error, "2,049 bytes");
        assert_eq!(outcome(&[packet(0, 127 | LAST, 17)]), error);
    }

    #[test]
    fn more_than_may_be_held_is_refused() {
        let mut packets: Vec<_> = (1..=4).flat_map(|n| (0..4).map(move |i| packet(n, i, 510))).collect();
        packets.push(packet(5, 0, 510));
        assert_eq!(outcome(&packets), Err(PacketError::TooMuchHeld));
        packets.pop();
        packets.push(packet(5, LAST, 32));
        assert_eq!(outcome(&packets), Ok(0), "8,192 bytes");
    }

    #[test]
    fn numbers_go_round() {
        let (mut fragmenter, mut reassembly) = (Fragmenter::new(20), Reassembly::new());
        for round in 0..1000_u32 {
            let message = round.to_be_bytes().repeat(6);
            let packets = fragmenter.packets(&message).unwrap();
            assert_eq!(reassembly.take(&packets[1]), Ok(vec![]));
            assert_eq!(reassembly.take(&packets[0]), Ok(vec![message]));
        }
    }

    #[test]
    fn what_is_held_is_not_printed() {
        let mut reassembly = Reassembly::new();
        reassembly.take(&packet(0, 0, 18)).unwrap();
        assert_eq!(format!("{reassembly:?}"), "Reassembly { held: 18, .. }");
    }
}
