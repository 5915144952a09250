//! Frames for tokens out of direct reach travel over neighbours (specification, section 17): who is reached through whom,
//! and the paths of exchanges. A state machine inside the engine's: frames and links in, [`Effect`]s out.
//!
//! A forwarder decides nothing about an exchange and understands nothing of it. What it passes on are tokens, which are on
//! the air anyway, and the bytes of a Noise session between two others.

mod frame;
mod neighbour;
mod pace;
mod paths;
mod routes;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use sighej_crypto::Token;

use crate::{ChannelId, Failure, LinkId, limits, time::Moment, wire::Presence};

pub use frame::MESH_FRAME_LEN;
pub(crate) use frame::{Conversation, Frame};
pub(crate) use neighbour::Medium;

use neighbour::Neighbour;
use paths::{Path, Paths};

/// What follows from a frame, in order.
pub(crate) enum Effect {
    /// Send this to a neighbour.
    Send { link: LinkId, bytes: Vec<u8> },
    /// Somebody opens an exchange with this device. Taken in by [`Mesh::adopt`], or refused by [`Mesh::refuse`].
    Opened { caller: Caller, message: Vec<u8> },
    /// A message of one's own exchange.
    Message { channel: ChannelId, bytes: Vec<u8> },
    /// One's own exchange was ended by the other, or on the way.
    Ended { channel: ChannelId },
}

/// Who opens an exchange, and by which way.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) link: LinkId,
    pub(crate) token: Token,
    pub(crate) hops: u8,
    conversation: Conversation,
}

/// The mesh as one device sees it in one epoch.
pub(crate) struct Mesh {
    me: Token,
    max_hops: u8,
    neighbours: BTreeMap<LinkId, Neighbour>,
    paths: Paths,
    /// One's own exchanges.
    own: BTreeMap<ChannelId, (LinkId, Conversation)>,
    effects: VecDeque<Effect>,
    /// Neighbours may have to be told something.
    stale: bool,
    /// When one may be that was told something a moment ago.
    tell_at: Option<Moment>,
    /// Who is reached through others has changed.
    changed: bool,
}

