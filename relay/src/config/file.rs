//! The TOML file: keys and values with their lines.

use std::{fs, path::Path};

use toml::de::{DeTable, DeValue};

use super::{ConfigError, Origin, Setting};

/// A key's value as text, and where it stands.
pub(super) type Entry = (&'static Setting, String, Origin);

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, Vec<ConfigError>> {
    let whole =
        |what: String| vec![ConfigError { origin: Origin::File { path: path.to_owned(), line: None }, what }];
    let text = fs::read_to_string(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    let at = |offset: usize| Origin::File {
        path: path.to_owned(),
        line: Some(1 + text.get(..offset).map_or(0, |before| before.matches('\n').count())),
    };
    let table = DeTable::parse(&text).map_err(|error| {
        let origin = at(error.span().map_or(0, |span| span.start));
        vec![ConfigError { origin, what: error.message().to_owned() }]
    })?;
    let (mut entries, mut errors) = (Vec::new(), Vec::new());
    for (key, value) in table.get_ref() {
        let origin = at(key.span().start);
        match (Setting::of(key.get_ref()), as_text(value.get_ref())) {
            (Some(setting), Some(text)) => entries.push((setting, text, origin)),
            (None, _) => errors.push(ConfigError { origin, what: unknown(key.get_ref()) }),
            (Some(setting), None) => {
                let what =
                    format!("{}: expected: {}, such as {}", setting.key, setting.value, sample(setting));
                errors.push(ConfigError { origin, what });
            }
        }
    }
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

fn unknown(key: &str) -> String {
    let near = super::SETTINGS
        .iter()
        .find(|setting| setting.key.replace('-', "_") == key.to_lowercase() || setting.key.starts_with(key));
    let hint = near.map_or(String::new(), |near| format!("; did you mean {}?", near.key));
    format!("there is no setting called {key}{hint} (`sighej-relay example-config` lists them)")
}

fn sample(setting: &Setting) -> String {
    setting.default.map_or_else(|| format!("\"{}\"", setting.value), ToOwned::to_owned)
}

/// Texts, numbers, yes and no; and lists of them, with commas.
fn as_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Array(list) => {
            let parts: Option<Vec<String>> = list.iter().map(|part| as_text(part.get_ref())).collect();
            Some(parts?.join(","))
        }
        DeValue::Integer(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}
