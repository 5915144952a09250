//! The rhythm: in which both cards light up, at the same moments, with no message between them (specification, section
//! 6.3). The table is part of the protocol: its order and length never change within a version.

use std::time::Duration;

/// How long one beat lasts. At most four flashes stand in the eight beats of a bar, so fewer than two come in a second:
/// what flashes more than three times a second can harm people.
pub const BEAT: Duration = Duration::from_millis(300);
/// Beats of a bar.
const BEATS: u32 = 8;

/// When a card is lit: eight beats, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The beats from the first, in the highest bit, to the last: lit where 1.
    pub beats: u8,
    /// How to say it in English.
    pub name_en: &'static str,
    /// How to say it in Danish.
    pub name_da: &'static str,
}

impl Rhythm {
    /// Whether the card is lit at this time since the Unix epoch. Bars begin at whole multiples of eight beats, so two
    /// devices whose clocks agree light up together.
    #[must_use]
    pub fn is_lit(&self, utc: Duration) -> bool {
        let beat = utc.as_millis() / BEAT.as_millis() % u128::from(BEATS);
        let shift = BEATS - 1 - u32::try_from(beat).unwrap_or(0);
        self.beats >> shift & 1 == 1
    }

    /// How long it stays as it is at this time: until the next beat.
    #[must_use]
    pub fn until_next_beat(utc: Duration) -> Duration {
        let beat = BEAT.as_millis();
        let past = u64::try_from(utc.as_millis() % beat).unwrap_or(0);
        BEAT.saturating_sub(Duration::from_millis(past))
    }
}

/// The rhythms, by index. None is another one that begins later, so that they differ even where the clocks do.
pub static RHYTHMS: [Rhythm; 8] = [
    Rhythm { beats: 0b1111_0000, name_en: "one long", name_da: "én lang" },
    Rhythm { beats: 0b1000_0000, name_en: "one short", name_da: "én kort" },
    Rhythm { beats: 0b1010_0000, name_en: "two short", name_da: "to korte" },
    Rhythm { beats: 0b1110_1000, name_en: "long, short", name_da: "lang, kort" },
    Rhythm { beats: 0b1101_1000, name_en: "two long", name_da: "to lange" },
    Rhythm { beats: 0b1010_1000, name_en: "three short", name_da: "tre korte" },
    Rhythm { beats: 0b1100_1100, name_en: "steady", name_da: "jævn" },
    Rhythm { beats: 0b1010_1110, name_en: "short, short, long", name_da: "kort, kort, lang" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rhythm_is_another_one_that_begins_later() {
        for (index, one) in RHYTHMS.iter().enumerate() {
            for other in &RHYTHMS[index + 1..] {
                assert!((0..8).all(|by| one.beats.rotate_left(by) != other.beats), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn no_rhythm_flashes_three_times_a_second() {
        for rhythm in &RHYTHMS {
            let rises = (rhythm.beats & !rhythm.beats.rotate_right(1)).count_ones();
            assert!(
                rises >= 1 && f64::from(rises) < 2.0 * BEAT.as_secs_f64() * f64::from(BEATS),
                "{rhythm:?}"
            );
        }
    }

    #[test]
    fn a_bar_is_played_from_its_first_beat_again_and_again() {
        let rhythm = RHYTHMS[7];
        let bar = u64::try_from(BEAT.as_millis()).unwrap() * 8;
        for bars in [0, 700_000_000_u64] {
            let lit: Vec<bool> =
                (0..8).map(|beat| rhythm.is_lit(Duration::from_millis(bars * bar) + BEAT * beat)).collect();
            assert_eq!(lit, [true, false, true, false, true, true, true, false]);
        }
    }

    #[test]
    fn the_next_beat_is_within_one() {
        assert_eq!(Rhythm::until_next_beat(Duration::from_secs(3)), BEAT);
        assert_eq!(Rhythm::until_next_beat(Duration::from_millis(3_100)), Duration::from_millis(200));
    }
}
