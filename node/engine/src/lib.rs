//! An attendee's device as one pure state machine: sightings, links, frames, wishes and time go in; things to do, things
//! to show and the time of the next call come out. No clock, no sockets, no randomness of its own: the same inputs
//! give the same outputs on a phone, in a test and in a simulated hall.
//!
//! # Order of calls
//!
//! 1. [`Engine::new`], then at any time one of the `handle_*` calls, each with the time of the call ([`Now`]).
//! 2. After each of them, drain [`Engine::poll_transmit`] until `None` and do what it says, in order; drain
//!    [`Engine::poll_event`] and show what it says.
//! 3. Arm one timer for [`Engine::poll_timeout`], and call [`Engine::handle_timeout`] when it rings. Any call may move it,
//!    and most leave it due at once: a call takes in and answers, and the timeout does what follows, however many came before.
//!
//! **The invariant: mutate, drain, mutate.** Both queues are empty when a `handle_*` call begins. A shell that leaves more
//! than [`limits::TRANSMITS`] undrained is broken, and the device falls silent ([`ClosedWhy::Overrun`]).
//!
//! # What the shell owes
//!
//! * After [`Air::Silent`] all links are closed: none of them, nor their channels, is spoken of again. What still comes is
//!   not looked at, or answered by a close.
//! * [`Air::Present`] with another token than before means a fresh identity on every transport; with the same token only
//!   the flags changed.
//! * On a LAN link presence frames go both ways. Over a radio link that was dialled the shell reads the peer's token
//!   characteristic once and passes it to [`Engine::handle_presence`]; the engine needs it where adverts are bare.
//! * A link delivers the frames of the mesh whole, in order, once, to [`Engine::handle_mesh`]. One that does not find its way
//!   for lack of room ends the link.
//! * A channel delivers whole messages, in order, once. [`Transmit::CloseChannel`] comes after its frames are flushed.
//! * Where there is a relay, each [`Air::Present`] with another token is one connection to it, made again when it is lost,
//!   and [`Air::Silent`] ends it. [`Transmit::RelayFrame`]s of one drain are written together, in order. None is kept for
//!   a later connection: the engine says again what was not answered.
//!
//! # What the engine promises
//!
//! Nothing is sent before consent. True tags go out only where the device would itself nudge. Lengths, order and amount of
//! what is sent never depend on what is shared, on a marker, or on a gate; a failure is one silent close, and its reason
//! stays here. No secret outlives its epoch: all of an epoch is one value, dropped as a whole. Every table and queue has
//! its bound, with what happens there, in [`limits`].

mod bare;
mod budget;
mod config;
mod dwell;
mod engine;
mod entropy;
mod exchange;
mod failure;
mod ids;
mod input;
mod ledger;
mod life;
pub mod limits;
mod links;
mod memory;
mod mesh;
mod output;
mod peers;
mod present;
mod relay;
mod strikes;
mod time;
mod timers;
mod turn;
mod wire;

pub use config::{Config, QuietHours};
pub use engine::Engine;
pub use failure::{Alone, Failure, GateReason, Status};
pub use ids::{ChannelId, LinkId, NudgeId, RadioAddress, Transport};
pub use input::{AdvertSeen, Intent, IntentError, Sighting};
pub use mesh::MESH_FRAME_LEN;
pub use output::{Air, ClosedWhy, Event, Nudge, Reach, Transmit};
pub use relay::{RelayDown, RelayEvent, RelayFault, Room};
pub use sighej_relay_api::wire::{Bye, Refusal};
pub use time::Now;
pub use wire::PRESENCE_LEN;
