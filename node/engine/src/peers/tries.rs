//! When an exchange with a peer is tried again.

use std::time::Duration;

use crate::{Transport, limits, time::Moment};

/// One's own tries at the exchange that is due now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tries {
    /// Which exchange of the schedule: the first contact or a repeat.
    pub(crate) turn: u8,
    not_ready: u8,
    /// Where one came to nothing, the latest last. The other way is tried next, and without a pause.
    failed_by: Option<Transport>,
    failed_both_ways: bool,
    /// Not before this; never, where given up.
    not_before: Option<Moment>,
    given_up: bool,
    /// Since when only the crowd guard is waited for.
    pub(crate) waits_since: Option<Moment>,
}

impl Tries {
    pub(crate) fn at_turn(self, turn: u8) -> Self {
        if self.turn == turn { self } else { Self { turn, ..Self::default() } }
    }

    /// The responder closed between messages 3 and 4, or the link was lost.
    pub(crate) fn not_ready(&mut self, by: Transport, now: Duration) {
        match limits::NOT_READY_RETRIES.get(usize::from(self.not_ready)) {
            Some(pause) => self.not_before = Some((now + *pause).into()),
            None => self.given_up = true,
        }
        self.not_ready = self.not_ready.saturating_add(1);
        self.failed_both_ways |= self.failed_by.is_some_and(|before| before != by);
        self.failed_by = Some(by);
    }

    /// When the next try this way may be, unless given up.
    pub(crate) fn free_at(self, by: Transport) -> Option<Duration> {
        let pause = self.not_before.filter(|_| self.failed_both_ways || self.has_just_failed(by));
        (!self.given_up).then(|| pause.map_or(Duration::ZERO, Duration::from))
    }

    /// Whether the last try went this way: then another is better.
    pub(crate) fn has_just_failed(self, by: Transport) -> bool {
        self.failed_by == Some(by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_given_up_after_10_30_and_90_seconds() {
        let (mut tries, mut now) = (Tries::default(), Duration::ZERO);
        for pause in [10, 30, 90] {
            tries.not_ready(Transport::Ble, now);
            assert_eq!(tries.free_at(Transport::Ble), Some(now + Duration::from_secs(pause)));
            now += Duration::from_secs(pause);
        }
        tries.not_ready(Transport::Ble, now);
        assert_eq!(tries.free_at(Transport::Ble), None);
        assert_eq!(tries.at_turn(1).free_at(Transport::Ble), Some(Duration::ZERO), "a repeat starts afresh");
    }

    #[test]
    fn what_failed_one_way_is_tried_the_other_way_at_once_but_only_once() {
        let (mut tries, at) = (Tries::default(), Duration::from_secs);
        tries.not_ready(Transport::Lan, at(1));
        assert_eq!(tries.free_at(Transport::Lan), Some(at(11)));
        assert_eq!(tries.free_at(Transport::Ble), Some(at(0)));
        tries.not_ready(Transport::Ble, at(2));
        for way in [Transport::Lan, Transport::Ble] {
            assert_eq!(tries.free_at(way), Some(at(32)));
        }
        assert!(tries.has_just_failed(Transport::Ble) && !tries.has_just_failed(Transport::Lan));
        tries.not_ready(Transport::Lan, at(32));
        assert_eq!(tries.free_at(Transport::Ble), Some(at(122)), "no more than four in all");
        tries.not_ready(Transport::Ble, at(122));
        assert_eq!(tries.free_at(Transport::Lan), None);
    }
}
