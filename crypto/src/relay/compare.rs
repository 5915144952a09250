//! What the relay does: it compares two uploads, with no key and no secret.

use crate::redacted::redacted;
use crate::{SLOTS, contribution::is_threshold, error::InvalidMessage};

use super::{
    ClientError, ClientMisbehaved, RelayError, RelayMisbehaved, Side,
    matching::{VALUE_LEN, match_value},
};

/// A match value m with a seal value: one's own in an upload, the other's in a verdict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    matched: [u8; VALUE_LEN],
    seal_value: [u8; VALUE_LEN],
}

impl Row {
    const LEN: usize = 2 * VALUE_LEN;

    pub(super) fn new(matched: [u8; VALUE_LEN], seal_value: [u8; VALUE_LEN]) -> Self {
        Self { matched, seal_value }
    }

    pub(super) fn matched(&self) -> &[u8; VALUE_LEN] {
        &self.matched
    }

    pub(super) fn seal_value(&self) -> &[u8; VALUE_LEN] {
        &self.seal_value
    }

    fn decode_all(bytes: &[u8]) -> Vec<Self> {
        let row = |bytes: &[u8]| {
            let mut row = Self::new([0; VALUE_LEN], [0; VALUE_LEN]);
            row.matched.copy_from_slice(&bytes[..VALUE_LEN]);
            row.seal_value.copy_from_slice(&bytes[VALUE_LEN..]);
            row
        };
        bytes.chunks_exact(Self::LEN).map(row).collect()
    }

    fn encode_all(rows: &[Self], out: &mut [u8]) {
        for (out, row) in out.chunks_exact_mut(Self::LEN).zip(rows) {
            out[..VALUE_LEN].copy_from_slice(&row.matched);
            out[VALUE_LEN..].copy_from_slice(&row.seal_value);
        }
    }
}

/// What is wrong with the order of rows, where anything is.
enum Disorder {
    Repeated,
    Descending,
}

/// The rows' match values must be strictly ascending. A repetition is named as such wherever it stands.
fn check_order(rows: &[Row]) -> Result<(), Disorder> {
    if rows.is_sorted_by(|a, b| a.matched < b.matched) {
        return Ok(());
    }
    let mut sorted: Vec<_> = rows.iter().map(|row| row.matched).collect();
    sorted.sort_unstable();
    let repeated = sorted.windows(2).any(|pair| pair[0] == pair[1]);
    Err(if repeated { Disorder::Repeated } else { Disorder::Descending })
}

/// What one device of a pair hands in: its side, its threshold, 16 rows.
#[derive(Clone)]
pub struct Upload {
    side: Side,
    threshold: u8,
    rows: Vec<Row>,
}

impl Upload {
    /// Bytes of an upload.
    pub const LEN: usize = 1 + 1 + SLOTS * Row::LEN;

    pub(super) fn new(side: Side, threshold: u8, rows: [Row; SLOTS]) -> Self {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        Self { side, threshold, rows }
    }

    pub(super) fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = self.side as u8;
        bytes[1] = self.threshold;
        Row::encode_all(&self.rows, &mut bytes[2..]);
        bytes
    }

    /// Reads an upload. Whether it belongs to the connection it came by is the caller's to know.
    ///
    /// # Errors
    /// A wrong length, a side other than 0 and 1, a threshold outside 1 to 16, rows that are repeated or not ascending.
    pub fn decode(bytes: &[u8]) -> Result<Self, ClientError> {
        let bytes: &[u8; Self::LEN] =
            bytes.try_into().map_err(|_| InvalidMessage::Length { expected: Self::LEN, got: bytes.len() })?;
        let side = match bytes[0] {
            0 => Side::Lo,
            1 => Side::Hi,
            other => return Err(ClientMisbehaved::UnknownSide(other).into()),
        };
        let threshold = bytes[1];
        if !is_threshold(threshold) {
            return Err(InvalidMessage::Threshold(threshold).into());
        }
        let rows = Row::decode_all(&bytes[2..]);
        check_order(&rows).map_err(|disorder| match disorder {
            Disorder::Repeated => ClientMisbehaved::RepeatedMatch,
            Disorder::Descending => ClientMisbehaved::MatchesNotAscending,
        })?;
        Ok(Self { side, threshold, rows })
    }

    /// Which of the pair it says it comes from.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// How many items must be shared for a nudge.
    #[must_use]
    pub fn threshold(&self) -> u8 {
        self.threshold
    }
}

