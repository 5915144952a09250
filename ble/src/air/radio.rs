//! A radio on the air, and the hand that moves it about and switches it off.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Weak},
};

use async_trait::async_trait;
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};

use crate::{Abilities, Link, PeerAddress, Presence, Radio, RadioError, RadioEvent};

use super::{Air, Station, Tally, link::AirLink};

/// A radio. Dropping it silences it, as where its program is killed.
pub struct AirRadio {
    air: Air,
    id: usize,
    abilities: Abilities,
    news: Arc<Notify>,
    /// A controller connects to one device at a time.
    dialling: tokio::sync::Mutex<()>,
}

impl AirRadio {
    pub(super) fn new(air: Air, station: Station) -> AirRadio {
        let mut state = air.state();
        let id = state.sit(station);
        let news = state.seats.get(&id).map(|seat| Arc::clone(&seat.news)).unwrap_or_default();
        drop(state);
        AirRadio { air, id, abilities: station.abilities, news, dialling: tokio::sync::Mutex::default() }
    }

    /// What moves it and switches it off while its owner has it.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote { air: self.air.clone(), id: self.id }
    }

    /// Takes what is of the old identity out of the radio's events, so that links in them are dropped outside the lock.
    fn silence(&self) -> VecDeque<RadioEvent> {
        let mut state = self.air.state();
        let Some(seat) = state.seats.get_mut(&self.id) else { return VecDeque::new() };
        seat.wanted = None;
        let (kept, gone) = std::mem::take(&mut seat.events)
            .into_iter()
            .partition(|event| matches!(event, RadioEvent::Up | RadioEvent::Down(_)));
        seat.events = kept;
        state.renew(self.id);
        gone
    }
}

/// Adverts of one identity, in a task that ends with it or with the air.
fn advertise(air: &Air, id: usize) {
    let Some(identity) = air.state().seats.get(&id).map(|seat| seat.identity) else { return };
    let air = Arc::downgrade(&air.0);
    tokio::spawn(async move {
        while let Some(next) = Weak::upgrade(&air).and_then(|air| Air(air).state().advertise(id, identity)) {
            sleep_until(next).await;
        }
    });
}

#[async_trait]
impl Radio for AirRadio {
    fn abilities(&self) -> Abilities {
        self.abilities
    }

    async fn appear(&self, presence: Presence) -> Result<(), RadioError> {
        {
            let mut state = self.air.state();
            let seat = state.seats.get_mut(&self.id).ok_or(RadioError::NoAdapter(None))?;
            let before = seat.wanted.replace(presence);
            let powered = seat.powered;
            if before.is_some_and(|before| before.token() == presence.token()) {
                return if powered { Ok(()) } else { Err(RadioError::PoweredOff) };
            }
            state.renew(self.id);
            if !powered {
                return Err(RadioError::PoweredOff);
            }
        }
        if self.abilities.advertises {
            advertise(&self.air, self.id);
        }
        Ok(())
    }

    async fn fall_silent(&self) {
        drop(self.silence());
    }

    async fn event(&self) -> Option<RadioEvent> {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if let Some(event) = self.air.state().seats.get_mut(&self.id)?.events.pop_front() {
                return Some(event);
            }
            news.await;
        }
    }

    async fn connect(&self, peer: &PeerAddress) -> Result<Arc<dyn Link>, RadioError> {
        let _one_at_a_time = self.dialling.lock().await;
        let conditions = {
            let mut state = self.air.state();
            let conditions = state.conditions;
            let seat = state.seats.get_mut(&self.id).ok_or(RadioError::NoAdapter(None))?;
            if !seat.powered {
                return Err(RadioError::PoweredOff);
            }
            if seat.wanted.is_none() {
                return Err(RadioError::Platform("this radio is silent".to_owned()));
            }
            seat.tally.dials += 1;
            conditions
        };
        let limit = Instant::now() + conditions.connect_limit;
        sleep(conditions.connecting).await;
        if let Some(link) = self.join(peer) {
            return Ok(link);
        }
        sleep_until(limit).await;
        Err(RadioError::Unreachable)
    }
}

impl AirRadio {
    /// Connects at once, where both can.
    fn join(&self, peer: &PeerAddress) -> Option<Arc<dyn Link>> {
        let (wire, acceptor, own_address) = {
            let mut state = self.air.state();
            let acceptor = state.reachable(self.id, peer)?;
            let own_address = state.seats.get(&self.id)?.address.clone();
            (state.join(self.id, acceptor)?, acceptor, own_address)
        };
        let [own, others] = AirLink::ends(&self.air, wire, [own_address, peer.clone()])?;
        let others: Arc<dyn Link> = Arc::new(others);
        if let Some(seat) = self.air.state().seats.get_mut(&acceptor) {
            seat.tell(RadioEvent::Accepted(others));
        }
        Some(Arc::new(own))
    }
}

impl Drop for AirRadio {
    fn drop(&mut self) {
        drop(self.silence());
        self.air.state().seats.remove(&self.id);
    }
}

impl fmt::Debug for AirRadio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AirRadio").field("abilities", &self.abilities).finish_non_exhaustive()
    }
}

/// Moves a radio about and switches it off, and counts what it sent.
#[derive(Clone, Debug)]
pub struct Remote {
    air: Air,
    id: usize,
}

impl Remote {
    /// Goes there. Links that are now out of range break.
    pub fn move_to(&self, position: (f64, f64)) {
        let mut state = self.air.state();
        if let Some(seat) = state.seats.get_mut(&self.id) {
            seat.station.position = position;
        }
        let others: Vec<usize> =
            state.seats.keys().copied().filter(|&o| !state.in_range(self.id, o)).collect();
        let id = self.id;
        state.tear_wires(|wire| wire.ends.contains(&id) && wire.ends.iter().any(|end| others.contains(end)));
    }

    /// Switches its adapter off: links break, its owner is told.
    pub fn power_off(&self) {
        self.air.state().power(self.id, false);
    }

    /// Switches its adapter on: it appears as it was told last, under a fresh address.
    pub fn power_on(&self) {
        let advertises = {
            let mut state = self.air.state();
            let was_off = state.seats.get(&self.id).is_some_and(|seat| !seat.powered);
            state.power(self.id, true);
            let seat = state.seats.get(&self.id);
            was_off && seat.is_some_and(|seat| seat.is_on() && seat.station.abilities.advertises)
        };
        if advertises {
            advertise(&self.air, self.id);
        }
    }

    /// Breaks its links.
    pub fn break_links(&self) {
        let id = self.id;
        self.air.state().tear_wires(|wire| wire.ends.contains(&id));
    }

    /// What it has sent so far; nothing once the radio is dropped.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.air.state().seats.get(&self.id).map(|seat| seat.tally).unwrap_or_default()
    }
}
