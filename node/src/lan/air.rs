//! Appearing and vanishing, whole: a thread with a runtime of its own per life.
//!
//! libp2p spawns tasks that outlive the swarm that started them (its mDNS task goes on answering with the old peer
//! id). Ending a runtime ends them all, and with them every socket.

use std::{sync::Arc, thread, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{LanConfig, LanEvent, behaviour, life::Life, limits};
use crate::links::{Ids, LinkCommand};

/// How long the driver waits for a life to be over. It takes milliseconds; more is worth a warning.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// One life on the air. Dropping it ends it, too, without waiting.
#[derive(Debug)]
pub(super) struct Air {
    commands: mpsc::Sender<LinkCommand>,
    events: mpsc::Receiver<LanEvent>,
    gone: oneshot::Receiver<()>,
}

impl Air {
    /// Appears with a fresh peer id. What goes wrong from here on is told as [`LanEvent::ListenFailed`].
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn appear(config: Arc<LanConfig>, ids: Arc<Ids>) -> std::io::Result<Air> {
        let (commands, obey) = mpsc::channel(limits::COMMANDS_QUEUED);
        let (tell, events) = mpsc::channel(limits::EVENTS_QUEUED);
        let (over, gone) = oneshot::channel();
        thread::Builder::new().name("sighej-air".into()).spawn(move || {
            live(&config, ids, tell, obey);
            // Nobody waits when the whole node is going.
            let _unheard = over.send(());
        })?;
        Ok(Air { commands, events, gone })
    }

    /// A full queue loses the command: to the peer, a lost message.
    pub(super) fn send(&self, command: LinkCommand) {
        if self.commands.try_send(command).is_err() {
            tracing::warn!("the local network is stuck; a message to a peer is lost");
        }
    }

    /// What happened next; `None` when this life could not begin or has broken.
    pub(super) async fn event(&mut self) -> Option<LanEvent> {
        self.events.recv().await
    }

    /// Vanishes; returns when no socket of this life is left.
    pub(super) async fn silence(self) {
        drop(self.commands);
        drop(self.events);
        if timeout(GONE_WITHIN, self.gone).await.is_err() {
            tracing::warn!("the local network takes long to fall silent");
        }
    }
}

fn live(config: &LanConfig, ids: Arc<Ids>, tell: mpsc::Sender<LanEvent>, obey: mpsc::Receiver<LinkCommand>) {
    let failed = |reason: String| {
        let address = config.listen.first().cloned().unwrap_or_else(libp2p::Multiaddr::empty);
        // The driver may be gone already.
        let _unheard = tell.try_send(LanEvent::ListenFailed { address, reason });
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(error.to_string()),
    };
    runtime.block_on(async {
        match behaviour::new_swarm(config) {
            Ok(swarm) => Life::new(config, swarm, ids, tell.clone()).run(&config.listen, obey).await,
            Err(error) => failed(error.to_string()),
        }
    });
}
