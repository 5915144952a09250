//! What becomes due, in order: one entry for each session, each search and each pair.

use std::{collections::BTreeSet, time::Duration};

use crate::{pair::PairKey, session::SessionKey};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// The session is over.
    Session(SessionKey),
    /// The session may be proposed to somebody.
    Search(SessionKey),
    /// The pair has taken too long.
    Pair(PairKey),
}

/// The table. Whoever moves a deadline removes the entry before: its owner remembers when it is.
#[derive(Default)]
pub(crate) struct Deadlines {
    rows: BTreeSet<(Duration, Due)>,
}

impl Deadlines {
    pub(crate) fn insert(&mut self, at: Duration, due: Due) {
        self.rows.insert((at, due));
    }

    pub(crate) fn remove(&mut self, at: Duration, due: Due) {
        self.rows.remove(&(at, due));
    }

    pub(crate) fn shift(&mut self, from: Duration, to: Duration, due: Due) {
        self.remove(from, due);
        self.insert(to, due);
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.rows.first().map(|(at, _)| *at)
    }

    /// The next that is due by now, out of the table.
    pub(crate) fn pop(&mut self, now: Duration) -> Option<Due> {
        let (at, _) = self.rows.first()?;
        if *at <= now { self.rows.pop_first().map(|(_, due)| due) } else { None }
    }
}
