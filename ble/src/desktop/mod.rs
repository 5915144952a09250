//! macOS and Windows: the central alone. This device finds others and dials them; others cannot find it, since
//! `btleplug` does not advertise there. An app that does so over the system's own interfaces brings its own
//! [`crate::Radio`].
//!
//! # Unchecked
//! It compiles for both systems (`just systems`), and was run on neither; what it is made of (`central`) runs on Linux.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use btleplug::{
    api::{Central as _, Manager as _, Peripheral as _},
    platform::{self, Manager, PeripheralId},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::sleep,
};

use crate::{
    Abilities, Link, PeerAddress, Presence, Radio, RadioError, RadioEvent,
    central::{Connections, Dialling, Heard, Note, Scan, dial, within},
    events::EventQueue,
    system::{Adapter, Setup},
};

/// How long the system may take to answer.
const CALL_TIME: Duration = Duration::from_secs(3);
/// The wait before another attempt to scan.
const COME_BACK: Duration = Duration::from_secs(3);
/// Notes of the scan that wait. Overflow: the scan waits.
const NOTES_QUEUED: usize = 64;
/// Orders that wait. Overflow: their giver waits.
const ORDERS_QUEUED: usize = 4;

/// Opens the radio.
pub(crate) async fn open(setup: Setup) -> Result<Arc<dyn Radio>, RadioError> {
    let manager = within(CALL_TIME, "reaching the system's Bluetooth", Manager::new()).await?;
    let central = find(&manager, &setup.adapter).await?;
    let events = Arc::new(EventQueue::default());
    let heard = Arc::new(Mutex::new(Heard::default()));
    let (orders, ordered) = mpsc::channel(ORDERS_QUEUED);
    let (reach, reached) = watch::channel(None);
    let life = Life {
        central: central.clone(),
        heard: Arc::clone(&heard),
        events: Arc::clone(&events),
        reach,
        wanted: false,
        scanning: None,
    };
    tokio::spawn(life.run(ordered));
    Ok(Arc::new(DesktopRadio { central, events, heard, orders, reached }))
}

async fn find(manager: &Manager, wanted: &Adapter) -> Result<platform::Adapter, RadioError> {
    for central in within(CALL_TIME, "asking for adapters", manager.adapters()).await? {
        let Adapter::Named(name) = wanted else { return Ok(central) };
        let info = within(CALL_TIME, "asking for an adapter", central.adapter_info()).await?;
        if info.split_whitespace().next() == Some(name) {
            return Ok(central);
        }
    }
    Err(RadioError::NoAdapter(match wanted {
        Adapter::Auto => None,
        Adapter::Named(name) => Some(name.clone()),
    }))
}

struct DesktopRadio {
    central: platform::Adapter,
    events: Arc<EventQueue>,
    heard: Arc<Mutex<Heard<PeripheralId>>>,
    orders: mpsc::Sender<Order>,
    reached: watch::Receiver<Option<Arc<Connections>>>,
}

/// What the owner wants: to scan or not.
struct Order(bool, oneshot::Sender<Result<(), RadioError>>);

impl DesktopRadio {
    async fn order(&self, scan: bool) -> Result<(), RadioError> {
        let ended = || RadioError::Platform("the radio has ended".into());
        let (done, obeyed) = oneshot::channel();
        self.orders.send(Order(scan, done)).await.map_err(|_| ended())?;
        obeyed.await.map_err(|_| ended())?
    }
}

#[async_trait]
impl Radio for DesktopRadio {
    fn abilities(&self) -> Abilities {
        Abilities { advertises: false, service_data: false, l2cap: false }
    }

    async fn appear(&self, _presence: Presence) -> Result<(), RadioError> {
        self.order(true).await
    }

    async fn fall_silent(&self) {
        let _ended = self.order(false).await;
    }

    async fn event(&self) -> Option<RadioEvent> {
        self.events.next().await
    }

