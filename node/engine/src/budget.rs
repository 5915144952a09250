//! The evaluation budget: the one bound on guessing (specification, "Policy around an exchange").
//!
//! * Charged once per digest, before an evaluation is first sent, finished or not, over all transports together.
//! * Windows of 10 monotonic minutes. Rotation, closing and wiping reset none of them: they forget who was charged (under
//!   a new key an evaluation is a new one), never how many.
//! * 24 in a window: 8 at its start and one more every 35 s. That drip is one for all transports.
//! * Of these, at most 8 for tokens not heard by radio. The eight are a cap inside the drip, not a share set aside: a LAN
//!   full of strangers may use up a window's start, and a stranger of the radio then waits for the next drip.
//! * A grant is reserved before any bytes are sent for it (by the initiator before message 1, by the responder before
//!   message 2) and becomes a charge, or comes back. Reserved grants count as used, and are carried into the next window.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::Digest;

use crate::limits::{BUDGET_AT_START, BUDGET_DRIP, BUDGET_NOT_RADIO, BUDGET_TOTAL, BUDGET_WINDOW};

/// How a token was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// By radio, past dwell.
    Radio,
    /// Any other way: LAN, room, hop, or not at all.
    Other,
}

/// The right to one evaluation. Charged or released, never copied.
#[derive(Debug)]
#[must_use = "a grant is charged or released"]
pub(crate) struct Grant {
    class: Class,
}

/// No evaluation is left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Spent;

/// The budget of one device.
pub(crate) struct Budget {
    origin: Duration,
    /// Of a window: [`BUDGET_TOTAL`], or what the settings lower it to.
    total: u8,
    window: u64,
    charged: Count,
    reserved: Count,
    digests: BTreeMap<Digest, Charge>,
}

#[derive(Clone, Copy)]
struct Charge {
    class: Class,
    window: u64,
}

#[derive(Clone, Copy, Default)]
struct Count {
    radio: u8,
    other: u8,
}

impl Count {
    fn of(&mut self, class: Class) -> &mut u8 {
        match class {
            Class::Radio => &mut self.radio,
            Class::Other => &mut self.other,
        }
    }

    fn total(self) -> u8 {
        self.radio.saturating_add(self.other)
    }
}

impl Budget {
    pub(crate) fn new(origin: Duration, total: u8) -> Self {
        Self {
            origin,
            total: total.min(BUDGET_TOTAL),
            window: 0,
            charged: Count::default(),
            reserved: Count::default(),
            digests: BTreeMap::new(),
        }
    }

    /// How many more strangers of this class may be reserved now.
    pub(crate) fn left(&self, class: Class, now: Duration) -> u8 {
        let charged = if self.place(now).0 > self.window { Count::default() } else { self.charged };
        self.room(class, now, charged.total() + self.reserved.total(), charged.other + self.reserved.other)
    }

    /// Sets one evaluation aside.
    pub(crate) fn reserve(&mut self, class: Class, now: Duration) -> Option<Grant> {
        if self.left(class, now) == 0 {
            return None;
        }
        *self.reserved.of(class) += 1;
        Some(Grant { class })
    }

    /// Gives one back that was not used.
    pub(crate) fn release(&mut self, grant: Grant) {
        let reserved = self.reserved.of(grant.class);
        *reserved = reserved.saturating_sub(1);
    }

    /// Charges a digest under the class by which it turned out to be heard. A digest charged before costs nothing, and
    /// the grant comes back.
    pub(crate) fn charge(
        &mut self,
        digest: Digest,
        grant: Grant,
        class: Class,
        now: Duration,
    ) -> Result<(), Spent> {
        self.turn(now);
        self.release(grant);
        if self.is_charged(&digest) {
            return Ok(());
        }
        let others = match class {
            Class::Radio => 0,
            Class::Other => self.charged.other,
        };
        if self.room(class, now, self.charged.total(), others) == 0 {
            return Err(Spent);
        }
        *self.charged.of(class) += 1;
        self.digests.insert(digest, Charge { class, window: self.window });
        Ok(())
    }

    pub(crate) fn is_charged(&self, digest: &Digest) -> bool {
        self.digests.contains_key(digest)
    }

    pub(crate) fn any_charged(&self) -> bool {
        !self.digests.is_empty()
    }

