//! The relay, and the door through which attendees come and go.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sighej_crypto::relay::RoomSecret;
use sighej_matcher::Limits;
use sighej_relay::{
    Admin, AdminTokenCommand, Aggregates, AggregatesConfig, Relay, ServerConfig, public_routes,
};
use sighej_statistics::{Epsilon, EventName};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::{attendee, cast, reports};
use crate::client::{Address, Token};

/// What the demo's event is called.
const EVENT: &str = "SigHej demo night";
/// Attendees inside at once. Who comes then waits outside.
const INSIDE: usize = 90;
/// From one arrival to the next while the hall fills, and when it is full.
const ARRIVE_EVERY: [Duration; 2] = [Duration::from_millis(120), Duration::from_millis(1_200)];
/// How long one stays, in seconds: from, and for so many more.
const STAYS: (u32, u32) = (60, 180);
/// How often a minute the relay proposes somebody: more often than outside a demo, where people walk.
const PROPOSALS: u32 = 8;

/// The venue.
pub(super) struct Venue {
    admin: Admin,
    aggregates: Aggregates,
    token: Token,
    _relay: Relay,
    /// The relay's data; gone with it.
    _folder: TempDir,
}

impl Venue {
    pub(super) async fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let event = EventName::parse(EVENT).context("the event's name")?;
        let config = AggregatesConfig {
            event: Some((event.clone(), Epsilon::DEFAULT)),
            ..AggregatesConfig::in_folder(folder.path().to_owned())
        };
        let aggregates = Aggregates::open(config)?;
        let limits = Limits { proposals_per_minute: PROPOSALS, ..Limits::default() };
        let server = ServerConfig { limits, ..ServerConfig::default() };
        let counters = Arc::new(aggregates.clone());
        let relay = Relay::start(server, None, counters, public_routes(&aggregates)).await?;
        aggregates.watch(relay.gauge());
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let admin = Admin::start(here, None, aggregates.clone()).await?;
        let command = AdminTokenCommand::Create { name: "demo".into() };
        let token = Token::parse(&command.run(folder.path())?).context("the relay's token")?;

        let mut seed = [0; 32];
        getrandom::fill(&mut seed).context("the system gives no random numbers")?;
        let mut rng = ChaCha20Rng::from_seed(seed);
        tokio::spawn(reports::earlier_visitors(relay.address(), event.clone(), fork(&mut rng)));
        tokio::spawn(doors(relay.address(), event, rng));
        Ok(Self { admin, aggregates, token, _relay: relay, _folder: folder })
    }

    pub(super) fn admin_address(&self) -> Address {
        let address = self.admin.address();
        Address { is_tls: false, host: address.ip().to_string(), port: address.port() }
    }

    pub(super) fn token(&self) -> &Token {
        &self.token
    }

    /// The numbers behind the admin API, for the test that both are the same.
    #[cfg(test)]
    pub(super) fn aggregates(&self) -> &Aggregates {
        &self.aggregates
    }

    pub(super) fn close(&self) {
        self.aggregates.stop();
    }
}

/// Lets attendees in for as long as the venue is open.
async fn doors(relay: SocketAddr, event: EventName, mut rng: ChaCha20Rng) {
    let room = Arc::new(RoomSecret::random(&mut rng));
    let places = Arc::new(Semaphore::new(INSIDE));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let [filling, full] = ARRIVE_EVERY;
        let is_filling = places.available_permits() > INSIDE / 4;
        let stays = Duration::from_secs((STAYS.0 + rng.next_u32() % STAYS.1).into());
        let profile = cast::profile(&mut rng);
        let (room, event, mut rng_of_one) = (Arc::clone(&room), event.clone(), fork(&mut rng));
        tokio::spawn(async move {
            reports::send(relay, &event, &profile, &mut rng_of_one).await;
            attendee::attend(relay, &room, &profile, stays, rng_of_one).await;
            drop(place);
        });
        tokio::time::sleep(if is_filling { filling } else { full }).await;
    }
}

fn fork(rng: &mut ChaCha20Rng) -> ChaCha20Rng {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    ChaCha20Rng::from_seed(seed)
}
