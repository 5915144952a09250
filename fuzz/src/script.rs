//! A fuzzer's bytes, read one after the other.

/// What is left of the input. Beyond its end come zeros.
pub struct Script<'a>(pub &'a [u8]);

impl<'a> Script<'a> {
    /// Whether only zeros come from here on.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// So many bytes, or what is left.
    pub fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Up to 2,047 bytes, their number first.
    pub fn chunk(&mut self) -> &'a [u8] {
        let len = u16::from_le_bytes([self.byte(), self.byte()]) % 2048;
        self.bytes(len.into())
    }
}
