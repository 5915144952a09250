//! What a report may speak of: the catalogue's interests and categories, without the sensitive ones.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use sighej_catalogue::{Category, Entry};

/// Which of the two questions a report answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Which category is the drawn interest of?
    Category,
    /// Which interest is it?
    Interest,
}

impl Question {
    /// Both, in the order of their codes.
    pub const ALL: [Self; 2] = [Self::Category, Self::Interest];

    /// The byte on the wire.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Category => 0,
            Self::Interest => 1,
        }
    }
}

/// The cells of both questions, in the catalogue's order. The same catalogue gives the same cells everywhere.
pub struct Cells {
    categories: Vec<&'static Category>,
    interests: Vec<&'static Entry>,
    places: BTreeMap<&'static str, Place>,
    fingerprint: [u8; Cells::FINGERPRINT_LEN],
}

/// Where an interest counts.
#[derive(Clone, Copy)]
struct Place {
    category: usize,
    interest: usize,
}

static CELLS: LazyLock<Cells> = LazyLock::new(Cells::read);

impl Cells {
    /// Bytes of a [fingerprint](Cells::fingerprint).
    pub const FINGERPRINT_LEN: usize = 8;

    /// The cells of the catalogue that this program carries.
    #[must_use]
    pub fn get() -> &'static Self {
        &CELLS
    }

    fn read() -> Self {
        let mut cells =
            Self { categories: vec![], interests: vec![], places: BTreeMap::new(), fingerprint: [0; 8] };
        for entry in sighej_catalogue::all().iter().filter(|entry| !entry.is_sensitive()) {
            if cells.categories.last().is_none_or(|last| last.id() != entry.category().id()) {
                cells.categories.push(entry.category());
            }
            let place = Place { category: cells.categories.len() - 1, interest: cells.interests.len() };
            cells.interests.push(entry);
            cells.places.insert(entry.id(), place);
        }
        cells.fingerprint =
            fingerprint(cells.interests.iter().map(|entry| (entry.category().id(), entry.id())));
        cells
    }

    /// How many cells a question has.
    #[must_use]
    pub fn count(&self, question: Question) -> usize {
        match question {
            Question::Category => self.categories.len(),
            Question::Interest => self.interests.len(),
        }
    }

    /// The id of a cell: of a category or of an interest.
    #[must_use]
    pub fn id(&self, question: Question, cell: usize) -> Option<&'static str> {
        match question {
            Question::Category => self.categories.get(cell).map(|category| category.id()),
            Question::Interest => self.interests.get(cell).map(|entry| entry.id()),
        }
    }

    /// The category behind a cell of [`Question::Category`].
    #[must_use]
    pub fn category(&self, cell: usize) -> Option<&'static Category> {
        self.categories.get(cell).copied()
    }

    /// The interest behind a cell of [`Question::Interest`].
    #[must_use]
    pub fn interest(&self, cell: usize) -> Option<&'static Entry> {
        self.interests.get(cell).copied()
    }

    /// The cell in which an interest counts, by its catalogue id. None for what is sensitive or not in the catalogue.
    #[must_use]
    pub fn cell(&self, question: Question, interest: &str) -> Option<usize> {
        let place = self.places.get(interest)?;
        Some(match question {
            Question::Category => place.category,
            Question::Interest => place.interest,
        })
    }

    /// Names the list of cells: two programs with different catalogues must not add their reports up.
    #[must_use]
    pub fn fingerprint(&self) -> &[u8; Self::FINGERPRINT_LEN] {
        &self.fingerprint
    }
}

/// The leading bytes of a hash over the label, and each interest's category and id, every text behind its length.
pub(crate) fn fingerprint<'a>(
    interests: impl Iterator<Item = (&'a str, &'a str)>,
) -> [u8; Cells::FINGERPRINT_LEN] {
    let mut hash = Sha256::new();
    put(&mut hash, "sighej/1 statistics catalogue");
    for (category, interest) in interests {
        put(&mut hash, category);
        put(&mut hash, interest);
    }
    leading(&hash.finalize())
}

/// A text behind its length in bytes, as u16 in network order; the label of a hash comes first and in the same way.
pub(crate) fn put(hash: &mut Sha256, text: &str) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    hash.update(length.to_be_bytes());
    hash.update(text);
}

pub(crate) fn leading<const N: usize>(hash: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_sensitive_has_a_cell() {
        let cells = Cells::get();
        for entry in sighej_catalogue::all() {
            for question in Question::ALL {
                assert_eq!(
                    cells.cell(question, entry.id()).is_none(),
                    entry.is_sensitive(),
                    "{}",
                    entry.id()
                );
            }
        }
        for id in ["faith", "health", "orientation", "politics"] {
            assert!(
                (0..cells.count(Question::Category)).all(|at| cells.id(Question::Category, at) != Some(id))
            );
        }
    }

    #[test]
    fn every_cell_is_found_again_by_its_interest() {
        let cells = Cells::get();
        for at in 0..cells.count(Question::Interest) {
            let id = cells.id(Question::Interest, at).unwrap();
            assert_eq!(cells.cell(Question::Interest, id), Some(at));
            let category = cells.cell(Question::Category, id).unwrap();
            assert_eq!(cells.category(category).unwrap().id(), cells.interest(at).unwrap().category().id());
        }
        assert_eq!(cells.cell(Question::Interest, "no such thing"), None);
    }

    #[test]
    fn categories_stand_once_each() {
        let cells = Cells::get();
        let mut ids: Vec<_> = cells.categories.iter().map(|category| category.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), cells.count(Question::Category));
    }
}
