//! The conversations that this device passes on, and those that it has seen.

use std::{collections::VecDeque, time::Duration};

use sighej_crypto::exchange::MESSAGE_LEN;

use crate::{LinkId, limits, time::Moment};

use super::frame::Conversation;

/// A conversation of two others, and the two links it goes over. Only these two may speak in it.
pub(crate) struct Path {
    conversation: Conversation,
    /// Towards whoever opened it.
    up: LinkId,
    down: LinkId,
    lapses_at: Moment,
    /// Messages that may still pass: an exchange has five.
    left: usize,
}

impl Path {
    pub(crate) fn new(conversation: Conversation, up: LinkId, down: LinkId, now: Duration) -> Self {
        let lapses_at = (now + limits::MESH_PATH_IDLE).into();
        Self { conversation, up, down, lapses_at, left: MESSAGE_LEN.len() - 1 }
    }

    fn across(&self, link: LinkId) -> Option<LinkId> {
        if link == self.up { Some(self.down) } else { (link == self.down).then_some(self.up) }
    }
}

/// The paths, at most [`limits::MESH_PATHS`], and the last [`limits::MESH_SEEN`] conversations.
#[derive(Default)]
pub(crate) struct Paths {
    rows: Vec<Path>,
    seen: VecDeque<Conversation>,
}

impl Paths {
    /// Remembers a conversation. False where it was seen before.
    pub(crate) fn see(&mut self, conversation: Conversation) -> bool {
        if self.seen.contains(&conversation) {
            return false;
        }
        if self.seen.len() >= limits::MESH_SEEN {
            self.seen.pop_front();
        }
        self.seen.push_back(conversation);
        true
    }

    pub(crate) fn has_room_from(&self, up: LinkId) -> bool {
        let from_there = self.rows.iter().filter(|path| path.up == up).count();
        self.rows.len() < limits::MESH_PATHS && from_there < limits::MESH_PATHS_PER_NEIGHBOUR
    }

    pub(crate) fn insert(&mut self, path: Path) {
        self.rows.push(path);
    }

    /// Where a message from this link goes on to. None where it belongs to no path, or to one that has carried an exchange.
    pub(crate) fn carry(
        &mut self,
        link: LinkId,
        conversation: Conversation,
        now: Duration,
    ) -> Option<LinkId> {
        let path = self.rows.iter_mut().find(|path| path.conversation == conversation)?;
        let other = path.across(link)?;
        path.left = path.left.checked_sub(1)?;
        path.lapses_at = (now + limits::MESH_PATH_IDLE).into();
        Some(other)
    }

    /// Forgets a path on the word of one of its two ends. Names the other.
    pub(crate) fn remove(&mut self, link: LinkId, conversation: Conversation) -> Option<LinkId> {
        let is_it = |path: &Path| path.conversation == conversation && path.across(link).is_some();
        let at = self.rows.iter().position(is_it)?;
        self.rows.swap_remove(at).across(link)
    }

    /// Forgets the paths over a link. Names each with its other end.
    pub(crate) fn remove_all(&mut self, link: LinkId) -> Vec<(Conversation, LinkId)> {
        let ends = |path: &Path| path.across(link).map(|other| (path.conversation, other));
        let gone = self.rows.iter().filter_map(ends).collect();
        self.rows.retain(|path| path.across(link).is_none());
        gone
    }

    pub(crate) fn lapse(&mut self, now: Duration) {
        self.rows.retain(|path| Duration::from(path.lapses_at) > now);
    }

    pub(crate) fn next_lapse(&self) -> Option<Duration> {
        self.rows.iter().map(|path| path.lapses_at).min().map(Duration::from)
    }
}
