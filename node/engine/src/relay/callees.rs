//! Who was knocked at by token, and when to try again.

use std::{collections::BTreeMap, time::Duration};

use sighej_crypto::{Token, relay::KnockSent};
use sighej_relay_api::wire::WireId;

use crate::limits;

/// A knock without an answer.
pub(crate) struct Outstanding {
    pub(crate) state: Box<KnockSent>,
    pub(crate) frame: Vec<u8>,
    pub(crate) until: Duration,
}

/// What there was with one token.
#[derive(Default)]
struct Callee {
    knock: Option<(WireId, Outstanding)>,
    tries: u8,
    not_before: Duration,
    over: bool,
}

/// The tokens that were knocked at. As many as peers at most: one more takes the place of one that nothing is outstanding at.
#[derive(Default)]
pub(crate) struct Callees {
    rows: BTreeMap<Token, Callee>,
}

impl Callees {
    /// Knocks without an answer.
    pub(crate) fn outstanding(&self) -> usize {
        self.rows.values().filter(|callee| callee.knock.is_some()).count()
    }

    /// When this token may be knocked at; none where it is knocked at now, or has had enough.
    pub(crate) fn free_at(&self, token: &Token) -> Option<Duration> {
        let Some(callee) = self.rows.get(token) else { return Some(Duration::ZERO) };
        let may = callee.knock.is_none() && !callee.over && callee.tries < limits::RELAY_TRIES;
        may.then_some(callee.not_before)
    }

    pub(crate) fn insert(&mut self, token: Token, id: WireId, knock: Outstanding) {
        if self.rows.len() >= limits::PEERS && !self.rows.contains_key(&token) {
            let idle = self.rows.iter().find(|(_, callee)| callee.knock.is_none()).map(|(token, _)| *token);
            let Some(idle) = idle else { return };
            self.rows.remove(&idle);
        }
        let callee = self.rows.entry(token).or_default();
        callee.tries = callee.tries.saturating_add(1);
        callee.knock = Some((id, knock));
    }

    /// The token knocked at under this id.
    pub(crate) fn by_id(&self, id: WireId) -> Option<Token> {
        let named = |callee: &Callee| callee.knock.as_ref().is_some_and(|(known, _)| *known == id);
        self.rows.iter().find(|(_, callee)| named(callee)).map(|(token, _)| *token)
    }

    pub(crate) fn knock(&self, token: &Token) -> Option<&Outstanding> {
        self.rows.get(token)?.knock.as_ref().map(|(_, knock)| knock)
    }

    /// The knock is answered, or given up; `again` says when there may be another.
    pub(crate) fn end(&mut self, token: &Token, again: Option<Duration>) -> Option<Outstanding> {
        let callee = self.rows.get_mut(token)?;
        match again {
            Some(at) => callee.not_before = callee.not_before.max(at),
            None => callee.over = true,
        }
        callee.knock.take().map(|(_, knock)| knock)
    }

    /// The knocks to say again.
    pub(crate) fn frames(&self) -> Vec<Vec<u8>> {
        let knocks = self.rows.values().filter_map(|callee| callee.knock.as_ref());
        knocks.map(|(_, knock)| knock.frame.clone()).collect()
    }

    /// Those that waited in vain.
    pub(crate) fn late(&self, now: Duration) -> Vec<Token> {
        let late = |callee: &Callee| callee.knock.as_ref().is_some_and(|(_, knock)| knock.until <= now);
        self.rows.iter().filter(|(_, callee)| late(callee)).map(|(token, _)| *token).collect()
    }

    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        self.rows.values().filter_map(|callee| callee.knock.as_ref()).map(|(_, knock)| knock.until).min()
    }
}
