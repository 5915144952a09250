//! Opens substreams on chosen connections and hands over the peers': what libp2p calls a behaviour.
//!
//! `libp2p-stream` names peers, not connections, and drops an inbound substream when two arrive before one is
//! fetched; both matter here.

use std::{
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use libp2p::{
    Multiaddr, PeerId,
    core::{Endpoint, transport::PortUse},
    swarm::{
        ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler,
        THandlerInEvent, ToSwarm,
    },
};

use super::handler::{Handler, Open, Opened};

/// What became of the substreams of one connection.
#[derive(Debug)]
pub(super) struct StreamEvent {
    pub(super) connection: ConnectionId,
    pub(super) opened: Opened,
}

/// The behaviour.
#[derive(Default)]
pub(super) struct Streams {
    out: VecDeque<ToSwarm<StreamEvent, Open>>,
    waker: Option<Waker>,
}

impl Streams {
    /// Asks for a substream; the answer is a [`StreamEvent`], or none if the connection ends before.
    pub(super) fn open(&mut self, peer: PeerId, connection: ConnectionId, wish: Open) {
        self.out.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: wish,
        });
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = StreamEvent;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::default())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::default())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, connection: ConnectionId, opened: Opened) {
        self.out.push_back(ToSwarm::GenerateEvent(StreamEvent { connection, opened }));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<StreamEvent, THandlerInEvent<Self>>> {
        match self.out.pop_front() {
            Some(event) => Poll::Ready(event),
            None => {
                self.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}
