//! Counting itself: one atomic addition, wherever it happens.

use std::sync::atomic::{AtomicU64, Ordering};

use super::counter::{Counter, Counts};

/// What was counted since it was last taken. Its size is fixed, however long nothing can be saved.
pub(crate) struct Tally([AtomicU64; Counter::COUNT]);

impl Tally {
    pub(crate) fn new() -> Self {
        Self([const { AtomicU64::new(0) }; Counter::COUNT])
    }

    /// Adds one.
    pub(crate) fn count(&self, counter: Counter) {
        if let Some(cell) = self.0.get(counter as usize) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes what there is. Each event is taken once.
    pub(crate) fn take(&self) -> Counts {
        let mut counts = Counts::NONE;
        for (counter, cell) in Counter::ALL.iter().zip(&self.0) {
            // A load first: most cells are 0 most of the time, and a load leaves the line with whoever counts.
            if cell.load(Ordering::Relaxed) > 0 {
                counts[*counter] = cell.swap(0, Ordering::Relaxed);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_is_taken_once_however_many_threads_count() {
        let tally = Tally::new();
        let mut taken = Counts::NONE;
        std::thread::scope(|scope| {
            let threads =
                [(); 4].map(|()| scope.spawn(|| (0..10_000).for_each(|_| tally.count(Counter::Knocks))));
            while threads.iter().any(|thread| !thread.is_finished()) {
                taken.add(&tally.take());
            }
        });
        taken.add(&tally.take());
        assert_eq!(taken[Counter::Knocks], 40_000);
        assert!(tally.take().is_none());
    }
}
