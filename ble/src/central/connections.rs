//! Who is connected, and which links stand on each connection: a link learns here that its connection is gone, and a
//! connection that no link needs any more is ended.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{Notify, mpsc, watch};

use crate::PeerAddress;

/// Connections known at once; a controller has about ten. Overflow: a link that would need another is refused.
const CONNECTIONS: usize = 64;
/// Ends that wait to be carried out. Overflow: left to the next look for idle connections.
const ENDS_QUEUED: usize = CONNECTIONS;
/// How long somebody else's connection may stand without a link, before it is ended: it holds one of few slots.
pub(crate) const IDLE_TIME: Duration = Duration::from_secs(5);

/// The table. Ends of connections go to whoever holds the receiver of [`Connections::new`].
#[derive(Debug)]
pub(crate) struct Connections {
    table: Mutex<HashMap<PeerAddress, Connection>>,
    ends: mpsc::Sender<PeerAddress>,
    doubts: Notify,
}

/// Who dialled. Where it was this device, the other's own connection may have crossed ours, without [`Connections::connected`]
/// having said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Ours,
    Theirs,
}

#[derive(Debug)]
struct Connection {
    links: usize,
    had_link: bool,
    dialled: bool,
    stands: bool,
    idle_since: Instant,
    gone: watch::Sender<bool>,
}

/// A link's stake in a connection. The last one to be dropped ends the connection.
#[derive(Debug)]
pub(crate) struct Membership {
    address: PeerAddress,
    connections: Arc<Connections>,
    gone: watch::Receiver<bool>,
}

impl Connections {
    /// Nobody is connected. The receiver is told which connections to end.
    pub(crate) fn new() -> (Arc<Connections>, mpsc::Receiver<PeerAddress>) {
        let (ends, ending) = mpsc::channel(ENDS_QUEUED);
        (Arc::new(Connections { table: Mutex::default(), ends, doubts: Notify::new() }), ending)
    }

    /// A link stands, or is about to stand, on the connection to this device. `None` where there are too many.
    pub(crate) fn join(self: &Arc<Self>, address: &PeerAddress, dialled: bool) -> Option<Membership> {
        let mut table = self.table();
        if table.len() >= CONNECTIONS && !table.contains_key(address) {
            return None;
        }
        let connection = table.entry(address.clone()).or_insert_with(Connection::new);
        // Nobody opens a second link on one connection: so this is another connection, of which the system told nothing.
        if !dialled && std::mem::replace(&mut connection.had_link, true) {
            self.doubts.notify_one();
        }
        connection.links += 1;
        connection.dialled |= dialled;
        let gone = connection.gone.subscribe();
        Some(Membership { address: address.clone(), connections: Arc::clone(self), gone })
    }

    /// The system says that this device is connected. Returns whether that is news, and the device did it, and not we.
    pub(crate) fn connected(&self, address: &PeerAddress) -> bool {
        let mut table = self.table();
        if table.len() >= CONNECTIONS && !table.contains_key(address) {
            return true;
        }
        let connection = table.entry(address.clone()).or_insert_with(Connection::new);
        let news = !std::mem::replace(&mut connection.stands, true);
        news && !connection.dialled
    }

    /// Whether the system has said that this device is connected.
    pub(crate) fn stands(&self, address: &PeerAddress) -> bool {
        self.table().get(address).is_some_and(|connection| connection.stands)
    }

    /// The system says that this device is no longer connected. Returns whose connection it was.
    pub(crate) fn disconnected(&self, address: &PeerAddress) -> Whose {
        // What was dialled is forgotten with its last link.
        let Some(connection) = self.table().remove(address) else { return Whose::Ours };
        connection.gone.send_replace(true);
        if connection.dialled { Whose::Ours } else { Whose::Theirs }
    }

    /// Returns once somebody has connected without the system's saying so: it tells nothing of who connects a second time
    /// while it takes the first connection to stand. That connection, too, has ended the advert that it answered.
    pub(crate) async fn doubt(&self) {
        self.doubts.notified().await;
    }

    /// Whether somebody who dialled is connected.
    pub(crate) fn has_callers(&self) -> bool {
        self.table().values().any(|connection| connection.stands && !connection.dialled)
    }

    /// Whether a link stands on the connection to this device.
    pub(crate) fn has_link(&self, address: &PeerAddress) -> bool {
        self.table().get(address).is_some_and(|connection| connection.links > 0)
    }

    /// How many links were accepted or dialled, and stand.
    pub(crate) fn links(&self) -> usize {
        self.table().values().map(|connection| connection.links).sum()
    }

    /// Connections that have no link for too long at `now`.
    pub(crate) fn idle(&self, now: Instant) -> Vec<PeerAddress> {
        let idle = |connection: &Connection| {
            connection.links == 0 && now.saturating_duration_since(connection.idle_since) >= IDLE_TIME
        };
        let mut table = self.table();
        let idle: Vec<_> =
            table.iter().filter(|(_, one)| idle(one)).map(|(address, _)| address.clone()).collect();
        for address in &idle {
            if let Some(connection) = table.get_mut(address) {
                connection.idle_since = now;
            }
        }
        idle
    }

