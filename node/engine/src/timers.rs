//! The timer table: one deadline for each kind of thing that waits.

use std::time::Duration;

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Timer {
    /// The attendee's session is over.
    Session,
    /// A pause ends.
    Pause,
    /// A silence ends.
    Silence,
    /// The epoch ends.
    Boundary,
    /// The clock may have been set.
    Clock,
    /// Something came in from which something may follow.
    Due,
    /// An exchange's deadline.
    Exchange,
    /// A dial or a link has waited long enough.
    Link,
    /// A peer lapses, or its exchange is due.
    Peer,
    /// The budget grows, and somebody waits for it.
    Drip,
    /// The reason for being alone may change.
    Status,
    /// Something of the mesh is due.
    Mesh,
    /// Something about the relay is due.
    Relay,
}

impl Timer {
    const COUNT: usize = Self::Relay as usize + 1;
}

/// The deadlines, as `elapsed`. Setting one replaces the one before.
#[derive(Default)]
pub(crate) struct TimerTable {
    deadlines: [Option<Duration>; Timer::COUNT],
}

impl TimerTable {
    pub(crate) fn set(&mut self, timer: Timer, deadline: Option<Duration>) {
        self.deadlines[timer as usize] = deadline;
    }

    pub(crate) fn clear(&mut self) {
        self.deadlines = [None; Timer::COUNT];
    }

    /// Whether this deadline has come, and no other.
    pub(crate) fn is_due_alone(&self, timer: Timer, now: Duration) -> bool {
        let is_due = |deadline: &Option<Duration>| deadline.is_some_and(|at| at <= now);
        is_due(&self.deadlines[timer as usize]) && self.deadlines.iter().filter(|at| is_due(at)).count() == 1
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.deadlines.iter().flatten().min().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_deadline_is_next() {
        let mut table = TimerTable::default();
        assert_eq!(table.next(), None);
        table.set(Timer::Boundary, Some(Duration::from_secs(9)));
        table.set(Timer::Peer, Some(Duration::from_secs(3)));
        assert_eq!(table.next(), Some(Duration::from_secs(3)));
        assert!(table.is_due_alone(Timer::Peer, Duration::from_secs(8)));
        assert!(!table.is_due_alone(Timer::Boundary, Duration::from_secs(8)));
        assert!(!table.is_due_alone(Timer::Peer, Duration::from_secs(9)), "two are due");
        table.set(Timer::Peer, None);
        assert_eq!(table.next(), Some(Duration::from_secs(9)));
        table.clear();
        assert_eq!(table.next(), None);
    }
}
