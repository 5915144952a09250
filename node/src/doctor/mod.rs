//! Why nobody is found: what this machine is like, what that means for the attendee, and what mends it.
//!
//! [`survey()`] gathers facts, and decides nothing; [`diagnose()`] decides, and touches nothing. A finding has a stable
//! [code](What::code) for programs, and words for people in [`words`].

mod clock;
pub mod diagnose;
mod finding;
mod network;
mod remedy;
pub mod words;

pub use clock::Clock;
pub use diagnose::diagnose;
pub use finding::{Area, Finding, Severity, Way, What};
pub use network::{Firewall, Interface, Network, Port};
pub use remedy::{Lines, Remedy};
pub use sighej_ble::survey as bluetooth;

/// The facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Bluetooth.
    pub bluetooth: bluetooth::Bluetooth,
    /// The local network.
    pub network: Network,
    /// The time of day.
    pub clock: Clock,
}

/// Gathers the facts, within some seconds. Nothing is sent by radio, and on a network nothing but what joining the group
/// of multicast DNS sends by itself.
pub async fn survey() -> Survey {
    let (bluetooth, network, clock) = tokio::join!(bluetooth::survey(), network::survey(), clock::survey());
    Survey { bluetooth, network, clock }
}
