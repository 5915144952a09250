//! Reports added up, and the numbers of reports at which one looks.

use crate::cells::{Cells, Question};
use crate::report::Report;

/// Reports that one event counts. Beyond it further ones are refused.
pub const MAX_REPORTS: u32 = 100_000;

/// How many reports there are at the look of this number, from 1: 50, then half as many again each time. Between two
/// looks nothing new is said.
#[must_use]
pub fn look_size(look: u32) -> u32 {
    (1..look).fold(50, |size: u32, _| size.saturating_add(size / 2))
}

/// How many reports of one question there are, and how many of them have a bit in each of its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answers {
    reports: u32,
    ones: Vec<u32>,
}

impl Answers {
    fn none(question: Question) -> Self {
        Self { reports: 0, ones: vec![0; Cells::get().count(question)] }
    }

    fn add(&mut self, report: &Report) {
        self.reports += 1;
        for cell in report.cells() {
            if let Some(ones) = self.ones.get_mut(cell) {
                *ones += 1;
            }
        }
    }
}

/// The sums of an event's reports. A single report cannot be taken out of them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    categories: Answers,
    interests: Answers,
}

impl Counts {
    /// No reports.
    #[must_use]
    pub fn none() -> Self {
        let [categories, interests] = Question::ALL.map(Answers::none);
        Self { categories, interests }
    }

    /// Adds a report of this event.
    pub fn add(&mut self, report: &Report) {
        match report.question() {
            Question::Category => self.categories.add(report),
            Question::Interest => self.interests.add(report),
        }
    }

    /// All reports.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.categories.reports + self.interests.reports
    }

    /// Reports that answer this question.
    #[must_use]
    pub fn reports(&self, question: Question) -> u32 {
        self.of(question).reports
    }

    /// How many of them have a bit in each cell.
    #[must_use]
    pub fn ones(&self, question: Question) -> &[u32] {
        &self.of(question).ones
    }

    fn of(&self, question: Question) -> &Answers {
        match question {
            Question::Category => &self.categories,
            Question::Interest => &self.interests,
        }
    }

    fn put(&self, bytes: &mut Vec<u8>) {
        for answers in [&self.categories, &self.interests] {
            bytes.extend(answers.reports.to_be_bytes());
            bytes.extend(answers.ones.iter().flat_map(|ones| ones.to_be_bytes()));
        }
    }

    fn take(numbers: &mut impl Iterator<Item = u32>) -> Option<Self> {
        let mut counts = Self::none();
        for answers in [&mut counts.categories, &mut counts.interests] {
            answers.reports = numbers.next()?;
            for ones in &mut answers.ones {
                *ones = numbers.next().filter(|ones| *ones <= answers.reports)?;
            }
        }
        (counts.total() <= MAX_REPORTS).then_some(counts)
    }
}

/// An event's sums, and what they were at the last look: the latter alone is ever shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    counts: Counts,
    look: u32,
    seen: Counts,
}

/// Why a report is not counted, or stored sums are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TallyError {
    /// The event has as many as it may.
    #[error("the event has {MAX_REPORTS} reports, and takes no more")]
    Full,
    /// The bytes are no sums of this program's catalogue.
    #[error("the stored sums do not fit this program's catalogue")]
    Malformed,
}

impl Tally {
    /// An event with no reports.
    #[must_use]
    pub fn new() -> Self {
        Self { counts: Counts::none(), look: 0, seen: Counts::none() }
    }

    /// Adds a report, and looks where its number is that of a look.
    ///
    /// # Errors
    /// [`TallyError::Full`]
    pub fn add(&mut self, report: &Report) -> Result<(), TallyError> {
        if self.counts.total() >= MAX_REPORTS {
            return Err(TallyError::Full);
        }
        self.counts.add(report);
        if self.counts.total() == look_size(self.look + 1) {
            self.look += 1;
            self.seen = self.counts.clone();
        }
        Ok(())
    }

    /// The number of the last look, and the sums then. None before the first.
    #[must_use]
    pub fn seen(&self) -> Option<(u32, &Counts)> {
        (self.look > 0).then_some((self.look, &self.seen))
    }

    /// How many reports the next look waits for.
    #[must_use]
    pub fn next_look(&self) -> u32 {
        look_size(self.look + 1)
    }

    /// The sums up to now: to be kept, never to be shown.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The bytes to keep.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.look.to_be_bytes().to_vec();
        self.counts.put(&mut bytes);
        self.seen.put(&mut bytes);
        bytes
    }

    /// Reads what [`Tally::to_bytes`] gave.
    ///
    /// # Errors
    /// [`TallyError::Malformed`]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TallyError> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        let mut numbers = numbers.iter().map(|number| u32::from_be_bytes(*number));
        let mut read = || {
            let look = numbers.next()?;
            let (counts, seen) = (Counts::take(&mut numbers)?, Counts::take(&mut numbers)?);
            let fits = look <= MAX_LOOKS && (look_size(look)..look_size(look + 1)).contains(&counts.total());
            let fits = if look == 0 { counts.total() < look_size(1) } else { fits };
            (fits && numbers.next().is_none()).then_some(Self { counts, look, seen })
        };
        read().filter(|_| rest.is_empty()).ok_or(TallyError::Malformed)
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

/// More looks than [`MAX_REPORTS`] has.
const MAX_LOOKS: u32 = 32;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::{Epsilon, EventName};

    fn reports(count: usize) -> impl Iterator<Item = Report> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let event = EventName::parse("an event").unwrap();
        std::iter::repeat_with(move || Report::draw(&event, &["rust"], Epsilon::DEFAULT, &mut rng))
            .take(count)
    }

    #[test]
    fn looks_come_at_fixed_numbers_of_reports() {
        assert_eq!([1, 2, 3, 4, 14].map(look_size), [50, 75, 112, 168, 9_679]);
        assert!(look_size(MAX_LOOKS) > MAX_REPORTS);
        let mut tally = Tally::new();
        for (number, report) in (1..).zip(reports(120)) {
            tally.add(&report).unwrap();
            let expected = [50, 75, 112].into_iter().rfind(|size| *size <= number);
            assert_eq!(tally.seen().map(|(_, counts)| counts.total()), expected, "{number}");
        }
        assert_eq!((tally.seen().map(|(look, _)| look), tally.next_look()), (Some(3), 168));
    }

    #[test]
    fn a_tally_survives_its_bytes_and_damaged_bytes_are_refused() {
        let mut tally = Tally::new();
        for (number, report) in reports(80).enumerate() {
            if number % 10 == 0 {
                assert_eq!(Tally::from_bytes(&tally.to_bytes()).as_ref(), Ok(&tally));
            }
            tally.add(&report).unwrap();
        }
        let bytes = tally.to_bytes();
        assert_eq!(Tally::from_bytes(&bytes[..bytes.len() - 1]), Err(TallyError::Malformed));
        assert_eq!(Tally::from_bytes(&[bytes.as_slice(), &[0; 4]].concat()), Err(TallyError::Malformed));
        for (at, value) in [(0, 255), (3, 1), (3, 3), (4, 1), (8, 255)] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            assert_eq!(Tally::from_bytes(&damaged), Err(TallyError::Malformed), "byte {at}");
        }
    }

    #[test]
    fn a_full_event_takes_no_more() {
        let mut tally = Tally::new();
        tally.counts.categories.reports = MAX_REPORTS;
        let report = reports(1).next().unwrap();
        assert_eq!(tally.add(&report), Err(TallyError::Full));
        assert_eq!(tally.counts.total(), MAX_REPORTS);
    }
}
