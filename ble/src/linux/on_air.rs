//! Everything that exists while this device appears: advert, service, channel, scan, and the keeper of them all.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bluer::{gatt::local::ApplicationHandle, l2cap::SeqPacketListener};
use btleplug::platform::PeripheralId;
use tokio::{
    sync::mpsc,
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use crate::{
    PeerAddress, Presence, RadioError,
    advert::SERVICE,
    central::{Connections, Heard, Note, Scan, Whose},
    events::EventQueue,
    linux::{
        advertiser::Advertiser,
        alias::Alias,
        bus::{Bus, CALL_TIME, told},
        l2cap::{self, ChannelLink},
        server::Server,
    },
};

/// How often the adapter, and the advert on it, are asked after.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// Notes of the scan that wait. Overflow: the scan waits.
const NOTES_QUEUED: usize = 64;
/// Requests to the keeper that wait.
const REQUESTS_QUEUED: usize = 4;
/// Links by accepted channels at once. Overflow: another is ended as it comes.
const CHANNELS: usize = 16;
/// What was sent last is given so long to arrive, before its connection is ended.
const LINGER: Duration = Duration::from_millis(200);
/// Where somebody has connected unnoticed, the advert is registered again, but is left alone this long before: whoever hears it
/// must have time to dial it where it is.
const UNNOTICED_AFTER: Duration = Duration::from_secs(1);
/// While somebody stays connected, or has left, another connection of the same device may have gone unnoticed: the advert is
/// registered again once it is this old.
const IN_DOUBT_AFTER: Duration = Duration::from_secs(5);
/// Registrations of the service tried.
const SERVICE_ATTEMPTS: usize = 3;

/// This device, on the air.
#[derive(Debug)]
pub(super) struct OnAir {
    bus: Bus,
    alias: Option<Alias>,
    scan: Option<Scan>,
    server: Arc<Server>,
    connections: Arc<Connections>,
    _service: ApplicationHandle,
    channels: Option<JoinHandle<()>>,
    requests: mpsc::Sender<Request>,
    keeper: JoinHandle<(Advertiser, RadioError)>,
}

enum Request {
    Show(Presence),
    Hide,
}

impl OnAir {
    /// Appears.
    pub(super) async fn start(
        bus: &Bus,
        presence: Presence,
        l2cap: bool,
        heard: &Arc<Mutex<Heard<PeripheralId>>>,
        events: &Arc<EventQueue>,
    ) -> Result<OnAir, RadioError> {
        bus.check().await?;
        heard.lock().unwrap_or_else(PoisonError::into_inner).clear();
        forget_stale(bus).await;
        let (connections, ends) = Connections::new();
        let server = Server::new(Arc::clone(&connections), Arc::clone(events), presence);
        let service = publish(bus, &server).await?;
        let channels = match l2cap {
            true => listen(bus).await.map(|listener| accept(listener, &connections, events)),
            false => None,
        };
        // First the advert, then the scan: the kernel draws a new address for scanning only once an advert has one.
        let mut advertiser = Advertiser::new(bus).await?;
        let mut alias = Alias::take(bus).await;
        if let Err(error) = advertiser.show(presence).await {
            if let Some(alias) = alias.take() {
                alias.give_back(bus).await;
            }
            return Err(error);
        }
        let (notes, noted) = mpsc::channel(NOTES_QUEUED);
        let scan = Scan::start(bus.central.clone(), Arc::clone(heard), Arc::clone(events), notes).await;
        let (requests, requested) = mpsc::channel(REQUESTS_QUEUED);
        let keeper = Keeper {
            bus: bus.clone(),
            advertiser,
            connections: Arc::clone(&connections),
            endings: JoinSet::new(),
            renew_at_age: None,
        };
        let keeper = tokio::spawn(keeper.run(noted, ends, requested));
        let mut air = OnAir {
            bus: bus.clone(),
            alias,
            scan: None,
            server,
            connections,
            _service: service,
            channels,
            requests,
            keeper,
        };
        match scan {
            Ok(scan) => {
                air.scan = Some(scan);
                Ok(air)
            }
            Err(error) => {
                air.stop().await;
                Err(error)
            }
        }
    }

    /// Shows other flags with the same token. Links stay.
    pub(super) async fn show(&self, presence: Presence) {
        self.server.show(presence);
        let _ended = self.requests.send(Request::Show(presence)).await;
    }

    /// Who is connected.
    pub(super) fn connections(&self) -> &Arc<Connections> {
        &self.connections
    }

    /// Returns why, once this is off the air by itself.
    pub(super) async fn trouble(&mut self) -> RadioError {
        match (&mut self.keeper).await {
            Ok((_, error)) => error,
            Err(_) => RadioError::Platform("its keeper is gone".into()),
        }
    }

    /// Leaves the air: no scan, no advert, no connection. All of it is tried, whatever fails.
    pub(super) async fn stop(mut self) {
        if let Some(channels) = self.channels.take() {
            channels.abort();
        }
        if let Some(scan) = self.scan.take() {
            scan.stop().await;
        }
        let connected = self.connections.clear();
        let _ended_by_itself = self.requests.send(Request::Hide).await;
        if !self.keeper.is_finished() {
            let _late = timeout(CALL_TIME * 2, &mut self.keeper).await;
        }
        let mut endings = JoinSet::new();
        for address in connected {
            endings.spawn(disconnect(self.bus.clone(), address));
        }
        while endings.join_next().await.is_some() {}
        if let Some(alias) = self.alias.take() {
            alias.give_back(&self.bus).await;
        }
    }
}

impl Drop for OnAir {
    fn drop(&mut self) {
        self.keeper.abort();
        if let Some(channels) = &self.channels {
            channels.abort();
        }
    }
}

/// Keeps the advert on the air and the connections few, until something fails.
struct Keeper {
    bus: Bus,
    advertiser: Advertiser,
    connections: Arc<Connections>,
    endings: JoinSet<()>,
    /// The advert may have ended unnoticed: it is registered again once it is this old.
    renew_at_age: Option<Duration>,
}

impl Keeper {
    async fn run(
        mut self,
        mut notes: mpsc::Receiver<Note>,
        mut ends: mpsc::Receiver<PeerAddress>,
        mut requests: mpsc::Receiver<Request>,
    ) -> (Advertiser, RadioError) {
        let mut checks = interval(CHECK_EVERY);
        checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let connections = Arc::clone(&self.connections);
        loop {
            let left_alone = self.renew_at_age.unwrap_or_default().saturating_sub(self.advertiser.age());
            let kept = tokio::select! {
                Some(request) = requests.recv() => match request {
                    Request::Show(presence) => self.advertiser.show(presence).await,
                    Request::Hide => {
                        self.advertiser.hide().await;
                        return (self.advertiser, RadioError::PoweredOff);
                    }
                },
                Some(note) = notes.recv() => self.note(note).await,
                Some(address) = ends.recv() => {
                    self.end(address, LINGER);
                    Ok(())
                }
                () = connections.doubt() => {
                    self.doubt(UNNOTICED_AFTER);
                    Ok(())
                }
                () = sleep(left_alone), if self.renew_at_age.is_some() => self.show_again().await,
                _ = checks.tick() => self.check().await,
            };
            if let Err(error) = kept {
                return (self.advertiser, error);
            }
        }
    }

    async fn note(&mut self, note: Note) -> Result<(), RadioError> {
        match note {
            Note::Connected(address) => match self.connections.connected(&address) {
                true => self.show_again().await,
                false => Ok(()),
            },
            Note::Disconnected(address) => match self.connections.disconnected(&address) {
                Whose::Ours => self.show_again().await,
                Whose::Theirs => {
                    self.doubt(IN_DOUBT_AFTER);
                    Ok(())
                }
            },
            Note::PoweredOff => Err(RadioError::PoweredOff),
            Note::Ended => Err(RadioError::NoService("the system bus is gone".into())),
        }
    }

    async fn show_again(&mut self) -> Result<(), RadioError> {
        self.renew_at_age = None;
        self.advertiser.again().await
    }

    fn doubt(&mut self, age: Duration) {
        self.renew_at_age = Some(self.renew_at_age.map_or(age, |before| before.min(age)));
    }

    async fn check(&mut self) -> Result<(), RadioError> {
        if self.connections.has_callers() {
            self.doubt(IN_DOUBT_AFTER);
        }
        while self.endings.try_join_next().is_some() {}
        for address in self.connections.idle(Instant::now()) {
            self.end(address, Duration::ZERO);
        }
        self.bus.check().await?;
        self.advertiser.check().await
    }

    fn end(&mut self, address: PeerAddress, after: Duration) {
        let bus = self.bus.clone();
        self.endings.spawn(async move {
            sleep(after).await;
            disconnect(bus, address).await;
        });
    }
}

/// Ends a connection. One that may be another program's is left alone: with a device that the user has paired, or whose adverts
/// speak of something else.
async fn disconnect(bus: Bus, address: PeerAddress) {
    let Ok(address) = address.as_str().parse() else { return };
    let Ok(device) = bus.adapter.device(address) else { return };
    let ours = async {
        let data = device.service_data().await?.unwrap_or_default();
        let other = data.keys().any(|uuid| *uuid != bluer::Uuid::from_u128(SERVICE));
        let maker = device.manufacturer_data().await?.is_some_and(|data| !data.is_empty());
        Ok(!other && !maker && !device.is_paired().await?)
    };
    if told(ours, "asking for a device").await == Ok(true) {
        let _already_gone = told(device.disconnect(), "ending a connection").await;
    }
}

/// Makes BlueZ forget devices of an earlier time: it would tell of their adverts as if they were heard now.
async fn forget_stale(bus: &Bus) {
    let Ok(known) = told(bus.adapter.device_addresses(), "asking for devices").await else { return };
    for address in known {
        let Ok(device) = bus.adapter.device(address) else { continue };
        let ours = async {
            let data = device.service_data().await?.unwrap_or_default();
            let uuids = device.uuids().await?.unwrap_or_default();
            let service = bluer::Uuid::from_u128(SERVICE);
            let is_ours = data.contains_key(&service) || uuids.contains(&service);
            Ok(is_ours && !device.is_paired().await? && !device.is_connected().await?)
        };
        if told(ours, "asking for a device").await == Ok(true) {
            let _gone = told(bus.adapter.remove_device(address), "forgetting a device").await;
        }
    }
}

async fn publish(bus: &Bus, server: &Arc<Server>) -> Result<ApplicationHandle, RadioError> {
    let mut last = RadioError::TimedOut("registering the service");
    for _ in 0..SERVICE_ATTEMPTS {
        let registered = bus.adapter.serve_gatt_application(server.application());
        match told(registered, "registering the service").await {
            Ok(handle) => return Ok(handle),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// None where the kernel has no channel to give, for instance since another program listens on the same PSM: centrals
/// are then refused, and use GATT.
async fn listen(bus: &Bus) -> Option<SeqPacketListener> {
    let address = told(bus.adapter.address(), "asking for the adapter's address").await.ok()?;
    let kind = told(bus.adapter.address_type(), "asking for the adapter's address").await.ok()?;
    l2cap::listen(address, kind).ok()
}

fn accept(
    listener: SeqPacketListener,
    connections: &Arc<Connections>,
    events: &Arc<EventQueue>,
) -> JoinHandle<()> {
    let (connections, events) = (Arc::clone(connections), Arc::clone(events));
    tokio::spawn(async move {
        while let Ok((channel, from)) = listener.accept().await {
            let address = PeerAddress::new(&from.addr.to_string());
            // One link a central: whoever opens more would hold the places of others.
            if connections.links() < CHANNELS
                && !connections.has_link(&address)
                && let Some(membership) = connections.join(&address, false)
            {
                events.accepted(ChannelLink::over(channel, None, membership));
            }
        }
    })
}
