//! An event's name.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::cells::{leading, put};

/// What an operator calls the event at which reports are added up: 1 to 64 printable characters. One device reports
/// once under one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventName(String);

/// A name that nobody could read out, or tell from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an event's name has 1 to {} printable characters, with no space at either end",
    EventName::MAX_CHARS
)]
pub struct EventNameError;

impl EventName {
    /// Characters of the longest name.
    pub const MAX_CHARS: usize = 64;

    /// Takes a name as the operator wrote it.
    ///
    /// # Errors
    /// An empty or too long name, control characters, white space at an end.
    pub fn parse(name: &str) -> Result<Self, EventNameError> {
        let sound = !name.is_empty()
            && name.chars().count() <= Self::MAX_CHARS
            && !name.chars().any(char::is_control)
            && name.trim() == name;
        if sound { Ok(Self(name.to_owned())) } else { Err(EventNameError) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a report carries instead of the name: the first 8 bytes of its hash.
    pub(crate) fn digest(&self) -> [u8; 8] {
        let mut hash = Sha256::new();
        put(&mut hash, "sighej/1 statistics event");
        put(&mut hash, &self.0);
        leading(&hash.finalize())
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_be_read_out() {
        let longest = "ø".repeat(EventName::MAX_CHARS);
        for good in ["Rust Nation", "x", longest.as_str()] {
            assert_eq!(EventName::parse(good).map(|name| name.to_string()), Ok(good.to_owned()));
        }
        let too_long = "x".repeat(EventName::MAX_CHARS + 1);
        for bad in ["", " ", " a", "a ", "a\nb", "a\u{7}b", too_long.as_str()] {
            assert_eq!(EventName::parse(bad), Err(EventNameError), "{bad:?}");
        }
    }

    #[test]
    fn two_names_have_two_digests() {
        let [a, b] = ["Rust Nation", "rust nation"].map(|name| EventName::parse(name).unwrap());
        assert_ne!(a.digest(), b.digest());
    }
}
