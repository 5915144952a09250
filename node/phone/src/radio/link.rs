//! A link of the app's, as the node sees it.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use sighej_ble::{Link, LinkError, Path, PeerAddress, Presence};

use super::{LinkFault, LinkInbox, LinkPath, PhoneLink};
use crate::app::App;

pub(super) struct ForeignLink {
    app: App,
    link: Arc<dyn PhoneLink>,
    inbox: Arc<LinkInbox>,
    peer: PeerAddress,
    path: LinkPath,
    max_packet: usize,
    is_closed: AtomicBool,
}

impl ForeignLink {
    pub(super) fn new(
        app: App,
        link: Arc<dyn PhoneLink>,
        inbox: Arc<LinkInbox>,
        peer: PeerAddress,
        path: LinkPath,
        max_packet: usize,
    ) -> ForeignLink {
        ForeignLink { app, link, inbox, peer, path, max_packet, is_closed: AtomicBool::new(false) }
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, LinkFault>> + Send + 'static,
    ) -> Result<T, LinkError> {
        self.app.call(work).await.unwrap_or(Err(LinkFault::Failed)).map_err(LinkError::from)
    }

    /// What closes it, once.
    fn closing(&self) -> Option<impl Future<Output = ()> + Send + use<>> {
        self.inbox.closed();
        let link = Arc::clone(&self.link);
        (!self.is_closed.swap(true, Relaxed)).then_some(async move {
            if link.hang_up().await.is_err() {
                tracing::debug!("the app's radio failed to hang up");
            }
        })
    }
}

#[async_trait]
impl Link for ForeignLink {
    fn path(&self) -> Path {
        match self.path {
            LinkPath::Gatt => Path::Gatt,
            LinkPath::L2cap => Path::L2cap,
        }
    }

    fn peer(&self) -> PeerAddress {
        self.peer.clone()
    }

    fn max_packet(&self) -> usize {
        self.max_packet
    }

    async fn presence(&self) -> Result<Presence, LinkError> {
        let link = Arc::clone(&self.link);
        let bytes = self.call(async move { link.presence().await }).await?;
        bytes.try_into().map(Presence).map_err(|_| LinkError::NotSigHej)
    }

    async fn send(&self, packet: &[u8]) -> Result<(), LinkError> {
        if packet.len() > self.max_packet {
            return Err(LinkError::TooLong(packet.len()));
        }
        if self.inbox.has_ended() {
            return Err(LinkError::Gone);
        }
        let (link, packet) = (Arc::clone(&self.link), packet.to_vec());
        self.call(async move { link.send(packet).await }).await
    }

    async fn receive(&self) -> Option<Vec<u8>> {
        self.inbox.next().await
    }

    async fn close(&self) {
        if let Some(closing) = self.closing() {
            // Whether it did is told to nobody: the link is over.
            let _done = self.app.call(closing).await;
        }
    }
}

impl Drop for ForeignLink {
    fn drop(&mut self) {
        if let Some(closing) = self.closing() {
            self.app.leave(closing);
        }
    }
}

impl fmt::Debug for ForeignLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignLink").field("path", &self.path).finish_non_exhaustive()
    }
}
