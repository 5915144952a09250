//! A device between a radio and a network, whose neighbours of the mesh send it whatever they like.

use std::time::Duration;

use sighej_crypto::exchange::MESSAGE_LEN;
use sighej_engine::{Engine, Event, Intent, LinkId, MESH_FRAME_LEN, Transmit, Transport};

use super::{device, drain, now, ring};
use crate::script::Script;

/// Neighbours on the network.
const NEIGHBOURS: u8 = 4;
/// The longest script that is played.
const STEPS: usize = 500;
/// What a device sends to all neighbours together is bounded by the rate of each: 8 KiB at once, 2 KiB a second.
const BURST: u64 = 8192 + MESH_FRAME_LEN as u64;
const RATE: u64 = 2048;

/// The engine neither panics nor sends more than its rates allow, whatever neighbours tell, open, say and end; and it never
/// nudges, since nobody here finishes an exchange.
///
/// # Panics
/// Where the engine broke one of these promises.
pub fn engine_mesh(data: &[u8]) {
    let mut script = Script(data);
    let mut engine = device(1, &["devops"]);
    let mut elapsed = Duration::ZERO;
    let mut appears = false;
    let opened = engine.handle_intent(Intent::Open, now(elapsed));
    assert!(opened.is_ok());
    for n in 1..=NEIGHBOURS {
        engine.handle_link_up(LinkId(n.into()), Transport::Lan, None, now(elapsed));
        engine.handle_presence(LinkId(n.into()), &[&[0x12][..], &[n; 8]].concat(), now(elapsed));
    }
    let own = own_token(&mut engine, &mut appears);
    let mut sent = 0;
    for _ in 0..STEPS {
        if script.is_over() {
            break;
        }
        let link = LinkId(u64::from(script.byte() % NEIGHBOURS) + 1);
        match script.byte() % 8 {
            0 => engine.handle_mesh(link, script.chunk(), now(elapsed)),
            1 => elapsed += Duration::from_millis(u64::from(script.byte()) * 100),
            2 => ring(&mut engine, elapsed),
            _ => engine.handle_mesh(link, &frame(&mut script, own), now(elapsed)),
        }
        let (transmits, events) = drain(&mut engine, &mut appears);
        assert!(!events.iter().any(|event| matches!(event, Event::Nudge(_) | Event::NoMatch { .. })));
        sent += transmits.iter().map(mesh_bytes).sum::<u64>();
        let allowed = u64::from(NEIGHBOURS) * (BURST + RATE * (elapsed.as_secs() + 1));
        assert!(sent <= 2 * allowed, "lists, which are not in the rate, are fewer than the rest");
    }
}

fn own_token(engine: &mut Engine, appears: &mut bool) -> [u8; 8] {
    let (transmits, _) = drain(engine, appears);
    let shown = transmits.iter().find_map(|transmit| match transmit {
        Transmit::Presence { bytes, .. } => bytes.get(1..)?.try_into().ok(),
        Transmit::Air(_)
        | Transmit::Dial { .. }
        | Transmit::OpenChannel { .. }
        | Transmit::Frame { .. }
        | Transmit::Mesh { .. }
        | Transmit::CloseChannel { .. }
        | Transmit::CloseLink { .. }
        | Transmit::RelayFrame { .. }
        | Transmit::RelayClose { .. } => None,
    });
    shown.unwrap_or_default()
}

fn mesh_bytes(transmit: &Transmit) -> u64 {
    if let Transmit::Mesh { bytes, .. } = transmit { bytes.len() as u64 } else { 0 }
}

/// A frame of the right shape, of few tokens and conversations, so that they meet.
fn frame(script: &mut Script<'_>, own: [u8; 8]) -> Vec<u8> {
    let token = |n: u8| if n.is_multiple_of(16) { own } else { [n % 16; 8] };
    let conversation = [script.byte() % 4; 8];
    match script.byte() % 4 {
        0 => {
            let mut tokens: Vec<[u8; 8]> = (0..script.byte() % 8).map(|_| token(script.byte())).collect();
            tokens.sort_unstable();
            tokens.dedup();
            let mut frame = vec![1];
            for token in tokens {
                frame.extend([1 + script.byte() % 4, 0x12]);
                frame.extend(token);
            }
            frame
        }
        1 => {
            let (hops, from, to) = (script.byte() % 5, token(script.byte()), token(script.byte()));
            [&[2, hops], &conversation[..], &from, &to, &vec![script.byte(); MESSAGE_LEN[0]]].concat()
        }
        2 => {
            let len = MESSAGE_LEN[1 + usize::from(script.byte() % 4)];
            [&[3], &conversation[..], &vec![script.byte(); len]].concat()
        }
        _ => [&[4], &conversation[..]].concat(),
    }
}
