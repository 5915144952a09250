//! How busy the relay is: numbers of the process, and of nobody in it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often a timer is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks that make a window; the answer is about this one and the one before.
const WINDOW: u32 = 20;

/// How late timers are: what keeps them waiting keeps every device waiting.
#[derive(Debug, Default)]
pub(super) struct Lag {
    /// In milliseconds, in this window and in the one before.
    now: AtomicU64,
    before: AtomicU64,
}

impl Lag {
    /// Looks for as long as it is polled.
    pub(super) async fn measure(&self) {
        loop {
            for _ in 0..WINDOW {
                let due = Instant::now() + LOOK_EVERY;
                tokio::time::sleep_until(due.into()).await;
                self.was_late_by(due.elapsed());
            }
            self.turn();
        }
    }

    fn was_late_by(&self, late: Duration) {
        self.now.fetch_max(u64::try_from(late.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn turn(&self) {
        self.before.store(self.now.swap(0, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The most that one was late, in milliseconds.
    pub(super) fn worst_ms(&self) -> u64 {
        self.now.load(Ordering::Relaxed).max(self.before.load(Ordering::Relaxed))
    }
}

/// Memory of this process, in KiB; none where the system does not tell.
pub(super) fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_up_is_told_for_a_window_and_then_forgotten() {
        let lag = Lag::default();
        lag.was_late_by(Duration::from_millis(40));
        lag.was_late_by(Duration::from_millis(3));
        assert_eq!(lag.worst_ms(), 40);
        lag.turn();
        lag.was_late_by(Duration::from_millis(5));
        assert_eq!(lag.worst_ms(), 40, "the window before counts");
        lag.turn();
        assert_eq!(lag.worst_ms(), 5);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_told_where_the_system_tells_it() {
        assert!(memory_kib().is_some_and(|kib| kib > 500));
    }
}
