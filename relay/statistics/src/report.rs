//! One report: how a device makes it, and its bytes.

use std::fmt;

use rand_core::{CryptoRng, Rng};

use crate::cells::{Cells, Question};
use crate::epsilon::Epsilon;
use crate::event::EventName;

/// What one device says at one event. Nothing in it can be told from noise by more than a factor of `e^ε`; beside that,
/// it is printed nowhere.
///
/// On the wire: version (1) ‖ question (1) ‖ event (8) ‖ catalogue (8) ‖ id (16) ‖ a bit for each cell, the first in
/// the lowest bit of the first byte, the last byte filled up with zeros.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    question: Question,
    event: [u8; 8],
    id: [u8; Report::ID_LEN],
    bits: Vec<u8>,
}

/// Why bytes are no report that a relay can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Another version.
    #[error("the report is of another version than {}: update SigHej", Report::VERSION)]
    Version,
    /// Too short, too long, an unknown question, or bits beyond the last cell.
    #[error("the report is malformed")]
    Malformed,
    /// It was made from another catalogue.
    #[error(
        "the report was made from another catalogue than the relay's: both need the same version of SigHej"
    )]
    Catalogue,
    /// It was made for another event.
    #[error("the report was made for another event than the one that the relay counts")]
    Event,
}

impl Report {
    /// The first byte.
    pub const VERSION: u8 = 1;
    /// Bytes of the id by which a report that is sent again is known.
    pub const ID_LEN: usize = 16;
    /// Bytes before the bits.
    pub const HEAD: usize = 2 + 8 + Cells::FINGERPRINT_LEN + Self::ID_LEN;

    /// Makes a device's report from its own interests, by their catalogue ids. What is sensitive or not in the catalogue
    /// is passed over; whoever has nothing else sends noise alone, which looks the same.
    ///
    /// A device does this once for each event: two reports of one profile tell twice as much. [`Diary`](crate::Diary)
    /// sees to it.
    pub(crate) fn draw(event: &EventName, own: &[&str], epsilon: Epsilon, rng: &mut impl CryptoRng) -> Self {
        let cells = Cells::get();
        let question = if rng.next_u64() & 1 == 0 { Question::Category } else { Question::Interest };
        let truth = pick(own, rng).and_then(|interest| cells.cell(question, interest));
        let mut id = [0; Self::ID_LEN];
        rng.fill_bytes(&mut id);
        let bits = encode(cells.count(question), truth, epsilon, rng);
        Self { question, event: event.digest(), id, bits }
    }

    /// Reads a report that was made for this event.
    ///
    /// # Errors
    /// [`ReportError`] says which part does not fit.
    pub fn from_bytes(bytes: &[u8], event: &EventName) -> Result<Self, ReportError> {
        let cells = Cells::get();
        let [version, question, rest @ ..] = bytes else { return Err(ReportError::Malformed) };
        if *version != Self::VERSION {
            return Err(ReportError::Version);
        }
        let question = Question::ALL.into_iter().find(|known| known.code() == *question);
        let question = question.ok_or(ReportError::Malformed)?;
        let (named, rest) = rest.split_first_chunk().ok_or(ReportError::Malformed)?;
        let (catalogue, rest) = rest.split_first_chunk().ok_or(ReportError::Malformed)?;
        let (id, bits) = rest.split_first_chunk().ok_or(ReportError::Malformed)?;
        if catalogue != cells.fingerprint() {
            return Err(ReportError::Catalogue);
        }
        if *named != event.digest() {
            return Err(ReportError::Event);
        }
        let report = Self { question, event: *named, id: *id, bits: bits.to_vec() };
        if report.is_whole(cells.count(question)) { Ok(report) } else { Err(ReportError::Malformed) }
    }

    /// The bytes to send, and to send again.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::HEAD + self.bits.len());
        bytes.extend([Self::VERSION, self.question.code()]);
        bytes.extend(self.event);
        bytes.extend(Cells::get().fingerprint());
        bytes.extend(self.id);
        bytes.extend(&self.bits);
        bytes
    }

    /// Bytes of the longest report.
    #[must_use]
    pub fn max_len() -> usize {
        let cells = Question::ALL.map(|question| Cells::get().count(question));
        Self::HEAD + cells.into_iter().max().unwrap_or(0).div_ceil(8)
    }

    /// Which question it answers.
    #[must_use]
    pub fn question(&self) -> Question {
        self.question
    }

    /// Random bytes that tell this report from every other one, and nothing else.
    #[must_use]
    pub fn id(&self) -> &[u8; Self::ID_LEN] {
        &self.id
    }

    /// Which cells it has a bit in.
    pub(crate) fn cells(&self) -> impl Iterator<Item = usize> {
        (0..self.bits.len() * 8).filter(|&cell| bit(&self.bits, cell))
    }

    fn is_whole(&self, cells: usize) -> bool {
        self.bits.len() == cells.div_ceil(8) && self.cells().all(|cell| cell < cells)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Report(redacted)")
    }
}

/// One of those that have a cell, each as likely as any other.
fn pick<'a>(own: &[&'a str], rng: &mut impl Rng) -> Option<&'a str> {
    let counts = |id: &&str| Cells::get().cell(Question::Interest, id).is_some();
    let mut eligible: Vec<&str> = own.iter().copied().filter(counts).collect();
    eligible.sort_unstable();
    eligible.dedup();
    let place = (u128::from(rng.next_u64()) * eligible.len() as u128) >> 64;
    eligible.get(place as usize).copied()
}

