//! `sighej interests`: what the catalogue knows.

use serde_json::json;
use sighej_catalogue::Entry;
use sighej_node::report::Lang;

use super::{Ended, args::Interests, output::Output};

/// Lists by category, or the best fits first where something is searched.
pub(crate) fn list(args: &Interests) -> Result<(), Ended> {
    let lang = args.lang.into();
    let search = args.search.as_deref().unwrap_or_default();
    let found = sighej_catalogue::search(search);
    let mut output = Output::default();
    if args.json {
        for entry in found {
            output.json(&as_json(entry, lang))?;
        }
        return Ok(());
    }
    if found.is_empty() {
        return Err(Ended::failed(format!(
            "nothing in the catalogue contains “{search}”. It can be an interest all the same: it matches whoever types the same"
        )));
    }
    let width = found.iter().map(|entry| entry.id().len()).max().unwrap_or(0);
    let mut heading = "";
    for entry in &found {
        if search.is_empty() && heading != entry.category().id() {
            heading = entry.category().id();
            output.line(&format!("\n{}", entry.category().label(lang).to_uppercase()))?;
        }
        output.line(&as_line(entry, lang, width))?;
    }
    if found.iter().any(|entry| entry.is_sensitive()) {
        output.line("\n* sensitive: off until you turn it on by itself with --allow-sensitive ID")?;
    }
    Ok(())
}

fn as_line(entry: &Entry, lang: Lang, width: usize) -> String {
    let mark = if entry.is_sensitive() { '*' } else { ' ' };
    let also = match entry.aliases() {
        [] => String::new(),
        aliases => format!("  (also: {})", aliases.join(", ")),
    };
    format!("{mark} {:width$}  {}{also}", entry.id(), entry.label(lang))
}

fn as_json(entry: &Entry, lang: Lang) -> serde_json::Value {
    json!({
        "id": entry.id(),
        "label": entry.label(lang),
        "category": entry.category().id(),
        "aliases": entry.aliases(),
        "sensitive": entry.is_sensitive(),
    })
}
