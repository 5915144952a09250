//! One life on the air: the loop around a swarm, from its first listener to its end.

use std::{sync::Arc, time::Instant};

use futures::StreamExt;
use libp2p::{
    Multiaddr, PeerId, Swarm,
    core::ConnectedPoint,
    mdns,
    swarm::{ConnectionId, SwarmEvent},
};
use sighej_engine::{ChannelId, LinkId};
use tokio::{
    sync::{mpsc, watch},
    time::sleep_until,
};

use super::{
    LanConfig, LanEvent,
    behaviour::{Behaviour, BehaviourEvent},
    candidates::Candidates,
    handler::{Open, Opened, Permit, Purpose},
    limits,
    links::{Link, Links, OwnMesh, OwnPresence, Stays, which_stays},
    tasks::{self, TaskEvent},
};
use crate::links::{Ids, LinkCommand, LinkEvent};

/// The loop's state.
pub(super) struct Life {
    swarm: Swarm<Behaviour>,
    links: Links,
    candidates: Candidates,
    ids: Arc<Ids>,
    driver: mpsc::Sender<LanEvent>,
    tasks: (mpsc::Sender<TaskEvent>, mpsc::Receiver<TaskEvent>),
    /// What the driver is to hear, in order; emptied after every step, so bounded by what one step can add.
    news: Vec<LanEvent>,
}

impl Life {
    pub(super) fn new(
        config: &LanConfig,
        swarm: Swarm<Behaviour>,
        ids: Arc<Ids>,
        driver: mpsc::Sender<LanEvent>,
    ) -> Life {
        let candidates = Candidates::new(*swarm.local_peer_id(), &config.peers, Instant::now());
        let tasks = mpsc::channel(limits::EVENTS_QUEUED);
        Life { swarm, links: Links::default(), candidates, ids, driver, tasks, news: Vec::new() }
    }

