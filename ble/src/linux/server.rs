//! The GATT service, and the links that centrals open on it.
//!
//! Two of BlueZ's ways are dealt with here: a notification reaches every subscribed central, so links have ids
//! ([`crate::gatt`]); and a subscription is confirmed before this program has seen it, so a link is confirmed only once
//! it has.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use async_trait::async_trait;
use bluer::{
    Uuid,
    gatt::{
        WriteOp,
        local::{
            Application, Characteristic, CharacteristicNotifier, CharacteristicNotify,
            CharacteristicNotifyMethod, CharacteristicRead, CharacteristicWrite, CharacteristicWriteMethod,
            CharacteristicWriteRequest, ReqError, Service,
        },
    },
};
use futures::FutureExt;
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

use crate::{
    Link, LinkError, Path, PeerAddress, Presence,
    advert::{PACKET_CHARACTERISTIC, SERVICE, TOKEN_CHARACTERISTIC},
    central::{Connections, Inbox, Membership},
    events::EventQueue,
    gatt::{LinkId, Value, max_notified},
};

/// Links that centrals have open at once. Overflow: another is refused.
const LINKS: usize = 16;
/// How long BlueZ may take to tell of a subscription that it has confirmed.
const SUBSCRIBED_TIME: Duration = Duration::from_secs(1);
/// How long a writer waits while the owner of a full link takes nothing. Overflow: the link is ended.
const TAKE_TIME: Duration = Duration::from_secs(5);
/// How long a write waits to be refused. A central may have one write under way, and BlueZ ends the connection of one that has two: so
/// whoever writes what nobody asked for does so once in this time, and keeps neither BlueZ nor this program busy.
const REFUSED_AFTER: Duration = Duration::from_secs(1);

/// The service's state, shared by the callbacks that BlueZ calls and by the links.
pub(super) struct Server {
    connections: Arc<Connections>,
    events: Arc<EventQueue>,
    presence: Mutex<Presence>,
    links: Mutex<HashMap<LinkId, Open>>,
    notifier: tokio::sync::Mutex<Option<CharacteristicNotifier>>,
    subscribed: watch::Sender<()>,
}

/// A link, as the server holds it.
struct Open {
    central: PeerAddress,
    put: mpsc::Sender<Vec<u8>>,
    ended: watch::Sender<bool>,
}

impl Server {
    /// Nobody is linked.
    pub(super) fn new(
        connections: Arc<Connections>,
        events: Arc<EventQueue>,
        presence: Presence,
    ) -> Arc<Server> {
        Arc::new(Server {
            connections,
            events,
            presence: Mutex::new(presence),
            links: Mutex::default(),
            notifier: tokio::sync::Mutex::default(),
            subscribed: watch::Sender::new(()),
        })
    }

    /// What the token characteristic shows from now on.
    pub(super) fn show(&self, presence: Presence) {
        *self.presence.lock().unwrap_or_else(PoisonError::into_inner) = presence;
    }

    /// What BlueZ is to publish.
    pub(super) fn application(self: &Arc<Self>) -> Application {
        let service = Service {
            uuid: Uuid::from_u128(SERVICE),
            primary: true,
            characteristics: vec![self.token(), self.packets()],
            ..Service::default()
        };
        Application { services: vec![service], ..Application::default() }
    }

    fn token(self: &Arc<Self>) -> Characteristic {
        let server = Arc::downgrade(self);
        let fun = move |_request| {
            let presence = server.upgrade().map(|server| server.presence().0.to_vec());
            async move { presence.ok_or(ReqError::Failed) }.boxed()
        };
        Characteristic {
            uuid: Uuid::from_u128(TOKEN_CHARACTERISTIC),
            read: Some(CharacteristicRead {
                read: true,
                fun: Box::new(fun),
                ..CharacteristicRead::default()
            }),
            ..Characteristic::default()
        }
    }

    fn packets(self: &Arc<Self>) -> Characteristic {
        let server = Arc::downgrade(self);
        let written = move |value, request| written(server.clone(), value, request).boxed();
        let server = Arc::downgrade(self);
        let subscribed = move |notifier| subscribed(server.clone(), notifier).boxed();
        let write = CharacteristicWrite {
            write: true,
            method: CharacteristicWriteMethod::Fun(Box::new(written)),
            ..CharacteristicWrite::default()
        };
        let notify = CharacteristicNotify {
            notify: true,
            method: CharacteristicNotifyMethod::Fun(Box::new(subscribed)),
            ..CharacteristicNotify::default()
        };
        Characteristic {
            uuid: Uuid::from_u128(PACKET_CHARACTERISTIC),
            write: Some(write),
            notify: Some(notify),
            ..Characteristic::default()
        }
    }

    /// An id alone: opens a link, or ends the central's own.
    async fn alone(self: &Arc<Self>, id: LinkId, central: PeerAddress, mtu: u16) -> Result<(), ReqError> {
        if let Some(open) = self.links().get(&id) {
            if open.central != central {
                return Err(ReqError::NotPermitted);
            }
            open.ended.send_replace(true);
            return Ok(());
        }
        if !self.heard_by_now().await {
            return Err(ReqError::Failed);
        }
        let link = self.open(id, central, mtu)?;
        if self.events.accepted(link) { Ok(()) } else { Err(ReqError::NotPermitted) }
    }

