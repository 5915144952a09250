//! What a device said at which event, so that it says it once.

use std::fmt;
use std::time::Duration;

use rand_core::CryptoRng;

use crate::epsilon::Epsilon;
use crate::event::EventName;
use crate::report::Report;

/// Events that a diary remembers. The oldest one goes for a new one: it is over.
pub const MAX_EVENTS: usize = 64;

/// How long after the first report for one event none is made for another: a relay that renames its event every hour
/// gets no second report out of anybody that evening.
pub const BETWEEN_EVENTS: Duration = Duration::from_secs(12 * 3600);

/// A device's reports. It outlives a restart by [`Diary::to_bytes`]; it holds what was sent, noise and all, and never
/// what it was drawn from.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Diary {
    /// The newest last.
    pages: Vec<Page>,
}

#[derive(Clone, PartialEq, Eq)]
struct Page {
    event: EventName,
    epsilon: Epsilon,
    /// Since 1970.
    written: Duration,
    /// As it was sent: it may be from an older catalogue, and stays what was said.
    report: Vec<u8>,
}

/// Why a device makes no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiaryError {
    /// Another event had its report less than [`BETWEEN_EVENTS`] ago.
    #[error("another event had a report in the last twelve hours, so this one gets none yet")]
    TooSoon,
    /// The report for this event was made under another ε.
    #[error("the relay changed epsilon after this event's report was made, which cannot be made again")]
    EpsilonChanged,
    /// The bytes are no diary.
    #[error("the record of reports is damaged; without it a second report could be made, so none is")]
    Malformed,
}

impl Diary {
    /// The report for an event: the one that was made for it before, whatever the device's interests are by now, or a new
    /// one. A caller keeps [`Diary::to_bytes`] before it sends a new one.
    ///
    /// * `own`: the device's interests by their catalogue ids.
    /// * `now`: UTC, since 1970.
    ///
    /// Gives the bytes to send.
    ///
    /// # Errors
    /// [`DiaryError::TooSoon`] and [`DiaryError::EpsilonChanged`].
    pub fn report(
        &mut self,
        event: &EventName,
        epsilon: Epsilon,
        own: &[&str],
        now: Duration,
        rng: &mut impl CryptoRng,
    ) -> Result<&[u8], DiaryError> {
        let known = self.pages.iter().position(|page| page.event == *event);
        let place = match known {
            Some(place) => place,
            None => self.write(event, epsilon, own, now, rng)?,
        };
        let page = self.pages.get(place).ok_or(DiaryError::Malformed)?;
        if page.epsilon == epsilon { Ok(&page.report) } else { Err(DiaryError::EpsilonChanged) }
    }

    fn write(
        &mut self,
        event: &EventName,
        epsilon: Epsilon,
        own: &[&str],
        now: Duration,
        rng: &mut impl CryptoRng,
    ) -> Result<usize, DiaryError> {
        // A clock that was set back makes the last page look later than now: that, too, is too soon.
        if self.pages.last().is_some_and(|last| now < last.written + BETWEEN_EVENTS) {
            return Err(DiaryError::TooSoon);
        }
        if self.pages.len() >= MAX_EVENTS {
            self.pages.remove(0);
        }
        let report = Report::draw(event, own, epsilon, rng);
        self.pages.push(Page { event: event.clone(), epsilon, written: now, report: report.to_bytes() });
        Ok(self.pages.len() - 1)
    }

    /// The bytes to keep: version (1), then for each page its length (2), seconds (8), ε in thousandths (2), the length of
    /// the name (2), the name, and the report. Numbers are in network order.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for page in &self.pages {
            let page = page.to_bytes();
            bytes.extend(u16::try_from(page.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(page);
        }
        bytes
    }

    /// Reads what [`Diary::to_bytes`] gave. No bytes at all are an empty diary.
    ///
    /// # Errors
    /// [`DiaryError::Malformed`]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DiaryError> {
        let mut rest = match bytes {
            [] => return Ok(Self::default()),
            [VERSION, rest @ ..] => rest,
            _ => return Err(DiaryError::Malformed),
        };
        let mut pages = vec![];
        while !rest.is_empty() {
            let length = u16::from_be_bytes(take(&mut rest)?);
            let (page, after) = rest.split_at_checked(usize::from(length)).ok_or(DiaryError::Malformed)?;
            pages.push(Page::from_bytes(page)?);
            rest = after;
        }
        if pages.len() <= MAX_EVENTS { Ok(Self { pages }) } else { Err(DiaryError::Malformed) }
    }
}

const VERSION: u8 = 1;

