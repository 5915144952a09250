//! The figures of the set intersection and of the exchange around it. Nothing but lines `name, value, unit, goal`,
//! separated by tabs, goes to stdout.
//!
//! Absolute times do not travel between machines, so each figure is a ratio to something timed in the same round, and
//! the median of all rounds. Time is the thread's own on the processor, so that other work on the machine adds nothing. Both implementations start from the same inputs as bytes, and do all that one side of a
//! mutual intersection does: what it sends is encoded, what it gets is decoded, and the outputs are hashed and compared.

use std::error::Error;
use std::hint::black_box;
use std::io::{Write, stdout};
use std::time::Duration;

use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use rustix::time::{ClockId, clock_gettime};

mod exchange;
mod ours;
mod theirs;

const ROUNDS: usize = 51;
const ITEMS: usize = 16;
const SHARED: usize = 3;
/// Products timed for one value of the unit.
const UNIT_SAMPLES: usize = 32;

type Outcome<T> = Result<T, Box<dyn Error>>;
/// VOPRF inputs of one side.
type Inputs = Vec<Vec<u8>>;

fn main() -> Outcome<()> {
    let rng = &mut ChaCha20Rng::seed_from_u64(16);
    let rounds = (0..ROUNDS).map(|_| Round::run(rng)).collect::<Outcome<Vec<Round>>>()?;
    let exchange = exchange::run(rng)?;

    let whole = median(rounds.iter().map(|round| (round.epoch + round.encounter) / round.unit));
    let encounter = median(rounds.iter().map(|round| round.encounter / round.unit));
    let ratio = median(rounds.iter().map(|round| (round.epoch + round.encounter) / round.theirs));
    let mut out = stdout().lock();
    writeln!(out, "psi_whole_mul\t{whole:.1}\tmul\t<= 110")?;
    writeln!(out, "psi_encounter_mul\t{encounter:.1}\tmul\t<= 66")?;
    writeln!(out, "psi_vs_voprf_crate\t{ratio:.3}\tratio\t<= 0.65")?;
    writeln!(out, "exchange_bytes\t{}\tbytes\t<= 3600", exchange.bytes)?;
    writeln!(out, "exchange_messages\t{}\tmessages\t5", exchange.messages)?;
    Ok(())
}

/// Seconds that the parts took in one round.
struct Round {
    /// One constant-time product of a point and a scalar.
    unit: f64,
    /// What is done once an epoch.
    epoch: f64,
    /// What is done for each peer.
    encounter: f64,
    /// Both together, by the `voprf` crate.
    theirs: f64,
}

impl Round {
    fn run(rng: &mut ChaCha20Rng) -> Outcome<Round> {
        let (mine, other) = two_sets(rng);
        let before = unit(rng);
        let (epoch, encounter) = ours::time(&mine, &other, rng)?;
        let theirs = theirs::time(&mine, &other, rng.next_u64())?;
        let after = unit(rng);
        Ok(Round { unit: (before + after) / 2.0, epoch, encounter, theirs })
    }
}

fn unit(rng: &mut ChaCha20Rng) -> f64 {
    let pairs: Vec<_> =
        (0..UNIT_SAMPLES).map(|_| (RistrettoPoint::random(rng), Scalar::random(rng))).collect();
    let start = now();
    for (point, scalar) in &pairs {
        black_box(black_box(point) * black_box(scalar));
    }
    (now() - start).as_secs_f64() / UNIT_SAMPLES as f64
}

/// Two sets of inputs as long as dummies, of which the first [`SHARED`] are common.
fn two_sets(rng: &mut ChaCha20Rng) -> (Inputs, Inputs) {
    let mut draw = |count: usize| -> Inputs {
        let mut input = [0; 33];
        (0..count)
            .map(|_| {
                rng.fill_bytes(&mut input);
                input.to_vec()
            })
            .collect()
    };
    let mine = draw(ITEMS);
    let other = [&mine[..SHARED], &draw(ITEMS - SHARED)].concat();
    (mine, other)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs `work` and says how many seconds it took.
fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let start = now();
    let result = black_box(work()?);
    Ok((result, (now() - start).as_secs_f64()))
}

/// How long this thread has been running.
fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// What both sides of an intersection compare: a hash of the two outputs for one input, the lower party's first.
fn shared_item(lower: &[u8], higher: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::new().chain_update(lower).chain_update(higher).finalize().into()
}

/// How many of the one side's hashes are among the other's.
fn count_common(mine: &[[u8; 32]], other: &[[u8; 32]]) -> Outcome<()> {
    match mine.iter().filter(|item| other.contains(item)).count() {
        SHARED => Ok(()),
        count => Err(format!("{count} items in common instead of {SHARED}").into()),
    }
}