impl Mesh {
    /// With `max_hops` of 0 it takes part in nothing.
    pub(crate) fn new(me: Token, max_hops: u8) -> Self {
        Self {
            me,
            max_hops,
            neighbours: BTreeMap::new(),
            paths: Paths::default(),
            own: BTreeMap::new(),
            effects: VecDeque::new(),
            stale: false,
            tell_at: None,
            changed: false,
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.max_hops > 0
    }

    /// The device at the other end of a link takes part; or it says so again, with other flags. A token that two links
    /// show is one neighbour by each.
    pub(crate) fn join(&mut self, link: LinkId, medium: Medium, presence: Presence, now: Duration) {
        if !self.is_on() {
            return;
        }
        let neighbour = self.neighbours.entry(link).or_insert_with(|| Neighbour::new(medium, presence, now));
        neighbour.presence = presence;
        self.stale = true;
    }

    /// A link is gone. The paths over it are ended at their other side.
    pub(crate) fn leave(&mut self, link: LinkId) {
        self.own.retain(|_, (via, _)| *via != link);
        if let Some(gone) = self.neighbours.remove(&link) {
            self.stale = true;
            self.changed |= !gone.told.is_empty();
        }
        self.end_paths_of(link);
    }

    /// Takes in a frame of a neighbour. A hello is the caller's: see [`Mesh::join`].
    ///
    /// # Errors
    /// [`Failure::MeshFlood`], after which the neighbour is one no longer.
    pub(crate) fn take(&mut self, link: LinkId, frame: Frame, now: Duration) -> Result<(), Failure> {
        if self.neighbours.get(&link).is_none_or(|neighbour| neighbour.barred) {
            return Ok(());
        }
        match frame {
            Frame::Hello(_) => return self.meter(link, now),
            Frame::Told(entries) => {
                self.meter(link, now)?;
                self.hear(link, entries);
            }
            Frame::Open { hops, conversation, from, to, message } => {
                let caller = Caller { link, token: from, hops, conversation };
                self.take_open(caller, to, message, now);
            }
            Frame::On { conversation, message } => self.take_on(link, conversation, message, now),
            Frame::End { conversation } => self.take_end(link, conversation, now),
        }
        Ok(())
    }

    /// The neighbour broke a rule: it is one no longer, while its link stays.
    pub(crate) fn bar(&mut self, link: LinkId) {
        let Some(neighbour) = self.neighbours.get_mut(&link) else { return };
        let presence = neighbour.presence;
        *neighbour = Neighbour::new(neighbour.medium, presence, Duration::ZERO);
        neighbour.barred = true;
        self.stale = true;
        self.changed = true;
        self.end_paths_of(link);
        for channel in self.channels_by(link) {
            self.own.remove(&channel);
            self.effects.push_back(Effect::Ended { channel });
        }
    }

    /// Opens an exchange by a neighbour.
    pub(crate) fn open(
        &mut self,
        (channel, link): (ChannelId, LinkId),
        to: Token,
        conversation: Conversation,
        message: Vec<u8>,
        now: Duration,
    ) {
        self.own.insert(channel, (link, conversation));
        self.paths.see(conversation);
        let frame = Frame::Open { hops: 0, conversation, from: self.me, to, message };
        self.say(channel, link, &frame, now);
    }

    /// Takes a caller's exchange in under this name.
    pub(crate) fn adopt(&mut self, caller: &Caller, channel: ChannelId) {
        self.own.insert(channel, (caller.link, caller.conversation));
    }

    /// Sends a caller away.
    pub(crate) fn refuse(&mut self, caller: &Caller, now: Duration) {
        self.send_end(caller.link, caller.conversation, now);
    }

    /// Sends a message of one's own exchange.
    pub(crate) fn send(&mut self, channel: ChannelId, message: Vec<u8>, now: Duration) {
        if let Some((link, conversation)) = self.own.get(&channel).copied() {
            self.say(channel, link, &Frame::On { conversation, message }, now);
        }
    }

    /// Ends one's own exchange. False where it is none of the mesh.
    pub(crate) fn close(&mut self, channel: ChannelId, now: Duration) -> bool {
        let own = self.own.remove(&channel);
        if let Some((link, conversation)) = own {
            self.send_end(link, conversation, now);
        }
        own.is_some()
    }

    pub(crate) fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Does what is due: sends what the rates let go, tells what changed, forgets idle paths.
    pub(crate) fn settle(&mut self, now: Duration) {
        self.tell(now);
        for (link, neighbour) in &mut self.neighbours {
            while let Some(bytes) = neighbour.next(now) {
                self.effects.push_back(Effect::Send { link: *link, bytes });
            }
        }
        self.paths.lapse(now);
    }

    /// When [`Mesh::settle`] has something to do.
    pub(crate) fn next_deadline(&self) -> Option<Duration> {
        let waiting = self.neighbours.values().filter_map(Neighbour::next_at);
        waiting.chain(self.tells_at()).chain(self.paths.next_lapse()).min()
    }

    /// What a neighbour says of others costs it of its time.
    fn meter(&mut self, link: LinkId, now: Duration) -> Result<(), Failure> {
        let (cost, burst) = limits::MESH_HEAR;
        let flooded = self.neighbours.get_mut(&link).is_some_and(|n| !n.heard.take(cost, burst, now));
        if flooded {
            self.bar(link);
        }
        if flooded { Err(Failure::MeshFlood) } else { Ok(()) }
    }

    /// The first message of an exchange: for this device, to be passed on, or refused.
    fn take_open(&mut self, caller: Caller, to: Token, message: Vec<u8>, now: Duration) {
        let is_new = self.paths.see(caller.conversation);
        if !is_new || caller.token == self.me {
            return self.refuse(&caller, now);
        }
        if to == self.me {
            let hops = caller.hops;
            return if (1..=self.max_hops).contains(&hops) {
                self.effects.push_back(Effect::Opened { caller, message });
            } else {
                self.refuse(&caller, now);
            };
        }
        let left = self.max_hops.checked_sub(caller.hops + 1);
        let next = left.and_then(|left| self.next_to(&to, caller.link, left));
        let Some(down) = next.filter(|_| self.paths.has_room_from(caller.link)) else {
            return self.refuse(&caller, now);
        };
        let (hops, conversation) = (caller.hops + 1, caller.conversation);
        self.paths.insert(Path::new(conversation, caller.link, down, now));
        let frame = Frame::Open { hops, conversation, from: caller.token, to, message };
        self.pass_on(down, conversation, &frame, now);
    }

    /// A further message: along the path it belongs to, or nowhere.
    fn take_on(&mut self, link: LinkId, conversation: Conversation, message: Vec<u8>, now: Duration) {
        if let Some(channel) = self.channel(link, conversation) {
            self.effects.push_back(Effect::Message { channel, bytes: message });
        } else if let Some(other) = self.paths.carry(link, conversation, now) {
            self.pass_on(other, conversation, &Frame::On { conversation, message }, now);
        }
    }

    fn take_end(&mut self, link: LinkId, conversation: Conversation, now: Duration) {
        if let Some(channel) = self.channel(link, conversation) {
            self.own.remove(&channel);
            self.effects.push_back(Effect::Ended { channel });
        } else if let Some(other) = self.paths.remove(link, conversation) {
            self.send_end(other, conversation, now);
        }
    }

    /// A conversation that finds no place is over, both ways.
    fn pass_on(&mut self, link: LinkId, conversation: Conversation, frame: &Frame, now: Duration) {
        if self.queue(link, frame, now).is_err()
            && let Some(other) = self.paths.remove(link, conversation)
        {
            self.send_end(other, conversation, now);
            self.send_end(link, conversation, now);
        }
    }

    fn say(&mut self, channel: ChannelId, link: LinkId, frame: &Frame, now: Duration) {
        if self.queue(link, frame, now).is_err() {
            self.close(channel, now);
            self.effects.push_back(Effect::Ended { channel });
        }
    }

    fn queue(&mut self, link: LinkId, frame: &Frame, now: Duration) -> Result<(), neighbour::Full> {
        let neighbour = self.neighbours.get_mut(&link).filter(|neighbour| !neighbour.barred);
        let neighbour = neighbour.ok_or(neighbour::Full)?;
        neighbour.queue(frame.encode())?;
        while let Some(bytes) = neighbour.next(now) {
            self.effects.push_back(Effect::Send { link, bytes });
        }
        Ok(())
    }

    /// An end that finds no place is not sent: the others' deadlines say it.
    fn send_end(&mut self, link: LinkId, conversation: Conversation, now: Duration) {
        let _untold = self.queue(link, &Frame::End { conversation }, now);
    }

    fn end_paths_of(&mut self, link: LinkId) {
        for (conversation, other) in self.paths.remove_all(link) {
            // Its rate decides when; here no time is known, so it leaves with the next settling.
            if let Some(neighbour) = self.neighbours.get_mut(&other).filter(|neighbour| !neighbour.barred) {
                let _untold = neighbour.queue(Frame::End { conversation }.encode());
            }
        }
    }

    fn channel(&self, link: LinkId, conversation: Conversation) -> Option<ChannelId> {
        self.own.iter().find(|(_, own)| **own == (link, conversation)).map(|(channel, _)| *channel)
    }

    fn channels_by(&self, link: LinkId) -> Vec<ChannelId> {
        self.own.iter().filter(|(_, (via, _))| *via == link).map(|(channel, _)| *channel).collect()
    }
}

#[cfg(test)]
mod tests;
