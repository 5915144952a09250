//! Every word that is on the screen, in each language, from one table.

mod format;
mod table;
mod trouble;

use serde::{Deserialize, Serialize};

pub(crate) use format::{bytes, clock, date, duration, number, percent, share, sure_percent, timestamp};
pub(crate) use table::Word;
pub(crate) use trouble::advice;

/// A language of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Lang {
    /// English.
    #[default]
    En,
    /// Danish.
    Da,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::Da];

    /// What it calls itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Da => "Dansk",
        }
    }

    /// The language that the environment asks for.
    pub(crate) fn of_environment() -> Self {
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| std::env::var(name).ok());
        if asked.is_some_and(|asked| asked.starts_with("da")) { Self::Da } else { Self::En }
    }

    /// A word.
    pub(crate) fn say(self, word: Word) -> &'static str {
        let [english, danish] = word.texts();
        match self {
            Self::En => english,
            Self::Da => danish,
        }
    }

    /// A text with gaps, filled in their order.
    pub(crate) fn fill(self, word: Word, values: &[&str]) -> String {
        let mut text = String::new();
        let mut values = values.iter();
        let mut rest = self.say(word);
        while let Some((before, after)) = rest.split_once("{}") {
            text.push_str(before);
            text.push_str(values.next().copied().unwrap_or_default());
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_gaps() {
        for word in Word::ALL {
            let [english, danish] = word.texts();
            assert!(!english.is_empty() && !danish.is_empty(), "{word:?}");
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(english), gaps(danish), "{word:?}");
        }
    }

    #[test]
    fn gaps_are_filled_in_order() {
        assert_eq!(Lang::En.fill(Word::DataIsOld, &["37 s"]), "What you see is 37 s old.");
        assert!(Lang::Da.fill(Word::DataIsOld, &["37 s"]).contains("37 s"));
    }
}
