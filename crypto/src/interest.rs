//! Interests as canonical text (specification, section 3): two people who type the same thing differently mean the same.

use caseless::default_case_fold_str;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::SLOTS;
use crate::redacted::redacted;

/// Longest interest, in bytes of canonical UTF-8.
pub const MAX_INTEREST_BYTES: usize = 64;
/// Longest text that is looked at, in bytes: normalisation may shorten a text, but not by this much in good faith.
const MAX_TEXT_BYTES: usize = 8 * MAX_INTEREST_BYTES;
/// Folding and composing settle after one round; a second shows it, and a text that never settles is refused.
const MAX_ROUNDS: usize = 4;

/// One interest in its canonical form: NFKC, case folded, white space collapsed. Wiped on drop, never printed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Zeroize, ZeroizeOnDrop)]
pub struct Interest(String);

impl Interest {
    /// Brings a text into canonical form.
    ///
    /// # Errors
    /// Each kind of text that cannot be an interest has its own [`InterestError`].
    pub fn parse(text: &str) -> Result<Self, InterestError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(InterestError::TooLong { bytes: text.len() });
        }
        let canonical = settle(text)?;
        if canonical.is_empty() {
            return Err(InterestError::Empty);
        }
        if canonical.chars().any(is_forbidden) {
            return Err(InterestError::ControlCharacter);
        }
        if canonical.len() > MAX_INTEREST_BYTES {
            return Err(InterestError::TooLong { bytes: canonical.len() });
        }
        Ok(Self(canonical))
    }

    /// The canonical text, UTF-8, 1 to [`MAX_INTEREST_BYTES`] bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

redacted!(Interest);

/// The attendee's interests: 0 to 16 distinct ones, sorted.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct InterestSet(Vec<Interest>);

impl InterestSet {
    /// Collects interests and drops duplicates.
    ///
    /// # Errors
    /// [`InterestError::TooMany`] where more than [`SLOTS`] distinct ones are left: a profile is never cut.
    pub fn new(interests: impl IntoIterator<Item = Interest>) -> Result<Self, InterestError> {
        let mut all: Vec<Interest> = interests.into_iter().collect();
        all.sort();
        all.dedup();
        if all.len() > SLOTS {
            return Err(InterestError::TooMany { count: all.len() });
        }
        Ok(Self(all))
    }

    /// The interests, ascending by their bytes.
    pub fn iter(&self) -> std::slice::Iter<'_, Interest> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this interest is among them.
    #[must_use]
    pub fn contains(&self, interest: &Interest) -> bool {
        self.0.binary_search(interest).is_ok()
    }
}

impl<'a> IntoIterator for &'a InterestSet {
    type Item = &'a Interest;
    type IntoIter = std::slice::Iter<'a, Interest>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

redacted!(InterestSet);

/// Why a text or a set was refused. Holds no text: the caller knows which one it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InterestError {
    /// Nothing but white space.
    #[error("an interest needs at least one visible character")]
    Empty,
    /// Longer than the limit.
    #[error("an interest has at most {MAX_INTEREST_BYTES} bytes, this one has {bytes}: use fewer words")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// More than 16 distinct interests.
    #[error("at most {SLOTS} interests fit, these are {count}: leave some out")]
    TooMany {
        /// How many distinct ones were given.
        count: usize,
    },
    /// Holds a control character, or an invisible one that would make equal-looking interests differ.
    #[error("an interest holds visible characters only: remove control and formatting characters")]
    ControlCharacter,
}

/// Folds, composes and collapses until nothing changes.
fn settle(text: &str) -> Result<String, InterestError> {
    let mut now = Zeroizing::new(text.to_owned());
    for _ in 0..MAX_ROUNDS {
        let composed = Zeroizing::new(now.nfkc().collect::<String>());
        let folded = Zeroizing::new(default_case_fold_str(&composed));
        let visible =
            Zeroizing::new(folded.nfkc().filter(|c| !is_variation_selector(*c)).collect::<String>());
        let next = Zeroizing::new(visible.split_whitespace().collect::<Vec<_>>().join(" "));
        if next == now {
            return Ok(std::mem::take(&mut *now));
        }
        now = next;
    }
    Err(InterestError::ControlCharacter)
}

/// A variation selector changes how the character before it is drawn, never what it means.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Control characters and invisible formatting, apart from the joiners that scripts and emoji need.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        Interest::parse(text).unwrap().as_str().to_owned()
    }

    #[test]
    fn the_same_thing_typed_differently_is_the_same_interest() {
        assert_eq!(canonical("  Brætspil \t om\naftenen "), "brætspil om aftenen");
        assert_eq!(canonical("ＤｅｖＯｐｓ"), "devops");
        assert_eq!(canonical("STRASSE"), canonical("straße"));
        assert_eq!(canonical("caf\u{65}\u{301}"), canonical("CAF\u{c9}"));
        assert_eq!(canonical("\u{2764}\u{fe0f} hygge"), canonical("\u{2764} hygge"));
    }

    #[test]
    fn each_refusal_has_its_own_error() {
        assert_eq!(Interest::parse(" \t\n"), Err(InterestError::Empty));
        assert_eq!(Interest::parse("a\u{7}b"), Err(InterestError::ControlCharacter));
        assert_eq!(Interest::parse("a\u{202e}b"), Err(InterestError::ControlCharacter));
        assert_eq!(Interest::parse("zero\u{200b}width"), Err(InterestError::ControlCharacter));
        assert_eq!(Interest::parse(&"x".repeat(65)), Err(InterestError::TooLong { bytes: 65 }));
        assert_eq!(Interest::parse(&"x".repeat(9999)), Err(InterestError::TooLong { bytes: 9999 }));
        assert_eq!(canonical(&"x".repeat(64)).len(), 64);
    }

    #[test]
    fn duplicates_are_dropped_and_more_than_sixteen_are_refused_not_cut() {
        let interest = |n: usize| Interest::parse(&format!("interest {n}")).unwrap();
        let twice = InterestSet::new((0..16).chain(0..16).map(interest)).unwrap();
        assert_eq!(twice.len(), 16);
        assert_eq!(InterestSet::new((0..17).map(interest)), Err(InterestError::TooMany { count: 17 }));
    }

    #[test]
    fn debug_prints_no_interest() {
        let set = InterestSet::new([Interest::parse("hardstyle").unwrap()]).unwrap();
        assert_eq!(format!("{set:?}"), "InterestSet(redacted)");
        assert_eq!(format!("{:?}", set.iter().next().unwrap()), "Interest(redacted)");
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(text in any::<String>()) {
            if let Ok(once) = Interest::parse(&text) {
                prop_assert_eq!(Interest::parse(once.as_str()).unwrap(), once);
            }
        }
    }
}
