//! The app's radio, as the node sees it.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Weak},
};

use async_trait::async_trait;
use sighej_ble::{
    Link, PeerAddress, Presence, Radio, RadioError, RadioEvent,
    advert::{Advert, PowerClass},
};
use tokio::{sync::Mutex, time::timeout};

use super::{
    Abilities, Connected, PhoneRadio, RadioFault, RadioInbox, inbox::packet_length, limits, link::ForeignLink,
};
use crate::{StartError, app::App};

pub(crate) struct ForeignRadio {
    app: App,
    radio: Arc<dyn PhoneRadio>,
    inbox: Arc<RadioInbox>,
    abilities: Abilities,
    /// As what it appears. Held while it is told to, so that the app is told one thing at a time.
    shown: Mutex<Option<Presence>>,
}

impl ForeignRadio {
    /// Takes the app's radio over, in the node's runtime.
    pub(crate) fn new(radio: Arc<dyn PhoneRadio>, app: App) -> Result<Arc<ForeignRadio>, StartError> {
        let abilities = radio.abilities().map_err(|_| StartError::Radio)?;
        let inbox = RadioInbox::new(app.clone());
        radio.attach(Arc::clone(&inbox)).map_err(|_| StartError::Radio)?;
        let foreign = Arc::new(ForeignRadio { app, radio, inbox, abilities, shown: Mutex::new(None) });
        tokio::spawn(appear_again(Arc::downgrade(&foreign), Arc::clone(&foreign.inbox)));
        Ok(foreign)
    }

    /// Tells the app to advertise and to scan.
    async fn show(&self, presence: Presence, is_new: bool) -> Result<(), RadioFault> {
        if self.abilities.advertises {
            let advert = Advert::Full { presence, power: PowerClass::Usual };
            let data = advert.service_data().filter(|_| self.abilities.service_data);
            let (radio, bytes) = (Arc::clone(&self.radio), presence.0.to_vec());
            self.call(async move { radio.advertise(bytes, data.map(|data| data.to_vec()), is_new).await })
                .await?;
        }
        if is_new {
            let radio = Arc::clone(&self.radio);
            self.call(async move { radio.scan().await }).await?;
        }
        Ok(())
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, RadioFault>> + Send + 'static,
    ) -> Result<T, RadioFault> {
        self.app.call(work).await.unwrap_or(Err(RadioFault::Failed { status: 0 }))
    }
}

/// Appears again whenever the app says that Bluetooth is back, for as long as there is a radio.
async fn appear_again(radio: Weak<ForeignRadio>, inbox: Arc<RadioInbox>) {
    loop {
        inbox.is_up.notified().await;
        let Some(radio) = radio.upgrade() else { return };
        let shown = radio.shown.lock().await;
        let Some(presence) = *shown else { continue };
        match timeout(limits::AGAIN_WITHIN, radio.show(presence, true)).await {
            Ok(Ok(())) => inbox.events.up(),
            Ok(Err(fault)) => inbox.events.down(fault.into()),
            Err(_) => inbox.events.down(RadioFault::TimedOut.into()),
        }
    }
}

#[async_trait]
impl Radio for ForeignRadio {
    fn abilities(&self) -> sighej_ble::Abilities {
        let Abilities { advertises, service_data, l2cap } = self.abilities;
        sighej_ble::Abilities { advertises, service_data, l2cap }
    }

    async fn appear(&self, presence: Presence) -> Result<(), RadioError> {
        let mut shown = self.shown.lock().await;
        let is_new = shown.is_none_or(|shown| shown.token() != presence.token());
        *shown = Some(presence);
        if is_new {
            self.inbox.forget();
        }
        Ok(self.show(presence, is_new).await?)
    }

    async fn fall_silent(&self) {
        let mut shown = self.shown.lock().await;
        *shown = None;
        self.inbox.forget();
        let radio = Arc::clone(&self.radio);
        if let Err(fault) = self.call(async move { radio.fall_silent().await }).await {
            // Its owner has to know: something may still be on the air.
            self.inbox.events.down(fault.into());
        }
    }

    async fn event(&self) -> Option<RadioEvent> {
        self.inbox.events.next().await
    }

    async fn connect(&self, peer: &PeerAddress) -> Result<Arc<dyn Link>, RadioError> {
        let (app, radio) = (self.app.clone(), Arc::clone(&self.radio));
        let (inbox, peer) = (self.inbox.link(), peer.clone());
        // A link that is there when nobody waits any more is closed by dropping it, so it is made there.
        let dial = async move {
            let connected = radio.connect(peer.as_str().to_owned(), Arc::clone(&inbox)).await?;
            let Connected { link, path, max_packet } = connected;
            let length = packet_length(max_packet);
            let link = ForeignLink::new(app, link, inbox, peer, path, length.unwrap_or_default());
            length.map(|_| link).ok_or(RadioFault::Failed { status: 0 })
        };
        Ok(Arc::new(self.call(dial).await?))
    }
}

impl fmt::Debug for ForeignRadio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignRadio").field("abilities", &self.abilities).finish_non_exhaustive()
    }
}

/// Dropping a radio silences it. `appear_again` ends with the inbox's next news, or with its runtime.
impl Drop for ForeignRadio {
    fn drop(&mut self) {
        self.inbox.forget();
        self.inbox.events.end();
        self.inbox.is_up.notify_one();
        if self.shown.get_mut().take().is_some() {
            let radio = Arc::clone(&self.radio);
            self.app.leave(async move {
                if radio.fall_silent().await.is_err() {
                    tracing::warn!("the app's radio failed to fall silent");
                }
            });
        }
    }
}
