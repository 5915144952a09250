//! The link that leads to a relay, and perhaps into a room there.

use std::{fmt, sync::Arc};

use sighej_crypto::relay::RoomSecret;
use sighej_node::{RelayConfig, Room};

use crate::InvitationError;

/// A relay to use where there is no direct link, and a room there. The room's secret cannot be read out again.
#[derive(uniffi::Object)]
pub struct Invitation {
    pub(crate) relay: RelayConfig,
    pub(crate) room: Option<Room>,
}

#[uniffi::export]
impl Invitation {
    /// Reads a link such as `wss://relay.example#pin=…&room=…`, from a QR code or a message.
    #[uniffi::constructor]
    pub fn read(link: String) -> Result<Arc<Invitation>, InvitationError> {
        let link: sighej_relay_api::invitation::Invitation =
            link.parse().map_err(|_| InvitationError::NotALink)?;
        let relay = RelayConfig::new(&link, false).map_err(|_| InvitationError::PlainText)?;
        let secret = link.room.as_ref().map(|text| RoomSecret::parse(text.trim()));
        let secret = secret.transpose().map_err(|_| InvitationError::Room)?;
        Ok(Arc::new(Invitation { relay, room: secret.as_ref().map(Room::new) }))
    }

    /// Whether it leads into a room.
    pub fn has_room(&self) -> bool {
        self.room.is_some()
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invitation(redacted)")
    }
}
