//! The hook through which everything is counted.

use sighej_matcher::Event;

/// Whoever counts what happens. It is called while the relay's state is locked: it takes note and returns.
pub trait Counters: Send + Sync {
    /// Something happened.
    fn record(&self, event: &Event);
}

/// Counts nothing.
impl Counters for () {
    fn record(&self, _: &Event) {}
}
