//! The same side's work by the `voprf` crate as it is, by its batch calls where it has them.

use rand08::SeedableRng;
use rand08::rngs::StdRng;
use voprf::{BlindedElement, EvaluationElement, Group, Proof, Ristretto255, VoprfClient, VoprfServer};

use crate::{Inputs, Outcome, count_common, shared_item, timed};

/// K, then the blinded elements.
type Sent = Vec<Vec<u8>>;
/// Evaluated elements, then the proof.
type Evaluation = Vec<Vec<u8>>;

struct Device {
    server: VoprfServer<Ristretto255>,
    inputs: Inputs,
    clients: Vec<VoprfClient<Ristretto255>>,
    own: Vec<Vec<u8>>,
    sent: Sent,
}

/// Seconds of the whole.
pub(crate) fn time(mine: &Inputs, other: &Inputs, seed: u64) -> Outcome<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (me, epoch) = timed(|| Device::draw(mine, &mut rng))?;
    let peer = Device::draw(other, &mut rng)?;
    let from_peer = peer.evaluate(&me.sent, &mut rng)?;

    let ((items, from_me), encounter) = timed(|| {
        let from_me = me.evaluate(&peer.sent, &mut rng)?;
        let theirs = me.open(&peer.sent, &from_peer)?;
        let items: Vec<_> = me.own.iter().zip(&theirs).map(|(a, b)| shared_item(a, b)).collect();
        Ok((items, from_me))
    })?;

    let theirs = peer.open(&me.sent, &from_me)?;
    let expected: Vec<_> = peer.own.iter().zip(&theirs).map(|(b, a)| shared_item(a, b)).collect();
    count_common(&items, &expected)?;
    Ok(epoch + encounter)
}

impl Device {
    fn draw(inputs: &Inputs, rng: &mut StdRng) -> Outcome<Device> {
        let server = VoprfServer::new(rng).map_err(refused)?;
        let mut sent = vec![Ristretto255::serialize_elem(server.get_public_key()).to_vec()];
        let mut clients = Vec::with_capacity(inputs.len());
        let mut own = Vec::with_capacity(inputs.len());
        for input in inputs {
            let blinded = VoprfClient::blind(input, rng).map_err(refused)?;
            sent.push(blinded.message.serialize().to_vec());
            clients.push(blinded.state);
            own.push(server.evaluate(input).map_err(refused)?.to_vec());
        }
        Ok(Device { server, inputs: inputs.clone(), clients, own, sent })
    }

    fn evaluate(&self, peer: &Sent, rng: &mut StdRng) -> Outcome<Evaluation> {
        let blinded: Vec<BlindedElement<Ristretto255>> = peer[1..]
            .iter()
            .map(|bytes| BlindedElement::deserialize(bytes))
            .collect::<Result<_, _>>()
            .map_err(refused)?;
        let answer = self.server.batch_blind_evaluate(rng, &blinded).map_err(refused)?;
        let elements = answer.messages.iter().map(|element| element.serialize().to_vec());
        Ok(elements.chain([answer.proof.serialize().to_vec()]).collect())
    }

    fn open(&self, peer: &Sent, evaluation: &Evaluation) -> Outcome<Vec<Vec<u8>>> {
        let key = Ristretto255::deserialize_elem(&peer[0]).map_err(refused)?;
        let (proof, elements) = evaluation.split_last().ok_or("nothing evaluated")?;
        let proof = Proof::deserialize(proof).map_err(refused)?;
        let elements: Vec<EvaluationElement<Ristretto255>> = elements
            .iter()
            .map(|bytes| EvaluationElement::deserialize(bytes))
            .collect::<Result<_, _>>()
            .map_err(refused)?;
        let outputs = VoprfClient::batch_finalize(&self.inputs, &self.clients, &elements, &proof, key)
            .map_err(refused)?;
        outputs.map(|output| Ok(output.map_err(refused)?.to_vec())).collect()
    }
}

fn refused(error: voprf::Error) -> String {
    format!("the voprf crate refused: {error:?}")
}
