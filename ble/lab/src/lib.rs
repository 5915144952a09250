//! Tests on a real Bluetooth stack.
//!
//! The script `ble-lab` beside this crate boots a throw-away Linux in a process of its own: the kernel's Bluetooth host, BlueZ's
//! daemon, and up to six emulated controllers that hear each other. A test that needs one is a [`Lab`] and a function; the
//! function runs inside:
//!
//! ```no_run
//! use sighej_ble_lab::{Inside, Lab, Failed, run};
//!
//! fn main() -> std::process::ExitCode {
//!     run(vec![Lab::new(2).trial("a_controller_that_leaves_is_missed", leaves)])
//! }
//!
//! fn leaves(lab: &Inside) -> Result<(), Failed> {
//!     // Start programs as anywhere; the machine's files are there.
//!     lab.away(1)?;
//!     Ok(())
//! }
//! ```
//!
//! What was on the air is in the [`Capture`].

mod availability;
mod capture;
mod inside;
mod lab;
mod link;
mod reader;

pub use availability::{Availability, availability};
pub use capture::{Advert, Capture, CaptureError, Packet, Record};
pub use inside::{Inside, inside};
pub use lab::{Lab, LabError, LabTrial, Outcome, run};
pub use libtest_mimic::Failed;
pub use link::{Role, Seen, Traffic};
