//! One device: the engine, and what its shell keeps.

use sighej_crypto::{InterestSet, Token};
use sighej_engine::{Config, Engine, RadioAddress};

use crate::{dice::Dice, interests::Ranks, people::Person, radio::Platform};

/// A device and its owner.
pub struct Device {
    /// None before its owner arrives, after they leave, and while its program does not run.
    pub engine: Option<Box<Engine>>,
    /// How the engine is set when it starts.
    pub config: Config,
    /// Whose it is.
    pub person: Person,
    /// What it is.
    pub platform: Platform,
    /// What its owner likes.
    pub ranks: Ranks,
    /// Whether its owner opens it.
    pub opens: bool,
    /// Whether it keeps to the protocol.
    pub role: Role,
    /// What it shows on the air.
    pub token: Option<Token>,
    pub(super) version_flags: u8,
    pub(super) address: RadioAddress,
    /// How many times its program was started.
    pub(super) life: u32,
    /// How far its clock is ahead, in microseconds.
    pub(super) clock_ahead: i64,
    /// Links up or being dialled.
    pub(super) links: u8,
    /// The links that are up.
    pub(super) wires: Vec<u64>,
    /// The earliest wake-up in the queue; `u64::MAX` for none.
    pub(super) wake_at: u64,
    /// The chance in what it hears.
    pub(super) ear: Dice,
    /// Whether it is on the local network, where that reaches.
    pub(super) has_lan: bool,
    /// Whether it uses the relay.
    pub(super) has_relay: bool,
    /// Its line to the relay.
    pub(super) line: Option<u64>,
    /// On which side of a partition it is.
    pub(super) island: u64,
}

/// Whether a device keeps to the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// It does.
    #[default]
    Honest,
    /// It takes part, with an engine, and for other ends: its own promises are not judged.
    Attacker {
        /// It keeps its last message, where that one is due.
        withholds_tags: bool,
    },
}

impl Device {
    /// Its owner's interests.
    #[must_use]
    pub fn set(&self) -> &InterestSet {
        &self.config.interests
    }

    /// Whether it runs and shows itself.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.token.is_some()
    }

    /// Whether it keeps to the protocol.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        self.role == Role::Honest
    }

    /// Puts it on one side of a partition.
    pub(crate) fn set_island(&mut self, island: u64) {
        self.island = island;
    }

    /// The device that an address belongs to, if that still is its address.
    pub(super) fn of_address(address: RadioAddress) -> u32 {
        (address.0 & 0xffff_ffff) as u32
    }

    /// Under a new token comes a new address.
    pub(super) fn next_address(&mut self, who: u32) {
        let appearance = (self.address.0 >> 32) + 1;
        self.address = RadioAddress(appearance << 32 | u64::from(who));
    }
}
