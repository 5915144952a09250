//! Everything that two devices say to each other and to the relay, written beforehand.

use std::fmt;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use sighej_relay_api::wire::{KNOCK_LEN, SEAL_LEN, UPLOAD_LEN};

use crate::label;

const SLOTS: usize = 16;
type Value = [u8; 16];

/// What one of the two says, beside the knock.
#[derive(Clone)]
pub struct Part {
    /// Its seal: noise.
    pub seal: [u8; SEAL_LEN],
    /// Its upload.
    pub upload: [u8; UPLOAD_LEN],
}

/// The pairing of two devices.
#[derive(Clone)]
pub struct Script {
    /// The knock: noise. An accept is as long.
    pub knock: [u8; KNOCK_LEN],
    /// The one with the lower digest.
    pub lo: Part,
    /// The other.
    pub hi: Part,
}

impl Script {
    /// A pairing of two devices that have `shared` items of 16 in common, and ask for one. `seed` makes the noise.
    #[must_use]
    pub fn new(shared: usize, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (mut lo, mut hi) = (Vec::new(), Vec::new());
        for slot in 0..SLOTS {
            let [a, b, c, d]: [Value; 4] = std::array::from_fn(|_| value(&mut rng));
            lo.push((matched(&a, &b), a));
            hi.push(if slot < shared { (matched(&a, &b), b) } else { (matched(&c, &d), d) });
        }
        let mut part = |side, rows| {
            let mut seal = [0; SEAL_LEN];
            rng.fill_bytes(&mut seal);
            Part { seal, upload: upload(side, rows) }
        };
        let (lo, hi) = (part(0, lo), part(1, hi));
        let mut knock = [0; KNOCK_LEN];
        rng.fill_bytes(&mut knock);
        Self { knock, lo, hi }
    }

    /// The same, but that one of the two holds seal values that it made up.
    #[must_use]
    pub fn with_false_seals(mut self) -> Self {
        for row in self.hi.upload[2..].chunks_exact_mut(32) {
            row[31] ^= 1;
        }
        self
    }
}

fn value(rng: &mut ChaCha20Rng) -> Value {
    let mut value = [0; 16];
    rng.fill_bytes(&mut value);
    value
}

/// m (section 8.6).
fn matched(a: &Value, b: &Value) -> Value {
    let mut matched = [0; 16];
    matched.copy_from_slice(&label::hash("sighej/1 match", &[a, b])[..16]);
    matched
}

fn upload(side: u8, mut rows: Vec<(Value, Value)>) -> [u8; UPLOAD_LEN] {
    rows.sort_unstable();
    let mut upload = [0; UPLOAD_LEN];
    upload[0] = side;
    upload[1] = 1;
    for (out, (matched, seal_value)) in upload[2..].chunks_exact_mut(32).zip(&rows) {
        out[..16].copy_from_slice(matched);
        out[16..].copy_from_slice(seal_value);
    }
    upload
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script(redacted)")
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Part(redacted)")
    }
}
