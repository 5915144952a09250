//! The handle by which a program owns a node.

use std::{sync::Arc, time::Duration};

use libp2p::Multiaddr;
use sighej_ble::Radio;
use sighej_engine::{Config, Engine, Event, Intent, IntentError, Status, Transport};
use thiserror::Error;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use crate::{
    clock::{Clock, Utc},
    driver::{Command, Driver},
    lan::LanConfig,
    queue,
    radio::{Metered, RadioState},
    relay::{RelayConfig, RelayError},
};

/// Commands that wait for the driver; one more makes its caller wait.
const COMMANDS_WAITING: usize = 64;

/// Everything a node is started with.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// What the engine is told: interests, thresholds, guards. Whether adverts carry the token is the radio's to say.
    pub engine: Config,
    /// How the local network is used; without it no socket is opened.
    pub lan: Option<LanConfig>,
    /// The Bluetooth radio; without it nothing is advertised and nothing heard. Each platform brings its own.
    pub radio: Option<Arc<dyn Radio>>,
    /// The relay for pairs with no direct link; without it none is used. The engine's `rooms` are rooms there.
    pub relay: Option<RelayConfig>,
    /// Where the time of day comes from.
    pub utc: Utc,
}

/// The local network, and no radio: which one to use is a choice.
impl Default for NodeConfig {
    fn default() -> NodeConfig {
        NodeConfig {
            engine: Config::default(),
            lan: Some(LanConfig::default()),
            radio: None,
            relay: None,
            utc: Utc::default(),
        }
    }
}

/// What a node tells its owner.
#[derive(Debug)]
pub enum NodeEvent {
    /// It listens at this address, until it next falls silent. Names the address alone, never a peer id.
    Listening(Multiaddr),
    /// It cannot listen at this address.
    ListenFailed {
        /// The address.
        address: Multiaddr,
        /// What the system says.
        reason: String,
    },
    /// A connection to somebody is up; nothing is known of them yet.
    LinkUp(Transport),
    /// A connection is gone.
    LinkDown(Transport),
    /// Bluetooth works, or no longer does; told when it changes.
    Radio(RadioState),
    /// The relay is not there, for this reason; told when it changes. What the engine says of it comes as
    /// [`Event::Relay`].
    RelayUnreachable(Arc<RelayError>),
    /// What the engine has to say.
    Engine(Event),
}

impl NodeEvent {
    pub(crate) fn is_nudge(&self) -> bool {
        matches!(self, NodeEvent::Engine(Event::Nudge(_)))
    }
}

/// How many messages of exchanges have passed, and their bytes, without what the network adds. Repeats and broken
/// exchanges count, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages sent.
    pub messages_sent: u64,
    /// Their bytes.
    pub bytes_sent: u64,
    /// Messages received.
    pub messages_received: u64,
    /// Their bytes.
    pub bytes_received: u64,
    /// What of it, and of everything else, passed over the radio's links.
    pub radio: Metered,
    /// Frames of the mesh sent to neighbours, one's own and those passed on. They are not among the messages above.
    pub mesh_frames_sent: u64,
    /// Their bytes.
    pub mesh_bytes_sent: u64,
    /// Frames of the mesh received from neighbours.
    pub mesh_frames_received: u64,
    /// Their bytes.
    pub mesh_bytes_received: u64,
    /// Frames sent to the relay. They are not among the messages above.
    pub relay_frames_sent: u64,
    /// Their bytes.
    pub relay_bytes_sent: u64,
    /// Frames received from the relay.
    pub relay_frames_received: u64,
    /// Their bytes.
    pub relay_bytes_received: u64,
}

/// Why a node could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// The system gave no randomness, without which there are no keys.
    #[error("the system gives no random numbers: {0}")]
    Randomness(getrandom::Error),
    /// Called outside a tokio runtime.
    #[error("a node runs in a tokio runtime, and there is none here")]
    Runtime,
}

/// Why an intent did not come through.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The engine refuses it; nothing has changed.
    #[error(transparent)]
    Refused(#[from] IntentError),
    /// The node has ended.
    #[error("the node has ended")]
    Ended,
}

/// A running node. It starts closed: it neither sends nor listens before [`Intent::Open`]. Dropping it ends it.
#[derive(Debug)]
pub struct Node {
    commands: mpsc::Sender<Command>,
    start: Instant,
    /// Until they are taken.
    events: Option<Events>,
}

/// What a node tells, for an owner who reads it elsewhere than where it commands.
#[derive(Debug)]
pub struct Events(queue::Receiver);

impl Events {
    /// The next event; `None` after the end. As for [`Node::event`].
    pub async fn next(&mut self) -> Option<NodeEvent> {
        self.0.recv().await
    }
}

impl Node {
    /// Starts a node in the current tokio runtime.
    ///
    /// # Errors
    /// Without a runtime, or without randomness.
    pub fn start(config: NodeConfig) -> Result<Node, StartError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| StartError::Runtime)?;
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(StartError::Randomness)?;
        let clock = Clock::new(config.utc);
        let start = clock.start();
        let abilities = config.radio.as_ref().map(|radio| radio.abilities());
        let advertises_token = abilities.is_none_or(|can| can.advertises && can.service_data);
        let engine = Config { advertises_token, ..config.engine };
        let engine = Engine::new(engine, *seed, clock.now());
        let (commands, inbox) = mpsc::channel(COMMANDS_WAITING);
        let (tell, events) = queue::queue();
        let driver = Driver::new(engine, clock, config.lan, config.radio, config.relay, tell);
        runtime.spawn(driver.run(inbox));
        Ok(Node { commands, start, events: Some(Events(events)) })
    }

    /// Tells the node what its owner wants.
    ///
    /// # Errors
    /// Where the engine refuses, and says why; or where the node has ended.
    pub async fn intend(&self, intent: Intent) -> Result<(), CommandError> {
        Ok(self.ask(|answer| Command::Intent(intent, answer)).await??)
    }

    /// How things stand, for the question "why am I alone?".
    ///
    /// # Errors
    /// Where the node has ended.
    pub async fn status(&self) -> Result<Status, CommandError> {
        self.ask(Command::Status).await
    }

    /// What has passed so far.
    ///
    /// # Errors
    /// Where the node has ended.
    pub async fn traffic(&self) -> Result<Traffic, CommandError> {
        self.ask(Command::Traffic).await
    }

    /// The node's monotonic clock, in which [`Intent::Pause`] is told.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The next event; `None` after the end, and where [`Node::take_events`] took them. May be cancelled without loss. A reader
    /// that lags by more than [`crate::EVENTS_WAITING`] loses the oldest that are no nudges.
    pub async fn event(&mut self) -> Option<NodeEvent> {
        self.events.as_mut()?.next().await
    }

    /// The events apart from the node, so that one task reads them while another commands; once.
    pub fn take_events(&mut self) -> Option<Events> {
        self.events.take()
    }

    /// Looks at the clocks. A system that was suspended rings no timer: what ended meanwhile, such as an epoch with its secrets, ends
    /// when this returns.
    ///
    /// # Errors
    /// Where the node has ended.
    pub async fn wake(&self) -> Result<(), CommandError> {
        self.ask(Command::Wake).await
    }

    /// Ends the node: when this returns, it is silent, and its secrets are wiped. Last events are still to be had
    /// from [`Node::event`].
    pub async fn stop(&self) {
        // If nobody answers, it has ended already.
        let _ended = self.ask(Command::Stop).await;
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, CommandError> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| CommandError::Ended)?;
        answered.await.map_err(|_| CommandError::Ended)
    }
}
