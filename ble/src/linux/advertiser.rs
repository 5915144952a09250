//! The advert, and what BlueZ needs to keep it on the air:
//!
//! - registering it can hang, and a registration that was given up stays with BlueZ until all its sets are taken. So the
//!   advert has a session of its own: closing that frees whatever it had registered, and the next attempt has a fresh
//!   one;
//! - an incoming connection ends a connectable advert, so it is registered again after each, and whenever one may have
//!   come in that BlueZ did not tell of;
//! - BlueZ goes back to nothing when it is restarted, without a word: [`Advertiser::check`] finds out.

use std::time::{Duration, Instant};

use bluer::{
    Adapter, ErrorKind, Uuid,
    adv::{Advertisement, AdvertisementHandle, Type},
};
use tokio::time::{sleep, timeout};

use crate::{
    Presence, RadioError,
    advert::{Advert, PowerClass, SERVICE},
    linux::bus::{Bus, explain, told},
};

/// How long BlueZ may take over a registration, which takes it 60 ms; each further one is given twice the time. On a machine that
/// has no time for it, giving up sooner makes it worse: what was given up is still carried out.
const REGISTER_TIME: Duration = Duration::from_secs(3);
/// Registrations tried, each with another session.
const ATTEMPTS: usize = 3;
/// The pause before the second; it doubles.
const PAUSE: Duration = Duration::from_millis(300);
/// How long BlueZ may take until an advert that was withdrawn is off the air.
const HIDE_TIME: Duration = Duration::from_secs(1);
/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// The time between two registrations after connections, at least: a device that connects over and over must not keep
/// BlueZ busy with nothing else.
const AGAIN_EVERY: Duration = Duration::from_millis(100);

/// What is advertised on one adapter.
#[derive(Debug)]
pub(super) struct Advertiser {
    bus: Bus,
    adapter: Adapter,
    shown: Option<Shown>,
}

#[derive(Debug)]
struct Shown {
    presence: Presence,
    since: Instant,
    _handle: AdvertisementHandle,
}

impl Advertiser {
    /// Nothing yet.
    pub(super) async fn new(bus: &Bus) -> Result<Advertiser, RadioError> {
        Ok(Advertiser { bus: bus.clone(), adapter: bus.another_session().await?, shown: None })
    }

    /// Shows this presence, and nothing before it any longer.
    pub(super) async fn show(&mut self, presence: Presence) -> Result<(), RadioError> {
        let mut last = RadioError::TimedOut("registering the advert");
        // The one before goes first: a controller may have room for one alone.
        self.shown = None;
        let (mut pause, mut patience) = (PAUSE, REGISTER_TIME);
        for _ in 0..ATTEMPTS {
            match timeout(patience, self.adapter.advertise(advertisement(presence))).await {
                Ok(Ok(handle)) => {
                    self.shown = Some(Shown { presence, since: Instant::now(), _handle: handle });
                    return Ok(());
                }
                Ok(Err(error)) => {
                    last = explain(&error);
                    // Where the service has gone, so have scan and links: an advert alone, with the next service, would hide it.
                    if hopeless(&error) || matches!(last, RadioError::NoService(_)) {
                        return Err(last);
                    }
                }
                Err(_) => last = RadioError::TimedOut("registering the advert"),
            }
            self.start_over().await?;
            // What BlueZ drops now, it has not dropped yet.
            sleep(pause).await;
            (pause, patience) = (pause * 2, patience * 2);
        }
        Err(last)
    }

    /// Shows the same once more, after a connection came in.
    pub(super) async fn again(&mut self) -> Result<(), RadioError> {
        let Some(shown) = &self.shown else { return Ok(()) };
        let presence = shown.presence;
        sleep(AGAIN_EVERY.saturating_sub(shown.since.elapsed())).await;
        self.show(presence).await
    }

    /// How long the registration is old; zero where nothing is shown.
    pub(super) fn age(&self) -> Duration {
        self.shown.as_ref().map(|shown| shown.since.elapsed()).unwrap_or_default()
    }

    /// Withdraws it. When this returns it is off the air, or BlueZ does not answer.
    pub(super) async fn hide(&mut self) {
        let before = self.adapter.active_advertising_instances().await;
        if self.shown.take().is_none() {
            return;
        }
        let Ok(before) = before else { return };
        let gone = async {
            while self.adapter.active_advertising_instances().await.is_ok_and(|now| now >= before) {
                sleep(LOOK_EVERY).await;
            }
        };
        if timeout(HIDE_TIME, gone).await.is_err() {
            let _no_bluez = self.start_over().await;
        }
    }

    /// Fails where BlueZ no longer knows the advert.
    pub(super) async fn check(&self) -> Result<(), RadioError> {
        if self.shown.is_none() {
            return Ok(());
        }
        match told(self.adapter.active_advertising_instances(), "asking for adverts").await? {
            0 => Err(RadioError::NoService("bluetoothd was started again".into())),
            _ => Ok(()),
        }
    }

    /// Another session: with the one before, BlueZ drops its adverts and whatever hangs.
    async fn start_over(&mut self) -> Result<(), RadioError> {
        self.shown = None;
        self.adapter = self.bus.another_session().await?;
        Ok(())
    }
}

/// Whether another attempt is of no use.
fn hopeless(error: &bluer::Error) -> bool {
    matches!(error.kind, ErrorKind::NotReady | ErrorKind::NotAuthorized | ErrorKind::InvalidLength)
}

/// Flags and service data are all that fits, and all that may be shown: no name, no strength, no appearance.
fn advertisement(presence: Presence) -> Advertisement {
    let advert = Advert::Full { presence, power: PowerClass::Usual };
    let data = advert.service_data().map(|data| (Uuid::from_u128(SERVICE), data.to_vec()));
    Advertisement {
        advertisement_type: Type::Peripheral,
        service_data: data.into_iter().collect(),
        discoverable: Some(true),
        ..Advertisement::default()
    }
}
