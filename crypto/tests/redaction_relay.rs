//! No state and no message of a pairing through the relay is printed.
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

mod common;

use common::{
    rng,
    secrets::{Printed, Secrets, TEXT, secrets_of},
};
use sighej_crypto::{
    EpochSecrets, Evaluation, MetBlock,
    exchange::Gate,
    relay::{
        KnockSent, Knocked, RegistrationChallenge, RelayId, RoomSecret, Upload, Verdict, compare, register,
    },
};

fn evaluation_and_met(me: &EpochSecrets, peer: &EpochSecrets) -> (Evaluation, MetBlock) {
    (
        me.evaluate(peer.commitment(), &mut rng(6)),
        MetBlock::seal(&[], &me.digest(), &peer.digest(), &mut rng(5)),
    )
}

/// The start of each part of a message, and of what stands behind its salt.
fn starts(messages: &[&[u8]]) -> Vec<Vec<u8>> {
    messages.iter().flat_map(|message| [message[..16].to_vec(), message[16..48].to_vec()]).collect()
}

#[test]
fn no_state_and_no_result_of_a_pairing_prints_a_secret() {
    let ((a, of_a), (b, of_b)) = (secrets_of(1, &[TEXT]), secrets_of(2, &[TEXT]));
    let secrets = Secrets([of_a, of_b].concat());
    let knock = KnockSent::heard(&b, a.token(), &mut rng(3));
    let knocked = Knocked::by_token(&a, knock.knock_bytes()).unwrap();
    secrets.not_in(&(&knock, &knocked));
    let at_a = knocked.accept(&a, &mut rng(4)).unwrap();
    let at_b = knock.read_accept(&b, at_a.accept_bytes().unwrap()).unwrap();
    let introduction = Secrets(starts(&[knock.knock_bytes(), at_a.accept_bytes().unwrap()]));
    for secrets in [&secrets, &introduction] {
        secrets.not_in(&(&knock, &at_a, &at_b));
    }
    let (ours, met) = evaluation_and_met(&b, &a);
    let at_b = at_b.seal(&b, &ours, &met, 1, &mut rng(7)).unwrap();
    let at_a = at_a.read_seal(&a, at_b.seal_bytes()).unwrap();
    secrets.not_in(&(&at_b, &at_a, at_a.peer_met()));
    let (ours, met) = evaluation_and_met(&a, &b);
    let at_a = at_a.seal(&a, &ours, &met, 1, &mut rng(8)).unwrap();
    let at_b = at_b.read_seal(&b, at_a.seal_bytes()).unwrap();
    let seals = Secrets(starts(&[at_a.seal_bytes(), at_b.seal_bytes()]));
    for secrets in [&secrets, &seals] {
        secrets.not_in(&(&at_a, &at_b));
    }
    let done_a = at_a.upload(&a, Gate::Open, &mut rng(9)).unwrap();
    let done_b = at_b.upload(&b, Gate::Open, &mut rng(10)).unwrap();
    let uploads = [&done_a, &done_b].map(|done| Upload::decode(done.upload_bytes()).unwrap());
    let overlap = compare(&uploads[0], &uploads[1]).unwrap();
    let rows = [&done_a, &done_b].map(|done| done.upload_bytes()[2..].chunks(16).map(<[u8]>::to_vec));
    let rows = Secrets(rows.into_iter().flatten().collect());
    let verdicts: Vec<Verdict> =
        uploads.iter().map(|upload| overlap.verdict(upload.side()).clone()).collect();
    for secrets in [&secrets, &seals, &rows] {
        secrets.not_in(&(&done_a, &done_b, &uploads, &overlap, &verdicts));
    }
    let forged = verdicts[1].encode();
    let end = done_a.conclude(&a, &verdicts[0].encode()).unwrap();
    secrets.not_in(&end);
    let error = done_b.conclude(&b, &forged[..500]).err().unwrap();
    rows.not_in(&(&error, Printed(&error.to_string())));
}

#[test]
fn no_registration_prints_a_secret_or_its_id() {
    let (a, mut secrets) = secrets_of(1, &[TEXT]);
    let challenge = RegistrationChallenge::new(&mut rng(3));
    let registration = register(&a, challenge.as_bytes()).unwrap();
    let mut e = vec![0; 32];
    rand_core::Rng::fill_bytes(&mut rng(3), &mut e);
    let id = RelayId::of(a.token());
    secrets.extend([e, challenge.as_bytes().to_vec(), challenge.as_bytes()[32..].to_vec()]);
    secrets.extend([id.as_bytes().to_vec(), registration[48..].to_vec()]);
    let secrets = Secrets(secrets);
    secrets.not_in(&(&challenge, id));
    secrets.not_in(&challenge.verify(&registration).unwrap());
    let error = RegistrationChallenge::new(&mut rng(4)).verify(&registration).err().unwrap();
    secrets.not_in(&(&error, Printed(&error.to_string())));
}

#[test]
fn no_room_prints_its_secret_its_key_or_its_text() {
    let room = RoomSecret::random(&mut rng(1));
    let mut secret = vec![0; 16];
    rand_core::Rng::fill_bytes(&mut rng(1), &mut secret);
    let text = room.to_text();
    let key = common::second::relay::room(&secret[..].try_into().unwrap()).1.to_vec();
    let secrets = Secrets(vec![secret, key, room.id().as_bytes().to_vec(), text.as_bytes().to_vec()]);
    secrets.not_in(&(&room, room.id(), room.key()));
    let mistyped = format!("{}!", &text[..31]);
    let error = RoomSecret::parse(&mistyped).err().unwrap();
    secrets.not_in(&(&error, Printed(&error.to_string())));
}
