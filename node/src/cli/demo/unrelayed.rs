//! The demo of a build without the feature `demo-relay`: nobody in it needs a relay.

use sighej_node::{RelayConfig, Room};

use super::{attendee::Role, proxy::Capture};
use crate::cli::Ended;

pub(super) const ROLES: [Role; 0] = [];
pub(super) const SHARED: [&str; 0] = [];

/// No relay. There is never one.
pub(super) enum Hall {}

/// Nothing was seen.
pub(super) struct Seen {
    pub(super) ids: Vec<String>,
    pub(super) rooms: Vec<String>,
    pub(super) frames: Vec<(&'static str, usize, usize)>,
    pub(super) compared: Vec<(u8, bool)>,
    pub(super) bytes: usize,
    pub(super) captures: Vec<Capture>,
}

impl Hall {
    pub(super) async fn open() -> Result<Option<Hall>, Ended> {
        std::future::ready(Ok(None)).await
    }

    pub(super) fn ways(&self) -> Result<Vec<(RelayConfig, Room)>, Ended> {
        match *self {}
    }

    pub(super) fn seen(&self) -> Seen {
        match *self {}
    }

    pub(super) async fn close(self) {
        std::future::ready(()).await;
    }
}

impl Seen {
    pub(super) fn failures(&self) -> Vec<String> {
        Vec::new()
    }
}
