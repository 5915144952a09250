//! A hall full of attendees, simulated: the very engine that runs on a phone, virtual time, everything from one seed. It
//! serves the developer who looks for bugs, the operator who plans an event, and the sceptic who asks what an attacker gets.
//!
//! * A [`scenario`](scenario::Scenario) says what the place is like, what people do and carry, and how far radio goes.
//! * A [`World`] plays it. Beside it a [model](model::Model) judges what the engines do.
//! * A [`report`](report::Report) says what came of it; the same seed gives the same bytes.
//!
//! Only simulated people are in here: what the product keeps to itself of real ones is counted and drawn of these.

pub mod adversary;
pub mod cli;
pub mod dice;
pub mod faults;
pub mod grid;
pub mod hall;
pub mod interests;
pub mod measure;
pub mod model;
pub mod people;
pub mod pictures;
pub mod radio;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod sweep;
pub mod world;

pub use model::Violation;
pub use scenario::{Scenario, ScenarioError};
pub use world::World;