impl Page {
    fn to_bytes(&self) -> Vec<u8> {
        let name = self.event.as_str();
        let mut bytes = self.written.as_secs().to_be_bytes().to_vec();
        bytes.extend(self.epsilon.thousandths().to_be_bytes());
        bytes.extend(u16::try_from(name.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(&self.report);
        bytes
    }

    fn from_bytes(mut bytes: &[u8]) -> Result<Self, DiaryError> {
        let written = Duration::from_secs(u64::from_be_bytes(take(&mut bytes)?));
        let epsilon = Epsilon::from_thousandths(u16::from_be_bytes(take(&mut bytes)?));
        let epsilon = epsilon.map_err(|_| DiaryError::Malformed)?;
        let length = usize::from(u16::from_be_bytes(take(&mut bytes)?));
        let (name, report) = bytes.split_at_checked(length).ok_or(DiaryError::Malformed)?;
        let name = std::str::from_utf8(name).map_err(|_| DiaryError::Malformed)?;
        let event = EventName::parse(name).map_err(|_| DiaryError::Malformed)?;
        if report.len() < Report::HEAD {
            return Err(DiaryError::Malformed);
        }
        Ok(Self { event, epsilon, written, report: report.to_vec() })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], DiaryError> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(DiaryError::Malformed)?;
    *bytes = rest;
    Ok(*taken)
}

impl fmt::Debug for Diary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Diary(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_core::SeedableRng;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const OWN: [&str; 2] = ["rust", "chess"];

    fn event(name: &str) -> EventName {
        EventName::parse(name).unwrap()
    }

    /// What the diary says for an event at an hour.
    fn say(diary: &mut Diary, name: &str, own: &[&str], hour: u32) -> Result<Vec<u8>, DiaryError> {
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(hour));
        diary.report(&event(name), Epsilon::DEFAULT, own, HOUR * hour, &mut rng).map(<[u8]>::to_vec)
    }

    #[test]
    fn an_event_gets_the_same_report_whatever_changed_since() {
        let mut diary = Diary::default();
        let first = say(&mut diary, "a", &OWN, 100).unwrap();
        let mut after_a_restart = Diary::from_bytes(&diary.to_bytes()).unwrap();
        for (own, hour) in [(&OWN[..], 101), (&["dogs"][..], 150), (&[][..], 99)] {
            assert_eq!(say(&mut diary, "a", own, hour).as_ref(), Ok(&first));
            assert_eq!(say(&mut after_a_restart, "a", own, hour).as_ref(), Ok(&first));
        }
        assert!(Report::from_bytes(&first, &event("a")).is_ok());
    }

    #[test]
    fn a_relay_that_renames_its_event_gets_nothing_more_that_evening() {
        let mut diary = Diary::default();
        say(&mut diary, "a", &OWN, 100).unwrap();
        for hour in [100, 111, 50] {
            assert_eq!(say(&mut diary, "b", &OWN, hour), Err(DiaryError::TooSoon), "{hour}");
        }
        assert!(say(&mut diary, "b", &OWN, 112).is_ok());
    }

    #[test]
    fn a_changed_epsilon_gets_no_second_report() {
        let mut diary = Diary::default();
        let first = say(&mut diary, "a", &OWN, 100).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let asked = diary.report(&event("a"), Epsilon::MAX, &OWN, HOUR * 200, &mut rng);
        assert_eq!(asked, Err(DiaryError::EpsilonChanged));
        assert_eq!(say(&mut diary, "a", &OWN, 201), Ok(first));
    }

    #[test]
    fn the_oldest_event_goes_for_a_new_one() {
        let mut diary = Diary::default();
        for number in 0..=MAX_EVENTS {
            say(&mut diary, &number.to_string(), &OWN, 12 * number as u32).unwrap();
        }
        assert_eq!((diary.pages.len(), diary.pages[0].event.as_str()), (MAX_EVENTS, "1"));
        assert!(Diary::from_bytes(&diary.to_bytes()).unwrap() == diary);
    }

    #[test]
    fn a_damaged_diary_is_refused_and_never_taken_for_an_empty_one() {
        let mut diary = Diary::default();
        assert!(
            Diary::from_bytes(&[]).unwrap() == diary
                && Diary::from_bytes(&diary.to_bytes()).unwrap() == diary
        );
        say(&mut diary, "a", &OWN, 100).unwrap();
        let bytes = diary.to_bytes();
        for length in 2..bytes.len() {
            assert_eq!(Diary::from_bytes(&bytes[..length]), Err(DiaryError::Malformed), "{length}");
        }
        assert_eq!(Diary::from_bytes(&[2]), Err(DiaryError::Malformed));
        assert_eq!(format!("{diary:?}"), "Diary(redacted)");
    }
}
