//! Who may connect: a bound on those who have not said who they are, and on the sessions of one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::limits;

/// An address as it is counted: IPv6 by the 64 bits that one customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source([u8; 16]);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(v4.to_ipv6_mapped().octets()),
            IpAddr::V6(v6) => {
                let mut octets = v6.octets();
                octets[8..].fill(0);
                Self(octets)
            }
        }
    }
}

/// The table of all connections, by source.
pub(super) struct Admission {
    sessions_per_source: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    sources: HashMap<Source, Counts>,
    half_open: usize,
    order: u64,
}

#[derive(Default)]
struct Counts {
    /// Oldest first.
    half_open: Vec<(u64, Arc<Notify>)>,
    sessions: usize,
}

impl Admission {
    pub(super) fn new(sessions_per_source: usize) -> Arc<Self> {
        Arc::new(Self { sessions_per_source, table: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection in; where too many have not registered, one of them has to go.
    pub(super) fn enter(self: &Arc<Self>, source: Source) -> Place {
        let mut table = self.lock();
        if table.half_open >= limits::HALF_OPEN {
            table.evict();
        }
        table.order += 1;
        table.half_open += 1;
        let (order, evicted) = (table.order, Arc::new(Notify::new()));
        table.sources.entry(source).or_default().half_open.push((order, Arc::clone(&evicted)));
        Place { admission: Arc::clone(self), source, order, evicted, is_session: false }
    }
}

impl Table {
    /// The oldest of the source that has the most. The entry goes now, its connection as soon as it notices.
    fn evict(&mut self) {
        let crowded = self.sources.values_mut().max_by_key(|counts| counts.half_open.len());
        if let Some(counts) = crowded.filter(|counts| !counts.half_open.is_empty()) {
            let (_, evicted) = counts.half_open.remove(0);
            self.half_open -= 1;
            evicted.notify_one();
        }
    }

    fn leave_half_open(&mut self, source: Source, order: u64) {
        let Some(counts) = self.sources.get_mut(&source) else { return };
        let before = counts.half_open.len();
        counts.half_open.retain(|(other, _)| *other != order);
        self.half_open -= before - counts.half_open.len();
    }

    fn forget_if_empty(&mut self, source: Source) {
        if self.sources.get(&source).is_some_and(|counts| counts.half_open.is_empty() && counts.sessions == 0)
        {
            self.sources.remove(&source);
        }
    }
}

/// One connection's place in the table, given back when it is dropped.
pub(super) struct Place {
    admission: Arc<Admission>,
    source: Source,
    order: u64,
    evicted: Arc<Notify>,
    is_session: bool,
}

impl Place {
    /// Waits until this connection has to make room.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// The same, for whoever gives the place away.
    pub(super) fn evicted_later(&self) -> impl Future<Output = ()> + use<> {
        let evicted = Arc::clone(&self.evicted);
        async move { evicted.notified().await }
    }

    /// The connection proved a registration. False where its source has as many sessions as it may have.
    pub(super) fn become_session(&mut self) -> bool {
        let mut table = self.admission.lock();
        table.leave_half_open(self.source, self.order);
        let counts = table.sources.entry(self.source).or_default();
        if counts.sessions >= self.admission.sessions_per_source {
            return false;
        }
        counts.sessions += 1;
        drop(table);
        self.is_session = true;
        true
    }

    /// The same connection, counted for the source that a proxy names.
    pub(super) fn forwarded_for(self, source: Source) -> Place {
        let admission = Arc::clone(&self.admission);
        drop(self);
        admission.enter(source)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.admission.lock();
        if self.is_session {
            if let Some(counts) = table.sources.get_mut(&self.source) {
                counts.sessions -= 1;
            }
        } else {
            table.leave_half_open(self.source, self.order);
        }
        table.forget_if_empty(self.source);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn source(last: u8) -> Source {
        Source::from(IpAddr::from([10, 0, 0, last]))
    }

    fn is_evicted(place: &Place) -> bool {
        place.evicted().now_or_never().is_some()
    }

    #[test]
    fn a_flood_from_one_address_displaces_itself_and_nobody_else() {
        let admission = Admission::new(10);
        let honest: Vec<_> = (0..20).map(|last| admission.enter(source(last))).collect();
        let flood: Vec<_> = (0..10_000).map(|_| admission.enter(source(99))).collect();
        assert_eq!(admission.lock().half_open, limits::HALF_OPEN);
        assert_eq!(honest.iter().filter(|place| is_evicted(place)).count(), 0);
        let evicted = flood.iter().filter(|place| is_evicted(place)).count();
        assert_eq!(evicted, 10_000 + 20 - limits::HALF_OPEN);
        drop((honest, flood));
        let table = admission.lock();
        assert_eq!((table.half_open, table.sources.len()), (0, 0), "everything is given back");
    }

    #[test]
    fn sessions_of_one_address_are_bounded_and_places_come_back() {
        let admission = Admission::new(2);
        let mut places: Vec<_> = (0..3).map(|_| admission.enter(source(1))).collect();
        let became: Vec<_> = places.iter_mut().map(Place::become_session).collect();
        assert_eq!(became, [true, true, false]);
        assert!(admission.enter(source(2)).become_session());
        places.remove(0);
        assert!(admission.enter(source(1)).become_session());
    }

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let address = |text: &str| Source::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:10.0.0.1"), address("10.0.0.1"));
        assert_ne!(address("10.0.0.1"), address("10.0.0.2"));
    }
}
