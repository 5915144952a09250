//! What a relay says and is told: shared by the relay, the node and whoever watches a relay.
//!
//! [`wire`] is how a device and its relay talk (specification, section 14): binary frames over one WebSocket. [`statistics`] is how
//! it reports an interest, where its user wants that, and [`admin`] what an operator is answered.
//! [`invitation`] is the link that leads to a relay and into a room.

pub mod admin;
pub mod invitation;
pub mod statistics;
pub mod wire;
