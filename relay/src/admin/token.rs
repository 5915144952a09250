//! Who may read the admin API: tokens, of which the relay keeps hashes alone.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::aggregates::{StoreError, schema};

/// Tokens that there may be. Beyond it one has to be revoked first.
pub const MAX_TOKENS: usize = 64;

/// What a token's text begins with, so that it is known for what it is where it should not be.
const PREFIX: &str = "sighej_admin_";

/// The right to read the admin API: 32 random bytes, shown once, when it is made.
#[derive(ZeroizeOnDrop)]
pub struct AdminToken([u8; 32]);

impl AdminToken {
    /// Draws one.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Its text, for whoever made it: a prefix and 64 hexadecimal digits.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.iter().fold(PREFIX.to_owned(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// Reads a token's text. None where it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, rest) = text.strip_prefix(PREFIX)?.as_bytes().as_chunks::<2>();
        let mut token = Self([0; 32]);
        if digits.len() != token.0.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in token.0.iter_mut().zip(digits) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(token)
    }

    /// 256 random bits need no slow hash: nobody guesses them.
    fn hash(&self) -> [u8; 32] {
        Sha256::new().chain_update("sighej/1 relay admin token").chain_update(self.0).finalize().into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(redacted)")
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListedToken {
    /// The name that its maker gave it.
    pub(super) name: String,
    /// When it was made, in seconds since 1970.
    pub(super) created: u64,
}

/// Makes a token under a name, in the database of a data folder. A relay that runs on it knows the token at once.
///
/// # Errors
/// [`StoreError::TokenNameTaken`], [`StoreError::TooManyTokens`], and what the database says.
pub(super) fn create(folder: &Path, name: &str, token: &AdminToken, now_secs: u64) -> Result<(), StoreError> {
    let mut connection = schema::open(folder)?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let count: usize = transaction.query_row("SELECT count(*) FROM admin_token", [], |row| row.get(0))?;
    if count >= MAX_TOKENS {
        return Err(StoreError::TooManyTokens(count));
    }
    let added = transaction.execute(
        "INSERT OR IGNORE INTO admin_token VALUES (?, ?, ?)",
        params![name, token.hash(), now_secs],
    )?;
    if added == 0 {
        return Err(StoreError::TokenNameTaken(name.to_owned()));
    }
    Ok(transaction.commit()?)
}

/// All tokens, by name.
///
/// # Errors
/// [`StoreError`]
pub(super) fn list(folder: &Path) -> Result<Vec<ListedToken>, StoreError> {
    let connection = schema::open(folder)?;
    let mut statement = connection.prepare("SELECT name, created FROM admin_token ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok(ListedToken { name: row.get(0)?, created: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Revokes a token. From the next request on it opens nothing, and streams that it opened end.
///
/// # Errors
/// [`StoreError::NoSuchToken`], and what the database says.
pub(super) fn revoke(folder: &Path, name: &str) -> Result<(), StoreError> {
    let connection = schema::open(folder)?;
    match connection.execute("DELETE FROM admin_token WHERE name = ?", [name])? {
        0 => Err(StoreError::NoSuchToken(name.to_owned())),
        _ => Ok(()),
    }
}

/// Whether a token is one of those in the database. How long it takes depends on how many there are, not on which.
pub(super) fn is_known(connection: &Connection, token: &AdminToken) -> Result<bool, StoreError> {
    let mut hash = token.hash();
    let mut statement = connection.prepare_cached("SELECT hash FROM admin_token")?;
    let rows = statement.query_map([], |row| row.get::<_, [u8; 32]>(0))?;
    let mut known = Choice::from(0);
    for row in rows {
        known |= row?.ct_eq(&hash);
    }
    hash.zeroize();
    Ok(known.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knows(folder: &Path, token: &AdminToken) -> bool {
        is_known(&schema::open_to_read(folder).unwrap(), token).unwrap()
    }

    #[test]
    fn a_token_is_known_from_its_making_to_its_revocation() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, other) = (AdminToken::draw().unwrap(), AdminToken::draw().unwrap());
        create(folder.path(), "dashboard", &ours, 7).unwrap();
        assert!(knows(folder.path(), &ours) && !knows(folder.path(), &other));
        assert!(matches!(create(folder.path(), "dashboard", &other, 8), Err(StoreError::TokenNameTaken(_))));
        create(folder.path(), "another", &other, 8).unwrap();
        let names: Vec<_> = list(folder.path()).unwrap().into_iter().map(|token| token.name).collect();
        assert_eq!(names, ["another", "dashboard"]);
        revoke(folder.path(), "dashboard").unwrap();
        assert!(!knows(folder.path(), &ours) && knows(folder.path(), &other));
        assert!(matches!(revoke(folder.path(), "dashboard"), Err(StoreError::NoSuchToken(_))));
    }

    #[test]
    fn the_database_holds_no_token() {
        let folder = tempfile::tempdir().unwrap();
        let token = AdminToken::draw().unwrap();
        create(folder.path(), "dashboard", &token, 7).unwrap();
        let text = token.reveal();
        let digits = text.strip_prefix(PREFIX).unwrap().as_bytes();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(32).any(|part| part == token.0 || *part == digits[..32]));
        }
    }

    #[test]
    fn there_are_only_so_many_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let token = AdminToken::draw().unwrap();
        for number in 0..MAX_TOKENS {
            create(folder.path(), &number.to_string(), &token, 7).unwrap();
        }
        let refused = create(folder.path(), "one more", &token, 7);
        assert!(matches!(refused, Err(StoreError::TooManyTokens(MAX_TOKENS))));
    }

    #[test]
    fn only_a_tokens_own_text_is_one_and_debug_prints_none_of_it() {
        let token = AdminToken::draw().unwrap();
        let text = token.reveal();
        assert_eq!(AdminToken::parse(&text).unwrap().0, token.0);
        for bad in [
            "",
            "sighej_admin_",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.to_uppercase(),
        ] {
            assert!(AdminToken::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{token:?}"), "AdminToken(redacted)");
    }
}
