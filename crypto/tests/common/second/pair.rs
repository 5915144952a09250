//! Specification, sections 5.3 and 6.

use x25519_dalek::{PublicKey, StaticSecret};

use super::{Bytes32, Commitment, Device, SLOTS, array, group, labels};

/// The role in a tag.
pub(crate) const INITIATOR: u8 = 0;
pub(crate) const RESPONDER: u8 = 1;

/// The outputs for one's own inputs, by slot, under one's own key.
pub(crate) fn own_outputs(me: &Device) -> Vec<Vec<u8>> {
    me.inputs.iter().map(|input| group::output(&me.k, input)).collect()
}

/// The outputs for one's own inputs, by slot, under the peer's key; nothing where the proof does not hold.
pub(crate) fn their_outputs(me: &Device, peer: &Commitment, evaluation: &[u8]) -> Option<Vec<Vec<u8>>> {
    group::finalize(&peer.k(), &me.inputs, &me.blinds, &me.commitment.blinded(), evaluation)
}

/// D(x) of each slot.
pub(crate) fn shared_items(me: &Device, peer: &Commitment, evaluation: &[u8]) -> Option<Vec<Bytes32>> {
    let theirs = their_outputs(me, peer, evaluation)?;
    let (own, peer) = (me.commitment.digest(), peer.digest());
    let items = own_outputs(me).into_iter().zip(theirs).map(|(mine, theirs)| {
        let outputs = if own < peer { [mine, theirs] } else { [theirs, mine] };
        labels::hash("sighej/1 shared item", &[ordered(own, peer), outputs.concat()].concat())
    });
    Some(items.collect())
}

/// Tags of these items under a role, by slot.
pub(crate) fn tags(items: &[Bytes32], role: u8, h: &[u8]) -> Vec<[u8; 16]> {
    let tag = |item| array(&labels::mac("sighej/1 direct tag", item, &[&[role], h].concat()), 0);
    items.iter().map(|item| tag(&item[..])).collect()
}

/// Tags as they travel.
pub(crate) fn sorted(mut tags: Vec<[u8; 16]>) -> Vec<u8> {
    tags.sort_unstable();
    tags.concat()
}

/// The pair key.
pub(crate) fn pair_key(me: &Device, peer: &Commitment) -> Bytes32 {
    let shared = StaticSecret::from(me.y).diffie_hellman(&PublicKey::from(peer.y()));
    labels::kdf("sighej/1 pair", shared.as_bytes(), &ordered(me.commitment.digest(), peer.digest()))
}

/// Indices into the tables of colours, of emoji and of rhythms.
pub(crate) fn cue(pair: &Bytes32) -> (usize, usize, usize) {
    let bytes = labels::mac("sighej/1 cue", pair, &[]);
    let number = |at: usize| usize::from(u16::from_be_bytes(array(&bytes, at)));
    (number(0) % 8, number(2) % 64, number(4) % 8)
}

/// What both remember.
pub(crate) fn marker(pair: &Bytes32) -> Bytes32 {
    labels::mac("sighej/1 marker", pair, &[])
}

/// A marker as shown by a sender to a receiver.
pub(crate) fn shown(marker: &[u8], sender: &Bytes32, receiver: &Bytes32) -> [u8; 8] {
    array(&labels::mac("sighej/1 met", marker, &[*sender, *receiver].concat()), 0)
}

/// A met block: the newest 16 markers, filled up from `fill`, each of whose keys stands for the marker in its place.
pub(crate) fn met_block(
    markers: &[Bytes32],
    fill: &[Bytes32],
    sender: &Bytes32,
    receiver: &Bytes32,
) -> Vec<u8> {
    let keys = (0..SLOTS).map(|i| markers.get(i).unwrap_or(&fill[i]));
    let mut rows: Vec<[u8; 8]> = keys.map(|key| shown(key, sender, receiver)).collect();
    rows.sort_unstable();
    rows.concat()
}

fn ordered(a: Bytes32, b: Bytes32) -> Vec<u8> {
    [a.min(b), a.max(b)].concat()
}
