//! The radio's life: appears when told, leaves when told, and comes back by itself after whatever took it off the air.

use std::{
    mem::{Discriminant, discriminant},
    sync::{Arc, Mutex},
    time::Duration,
};

use btleplug::platform::PeripheralId;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::sleep,
};

use crate::{
    Presence, RadioError,
    central::{Connections, Heard},
    events::EventQueue,
    linux::{bus::Bus, on_air::OnAir},
    system::Setup,
};

/// The wait before the first attempt to come back, and the longest: it doubles.
const COME_BACK_FIRST: Duration = Duration::from_millis(500);
const COME_BACK_LONGEST: Duration = Duration::from_secs(5);

/// What the owner wants.
pub(super) enum Order {
    /// To appear so.
    Appear(Presence, oneshot::Sender<Result<(), RadioError>>),
    /// Not to appear.
    FallSilent(oneshot::Sender<()>),
}

/// What dialling needs, while on the air.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    pub(super) bus: Bus,
    pub(super) connections: Arc<Connections>,
}

/// One task owns all of it; it ends, off the air, when the orders do.
pub(super) struct Life {
    setup: Setup,
    /// None after the system bus was lost.
    bus: Option<Bus>,
    heard: Arc<Mutex<Heard<PeripheralId>>>,
    events: Arc<EventQueue>,
    reach: watch::Sender<Option<Reach>>,
    wanted: Option<Presence>,
    air: Option<OnAir>,
    come_back: Duration,
    /// What the owner was last told of its absence.
    told: Option<Discriminant<RadioError>>,
}

impl Life {
    pub(super) fn new(
        setup: Setup,
        bus: Bus,
        heard: Arc<Mutex<Heard<PeripheralId>>>,
        events: Arc<EventQueue>,
        reach: watch::Sender<Option<Reach>>,
    ) -> Life {
        let come_back = COME_BACK_FIRST;
        Life { setup, bus: Some(bus), heard, events, reach, wanted: None, air: None, come_back, told: None }
    }

    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => break,
                },
                why = trouble(self.air.as_mut()) => self.fell(why).await,
                () = sleep(self.come_back), if self.wanted.is_some() && self.air.is_none() => self.come_back().await,
            }
        }
        self.leave().await;
        self.events.end();
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Appear(presence, done) => {
                let _not_awaited = done.send(self.appear(presence).await);
            }
            Order::FallSilent(done) => {
                self.wanted = None;
                self.leave().await;
                let _not_awaited = done.send(());
            }
        }
    }

    async fn appear(&mut self, presence: Presence) -> Result<(), RadioError> {
        let before = self.wanted.replace(presence);
        let same_token = before.is_some_and(|before| before.token() == presence.token());
        match &self.air {
            Some(air) if same_token => {
                if before != Some(presence) {
                    air.show(presence).await;
                }
                Ok(())
            }
            _ => {
                self.leave().await;
                self.come_back = COME_BACK_FIRST;
                let started = self.start(presence).await;
                self.told = started.as_ref().err().map(discriminant);
                started
            }
        }
    }

    async fn start(&mut self, presence: Presence) -> Result<(), RadioError> {
        let bus = match self.bus.take() {
            Some(bus) => bus,
            None => Bus::open(&self.setup.adapter).await?,
        };
        match OnAir::start(&bus, presence, self.setup.l2cap, &self.heard, &self.events).await {
            Ok(air) => {
                let connections = Arc::clone(air.connections());
                self.reach.send_replace(Some(Reach { bus: bus.clone(), connections }));
                (self.bus, self.air, self.come_back) = (Some(bus), Some(air), COME_BACK_FIRST);
                self.told = None;
                self.events.up();
                Ok(())
            }
            Err(error) => {
                // Without a service there may be no bus either; a connection to it that is lost never comes back.
                let lost = matches!(error, RadioError::NoService(_) | RadioError::NoAdapter(_));
                self.bus = (!lost).then_some(bus);
                Err(error)
            }
        }
    }

    async fn come_back(&mut self) {
        let Some(presence) = self.wanted else { return };
        if let Err(why) = self.start(presence).await {
            self.come_back = (self.come_back * 2).min(COME_BACK_LONGEST);
            // A service that failed comes back to an adapter that is switched off: the owner is to know what to mend now.
            if why.can_be_mended() && self.told != Some(discriminant(&why)) {
                self.tell(why);
            }
        }
    }

    async fn fell(&mut self, why: RadioError) {
        tracing::warn!(reason = %why, "Bluetooth is gone; trying to come back");
        self.leave().await;
        self.tell(why);
        self.come_back = COME_BACK_FIRST;
    }

    fn tell(&mut self, why: RadioError) {
        self.told = Some(discriminant(&why));
        self.events.down(why);
    }

    async fn leave(&mut self) {
        self.reach.send_replace(None);
        if let Some(air) = self.air.take() {
            air.stop().await;
        }
        self.events.silent();
    }
}

async fn trouble(air: Option<&mut OnAir>) -> RadioError {
    match air {
        Some(air) => air.trouble().await,
        None => std::future::pending().await,
    }
}