/// Optimised unary encoding of one cell, or of none.
fn encode(cells: usize, truth: Option<usize>, epsilon: Epsilon, rng: &mut impl Rng) -> Vec<u8> {
    let mut bits = vec![0_u8; cells.div_ceil(8)];
    for cell in 0..cells {
        let set = if truth == Some(cell) { rng.next_u64() & 1 == 0 } else { epsilon.noise(rng) };
        if let Some(byte) = bits.get_mut(cell / 8) {
            *byte |= u8::from(set) << (cell % 8);
        }
    }
    bits
}

pub(crate) fn bit(bits: &[u8], cell: usize) -> bool {
    bits.get(cell / 8).is_some_and(|byte| byte >> (cell % 8) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn drawn(seed: u64, own: &[&str]) -> Report {
        Report::draw(&event(), own, Epsilon::DEFAULT, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    fn event() -> EventName {
        EventName::parse("Rust Nation").unwrap()
    }

    #[test]
    fn a_report_reads_back_and_no_other_bytes_do() {
        for seed in 0..20 {
            let bytes = drawn(seed, &["rust", "chess"]).to_bytes();
            assert!(bytes.len() <= Report::max_len());
            let read = Report::from_bytes(&bytes, &event()).unwrap();
            assert_eq!(read, drawn(seed, &["rust", "chess"]));
            for length in 0..bytes.len() {
                assert!(Report::from_bytes(&bytes[..length], &event()).is_err());
            }
            let refused = |at: usize, value: u8| {
                let mut changed = bytes.clone();
                changed[at] = value;
                Report::from_bytes(&changed, &event()).unwrap_err()
            };
            assert_eq!(refused(0, 2), ReportError::Version);
            assert_eq!(refused(1, 2), ReportError::Malformed);
            assert_eq!(refused(1, 1 - bytes[1]), ReportError::Malformed);
            assert_eq!(refused(2, !bytes[2]), ReportError::Event);
            assert_eq!(refused(10, !bytes[10]), ReportError::Catalogue);
            assert_eq!(
                Report::from_bytes(&[bytes.clone(), vec![0]].concat(), &event()),
                Err(ReportError::Malformed)
            );
        }
    }

    #[test]
    fn bits_beyond_the_last_cell_are_refused() {
        let bits = vec![0b1110];
        let report = Report { question: Question::Category, event: [0; 8], id: [0; 16], bits };
        assert!(report.is_whole(4) && !report.is_whole(3) && !report.is_whole(9));
        assert_eq!(report.cells().collect::<Vec<_>>(), [1, 2, 3]);
    }

    /// Over a few cells every report can be listed: the chance of each, for each answer, straight from the definition.
    #[test]
    fn no_report_tells_two_answers_apart_by_more_than_epsilon() {
        const CELLS: usize = 4;
        for epsilon in [Epsilon::MIN, Epsilon::DEFAULT, Epsilon::MAX] {
            let noise = epsilon.chance_of_noise();
            let chance = |report: u8, truth: Option<usize>| -> f64 {
                let one = |cell| if truth == Some(cell) { crate::epsilon::CHANCE_OF_TRUTH } else { noise };
                (0..CELLS)
                    .map(|cell| if bit(&[report], cell) { one(cell) } else { 1.0 - one(cell) })
                    .product()
            };
            let answers = [None, Some(0), Some(1), Some(2), Some(3)];
            for report in 0..1 << CELLS {
                let chances = answers.map(|truth| chance(report, truth));
                let ratio = chances.iter().fold(0.0_f64, |top, c| top.max(*c))
                    / chances.iter().fold(1.0_f64, |low, c| low.min(*c));
                assert!(ratio <= epsilon.value().exp() * (1.0 + 1e-12), "{report:b} {epsilon} {ratio}");
            }
        }
    }

    #[test]
    fn the_bits_have_the_chances_that_the_privacy_rests_on() {
        const RUNS: u32 = 40_000;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut ones = [0_u32; 3];
        for _ in 0..RUNS {
            let bits = encode(3, Some(1), Epsilon::DEFAULT, &mut rng);
            for (cell, count) in ones.iter_mut().enumerate() {
                *count += u32::from(bit(&bits, cell));
            }
        }
        let noise = Epsilon::DEFAULT.chance_of_noise();
        for (count, chance) in ones.into_iter().zip([noise, 0.5, noise]) {
            let deviation = (chance * (1.0 - chance) / f64::from(RUNS)).sqrt();
            assert!((f64::from(count) / f64::from(RUNS) - chance).abs() < 4.0 * deviation);
        }
    }

    #[test]
    fn each_of_ones_own_interests_is_as_likely_to_be_drawn_and_nothing_sensitive_ever() {
        let sensitive = sighej_catalogue::all().iter().find(|entry| entry.is_sensitive()).unwrap().id();
        let own = ["rust", "chess", "rust", sensitive, "not in the catalogue"];
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let drawn: Vec<_> = (0..4_000).filter_map(|_| pick(&own, &mut rng)).collect();
        let rust = drawn.iter().filter(|id| **id == "rust").count();
        assert_eq!(drawn.len(), 4_000);
        assert!(drawn.iter().all(|id| ["rust", "chess"].contains(id)));
        assert!((1_870..=2_130).contains(&rust), "{rust}");
        assert_eq!(pick(&[sensitive], &mut rng), None);
    }

    #[test]
    fn debug_prints_no_bit() {
        assert_eq!(format!("{:?}", drawn(1, &["rust"])), "Report(redacted)");
    }
}
