//! Which counts may be shown: none by itself that is small.
//!
//! A count waits until it and what came after it are [`WITHHOLD_BELOW`] or more; then all of them are shown together,
//! with the time at which they became so many. So everything that is ever shown is a sum of sums that are each large
//! enough, over minutes, hours and days alike, and no two of them can be subtracted to give a small one. Nothing is lost
//! to the totals but what still waits.

use super::counter::Counts;

/// The smallest count that is shown, by default.
pub const WITHHOLD_BELOW: u64 = 5;

/// Of the counts that wait, those that may be shown now.
pub(crate) fn ripe(waiting: &Counts, withhold_below: u64) -> Counts {
    let mut ripe = Counts::NONE;
    for (counter, count) in waiting.some().filter(|(_, count)| *count >= withhold_below) {
        ripe[counter] = count;
    }
    ripe
}

/// How many of something there are, as it may be shown: in steps, so that nobody is seen to come or go.
pub(crate) fn in_steps(number: u64, withhold_below: u64) -> u64 {
    number - number % withhold_below.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregates::Counter;

    proptest! {
        #[test]
        fn nothing_small_is_shown_and_nothing_is_lost(
            arrivals in proptest::collection::vec(0_u64..4, 1..200),
            withhold_below in 1_u64..10,
        ) {
            let (mut waiting, mut shown, mut total) = (Counts::NONE, 0, 0);
            for arrived in arrivals {
                waiting[Counter::Nudges] += arrived;
                total += arrived;
                let ripe = ripe(&waiting, withhold_below)[Counter::Nudges];
                prop_assert!(ripe == 0 || ripe >= withhold_below);
                waiting[Counter::Nudges] -= ripe;
                shown += ripe;
            }
            prop_assert_eq!(shown + waiting[Counter::Nudges], total);
            prop_assert!(waiting[Counter::Nudges] < withhold_below);
        }

        #[test]
        fn a_level_moves_in_steps(number: u64, withhold_below in 0_u64..100) {
            let shown = in_steps(number, withhold_below);
            prop_assert!(shown <= number && number - shown < withhold_below.max(1));
            prop_assert!(withhold_below == 0 || shown.is_multiple_of(withhold_below));
        }
    }
}
