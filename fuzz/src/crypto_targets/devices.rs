//! Two devices with fixed secrets, one of which the fuzzer speaks for.
#![expect(clippy::expect_used, reason = "an honest step that fails is a failure to report")]

use std::sync::LazyLock;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_crypto::{
    Commitment, EpochNumber, EpochSecrets, Evaluation, Interest, InterestSet, MetBlock, exchange::Conclusion,
};

/// What the two devices share, in canonical order.
pub(super) const SHARED: [&str; 2] = ["devops", "hardstyle"];

pub(super) static INITIATOR: LazyLock<Device> =
    LazyLock::new(|| Device::new(1, &["hardstyle", "devops", "knitting"]));
pub(super) static RESPONDER: LazyLock<Device> =
    LazyLock::new(|| Device::new(2, &["chess", "hardstyle", "sailing", "devops"]));
pub(super) static INITIATOR_EVALUATES: LazyLock<Evaluation> =
    LazyLock::new(|| INITIATOR.evaluate(RESPONDER.commitment()));
pub(super) static RESPONDER_EVALUATES: LazyLock<Evaluation> =
    LazyLock::new(|| RESPONDER.evaluate(INITIATOR.commitment()));

/// The seeds that a device's epoch and its session are drawn with; each draws its Noise key first (specification, sections
/// 4 and 5.1).
#[derive(Clone, Copy)]
pub(super) struct Seeds {
    pub(super) epoch: u64,
    pub(super) session: u64,
}

/// A device with fixed secrets.
pub(super) struct Device {
    pub(super) secrets: EpochSecrets,
    pub(super) seeds: Seeds,
}

impl Device {
    fn new(epoch: u64, texts: &[&str]) -> Self {
        let interests = texts.iter().map(|text| Interest::parse(text).expect("an interest"));
        let set = InterestSet::new(interests).expect("fewer than 16");
        let secrets =
            EpochSecrets::draw(&set, EpochNumber(3_000_000), &mut ChaCha20Rng::seed_from_u64(epoch));
        Self { secrets, seeds: Seeds { epoch, session: epoch + 100 } }
    }

    /// The generator of a session: always the same one.
    pub(super) fn rng(&self) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(self.seeds.session)
    }

    pub(super) fn commitment(&self) -> &Commitment {
        self.secrets.commitment()
    }

    pub(super) fn evaluate(&self, peer: &Commitment) -> Evaluation {
        self.secrets.evaluate(peer, &mut self.rng())
    }

    pub(super) fn met(&self, peer: &Commitment) -> MetBlock {
        MetBlock::seal(&[], &self.secrets.digest(), &peer.digest(), &mut self.rng())
    }
}

/// Values that mean something at the right place: the identity, the base point, low-order and non-canonical keys, and
/// what the two devices use themselves.
pub(super) fn known_values() -> [[u8; 32]; 10] {
    let mut one = [0; 32];
    one[0] = 1;
    let mut field = [0xff; 32];
    (field[0], field[31]) = (0xed, 0x7f);
    let base = curve25519_dalek::constants::RISTRETTO_BASEPOINT_COMPRESSED.to_bytes();
    let (i, r) = (INITIATOR.commitment(), RESPONDER.commitment());
    let (i_key, r_key) = (*i.key().as_bytes(), *r.key().as_bytes());
    [
        [0; 32],
        one,
        field,
        base,
        i_key,
        r_key,
        i.x(),
        r.y(),
        *i.blinded()[0].as_bytes(),
        *r.blinded()[0].as_bytes(),
    ]
}

/// The shared interests that were concluded.
pub(super) fn shared(conclusion: &Conclusion) -> Vec<&str> {
    match conclusion {
        Conclusion::Match { interests, .. } => interests.iter().map(Interest::as_str).collect(),
        Conclusion::NoMatch | Conclusion::Withheld => Vec::new(),
    }
}
