//! Rows that are found by their place, without a search: every frame looks some of them up.

/// A row's key: the place where it stands, and which row of all it is. Never reused, and ordered as the rows came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    serial: u64,
    place: u32,
}

/// Rows by their keys. Whoever inserts keeps to a bound; a place that is given back is the next to be taken.
pub(crate) struct Table<T> {
    /// Boxed: rows are long, and places move when there are more of them.
    places: Vec<Option<(u64, Box<T>)>>,
    free: Vec<u32>,
    serial: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { places: Vec::new(), free: Vec::new(), serial: 0 }
    }
}

impl<T> Table<T> {
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// The key of the next row that is inserted.
    pub(crate) fn next_key(&self) -> Key {
        let new = || u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        Key { serial: self.serial + 1, place: self.free.last().copied().unwrap_or_else(new) }
    }

    pub(crate) fn insert(&mut self, row: T) -> Key {
        let key = self.next_key();
        self.serial = key.serial;
        let row = Some((key.serial, Box::new(row)));
        match self.free.pop().and_then(|place| self.places.get_mut(place as usize)) {
            Some(place) => *place = row,
            None => self.places.push(row),
        }
        key
    }

    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let (serial, row) = self.places.get(key.place as usize)?.as_ref()?;
        (*serial == key.serial).then_some(row)
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let (serial, row) = self.places.get_mut(key.place as usize)?.as_mut()?;
        (*serial == key.serial).then_some(row)
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<Box<T>> {
        let place = self.places.get_mut(key.place as usize)?;
        let (_, row) = place.take_if(|(serial, _)| *serial == key.serial)?;
        self.free.push(key.place);
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_again_and_its_old_key_finds_nothing() {
        let mut table = Table::default();
        let [first, second] = ["first", "second"].map(|row| table.insert(row));
        assert!(first < second);
        assert_eq!(table.remove(first).as_deref(), Some(&"first"));
        assert_eq!((table.remove(first), table.len()), (None, 1));
        let third = table.next_key();
        assert_eq!(table.insert("third"), third);
        assert_eq!((third.place, third > second), (first.place, true));
        assert_eq!(table.get(first), None);
        assert_eq!(table.get_mut(first), None);
        assert_eq!((table.get(second), table.get(third), table.len()), (Some(&"second"), Some(&"third"), 2));
    }
}
