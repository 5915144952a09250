//! A category: one file of the data.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::Lang;
use crate::phrase::Phrase;

/// A group of interests about which one says the same thing: "plays …", "works with …".
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    id: String,
    label: Translated<String>,
    phrase: Translated<Phrase>,
    #[serde(default)]
    sensitive: bool,
    /// By id.
    interests: BTreeMap<String, Interest>,
}

impl Category {
    /// Reads one file of the data.
    ///
    /// # Errors
    /// Where the file is no TOML, a key is missing or unknown, or a phrase builds no sentence.
    pub(crate) fn parse(source: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(source)
    }

    /// The stable id, in kebab case.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name of the category, as a heading has it, in lower case.
    pub fn label(&self, lang: Lang) -> &str {
        self.label.get(lang)
    }

    /// Whether every interest in it is off until its user turns it on by itself.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    pub(crate) fn phrase(&self, lang: Lang) -> &Phrase {
        self.phrase.get(lang)
    }

    pub(crate) fn interests(&self) -> impl Iterator<Item = (&str, &Interest)> {
        self.interests.iter().map(|(id, interest)| (id.as_str(), interest))
    }
}

/// Names the type alone: a category tells something about whoever chose from it.
impl fmt::Debug for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Category(..)")
    }
}

/// One line under `[interests]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interest {
    en: String,
    da: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    pub(crate) sensitive: bool,
}

impl Interest {
    pub(crate) fn label(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Da => &self.da,
        }
    }
}

/// One value for each language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Translated<T> {
    en: T,
    da: T,
}

impl<T> Translated<T> {
    fn get(&self, lang: Lang) -> &T {
        match lang {
            Lang::En => &self.en,
            Lang::Da => &self.da,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
        id = "games"
        label = { en = "games", da = "spil" }
        phrase = { en = "[also] plays {}", da = "spiller [også] {}" }
        [interests]
        chess = { en = "chess", da = "skak" }
    "#;

    #[test]
    fn a_category_reads_with_its_defaults() {
        let games = Category::parse(SOUND).unwrap();
        assert_eq!((games.id(), games.label(Lang::Da), games.is_sensitive()), ("games", "spil", false));
        let (id, chess) = games.interests().next().unwrap();
        assert_eq!((id, chess.label(Lang::Da), chess.sensitive), ("chess", "skak", false));
        assert!(chess.aliases.is_empty());
    }

    #[test]
    fn a_mistake_in_a_file_is_an_error() {
        for (sound, broken) in [
            (r#"da = "skak""#, ""),
            (r#"da = "skak""#, r#"dk = "skak""#),
            (r#"spiller [også] {}"#, "spiller {}"),
            (r#"id = "games""#, ""),
            (r#"chess = {"#, "chess = "),
            (r#"da = "skak" }"#, "da = \"skak\" }\nchess = { en = \"chess\", da = \"skak\" }"),
        ] {
            let source = SOUND.replace(sound, broken);
            assert!(source != SOUND && Category::parse(&source).is_err(), "{source}");
        }
    }
}
