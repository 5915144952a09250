//! Packets: by somebody hostile, and by somebody honest over a link that repeats and reorders.

use std::collections::VecDeque;

use sighej_ble::wire::{
    Fragmenter, MAX_MESSAGE, Reassembly,
    channel::{Arrival, CHANNELS, Channels, LinkMessage, Side},
};

/// Messages of the honest half.
const MESSAGES: usize = 12;
/// Packets that may overtake one another.
const UNDER_WAY: usize = 8;

/// Hostile packets (each preceded by its length, 2 bytes) hold no more than is allowed and make no message beyond it.
/// The same bytes as honest messages arrive whole and in order, whatever is repeated and overtaken.
///
/// # Panics
/// Where one of this does not hold.
pub fn ble_reassembly(data: &[u8]) {
    hostile(data);
    honest(data);
}

fn hostile(mut data: &[u8]) {
    let mut reassembly = Reassembly::new();
    let mut channels = Channels::new(Side::Acceptor);
    let mut open = 0;
    while let Some((length, rest)) = data.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes(*length) % 600);
        let (packet, rest) = rest.split_at(length.min(rest.len()));
        data = rest;
        let before = reassembly.held();
        let Ok(messages) = reassembly.take(packet) else {
            assert_eq!(reassembly.held(), before, "an error changes nothing");
            continue;
        };
        assert!(reassembly.held() <= Reassembly::HELD);
        for message in messages {
            assert!((1..=MAX_MESSAGE).contains(&message.len()));
            let Ok(LinkMessage::Channel(decoded)) = LinkMessage::decode(&message) else { continue };
            assert_eq!(decoded.encode(), message);
            match channels.take(&decoded) {
                Ok(Arrival::Opened) => open += 1,
                Ok(Arrival::Closed) => open -= 1,
                Ok(Arrival::Frame | Arrival::Late) | Err(_) => {}
            }
            assert!((0..=CHANNELS).contains(&open));
        }
    }
}

fn honest(data: &[u8]) {
    let (&[max_packet, seed], data) = data.split_first_chunk().unwrap_or((&[0, 0], &[]));
    let mut fragmenter = Fragmenter::new(20 + 2 * usize::from(max_packet));
    let length = (data.len() / MESSAGES).clamp(1, MAX_MESSAGE);
    let messages: Vec<&[u8]> = data.chunks(length).take(MESSAGES).collect();
    let cut = messages.iter().flat_map(|message| fragmenter.packets(message).unwrap_or_default());
    let mut packets: VecDeque<(usize, Vec<u8>)> = cut.enumerate().collect();
    let mut chance = usize::from(seed);
    let mut reassembly = Reassembly::new();
    let mut arrived = Vec::new();
    while let Some(&(first, _)) = packets.front() {
        chance = chance.wrapping_mul(1_103_515_245).wrapping_add(12_345) % 65_521;
        // None is more than so many places ahead of the first that has not arrived.
        let under_way = packets.iter().take_while(|(place, _)| *place < first + UNDER_WAY).count();
        let Some((_, packet)) = packets.remove(chance % under_way) else { break };
        for _ in 0..=chance % 2 {
            let taken = reassembly.take(&packet);
            assert!(taken.is_ok(), "an honest packet is refused: {:?}", taken.err());
            arrived.extend(taken.unwrap_or_default());
        }
    }
    assert!(arrived.iter().map(Vec::as_slice).eq(messages), "every message, in order");
    assert_eq!(reassembly.held(), 0);
}
