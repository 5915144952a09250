//! Messages over any link: every MTU from 23 to 517, packets shuffled, repeated and lost, and bytes by somebody hostile.

#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

use proptest::prelude::*;
use sighej_ble::{
    advert::{ADVERT_BYTES, Advert},
    wire::{
        Fragmenter, MAX_MESSAGE, MAX_PACKET, Reassembly,
        channel::{CHANNELS, ChannelMessage, Channels, Side},
    },
};

/// Bytes of an ATT MTU that are no packet: ATT's header (3) and the link's id (2).
const OVERHEAD: usize = 5;
/// How far a packet may be out of place: as far as the fewest packets that make [`Reassembly::AHEAD`] messages.
const DISPLACEMENT: usize = Reassembly::AHEAD as usize - 1;

fn max_packet() -> impl Strategy<Value = usize> {
    (23..=517_usize).prop_map(|mtu| mtu - OVERHEAD)
}

fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 1..=MAX_MESSAGE), 1..12)
}

fn packets(messages: &[Vec<u8>], max_packet: usize) -> Vec<Vec<u8>> {
    let mut fragmenter = Fragmenter::new(max_packet);
    messages.iter().flat_map(|message| fragmenter.packets(message).unwrap()).collect()
}

/// Moves each packet back by up to [`DISPLACEMENT`] places, and repeats some.
fn disorder(packets: Vec<Vec<u8>>, chance: &[(usize, bool)]) -> Vec<Vec<u8>> {
    let mut places: Vec<(usize, Vec<u8>)> = Vec::new();
    for ((place, packet), &(shift, repeat)) in packets.into_iter().enumerate().zip(chance.iter().cycle()) {
        if repeat {
            places.push((place + 2 * shift, packet.clone()));
        }
        places.push((place + shift, packet));
    }
    places.sort_by_key(|(place, _)| *place);
    places.into_iter().map(|(_, packet)| packet).collect()
}

fn chance() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::collection::vec((0..=DISPLACEMENT / 2, any::<bool>()), 1..200)
}

proptest! {
    #[test]
    fn whatever_the_mtu_and_the_order_every_message_arrives_whole_and_in_order(
        messages in messages(), max_packet in max_packet(), chance in chance(),
    ) {
        let packets = packets(&messages, max_packet);
        prop_assert!(packets.iter().all(|packet| packet.len() <= max_packet));
        let mut reassembly = Reassembly::new();
        let mut arrived = Vec::new();
        for packet in disorder(packets, &chance) {
            arrived.extend(reassembly.take(&packet).unwrap());
            prop_assert!(reassembly.held() <= Reassembly::HELD);
        }
        prop_assert_eq!(arrived, messages);
        prop_assert_eq!(reassembly.held(), 0);
    }

    #[test]
    fn one_message_arrives_in_whatever_order_its_packets_come(
        message in prop::collection::vec(any::<u8>(), 1..=MAX_MESSAGE),
        shuffled in max_packet().prop_flat_map(|max_packet| (Just(max_packet), any::<u64>())),
    ) {
        let (max_packet, seed) = shuffled;
        let mut packets = packets(std::slice::from_ref(&message), max_packet);
        packets.sort_by_key(|packet| {
            packet.iter().fold(seed, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        });
        let mut reassembly = Reassembly::new();
        let arrived: Vec<_> = packets.iter().flat_map(|packet| reassembly.take(packet).unwrap()).collect();
        prop_assert_eq!(arrived, [message]);
    }

    #[test]
    fn of_what_is_lost_nothing_false_is_made(
        messages in messages(), max_packet in max_packet(), lost in prop::collection::vec(any::<bool>(), 1..50),
    ) {
        let mut reassembly = Reassembly::new();
        let mut arrived = Vec::new();
        for (packet, _) in packets(&messages, max_packet).iter().zip(lost.iter().cycle()).filter(|(_, lost)| !**lost) {
            match reassembly.take(packet) {
                Ok(whole) => arrived.extend(whole),
                Err(_) => break,
            }
        }
        prop_assert!(messages.starts_with(&arrived));
    }

    #[test]
    fn hostile_packets_hold_no_more_memory_than_is_allowed(
        packets in prop::collection::vec(hostile_packet(), 0..400),
    ) {
        let mut reassembly = Reassembly::new();
        for packet in packets {
            let before = reassembly.held();
            match reassembly.take(&packet) {
                Ok(messages) => prop_assert!(messages.iter().all(|m| (1..=MAX_MESSAGE).contains(&m.len()))),
                Err(_) => prop_assert_eq!(reassembly.held(), before),
            }
            prop_assert!(reassembly.held() <= Reassembly::HELD);
        }
    }

    #[test]
    fn hostile_messages_open_no_more_channels_than_are_allowed(
        messages in prop::collection::vec((0..5_u8, 0..20_u8, 0..3_usize), 0..200),
    ) {
        let mut channels = Channels::new(Side::Acceptor);
        let mut open = 0_usize;
        for (kind, number, body) in messages {
            let Ok(message) = ChannelMessage::decode(&[&[kind, number], vec![1; body].as_slice()].concat()) else {
                continue;
            };
            let before = open;
            match channels.take(&message) {
                Ok(sighej_ble::wire::channel::Arrival::Opened) => open += 1,
                Ok(sighej_ble::wire::channel::Arrival::Closed) => open -= 1,
                Ok(_) | Err(_) => prop_assert_eq!(open, before),
            }
            prop_assert!(open <= CHANNELS);
        }
    }

    #[test]
    fn any_advert_is_read_without_harm_and_written_as_it_was(payload in prop::collection::vec(any::<u8>(), 0..=62)) {
        if let Ok(Some(advert)) = Advert::decode(&payload) {
            prop_assert!(advert.encode().len() <= ADVERT_BYTES);
            prop_assert_eq!(Advert::decode(&advert.encode()), Ok(Some(advert)));
        }
    }
}

/// Packets that get far: near numbers, and lengths that fit one another.
fn hostile_packet() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![Just(16_usize), Just(506), 0..=MAX_PACKET + 10];
    (0..12_u8, 0..130_u8, any::<bool>(), length, any::<bool>()).prop_map(
        |(number, index, last, length, other)| {
            let place = (index & 0x7f) | if last { 0x80 } else { 0 };
            [&[number, place], vec![u8::from(other); length].as_slice()].concat()
        },
    )
}

/// As many fragments as can be, each as small as can be: what a hostile peer costs at most, measured.
#[test]
fn the_worst_that_a_peer_can_make_a_link_hold_is_bounded_in_fragments_too() {
    let mut reassembly = Reassembly::new();
    let mut taken = 0;
    for number in 1..=Reassembly::AHEAD {
        for index in 0..128 {
            let packet = [&[number, index], [7; 16].as_slice()].concat();
            taken += usize::from(reassembly.take(&packet).is_ok_and(|whole| whole.is_empty()));
        }
    }
    assert_eq!(taken, Reassembly::HELD / 16);
    assert!(reassembly.held() <= Reassembly::HELD);
}
