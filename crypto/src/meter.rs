//! Counts of the costly operations a thread performs, so that tests can compare what a device does under one outcome
//! with what it does under another. Without the feature `meter` nothing is counted and nothing is compiled in.

/// What a thread did since the last [`take`].
#[cfg(feature = "meter")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Constant-time products of a secret scalar and a variable point.
    pub point_muls: u64,
    /// Constant-time products of a secret scalar and the generator.
    pub base_muls: u64,
    /// Terms of multi-scalar multiplications over public values.
    pub msm_terms: u64,
    /// Inputs hashed to the group.
    pub hash_to_groups: u64,
    /// HMAC computations.
    pub hmacs: u64,
    /// X25519 computations.
    pub x25519s: u64,
}

/// This thread's counts, which start again from zero.
#[cfg(feature = "meter")]
pub fn take() -> Counts {
    COUNTS.take()
}

#[cfg(feature = "meter")]
thread_local! {
    static COUNTS: std::cell::Cell<Counts> = const {
        let zero = Counts { point_muls: 0, base_muls: 0, msm_terms: 0, hash_to_groups: 0, hmacs: 0, x25519s: 0 };
        std::cell::Cell::new(zero)
    };
}

macro_rules! counters {
    ($($field:ident),*) => {$(
        /// Adds to the counter of the same name.
        #[inline(always)]
        pub(crate) fn $field(_count: usize) {
            #[cfg(feature = "meter")]
            COUNTS.with(|counts| {
                let mut now = counts.get();
                now.$field += _count as u64;
                counts.set(now);
            });
        }
    )*};
}

counters!(point_muls, base_muls, msm_terms, hash_to_groups);

/// Counts one HMAC.
#[inline(always)]
pub(crate) fn hmac() {
    hmacs(1);
}

/// Counts one X25519.
#[inline(always)]
pub(crate) fn x25519() {
    x25519s(1);
}

counters!(hmacs, x25519s);
