//! The connections of one life, their exchanges, and the rule for two connections to one peer.

use std::{cmp::Ordering, collections::BTreeMap, time::Instant};

use libp2p::{PeerId, swarm::ConnectionId};
use sighej_engine::{ChannelId, LinkId};
use tokio::sync::{mpsc, watch};

use super::limits;

/// A connection that the engine knows as a link.
pub(super) struct Link {
    pub(super) peer: PeerId,
    pub(super) connection: ConnectionId,
    pub(super) by_us: bool,
    /// When the peer must have said who it is; `None` once it has.
    pub(super) presence_due: Option<Instant>,
    pub(super) presence: OwnPresence,
    pub(super) mesh: OwnMesh,
}

/// How far telling the peer what the mesh has to say has come.
pub(super) enum OwnMesh {
    /// There was nothing to say.
    Unused,
    /// The substream is being opened; the receiver goes to its task.
    Opening(mpsc::Sender<Vec<u8>>, mpsc::Receiver<Vec<u8>>),
    /// A task writes what is put here.
    Told(mpsc::Sender<Vec<u8>>),
    /// The peer does not take part.
    Refused,
}

/// How far telling this node's presence has come.
pub(super) enum OwnPresence {
    /// The engine has not said yet.
    Unknown,
    /// The substream is being opened; the receiver goes to its task.
    Opening(watch::Sender<Vec<u8>>, watch::Receiver<Vec<u8>>),
    /// A task writes what is put here.
    Told(watch::Sender<Vec<u8>>),
}

/// An exchange.
pub(super) struct Channel {
    pub(super) link: LinkId,
    /// `None` once the engine has closed it.
    pub(super) frames: Option<mpsc::Sender<Vec<u8>>>,
    /// Present until the substream is open, then with its task.
    pub(super) waiting: Option<mpsc::Receiver<Vec<u8>>>,
}

/// Which of two connections to one peer stays.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stays {
    Older,
    Newer,
}

/// Links by id, channels by id. Bounded by the connection limits and by what the engine opens.
#[derive(Default)]
pub(super) struct Links {
    pub(super) links: BTreeMap<LinkId, Link>,
    pub(super) channels: BTreeMap<ChannelId, Channel>,
}

impl Links {
    pub(super) fn of_peer(&self, peer: &PeerId) -> Option<(LinkId, &Link)> {
        self.links.iter().find(|(_, link)| link.peer == *peer).map(|(id, link)| (*id, link))
    }

    pub(super) fn of_connection(&self, connection: ConnectionId) -> Option<(LinkId, &Link)> {
        self.links.iter().find(|(_, link)| link.connection == connection).map(|(id, link)| (*id, link))
    }

    /// Forgets a link and its channels; their tasks end with the connection.
    pub(super) fn remove(&mut self, id: LinkId) -> Option<Link> {
        self.channels.retain(|_, channel| channel.link != id);
        self.links.remove(&id)
    }

    /// Opens a queue for a channel's messages. `None` if the link is gone.
    pub(super) fn open(&mut self, link: LinkId, id: ChannelId) -> Option<&mut Channel> {
        self.links.contains_key(&link).then_some(())?;
        let (frames, waiting) = mpsc::channel(limits::FRAMES_QUEUED);
        self.channels.insert(id, Channel { link, frames: Some(frames), waiting: Some(waiting) });
        self.channels.get_mut(&id)
    }

    /// Takes no more messages for a channel. One whose substream is still being opened stays until what is queued has
    /// a way out.
    pub(super) fn close(&mut self, id: ChannelId) {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.frames = None;
            if channel.waiting.is_none() {
                self.channels.remove(&id);
            }
        }
    }

    /// What is to be sent on a channel, now that its substream is open; a channel closed before is then forgotten.
    pub(super) fn take_waiting(&mut self, id: ChannelId) -> Option<mpsc::Receiver<Vec<u8>>> {
        let waiting = self.channels.get_mut(&id)?.waiting.take();
        self.channels.retain(|known, channel| *known != id || channel.frames.is_some());
        waiting
    }

    /// When the first link that owes its presence is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.links.values().filter_map(|link| link.presence_due).min()
    }

    /// Links whose peer has not said in time who it is.
    pub(super) fn overdue(&self, now: Instant) -> Vec<LinkId> {
        let due = |link: &Link| link.presence_due.is_some_and(|due| due <= now);
        self.links.iter().filter(|(_, link)| due(link)).map(|(id, _)| *id).collect()
    }
}

/// Both ends see the same two connections and the same two peer ids, so both close the same one: that dialled by the
/// higher peer id. If one side dialled both, it has lost the older one, whatever the other end still believes.
pub(super) fn which_stays(us: &PeerId, peer: &PeerId, older_by_us: bool, newer_by_us: bool) -> Stays {
    if older_by_us == newer_by_us {
        return Stays::Newer;
    }
    let lower_is_us = us.cmp(peer) == Ordering::Less;
    if newer_by_us == lower_is_us { Stays::Newer } else { Stays::Older }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_keep_the_same_connection() {
        let (a, b) = (PeerId::random(), PeerId::random());
        for a_dialled_older in [false, true] {
            for a_dialled_newer in [false, true] {
                let at_a = which_stays(&a, &b, a_dialled_older, a_dialled_newer);
                let at_b = which_stays(&b, &a, !a_dialled_older, !a_dialled_newer);
                assert_eq!(at_a, at_b, "seen in the same order");
                if a_dialled_older != a_dialled_newer {
                    let swapped = which_stays(&b, &a, !a_dialled_newer, !a_dialled_older);
                    assert_ne!(at_a, swapped, "seen in the other order, the same connection stays");
                }
            }
        }
    }
}
