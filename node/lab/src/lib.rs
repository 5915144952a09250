//! Several hosts on one machine, for tests and figures: network namespaces on a bridge, and programs in them.
//!
//! Nothing of it touches the machine's own network: the bridge lives in a namespace of its own, and the cables are
//! made between namespaces. Everything is named after the process that made it, and gone with it: when a [`Network`]
//! is dropped, or, after a kill, when the next one is built.
//!
//! ```no_run
//! let network = sighej_lab::Network::new(2)?;
//! let status = network.hosts()[0].command("ping".as_ref()).args(["-c1", "10.77.0.2"]).status()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod availability;
mod ip;
mod network;
mod program;

pub use availability::{Availability, availability, enter};
pub use network::{Host, Network, NetworkError};
pub use program::{Line, Program, ProgramError};
