//! What is known of a relay, as plain data: no window, no clock, no socket.

mod choice;
pub(crate) mod counters;
mod feed;
mod range;

pub(crate) use choice::Choice;
pub(crate) use feed::{Feed, Figure, Link};
pub(crate) use range::{Range, secs as step_secs};

#[cfg(test)]
pub(crate) use feed::tests as tests_support;