    /// Every connection, each now without links; their links are told.
    pub(crate) fn clear(&self) -> Vec<PeerAddress> {
        let table = std::mem::take(&mut *self.table());
        let end = |(address, connection): (PeerAddress, Connection)| {
            connection.gone.send_replace(true);
            address
        };
        table.into_iter().map(end).collect()
    }

    fn leave(&self, address: &PeerAddress) {
        let mut table = self.table();
        let Some(connection) = table.get_mut(address) else { return };
        connection.links = connection.links.saturating_sub(1);
        connection.idle_since = Instant::now();
        // Whoever dialled ends the connection; the other side does so only when it stays idle.
        if connection.links == 0 && connection.dialled {
            table.remove(address);
            let _full = self.ends.try_send(address.clone());
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<PeerAddress, Connection>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn new() -> Self {
        Connection {
            links: 0,
            had_link: false,
            dialled: false,
            stands: false,
            idle_since: Instant::now(),
            gone: watch::Sender::new(false),
        }
    }
}

impl Membership {
    /// The device.
    pub(crate) fn address(&self) -> &PeerAddress {
        &self.address
    }

    /// Returns once the connection is gone.
    pub(crate) async fn gone(&self) {
        let mut gone = self.gone.clone();
        let _no_table = gone.wait_for(|gone| *gone).await;
    }

    /// Whether the connection is gone.
    pub(crate) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        if !self.is_gone() {
            self.connections.leave(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use futures::FutureExt;

    use super::*;

    #[test]
    fn the_last_link_of_a_dialled_connection_ends_it() {
        let (connections, mut ends) = Connections::new();
        let peer = PeerAddress::new("a");
        let (first, second) =
            (connections.join(&peer, true).unwrap(), connections.join(&peer, false).unwrap());
        assert!(!connections.connected(&peer), "we dialled it");
        drop(first);
        assert!(ends.try_recv().is_err());
        drop(second);
        assert_eq!(ends.try_recv().ok(), Some(peer));
    }

    #[test]
    fn an_accepted_connection_is_ended_only_once_it_idles() {
        let (connections, mut ends) = Connections::new();
        let peer = PeerAddress::new("a");
        assert!(connections.connected(&peer), "they dialled us");
        assert!(!connections.connected(&peer), "which is no news the second time");
        let link = connections.join(&peer, false).unwrap();
        assert!(connections.idle(Instant::now() + IDLE_TIME * 2).is_empty());
        drop(link);
        assert!(ends.try_recv().is_err() && connections.idle(Instant::now()).is_empty());
        assert_eq!(connections.idle(Instant::now() + IDLE_TIME), [peer]);
    }

    #[test]
    fn a_lost_connection_tells_its_links_and_counts_them_no_more() {
        let (connections, mut ends) = Connections::new();
        let peer = PeerAddress::new("a");
        let link = connections.join(&peer, true).unwrap();
        assert_eq!(connections.disconnected(&peer), Whose::Ours);
        assert!(link.is_gone());
        let again = connections.join(&peer, true).unwrap();
        drop(link);
        assert_eq!((connections.links(), ends.try_recv().is_err()), (1, true), "the new connection stands");
        assert!(!again.is_gone());
    }

    #[tokio::test]
    async fn a_second_link_shows_that_somebody_has_connected_unnoticed() {
        let (connections, _ends) = Connections::new();
        let peer = PeerAddress::new("a");
        connections.connected(&peer);
        drop(connections.join(&peer, false).unwrap());
        assert!(connections.doubt().now_or_never().is_none(), "one connection, one link");
        drop(connections.join(&peer, false).unwrap());
        assert!(connections.doubt().now_or_never().is_some());
        assert!(connections.has_callers() && !connections.has_link(&peer));
        assert_eq!(connections.disconnected(&peer), Whose::Theirs);
        assert!(!connections.has_callers());
    }

    #[test]
    fn what_ends_was_the_side_s_that_dialled() {
        let (connections, _ends) = Connections::new();
        let (theirs, ours) = (PeerAddress::new("a"), PeerAddress::new("b"));
        assert!(connections.connected(&theirs));
        assert_eq!(connections.disconnected(&theirs), Whose::Theirs);
        drop(connections.join(&ours, true));
        assert_eq!(connections.disconnected(&ours), Whose::Ours, "also after its last link");
    }

    #[test]
    fn connections_are_bounded() {
        let (connections, _ends) = Connections::new();
        for number in 0..CONNECTIONS {
            connections.connected(&PeerAddress::new(&number.to_string()));
        }
        assert!(connections.join(&PeerAddress::new("one more"), true).is_none());
    }
}
