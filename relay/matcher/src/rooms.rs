//! Rooms: who was given the same secret. The relay sees its derived id alone.

use std::collections::BTreeMap;

use sighej_relay_api::wire::WireId;

use crate::session::SessionKey;

/// The rooms that somebody is in. Members are bounded by [`crate::Limits::room_members`], rooms by their members.
#[derive(Default)]
pub(crate) struct Rooms {
    rows: BTreeMap<WireId, Vec<SessionKey>>,
}

impl Rooms {
    /// False where the room is full.
    pub(crate) fn join(&mut self, room: WireId, session: SessionKey, most: usize) -> bool {
        let members = self.rows.entry(room).or_default();
        let fits = members.len() < most;
        if fits {
            members.push(session);
        }
        fits
    }

    pub(crate) fn leave(&mut self, room: WireId, session: SessionKey) {
        let Some(members) = self.rows.get_mut(&room) else { return };
        members.retain(|member| *member != session);
        if members.is_empty() {
            self.rows.remove(&room);
        }
    }

    /// At most `most` members, from a random one on: `draw` gives a number below the one it is given.
    pub(crate) fn some(
        &self,
        room: WireId,
        most: usize,
        draw: impl FnOnce(usize) -> usize,
    ) -> Vec<SessionKey> {
        let Some(members) = self.rows.get(&room).filter(|members| !members.is_empty()) else {
            return Vec::new();
        };
        let from = draw(members.len());
        members.iter().cycle().skip(from).take(members.len().min(most)).copied().collect()
    }
}
