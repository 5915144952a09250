//! What is known of each digest that authenticated in this epoch: its evaluation, its schedule, its sins.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::{Digest, Evaluation, Token};

use crate::{Failure, entropy::Entropy, limits, time::Moment};

/// One digest.
pub(crate) struct Record {
    /// What was sent once and is sent again, at no charge. With the last exchange it goes: it is most of a record.
    pub(crate) evaluation: Option<Evaluation>,
    /// The peer evaluated our commitment: it has charged us, and serves us even when spent.
    pub(crate) has_charged_us: bool,
    /// An exchange was concluded under an open gate.
    pub(crate) looked: bool,
    /// The attendee was nudged.
    pub(crate) nudged: bool,
    /// The attendee blocked it.
    pub(crate) blocked: bool,
    opened_by_us: Option<bool>,
    first_answer: Option<Moment>,
    last_answer: Moment,
    completed: u8,
    relay_tries: u8,
    /// By so many milliseconds repeats come later.
    jitter: [u16; 2],
    invalid: u8,
    ended: bool,
    late_aborts: u8,
    touched: Moment,
}

/// When the next exchange with a digest is due, and which of the schedule it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// The first contact: in the order of tokens.
    First,
    /// A repeat, by whoever opened the first; the other side's turn comes later.
    Repeat {
        turn: u8,
        at: Duration,
    },
    Never,
}

impl Record {
    fn new(entropy: &mut Entropy, now: Duration) -> Self {
        let mut jitter = || {
            let jitter = entropy.between((Duration::ZERO, limits::REPEAT_JITTER));
            u16::try_from(jitter.as_millis()).unwrap_or(u16::MAX)
        };
        Self {
            evaluation: None,
            has_charged_us: false,
            looked: false,
            nudged: false,
            blocked: false,
            opened_by_us: None,
            first_answer: None,
            last_answer: now.into(),
            completed: 0,
            relay_tries: 0,
            jitter: [jitter(), jitter()],
            invalid: 0,
            ended: false,
            late_aborts: 0,
            touched: now.into(),
        }
    }

    /// Message 4 was sent or read: the schedule counts from here until an exchange is completed.
    pub(crate) fn answered(&mut self, by_us: bool, now: Duration) {
        if self.completed == 0 {
            self.first_answer = Some(now.into());
        }
        self.opened_by_us.get_or_insert(by_us);
        self.last_answer = now.into();
    }

    pub(crate) fn completed(&mut self) {
        self.completed = self.completed.saturating_add(1);
        self.drop_unneeded();
    }

    pub(crate) fn has_completed(&self) -> bool {
        self.completed > 0
    }

    /// A pairing through the relay begins; false where there were enough.
    pub(crate) fn try_relay(&mut self) -> bool {
        let may = self.relay_tries < limits::RELAY_TRIES;
        self.relay_tries = self.relay_tries.saturating_add(1);
        may
    }

    /// No further exchange, and why.
    pub(crate) fn refusal(&self) -> Option<Failure> {
        self.refusal_beside(0)
    }

    /// The same, where so many are under way on another path.
    pub(crate) fn refusal_beside(&self, others: usize) -> Option<Failure> {
        if self.ended {
            Some(Failure::Ended)
        } else if usize::from(self.completed) + others >= usize::from(limits::COMPLETED) {
            Some(Failure::Exhausted)
        } else {
            None
        }
    }

    pub(crate) fn due(&self) -> Due {
        let Some(first) = self.first_answer.filter(|_| self.refusal().is_none()) else {
            return if self.refusal().is_none() { Due::First } else { Due::Never };
        };
        for (turn, jitter) in (1_u8..).zip(self.jitter) {
            let at = Duration::from(first) + limits::REPEAT * u32::from(turn);
            if Duration::from(self.last_answer) + limits::REPEAT_SLACK < at {
                let fallback = match self.opened_by_us {
                    Some(true) => Duration::ZERO,
                    Some(false) | None => limits::REPEAT_JITTER + limits::REPEAT_FALLBACK,
                };
                return Due::Repeat { turn, at: at + Duration::from_millis(jitter.into()) + fallback };
            }
        }
        Due::Never
    }

    /// An invalid message after authentication.
    pub(crate) fn sinned(&mut self, bad_proof: bool) {
        self.invalid = self.invalid.saturating_add(1);
        self.ended |= bad_proof || self.invalid >= limits::INVALID_MESSAGES;
        self.drop_unneeded();
    }

    fn drop_unneeded(&mut self) {
        if self.refusal().is_some() {
            self.evaluation = None;
        }
    }

    /// It took message 4 and kept its own tags.
    pub(crate) fn aborted_late(&mut self) {
        self.late_aborts = self.late_aborts.saturating_add(1);
    }

    pub(crate) fn is_late_aborter(&self) -> bool {
        self.late_aborts >= limits::LATE_ABORTS
    }
}

/// The records of an epoch. Their bound is [`limits::DIGESTS`].
#[derive(Default)]
pub(crate) struct Ledger {
    rows: BTreeMap<Digest, Record>,
}

impl Ledger {
    pub(crate) fn get(&self, digest: &Digest) -> Option<&Record> {
        self.rows.get(digest)
    }

