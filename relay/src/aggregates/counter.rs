//! What is counted.

use std::ops::{Index, IndexMut};

use sighej_matcher::{Event, FailureKind, SessionEnd};
use sighej_relay_api::wire::{Bye, Refusal};

/// Declares the counters: a name in the database and the API, and what it says.
macro_rules! counters {
    ($($variant:ident $name:literal $help:literal,)+) => {
        /// One thing that is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Counter { $(#[doc = $help] $variant,)+ }

        impl Counter {
            /// All of them, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in the database and in the API: once given, it stays.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it says, for people.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)+ }
            }
        }
    };
}

counters! {
    SessionsOpened "sessions_opened" "Sessions that devices opened.",
    SessionsResumed "sessions_resumed" "Sessions that devices came back to.",
    SessionsGoodbye "sessions_goodbye" "Sessions that devices ended.",
    SessionsLost "sessions_lost" "Sessions whose device was lost and did not come back.",
    SessionsEpochOver "sessions_epoch_over" "Sessions that ended with their epoch.",
    SessionsCut "sessions_cut" "Sessions that the relay ended.",
    Knocks "knocks" "Tokens heard on the air and knocked at.",
    Proposals "proposals" "Pairs that were proposed in a room.",
    Introductions "introductions" "Pairs whose two devices both agreed to an exchange.",
    Exchanges "exchanges" "Exchanges that were complete.",
    Matches "matches" "Exchanges with enough in common for a nudge.",
    Nudges "nudges" "Pairs that were nudged, both devices of each.",
    Overlap0 "overlap_0" "Exchanges with nothing in common.",
    Overlap1 "overlap_1" "Exchanges with one interest in common.",
    Overlap2 "overlap_2" "Exchanges with two interests in common.",
    Overlap3 "overlap_3" "Exchanges with three interests in common.",
    Overlap4 "overlap_4" "Exchanges with four interests in common.",
    Overlap5To8 "overlap_5_to_8" "Exchanges with five to eight interests in common.",
    Overlap9To16 "overlap_9_to_16" "Exchanges with nine to sixteen interests in common.",
    Reports "reports" "Reports for the shares of interest.",
    FailedBadRegistration "failed_bad_registration" "Registrations whose proof did not hold.",
    FailedWrongEpoch "failed_wrong_epoch" "Registrations of an epoch that is not now: a clock is wrong.",
    FailedFull "failed_full" "Registrations for which there was no place.",
    FailedIdTaken "failed_id_taken" "Registrations under an id that has as many holders as it may.",
    FailedMalformed "failed_malformed" "Connections that sent bytes which are no message.",
    FailedFlood "failed_flood" "Connections that sent more than they may.",
    FailedSlow "failed_slow" "Connections that did not read what they were sent.",
    FailedIdle "failed_idle" "Connections that did not register, or fell silent.",
    FailedAbsent "failed_absent" "Knocks at a token that nobody is registered under.",
    FailedAlreadyPaired "failed_already_paired" "Knocks at a device that the knocker was paired with before.",
    FailedTooMany "failed_too_many" "Knocks and rooms beyond what a session may have.",
    FailedBusy "failed_busy" "Knocks at a device that has as many waiting as it may.",
    FailedOneSelf "failed_one_self" "Knocks of a device at itself.",
    FailedOutOfTurn "failed_out_of_turn" "Messages where none belongs, or about a pair that is over.",
    FailedBadUpload "failed_bad_upload" "Exchanges with a malformed upload.",
    FailedForgedSeals "failed_forged_seals" "Exchanges in which one of the two lied about what it holds.",
    FailedTooLate "failed_too_late" "Pairs that took too long.",
    FailedOtherLeft "failed_other_left" "Pairs of which one device left before the end.",
}

