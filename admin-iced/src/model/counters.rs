//! Which of the relay's counters are shown where, by the names that they have in its API.

use std::collections::BTreeMap;

use sighej_relay_api::admin::SESSIONS_OPEN;

use crate::words::{Lang, Word};

/// What the last hour is read of.
pub(crate) const HOUR: [&str; 6] = [SESSIONS_OPEN, "knocks", "proposals", "exchanges", "matches", "nudges"];

/// What failures' names begin with.
pub(crate) const FAILED: &str = "failed_";

/// One of the lines that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Measure {
    /// The most sessions that were open at once.
    Sessions,
    /// Knocks at a token that was heard, and proposals in a room.
    Pings,
    /// Complete exchanges.
    Exchanges,
    /// Exchanges with enough in common.
    Matches,
    /// Pairs that were nudged.
    Nudges,
}

impl Measure {
    pub(crate) const ALL: [Self; 5] =
        [Self::Sessions, Self::Pings, Self::Exchanges, Self::Matches, Self::Nudges];

    /// The counters that it is the sum of.
    pub(crate) fn counters(self) -> &'static [&'static str] {
        match self {
            Self::Sessions => &[SESSIONS_OPEN],
            Self::Pings => &["knocks", "proposals"],
            Self::Exchanges => &["exchanges"],
            Self::Matches => &["matches"],
            Self::Nudges => &["nudges"],
        }
    }

    pub(crate) fn word(self) -> Word {
        match self {
            Self::Sessions => Word::OpenSessions,
            Self::Pings => Word::Pings,
            Self::Exchanges => Word::Exchanges,
            Self::Matches => Word::Matches,
            Self::Nudges => Word::Nudges,
        }
    }

    /// What it is, in a sentence.
    pub(crate) fn explained(self) -> Word {
        match self {
            Self::Sessions => Word::OpenSessionsMeans,
            Self::Pings => Word::PingsMeans,
            Self::Exchanges => Word::ExchangesMeans,
            Self::Matches => Word::MatchesMeans,
            Self::Nudges => Word::NudgesMeans,
        }
    }

    /// Its number in a map of counts.
    pub(crate) fn of(self, counts: &BTreeMap<String, u64>) -> u64 {
        self.counters().iter().map(|name| counts.get(*name).copied().unwrap_or(0)).sum()
    }

    /// Its numbers in a map of series.
    pub(crate) fn series(self, series: &BTreeMap<String, Vec<u64>>) -> Vec<u64> {
        let mut sum: Vec<u64> = Vec::new();
        for values in self.counters().iter().filter_map(|name| series.get(*name)) {
            sum.resize(sum.len().max(values.len()), 0);
            for (to, from) in sum.iter_mut().zip(values) {
                *to = to.saturating_add(*from);
            }
        }
        sum
    }
}

/// What a failure is called: its own words where this program has some, else the relay's.
pub(crate) fn failure(name: &str, meaning: &BTreeMap<String, String>, lang: Lang) -> String {
    let word = match name {
        "failed_bad_registration" => Word::FailedBadRegistration,
        "failed_wrong_epoch" => Word::FailedWrongEpoch,
        "failed_full" => Word::FailedFull,
        "failed_id_taken" => Word::FailedIdTaken,
        "failed_malformed" => Word::FailedMalformed,
        "failed_flood" => Word::FailedFlood,
        "failed_slow" => Word::FailedSlow,
        "failed_idle" => Word::FailedIdle,
        "failed_absent" => Word::FailedAbsent,
        "failed_already_paired" => Word::FailedAlreadyPaired,
        "failed_too_many" => Word::FailedTooMany,
        "failed_busy" => Word::FailedBusy,
        "failed_one_self" => Word::FailedOneSelf,
        "failed_out_of_turn" => Word::FailedOutOfTurn,
        "failed_bad_upload" => Word::FailedBadUpload,
        "failed_forged_seals" => Word::FailedForgedSeals,
        "failed_too_late" => Word::FailedTooLate,
        "failed_other_left" => Word::FailedOtherLeft,
        _ => return meaning.get(name).cloned().unwrap_or_else(|| name.to_owned()),
    };
    lang.say(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_the_sum_of_its_counters_and_what_is_not_there_is_nothing() {
        let counts = BTreeMap::from([("knocks".to_owned(), 5), ("proposals".to_owned(), 7)]);
        assert_eq!((Measure::Pings.of(&counts), Measure::Nudges.of(&counts)), (12, 0));
        let series =
            BTreeMap::from([("knocks".to_owned(), vec![1, 2]), ("proposals".to_owned(), vec![3, 4, 5])]);
        assert_eq!(Measure::Pings.series(&series), [4, 6, 5]);
        assert!(Measure::Nudges.series(&series).is_empty());
    }

    #[test]
    fn a_failure_that_this_program_does_not_know_is_told_in_the_relays_words() {
        let meaning = BTreeMap::from([("failed_new".to_owned(), "Something new.".to_owned())]);
        assert_eq!(failure("failed_new", &meaning, Lang::Da), "Something new.");
        assert_eq!(failure("failed_unheard_of", &meaning, Lang::Da), "failed_unheard_of");
        assert_ne!(failure("failed_slow", &meaning, Lang::En), failure("failed_slow", &meaning, Lang::Da));
    }
}