    async fn connect(&self, peer: &PeerAddress) -> Result<Arc<dyn Link>, RadioError> {
        let mut reached = self.reached.clone();
        let connections = reached.borrow_and_update().clone().ok_or(RadioError::Unreachable)?;
        let known = self.heard.lock().unwrap_or_else(PoisonError::into_inner).dialling(peer);
        let Dialling { address, id, .. } = known.ok_or(RadioError::Unreachable)?;
        let membership = connections.join(&address, true).ok_or(RadioError::Unreachable)?;
        let peripheral = within(CALL_TIME, "asking for a device", self.central.peripheral(&id)).await?;
        tokio::select! {
            link = dial(peripheral, membership) => link,
            _ = reached.changed() => Err(RadioError::Unreachable),
        }
    }
}

impl fmt::Debug for DesktopRadio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DesktopRadio")
    }
}

struct Life {
    central: platform::Adapter,
    heard: Arc<Mutex<Heard<PeripheralId>>>,
    events: Arc<EventQueue>,
    reach: watch::Sender<Option<Arc<Connections>>>,
    wanted: bool,
    scanning: Option<Scanning>,
}

struct Scanning {
    scan: Scan,
    connections: Arc<Connections>,
    notes: mpsc::Receiver<Note>,
    ends: mpsc::Receiver<PeerAddress>,
}

enum Happened {
    Note(Note),
    End(PeerAddress),
}

impl Life {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order(true, done)) => { let _not_awaited = done.send(self.scan().await); }
                    Some(Order(false, done)) => {
                        self.wanted = false;
                        self.leave().await;
                        let _not_awaited = done.send(Ok(()));
                    }
                    None => break,
                },
                happened = happening(self.scanning.as_mut()) => self.take(happened).await,
                () = sleep(COME_BACK), if self.wanted && self.scanning.is_none() => { let _again = self.scan().await; }
            }
        }
        self.leave().await;
        self.events.end();
    }

    /// Scans, all links of before being gone: whoever appears again may do so as another.
    async fn scan(&mut self) -> Result<(), RadioError> {
        self.wanted = true;
        self.leave().await;
        let (connections, ends) = Connections::new();
        let (noted, notes) = mpsc::channel(NOTES_QUEUED);
        let (heard, events) = (Arc::clone(&self.heard), Arc::clone(&self.events));
        let scan = Scan::start(self.central.clone(), heard, events, noted).await?;
        self.reach.send_replace(Some(Arc::clone(&connections)));
        self.scanning = Some(Scanning { scan, connections, notes, ends });
        self.events.up();
        Ok(())
    }

    async fn take(&mut self, happened: Happened) {
        let Some(scanning) = &self.scanning else { return };
        match happened {
            // Who connected by another program's doing is that program's.
            Happened::Note(Note::Connected(_)) => {}
            Happened::Note(Note::Disconnected(address)) => {
                // There is no advert that it could have ended.
                let _whose = scanning.connections.disconnected(&address);
            }
            Happened::Note(Note::PoweredOff) => self.fell(RadioError::PoweredOff).await,
            Happened::Note(Note::Ended) => {
                self.fell(RadioError::NoService("it tells nothing more".into())).await;
            }
            Happened::End(address) => self.disconnect(&address).await,
        }
    }

    async fn fell(&mut self, why: RadioError) {
        self.leave().await;
        self.events.down(why);
    }

    async fn leave(&mut self) {
        self.reach.send_replace(None);
        if let Some(Scanning { scan, connections, .. }) = self.scanning.take() {
            scan.stop().await;
            for address in connections.clear() {
                self.disconnect(&address).await;
            }
        }
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.events.silent();
    }

    async fn disconnect(&self, address: &PeerAddress) {
        let known = self.heard.lock().unwrap_or_else(PoisonError::into_inner).dialling(address);
        let Some(Dialling { id, .. }) = known else { return };
        let ending = async { self.central.peripheral(&id).await?.disconnect().await };
        let _already_gone = within(CALL_TIME, "ending a connection", ending).await;
    }
}

async fn happening(scanning: Option<&mut Scanning>) -> Happened {
    let Some(scanning) = scanning else { return std::future::pending().await };
    tokio::select! {
        Some(note) = scanning.notes.recv() => Happened::Note(note),
        Some(address) = scanning.ends.recv() => Happened::End(address),
        else => Happened::Note(Note::Ended),
    }
}
