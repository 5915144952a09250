//! Which relay, and how to know it again.

use std::{fmt, net::IpAddr};

use sighej_relay_api::invitation::Invitation;
use thiserror::Error;

/// A relay to use.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayConfig {
    pub(super) is_tls: bool,
    /// `HOST` or `HOST:PORT`, as in the link.
    pub(super) authority: String,
    pub(super) pin: Option<[u8; 32]>,
}

/// Why a relay's address is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RelayConfigError {
    /// Plain text to another machine.
    #[error(
        "ws:// is not encrypted, and leads to another machine: use wss://, or say --relay-plain-text if you mean it"
    )]
    PlainText,
    /// A pin without encryption.
    #[error("a pin= names a certificate, and ws:// shows none: use wss://")]
    PinWithoutTls,
}

impl RelayConfig {
    /// The relay that an invitation leads to; its room is the engine's matter. Plain text goes to this machine alone,
    /// unless it is forced.
    ///
    /// # Errors
    /// [`RelayConfigError`].
    pub fn new(link: &Invitation, force_plain_text: bool) -> Result<RelayConfig, RelayConfigError> {
        let config = RelayConfig { is_tls: link.is_tls, authority: link.authority.clone(), pin: link.pin };
        if !config.is_tls && config.pin.is_some() {
            return Err(RelayConfigError::PinWithoutTls);
        }
        if !config.is_tls && !force_plain_text && !is_loopback(config.host()) {
            return Err(RelayConfigError::PlainText);
        }
        Ok(config)
    }

    /// The host, without brackets.
    pub(super) fn host(&self) -> &str {
        match self.authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(rest),
            None => self.authority.split(':').next().unwrap_or(&self.authority),
        }
    }

    pub(super) fn port(&self) -> u16 {
        let behind = self.authority.rsplit(']').next().unwrap_or(&self.authority);
        let named = behind.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        named.unwrap_or(if self.is_tls { 443 } else { 80 })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where somebody connects to is nobody else's business.
impl fmt::Debug for RelayConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayConfig(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(link: &str, force: bool) -> Result<RelayConfig, RelayConfigError> {
        RelayConfig::new(&link.parse().unwrap(), force)
    }

    #[test]
    fn plain_text_goes_to_this_machine_alone_unless_it_is_forced() {
        for here in ["ws://127.0.0.1:7411", "ws://localhost", "ws://[::1]:1"] {
            assert!(config(here, false).is_ok(), "{here}");
        }
        for there in ["ws://relay.example", "ws://192.0.2.7:7411", "ws://127.0.0.1.example"] {
            assert_eq!(config(there, false), Err(RelayConfigError::PlainText), "{there}");
            assert!(config(there, true).is_ok());
        }
        let pinned = format!("ws://127.0.0.1#pin={}", "a".repeat(64));
        assert_eq!(config(&pinned, true), Err(RelayConfigError::PinWithoutTls));
    }

    #[test]
    fn host_and_port_are_read_out_of_every_form() {
        for (link, host, port) in [
            ("wss://relay.example", "relay.example", 443),
            ("wss://relay.example:7411", "relay.example", 7411),
            ("wss://[2001:db8::1]:7411", "2001:db8::1", 7411),
            ("wss://[2001:db8::1]", "2001:db8::1", 443),
            ("ws://127.0.0.1", "127.0.0.1", 80),
        ] {
            let config = config(link, false).unwrap();
            assert_eq!((config.host(), config.port()), (host, port));
            assert_eq!(format!("{config:?}"), "RelayConfig(redacted)");
        }
    }
}
