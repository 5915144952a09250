//! What somebody typed, as the set of interests that a device compares.

use sighej_catalogue::Entry;
use sighej_crypto::{Interest, InterestError, InterestSet};
use thiserror::Error;

/// Suggestions that are given at most.
const SUGGESTIONS: usize = 3;

/// A checked profile.
#[derive(Clone)]
pub struct Profile {
    interests: InterestSet,
    free: Vec<Free>,
}

/// An interest outside the catalogue: it matches whoever types the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Free {
    /// As typed.
    pub text: String,
    /// Ids of the catalogue that look similar.
    pub similar: Vec<&'static str>,
}

/// Why a profile was refused, naming the interest at fault and what to do. Contains what was typed: show it to
/// whoever typed it, and log it nowhere.
#[derive(Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// One text is no interest.
    #[error("“{text}” cannot be an interest: {reason}")]
    Unusable {
        /// As typed.
        text: String,
        /// What is wrong with it.
        reason: InterestError,
    },
    /// One interest is sensitive, and not allowed by its id.
    #[error(
        "“{text}” is a sensitive interest, and off until you turn it on by itself: add `--allow-sensitive {id}`"
    )]
    Sensitive {
        /// As typed.
        text: String,
        /// Its id.
        id: &'static str,
    },
    /// What shall be allowed is not in the catalogue.
    #[error("`--allow-sensitive {text}` names nothing in the catalogue{}", did_you_mean(.similar))]
    UnknownAllowance {
        /// As typed.
        text: String,
        /// Ids that look similar.
        similar: Vec<&'static str>,
    },
    /// Too many, which is never solved by dropping some.
    #[error("these are too many interests: {0}; leave some out")]
    TooMany(InterestError),
}

impl Profile {
    /// Brings every text into canonical form, finds it in the catalogue by id, label or another name, and refuses
    /// what is sensitive unless `allowed` names it by its id or another name. Duplicates count once.
    ///
    /// # Errors
    /// The first text that cannot be used, by its own [`ProfileError`].
    pub fn choose(texts: &[impl AsRef<str>], allowed: &[impl AsRef<str>]) -> Result<Profile, ProfileError> {
        let allowed: Vec<&str> = allowed.iter().map(|id| allowance(id.as_ref())).collect::<Result<_, _>>()?;
        let mut free = Vec::new();
        let mut interests = Vec::new();
        for text in texts.iter().map(AsRef::as_ref) {
            let typed = parse(text)?;
            match sighej_catalogue::resolve(typed.as_str()) {
                Some(entry) if entry.is_sensitive() && !allowed.contains(&entry.id()) => {
                    return Err(ProfileError::Sensitive { text: text.into(), id: entry.id() });
                }
                Some(entry) => interests.push(parse(entry.id())?),
                None => {
                    free.push(Free { text: text.into(), similar: similar(typed.as_str()) });
                    interests.push(typed);
                }
            }
        }
        let interests = InterestSet::new(interests).map_err(ProfileError::TooMany)?;
        Ok(Profile { interests, free })
    }

    /// The interests, for the engine.
    pub fn interests(&self) -> &InterestSet {
        &self.interests
    }

    /// Those outside the catalogue, in the order typed.
    pub fn free(&self) -> &[Free] {
        &self.free
    }
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(redacted)")
    }
}

impl std::fmt::Debug for Free {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Free(redacted)")
    }
}

/// Errors end in logs more easily than anything else; only `Display` names what was typed.
impl std::fmt::Debug for ProfileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ProfileError::Unusable { .. } => "Unusable(redacted)",
            ProfileError::Sensitive { .. } => "Sensitive(redacted)",
            ProfileError::UnknownAllowance { .. } => "UnknownAllowance(redacted)",
            ProfileError::TooMany(_) => "TooMany",
        })
    }
}

fn parse(text: &str) -> Result<Interest, ProfileError> {
    Interest::parse(text).map_err(|reason| ProfileError::Unusable { text: text.into(), reason })
}