impl Counter {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The counter with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|counter| counter.name() == name)
    }

    /// What an event adds one to. At most three.
    pub(crate) fn of(event: &Event) -> [Option<Self>; 3] {
        match *event {
            Event::SessionOpened => [Some(Self::SessionsOpened), None, None],
            Event::SessionResumed => [Some(Self::SessionsResumed), None, None],
            Event::SessionClosed(SessionEnd::Goodbye) => [Some(Self::SessionsGoodbye), None, None],
            Event::SessionClosed(SessionEnd::Lost) => [Some(Self::SessionsLost), None, None],
            Event::SessionClosed(SessionEnd::EpochOver) => [Some(Self::SessionsEpochOver), None, None],
            Event::SessionClosed(SessionEnd::Cut(why)) => [Some(Self::SessionsCut), Self::of_bye(why), None],
            Event::Knocked => [Some(Self::Knocks), None, None],
            Event::Proposed => [Some(Self::Proposals), None, None],
            Event::Introduced => [Some(Self::Introductions), None, None],
            Event::Compared { items, matched } => {
                [Some(Self::Exchanges), Some(Self::overlap(items)), matched.then_some(Self::Matches)]
            }
            Event::Nudged => [Some(Self::Nudges), None, None],
            Event::Failed(kind) => [Self::of_failure(kind), None, None],
        }
    }

    fn overlap(items: u8) -> Self {
        match items {
            0 => Self::Overlap0,
            1 => Self::Overlap1,
            2 => Self::Overlap2,
            3 => Self::Overlap3,
            4 => Self::Overlap4,
            5..=8 => Self::Overlap5To8,
            9.. => Self::Overlap9To16,
        }
    }

    fn of_failure(kind: FailureKind) -> Option<Self> {
        match kind {
            FailureKind::Registration(why) => Self::of_bye(why),
            FailureKind::Refused(Refusal::Absent) => Some(Self::FailedAbsent),
            FailureKind::Refused(Refusal::AlreadyPaired) => Some(Self::FailedAlreadyPaired),
            FailureKind::Refused(Refusal::TooMany) => Some(Self::FailedTooMany),
            FailureKind::Refused(Refusal::Busy) => Some(Self::FailedBusy),
            FailureKind::Refused(Refusal::OneSelf) => Some(Self::FailedOneSelf),
            FailureKind::OutOfTurn => Some(Self::FailedOutOfTurn),
            FailureKind::BadUpload => Some(Self::FailedBadUpload),
            FailureKind::ForgedSeals => Some(Self::FailedForgedSeals),
            FailureKind::TooLate => Some(Self::FailedTooLate),
            FailureKind::OtherLeft => Some(Self::FailedOtherLeft),
            FailureKind::Slow => Some(Self::FailedSlow),
            FailureKind::Silent => Some(Self::FailedIdle),
        }
    }

    /// The failure behind a last word; none where nothing failed.
    fn of_bye(why: Bye) -> Option<Self> {
        match why {
            Bye::Restart | Bye::EpochOver | Bye::Replaced => None,
            Bye::Malformed => Some(Self::FailedMalformed),
            Bye::BadRegistration => Some(Self::FailedBadRegistration),
            Bye::WrongEpoch => Some(Self::FailedWrongEpoch),
            Bye::Flood => Some(Self::FailedFlood),
            Bye::Slow => Some(Self::FailedSlow),
            Bye::Full => Some(Self::FailedFull),
            Bye::IdTaken => Some(Self::FailedIdTaken),
            Bye::Idle => Some(Self::FailedIdle),
        }
    }
}

/// A number for each counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts([u64; Counter::COUNT]);

impl Counts {
    /// Nothing.
    pub const NONE: Self = Self([0; Counter::COUNT]);

    /// Each counter with its number.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, u64)> {
        Counter::ALL.iter().copied().zip(self.0)
    }

    /// Those that are not 0.
    pub(crate) fn some(&self) -> impl Iterator<Item = (Counter, u64)> {
        self.iter().filter(|(_, count)| *count > 0)
    }

    /// Whether all are 0.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// Adds; a number that would overflow stays at its greatest.
    pub(crate) fn add(&mut self, other: &Self) {
        for (to, from) in self.0.iter_mut().zip(other.0) {
            *to = to.saturating_add(from);
        }
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "a counter's discriminant is its place, and there is a place for each"
)]
impl Index<Counter> for Counts {
    type Output = u64;

    fn index(&self, counter: Counter) -> &u64 {
        &self.0[counter as usize]
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "a counter's discriminant is its place, and there is a place for each"
)]
impl IndexMut<Counter> for Counts {
    fn index_mut(&mut self, counter: Counter) -> &mut u64 {
        &mut self.0[counter as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_stand_for_themselves() {
        for (place, counter) in Counter::ALL.iter().enumerate() {
            assert_eq!((Counter::named(counter.name()), *counter as usize), (Some(*counter), place));
            assert!(counter.name().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')));
        }
        assert_eq!(Counter::named("rust"), None);
    }

    #[test]
    fn an_exchange_counts_by_its_overlap_and_whether_it_was_enough() {
        let compared = |items, matched| Counter::of(&Event::Compared { items, matched });
        assert_eq!(compared(0, false), [Some(Counter::Exchanges), Some(Counter::Overlap0), None]);
        assert_eq!(
            compared(1, true),
            [Some(Counter::Exchanges), Some(Counter::Overlap1), Some(Counter::Matches)]
        );
        assert_eq!(compared(8, false)[1], Some(Counter::Overlap5To8));
        assert_eq!(compared(16, false)[1], Some(Counter::Overlap9To16));
    }

    #[test]
    fn a_session_that_was_cut_counts_with_its_reason_and_one_replaced_is_no_failure() {
        let cut = |why| Counter::of(&Event::SessionClosed(SessionEnd::Cut(why)));
        assert_eq!(cut(Bye::Slow), [Some(Counter::SessionsCut), Some(Counter::FailedSlow), None]);
        assert_eq!(cut(Bye::Replaced), [Some(Counter::SessionsCut), None, None]);
    }
}