    pub(crate) fn get_mut(&mut self, digest: &Digest) -> Option<&mut Record> {
        self.rows.get_mut(digest)
    }

    /// The digests with their records, ascending, and so by token.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Digest, &Record)> {
        self.rows.iter()
    }

    /// The digest that authenticated under a token. There is never a second one.
    pub(crate) fn by_token(&self, token: &Token) -> Option<(&Digest, &Record)> {
        let mut lowest = [0; 32];
        lowest[..Token::LEN].copy_from_slice(token.as_bytes());
        self.rows.range(Digest::from_bytes(lowest)..).next().filter(|(digest, _)| digest.token() == *token)
    }

    /// A digest has authenticated: its record, unless the token is another's. `keep` says which others must stay.
    pub(crate) fn bind(
        &mut self,
        digest: Digest,
        entropy: &mut Entropy,
        now: Duration,
        keep: impl Fn(&Digest) -> bool,
    ) -> Result<&mut Record, Failure> {
        if self.by_token(&digest.token()).is_some_and(|(bound, _)| *bound != digest) {
            return Err(Failure::TokenTaken);
        }
        if self.rows.len() >= limits::DIGESTS && !self.rows.contains_key(&digest) {
            let movable =
                self.rows.iter().filter(|(digest, record)| !keep(digest) && !record.ended && !record.blocked);
            let idle = movable.min_by_key(|(_, record)| record.touched).map(|(digest, _)| *digest);
            self.rows.remove(&idle.ok_or(Failure::Busy)?);
        }
        let record = self.rows.entry(digest).or_insert_with(|| Record::new(entropy, now));
        record.touched = now.into();
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn record() -> Record {
        Record::new(&mut Entropy::new(&[1; 32]), at(0))
    }

    fn digest(n: u32) -> Digest {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        Digest::from_bytes(bytes)
    }

    fn repeat(due: Due) -> (u8, u64) {
        let Due::Repeat { turn, at } = due else { panic!("no repeat: {due:?}") };
        (turn, at.as_secs())
    }

    #[test]
    fn repeats_come_after_three_and_six_minutes_and_then_never() {
        let mut record = record();
        assert_eq!(record.due(), Due::First);
        record.answered(true, at(100));
        record.completed();
        let (turn, due) = repeat(record.due());
        assert!(turn == 1 && (280..300).contains(&due));
        record.answered(true, at(290));
        record.completed();
        let (turn, due) = repeat(record.due());
        assert!(turn == 2 && (460..480).contains(&due));
        record.answered(true, at(470));
        record.completed();
        assert_eq!(record.due(), Due::Never);
        assert_eq!(record.refusal(), Some(Failure::Exhausted));
    }

    #[test]
    fn the_other_side_starts_30_seconds_after_the_first_could_have() {
        let mut record = record();
        record.answered(false, at(100));
        let (turn, due) = repeat(record.due());
        assert!(turn == 1 && (330..350).contains(&due), "{due}");
    }

    #[test]
    fn a_repeat_that_never_came_gives_way_to_the_second() {
        let mut record = record();
        record.answered(true, at(0));
        record.completed();
        record.answered(true, at(310));
        assert_eq!(record.due(), Due::Never, "an exchange just before the second repeat stands for it");
    }

    #[test]
    fn a_false_proof_ends_a_digest_at_once_and_other_sins_at_the_third() {
        let mut liar = record();
        liar.sinned(true);
        assert_eq!((liar.refusal(), liar.due()), (Some(Failure::Ended), Due::Never));
        let mut clumsy = record();
        clumsy.sinned(false);
        clumsy.sinned(false);
        assert_eq!(clumsy.refusal(), None);
        clumsy.sinned(false);
        assert_eq!(clumsy.refusal(), Some(Failure::Ended));
    }

    #[test]
    fn a_token_is_bound_to_the_first_digest_that_authenticated() {
        let (mut ledger, mut entropy) = (Ledger::default(), Entropy::new(&[1; 32]));
        let mut other = *digest(5).as_bytes();
        other[31] = 1;
        let other = Digest::from_bytes(other);
        assert!(ledger.bind(other, &mut entropy, at(0), |_| false).is_ok());
        assert_eq!(ledger.bind(digest(5), &mut entropy, at(0), |_| false).err(), Some(Failure::TokenTaken));
        assert!(ledger.bind(other, &mut entropy, at(1), |_| false).is_ok());
        assert_eq!(ledger.by_token(&digest(5).token()).map(|(d, _)| *d), Some(other));
        assert!(ledger.by_token(&digest(6).token()).is_none());
    }

    #[test]
    fn the_ledger_keeps_its_bound_and_those_that_must_stay() {
        let (mut ledger, mut entropy) = (Ledger::default(), Entropy::new(&[1; 32]));
        for n in 0..limits::DIGESTS as u32 + 10 {
            assert!(ledger.bind(digest(n), &mut entropy, at(u64::from(n)), |d| *d == digest(0)).is_ok());
        }
        assert_eq!(ledger.rows.len(), limits::DIGESTS);
        assert!(ledger.get(&digest(0)).is_some() && ledger.get(&digest(1)).is_none());
        assert_eq!(ledger.bind(digest(9_999), &mut entropy, at(0), |_| true).err(), Some(Failure::Busy));
    }
}
