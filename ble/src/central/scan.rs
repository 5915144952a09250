//! Scanning: from the system's events to sightings, and to notes for whoever keeps the connections.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use btleplug::{
    api::{AddressType, Central, CentralEvent, CentralState, Peripheral as _, ScanFilter},
    platform::{Adapter, PeripheralId},
};
use futures::StreamExt;
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};
use uuid::Uuid;

use crate::{
    PeerAddress, RadioError,
    advert::{Advert, SERVICE},
    central::{Heard, peer_address, within},
    events::EventQueue,
};

/// How long the system may take to end a scan, or to tell of a device.
const CALL_TIME: Duration = Duration::from_secs(3);
/// How long it may take to begin a scan, which takes it 60 ms. Where it has no time, what was given up is still carried out.
const START_TIME: Duration = Duration::from_secs(6);
/// How often it is told to end a scan that was given up: it ends none that has not begun.
const STOPS: usize = 3;
/// The pause between them.
const STOP_EVERY: Duration = Duration::from_millis(300);

/// What the scan sees beside adverts.
#[derive(Debug)]
pub(crate) enum Note {
    /// A device is connected, whoever did it.
    Connected(PeerAddress),
    /// It is no longer.
    Disconnected(PeerAddress),
    /// The adapter was switched off.
    PoweredOff,
    /// The system tells nothing more.
    Ended,
}

/// A running scan. Dropping it stops listening; [`Scan::stop`] also tells the system.
#[derive(Debug)]
pub(crate) struct Scan {
    adapter: Adapter,
    listening: JoinHandle<()>,
}

impl Scan {
    /// Begins. Listens before it scans, so that nothing is missed.
    ///
    /// The filter is empty: BlueZ matches one against the list of UUIDs alone, and an advert that carries service data
    /// has no room for the list.
    pub(crate) async fn start(
        adapter: Adapter,
        heard: Arc<Mutex<Heard<PeripheralId>>>,
        events: Arc<EventQueue>,
        notes: mpsc::Sender<Note>,
    ) -> Result<Scan, RadioError> {
        let mut stream = within(CALL_TIME, "listening for adverts", adapter.events()).await?;
        let mut listener = Listener { adapter: adapter.clone(), heard, events, notes };
        let listening = tokio::spawn(async move {
            while let Some(event) = stream.next().await {
                listener.take(event).await;
            }
            listener.note(Note::Ended).await;
        });
        let scan = Scan { adapter, listening };
        // One that was given up may have begun after all, and BlueZ begins none beside it.
        let _none = scan.end().await;
        let began = scan.adapter.start_scan(ScanFilter::default());
        match within(START_TIME, "starting the scan", began).await {
            Ok(()) => Ok(scan),
            Err(error) => {
                for _ in 0..STOPS {
                    if scan.end().await.is_ok() {
                        break;
                    }
                    sleep(STOP_EVERY).await;
                }
                Err(error)
            }
        }
    }

    /// Ends.
    pub(crate) async fn stop(self) {
        let _gone = self.end().await;
    }

    async fn end(&self) -> Result<(), RadioError> {
        within(CALL_TIME, "stopping the scan", self.adapter.stop_scan()).await
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

struct Listener {
    adapter: Adapter,
    heard: Arc<Mutex<Heard<PeripheralId>>>,
    events: Arc<EventQueue>,
    notes: mpsc::Sender<Note>,
}

impl Listener {
    async fn take(&mut self, event: CentralEvent) {
        match event {
            CentralEvent::DeviceDiscovered(id) => self.look(id).await,
            CentralEvent::ServiceDataAdvertisement { id, service_data } => {
                if let Some(advert) = full(&service_data) {
                    self.advert(id, advert).await;
                }
            }
            CentralEvent::ServicesAdvertisement { id, services } => {
                if services.contains(&Uuid::from_u128(SERVICE)) && !self.knows(&id) {
                    self.look(id).await;
                }
            }
            CentralEvent::RssiUpdate { id, rssi } => self.again(&id, None, i8::try_from(rssi).ok()),
            CentralEvent::DeviceConnected(id) => self.note(Note::Connected(peer_address(&id))).await,
            CentralEvent::DeviceDisconnected(id) => self.note(Note::Disconnected(peer_address(&id))).await,
            CentralEvent::StateUpdate(CentralState::PoweredOff) => self.note(Note::PoweredOff).await,
            CentralEvent::StateUpdate(CentralState::PoweredOn | CentralState::Unknown)
            | CentralEvent::DeviceUpdated(_)
            | CentralEvent::DeviceServicesModified(_)
            | CentralEvent::ManufacturerDataAdvertisement { .. } => {}
        }
    }

    async fn advert(&self, id: PeripheralId, advert: Advert) {
        if self.knows(&id) {
            self.again(&id, Some(advert), None);
        } else {
            self.look(id).await;
        }
    }

    /// A device that is new: what the system knows of it tells whether it is one of ours.
    async fn look(&self, id: PeripheralId) {
        let looking = async {
            let peripheral = self.adapter.peripheral(&id).await?;
            let known = peripheral.properties().await?.unwrap_or_default();
            // Only what was heard has a strength. What has none is here because it connected, and of a device that is
            // new for that reason BlueZ tells nothing but that it is new.
            let came = known.rssi.is_none() && peripheral.is_connected().await?;
            Ok::<_, btleplug::Error>((known, came))
        };
        let Ok((known, came)) = within(CALL_TIME, "looking at a device", looking).await else { return };
        if came {
            self.note(Note::Connected(peer_address(&id))).await;
        }
        // A central that connected shows its services to the system as well, and advertises nothing.
        let lists = known.services.contains(&Uuid::from_u128(SERVICE));
        let bare = || (known.rssi.is_some() && lists).then_some(Advert::Bare);
        let Some(advert) = full(&known.service_data).or_else(bare) else { return };
        let random = known.address_type != Some(AddressType::Public);
        let rssi = known.rssi.and_then(|rssi| i8::try_from(rssi).ok());
        let address = peer_address(&id);
        let sighting = self.heard().first(&address, id, random, advert, rssi, Instant::now());
        self.events.sighted(sighting);
    }

    fn again(&self, id: &PeripheralId, advert: Option<Advert>, rssi: Option<i8>) {
        let sighting = self.heard().again(&peer_address(id), advert, rssi, Instant::now());
        if let Some(sighting) = sighting {
            self.events.sighted(sighting);
        }
    }

    fn knows(&self, id: &PeripheralId) -> bool {
        self.heard().knows(&peer_address(id))
    }

    async fn note(&self, note: Note) {
        let _nobody_keeps_connections = self.notes.send(note).await;
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard<PeripheralId>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The advert that is in the service data, if it is of our kind and well formed.
fn full(service_data: &HashMap<Uuid, Vec<u8>>) -> Option<Advert> {
    Advert::from_service_data(service_data.get(&Uuid::from_u128(SERVICE))?).ok()
}