/// Compares the uploads of a pair, in either order. A row counts where both name its m and m is the hash of both seal
/// values, so that a false seal value spoils its own row alone. Both get a match, or neither does.
///
/// # Errors
/// [`ClientMisbehaved::SameSide`].
pub fn compare(one: &Upload, other: &Upload) -> Result<Overlap, ClientMisbehaved> {
    let (lo, hi) = match (one.side, other.side) {
        (Side::Lo, Side::Hi) => (one, other),
        (Side::Hi, Side::Lo) => (other, one),
        (Side::Lo, Side::Lo) | (Side::Hi, Side::Hi) => return Err(ClientMisbehaved::SameSide),
    };
    let (mut to_lo, mut to_hi, mut forged) = (Verdict::no_match(), Verdict::no_match(), 0);
    for a in &lo.rows {
        let Ok(at) = hi.rows.binary_search_by(|b| b.matched.cmp(&a.matched)) else { continue };
        let b = &hi.rows[at];
        if match_value(&a.seal_value, &b.seal_value) == a.matched {
            to_lo.rows.push(*b);
            to_hi.rows.push(*a);
        } else {
            forged += 1;
        }
    }
    let items = to_lo.rows.len();
    if items < usize::from(lo.threshold.max(hi.threshold)) {
        (to_lo, to_hi) = (Verdict::no_match(), Verdict::no_match());
    }
    Ok(Overlap { items, forged, to_lo, to_hi })
}

/// What two uploads have in common.
#[derive(Clone)]
pub struct Overlap {
    /// How many items both hold, whether or not they are enough.
    pub items: usize,
    /// How many rows both named with seal values that do not fit: one of the two lied.
    pub forged: usize,
    /// For the lower digest.
    pub to_lo: Verdict,
    /// For the higher digest.
    pub to_hi: Verdict,
}

impl Overlap {
    /// Whether both are nudged.
    #[must_use]
    pub fn is_match(&self) -> bool {
        self.to_lo.is_match()
    }

    /// The verdict for the device that uploaded as this side.
    #[must_use]
    pub fn verdict(&self, side: Side) -> &Verdict {
        match side {
            Side::Lo => &self.to_lo,
            Side::Hi => &self.to_hi,
        }
    }
}

/// What the relay tells one device: the rows in common with the other's seal values, or no match, in one size.
#[derive(Clone)]
pub struct Verdict {
    rows: Vec<Row>,
}

impl Verdict {
    /// Bytes of a verdict.
    pub const LEN: usize = 1 + SLOTS * Row::LEN;

    /// Nothing, or too little: also what a device gets whose peer never uploaded.
    #[must_use]
    pub fn no_match() -> Self {
        Self { rows: Vec::new() }
    }

    /// Whether it nudges.
    #[must_use]
    pub fn is_match(&self) -> bool {
        !self.rows.is_empty()
    }

    /// The bytes as they travel.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[0] = self.rows.len() as u8;
        Row::encode_all(&self.rows, &mut bytes[1..]);
        bytes
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, RelayError> {
        let bytes: &[u8; Self::LEN] =
            bytes.try_into().map_err(|_| InvalidMessage::Length { expected: Self::LEN, got: bytes.len() })?;
        let count = usize::from(bytes[0]);
        let (rows, rest) =
            bytes[1..].split_at_checked(count * Row::LEN).ok_or(RelayMisbehaved::TooManyRows(bytes[0]))?;
        if rest.iter().any(|byte| *byte != 0) {
            return Err(RelayMisbehaved::StrayBytes.into());
        }
        let rows = Row::decode_all(rows);
        check_order(&rows).map_err(|disorder| match disorder {
            Disorder::Repeated => RelayMisbehaved::RepeatedMatch,
            Disorder::Descending => RelayMisbehaved::MatchesNotAscending,
        })?;
        Ok(Self { rows })
    }
}

redacted!(Upload, Overlap, Verdict);
