//! One side's work by this crate: the very calls that `EpochSecrets` makes.

use rand_chacha::ChaCha20Rng;
use sighej_crypto::voprf::{
    BlindedInput, Blinds, Element, Input, Output, Proof, PublicKey, SecretKey, blind_batch, finalize_batch,
};

use crate::{Inputs, Outcome, count_common, shared_item, timed};

/// What a device has after the part that it does once an epoch.
struct Device {
    key: SecretKey,
    blinded: Vec<BlindedInput>,
    elements: Vec<Element>,
    own: Vec<Output>,
    /// K, then the blinded elements: what of a commitment belongs to the VOPRF.
    sent: Vec<[u8; 32]>,
}

/// Evaluated elements, and the proof.
type Evaluation = (Vec<[u8; 32]>, [u8; 64]);

/// Seconds of the part once an epoch and of the part for each peer.
pub(crate) fn time(mine: &Inputs, other: &Inputs, rng: &mut ChaCha20Rng) -> Outcome<(f64, f64)> {
    let (me, epoch) = timed(|| Device::draw(mine, rng))?;
    let peer = Device::draw(other, rng)?;
    let from_peer = peer.evaluate(&decode(&me.sent)?.1, rng)?;

    let ((items, from_me), encounter) = timed(|| {
        let (peer_key, peer_elements) = decode(&peer.sent)?;
        let from_me = me.evaluate(&peer_elements, rng)?;
        let theirs = me.open(&peer_key, &from_peer)?;
        let items: Vec<_> =
            me.own.iter().zip(&theirs).map(|(a, b)| shared_item(a.as_bytes(), b.as_bytes())).collect();
        Ok((items, from_me))
    })?;

    let theirs = peer.open(me.key.public_key(), &from_me)?;
    let expected: Vec<_> =
        peer.own.iter().zip(&theirs).map(|(b, a)| shared_item(a.as_bytes(), b.as_bytes())).collect();
    count_common(&items, &expected)?;
    Ok((epoch, encounter))
}

impl Device {
    fn draw(inputs: &Inputs, rng: &mut ChaCha20Rng) -> Outcome<Device> {
        let key = SecretKey::random(rng);
        let inputs = inputs.iter().map(|input| Input::new(input)).collect::<Result<Vec<_>, _>>()?;
        let blinds = Blinds::random(inputs.len(), rng)?;
        let mut blinded = blind_batch(inputs, blinds)?;
        blinded.sort_by(|a, b| a.element().as_bytes().cmp(b.element().as_bytes()));
        let own = key.own_outputs(blinded.iter().map(BlindedInput::input));
        let elements: Vec<Element> = blinded.iter().map(|blinded| *blinded.element()).collect();
        let encodings = elements.iter().map(|element| *element.as_bytes());
        let sent = std::iter::once(*key.public_key().as_bytes()).chain(encodings).collect();
        Ok(Device { key, blinded, elements, own, sent })
    }

    fn evaluate(&self, peer: &[Element], rng: &mut ChaCha20Rng) -> Outcome<Evaluation> {
        let (evaluated, proof) = self.key.evaluate_batch(peer, rng)?;
        Ok((evaluated, proof.to_bytes()))
    }

    fn open(&self, peer: &PublicKey, (evaluated, proof): &Evaluation) -> Outcome<Vec<Output>> {
        let evaluated = evaluated.iter().map(Element::decode).collect::<Result<Vec<_>, _>>()?;
        let verified = peer.verify_batch(&self.elements, &evaluated, &Proof::decode(proof)?)?;
        Ok(finalize_batch(&self.blinded, &verified)?)
    }
}

fn decode(sent: &[[u8; 32]]) -> Outcome<(PublicKey, Vec<Element>)> {
    let (key, elements) = sent.split_first().ok_or("nothing sent")?;
    Ok((PublicKey::decode(key)?, elements.iter().map(Element::decode).collect::<Result<_, _>>()?))
}
