//! The node as one object.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use sighej_ble::Radio;
use sighej_node::{Intent, Node, NodeConfig, NudgeId};
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::{
    Invitation, Listener, PhoneRadio, Profile, QuietHours, Settings, StartError, WishError, app::App, event,
    radio::ForeignRadio,
};

/// Threads of the node. The driver needs one; another lets links go on beside it.
const THREADS: usize = 2;
/// A node that is let go without [`Phone::stop`] falls silent within this, or is ended as it stands.
const LAST_WORDS: Duration = Duration::from_secs(25);

/// A node. It starts closed: nothing is sent and nobody answered before [`Phone::open`].
///
/// Every call may be made from any thread; those that take time are asynchronous, and may be cancelled: what was asked is then done all the
/// same, or not at all. Letting the object go ends the node; [`Phone::stop`] does so and waits.
#[derive(uniffi::Object)]
pub struct Phone {
    node: Option<Node>,
    runtimes: Option<Runtimes>,
    is_wiped: Arc<AtomicBool>,
}

struct Runtimes {
    node: Runtime,
    app: Runtime,
}

/// How things stand, for a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Status {
    /// The epoch whose secrets are held, if any are.
    pub epoch: Option<u32>,
    /// How many were heard, near or not.
    pub heard: u32,
    /// How many are near.
    pub near: u32,
    /// How many of them count for the crowd guard.
    pub crowd: u32,
    /// Exchanges under way.
    pub exchanges: u32,
    /// Strangers that may still be met in this hour.
    pub budget_left: u8,
    /// Nudges of this session.
    pub nudges: u32,
}

/// Which library this is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Version {
    /// Its version.
    pub library: String,
    /// The version of the protocol on the air.
    pub protocol: u8,
}

/// Which library this is.
#[uniffi::export]
#[must_use]
pub fn version() -> Version {
    Version { library: env!("CARGO_PKG_VERSION").into(), protocol: sighej_crypto::VERSION }
}

#[uniffi::export]
impl Phone {
    /// Starts a node. The profile is taken in here, once; without a radio Bluetooth is not used, without an invitation no relay.
    #[uniffi::constructor]
    pub fn new(
        profile: Arc<Profile>,
        settings: Settings,
        radio: Option<Arc<dyn PhoneRadio>>,
        invitation: Option<Arc<Invitation>>,
        listener: Arc<dyn Listener>,
    ) -> Result<Arc<Phone>, StartError> {
        let mut engine = settings.engine()?;
        engine.interests = profile.interests().clone();
        engine.rooms = invitation.iter().filter_map(|invitation| invitation.room.clone()).collect();
        let lan = settings.lan()?;
        let (runtimes, app) = Runtimes::start()?;
        let entered = runtimes.node.enter();
        let radio = radio.map(|radio| ForeignRadio::new(radio, app)).transpose()?;
        let radio = radio.map(|radio| -> Arc<dyn Radio> { radio });
        let relay = invitation.map(|invitation| invitation.relay.clone());
        let config = NodeConfig { engine, lan, radio, relay, utc: settings.utc() };
        let mut node = Node::start(config).map_err(|_| StartError::System)?;
        let is_wiped = Arc::<AtomicBool>::default();
        if let Some(events) = node.take_events() {
            event::tell(events, listener, settings.language, Arc::clone(&is_wiped))
                .map_err(|_| StartError::System)?;
        }
        drop(entered);
        Ok(Arc::new(Phone { node: Some(node), runtimes: Some(runtimes), is_wiped }))
    }

    /// The attendee consents: appear, answer, exchange.
    pub async fn open(&self) -> Result<(), WishError> {
        self.intend(Intent::Open).await
    }

    /// Stop; whatever is under way ends as if nothing were shared. (`close` is taken: by it Kotlin lets an object go.)
    pub async fn shut(&self) -> Result<(), WishError> {
        self.intend(Intent::Close).await
    }