    /// A digest charged another way has passed dwell by radio: it moves out of the eight.
    pub(crate) fn heard_by_radio(&mut self, digest: &Digest, now: Duration) {
        self.turn(now);
        let Some(charge) = self.digests.get_mut(digest) else { return };
        if charge.class == Class::Other && charge.window == self.window {
            self.charged.other -= 1;
            self.charged.radio += 1;
        }
        charge.class = Class::Radio;
    }

    /// The epoch's secrets are gone, and with them the exchanges that held grants.
    pub(crate) fn forget_digests(&mut self) {
        self.digests.clear();
        self.reserved = Count::default();
    }

    /// Counts the moments at which the budget grew: it changes with each drip and each window.
    pub(crate) fn drips(&self, now: Duration) -> u64 {
        let (window, into) = self.place(now);
        window * (u64::from(BUDGET_TOTAL) + 1) + u64::from(self.allowed(into) - self.at_start())
    }

    /// When the budget grows next.
    pub(crate) fn next_drip(&self, now: Duration) -> Duration {
        let (window, into) = self.place(now);
        let start = self.origin + BUDGET_WINDOW * u32::try_from(window).unwrap_or(u32::MAX);
        let drips = u32::from(self.allowed(into) - self.at_start()) + 1;
        if self.allowed(into) < self.total { start + BUDGET_DRIP * drips } else { start + BUDGET_WINDOW }
    }

    fn turn(&mut self, now: Duration) {
        let (window, _) = self.place(now);
        if window > self.window {
            self.window = window;
            self.charged = Count::default();
        }
    }

    fn room(&self, class: Class, now: Duration, used: u8, others: u8) -> u8 {
        let (_, into) = self.place(now);
        let left = self.allowed(into).saturating_sub(used);
        match class {
            Class::Radio => left,
            Class::Other => left.min(BUDGET_NOT_RADIO.saturating_sub(others)),
        }
    }

    /// The window's index, and how far into it.
    fn place(&self, now: Duration) -> (u64, Duration) {
        let since = now.saturating_sub(self.origin);
        let window = since.as_secs() / BUDGET_WINDOW.as_secs();
        (window, since.saturating_sub(BUDGET_WINDOW * u32::try_from(window).unwrap_or(u32::MAX)))
    }

    fn at_start(&self) -> u8 {
        BUDGET_AT_START.min(self.total)
    }

