//! Two who have no direct link, the relay between them, and everything that the relay saw.

use std::{
    io::{self, Cursor, Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use sighej_crypto::relay::RoomSecret;
use sighej_node::{RelayConfig, Room};
use sighej_relay::{Counters, Relay, ServerConfig};
use sighej_relay_api::{invitation::Invitation, wire::ClientMessage};
use tokio_tungstenite::tungstenite::{Message, WebSocket, protocol::Role as End};

use super::{
    attendee::Role,
    proxy::{Capture, Proxy},
};
use crate::cli::Ended;

/// No cable leads from one to the other, or to anybody else.
pub(super) const ROLES: [Role; 2] = [
    Role { name: "Eva", interests: &["chess", "sourdough", "knitting"], open: true },
    Role { name: "Finn", interests: &["opera", "chess"], open: true },
];
/// What they share, by id.
pub(super) const SHARED: [&str; 1] = ["chess"];
/// Bytes of a registration's frame, and of its type and epoch.
const REGISTER_LEN: usize = 85;
const REGISTER_HEAD: usize = 5;
/// Bytes of an id that are shown: enough to tell two apart.
const SHOWN: usize = 4;

/// A relay inside this process, a room, and a recorded cable to each of the two.
pub(super) struct Hall {
    relay: Relay,
    cables: Vec<Proxy>,
    room: Room,
    counted: Arc<Counted>,
}

/// What the relay counted.
#[derive(Default)]
struct Counted(Mutex<Vec<sighej_matcher::Event>>);

impl Counters for Counted {
    fn record(&self, event: &sighej_matcher::Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(*event);
    }
}

/// Everything that the relay saw, as far as it can be shown.
pub(super) struct Seen {
    /// The beginnings of the ids under which it knew devices and rooms.
    pub(super) ids: Vec<String>,
    pub(super) rooms: Vec<String>,
    /// What it was sent: name, how often, how many bytes each.
    pub(super) frames: Vec<(&'static str, usize, usize)>,
    /// How many items each pair had in common, and whether they were told.
    pub(super) compared: Vec<(u8, bool)>,
    pub(super) bytes: usize,
    pub(super) captures: Vec<Capture>,
}

impl Hall {
    /// # Errors
    /// Where there are no sockets on loopback, or no randomness.
    pub(super) async fn open() -> Result<Option<Hall>, Ended> {
        let counted = Arc::new(Counted::default());
        let counters: Arc<dyn Counters> = Arc::<Counted>::clone(&counted);
        let relay = Relay::start(ServerConfig::default(), None, counters, axum::Router::new());
        let relay = relay.await.map_err(Ended::failed)?;
        let mut cables = Vec::new();
        for _ in ROLES {
            let cable = Proxy::open().await;
            let cable = cable.map_err(|error| Ended::failed(format!("no sockets on loopback: {error}")))?;
            cable.leads_to(relay.address());
            cables.push(cable);
        }
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(Ended::failed)?;
        let mut rng = <rand_chacha::ChaCha20Rng as rand_chacha::rand_core::SeedableRng>::from_seed(*seed);
        let room = Room::new(&RoomSecret::random(&mut rng));
        Ok(Some(Hall { relay, cables, room, counted }))
    }

    /// How each of the two gets there.
    ///
    /// # Errors
    /// Never, on loopback.
    pub(super) fn ways(&self) -> Result<Vec<(RelayConfig, Room)>, Ended> {
        let way = |cable: &Proxy| {
            let entrance: SocketAddr = cable.entrance();
            let link = Invitation::to(&format!("ws://{entrance}")).map_err(Ended::failed)?;
            let relay = RelayConfig::new(&link, false).map_err(Ended::failed)?;
            Ok((relay, self.room.clone()))
        };
        self.cables.iter().map(way).collect()
    }

    pub(super) fn seen(&self) -> Seen {
        let captures: Vec<Capture> = self.cables.iter().map(Proxy::capture).collect();
        let bytes = captures.iter().map(|capture| capture.forth.total + capture.back.total).sum();
        let events = self.counted.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let compared = |event: &sighej_matcher::Event| {
            if let sighej_matcher::Event::Compared { items, matched } = event {
                Some((*items, *matched))
            } else {
                None
            }
        };
        let compared = events.iter().filter_map(compared).collect();
        let mut seen =
            Seen { ids: Vec::new(), rooms: Vec::new(), frames: Vec::new(), compared, bytes, captures };
        // What devices send is masked on the cable: it is looked through as the relay read it.
        let frames: Vec<Vec<Vec<u8>>> =
            seen.captures.iter().map(|capture| frames(&capture.forth.kept)).collect();
        for (frames, capture) in frames.iter().zip(&mut seen.captures) {
            for frame in frames {
                // A registration begins with its type and the epoch's number, as a commitment does with its version.
                let known = if frame.len() == REGISTER_LEN { REGISTER_HEAD } else { 0 };
                capture.forth.kept.extend(frame.iter().skip(known));
            }
        }
        frames.iter().flatten().for_each(|frame| seen.note(frame));
        seen
    }

    pub(super) async fn close(self) {
        self.relay.stop().await;
    }
}

impl Seen {
    fn note(&mut self, frame: &[u8]) {
        let Ok(message) = ClientMessage::decode(frame) else { return };
        let known = |list: &mut Vec<String>, bytes: &[u8]| {
            let shown: String = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            if !list.contains(&shown) {
                list.push(shown);
            }
        };
        let name = match message {
            ClientMessage::Register { registration, .. } => {
                known(&mut self.ids, &registration[..]);
                "register"
            }
            ClientMessage::Join { room, .. } => {
                known(&mut self.rooms, room.as_bytes());
                "join"
            }
            ClientMessage::Knock { .. } => "knock",
            ClientMessage::KnockProposed { .. } => "knock proposed",
            ClientMessage::Accept { .. } => "accept",
            ClientMessage::Seal { .. } => "seal",
            ClientMessage::Upload { .. } => "upload",
            ClientMessage::Done { .. } => "done",
            ClientMessage::Goodbye => "goodbye",
        };
        match self.frames.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, count, _)) => *count += 1,
            None => self.frames.push((name, 1, frame.len())),
        }
    }

    /// What is not as it should be.
    pub(super) fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        if self.compared != [(SHARED.len() as u8, true)] {
            failures.push("the relay did not compare Eva and Finn once".to_owned());
        }
        if self.ids.len() != ROLES.len() || self.rooms.len() != 1 {
            failures.push("the relay saw other devices or rooms than there are".to_owned());
        }
        failures
    }
}

/// The WebSocket messages of one recorded direction, as the relay read them.
fn frames(recorded: &[u8]) -> Vec<Vec<u8>> {
    let end = recorded.windows(4).position(|window| window == b"\r\n\r\n");
    let behind = end.map_or(&[][..], |end| &recorded[end + 4..]);
    let mut socket = WebSocket::from_raw_socket(Tape(Cursor::new(behind)), End::Server, None);
    let mut frames = Vec::new();
    while let Ok(message) = socket.read() {
        if let Message::Binary(frame) = message {
            frames.push(frame.into());
        }
    }
    frames
}

/// A recording that takes no answer.
struct Tape<'a>(Cursor<&'a [u8]>);

impl Read for Tape<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tape<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
