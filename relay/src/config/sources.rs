//! Where values come from, and which of them counts.

use std::{collections::BTreeMap, ffi::OsString, fmt, path::PathBuf};

use super::{ConfigError, ConfigErrors, SETTINGS, Setting, file};

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag(&'static str),
    /// In the environment.
    Variable(String),
    /// In the file.
    File {
        /// Which one.
        path: PathBuf,
        /// On which line, counted from 1.
        line: Option<usize>,
    },
    /// In the table of settings.
    Default(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(key) => write!(f, "--{key}"),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, line: Some(line) } => write!(f, "{}:{line}", path.display()),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::Default(key) => write!(f, "the default of {key}"),
        }
    }
}

/// The values that were found, by key: of several the one that counts.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Sources {
    /// Collects the values of flags, environment and file, the first named over the next.
    ///
    /// # Errors
    /// What is wrong with the file, or a variable that is no text or names no setting.
    pub fn collect(
        flags: impl IntoIterator<Item = (&'static str, String)>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        path: Option<PathBuf>,
    ) -> Result<Self, ConfigErrors> {
        let (mut values, mut errors) = (BTreeMap::new(), Vec::new());
        for setting in SETTINGS {
            if let Some(default) = setting.default {
                values.insert(setting.key, (default.to_owned(), Origin::Default(setting.key)));
            }
        }
        if let Some(path) = path {
            match file::read(&path) {
                Ok(entries) => {
                    values.extend(
                        entries.into_iter().map(|(setting, text, origin)| (setting.key, (text, origin))),
                    );
                }
                Err(found) => errors.extend(found),
            }
        }
        for (name, value) in variables {
            match variable(name, value) {
                Some(Ok((setting, text, origin))) => {
                    values.insert(setting.key, (text, origin));
                }
                Some(Err(error)) => errors.push(error),
                None => {}
            }
        }
        values.extend(flags.into_iter().map(|(key, text)| (key, (text, Origin::Flag(key)))));
        if errors.is_empty() { Ok(Self { values }) } else { Err(ConfigErrors(errors)) }
    }

    /// The value that counts, where there is one.
    pub(super) fn get(&self, key: &str) -> Option<(&str, &Origin)> {
        self.values.get(key).map(|(text, origin)| (text.as_str(), origin))
    }
}

/// A variable of the relay's; none where it is another program's, or names the file itself.
fn variable(
    name: OsString,
    value: OsString,
) -> Option<Result<(&'static Setting, String, Origin), ConfigError>> {
    let name = name.into_string().ok().filter(|name| name.starts_with("SIGHEJ_RELAY_"))?;
    if name == CONFIG_VARIABLE {
        return None;
    }
    let origin = Origin::Variable(name.clone());
    let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == name) else {
        let what = "there is no such setting (`sighej-relay --help` lists them)".to_owned();
        return Some(Err(ConfigError { origin, what }));
    };
    Some(match value.into_string() {
        Ok(text) => Ok((setting, text, origin)),
        Err(_) => Err(ConfigError { origin, what: "its value is no text".to_owned() }),
    })
}

/// The variable that names the file.
pub const CONFIG_VARIABLE: &str = "SIGHEJ_RELAY_CONFIG";