    /// Stop, and open again by itself.
    pub async fn pause(&self, time: Duration) -> Result<(), WishError> {
        let until = self.node()?.elapsed().saturating_add(time);
        self.intend(Intent::Pause { until }).await
    }

    /// End a pause now.
    pub async fn resume(&self) -> Result<(), WishError> {
        self.intend(Intent::Resume).await
    }

    /// Never again: neither be nudged by this person nor be recognised.
    pub async fn block(&self, nudge: u64) -> Result<(), WishError> {
        self.intend(Intent::Block(NudgeId(nudge))).await
    }

    /// Put a nudge away. To the other it looks like [`Phone::block`].
    pub async fn not_now(&self, nudge: u64) -> Result<(), WishError> {
        self.intend(Intent::NotNow(NudgeId(nudge))).await
    }

    /// Other interests from the next epoch on, or at once behind a silence of one to three minutes (`insist`).
    pub async fn choose(&self, profile: Arc<Profile>, insist: bool) -> Result<(), WishError> {
        self.intend(Intent::Interests { set: profile.interests().clone(), insist }).await
    }

    /// Sets the quiet hours, or drops them.
    pub async fn set_quiet_hours(&self, hours: Option<QuietHours>) -> Result<(), WishError> {
        let hours = hours.map(QuietHours::checked).transpose()?;
        self.intend(Intent::QuietHours(hours)).await
    }

    /// How things stand.
    pub async fn status(&self) -> Result<Status, WishError> {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let status = self.node()?.status().await?;
        Ok(Status {
            epoch: status.epoch,
            heard: count(status.heard),
            near: count(status.near),
            crowd: count(status.crowd),
            exchanges: count(status.exchanges),
            budget_left: status.budget_left,
            nudges: count(status.nudges),
        })
    }

    /// The system has woken the app: an epoch may have ended meanwhile, and its secrets go now. To be called before anything else
    /// whenever the app was suspended.
    pub async fn wake(&self) -> Result<(), WishError> {
        Ok(self.node()?.wake().await?)
    }

    /// Forgets everything at once and ends: keys, interests, rooms, whom it met, and events that were not told yet. When this
    /// returns, nothing is on the air. What the app itself keeps is the app's to wipe.
    pub async fn wipe(&self) -> Result<(), WishError> {
        self.is_wiped.store(true, Relaxed);
        self.intend(Intent::Wipe).await?;
        self.node()?.stop().await;
        Ok(())
    }

    /// Ends the node. When this returns, it is silent, and its secrets are wiped.
    pub async fn stop(&self) -> Result<(), WishError> {
        self.node()?.stop().await;
        Ok(())
    }
}

impl Phone {
    async fn intend(&self, intent: Intent) -> Result<(), WishError> {
        Ok(self.node()?.intend(intent).await?)
    }

    /// It is there until this object is dropped.
    fn node(&self) -> Result<&Node, WishError> {
        self.node.as_ref().ok_or(WishError::Ended)
    }
}

impl Runtimes {
    fn start() -> Result<(Runtimes, App), StartError> {
        let node = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("sighej-node")
            .enable_all()
            .build();
        let (app, way) = App::start().map_err(|_| StartError::System)?;
        Ok((Runtimes { node: node.map_err(|_| StartError::System)?, app }, way))
    }

    /// Ends the app's threads after the node's, which need them to fall silent.
    fn end(self) {
        self.node.shutdown_background();
        self.app.shutdown_background();
    }
}

/// Nothing may stay on the air, and nobody wait here for that: another thread sees to it.
impl Drop for Phone {
    fn drop(&mut self) {
        let (Some(node), Some(runtimes)) = (self.node.take(), self.runtimes.take()) else { return };
        let last_words = move || {
            // What does not fall silent in time is ended as it stands.
            let _late = runtimes.node.block_on(async { timeout(LAST_WORDS, node.stop()).await });
            runtimes.end();
        };
        if thread::Builder::new().name("sighej-ending".into()).spawn(last_words).is_err() {
            tracing::warn!("no thread to end the node by; it is ended as it stands");
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone")
    }
}
