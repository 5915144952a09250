//! What reads a stranger's bytes in the engine: adverts, presence frames, exchange frames, frames of the mesh.

mod neighbour;
mod pair;
mod stranger;

pub use neighbour::engine_mesh;
pub use pair::engine_frames;
pub use stranger::engine_presence;

use std::time::Duration;

use sighej_crypto::{Interest, InterestSet, exchange::MESSAGE_LEN};
use sighej_engine::{Air, ClosedWhy, Config, Engine, Event, MESH_FRAME_LEN, Now, Transmit, limits};

/// Some moment, 100 s into an epoch.
const START: Duration = Duration::from_secs(3_000_000 * 600 + 100);

/// How often a timer may ring at one moment.
const RINGS: usize = 4;

fn now(elapsed: Duration) -> Now {
    Now { elapsed, utc: Some(START + elapsed) }
}

/// A device that has not been opened yet, with these interests, in a room where nobody else has to be near.
fn device(seed: u8, texts: &[&str]) -> Engine {
    let interests = texts.iter().filter_map(|text| Interest::parse(text).ok());
    let interests = InterestSet::new(interests).unwrap_or_default();
    assert_eq!(interests.len(), texts.len());
    let config = Config { interests, crowd_guard: 1, rssi_gate: None, ..Config::default() };
    Engine::new(config, [seed; 32], now(Duration::ZERO))
}

/// Takes out all that the engine wants done and shown, and holds it to its promises: bounded, nothing sent but where it
/// appears, and every frame of a length that the protocol knows.
fn drain(engine: &mut Engine, appears: &mut bool) -> (Vec<Transmit>, Vec<Event>) {
    let transmits: Vec<Transmit> = std::iter::from_fn(|| engine.poll_transmit()).collect();
    let events: Vec<Event> = std::iter::from_fn(|| engine.poll_event()).collect();
    assert!(transmits.len() < limits::TRANSMITS && events.len() < limits::EVENTS);
    assert!(!events.contains(&Event::Closed(ClosedWhy::Overrun)));
    for transmit in &transmits {
        match transmit {
            Transmit::Air(air) => *appears = matches!(air, Air::Present { .. }),
            Transmit::Frame { bytes, .. } => assert!(*appears && MESSAGE_LEN.contains(&bytes.len())),
            Transmit::Dial { .. } | Transmit::Presence { .. } | Transmit::OpenChannel { .. } => {
                assert!(*appears)
            }
            Transmit::Mesh { bytes, .. } => assert!(*appears && bytes.len() <= MESH_FRAME_LEN),
            Transmit::CloseChannel { .. }
            | Transmit::CloseLink { .. }
            | Transmit::RelayFrame { .. }
            | Transmit::RelayClose { .. } => {}
        }
    }
    (transmits, events)
}

/// Lets the timer ring, and again where that made something else due at once: a pause may be over by the time that the
/// last exchange before it ends. It comes to rest.
fn ring(engine: &mut Engine, elapsed: Duration) {
    let rests = (0..RINGS).any(|_| {
        engine.handle_timeout(now(elapsed));
        engine.poll_timeout().is_none_or(|due| due > elapsed)
    });
    assert!(rests, "what was due is done");
}
