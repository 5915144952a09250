//! What reads a stranger's bytes in the crypto crate: every decoder, and both roles of the exchange.

mod alter;
mod devices;
mod exchange;
mod relay;
mod voprf;

pub use exchange::{exchange_initiator, exchange_responder};
pub use relay::relay_pairing;
pub use voprf::voprf_element_proof;

use sighej_crypto::{Commitment, Interest, InterestSet, SLOTS, interest::MAX_INTEREST_BYTES};

/// A commitment that decodes is exactly the bytes that came, and its digest gives its token. The bytes are tried as they
/// are, and once more with version, length and order put right, so that what is checked after those is reached too.
pub fn commitment_decode(data: &[u8]) {
    let mut tidy = data.to_vec();
    tidy.resize(Commitment::LEN, 0);
    tidy[0] = sighej_crypto::VERSION;
    let blinded_at = Commitment::LEN - SLOTS * 32;
    let mut blinded: Vec<[u8; 32]> = tidy[blinded_at..].as_chunks().0.to_vec();
    blinded.sort_unstable();
    tidy[blinded_at..].copy_from_slice(blinded.as_flattened());

    for bytes in [data, &tidy] {
        let Ok(commitment) = Commitment::decode(bytes) else { continue };
        assert_eq!(commitment.as_bytes().as_slice(), bytes);
        assert!(commitment.digest().as_bytes().starts_with(commitment.token().as_bytes()));
        assert_eq!(commitment.blinded().len(), SLOTS);
        assert!(commitment.check_against(&commitment).is_err(), "one's own commitment is a reflection");
    }
}

/// An interest's canonical form is its own canonical form, is never longer than allowed, and holds nothing invisible.
/// The lines of the text make a set, of at most 16 distinct interests, sorted.
pub fn interest_parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = text.lines().chain([&*text]);
    let interests: Vec<Interest> = lines.filter_map(|line| Interest::parse(line).ok()).collect();
    for interest in &interests {
        let canonical = interest.as_str();
        assert!((1..=MAX_INTEREST_BYTES).contains(&canonical.len()));
        assert!(!canonical.chars().any(char::is_control) && canonical.trim() == canonical);
        assert!(
            Interest::parse(canonical).is_ok_and(|again| again == *interest),
            "canonical once, canonical always"
        );
    }
    if let Ok(set) = InterestSet::new(interests.iter().cloned()) {
        assert!(set.len() <= SLOTS && set.iter().is_sorted());
        assert!(interests.iter().all(|interest| set.contains(interest)));
    }
}
