//! A room of the relay.

use std::fmt;

use sighej_crypto::relay::{RoomKey, RoomSecret};
use sighej_relay_api::wire::WireId;

/// A room that the attendee was given the secret of.
#[derive(Clone)]
pub struct Room {
    pub(crate) id: WireId,
    pub(crate) key: RoomKey,
}

impl Room {
    /// The room of this secret, which is not needed any more.
    #[must_use]
    pub fn new(secret: &RoomSecret) -> Self {
        Self { id: WireId::from_bytes(*secret.id().as_bytes()), key: secret.key() }
    }
}

/// Who knows a room's name can look for its members.
impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Room(redacted)")
    }
}
