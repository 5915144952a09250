//! The catalogue itself: the data, read once, and how an interest is found by its keys.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use crate::Lang;
use crate::category::{Category, Interest};
use crate::data;

/// One interest of the catalogue. Two entries are equal where their ids are.
#[derive(Clone, Copy)]
pub struct Entry {
    id: &'static str,
    interest: &'static Interest,
    category: &'static Category,
}

impl Entry {
    /// The stable id: kebab case, ASCII, its own canonical form. It alone is compared between devices.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The name as it stands inside a sentence: "vinterbadning", but "Kubernetes".
    pub fn label(&self, lang: Lang) -> &'static str {
        self.interest.label(lang)
    }

    /// Other names, of any language, in canonical form.
    pub fn aliases(&self) -> &'static [String] {
        &self.interest.aliases
    }

    /// The category whose phrase speaks about this interest.
    pub fn category(&self) -> &'static Category {
        self.category
    }

    /// Whether it is off until its user turns it on by itself: faith, health, orientation, politics.
    pub fn is_sensitive(&self) -> bool {
        self.interest.sensitive || self.category.is_sensitive()
    }

    /// Id, aliases and labels, in canonical form. Two of them may be the same.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        let labels = Lang::ALL.into_iter().map(|lang| self.label(lang).to_lowercase());
        let aliases = self.aliases().iter().cloned();
        std::iter::once(self.id.to_owned()).chain(labels).chain(aliases)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Entry {}

/// Names the type alone: which entry somebody holds is what the whole system keeps to itself.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry(..)")
    }
}

static CATEGORIES: LazyLock<Vec<Category>> = LazyLock::new(|| sound(&data::SOURCES));

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let of = |category: &'static Category| {
        category.interests().map(move |(id, interest)| Entry { id, interest, category })
    };
    CATEGORIES.iter().flat_map(of).collect()
});

/// From every key to its entry's place in [`ENTRIES`]. Of two entries that claim one key the first has it.
static PLACES: LazyLock<BTreeMap<String, usize>> = LazyLock::new(|| {
    let mut places = BTreeMap::new();
    for (place, entry) in ENTRIES.iter().enumerate() {
        for key in entry.keys() {
            places.entry(key).or_insert(place);
        }
    }
    places
});

/// The categories that can be read; a broken one is left out.
fn sound(sources: &[&str]) -> Vec<Category> {
    sources.iter().filter_map(|source| Category::parse(source).ok()).collect()
}

/// Every category, in the order in which sentences speak of them.
pub fn categories() -> &'static [Category] {
    &CATEGORIES
}

/// Every entry: by category, then by id.
pub fn all() -> &'static [Entry] {
    &ENTRIES
}

/// The entry with exactly this id.
pub fn get(id: &str) -> Option<&'static Entry> {
    resolve(id).filter(|entry| entry.id == id)
}

/// The entry with this id, alias or label, which is given in canonical form (`sighej_crypto::Interest`).
pub fn resolve(canonical: &str) -> Option<&'static Entry> {
    place(canonical).and_then(|place| ENTRIES.get(place))
}

/// The place in [`all`] of the entry that [`resolve`] finds.
pub(crate) fn place(canonical: &str) -> Option<usize> {
    PLACES.get(canonical).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_that_does_not_read_is_left_out() {
        let [first, ..] = data::SOURCES;
        assert_eq!(sound(&["", "id = 3", first, "]"]).len(), 1);
    }

    #[test]
    fn the_shipped_data_reads_whole() {
        for source in data::SOURCES {
            if let Err(error) = Category::parse(source) {
                panic!("{}: {error}", source.lines().next().unwrap_or_default());
            }
        }
        assert_eq!(categories().len(), data::SOURCES.len());
    }

    #[test]
    fn no_id_is_another_entrys_key() {
        for entry in all() {
            assert_eq!(get(entry.id()).map(Entry::id), Some(entry.id()));
        }
        assert_eq!(get("k8s"), None);
    }

    #[test]
    fn debug_prints_nothing_of_what_somebody_chose() {
        let kubernetes = get("kubernetes").unwrap();
        assert_eq!(format!("{kubernetes:?} {:?}", kubernetes.category()), "Entry(..) Category(..)");
    }
}
