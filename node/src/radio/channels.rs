//! The channels of one link: the engine's names for the numbers that they have on it.

use std::collections::BTreeMap;

use sighej_ble::wire::channel::{Arrival, ChannelError, ChannelKey, ChannelMessage, Channels, Side};
use sighej_engine::ChannelId;

use crate::links::Ids;

/// The open channels of one link, and which numbers were used.
#[derive(Debug)]
pub(super) struct Named {
    numbers: Channels,
    names: BTreeMap<ChannelKey, ChannelId>,
}

impl Named {
    /// For a link on which this device is `us`.
    pub(super) fn new(us: Side) -> Named {
        Named { numbers: Channels::new(us), names: BTreeMap::new() }
    }

    /// This device opens a channel; false where too many are open.
    pub(super) fn open(&mut self, channel: ChannelId) -> bool {
        let key = self.numbers.open().ok();
        key.map(|key| self.names.insert(key, channel)).is_some()
    }

    /// Where a message comes in, and what it does there; `None` where it comes too late.
    pub(super) fn take(
        &mut self,
        message: &ChannelMessage,
        ids: &Ids,
    ) -> Result<Option<(ChannelId, Arrival)>, ChannelError> {
        let key = message.channel;
        let arrival = self.numbers.take(message)?;
        let name = match arrival {
            Arrival::Opened => {
                let name = ids.inbound();
                self.names.insert(key, name);
                Some(name)
            }
            Arrival::Frame => self.names.get(&key).copied(),
            Arrival::Closed => self.names.remove(&key),
            Arrival::Late => None,
        };
        Ok(name.map(|name| (name, arrival)))
    }

    pub(super) fn key(&self, channel: ChannelId) -> Option<ChannelKey> {
        self.names.iter().find(|(_, name)| **name == channel).map(|(key, _)| *key)
    }

    /// This device closes a channel.
    pub(super) fn close(&mut self, channel: ChannelId) {
        if let Some(key) = self.key(channel) {
            self.names.remove(&key);
            self.numbers.close(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use sighej_ble::wire::channel::What;

    use super::*;

    #[test]
    fn a_channel_has_one_name_from_its_first_frame_to_its_close() {
        let (mut named, ids) = (Named::new(Side::Acceptor), Ids::default());
        let key = ChannelKey { opener: Side::Dialler, number: 0 };
        let message = |what| ChannelMessage { channel: key, what };
        let frame = message(What::Frame(vec![1]));
        let (name, arrival) = named.take(&frame, &ids).unwrap().unwrap();
        assert_eq!((arrival, named.key(name)), (Arrival::Opened, Some(key)));
        assert_eq!(named.take(&frame, &ids), Ok(Some((name, Arrival::Frame))));
        assert_eq!(named.take(&message(What::Close), &ids), Ok(Some((name, Arrival::Closed))));
        assert_eq!(named.take(&frame, &ids), Ok(None), "too late");
        assert_eq!(named.key(name), None);
    }

    #[test]
    fn what_this_device_opens_has_the_engines_name() {
        let (mut named, ids) = (Named::new(Side::Dialler), Ids::default());
        let ours = ChannelId::Outbound(7);
        assert!(named.open(ours));
        let answer = ChannelMessage { channel: named.key(ours).unwrap(), what: What::Frame(vec![1]) };
        assert_eq!(named.take(&answer, &ids), Ok(Some((ours, Arrival::Frame))));
        named.close(ours);
        assert_eq!(named.take(&answer, &ids), Ok(None));
    }
}
