//! Reads the process's own heap before and after secrets are dropped. Alone in its file, so that no other test runs
//! beside it. What a thread leaves on its stack is not looked at: that is overwritten by the next calls.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

use std::{
    convert::Infallible,
    fs::File,
    hint::black_box,
    io::{Read, Seek, SeekFrom},
};

use rand_core::{TryCryptoRng, TryRng};
use sighej_crypto::{EpochNumber, EpochSecrets, Interest, InterestSet};

/// What is looked for: bytes that an allocator does not overwrite when it takes a block back, kept under a mask so that
/// the search does not find itself.
struct Needle {
    what: &'static str,
    masked: Vec<u8>,
}

const MASK: u8 = 0x5a;
/// The interest is so many lower-case letters.
const INTEREST_LEN: usize = 48;
/// How much is read at once.
const CHUNK: usize = 1 << 20;

impl Needle {
    fn new(what: &'static str, bytes: impl Iterator<Item = u8>) -> Self {
        Self { what, masked: bytes.map(|byte| byte ^ MASK).collect() }
    }

    fn is(&self, window: &[u8]) -> bool {
        window.iter().zip(&self.masked).all(|(byte, masked)| byte ^ MASK == *masked)
    }
}

/// The heap, as it is mapped now. Looking at it allocates nothing, so that no freed block is taken for another use.
struct Heap {
    memory: File,
    regions: Vec<(usize, usize)>,
    buffer: Vec<u8>,
}

impl Heap {
    fn map() -> Self {
        let buffer = vec![0; CHUNK + 64];
        let here = 0_u8;
        let stack = std::ptr::from_ref(&here).addr();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let regions = maps.lines().filter_map(region).filter(|(from, to)| !(*from..*to).contains(&stack));
        Self { memory: File::open("/proc/self/mem").unwrap(), regions: regions.collect(), buffer }
    }

    /// How often a needle stands in it.
    fn count(&mut self, needle: &Needle) -> usize {
        let mut count = 0;
        for (from, to) in &self.regions {
            for at in (*from..*to).step_by(CHUNK) {
                let chunk = &mut self.buffer[..(to - at).min(CHUNK + needle.masked.len() - 1)];
                self.memory.seek(SeekFrom::Start(at as u64)).unwrap();
                self.memory.read_exact(chunk).unwrap();
                count += chunk.windows(needle.masked.len()).filter(|window| needle.is(window)).count();
                // What was read must not be found as memory of its own.
                chunk.fill(0);
                black_box(&chunk);
            }
        }
        count
    }
}

/// A writable, private mapping that belongs to no file: heap, arenas of threads, and stacks.
fn region(line: &str) -> Option<(usize, usize)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (from, to) = fields[0].split_once('-')?;
    let anonymous = fields[4] == "0" && fields.get(5).is_none_or(|name| *name == "[heap]");
    if !fields[1].starts_with("rw") || !anonymous {
        return None;
    }
    Some((usize::from_str_radix(from, 16).ok()?, usize::from_str_radix(to, 16).ok()?))
}

/// The i-th byte that the generator gives: never stored, and such that wide scalars are reduced as they come.
fn drawn(i: usize) -> u8 {
    let mut z = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^= z >> 27;
    match i {
        95 => z as u8 & 0x0f,
        96..128 => 0,
        _ => z as u8,
    }
}

fn letter(i: usize) -> u8 {
    b'a' + drawn(1_000_000 + i) % 26
}

/// Gives out the drawn bytes, and keeps none.
struct Stream(usize);

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("bytes alone are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("bytes alone are drawn")
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for byte in dst {
            *byte = drawn(self.0);
            self.0 += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

#[test]
fn secrets_are_gone_from_the_heap_once_they_are_dropped() {
    let at = |from: usize| (from + 16..from + 32).map(drawn);
    let needles = [
        Needle::new("the Noise key", at(0)),
        Needle::new("the pair key's secret", at(32)),
        Needle::new("the VOPRF key", (80..95).map(drawn)),
        Needle::new("a dummy", at(128)),
        Needle::new("an interest", (24..40).map(letter)),
    ];
    let secrets = {
        let mut text = zeroize::Zeroizing::new(String::with_capacity(INTEREST_LEN));
        text.extend((0..INTEREST_LEN).map(|i| char::from(letter(i))));
        let set = InterestSet::new([Interest::parse(&text).unwrap()]).unwrap();
        EpochSecrets::draw(&set, EpochNumber(1), &mut Stream(0))
    };
    let mut heap = Heap::map();
    for needle in &needles {
        assert!(heap.count(needle) > 0, "{} is in memory while it is in use", needle.what);
    }
    drop(black_box(secrets));
    for needle in &needles {
        assert_eq!(heap.count(needle), 0, "{} is still in memory", needle.what);
    }

    // The search is good: what is dropped without being wiped is found.
    let careless: Vec<u8> = black_box((0..32).map(drawn).collect());
    drop(black_box(careless));
    assert!(heap.count(&needles[0]) > 0);
}
