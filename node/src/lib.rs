//! The SigHej node: an attendee's device as a library, for apps, and behind the program `sighej`.
//!
//! A [`Node`] owns one engine, which decides everything, and the links that carry bytes: the local network, a radio, a
//! relay. Its owner tells it what the attendee wants and hears what happened:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use sighej_node::{Intent, Node, NodeConfig};
//!
//! let mut node = Node::start(NodeConfig::default())?;
//! node.intend(Intent::Open).await?;
//! while let Some(event) = node.event().await {
//!     println!("{event:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Logs are `tracing` events whose targets begin with `sighej`. They hold no interest, token, key or peer id at any
//! level. libp2p's own do hold peer ids: an app that prints them at info level or above links epochs.
//! Those of the WebSocket's library hold frames at trace level.

mod clock;
pub mod doctor;
mod driver;
mod lan;
mod links;
#[doc(hidden)]
pub mod message_file;
mod node;
mod profile;
mod queue;
mod radio;
pub mod relay;
pub mod report;

pub use clock::Utc;
pub use lan::{LanConfig, limits};
pub use libp2p::{Multiaddr, multiaddr::Protocol};
pub use node::{CommandError, Events, Node, NodeConfig, NodeEvent, StartError, Traffic};
pub use profile::{Free, Profile, ProfileError};
pub use queue::EVENTS_WAITING;
pub use radio::{Metered, RadioState, limits as radio_limits};
pub use relay::{RelayConfig, RelayError};
pub use sighej_ble as ble;
pub use sighej_engine::limits as engine_limits;
pub use sighej_engine::{
    Alone, Bye, ClosedWhy, Config, Event, Failure, GateReason, Intent, IntentError, Nudge, NudgeId,
    QuietHours, Reach, Refusal, RelayDown, RelayEvent, Room, Status, Transport,
};
