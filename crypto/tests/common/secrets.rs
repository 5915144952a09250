//! What must not be printed, and the search for it in what was.

use std::fmt::Debug;

use rand_core::Rng;
use sighej_crypto::EpochSecrets;

use super::{device, rng};

/// An interest that nothing else here resembles.
pub(crate) const TEXT: &str = "underwater basket weaving";

/// Everything secret, or linkable, about some devices: as bytes.
pub(crate) struct Secrets(pub(crate) Vec<Vec<u8>>);

impl Secrets {
    /// The printed form holds none of them: not as text, not as hex, not as a list of numbers.
    #[track_caller]
    pub(crate) fn not_in(&self, value: &impl Debug) {
        for printed in [format!("{value:?}"), format!("{value:#?}")] {
            let squeezed: String = printed.split_whitespace().collect::<String>().to_lowercase();
            for secret in &self.0 {
                let secret = &secret[..secret.len().min(8)];
                let numbers = format!("{secret:?}").replace([' ', '[', ']'], "");
                let hex_numbers = format!("{secret:02x?}").replace([' ', '[', ']'], "");
                for form in [hex::encode(secret), numbers, hex_numbers] {
                    assert!(!squeezed.contains(&form), "{printed} prints a secret");
                }
                assert!(
                    !printed.as_bytes().windows(secret.len()).any(|window| window == secret),
                    "{printed}"
                );
            }
            assert!(!looks_like_bytes(&squeezed), "{printed} prints bytes");
            assert!(!squeezed.contains("basket"), "{printed} prints an interest");
        }
    }
}

/// Whether a printed form, whatever it is of, has bytes in it: eight numbers in a row, or sixteen hexadecimal digits.
fn looks_like_bytes(squeezed: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<bool> = squeezed.split([',', '[', ']', '(', ')']).map(is_number).collect();
    let has_digits = |word: &str| word.len() >= 16 && word.chars().all(|c| c.is_ascii_hexdigit());
    parts.windows(8).any(|row| row.iter().all(|number| *number))
        || squeezed.split(|c: char| !c.is_alphanumeric()).any(has_digits)
}

/// What a device draws, as its generator gives it, and what is public but links to it.
pub(crate) fn secrets_of(seed: u64, texts: &[&str]) -> (EpochSecrets, Vec<Vec<u8>>) {
    let me = device(seed, texts);
    let mut drawn = vec![0; 32 + 32 + 64 + (16 - texts.len()) * 32 + 16 * 64];
    rng(seed).fill_bytes(&mut drawn);
    let mut secrets: Vec<Vec<u8>> = drawn.chunks(32).map(<[u8]>::to_vec).collect();
    secrets.extend(texts.iter().map(|text| text.as_bytes().to_vec()));
    secrets.extend(me.commitment().as_bytes()[5..].chunks(32).map(<[u8]>::to_vec));
    secrets.extend([me.digest().as_bytes().to_vec(), me.token().as_bytes().to_vec()]);
    (me, secrets)
}

/// Prints what it is told to.
pub(crate) struct Printed<'a>(pub(crate) &'a str);

impl Debug for Printed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}