    /// How many evaluations a window has released so far.
    fn allowed(&self, into_window: Duration) -> u8 {
        let drips = u8::try_from(into_window.as_secs() / BUDGET_DRIP.as_secs()).unwrap_or(u8::MAX);
        self.at_start().saturating_add(drips).min(self.total)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn digest(n: u8) -> Digest {
        Digest::from_bytes([n; 32])
    }

    fn charge(budget: &mut Budget, n: u8, class: Class, now: Duration) -> bool {
        budget.reserve(class, now).is_some_and(|grant| budget.charge(digest(n), grant, class, now).is_ok())
    }

    #[test]
    fn eight_come_at_the_start_and_one_every_35_seconds() {
        let budget = Budget::new(at(1_000), BUDGET_TOTAL);
        assert_eq!(budget.left(Class::Radio, at(1_000)), 8);
        assert_eq!(budget.left(Class::Radio, at(1_034)), 8);
        assert_eq!(budget.next_drip(at(1_034)), at(1_035));
        assert_eq!(budget.left(Class::Radio, at(1_035)), 9);
        assert_eq!(budget.left(Class::Radio, at(1_560)), 24);
        assert_eq!(budget.next_drip(at(1_561)), at(1_600));
        assert_eq!(budget.left(Class::Radio, at(1_600)), 8, "a new window starts again");
    }

    #[test]
    fn a_lower_budget_is_kept_from_the_start_of_a_window_to_its_end() {
        for total in [0, 3, 8, 12, BUDGET_TOTAL, u8::MAX] {
            let budget = Budget::new(at(0), total);
            assert_eq!(budget.left(Class::Radio, at(0)), total.min(8));
            assert_eq!(budget.left(Class::Radio, at(599)), total.min(BUDGET_TOTAL));
            assert!(budget.next_drip(at(599)) == at(600) && budget.drips(at(600)) > budget.drips(at(599)));
        }
    }

    #[test]
    fn the_lan_uses_at_most_eight_of_a_window() {
        let mut budget = Budget::new(at(0), BUDGET_TOTAL);
        let granted = (0..30).filter(|&n| charge(&mut budget, n, Class::Other, at(590))).count();
        assert_eq!(granted, 8);
        assert_eq!(budget.left(Class::Radio, at(590)), 16);
    }

    #[test]
    fn a_digest_is_charged_once() {
        let mut budget = Budget::new(at(0), BUDGET_TOTAL);
        assert!(charge(&mut budget, 1, Class::Radio, at(1)) && charge(&mut budget, 1, Class::Radio, at(2)));
        assert_eq!(budget.left(Class::Radio, at(2)), 7);
    }

    #[test]
    fn a_peer_of_the_lan_that_passes_dwell_moves_out_of_the_eight() {
        let mut budget = Budget::new(at(0), BUDGET_TOTAL);
        assert!((0..8).all(|n| charge(&mut budget, n, Class::Other, at(300))));
        assert_eq!(budget.left(Class::Other, at(300)), 0);
        budget.heard_by_radio(&digest(3), at(301));
        assert_eq!(budget.left(Class::Other, at(301)), 1);
        assert_eq!(budget.left(Class::Radio, at(301)), 8, "the total stays used");
    }

    #[test]
    fn rotation_forgets_who_was_charged_and_not_how_many() {
        let mut budget = Budget::new(at(0), BUDGET_TOTAL);
        assert!((0..8).all(|n| charge(&mut budget, n, Class::Radio, at(0))));
        let _lost_with_its_exchange = budget.reserve(Class::Radio, at(40));
        budget.forget_digests();
        assert!(!budget.is_charged(&digest(1)));
        assert_eq!(budget.left(Class::Radio, at(40)), 1);
    }

    #[test]
    fn a_grant_for_the_radio_does_not_widen_the_eight() {
        let mut budget = Budget::new(at(0), BUDGET_TOTAL);
        assert!((0..8).all(|n| charge(&mut budget, n, Class::Other, at(590))));
        let grant = budget.reserve(Class::Radio, at(590)).unwrap();
        assert_eq!(budget.charge(digest(9), grant, Class::Other, at(590)), Err(Spent));
        assert_eq!(budget.left(Class::Radio, at(590)), 16, "the grant came back");
    }

    #[derive(Clone, Debug)]
    enum Step {
        Wait(u16),
        Reserve(bool),
        Charge(u8, bool),
        Release,
        Radio(u8),
        Rotate,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0_u16..120).prop_map(Step::Wait),
            6 => any::<bool>().prop_map(Step::Reserve),
            6 => (any::<u8>(), any::<bool>()).prop_map(|(n, radio)| Step::Charge(n, radio)),
            1 => Just(Step::Release),
            1 => any::<u8>().prop_map(Step::Radio),
            1 => Just(Step::Rotate),
        ]
    }

    fn class(radio: bool) -> Class {
        if radio { Class::Radio } else { Class::Other }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn no_order_of_steps_exceeds_a_window(steps in prop::collection::vec(step(), 1..300)) {
            let mut budget = Budget::new(at(0), BUDGET_TOTAL);
            let mut now = at(0);
            let mut grants = Vec::new();
            // A model of its own: when each digest was charged, and whether it still is one of the eight.
            let mut log: Vec<(Duration, u8, bool)> = Vec::new();
            let mut epoch_start = 0;
            for step in steps {
                match step {
                    Step::Wait(seconds) => now += at(u64::from(seconds)),
                    Step::Reserve(radio) => grants.extend(budget.reserve(class(radio), now)),
                    Step::Charge(n, radio) => if let Some(grant) = grants.pop() {
                        let fresh = !log[epoch_start..].iter().any(|&(_, d, _)| d == n);
                        if budget.charge(digest(n), grant, class(radio), now).is_ok() && fresh {
                            log.push((now, n, !radio));
                        }
                    },
                    Step::Release => if let Some(grant) = grants.pop() { budget.release(grant) },
                    Step::Radio(n) => {
                        budget.heard_by_radio(&digest(n), now);
                        for entry in log[epoch_start..].iter_mut().filter(|entry| entry.1 == n) { entry.2 = false; }
                    }
                    Step::Rotate => { budget.forget_digests(); grants.clear(); epoch_start = log.len(); }
                }
                let window = now.as_secs() / 600;
                let used: Vec<_> = log.iter().filter(|entry| entry.0.as_secs() / 600 == window).collect();
                let into = now.as_secs() % 600;
                prop_assert!(used.len() as u64 <= (8 + into / 35).min(24));
                prop_assert!(used.iter().filter(|entry| entry.2).count() <= 8);
            }
        }
    }
}