    fn open(self: &Arc<Self>, id: LinkId, central: PeerAddress, mtu: u16) -> Result<Arc<dyn Link>, ReqError> {
        let mut links = self.links();
        // One link a central: whoever opens another has given the first up.
        links.retain(|_, open| open.central != central || !open.ended.send_replace(true));
        if links.len() >= LINKS || links.contains_key(&id) {
            return Err(ReqError::NotPermitted);
        }
        let membership = self.connections.join(&central, false).ok_or(ReqError::NotPermitted)?;
        let (inbox, put) = Inbox::new();
        links.insert(id, Open { central, put, ended: inbox.ender() });
        let server = Arc::downgrade(self);
        Ok(Arc::new(AcceptedLink { id, max_packet: max_notified(mtu), server, inbox, membership }))
    }

    /// A packet of a central's own link. The answer to the write is what holds the central back.
    async fn packet(
        &self,
        id: LinkId,
        packet: &[u8],
        central: PeerAddress,
        waits: bool,
    ) -> Result<(), ReqError> {
        let open = self
            .links()
            .get(&id)
            .filter(|open| open.central == central)
            .map(|open| (open.put.clone(), open.ended.clone()));
        let (put, ended) = open.ok_or(ReqError::NotPermitted)?;
        let taken = if waits {
            matches!(timeout(TAKE_TIME, put.send(packet.to_vec())).await, Ok(Ok(())))
        } else {
            put.try_send(packet.to_vec()).is_ok()
        };
        if taken {
            return Ok(());
        }
        ended.send_replace(true);
        Err(ReqError::Failed)
    }

    /// Waits for a subscription that was confirmed, until this program has seen it.
    async fn heard_by_now(&self) -> bool {
        let mut subscribed = self.subscribed.subscribe();
        let seen = async {
            while self.notifier.lock().await.as_ref().is_none_or(CharacteristicNotifier::is_stopped) {
                if subscribed.changed().await.is_err() {
                    return false;
                }
            }
            true
        };
        timeout(SUBSCRIBED_TIME, seen).await.unwrap_or(false)
    }

    async fn notify(&self, value: Vec<u8>) -> bool {
        if !self.heard_by_now().await {
            return false;
        }
        match self.notifier.lock().await.as_mut() {
            Some(notifier) => notifier.notify(value).await.is_ok(),
            None => false,
        }
    }

    fn presence(&self) -> Presence {
        *self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn links(&self) -> MutexGuard<'_, HashMap<LinkId, Open>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("links", &self.links().len()).finish_non_exhaustive()
    }
}

/// A write to the packet characteristic.
async fn written(
    server: Weak<Server>,
    value: Vec<u8>,
    request: CharacteristicWriteRequest,
) -> Result<(), ReqError> {
    let server = server.upgrade().ok_or(ReqError::Failed)?;
    if request.offset != 0 || request.prepare_authorize {
        return Err(ReqError::NotSupported);
    }
    let central = PeerAddress::new(&request.device_address.to_string());
    // A write without response has no answer to wait with: a flood of them must not become a flood of tasks.
    let waits = request.op_type == WriteOp::Request;
    let taken = match Value::read(&value) {
        Some(Value::Alone(id)) => server.alone(id, central, request.mtu).await,
        Some(Value::Packet(id, packet)) => server.packet(id, packet, central, waits).await,
        None => Err(ReqError::InvalidValueLength),
    };
    drop(server);
    if taken.is_err() && waits {
        sleep(REFUSED_AFTER).await;
    }
    taken
}

/// BlueZ begins a notification session anew at each subscription.
async fn subscribed(server: Weak<Server>, notifier: CharacteristicNotifier) {
    if let Some(server) = server.upgrade() {
        *server.notifier.lock().await = Some(notifier);
        server.subscribed.send_replace(());
    }
}

/// A link that a central opened.
#[derive(Debug)]
struct AcceptedLink {
    id: LinkId,
    max_packet: usize,
    server: Weak<Server>,
    inbox: Inbox,
    membership: Membership,
}

#[async_trait]
impl Link for AcceptedLink {
    fn path(&self) -> Path {
        Path::Gatt
    }

    fn peer(&self) -> PeerAddress {
        self.membership.address().clone()
    }

    fn max_packet(&self) -> usize {
        self.max_packet
    }

    async fn presence(&self) -> Result<Presence, LinkError> {
        Err(LinkError::NotSigHej)
    }

    async fn send(&self, packet: &[u8]) -> Result<(), LinkError> {
        if packet.len() > self.max_packet {
            return Err(LinkError::TooLong(packet.len()));
        }
        let server = self.server.upgrade().ok_or(LinkError::Gone)?;
        if self.inbox.stands(&self.membership) && server.notify(self.id.with(packet)).await {
            return Ok(());
        }
        self.inbox.end();
        Err(LinkError::Gone)
    }

    async fn receive(&self) -> Option<Vec<u8>> {
        self.inbox.take(&self.membership).await
    }

    async fn close(&self) {
        if self.inbox.end()
            && !self.membership.is_gone()
            && let Some(server) = self.server.upgrade()
        {
            let _unheard = server.notify(self.id.alone()).await;
        }
    }
}

impl Drop for AcceptedLink {
    fn drop(&mut self) {
        if let Some(server) = self.server.upgrade() {
            server.links().remove(&self.id);
        }
    }
}
