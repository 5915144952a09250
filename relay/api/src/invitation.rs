//! The link that leads a device to a relay and into a room: `wss://HOST[:PORT]#pin=HEX&room=TEXT`.
//!
//! What follows the `#` is never sent to a server. The pin is the SHA-256 of a certificate that no authority signed; the
//! room is the secret's text, whose checksum the device looks at.

use std::{fmt, str::FromStr};

use thiserror::Error;
use zeroize::Zeroizing;

/// A relay's address, how to know it again, and a room.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Whether the connection is encrypted (`wss`) or not (`ws`).
    pub is_tls: bool,
    /// `HOST` or `HOST:PORT`.
    pub authority: String,
    /// The certificate's SHA-256, where no authority vouches for it.
    pub pin: Option<[u8; 32]>,
    /// The room secret's text.
    pub room: Option<Zeroizing<String>>,
}

/// Why a text is no such link.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvitationError {
    /// It begins otherwise.
    #[error("a relay's address begins with wss:// (or ws:// on this machine)")]
    Scheme,
    /// No host, or one with more than a host and a port in it.
    #[error(
        "between :// and # stand a host and perhaps a port, such as relay.example:7411, and nothing else"
    )]
    Host,
    /// No 64 hexadecimal digits.
    #[error("pin= is followed by the 64 hexadecimal digits of the relay's certificate; copy the whole link")]
    Pin,
    /// Something else behind the `#`, or the same twice.
    #[error("behind the # stand pin=… and room=…, each once, and nothing else; copy the whole link")]
    Part,
}

impl Invitation {
    /// A relay at this address, without a pin or a room.
    ///
    /// # Errors
    /// [`InvitationError`]: it is no relay's address.
    pub fn to(address: &str) -> Result<Self, InvitationError> {
        let tls = address.strip_prefix("wss://").map(|rest| (true, rest));
        let plain = address.strip_prefix("ws://").map(|rest| (false, rest));
        let (is_tls, rest) = tls.or(plain).ok_or(InvitationError::Scheme)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if !is_authority(authority) {
            return Err(InvitationError::Host);
        }
        Ok(Self { is_tls, authority: authority.to_owned(), pin: None, room: None })
    }

    /// Where the WebSocket is, without the pin and the room.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}://{}", if self.is_tls { "wss" } else { "ws" }, self.authority)
    }

    /// The whole link. It holds the room's secret.
    #[must_use]
    pub fn to_link(&self) -> Zeroizing<String> {
        let mut link = Zeroizing::new(self.address());
        let mut separator = '#';
        if let Some(pin) = &self.pin {
            let digits: String = pin.iter().map(|byte| format!("{byte:02x}")).collect();
            link.push_str(&format!("{separator}pin={digits}"));
            separator = '&';
        }
        if let Some(room) = &self.room {
            link.push(separator);
            link.push_str("room=");
            link.push_str(room);
        }
        link
    }
}

impl FromStr for Invitation {
    type Err = InvitationError;

    fn from_str(link: &str) -> Result<Self, InvitationError> {
        let (address, parts) = link.trim().split_once('#').unwrap_or((link.trim(), ""));
        let mut invitation = Self::to(address)?;
        for part in parts.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=').ok_or(InvitationError::Part)? {
                ("pin", digits) if invitation.pin.is_none() => {
                    invitation.pin = Some(pin(digits).ok_or(InvitationError::Pin)?);
                }
                ("room", text) if invitation.room.is_none() => {
                    invitation.room = Some(Zeroizing::new(text.to_owned()));
                }
                _ => return Err(InvitationError::Part),
            }
        }
        Ok(invitation)
    }
}

/// Letters, digits and what names and addresses have between them: no user, no path.
fn is_authority(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let host_ends = if text.starts_with('[') { text.find(']').map(|at| at + 1) } else { text.find(':') };
    let (host, port) = text.split_at(host_ends.unwrap_or(text.len()));
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    !host.is_empty() && host != "[]" && text.bytes().all(fits) && is_port
}

fn pin(digits: &str) -> Option<[u8; 32]> {
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut pin = [0; 32];
    for (at, byte) in pin.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(pin)
}

/// Without the room: who knows its secret is in it.
impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_as_it_was_written() {
        let pin = Some([0xa7; 32]);
        let room = Some(Zeroizing::new("a".repeat(32)));
        for address in
            ["wss://relay.example", "wss://relay.example:7411", "ws://127.0.0.1:1", "wss://[::1]:7411"]
        {
            for (pin, room) in [(None, None), (pin, None), (None, room.clone()), (pin, room.clone())] {
                let invitation = Invitation { pin, room, ..Invitation::to(address).unwrap() };
                assert_eq!(invitation.to_link().parse::<Invitation>(), Ok(invitation.clone()));
                assert_eq!(format!("{invitation:?}"), address);
            }
        }
        assert_eq!("  wss://a/ \n".parse::<Invitation>().unwrap().to_link().as_str(), "wss://a");
    }

    #[test]
    fn what_is_no_link_is_told_why() {
        let said = |link: &str| link.parse::<Invitation>().unwrap_err();
        for link in ["", "relay.example", "https://relay.example", "wss:/relay.example"] {
            assert_eq!(said(link), InvitationError::Scheme, "{link}");
        }
        for link in [
            "wss://",
            "wss://a/b",
            "wss://u@h",
            "wss://h:99999",
            "wss://h:",
            "wss://a b",
            "wss://:1",
            "wss://[]:1",
        ] {
            assert_eq!(said(link), InvitationError::Host, "{link}");
        }
        for link in ["wss://a#pin=", "wss://a#pin=00", &format!("wss://a#pin={}", "g".repeat(64))] {
            assert_eq!(said(link), InvitationError::Pin, "{link}");
        }
        for link in ["wss://a#room", "wss://a#room=1&room=2", "wss://a#secret=1"] {
            assert_eq!(said(link), InvitationError::Part, "{link}");
        }
    }
}
