//! Where a room's secret is read from. A command line can be read by everybody on the machine; a file and an environment
//! by their owner.

use std::{env, fs::File, io::Read, path::Path};

use sighej_crypto::relay::RoomSecret;
use sighej_node::Room;
use sighej_relay_api::invitation::Invitation;
use zeroize::Zeroizing;

use super::{Ended, args::Relay};

/// The secret of a room, where no link and no flag names one.
const VARIABLE: &str = "SIGHEJ_ROOM";
/// Bytes that are read of a file: a secret, and blanks around it.
const FILE_BYTES: usize = 256;

/// A secret's text, and who gave it.
pub(crate) struct Named {
    text: Zeroizing<String>,
    by: &'static str,
}

/// The room that is named, if one is: by the link, by a flag, or by the environment. The first of these counts, but a link
/// and a flag are one too many.
pub(crate) fn named(link: &Invitation, args: &Relay) -> Result<Option<Named>, Ended> {
    let flag = match (&args.room, &args.room_file) {
        (Some(text), _) => Some(Named { text: Zeroizing::new(text.clone()), by: "--room" }),
        (None, Some(path)) => Some(Named { text: read(path)?, by: "--room-file" }),
        (None, None) => None,
    };
    match (&link.room, flag) {
        (Some(_), Some(flag)) => {
            Err(Ended::usage(format!("the link names a room already: leave {} out", flag.by)))
        }
        (Some(text), None) => Ok(Some(Named { text: text.clone(), by: "the link" })),
        (None, Some(flag)) => Ok(Some(flag)),
        (None, None) => from_environment(),
    }
}

impl Named {
    pub(crate) fn enter(&self) -> Result<Room, Ended> {
        RoomSecret::parse(self.text.trim())
            .map(|secret| Room::new(&secret))
            .map_err(|error| Ended::usage(format!("the room's secret cannot be used ({}): {error}", self.by)))
    }
}

fn from_environment() -> Result<Option<Named>, Ended> {
    match env::var(VARIABLE) {
        Ok(text) => Ok(Some(Named { text: Zeroizing::new(text), by: VARIABLE })),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => {
            Err(Ended::usage(format!("{VARIABLE} is no text: give a room's secret")))
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, Ended> {
    let mut text = Zeroizing::new(String::with_capacity(FILE_BYTES));
    let read = File::open(path).and_then(|file| file.take(FILE_BYTES as u64).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(Ended::usage(format!("--room-file {} cannot be read: {error}", path.display()))),
    }
}