fn allowance(text: &str) -> Result<&'static str, ProfileError> {
    let typed = parse(text)?;
    let unknown = || ProfileError::UnknownAllowance { text: text.into(), similar: similar(typed.as_str()) };
    sighej_catalogue::resolve(typed.as_str()).map(Entry::id).ok_or_else(unknown)
}

/// Ids of entries with a key that contains the text, or differs from it by a slip of the fingers.
fn similar(text: &str) -> Vec<&'static str> {
    let slips = if text.chars().count() < 5 { 1 } else { 2 };
    let near = |key: &str| distance(key, text) <= slips;
    let by_slip = sighej_catalogue::all()
        .iter()
        .filter(|entry| near(entry.id()) || entry.aliases().iter().any(|alias| near(alias)));
    let mut ids = Vec::new();
    for entry in by_slip.chain(sighej_catalogue::search(text)) {
        if !ids.contains(&entry.id()) && ids.len() < SUGGESTIONS {
            ids.push(entry.id());
        }
    }
    ids
}

/// Levenshtein's distance, in characters. Both texts are at most 64 bytes long.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, here) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (column, there) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(here != *there);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

fn did_you_mean(similar: &[&str]) -> String {
    match similar {
        [] => "; `sighej interests` lists what there is".into(),
        similar => format!("; did you mean {}?", similar.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [&str; 0] = [];

    fn ids(profile: &Profile) -> Vec<&str> {
        profile.interests().iter().map(Interest::as_str).collect()
    }

    #[test]
    fn other_names_and_spellings_are_one_interest() {
        let profile = Profile::choose(&["k8s", " KUBERNETES ", "kube"], &NONE).unwrap();
        assert_eq!(ids(&profile), ["kubernetes"]);
        assert!(profile.free().is_empty());
    }

    #[test]
    fn what_is_not_in_the_catalogue_stays_as_typed_with_a_hint() {
        let profile = Profile::choose(&["kubernets", "Restoring  Tractors"], &NONE).unwrap();
        assert_eq!(ids(&profile), ["kubernets", "restoring tractors"]);
        assert_eq!(profile.free()[0].similar, ["kubernetes"]);
        assert!(profile.free()[1].similar.is_empty());
    }

    #[test]
    fn a_sensitive_interest_is_off_until_it_is_allowed_by_its_own_id() {
        let sensitive = sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap().id();
        let error = Profile::choose(&["devops", sensitive], &NONE).err().unwrap();
        assert_eq!(error, ProfileError::Sensitive { text: sensitive.into(), id: sensitive });
        assert!(error.to_string().contains(&format!("--allow-sensitive {sensitive}")));
        assert!(Profile::choose(&[sensitive], &["devops"]).is_err(), "allowing another one is not enough");
        assert_eq!(ids(&Profile::choose(&[sensitive], &[sensitive]).unwrap()), [sensitive]);
    }

    #[test]
    fn each_refusal_names_the_one_at_fault() {
        let refusal = |texts: &[&str]| Profile::choose(texts, &NONE).err().unwrap().to_string();
        assert!(refusal(&["devops", "  "]).contains("“  ”"));
        let long = "x".repeat(65);
        assert!(refusal(&[&long]).contains(&long));
        let many: Vec<String> = (0..17).map(|n| format!("my own interest {n}")).collect();
        assert!(matches!(Profile::choose(&many, &NONE), Err(ProfileError::TooMany(_))));
        let unknown = Profile::choose(&["devops"], &["kubernets"]).err().unwrap();
        assert!(unknown.to_string().contains("did you mean kubernetes?"));
    }

    #[test]
    fn debug_prints_nothing_that_was_typed() {
        let profile = Profile::choose(&["devops", "restoring tractors"], &NONE).unwrap();
        let error = Profile::choose(&["\u{7}tractors"], &NONE).err().unwrap();
        let shown = format!("{profile:?} {:?} {error:?}", profile.free());
        assert!(!shown.contains("devops") && !shown.contains("tractors"), "{shown}");
    }

    #[test]
    fn distances() {
        for (one, other, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(one, other), expected);
        }
    }
}
