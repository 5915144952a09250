//! Who likes what: popularity falls off by rank (Zipf), over the catalogue in an order of each seed's own. Sensitive
//! interests are off by default, and stay off here.

use sighej_crypto::{Interest, InterestSet};

use crate::{dice::Dice, scenario::InterestPlan};

/// Interests of one attendee as a set of ranks. Simulated people only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ranks([u64; WORDS]);

const WORDS: usize = 10;

impl Ranks {
    /// How many two people share.
    #[must_use]
    pub fn shared(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a & b).count_ones()).sum()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.shared(self)
    }

    fn insert(&mut self, rank: usize) -> bool {
        let Some(word) = self.0.get_mut(rank / 64) else { return false };
        let before = *word;
        *word |= 1 << (rank % 64);
        *word != before
    }

    /// The ranks, most popular first.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..64 * WORDS).filter(|rank| self.0[rank / 64] >> (rank % 64) & 1 == 1)
    }
}

/// The catalogue in order of popularity.
#[derive(Clone, Debug)]
pub struct Popularity {
    ranked: Vec<Interest>,
    /// Up to each rank, the share of all choices.
    cumulated: Vec<f64>,
}

impl Popularity {
    /// In this seed's order.
    #[must_use]
    pub fn new(plan: &InterestPlan, mut dice: Dice) -> Self {
        let open = sighej_catalogue::all().iter().filter(|entry| !entry.is_sensitive());
        let mut ranked: Vec<Interest> = open.filter_map(|entry| Interest::parse(entry.id()).ok()).collect();
        for last in (1..ranked.len()).rev() {
            ranked.swap(last, dice.below(last as u64 + 1) as usize);
        }
        ranked.truncate(64 * WORDS);
        let mut sum = 0.0;
        let weights = (1..=ranked.len()).map(|rank| libm::pow(rank as f64, -plan.zipf));
        let mut cumulated: Vec<f64> = weights
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        cumulated.iter_mut().for_each(|upto| *upto /= sum);
        Self { ranked, cumulated }
    }

    /// How many interests there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranked.len()
    }

    /// Whether the catalogue is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranked.is_empty()
    }

    /// What one attendee likes.
    pub fn choose(&self, plan: &InterestPlan, dice: &mut Dice) -> Ranks {
        let [fewest, most] = plan.count.map(u64::from);
        let wanted = fewest + dice.below(most - fewest + 1);
        let mut ranks = Ranks::default();
        let mut count = 0;
        // A very unequal popularity may not yield so many different ones.
        for _ in 0..1_000 {
            if count == wanted {
                break;
            }
            let share = dice.unit();
            let rank =
                self.cumulated.partition_point(|upto| *upto <= share).min(self.len().saturating_sub(1));
            count += u64::from(ranks.insert(rank));
        }
        ranks
    }

    /// These ranks, as a set of their own.
    #[must_use]
    pub fn ranks(&self, ranks: impl IntoIterator<Item = usize>) -> Ranks {
        let mut set = Ranks::default();
        ranks.into_iter().filter(|rank| *rank < self.len()).for_each(|rank| {
            set.insert(rank);
        });
        set
    }

    /// The interests of these ranks; at most 16 of them.
    #[must_use]
    pub fn set(&self, ranks: &Ranks) -> InterestSet {
        let interests =
            ranks.iter().filter_map(|rank| self.ranked.get(rank).cloned()).take(sighej_crypto::SLOTS);
        InterestSet::new(interests).unwrap_or_default()
    }

    /// The rank of an interest.
    #[must_use]
    pub fn rank(&self, interest: &Interest) -> Option<usize> {
        self.ranked.iter().position(|known| known == interest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: InterestPlan = InterestPlan { count: [4, 10], zipf: 1.0 };

    #[test]
    fn the_popular_is_chosen_more_often_and_the_number_is_within_the_plan() {
        let popularity = Popularity::new(&PLAN, Dice::new(1, &[]));
        let mut dice = Dice::new(2, &[]);
        let chosen: Vec<Ranks> = (0..2_000).map(|_| popularity.choose(&PLAN, &mut dice)).collect();
        assert!(chosen.iter().all(|ranks| (4..=10).contains(&ranks.count())));
        let with = |rank: usize| chosen.iter().filter(|ranks| ranks.iter().any(|r| r == rank)).count();
        assert!(with(0) > 3 * with(9) && with(9) > with(200));
    }

    #[test]
    fn a_set_holds_what_its_ranks_say() {
        let popularity = Popularity::new(&PLAN, Dice::new(1, &[]));
        let ranks = popularity.ranks([0, 5, 130]);
        let set = popularity.set(&ranks);
        let found: Vec<usize> = set.iter().filter_map(|interest| popularity.rank(interest)).collect();
        assert_eq!(popularity.ranks(found), ranks);
        assert_eq!(ranks.shared(&popularity.ranks([5, 6])), 1);
    }
}
