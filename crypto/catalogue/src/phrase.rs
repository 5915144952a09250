//! What a category says about people, such as `arbejder [også] med {}`.

use std::borrow::Cow;

use serde::Deserialize;

/// A verb phrase around a list of interests. In its text form `[…]` holds the word "also", which only the first phrase
/// of a sentence says, and `{}` stands for the list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Phrase {
    before: Cow<'static, str>,
    also: Cow<'static, str>,
    after: Cow<'static, str>,
    end: Cow<'static, str>,
}

impl Phrase {
    /// A phrase that ends with its list: `before[also]after{}`.
    pub(crate) const fn of(before: &'static str, also: &'static str, after: &'static str) -> Self {
        Self {
            before: Cow::Borrowed(before),
            also: Cow::Borrowed(also),
            after: Cow::Borrowed(after),
            end: Cow::Borrowed(""),
        }
    }

    /// The phrase around `list`, with the word "also": for the first phrase of a sentence.
    pub(crate) fn with_also(&self, list: &str) -> String {
        [&*self.before, &*self.also, &*self.after, list, &*self.end].concat()
    }

    /// The phrase around `list`, without the word "also".
    pub(crate) fn plain(&self, list: &str) -> String {
        [&*self.before, self.after.trim_start(), list, &*self.end].concat()
    }
}

impl TryFrom<String> for Phrase {
    type Error = PhraseError;

    fn try_from(text: String) -> Result<Self, PhraseError> {
        let (before, rest) = text.split_once('[').ok_or(PhraseError::Also)?;
        let (also, rest) = rest.split_once("] ").ok_or(PhraseError::Also)?;
        let (after, end) = rest.split_once("{}").ok_or(PhraseError::List)?;
        if also.is_empty() || [also, after, end].iter().any(|part| part.contains(['[', ']'])) {
            return Err(PhraseError::Also);
        }
        if [before, also, after, end].iter().any(|part| part.contains(['{', '}'])) {
            return Err(PhraseError::List);
        }
        Ok(Self {
            before: before.to_owned().into(),
            also: also.to_owned().into(),
            after: format!(" {after}").into(),
            end: end.to_owned().into(),
        })
    }
}

/// A phrase in the data that builds no sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PhraseError {
    /// The word "also" is missing, or there twice.
    #[error("a phrase needs one word for \"also\" in brackets, before a space: `arbejder [også] med {{}}`")]
    Also,
    /// The place of the list is missing, or there twice.
    #[error("a phrase needs one `{{}}` after the word in brackets, where the interests go")]
    List,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Result<Phrase, PhraseError> {
        Phrase::try_from(text.to_owned())
    }

    #[test]
    fn also_is_said_where_the_brackets_stand() {
        let works = phrase("arbejder [også] med {}").unwrap();
        assert_eq!(works.with_also("Rust"), "arbejder også med Rust");
        assert_eq!(works.plain("Rust"), "arbejder med Rust");
        let plays = phrase("[also] plays {} a lot").unwrap();
        assert_eq!(plays.with_also("chess"), "also plays chess a lot");
        assert_eq!(plays.plain("chess"), "plays chess a lot");
    }

    #[test]
    fn a_phrase_in_the_code_equals_the_same_phrase_in_the_data() {
        assert_eq!(phrase("er [også] til {}").unwrap(), Phrase::of("er ", "også", " til "));
    }

    #[test]
    fn a_phrase_that_builds_no_sentence_is_refused() {
        for text in
            ["plays {}", "[also plays {}", "[] plays {}", "[also]plays {}", "[a] [b] plays {}", "[a] {} ]"]
        {
            assert_eq!(phrase(text), Err(PhraseError::Also), "{text}");
        }
        for text in ["[also] plays", "[also] {} and {}", "{} [also] {}", "[also] plays {"] {
            assert_eq!(phrase(text), Err(PhraseError::List), "{text}");
        }
    }
}
