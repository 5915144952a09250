//! Memory of one peer that was heard and is in no exchange: what an engine with a full table holds more than one with an
//! empty table, divided by the peers. Measured as resident memory over many engines, with whatever the allocator and the
//! tables add; by radio and by LAN link, and the larger of the two is the figure.
//!
//! Prints `name <tab> value <tab> unit <tab> goal`, and nothing else.

use std::{hint::black_box, time::Duration};

use sighej_crypto::{Interest, InterestSet, Token};
use sighej_engine::{
    AdvertSeen, Config, Engine, Intent, LinkId, Now, RadioAddress, Sighting, Transport, limits,
};

/// Engines of one measurement: enough that a page more or less does not show.
const ENGINES: usize = 300;
const PEERS_BY_RADIO: u64 = limits::PEERS as u64;
const PEERS_BY_LAN: u64 = limits::LINKS as u64;
const GOAL: u64 = 512;

#[expect(clippy::print_stdout, reason = "the figure is what this program is for")]
fn main() {
    // The first engines live on, so that the second measurement gets no memory that they gave back.
    let (radio, _engines) = measure(PEERS_BY_RADIO, hear_by_radio);
    let (lan, _) = measure(PEERS_BY_LAN, hear_by_lan);
    println!("engine_peer_bytes\t{}\tbytes\t<= {GOAL}", radio.max(lan));
}

/// Resident bytes that a peer adds, and the engines that hold them.
fn measure(peers: u64, hear: fn(&mut Engine)) -> (u64, Vec<Engine>) {
    let mut engines: Vec<Engine> = (0..ENGINES).map(|_| open_engine()).collect();
    let before = resident();
    engines.iter_mut().for_each(hear);
    let added = resident().saturating_sub(before);
    black_box(&engines);
    (added / (peers * ENGINES as u64), engines)
}

fn now(elapsed: Duration) -> Now {
    Now { elapsed, utc: Some(Duration::from_secs(1_800_000_100) + elapsed) }
}

/// An engine that is open, with a crowd guard that keeps it out of exchanges: all its peers are heard, and nothing else.
fn open_engine() -> Engine {
    let tea = Interest::parse("tea").into_iter();
    let interests = InterestSet::new(tea).unwrap_or_default();
    let config = Config { interests, crowd_guard: usize::MAX, ..Config::default() };
    let mut engine = Engine::new(config, [1; 32], now(Duration::ZERO));
    assert!(
        engine.handle_intent(Intent::Open, now(Duration::ZERO)).is_ok(),
        "a device with interests and a clock opens"
    );
    drain(&mut engine);
    engine
}

fn token(n: u64) -> Token {
    // Spread, as the tokens of real devices are.
    Token::from_bytes(n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes())
}

/// The table is filled with tokens past dwell: newcomers in two halves, since they have a bound of their own.
fn hear_by_radio(engine: &mut Engine) {
    for (round, peers) in [0..PEERS_BY_RADIO / 2, PEERS_BY_RADIO / 2..PEERS_BY_RADIO].into_iter().enumerate()
    {
        for second in [0, 4] {
            let at = now(Duration::from_secs(5 * round as u64 + second));
            for n in peers.clone() {
                let advert = AdvertSeen::Token { version_flags: 0x10, token: token(n) };
                engine.handle_sighting(Sighting { address: RadioAddress(n), advert, rssi: Some(-60) }, at);
                drain(engine);
            }
        }
    }
    assert_eq!(
        engine.status(now(Duration::from_secs(9))).near as u64,
        PEERS_BY_RADIO,
        "all of them are near"
    );
}

fn hear_by_lan(engine: &mut Engine) {
    let at = now(Duration::from_secs(1));
    for n in 0..PEERS_BY_LAN {
        let mut presence = vec![0x10];
        presence.extend_from_slice(token(n).as_bytes());
        engine.handle_link_up(LinkId(n), Transport::Lan, None, at);
        engine.handle_presence(LinkId(n), &presence, at);
        drain(engine);
    }
    assert_eq!(engine.status(at).near as u64, PEERS_BY_LAN, "all of them are near");
}

fn drain(engine: &mut Engine) {
    while engine.poll_transmit().is_some() {}
    while engine.poll_event().is_some() {}
}

/// Resident bytes of this process, as Linux counts them.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}
