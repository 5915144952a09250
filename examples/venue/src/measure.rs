//! What a run is counted by.

use std::collections::BTreeMap;

use sighej_engine::{Failure, Nudge, Reach, Transport};

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

/// How a nudge came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Over a link of the radio.
    Direct,
    /// Over the local network.
    Lan,
    /// Over one neighbour.
    OneHop,
    /// Over more than one.
    FurtherHops,
    /// Through the relay.
    Relay,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Direct, Self::Lan, Self::OneHop, Self::FurtherHops, Self::Relay];

    /// A nudge's.
    #[must_use]
    pub fn of(nudge: &Nudge) -> Self {
        match (nudge.reach, nudge.transport) {
            (Reach::Relay, _) => Self::Relay,
            (Reach::Hops(1), _) => Self::OneHop,
            (Reach::Hops(_), _) => Self::FurtherHops,
            (Reach::InRange, Transport::Lan) => Self::Lan,
            (Reach::InRange, Transport::Ble | Transport::Relay | Transport::Mesh) => Self::Direct,
        }
    }

    /// What results call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Lan => "lan",
            Self::OneHop => "one_hop",
            Self::FurtherHops => "further_hops",
            Self::Relay => "relay",
        }
    }
}

/// How an exchange ended for one side, as far as it is counted.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// How the nudge came about, where there was one.
    pub way: Option<Way>,
    /// When, in microseconds.
    pub at: u64,
    /// Where its owner stood.
    pub place: Point,
}

/// One device's account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Those with a higher number who share an interest, and were in range while both were open.
    pub pairs: Pairs,
    /// Exchanges that it began.
    pub began: u32,
    /// Exchanges that ended for it.
    pub ended: u32,
    /// Bytes that it sent in exchanges, with the headers of packets.
    pub bytes: u64,
    /// Bytes that it sent to neighbours of the mesh: of its own exchanges, of others', and of who is reached through it.
    pub passed: u64,
    /// Nudges that it showed.
    pub nudges: u32,
}

/// Pairs of one device, ascending by the other's number.
#[derive(Clone, Debug, Default)]
pub struct Pairs(Vec<(u32, Pair)>);

impl Pairs {
    /// Two that share an interest were in range for one look more.
    pub fn in_range(&mut self, other: u32, now: u64) {
        let place = self.place(other).unwrap_or_else(|place| {
            // By a few at a time: there are thousands of such tables.
            if self.0.len() == self.0.capacity() {
                self.0.reserve_exact(GROWTH);
            }
            let new = Pair { first_s: (now / SECOND) as u32, looks: 0, nudged_s: NEVER };
            self.0.insert(place, (other, new));
            place
        });
        let (_, pair) = &mut self.0[place];
        pair.looks = pair.looks.saturating_add(1);
    }

    fn get_mut(&mut self, other: u32) -> Option<&mut Pair> {
        self.place(other).ok().map(|place| &mut self.0[place].1)
    }

    fn place(&self, other: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&other, |(other, _)| *other)
    }
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

/// For how many more pairs there is room when there is none.
const GROWTH: usize = 32;

/// A time that never came.
pub const NEVER: u32 = u32::MAX;

/// A nudge on the map.
#[derive(Clone, Copy, Debug)]
pub struct NudgeAt {
    /// Seconds from the start.
    pub at_s: u32,
    /// Where the nudged stood.
    pub place: Point,
    /// How it came about.
    pub way: Way,
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

    /// A device opened an exchange.
    pub fn began(&mut self, who: u32) {
        self.accounts[who as usize].began += 1;
    }

    /// A device sent so much.
    pub fn sent(&mut self, who: u32, bytes: u64) {
        self.accounts[who as usize].bytes += bytes;
    }

    /// A device sent so much to a neighbour of the mesh.
    pub fn passed(&mut self, who: u32, bytes: u64) {
        self.accounts[who as usize].passed += bytes;
    }

    /// An exchange ended for a device.
    pub fn ended(&mut self, (me, peer): (u32, u32), ending: &Ending) {
        let Ending { way, at, place } = *ending;
        let at_s = (at / SECOND) as u32;
        let account = &mut self.accounts[me as usize];
        account.ended += 1;
        if let Some(way) = way {
            account.nudges += 1;
            self.nudges.push(NudgeAt { at_s, place, way });
            if let Some(pair) = self.accounts[me.min(peer) as usize].pairs.get_mut(me.max(peer)) {
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
            .flat_map(|(low, account)| account.pairs.0.iter().map(move |(high, pair)| (low, *high, *pair)))
    }
}
