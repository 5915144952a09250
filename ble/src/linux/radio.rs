//! The radio as its owner holds it.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use btleplug::platform::PeripheralId;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use crate::{
    Abilities, Link, PeerAddress, Presence, Radio, RadioError, RadioEvent,
    central::Heard,
    events::EventQueue,
    linux::{
        bus::{Bus, told},
        dial::Dial,
        l2cap,
        life::{Life, Order, Reach},
    },
    system::Setup,
};

/// Dials at once. Overflow: another waits its turn. The kernel makes one connection at a time in any case, and cancelling one
/// while others wait has brought kernels down.
const DIALS: usize = 1;
/// Orders that wait. Overflow: their giver waits.
const ORDERS_QUEUED: usize = 4;

/// Opens the radio.
pub(crate) async fn open(setup: Setup) -> Result<Arc<dyn Radio>, RadioError> {
    let bus = Bus::open(&setup.adapter).await?;
    let abilities = abilities(&bus, &setup).await;
    let events = Arc::new(EventQueue::default());
    let heard = Arc::new(Mutex::new(Heard::default()));
    let (orders, ordered) = mpsc::channel(ORDERS_QUEUED);
    let (reach, reached) = watch::channel(None);
    let l2cap = abilities.l2cap;
    let life = Life::new(setup, bus, Arc::clone(&heard), Arc::clone(&events), reach);
    tokio::spawn(life.run(ordered));
    Ok(Arc::new(BluezRadio {
        abilities,
        l2cap,
        events,
        heard,
        orders,
        reached,
        dials: Semaphore::new(DIALS),
    }))
}

async fn abilities(bus: &Bus, setup: &Setup) -> Abilities {
    let free = told(bus.adapter.supported_advertising_instances(), "asking for adverts").await;
    let used = told(bus.adapter.active_advertising_instances(), "asking for adverts").await;
    let advertises = free.unwrap_or_default() > 0 || used.unwrap_or_default() > 0;
    Abilities { advertises, service_data: true, l2cap: setup.l2cap && l2cap::supported() }
}

struct BluezRadio {
    abilities: Abilities,
    l2cap: bool,
    events: Arc<EventQueue>,
    heard: Arc<Mutex<Heard<PeripheralId>>>,
    orders: mpsc::Sender<Order>,
    reached: watch::Receiver<Option<Reach>>,
    dials: Semaphore,
}

#[async_trait]
impl Radio for BluezRadio {
    fn abilities(&self) -> Abilities {
        self.abilities
    }

    async fn appear(&self, presence: Presence) -> Result<(), RadioError> {
        let (done, appeared) = oneshot::channel();
        let ended = || RadioError::Platform("the radio has ended".into());
        self.orders.send(Order::Appear(presence, done)).await.map_err(|_| ended())?;
        appeared.await.map_err(|_| ended())?
    }

    async fn fall_silent(&self) {
        let (done, silent) = oneshot::channel();
        if self.orders.send(Order::FallSilent(done)).await.is_ok() {
            let _ended = silent.await;
        }
    }

    async fn event(&self) -> Option<RadioEvent> {
        self.events.next().await
    }

    async fn connect(&self, peer: &PeerAddress) -> Result<Arc<dyn Link>, RadioError> {
        let _turn = self.dials.acquire().await.map_err(|_| RadioError::Unreachable)?;
        let mut reached = self.reached.clone();
        let reach = reached.borrow_and_update().clone().ok_or(RadioError::Unreachable)?;
        let Reach { bus, connections } = reach;
        let heard = Arc::clone(&self.heard);
        let dial = Dial { bus, connections, heard, l2cap: self.l2cap, peer: peer.clone() };
        tokio::select! {
            link = dial.run() => link,
            // It left the air, or came back as another.
            _ = reached.changed() => Err(RadioError::Unreachable),
        }
    }
}

impl fmt::Debug for BluezRadio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BluezRadio").field("abilities", &self.abilities).finish_non_exhaustive()
    }
}
