//! A relay's core with a few devices, each of which does whatever the script says: registers, is lost, sends any frame.
//!
//! Each thing that happens is a byte that chooses it and some that say how; see [`Hall::step`].
#![expect(clippy::expect_used, reason = "an honest registration that is refused is a failure to report")]

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};
use sighej_crypto::{
    EpochNumber, EpochSecrets, InterestSet,
    relay::{Registration, RegistrationChallenge, RelayId, Upload, register},
};
use sighej_matcher::{ConnectionId, Event, Limits, Matcher, Now, Transmit, limits};
use sighej_relay_api::wire::{
    ACCEPT_LEN, ClientMessage, KNOCK_LEN, PairNumber, RelayMessage, SEAL_LEN, UPLOAD_LEN, VERDICT_LEN, WireId,
};

use crate::script::Script;

const DEVICES: usize = 4;
/// 100 s into an epoch.
const UTC: Duration = Duration::from_secs(3_000_000 * 600 + 100);
const EPOCH: u32 = 3_000_000;
/// Longer than any registration lasts.
const UNTIL_ALL_IS_OVER: Duration = Duration::from_secs(1_300);

/// Bounds that a few devices reach.
fn small() -> Limits {
    Limits {
        sessions: DEVICES - 1,
        pairs: 3,
        pairs_per_session: 2,
        pairs_per_epoch: 3,
        knocks_outstanding: 1,
        room_members: 2,
        frames_burst: 64,
        ..Limits::default()
    }
}

static REGISTRATIONS: LazyLock<Vec<Registration>> = LazyLock::new(|| {
    let registration = |seed| {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let secrets = EpochSecrets::draw(&InterestSet::default(), EpochNumber(EPOCH), &mut rng);
        let challenge = RegistrationChallenge::new(&mut rng);
        let proof = register(&secrets, challenge.as_bytes()).expect("the challenge is honest");
        challenge.verify(&proof).expect("so is the proof")
    };
    (0..DEVICES as u64).map(registration).collect()
});

/// Whatever devices send: every table keeps its bound, whoever is gone is told nothing, a match is told to both or to
/// nobody, and everything is forgotten in the end.
pub fn matcher_sessions(data: &[u8]) {
    let mut script = Script(data);
    let mut hall = Hall::new();
    while !script.is_over() {
        hall.step(&mut script);
    }
    hall.pass(UNTIL_ALL_IS_OVER);
    assert_eq!((hall.matcher.sessions(), hall.matcher.pairs()), (0, 0), "nothing is kept");
    assert_eq!(hall.matcher.poll_timeout(), None, "and nothing waits");
}

struct Hall {
    matcher: Matcher,
    now: Duration,
    connections: u64,
    /// Those that are open, as the shell knows it, each with its device.
    open: BTreeMap<ConnectionId, usize>,
}

impl Hall {
    fn new() -> Self {
        let now = Now { elapsed: Duration::ZERO, utc: UTC };
        let matcher = Matcher::new(small(), [3; 32], now);
        Self { matcher, now: Duration::ZERO, connections: 0, open: BTreeMap::new() }
    }

    fn step(&mut self, script: &mut Script<'_>) {
        match script.byte() % 8 {
            0 => self.register(script),
            1 => {
                let connection = self.connection(script);
                self.open.remove(&connection);
                self.matcher.handle_lost(connection, self.now);
                self.drain();
            }
            2 => {
                let (connection, frame) = (self.connection(script), script.chunk());
                self.hear(connection, frame);
            }
            3 => {
                let by = match script.byte() {
                    amount @ 0..=127 => Duration::from_millis(u64::from(amount) * 8),
                    amount @ 128..=223 => Duration::from_secs(u64::from(amount) - 127),
                    224..=255 => {
                        let due = self.matcher.poll_timeout().unwrap_or(self.now);
                        due.saturating_sub(self.now)
                    }
                };
                self.pass(by);
            }
            _ => {
                let connection = self.connection(script);
                let frame = message(script);
                self.hear(connection, &frame);
            }
        }
    }

    fn register(&mut self, script: &mut Script<'_>) {
        let device = usize::from(script.byte()) % DEVICES;
        let epoch = EPOCH - 2 + u32::from(script.byte()) % 5;
        let connection = ConnectionId(self.connections);
        self.connections += 1;
        self.open.insert(connection, device);
        let now = Now { elapsed: self.now, utc: UTC + self.now };
        self.matcher.handle_registration(connection, REGISTRATIONS[device], epoch, now);
        self.drain();
    }

    /// The shell passes on what comes by a connection that is open.
    fn hear(&mut self, connection: ConnectionId, frame: &[u8]) {
        if self.open.contains_key(&connection) {
            self.matcher.handle_frame(connection, frame, self.now);
            self.drain();
        }
    }

