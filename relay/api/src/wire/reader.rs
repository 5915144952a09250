//! Fields of fixed length, one after the other. Lengths are checked once, before.

use super::{PairNumber, WireError, WireId};

/// A frame whose length has been checked, and what is left of it.
pub(super) struct Reader<'a> {
    kind: u8,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Splits the type off and checks the length.
    pub(super) fn new(frame: &'a [u8], expected: impl Fn(u8) -> Option<usize>) -> Result<Self, WireError> {
        let (&kind, rest) = frame.split_first().ok_or(WireError::Empty)?;
        let expected = expected(kind).ok_or(WireError::UnknownType(kind))?;
        if frame.len() != expected {
            return Err(WireError::Length { kind, expected, got: frame.len() });
        }
        Ok(Self { kind, rest })
    }

    pub(super) fn kind(&self) -> u8 {
        self.kind
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], WireError> {
        let (field, rest) = self.rest.split_first_chunk().ok_or(WireError::Length {
            kind: self.kind,
            expected: 1 + N,
            got: 1 + self.rest.len(),
        })?;
        self.rest = rest;
        Ok(field)
    }

    pub(super) fn byte(&mut self) -> Result<u8, WireError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_be_bytes(*self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64, WireError> {
        Ok(u64::from_be_bytes(*self.array()?))
    }

    pub(super) fn name(&mut self) -> Result<WireId, WireError> {
        Ok(WireId::from_bytes(*self.array()?))
    }

    pub(super) fn pair(&mut self) -> Result<PairNumber, WireError> {
        Ok(PairNumber(self.u32()?))
    }

    /// A byte that is 0 or 1.
    pub(super) fn flag(&mut self) -> Result<bool, WireError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            value => Err(WireError::Value { kind: self.kind, value }),
        }
    }
}
