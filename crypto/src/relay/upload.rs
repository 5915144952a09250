//! The end of a pairing on the device: the upload is out, and what the relay says of it is checked, not believed.

use subtle::{Choice, ConstantTimeEq};

use crate::{
    Digest, EpochSecrets, PairKey, SLOTS,
    exchange::{Conclusion, Gate},
    redacted::redacted,
};

use super::{
    RelayError, RelayMisbehaved, Side,
    compare::{Row, Upload, Verdict},
    matching::Values,
};

/// The upload is out; the relay's verdict is awaited.
pub struct Uploaded {
    own: Digest,
    side: Side,
    pair: PairKey,
    seal: Box<[u8]>,
    values: Values,
    upload: Box<[u8; Upload::LEN]>,
    threshold: u8,
    gate: Gate,
}

impl Uploaded {
    /// `thresholds` are one's own and the peer's.
    pub(super) fn new(
        own: Digest,
        side: Side,
        pair: PairKey,
        seal: Box<[u8]>,
        values: Values,
        thresholds: (u8, u8),
        gate: Gate,
    ) -> Self {
        let rows = values.slots().each_ref().map(|slot| Row::new(*slot.matched(), *slot.of_side(side)));
        let upload = Box::new(Upload::new(side, thresholds.0, rows).encode());
        Self { own, side, pair, seal, values, upload, threshold: thresholds.0.max(thresholds.1), gate }
    }

    /// The upload, to send and to send again.
    #[must_use]
    pub fn upload_bytes(&self) -> &[u8; Upload::LEN] {
        &self.upload
    }

    /// One's own seal, to send again should the peer not have got it: [`SEAL_LEN`](super::SEAL_LEN) bytes.
    #[must_use]
    pub fn seal_bytes(&self) -> &[u8] {
        &self.seal
    }

    /// Reads the verdict and concludes. A match counts by the peer's seal values alone, which the relay cannot have but
    /// from the peer, and only if it reaches both thresholds. That the relay keeps a true verdict back cannot be seen.
    ///
    /// # Errors
    /// A malformed verdict, or a [`RelayMisbehaved`]: an invented match. Under a closed gate no row is looked at.
    pub fn conclude(self, me: &EpochSecrets, verdict: &[u8]) -> Result<Conclusion, RelayError> {
        me.must_be(&self.own)?;
        let verdict = Verdict::decode(verdict)?;
        let mut found = [Choice::from(0); SLOTS];
        match self.gate {
            Gate::Closed => return Ok(Conclusion::Withheld),
            Gate::Open if verdict.is_match() => {}
            Gate::Open => return Ok(Conclusion::NoMatch),
        }
        for row in verdict.rows() {
            let shown = self.check(row)?;
            for (found, shown) in found.iter_mut().zip(shown) {
                *found |= shown;
            }
        }
        let found = me.real(found);
        if found.iter().map(Choice::unwrap_u8).sum::<u8>() < self.threshold {
            return Err(RelayMisbehaved::TooFewMatches.into());
        }
        Ok(me.conclude(self.gate, Choice::from(1), &found, self.pair))
    }

    /// Which slot a row proves to be shared.
    fn check(&self, row: &Row) -> Result<[Choice; SLOTS], RelayMisbehaved> {
        let slots = self.values.slots();
        let named = slots.each_ref().map(|slot| slot.matched().ct_eq(row.matched()));
        if !any(&named) {
            return Err(RelayMisbehaved::UnknownMatch);
        }
        let peer = self.side.other();
        let proven: [Choice; SLOTS] =
            std::array::from_fn(|slot| named[slot] & slots[slot].of_side(peer).ct_eq(row.seal_value()));
        if any(&proven) { Ok(proven) } else { Err(RelayMisbehaved::FalseSeal) }
    }
}

fn any(choices: &[Choice; SLOTS]) -> bool {
    choices.iter().fold(Choice::from(0), |any, choice| any | *choice).into()
}

redacted!(Uploaded);
