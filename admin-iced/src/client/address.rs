//! Where a relay's admin listener is.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Pin;

/// The port of a relay's admin listener, where nobody names another.
const PORT: u16 = 7412;

/// `http://HOST:PORT` on this machine, `https://HOST:PORT` anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Address {
    pub(crate) is_tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// Why a text is no address of a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum AddressError {
    /// Nothing, or more than a host and a port.
    #[error("an address is a host and perhaps a port, such as https://relay.example:7412")]
    Host,
    /// The address of the relay's other listener.
    #[error("ws:// and wss:// lead devices to a relay; its admin listener begins with http:// or https://")]
    Devices,
    /// No 64 hexadecimal digits.
    #[error("pin= is followed by the 64 hexadecimal digits of the relay's certificate")]
    Pin,
    /// Plain text to another machine: whoever listens would have the token.
    #[error("http:// is for this machine alone, since the token would cross the network unprotected")]
    PlainText,
}

impl Address {
    /// Reads an address as people write it, with the pin that may stand behind it (`#pin=HEX`).
    ///
    /// Without a scheme it is plain text on this machine and TLS elsewhere, at port 7412.
    pub(crate) fn read(text: &str) -> Result<(Self, Option<Pin>), AddressError> {
        let (address, rest) = text.trim().split_once('#').unwrap_or((text.trim(), ""));
        let pin = rest.split('&').find_map(|part| part.strip_prefix("pin="));
        let pin = pin.map(|digits| digits.parse().map_err(|_| AddressError::Pin)).transpose()?;
        Ok((address.parse()?, pin))
    }

    fn is_here(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }

    /// The host without the brackets that an IPv6 address has in a URL.
    pub(crate) fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// `HOST:PORT`.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let is_tls = match scheme.as_deref() {
            None => None,
            Some("http") => Some(false),
            Some("https") => Some(true),
            Some("ws" | "wss") => return Err(AddressError::Devices),
            Some(_) => return Err(AddressError::Host),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split(authority).ok_or(AddressError::Host)?;
        let mut address = Self { is_tls: true, host: host.to_ascii_lowercase(), port: PORT };
        address.is_tls = is_tls.unwrap_or(!address.is_here());
        let usual = match is_tls {
            None => PORT,
            Some(true) => 443,
            Some(false) => 80,
        };
        address.port = port.unwrap_or(usual);
        if address.is_tls || address.is_here() { Ok(address) } else { Err(AddressError::PlainText) }
    }
}

/// Host and port, where the text is nothing else.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = match authority.strip_prefix('[') {
        Some(_) => authority.find(']')? + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(end)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    if host.is_empty() || host == "[]" || !authority.bytes().all(fits) {
        return None;
    }
    let port = match port.strip_prefix(':') {
        Some(port) => Some(port.parse().ok()?),
        None if port.is_empty() => None,
        None => return None,
    };
    Some((host, port))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.is_tls { "https" } else { "http" }, self.host, self.port)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_addresses_in_many_ways() {
        for (text, meant) in [
            ("127.0.0.1", "http://127.0.0.1:7412"),
            ("localhost:9", "http://localhost:9"),
            (" http://127.0.0.1:7412/ ", "http://127.0.0.1:7412"),
            ("[::1]:9", "http://[::1]:9"),
            ("relay.example", "https://relay.example:7412"),
            ("Relay.Example:99", "https://relay.example:99"),
            ("https://relay.example", "https://relay.example:443"),
            ("https://[2001:db8::1]:7412", "https://[2001:db8::1]:7412"),
        ] {
            let (address, pin) = Address::read(text).unwrap();
            assert_eq!((address.to_string().as_str(), pin), (meant, None), "{text}");
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        let link = format!("https://relay.example:7412#pin={}", "a7".repeat(32));
        assert!(Address::read(&link).unwrap().1.is_some());
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        for (text, why) in [
            ("", AddressError::Host),
            ("https://", AddressError::Host),
            ("https://a/b", AddressError::Host),
            ("https://user@a", AddressError::Host),
            ("a b", AddressError::Host),
            ("a:99999", AddressError::Host),
            ("[::1", AddressError::Host),
            ("ftp://a", AddressError::Host),
            ("wss://a:7411", AddressError::Devices),
            ("a#pin=00", AddressError::Pin),
            ("http://relay.example", AddressError::PlainText),
        ] {
            assert_eq!(Address::read(text), Err(why), "{text}");
        }
    }
}
