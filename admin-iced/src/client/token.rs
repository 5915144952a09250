//! The right to read a relay's admin API.

use std::fmt;

use zeroize::Zeroizing;

/// What a token's text begins with; 64 hexadecimal digits follow.
const PREFIX: &str = "sighej_admin_";
const DIGITS: usize = 64;

/// A token as `sighej-relay admin-token create` printed it. Wiped on drop, never printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(Zeroizing<String>);

impl Token {
    /// Takes a text for a token; none where it cannot be one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix(PREFIX)?;
        let is_token =
            digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_token.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text, for a header or a keyring.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_form_and_never_printed() {
        let text = format!("{PREFIX}{}", "0a".repeat(32));
        let token = Token::parse(&format!(" {text}\n")).unwrap();
        assert_eq!((token.reveal(), format!("{token:?}").as_str()), (text.as_str(), "Token(redacted)"));
        for bad in ["", "sighej_admin_", &text[1..], &text[..text.len() - 1], &text.to_uppercase()] {
            assert_eq!(Token::parse(bad), None, "{bad}");
        }
    }
}
