//! Finding an interest by a part of its name.

use std::sync::LazyLock;

use crate::catalogue::{Entry, all};

/// Every entry with its keys, spelled out.
static SPELLED_OUT: LazyLock<Vec<(&'static Entry, Vec<String>)>> = LazyLock::new(|| {
    all().iter().map(|entry| (entry, entry.keys().map(|key| spelled_out(&key)).collect())).collect()
});

/// How well a query fits a key, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Beginning,
    /// The beginning of a later word.
    Word,
    Within,
}

/// The entries of which an id, alias or label contains `query`, the best fit first: a whole key, the beginning of one,
/// the beginning of a word, anything else. Equal fits keep the order of [`all`], which is also the answer to an empty
/// query. Case does not matter, and æ, ø, å may be written ae, oe, aa.
pub fn search(query: &str) -> Vec<&'static Entry> {
    let query = spelled_out(query.trim());
    let mut found: Vec<(Fit, &Entry)> =
        SPELLED_OUT.iter().filter_map(|(entry, keys)| Some((best_fit(keys, &query)?, *entry))).collect();
    if !query.is_empty() {
        found.sort_by_key(|(fit, _)| *fit);
    }
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn best_fit(keys: &[String], query: &str) -> Option<Fit> {
    keys.iter().filter_map(|key| fit(key, query)).min()
}

fn fit(key: &str, query: &str) -> Option<Fit> {
    let rest = key.strip_prefix(query);
    if rest == Some("") {
        Some(Fit::Whole)
    } else if rest.is_some() {
        Some(Fit::Beginning)
    } else if key.match_indices(query).any(|(at, _)| key[..at].ends_with([' ', '-', '/'])) {
        Some(Fit::Word)
    } else if key.contains(query) {
        Some(Fit::Within)
    } else {
        None
    }
}

/// Lower case, without the letters that half of all keyboards lack. The å of some systems is an a with a ring after it.
fn spelled_out(text: &str) -> String {
    text.to_lowercase().replace('æ', "ae").replace('ø', "oe").replace('å', "aa").replace("a\u{30a}", "aa")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fits_are_told_apart() {
        assert!(fit("jazz", "jazz") == Some(Fit::Whole));
        assert!(fit("jazz", "ja") == Some(Fit::Beginning));
        assert!(fit("acid jazz", "ja") == Some(Fit::Word));
        assert!(fit("acid jazz", "zz") == Some(Fit::Within));
        assert!(fit("ajar or jar", "ja") == Some(Fit::Word), "a later occurrence may fit better");
        assert!(fit("jazz", "jazz ").is_none() && fit("jazz", "x").is_none());
    }

    #[test]
    fn danish_letters_may_be_spelled_out() {
        assert_eq!(spelled_out("Brætspil på Ærø"), "braetspil paa aeroe");
        assert_eq!(spelled_out("A\u{30a}rhus"), spelled_out("Århus"));
    }
}
