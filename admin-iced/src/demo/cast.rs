//! Who comes: profiles of interests, drawn as an evening among programmers would have them.

use rand_core::Rng;

/// Interests of one attendee, from and up to. A device could hold sixteen.
const OF_ONE: (usize, usize) = (2, 5);

/// Ids of the catalogue, and how often each is drawn.
const CAST: [(&str, u32); 24] = [
    ("rust", 20),
    ("linux", 12),
    ("python", 9),
    ("devops", 9),
    ("kubernetes", 8),
    ("typescript", 6),
    ("sql", 4),
    ("techno", 7),
    ("hardstyle", 4),
    ("jazz", 3),
    ("chess", 4),
    ("board-games", 5),
    ("running", 4),
    ("climbing", 3),
    ("football", 3),
    ("coffee", 5),
    ("sourdough", 3),
    ("photography", 3),
    ("hiking", 3),
    ("dogs", 2),
    ("cats", 3),
    ("guitar", 2),
    ("astronomy", 2),
    ("gardening", 1),
];

/// One attendee's interests, each once.
pub(super) fn profile(rng: &mut impl Rng) -> Vec<&'static str> {
    let count = OF_ONE.0 + rng.next_u32() as usize % (OF_ONE.1 - OF_ONE.0 + 1);
    let mut profile = Vec::with_capacity(count);
    while profile.len() < count {
        let id = draw(rng);
        if !profile.contains(&id) {
            profile.push(id);
        }
    }
    profile
}

fn draw(rng: &mut impl Rng) -> &'static str {
    let all: u32 = CAST.iter().map(|(_, often)| often).sum();
    let mut drawn = rng.next_u32() % all;
    for (id, often) in CAST {
        match drawn.checked_sub(often) {
            Some(rest) => drawn = rest,
            None => return id,
        }
    }
    CAST[0].0
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn the_cast_holds_what_the_catalogue_knows_and_nothing_sensitive() {
        for (id, _) in CAST {
            let entry = sighej_catalogue::get(id);
            assert!(entry.is_some_and(|entry| !entry.is_sensitive()), "{id}");
        }
    }

    #[test]
    fn profiles_are_of_the_size_they_should_be_and_hold_nothing_twice() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..500 {
            let mut profile = profile(&mut rng);
            assert!((OF_ONE.0..=OF_ONE.1).contains(&profile.len()));
            let count = profile.len();
            profile.sort_unstable();
            profile.dedup();
            assert_eq!(profile.len(), count);
        }
    }
}