    /// Lives until the driver drops its end.
    pub(super) async fn run(mut self, listen: &[Multiaddr], mut commands: mpsc::Receiver<LinkCommand>) {
        self.listen(listen);
        loop {
            if self.tell_the_driver().await.is_err() {
                return;
            }
            let due = [self.candidates.next(), self.links.next_due()].into_iter().flatten().min();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => return,
                },
                event = self.swarm.select_next_some() => self.on_swarm(event),
                Some(event) = self.tasks.1.recv() => self.on_task(event),
                () = at(due) => self.on_time(Instant::now()),
            }
        }
    }

    fn listen(&mut self, listen: &[Multiaddr]) {
        for address in listen {
            if let Err(error) = self.swarm.listen_on(address.clone()) {
                self.news
                    .push(LanEvent::ListenFailed { address: address.clone(), reason: error.to_string() });
            }
        }
    }

    async fn tell_the_driver(&mut self) -> Result<(), mpsc::error::SendError<LanEvent>> {
        for news in self.news.drain(..) {
            self.driver.send(news).await?;
        }
        Ok(())
    }

    fn obey(&mut self, command: LinkCommand) {
        match command {
            LinkCommand::Presence { link, bytes } => self.announce(link, bytes),
            LinkCommand::Mesh { link, bytes } => self.pass(link, bytes),
            LinkCommand::OpenChannel { link, channel } => self.open_channel(link, channel),
            LinkCommand::Frame { channel, bytes } => self.send(channel, bytes),
            LinkCommand::CloseChannel { channel } => self.links.close(channel),
            LinkCommand::CloseLink { link } => {
                if let Some(link) = self.links.remove(link) {
                    self.candidates.disconnected(link.peer, false, Instant::now());
                    self.swarm.close_connection(link.connection);
                }
            }
        }
    }

    fn announce(&mut self, id: LinkId, bytes: Vec<u8>) {
        let Some(link) = self.links.links.get_mut(&id) else { return };
        match &link.presence {
            OwnPresence::Opening(presence, _) | OwnPresence::Told(presence) => {
                presence.send_replace(bytes);
            }
            OwnPresence::Unknown => {
                let (presence, changes) = watch::channel(bytes);
                link.presence = OwnPresence::Opening(presence, changes);
                let wish = Open { purpose: Purpose::Presence, tag: id.0 };
                self.swarm.behaviour_mut().streams.open(link.peer, link.connection, wish);
            }
        }
    }

    /// A neighbour that reads no more is no longer one.
    fn pass(&mut self, id: LinkId, bytes: Vec<u8>) {
        let Some(link) = self.links.links.get_mut(&id) else { return };
        if let OwnMesh::Unused = link.mesh {
            let (frames, queued) = mpsc::channel(limits::MESH_QUEUED);
            link.mesh = OwnMesh::Opening(frames, queued);
            let wish = Open { purpose: Purpose::Mesh, tag: id.0 };
            self.swarm.behaviour_mut().streams.open(link.peer, link.connection, wish);
        }
        let taken = match &link.mesh {
            OwnMesh::Opening(frames, _) | OwnMesh::Told(frames) => frames.try_send(bytes).is_ok(),
            OwnMesh::Unused | OwnMesh::Refused => true,
        };
        if !taken {
            self.end(id);
        }
    }

    fn open_channel(&mut self, id: LinkId, channel: ChannelId) {
        let ChannelId::Outbound(tag) = channel else { return };
        if self.links.open(id, channel).is_some()
            && let Some(link) = self.links.links.get(&id)
        {
            let wish = Open { purpose: Purpose::Exchange, tag };
            self.swarm.behaviour_mut().streams.open(link.peer, link.connection, wish);
        } else {
            self.news.push(LanEvent::Link(LinkEvent::ChannelClosed { channel }));
        }
    }

    fn send(&mut self, id: ChannelId, bytes: Vec<u8>) {
        if let Some(channel) = self.links.channels.get(&id)
            && channel.frames.as_ref().is_some_and(|frames| frames.try_send(bytes).is_err())
        {
            self.links.channels.remove(&id);
            self.news.push(LanEvent::Link(LinkEvent::ChannelClosed { channel: id }));
        }
    }

    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        let now = Instant::now();
        // Non-exhaustive: what is not named here concerns addresses and tries that this node does not act upon.
        if let SwarmEvent::Behaviour(event) = event {
            self.on_behaviour(event, now);
        } else if let SwarmEvent::NewListenAddr { address, .. } = event {
            self.news.push(LanEvent::Listening(address));
        } else if let SwarmEvent::ListenerClosed { addresses, reason: Err(error), .. } = event {
            let address = addresses.into_iter().next().unwrap_or_else(Multiaddr::empty);
            self.news.push(LanEvent::ListenFailed { address, reason: error.to_string() });
        } else if let SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } = event {
            self.on_connected(peer_id, connection_id, &endpoint, now);
        } else if let SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } = event {
            self.on_disconnected(peer_id, connection_id, now);
        } else if let SwarmEvent::OutgoingConnectionError { peer_id, connection_id, .. } = event {
            let connected = peer_id.is_some_and(|peer| self.links.of_peer(&peer).is_some());
            self.candidates.failed(connection_id, peer_id, connected, now);
        }
    }

    fn on_behaviour(&mut self, event: BehaviourEvent, now: Instant) {
        match event {
            BehaviourEvent::Mdns(mdns::Event::Discovered(records)) => {
                for (peer, address) in records {
                    let connected = self.links.of_peer(&peer).is_some();
                    self.candidates.found(peer, address, connected, now);
                }
            }
            BehaviourEvent::Mdns(mdns::Event::Expired(records)) => {
                for (peer, address) in records {
                    self.candidates.lost(peer, &address);
                }
            }
            BehaviourEvent::Stream(event) => self.on_stream(event.connection, event.opened),
            BehaviourEvent::Aside => {}
        }
    }

    fn on_connected(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        endpoint: &ConnectedPoint,
        now: Instant,
    ) {
        let by_us = endpoint.is_dialer();
        self.candidates.connected(peer, connection);
        if let Some((older, link)) = self.links.of_peer(&peer) {
            let loser = link.connection;
            match which_stays(self.swarm.local_peer_id(), &peer, link.by_us, by_us) {
                Stays::Older => {
                    self.swarm.close_connection(connection);
                    return;
                }
                Stays::Newer => {
                    self.links.remove(older);
                    self.swarm.close_connection(loser);
                    self.news.push(LanEvent::Link(LinkEvent::Down { link: older }));
                }
            }
        }
        let id = self.ids.link();
        let presence_due = Some(now + limits::PRESENCE_WITHIN);
        let (presence, mesh) = (OwnPresence::Unknown, OwnMesh::Unused);
        self.links.links.insert(id, Link { peer, connection, by_us, presence_due, presence, mesh });
        self.news.push(LanEvent::Link(LinkEvent::Up { link: id, address: None }));
    }

    fn on_disconnected(&mut self, peer: PeerId, connection: ConnectionId, now: Instant) {
        if let Some((id, _)) = self.links.of_connection(connection) {
            self.links.remove(id);
            self.news.push(LanEvent::Link(LinkEvent::Down { link: id }));
            self.candidates.disconnected(peer, true, now);
        }
    }

    fn on_stream(&mut self, connection: ConnectionId, opened: Opened) {
        let Some((link, _)) = self.links.of_connection(connection) else { return };
        match opened {
            Opened::ByPeer { purpose: Purpose::Presence, stream, permit } => {
                tokio::spawn(tasks::listen(stream, permit, link, self.tasks.0.clone()));
            }
            Opened::ByPeer { purpose: Purpose::Exchange, stream, permit } => {
                let channel = self.ids.inbound();
                self.links.open(link, channel);
                self.news.push(LanEvent::Link(LinkEvent::ChannelOpened { link, channel }));
                self.carry(channel, stream, Some(permit));
            }
            Opened::ByPeer { purpose: Purpose::Mesh, stream, permit } => {
                tokio::spawn(tasks::listen_to_mesh(stream, permit, link, self.tasks.0.clone()));
            }
            Opened::ByUs { purpose: Purpose::Mesh, stream, .. } => self.begin_passing(link, stream),
            Opened::ByUs { purpose: Purpose::Presence, stream, .. } => self.begin_announcing(link, stream),
            Opened::ByUs { purpose: Purpose::Exchange, tag, stream } => {
                self.carry(ChannelId::Outbound(tag), stream, None);
            }
            Opened::Refused { purpose: Purpose::Presence, .. } => self.end(link),
            Opened::Refused { purpose: Purpose::Mesh, .. } => {
                if let Some(link) = self.links.links.get_mut(&link) {
                    link.mesh = OwnMesh::Refused;
                }
            }
            Opened::Refused { purpose: Purpose::Exchange, tag } => {
                let channel = ChannelId::Outbound(tag);
                self.links.channels.remove(&channel);
                self.news.push(LanEvent::Link(LinkEvent::ChannelClosed { channel }));
            }
        }
    }

    fn begin_announcing(&mut self, id: LinkId, stream: libp2p::Stream) {
        let Some(link) = self.links.links.get_mut(&id) else { return };
        if let OwnPresence::Opening(presence, changes) = &link.presence {
            tokio::spawn(tasks::announce(stream, changes.clone()));
            link.presence = OwnPresence::Told(presence.clone());
        }
    }

    fn begin_passing(&mut self, id: LinkId, stream: libp2p::Stream) {
        let Some(link) = self.links.links.get_mut(&id) else { return };
        link.mesh = match std::mem::replace(&mut link.mesh, OwnMesh::Unused) {
            OwnMesh::Opening(frames, queued) => {
                tokio::spawn(tasks::pass(stream, queued));
                OwnMesh::Told(frames)
            }
            other @ (OwnMesh::Unused | OwnMesh::Told(_) | OwnMesh::Refused) => other,
        };
    }

    fn carry(&mut self, id: ChannelId, stream: libp2p::Stream, permit: Option<Permit>) {
        if let Some(frames) = self.links.take_waiting(id) {
            tokio::spawn(tasks::carry(stream, permit, id, frames, self.tasks.0.clone()));
        }
    }

    fn on_task(&mut self, event: TaskEvent) {
        match event {
            TaskEvent::Presence { link: id, bytes } => {
                if let Some(link) = self.links.links.get_mut(&id) {
                    link.presence_due = None;
                    self.news.push(LanEvent::Link(LinkEvent::Presence { link: id, bytes }));
                }
            }
            TaskEvent::PresenceAbused { link } | TaskEvent::MeshAbused { link } => self.end(link),
            TaskEvent::Mesh { link, bytes } => {
                if self.links.links.contains_key(&link) {
                    self.news.push(LanEvent::Link(LinkEvent::Mesh { link, bytes }));
                }
            }
            TaskEvent::Frame { channel, bytes } => {
                if self.links.channels.contains_key(&channel) {
                    self.news.push(LanEvent::Link(LinkEvent::Frame { channel, bytes }));
                }
            }
            TaskEvent::ChannelEnded { channel } => {
                if self.links.channels.remove(&channel).is_some() {
                    self.news.push(LanEvent::Link(LinkEvent::ChannelClosed { channel }));
                }
            }
        }
    }

    fn on_time(&mut self, now: Instant) {
        for link in self.links.overdue(now) {
            self.end(link);
        }
        for dial in self.candidates.due(now) {
            let (connection, peer) = (dial.connection_id(), dial.get_peer_id());
            if self.swarm.dial(dial).is_err() {
                let connected = peer.is_some_and(|peer| self.links.of_peer(&peer).is_some());
                self.candidates.failed(connection, peer, connected, now);
            }
        }
    }

    /// A peer that breaks the link's own rules is not dialled again in this life.
    fn end(&mut self, id: LinkId) {
        if let Some(link) = self.links.remove(id) {
            self.swarm.close_connection(link.connection);
            self.candidates.disconnected(link.peer, false, Instant::now());
            self.news.push(LanEvent::Link(LinkEvent::Down { link: id }));
        }
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_past_time_is_due_at_once() {
        tokio::time::timeout(Duration::from_secs(1), at(Some(Instant::now()))).await.unwrap();
    }
}
