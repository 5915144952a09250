//! The channels of one link: the engine's names for them, and the numbers they have on the link.
//!
//! Each side numbers what it opens from 0 upwards and uses no number twice, so that what is still on its way to a channel
//! that was closed is not taken for a new one.

use std::collections::BTreeMap;

use sighej_ble::wire::{ChannelKey, Side};
use sighej_engine::ChannelId;

use super::limits;

/// The open channels of one link.
#[derive(Debug)]
pub(super) struct Channels {
    us: Side,
    open: BTreeMap<ChannelKey, ChannelId>,
    /// The next number of ours; none is left after 255.
    ours: Option<u8>,
    /// The lowest number that the peer has not used.
    theirs: Option<u8>,
}

/// What a key of an incoming message means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// A channel that is open.
    Open(ChannelId),
    /// The peer opens one.
    New,
    /// One that is closed.
    Old,
    /// The peer has too many open.
    TooMany,
}

impl Channels {
    /// For a link on which this device is `us`.
    pub(super) fn new(us: Side) -> Channels {
        Channels { us, open: BTreeMap::new(), ours: Some(0), theirs: Some(0) }
    }

    /// A number for a channel that this device opens; none where they are used up.
    pub(super) fn open(&mut self, channel: ChannelId) -> Option<ChannelKey> {
        let number = self.ours?;
        self.ours = number.checked_add(1);
        let key = ChannelKey { opener: self.us, number };
        self.open.insert(key, channel);
        Some(key)
    }

    pub(super) fn look_up(&self, key: ChannelKey) -> Known {
        if let Some(channel) = self.open.get(&key) {
            return Known::Open(*channel);
        }
        if key.opener == self.us || self.theirs.is_none_or(|theirs| key.number < theirs) {
            return Known::Old;
        }
        let theirs = self.open.keys().filter(|open| open.opener != self.us).count();
        if theirs >= limits::CHANNELS { Known::TooMany } else { Known::New }
    }

    /// The peer has opened a channel that was [`Known::New`].
    pub(super) fn opened(&mut self, key: ChannelKey, channel: ChannelId) {
        self.theirs = key.number.checked_add(1);
        self.open.insert(key, channel);
    }

    pub(super) fn key(&self, channel: ChannelId) -> Option<ChannelKey> {
        self.open.iter().find(|(_, open)| **open == channel).map(|(key, _)| *key)
    }

    pub(super) fn close(&mut self, channel: ChannelId) -> Option<ChannelKey> {
        let key = self.key(channel)?;
        self.open.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theirs(number: u8) -> ChannelKey {
        ChannelKey { opener: Side::Acceptor, number }
    }

    #[test]
    fn a_number_opens_a_channel_once() {
        let mut channels = Channels::new(Side::Dialler);
        assert_eq!(channels.look_up(theirs(0)), Known::New);
        channels.opened(theirs(0), ChannelId::Inbound(7));
        assert_eq!(channels.look_up(theirs(0)), Known::Open(ChannelId::Inbound(7)));
        assert_eq!(channels.close(ChannelId::Inbound(7)), Some(theirs(0)));
        assert_eq!(channels.look_up(theirs(0)), Known::Old);
        assert_eq!(channels.look_up(theirs(1)), Known::New);
    }

    #[test]
    fn a_peer_opens_no_channel_in_our_name() {
        let mut channels = Channels::new(Side::Dialler);
        assert_eq!(channels.look_up(ChannelKey { opener: Side::Dialler, number: 0 }), Known::Old);
        let key = channels.open(ChannelId::Outbound(3)).unwrap();
        assert_eq!(channels.look_up(key), Known::Open(ChannelId::Outbound(3)));
    }

    #[test]
    fn too_many_at_once_and_too_many_in_all_are_refused() {
        let mut channels = Channels::new(Side::Dialler);
        for number in 0..4 {
            channels.opened(theirs(number), ChannelId::Inbound(u64::from(number)));
        }
        assert_eq!(channels.look_up(theirs(4)), Known::TooMany);
        channels.close(ChannelId::Inbound(2));
        channels.opened(theirs(255), ChannelId::Inbound(255));
        channels.close(ChannelId::Inbound(255));
        assert_eq!(channels.look_up(theirs(255)), Known::Old);
        for number in 0..=255_u64 {
            assert!(channels.open(ChannelId::Outbound(number)).is_some());
        }
        assert_eq!(channels.open(ChannelId::Outbound(256)), None);
    }
}
