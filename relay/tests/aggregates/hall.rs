//! Devices that match without pause, and what a database holds of it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use sighej_matcher::Limits;
use sighej_relay::{Aggregates, Relay, ServerConfig, aggregates::AggregatesConfig, public_routes};
use sighej_relay_api::wire::{ClientMessage, RelayMessage};
use sighej_relay_lab::{Client, ClientError, Device, Script, epoch};
use tokio::net::TcpStream;

/// Groups of devices; one match of each is under way at any time.
pub(crate) const GROUPS: u64 = 8;
/// Devices of a group: enough that no two of them meet twice while a relay lives.
const DEVICES: u64 = 40;
/// From one match of a group to its next.
const PAUSE: Duration = Duration::from_millis(20);

/// What a hall did with a relay.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Matches whose uploads may have reached the relay.
    pub(crate) begun: AtomicU64,
    /// When both devices of a match had been told of it.
    pub(crate) told: Mutex<Vec<Instant>>,
}

impl Ledger {
    pub(crate) fn told_before(&self, moment: Instant) -> u64 {
        self.told.lock().unwrap().iter().filter(|told| **told < moment).count() as u64
    }
}

/// A relay with a database in this folder, generous to its few devices.
pub(crate) async fn relay(folder: &Path) -> (Relay, Aggregates) {
    let aggregates = Aggregates::open(AggregatesConfig::in_folder(folder.to_owned())).unwrap();
    let limits = Limits { frames_burst: u32::MAX, frames_per_second: u32::MAX, ..generous() };
    let config = ServerConfig { limits, ..ServerConfig::default() };
    let routes = public_routes(&aggregates);
    let relay = Relay::start(config, None, Arc::new(aggregates.clone()), routes).await.unwrap();
    aggregates.watch(relay.gauge());
    (relay, aggregates)
}

fn generous() -> Limits {
    Limits {
        pairs_per_session: 1 << 12,
        pairs_per_epoch: 1 << 20,
        knocks_outstanding: 1 << 12,
        ..Limits::default()
    }
}

/// Devices that match until the relay is gone.
pub(crate) async fn match_without_pause(
    address: SocketAddr,
    group: u64,
    ledger: Arc<Ledger>,
) -> Result<(), ClientError> {
    let number = |place: u64| group * DEVICES + place;
    let mut clients = Vec::new();
    for place in 0..DEVICES {
        clients.push(Client::register(address, &Device::new(number(place)), epoch()).await?);
    }
    let script = Script::new(2, group);
    for (a, b) in tournament() {
        let [knocker, knocked] = clients.get_disjoint_mut([a as usize, b as usize]).unwrap();
        ledger.begun.fetch_add(1, Ordering::Relaxed);
        whole_match(knocker, knocked, number(b), &script).await?;
        ledger.told.lock().unwrap().push(Instant::now());
        tokio::time::sleep(PAUSE).await;
    }
    panic!("a hall had no pairs left: kill its relay sooner");
}

/// All pairs of a group's devices, each once, in rounds in which everybody plays once: a relay cuts off whoever says too
/// much at a time.
fn tournament() -> impl Iterator<Item = (u64, u64)> {
    let others = DEVICES - 1;
    (0..others).flat_map(move |round| {
        let fixed = std::iter::once((others, round));
        let turning =
            (1..DEVICES / 2).map(move |step| ((round + step) % others, (round + others - step) % others));
        fixed.chain(turning)
    })
}

/// From the knock to both nudged.
pub(crate) async fn whole_match(
    a: &mut Client<TcpStream>,
    b: &mut Client<TcpStream>,
    b_number: u64,
    script: &Script,
) -> Result<(), ClientError> {
    a.say(&ClientMessage::Knock { to: Device::new(b_number).id(), knock: &script.knock }).await?;
    let RelayMessage::Knocked { pair: at_b, .. } = decode(&b.next().await?) else { panic!("no knock") };
    b.say(&ClientMessage::Accept { pair: at_b, accept: &script.knock }).await?;
    let RelayMessage::Accepted { pair: at_a, .. } = decode(&a.next().await?) else { panic!("no accept") };
    a.say(&ClientMessage::Seal { pair: at_a, seal: &script.lo.seal }).await?;
    b.next().await?;
    b.say(&ClientMessage::Seal { pair: at_b, seal: &script.hi.seal }).await?;
    b.say(&ClientMessage::Upload { pair: at_b, upload: &script.hi.upload }).await?;
    a.next().await?;
    a.say(&ClientMessage::Upload { pair: at_a, upload: &script.lo.upload }).await?;
    for (client, pair) in [(a, at_a), (b, at_b)] {
        assert!(matches!(decode(&client.next().await?), RelayMessage::Verdict { .. }));
        client.say(&ClientMessage::Done { pair }).await?;
    }
    Ok(())
}

fn decode(frame: &[u8]) -> RelayMessage<'_> {
    RelayMessage::decode(frame).unwrap()
}

/// All that a database holds of a counter, shown or waiting. The database has to be whole.
pub(crate) fn saved(folder: &Path, counter: &str) -> u64 {
    let database =
        Connection::open_with_flags(folder.join("relay.sqlite"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let sum = "SELECT (SELECT coalesce(sum(count), 0) FROM bucket WHERE step = ?1 AND name = ?2)
        + (SELECT coalesce(sum(count), 0) FROM waiting WHERE name = ?2)";
    let of_step = |step: u32| database.query_row(sum, (step, counter), |row| row.get(0)).unwrap();
    let sums: [u64; 3] = [60, 3_600, 86_400].map(of_step);
    assert!(sums.iter().all(|sum| *sum == sums[0]), "minutes, hours and days are one sum: {sums:?}");
    sums[0]
}
