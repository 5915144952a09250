//! The substreams of one connection: what libp2p calls a connection handler.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use libp2p::{
    Stream, StreamProtocol,
    core::upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo},
    swarm::{
        ConnectionHandler, ConnectionHandlerEvent, SubstreamProtocol,
        handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};

use super::limits;

/// What a substream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// `/sighej/presence/1`: version, flags and token, whenever they change; one direction.
    Presence,
    /// `/sighej/exchange/1`: the five messages, both directions.
    Exchange,
    /// `/sighej/mesh/1`: frames of the mesh; one direction.
    Mesh,
}

impl Purpose {
    const ALL: [Purpose; 3] = [Purpose::Presence, Purpose::Exchange, Purpose::Mesh];

    fn protocol(self) -> StreamProtocol {
        match self {
            Purpose::Presence => StreamProtocol::new("/sighej/presence/1"),
            Purpose::Exchange => StreamProtocol::new("/sighej/exchange/1"),
            Purpose::Mesh => StreamProtocol::new("/sighej/mesh/1"),
        }
    }
}

/// A wish of the behaviour: open a substream. `tag` comes back with it.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) purpose: Purpose,
    pub(super) tag: u64,
}

/// What became of substreams.
#[derive(Debug)]
pub(super) enum Opened {
    /// The peer opened one. It counts against the bound of its purpose until the permit is dropped.
    ByPeer { purpose: Purpose, stream: Stream, permit: Permit },
    /// A wish was fulfilled.
    ByUs { purpose: Purpose, tag: u64, stream: Stream },
    /// A wish was not: the peer does not speak the protocol, or was too slow.
    Refused { purpose: Purpose, tag: u64 },
}

/// Held by whoever works on an inbound substream.
#[derive(Debug)]
pub(super) struct Permit {
    _counted: Arc<()>,
}

/// Opens and accepts the substreams of one connection, and bounds the accepted ones.
#[derive(Default)]
pub(super) struct Handler {
    wishes: VecDeque<Open>,
    news: VecDeque<Opened>,
    inbound_presences: Arc<()>,
    inbound_exchanges: Arc<()>,
    inbound_meshes: Arc<()>,
}

impl Handler {
    /// A substream beyond the bound is dropped here, which resets it.
    fn accept(&mut self, purpose: Purpose, stream: Stream) {
        let (count, most) = match purpose {
            Purpose::Presence => (&self.inbound_presences, limits::INBOUND_PRESENCES_PER_LINK),
            Purpose::Exchange => (&self.inbound_exchanges, limits::INBOUND_EXCHANGES_PER_LINK),
            Purpose::Mesh => (&self.inbound_meshes, limits::INBOUND_MESHES_PER_LINK),
        };
        if Arc::strong_count(count) <= most {
            let permit = Permit { _counted: Arc::clone(count) };
            self.news.push_back(Opened::ByPeer { purpose, stream, permit });
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Open;
    type ToBehaviour = Opened;
    type InboundProtocol = Negotiate;
    type OutboundProtocol = Negotiate;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Open;

    fn listen_protocol(&self) -> SubstreamProtocol<Negotiate> {
        SubstreamProtocol::new(Negotiate(Purpose::ALL.to_vec()), ()).with_timeout(limits::NEGOTIATE_WITHIN)
    }

    /// A link lives until the engine, the peer or the epoch ends it.
    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn on_behaviour_event(&mut self, wish: Open) {
        self.wishes.push_back(wish);
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Negotiate, Negotiate, (), Open>) {
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol, .. }) = event {
            self.accept(protocol.0, protocol.1);
        } else if let ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol, info }) =
            event
        {
            self.news.push_back(Opened::ByUs { purpose: info.purpose, tag: info.tag, stream: protocol.1 });
        } else if let ConnectionEvent::DialUpgradeError(DialUpgradeError { info, .. }) = event {
            self.news.push_back(Opened::Refused { purpose: info.purpose, tag: info.tag });
        }
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Negotiate, Open, Opened>> {
        if let Some(news) = self.news.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(news));
        }
        match self.wishes.pop_front() {
            Some(wish) => Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(Negotiate(vec![wish.purpose]), wish)
                    .with_timeout(limits::NEGOTIATE_WITHIN),
            }),
            None => Poll::Pending,
        }
    }
}

/// Agrees on a substream's protocol, and remembers which it was.
pub(super) struct Negotiate(Vec<Purpose>);

impl UpgradeInfo for Negotiate {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.iter().map(|purpose| purpose.protocol()).collect::<Vec<_>>().into_iter()
    }
}

impl InboundUpgrade<Stream> for Negotiate {
    type Output = (Purpose, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, agreed: StreamProtocol) -> Self::Future {
        ready(Ok((agreed_purpose(&agreed), stream)))
    }
}

impl OutboundUpgrade<Stream> for Negotiate {
    type Output = (Purpose, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, agreed: StreamProtocol) -> Self::Future {
        ready(Ok((agreed_purpose(&agreed), stream)))
    }
}

/// Only protocols of [`Purpose::protocol`] are ever offered.
fn agreed_purpose(agreed: &StreamProtocol) -> Purpose {
    let is_it = |purpose: &Purpose| purpose.protocol() == *agreed;
    Purpose::ALL.into_iter().find(is_it).unwrap_or(Purpose::Exchange)
}
