//! What the relay counts, and keeps: numbers of events, never who.
//!
//! A number's way: the server tells what happened to a [`Counters`](crate::Counters)(crate::Counters), which adds to an array of atomics (`tally`); a
//! thread of its own saves what came together (`writer`), twice a second and in one transaction (`store`). Saved
//! counts wait until so many of a kind are together that they may be shown (`withhold`), and then enter the minute, the
//! hour and the day in which they became so many. What is below that stands nowhere by its time, on the disk neither.
//!
//! **What a crash takes.** A counted event is saved within [`SAVE_EVERY`] and the time of one commit; a transaction saves
//! whole or not at all, and its number is in it, so that one whose outcome is unknown is never saved twice.

mod config;
mod counter;
mod error;
mod handle;
mod lock;
pub(crate) mod schema;
mod series;
mod store;
mod tally;
mod withhold;
mod writer;

pub use config::{AggregatesConfig, Keep};
pub use counter::{Counter, Counts};
pub use error::{ReportRefused, StoreError};
pub use handle::{Aggregates, Health, Release};
pub use series::{MAX_POINTS, Reader, SESSIONS_OPEN, Series, Step};
pub use withhold::WITHHOLD_BELOW;
pub use writer::{RELEASE_EVERY, SAVE_EVERY};
