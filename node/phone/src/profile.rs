//! What the attendee chose, checked. It crosses the border once, inwards.

use std::{fmt, sync::Arc};

use sighej_crypto::{InterestError, InterestSet};

use crate::ProfileError;

/// The attendee's interests, ready to be given to a node. Nothing of them can be read out again.
#[derive(uniffi::Object)]
pub struct Profile(InterestSet);

#[uniffi::export]
impl Profile {
    /// Takes ids of the catalogue, their other names, and any other texts; `allowed` names the sensitive ones among them that their
    /// owner has turned on, each by itself.
    #[uniffi::constructor]
    pub fn choose(interests: Vec<String>, allowed: Vec<String>) -> Result<Arc<Profile>, ProfileError> {
        let profile = sighej_node::Profile::choose(&interests, &allowed)
            .map_err(|error| without_text(&error, &interests, &allowed))?;
        Ok(Arc::new(Profile(profile.interests().clone())))
    }

    /// How many different ones there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

impl Profile {
    pub(crate) fn interests(&self) -> &InterestSet {
        &self.0
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Profile(redacted)")
    }
}

/// The same error with positions for texts.
fn without_text(error: &sighej_node::ProfileError, interests: &[String], allowed: &[String]) -> ProfileError {
    let position = |texts: &[String], text: &String| {
        let index = texts.iter().position(|one| one == text).unwrap_or_default();
        u32::try_from(index).unwrap_or(u32::MAX)
    };
    match error {
        sighej_node::ProfileError::Unusable { text, reason } => {
            let index = position(interests, text);
            match reason {
                InterestError::Empty => ProfileError::Empty { index },
                InterestError::TooLong { .. } => ProfileError::TooLong { index },
                InterestError::ControlCharacter => ProfileError::Invisible { index },
                InterestError::TooMany { .. } => ProfileError::TooMany,
            }
        }
        sighej_node::ProfileError::Sensitive { text, .. } => {
            ProfileError::Sensitive { index: position(interests, text) }
        }
        sighej_node::ProfileError::UnknownAllowance { text, .. } => {
            ProfileError::UnknownAllowance { index: position(allowed, text) }
        }
        sighej_node::ProfileError::TooMany(_) => ProfileError::TooMany,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(interests: &[&str], allowed: &[&str]) -> ProfileError {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Profile::choose(owned(interests), owned(allowed)).err().unwrap()
    }

    #[test]
    fn an_error_counts_positions_and_quotes_nothing() {
        let long = "a very long hobby ".repeat(5);
        assert_eq!(refused(&["opera", " "], &[]), ProfileError::Empty { index: 1 });
        assert_eq!(refused(&["opera", "chess", &long], &[]), ProfileError::TooLong { index: 2 });
        assert_eq!(refused(&["ope\u{7}ra"], &[]), ProfileError::Invisible { index: 0 });
        assert_eq!(
            refused(&["opera"], &["opera", "frolicking"]),
            ProfileError::UnknownAllowance { index: 1 }
        );
        let sensitive = sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap().id();
        let error = refused(&["opera", sensitive], &[]);
        assert_eq!(error, ProfileError::Sensitive { index: 1 });
        assert!(!format!("{error} {error:?}").contains(sensitive));
    }
}
