//! An end of a link on the air.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::{Link, LinkError, Path, PeerAddress, Presence};

use super::Air;

const DIALLER: usize = 0;

pub(super) struct AirLink {
    air: Air,
    wire: u64,
    /// 0 for who dialled, 1 for who was dialled.
    end: usize,
    path: Path,
    max_packet: usize,
    peer: PeerAddress,
    changed: Arc<Notify>,
}

/// What there is to receive.
enum Next {
    Packet(Vec<u8>),
    Due(Instant),
    Nothing,
    Gone,
}

impl AirLink {
    /// Both ends of a link: who dialled, who was dialled. None where it is gone already.
    pub(super) fn ends(air: &Air, wire: u64, names: [PeerAddress; 2]) -> Option<[AirLink; 2]> {
        let (path, max_packet, changed) = {
            let state = air.state();
            let wire = state.wires.get(&wire)?;
            (wire.path, wire.max_packet, Arc::clone(&wire.changed))
        };
        let end = |end, peer| {
            let changed = Arc::clone(&changed);
            AirLink { air: air.clone(), wire, end, path, max_packet, peer, changed }
        };
        let [dialler, acceptor] = names;
        Some([end(DIALLER, acceptor), end(1, dialler)])
    }

    /// Sends, where there is room; none where the sender is to wait.
    fn try_send(&self, packet: &[u8]) -> Option<Result<Instant, LinkError>> {
        let mut state = self.air.state();
        match state.wires.get(&self.wire) {
            None => return Some(Err(LinkError::Gone)),
            Some(wire) if wire.ended => return Some(Err(LinkError::Gone)),
            Some(wire) if wire.inboxes.get(1 - self.end)?.is_full() => return None,
            Some(_) => {}
        }
        Some(state.send(self.wire, self.end, packet).ok_or(LinkError::Gone))
    }

    fn try_receive(&self) -> Next {
        let mut state = self.air.state();
        let Some(wire) = state.wires.get_mut(&self.wire) else { return Next::Gone };
        let Some(inbox) = wire.inboxes.get_mut(self.end) else { return Next::Gone };
        if let Some(packet) = inbox.take(Instant::now()) {
            wire.changed.notify_waiters();
            return Next::Packet(packet);
        }
        match inbox.due() {
            Some(due) => Next::Due(due),
            None if wire.ended => Next::Gone,
            None => Next::Nothing,
        }
    }
}

#[async_trait]
impl Link for AirLink {
    fn path(&self) -> Path {
        self.path
    }

    fn peer(&self) -> PeerAddress {
        self.peer.clone()
    }

    fn max_packet(&self) -> usize {
        self.max_packet
    }

    async fn presence(&self) -> Result<Presence, LinkError> {
        let latency = self.air.state().conditions.latency;
        tokio::time::sleep(latency * 2).await;
        let state = self.air.state();
        let wire = state.wires.get(&self.wire).filter(|wire| !wire.ended).ok_or(LinkError::Gone)?;
        if self.end != DIALLER {
            return Err(LinkError::NotSigHej);
        }
        let [_, acceptor] = wire.ends;
        state.seats.get(&acceptor).and_then(|seat| seat.wanted).ok_or(LinkError::NotSigHej)
    }

    async fn send(&self, packet: &[u8]) -> Result<(), LinkError> {
        if packet.len() > self.max_packet {
            return Err(LinkError::TooLong(packet.len()));
        }
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(outcome) = self.try_send(packet) {
                sleep_until(outcome?).await;
                return Ok(());
            }
            changed.await;
        }
    }

    async fn receive(&self) -> Option<Vec<u8>> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            match self.try_receive() {
                Next::Packet(packet) => return Some(packet),
                Next::Gone => return None,
                Next::Nothing => changed.await,
                Next::Due(due) => tokio::select! {
                    () = changed => {}
                    () = sleep_until(due) => {}
                },
            }
        }
    }

    async fn close(&self) {
        if let Some(wire) = self.air.state().wires.get_mut(&self.wire) {
            wire.close();
        }
    }
}

/// The second end to go takes the link with it.
impl Drop for AirLink {
    fn drop(&mut self) {
        let mut state = self.air.state();
        let Some(wire) = state.wires.get_mut(&self.wire) else { return };
        wire.close();
        wire.held = wire.held.saturating_sub(1);
        if wire.held == 0 {
            state.wires.remove(&self.wire);
        }
    }
}

impl fmt::Debug for AirLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AirLink")
            .field("path", &self.path)
            .field("max_packet", &self.max_packet)
            .finish_non_exhaustive()
    }
}
