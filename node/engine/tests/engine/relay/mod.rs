//! The relay: who knocks and when, what is answered, what is believed, and what survives a lost connection.

mod connection;
mod liar;
mod pairs;
mod plays;
mod policy;
mod rooms;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::relay::RoomSecret;
use sighej_engine::{Config, Event, GateReason, Room, Transmit, Transport};

use crate::world::{World, likes};

/// Two devices that hear each other on the radio, cannot be dialled, and use the relay.
fn two_apart(seed: u64, configs: impl IntoIterator<Item = Config>) -> World {
    let mut world = World::new(seed, configs).all_on_air().with_relay();
    world.no_dials = true;
    world
}

/// The same, who like the same and are open.
fn two_who_match(seed: u64) -> World {
    let mut world = two_apart(seed, [likes(&["tea", "jazz"]), likes(&["tea", "golf"])]);
    world.open_all();
    world
}

fn room(seed: u64) -> Room {
    Room::new(&RoomSecret::random(&mut ChaCha20Rng::seed_from_u64(seed)))
}

/// In a room, out of everybody's reach.
fn in_room(names: &[&str], seed: u64) -> Config {
    Config { rooms: vec![room(seed)], ..likes(names) }
}

fn withheld(gate: GateReason) -> Event {
    Event::Withheld { transport: Transport::Relay, gate }
}

fn nudges(world: &World) -> Vec<usize> {
    world.nodes.iter().map(|node| node.nudges().len()).collect()
}

/// Frames of a type that a device said to the relay.
fn said(world: &mut World, node: usize, kind: u8) -> usize {
    world.hall().heard.iter().filter(|(_, from, frame)| *from == node && frame[0] == kind).count()
}
const KNOCK: u8 = 3;
const ACCEPT: u8 = 5;
const SEAL: u8 = 6;
const UPLOAD: u8 = 7;
const DONE: u8 = 8;
const GOODBYE: u8 = 9;

/// What a device says to the relay.
fn relay_frame(transmit: &Transmit) -> Option<&[u8]> {
    if let Transmit::RelayFrame { bytes } = transmit { Some(bytes) } else { None }
}
