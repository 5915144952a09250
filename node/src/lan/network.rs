//! The local network through all the lives that a node has on it.

use std::sync::Arc;

use libp2p::Multiaddr;

use super::{LanConfig, LanEvent, air::Air};
use crate::links::{Ids, LinkCommand};

/// A node's place on the local network: one life while it appears, none while it is silent.
#[derive(Debug)]
pub(crate) struct Network {
    config: Arc<LanConfig>,
    ids: Arc<Ids>,
    air: Option<Air>,
}

impl Network {
    pub(crate) fn new(config: LanConfig, ids: Arc<Ids>) -> Network {
        Network { config: Arc::new(config), ids, air: None }
    }

    /// Begins a life. Where it cannot, that is told as an event, and the next epoch tries again.
    pub(crate) fn appear(&mut self) -> Result<(), LanEvent> {
        self.air = None;
        let begun = Air::appear(Arc::clone(&self.config), Arc::clone(&self.ids));
        self.air = Some(begun.map_err(|error| {
            let address = self.config.listen.first().cloned().unwrap_or_else(Multiaddr::empty);
            LanEvent::ListenFailed { address, reason: error.to_string() }
        })?);
        Ok(())
    }

    /// Ends it; returns when nothing of it is left.
    pub(crate) async fn silence(&mut self) {
        if let Some(air) = self.air.take() {
            air.silence().await;
        }
    }

    pub(crate) fn send(&self, command: LinkCommand) {
        if let Some(air) = &self.air {
            air.send(command);
        }
    }

    /// The next event. May be cancelled without loss.
    pub(crate) async fn event(&mut self) -> LanEvent {
        loop {
            match &mut self.air {
                Some(air) => match air.event().await {
                    Some(event) => return event,
                    // It has told why it broke; the next epoch tries again.
                    None => self.air = None,
                },
                None => std::future::pending().await,
            }
        }
    }
}
