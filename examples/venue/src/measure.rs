//! What a run is counted by.

use std::collections::BTreeMap;

use sighej_engine::Failure;

use crate::{hall::Point, people::SECOND, world::LOOK};

/// Two that share an interest count as having been together after so long in range of each other, all in all.
pub const TOGETHER: u64 = 180 * SECOND;

/// All accounts.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    /// One for each device.
    pub accounts: Vec<Account>,
    /// How exchanges failed, in words.
    pub failures: BTreeMap<String, u64>,
    /// Where and when people were nudged.
    pub nudges: Vec<NudgeAt>,
}

/// One device's account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Those with a higher number who share an interest, and were in range while both were open.
    pub pairs: BTreeMap<u32, Pair>,
    /// Exchanges that it began.
    pub began: u32,
    /// Exchanges that ended for it.
    pub ended: u32,
    /// Bytes that it sent in exchanges, with the headers of packets.
    pub bytes: u64,
    /// Nudges that it showed.
    pub nudges: u32,
}

/// Two that share an interest and were in range.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// When first, in seconds.
    pub first_s: u32,
    /// For how many looks.
    pub looks: u16,
    /// When one of them was first told of the other, in seconds; [`NEVER`].
    pub nudged_s: u32,
}

/// A time that never came.
pub const NEVER: u32 = u32::MAX;

/// A nudge on the map.
#[derive(Clone, Copy, Debug)]
pub struct NudgeAt {
    /// Seconds from the start.
    pub at_s: u32,
    /// Where the nudged stood.
    pub place: Point,
}

impl Pair {
    /// Whether they were together for long enough that a nudge was due.
    #[must_use]
    pub fn is_due(&self) -> bool {
        u64::from(self.looks) * LOOK >= TOGETHER
    }

    /// Whether one was told of the other.
    #[must_use]
    pub fn is_nudged(&self) -> bool {
        self.nudged_s != NEVER
    }
}

impl Measure {
    /// One device more.
    pub fn invite(&mut self) {
        self.accounts.push(Account::default());
    }

    /// Two that share an interest were in range for one look more. `pairs` is the account of the lower number.
    pub fn in_range(pairs: &mut BTreeMap<u32, Pair>, high: u32, now: u64) {
        let new = Pair { first_s: (now / SECOND) as u32, looks: 0, nudged_s: NEVER };
        let pair = pairs.entry(high).or_insert(new);
        pair.looks = pair.looks.saturating_add(1);
    }

    /// A device opened an exchange.
    pub fn began(&mut self, who: u32) {
        self.accounts[who as usize].began += 1;
    }

    /// A device sent so much.
    pub fn sent(&mut self, who: u32, bytes: u64) {
        self.accounts[who as usize].bytes += bytes;
    }

    /// An exchange ended for a device.
    pub fn ended(&mut self, (me, peer): (u32, u32), is_nudge: bool, now: u64, place: Point) {
        let at_s = (now / SECOND) as u32;
        let account = &mut self.accounts[me as usize];
        account.ended += 1;
        if is_nudge {
            account.nudges += 1;
            self.nudges.push(NudgeAt { at_s, place });
            if let Some(pair) = self.accounts[me.min(peer) as usize].pairs.get_mut(&me.max(peer)) {
                pair.nudged_s = pair.nudged_s.min(at_s);
            }
        }
    }

    /// An exchange came to nothing, for this reason.
    pub fn failed(&mut self, reason: Failure) {
        *self.failures.entry(reason.to_string()).or_default() += 1;
    }

    /// Everybody's pairs: both numbers, and the pair.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32, Pair)> {
        (0..)
            .zip(&self.accounts)
            .flat_map(|(low, account)| account.pairs.iter().map(move |(high, pair)| (low, *high, *pair)))
    }
}
