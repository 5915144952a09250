//! Words for people, in files that others can translate: one for each language, embedded, with the same keys.

/// Declares the keys of a message file as a type, all of which every language's file has, and no other. What it makes has
/// `of(lang)`; `file` names the path of a language's text.
#[macro_export]
#[doc(hidden)]
macro_rules! message_file {
    ($(#[$about:meta])* $name:ident from $file:path { $($key:ident)* }) => {
        $(#[$about])*
        #[derive(Debug, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(pub(crate) $key: String,)*
        }

        impl $name {
            /// The words of a language.
            ///
            /// # Errors
            /// Where the embedded file lacks a key or has one too many, which a test rules out; the text names the line.
            pub(crate) fn of(lang: $crate::report::Lang) -> Result<$name, String> {
                toml::from_str($file(lang)).map_err(|error| format!("the words of “{lang}” do not read: {error}"))
            }

            /// Every key with its text.
            #[cfg(test)]
            pub(crate) fn all(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($key), self.$key.as_str())),*]
            }
        }

        #[cfg(test)]
        mod translations {
            use $crate::report::Lang;

            use super::$name;

            fn placeholders(text: &str) -> ::std::collections::BTreeSet<&str> {
                text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
            }

            #[test]
            fn every_language_has_every_key_filled_in_with_the_same() {
                let english = $name::of(Lang::En).unwrap();
                for lang in Lang::ALL {
                    let words = $name::of(lang).unwrap();
                    for ((key, text), (_, other)) in english.all().into_iter().zip(words.all()) {
                        assert!(!other.trim().is_empty(), "{lang}: {key}");
                        assert_eq!(placeholders(text), placeholders(other), "{lang}: {key}");
                        assert_eq!(text.matches('|').count(), other.matches('|').count(), "{lang}: {key}");
                    }
                }
            }

            #[test]
            fn no_text_was_left_in_english() {
                let (english, danish) = ($name::of(Lang::En).unwrap(), $name::of(Lang::Da).unwrap());
                let same: Vec<&str> = english
                    .all()
                    .into_iter()
                    .zip(danish.all())
                    .filter(|(a, b)| a.1 == b.1)
                    .map(|(a, _)| a.0)
                    .collect();
                assert!(same.is_empty(), "{same:?}");
            }
        }
    };
}

/// Fills in what stands in braces.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_filled_in() {
        assert_eq!(fill("{n} of {all}, {n}", &[("n", "2"), ("all", "3")]), "2 of 3, 2");
        assert_eq!(fill("{left} as it is", &[("n", "2")]), "{left} as it is");
    }
}