    fn pass(&mut self, by: Duration) {
        let until = self.now + by;
        while let Some(due) = self.matcher.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.matcher.handle_timeout(self.now);
            self.drain();
            assert!(self.matcher.poll_timeout().is_none_or(|next| next > self.now), "what is due is done");
        }
        self.now = until;
    }

    /// One of the connections so far, or one that never was.
    fn connection(&self, script: &mut Script<'_>) -> ConnectionId {
        ConnectionId(u64::from(script.byte()) % (self.connections + 1))
    }

    fn drain(&mut self) {
        let small = small();
        let (mut transmits, mut told_of_a_match) = (0, 0);
        while let Some(transmit) = self.matcher.poll_transmit() {
            transmits += 1;
            match transmit {
                Transmit::Frame { connection, bytes } => {
                    assert!(self.open.contains_key(&connection), "nothing is said to whoever is gone");
                    let message = RelayMessage::decode(&bytes).expect("the relay says what can be read");
                    told_of_a_match += usize::from(is_match(&message));
                }
                Transmit::Close { connection, .. } => {
                    assert!(self.open.remove(&connection).is_some(), "closed once");
                }
            }
        }
        assert!(transmits <= limits::TRANSMITS_PER_CALL * (small.pairs + small.sessions + 1));
        let nudged = std::iter::from_fn(|| self.matcher.poll_event()).filter(|event| *event == Event::Nudged);
        assert!(told_of_a_match >= 2 * nudged.count(), "both or neither");
        assert!(self.matcher.sessions() <= small.sessions && self.matcher.pairs() <= small.pairs);
        assert!(self.matcher.connected() <= self.open.len());
    }
}

fn is_match(message: &RelayMessage<'_>) -> bool {
    matches!(message, RelayMessage::Verdict { verdict, .. } if verdict[0] > 0)
}

/// A message that reads, about a pair or a device that may exist.
fn message(script: &mut Script<'_>) -> Vec<u8> {
    let kind = script.byte() % 9;
    let pair = PairNumber(u32::from(script.byte() % 8));
    match kind {
        0 => {
            let room = WireId::from_bytes([script.byte() % 6; WireId::LEN]);
            ClientMessage::Join { room, open: script.byte().is_multiple_of(2) }.encode()
        }
        1 => {
            let to: RelayId = REGISTRATIONS[usize::from(script.byte()) % DEVICES].id();
            let to = WireId::from_bytes(*to.as_bytes());
            ClientMessage::Knock { to, knock: &[5; KNOCK_LEN] }.encode()
        }
        2 => ClientMessage::KnockProposed { pair, knock: &[6; KNOCK_LEN] }.encode(),
        3 => ClientMessage::Accept { pair, accept: &[7; ACCEPT_LEN] }.encode(),
        4 => ClientMessage::Seal { pair, seal: &[8; SEAL_LEN] }.encode(),
        5 => ClientMessage::Upload { pair, upload: &upload(script) }.encode(),
        6 => ClientMessage::Done { pair }.encode(),
        7 => ClientMessage::Goodbye.encode(),
        _ => ClientMessage::Register { epoch: EPOCH, registration: &[9; 80] }.encode(),
    }
}

/// An upload of either side that shares some items with any of the other side; then a byte of it may be another.
fn upload(script: &mut Script<'_>) -> [u8; UPLOAD_LEN] {
    let side = script.byte() % 2;
    let shared = script.byte() % 17;
    let mut rows: Vec<[u8; 32]> = (0..16).map(|slot| row(side, slot, slot < shared)).collect();
    rows.sort_unstable();
    let mut upload = [0; UPLOAD_LEN];
    upload[..2].copy_from_slice(&[side, 1]);
    upload[2..].copy_from_slice(rows.as_flattened());
    let at = usize::from(u16::from_le_bytes([script.byte(), script.byte()]));
    if let Some(byte) = upload.get_mut(at) {
        *byte ^= script.byte();
    }
    upload
}

/// m, and this side's seal value (specification, section 8.6). What is not shared differs by side.
fn row(side: u8, slot: u8, is_shared: bool) -> [u8; 32] {
    let of = if is_shared { 2 } else { side };
    let value = |of_side: u8| [[of, slot], [of_side, 1]].concat().repeat(4);
    let label = b"\x0esighej/1 match";
    let matched = Sha256::digest([&label[..], &value(0), &value(1)].concat());
    let mut row = [0; 32];
    row[..16].copy_from_slice(&matched[..16]);
    row[16..].copy_from_slice(&value(side));
    row
}

// A verdict begins with how many rows it holds, which is what `is_match` reads; an upload is what section 8.6 says.
const _: () = assert!(VERDICT_LEN == 1 + 16 * 32 && UPLOAD_LEN == Upload::LEN);
