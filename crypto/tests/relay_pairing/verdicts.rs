//! Relays that lie about a match, and clients that lie to the relay.

use std::convert::Infallible;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, TryCryptoRng, TryRng};
use sighej_crypto::{
    ApiMisuse, EpochNumber, EpochSecrets, InvalidMessage,
    exchange::Conclusion,
    relay::{
        ClientError, ClientMisbehaved, RelayError, RelayMisbehaved, Side as Lower, Upload, Uploaded, Verdict,
        compare,
    },
};

use crate::{
    common::{CLOSED, EPOCH, OPEN, Side, device, interests, rng, shared},
    support::{matched_uploads, relay, upload},
};

const ROW: usize = 32;

fn two() -> (EpochSecrets, EpochSecrets) {
    (device(1, &["devops", "chess"]), device(2, &["devops", "chess"]))
}

/// The rows of an upload.
fn rows(uploaded: &Uploaded) -> Vec<[u8; ROW]> {
    uploaded.upload_bytes()[2..].chunks_exact(ROW).map(|row| row.try_into().unwrap()).collect()
}

/// A verdict of a relay's making.
fn verdict(rows: &[[u8; ROW]]) -> Vec<u8> {
    let mut bytes = vec![rows.len() as u8];
    bytes.extend_from_slice(rows.as_flattened());
    bytes.resize(Verdict::LEN, 0);
    bytes
}

/// The rows of a true verdict.
fn true_rows(verdict: &Verdict) -> Vec<[u8; ROW]> {
    let bytes = verdict.encode();
    bytes[1..].chunks_exact(ROW).take(usize::from(bytes[0])).map(|row| row.try_into().unwrap()).collect()
}

/// What a device says to a verdict that `make` forges out of its own upload and the true verdict's rows.
fn told(make: impl Fn(&[[u8; ROW]], &[[u8; ROW]]) -> Vec<u8>) -> RelayMisbehaved {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let forged = make(&rows(&at_a), &true_rows(&relay(&at_a, &at_b).0));
    let Err(RelayError::Relay(error)) = at_a.conclude(&a, &forged) else {
        unreachable!("the relay lied");
    };
    error
}

#[test]
fn a_match_that_the_relay_invents_is_seen_through() {
    assert_eq!(told(|_, _| verdict(&[[7; ROW]])), RelayMisbehaved::UnknownMatch);
    let random_seal = |own: &[[u8; ROW]], _: &[[u8; ROW]]| {
        let mut row = own[0];
        row[16..].fill(9);
        verdict(&[row])
    };
    assert_eq!(told(random_seal), RelayMisbehaved::FalseSeal);
    assert_eq!(told(|own, _| verdict(&own[..1])), RelayMisbehaved::FalseSeal, "one's own seals echoed");
    assert_eq!(told(|own, _| verdict(own)), RelayMisbehaved::FalseSeal);
}

#[test]
fn one_false_row_among_true_ones_spoils_the_verdict() {
    let with_stray = |own: &[[u8; ROW]], truth: &[[u8; ROW]]| {
        let mut rows = truth.to_vec();
        rows.push(*own.iter().find(|row| truth.iter().all(|true_row| true_row[..16] != row[..16])).unwrap());
        rows.sort();
        verdict(&rows)
    };
    assert_eq!(told(with_stray), RelayMisbehaved::FalseSeal);
    let crossed = |_: &[[u8; ROW]], truth: &[[u8; ROW]]| {
        let mut rows = truth.to_vec();
        let (first, second) = (truth[0], truth[1]);
        rows[0][16..].copy_from_slice(&second[16..]);
        rows[1][16..].copy_from_slice(&first[16..]);
        verdict(&rows)
    };
    assert_eq!(told(crossed), RelayMisbehaved::FalseSeal);
}

#[test]
fn a_repeated_or_unsorted_verdict_is_refused() {
    let doubled = |_: &[[u8; ROW]], truth: &[[u8; ROW]]| verdict(&[truth[0], truth[0]]);
    assert_eq!(told(doubled), RelayMisbehaved::RepeatedMatch);
    let again = |_: &[[u8; ROW]], truth: &[[u8; ROW]]| verdict(&[truth[1], truth[0], truth[1]]);
    assert_eq!(told(again), RelayMisbehaved::RepeatedMatch, "also apart");
    let swapped = |_: &[[u8; ROW]], truth: &[[u8; ROW]]| verdict(&[truth[1], truth[0]]);
    assert_eq!(told(swapped), RelayMisbehaved::MatchesNotAscending);
}

#[test]
fn a_verdict_of_another_shape_is_refused() {
    assert_eq!(told(|_, _| [&[17][..], &[0; Verdict::LEN - 1]].concat()), RelayMisbehaved::TooManyRows(17));
    assert_eq!(told(|_, _| [&[255][..], &[0; Verdict::LEN - 1]].concat()), RelayMisbehaved::TooManyRows(255));
    let stray = |_: &[[u8; ROW]], _: &[[u8; ROW]]| [&[0; Verdict::LEN - 1][..], &[1]].concat();
    assert_eq!(told(stray), RelayMisbehaved::StrayBytes);
    let (a, b) = two();
    for got in [0, 1, Verdict::LEN - 1, Verdict::LEN + 1] {
        let wrong = InvalidMessage::Length { expected: Verdict::LEN, got };
        assert_eq!(matched_uploads(&a, &b).0.conclude(&a, &vec![0; got]).unwrap_err(), wrong.into());
    }
}

#[test]
fn a_match_below_the_threshold_is_refused_although_its_seals_are_true() {
    assert_eq!(told_at(2, |truth| verdict(&truth[..1])), Err(RelayMisbehaved::TooFewMatches.into()));
    assert_eq!(told_at(2, verdict), Ok(2));
}

/// What a device with this threshold makes of the true rows of two shared interests.
fn told_at(threshold: u8, make: impl Fn(&[[u8; ROW]]) -> Vec<u8>) -> Result<usize, RelayError> {
    let (a, b) = two();
    let (at_a, at_b) = upload((&a, Side { threshold, ..OPEN }), (&b, OPEN), 70);
    let forged = make(&true_rows(&relay(&at_a, &at_b).0));
    at_a.conclude(&a, &forged).map(|conclusion| shared(&conclusion).map_or(0, |shared| shared.len()))
}

#[test]
fn the_peers_threshold_counts_as_it_stood_in_its_seal_whatever_it_tells_the_relay() {
    let (a, b) = two();
    let (at_a, at_b) = upload((&a, OPEN), (&b, Side { threshold: 3, ..OPEN }), 70);
    let mut lowered = *at_b.upload_bytes();
    lowered[1] = 1;
    let uploads = [*at_a.upload_bytes(), lowered].map(|bytes| Upload::decode(&bytes).unwrap());
    let overlap = compare(&uploads[0], &uploads[1]).unwrap();
    let refused = at_a.conclude(&a, &overlap.verdict(uploads[0].side()).encode()).unwrap_err();
    assert_eq!(refused, RelayMisbehaved::TooFewMatches.into());
}

#[test]
fn a_withheld_verdict_nudges_one_side_and_never_wrongly() {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let (to_a, _) = relay(&at_a, &at_b);
    assert!(shared(&at_a.conclude(&a, &to_a.encode()).unwrap()).is_some());
    let at_b = at_b.conclude(&b, &Verdict::no_match().encode()).unwrap();
    assert!(matches!(at_b, Conclusion::NoMatch));
}

#[test]
fn the_verdict_of_another_pairing_is_refused() {
    let (a, b, c) = (device(1, &["devops"]), device(2, &["devops"]), device(3, &["devops"]));
    let (at_a, at_b) = upload((&a, OPEN), (&b, OPEN), 70);
    let (at_a_too, at_c) = upload((&a, OPEN), (&c, OPEN), 80);
    let (other, _) = relay(&at_a_too, &at_c);
    let refused = at_a.conclude(&a, &other.encode()).unwrap_err();
    assert_eq!(refused, RelayMisbehaved::UnknownMatch.into());
    let (again, _) = upload((&a, OPEN), (&b, OPEN), 90);
    let (first, _) = relay(&upload((&a, OPEN), (&b, OPEN), 70).0, &at_b);
    let refused = again.conclude(&a, &first.encode()).unwrap_err();
    assert_eq!(refused, RelayMisbehaved::UnknownMatch.into(), "nor an earlier one of the same pair");
}

#[test]
fn the_lowers_verdict_is_not_the_highers() {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let (to_a, _) = relay(&at_a, &at_b);
    assert_eq!(at_b.conclude(&b, &to_a.encode()).unwrap_err(), RelayMisbehaved::FalseSeal.into());
}

#[test]
fn a_closed_gate_looks_at_no_row() {
    let (a, b) = two();
    let (at_a, _) = upload((&a, CLOSED), (&b, OPEN), 70);
    let invented = verdict(&[[7; ROW]]);
    assert!(matches!(at_a.conclude(&a, &invented).unwrap(), Conclusion::Withheld));
}

#[test]
fn a_verdict_after_the_boundary_is_not_read() {
    let (a, b) = two();
    let next = EpochSecrets::draw(&interests(&["devops"]), EpochNumber(EPOCH.0 + 1), &mut rng(9));
    let refused = matched_uploads(&a, &b).0.conclude(&next, &Verdict::no_match().encode()).unwrap_err();
    assert_eq!(refused, RelayError::Misuse(ApiMisuse::OtherEpoch));
}

/// Draws the same dummies for each `own`, and all else afresh: what no generator does that is worth its name.
struct SameDummies {
    own: ChaCha20Rng,
    shared: ChaCha20Rng,
    at: usize,
}

impl TryRng for SameDummies {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("secrets are drawn by the byte")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("secrets are drawn by the byte")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let dummies = 128..128 + 15 * 32;
        if dummies.contains(&self.at) {
            self.shared.fill_bytes(bytes)
        } else {
            self.own.fill_bytes(bytes)
        }
        self.at += bytes.len();
        Ok(())
    }
}

impl TryCryptoRng for SameDummies {}

#[test]
fn a_match_on_dummies_counts_for_nothing() {
    let draw = |seed| {
        let mut rng = SameDummies { own: rng(seed), shared: rng(9), at: 0 };
        EpochSecrets::draw(&interests(&["devops"]), EPOCH, &mut rng)
    };
    let (a, b) = (draw(1), draw(2));
    for (threshold, expected) in [(1, Ok(1)), (2, Err(RelayMisbehaved::TooFewMatches.into()))] {
        let (at_a, at_b) = upload((&a, Side { threshold, ..OPEN }), (&b, OPEN), 70);
        let (to_a, _) = relay(&at_a, &at_b);
        assert_eq!(true_rows(&to_a).len(), 16, "the relay cannot tell a dummy");
        let found = at_a.conclude(&a, &to_a.encode()).map(|it| shared(&it).map_or(0, |found| found.len()));
        assert_eq!(found, expected);
    }
}

/// An honest upload, changed by a lying client; then the honest other's, and what the relay makes of both.
fn lied(change: impl Fn(&mut [u8])) -> Result<(usize, usize, bool), ClientError> {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let mut lie = *at_b.upload_bytes();
    change(&mut lie);
    let overlap = compare(&Upload::decode(at_a.upload_bytes()).unwrap(), &Upload::decode(&lie)?)?;
    Ok((overlap.items, overlap.forged, overlap.is_match()))
}

#[test]
fn true_values_with_false_seals_match_nothing() {
    assert_eq!(lied(|_| ()), Ok((2, 0, true)));
    let all_false = |upload: &mut [u8]| upload[2..].chunks_exact_mut(ROW).for_each(|row| row[16..].fill(7));
    assert_eq!(lied(all_false), Ok((0, 2, false)));
}

#[test]
fn one_false_seal_loses_its_own_row_alone_and_gives_the_liar_nothing_for_it() {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let (_, to_b) = relay(&at_a, &at_b);
    let known = true_rows(&to_b)[0];
    let spoil = |upload: &mut [u8]| {
        let row = upload[2..].chunks_exact_mut(ROW).find(|row| row[..16] == known[..16]).unwrap();
        row[16] ^= 1;
    };
    assert_eq!(lied(spoil), Ok((1, 1, true)));
}

#[test]
fn malformed_uploads_are_refused_by_name() {
    let client = |error: ClientMisbehaved| Err(ClientError::Client(error));
    let repeat = |upload: &mut [u8]| upload.copy_within(2..2 + ROW, 2 + ROW);
    assert_eq!(lied(repeat), client(ClientMisbehaved::RepeatedMatch));
    let repeat_with_other_seal = |upload: &mut [u8]| {
        upload.copy_within(2..18, 2 + 5 * ROW);
    };
    assert_eq!(lied(repeat_with_other_seal), client(ClientMisbehaved::RepeatedMatch));
    let unsorted = |upload: &mut [u8]| upload[2..2 + 2 * ROW].rotate_left(ROW);
    assert_eq!(lied(unsorted), client(ClientMisbehaved::MatchesNotAscending));
    assert_eq!(lied(|upload| upload[0] ^= 1), client(ClientMisbehaved::SameSide));
    assert_eq!(lied(|upload| upload[0] = 2), client(ClientMisbehaved::UnknownSide(2)));
    for threshold in [0, 17] {
        let refused = Err(ClientError::Malformed(InvalidMessage::Threshold(threshold)));
        assert_eq!(lied(|upload| upload[1] = threshold), refused);
    }
    for got in [0, Upload::LEN - 1, Upload::LEN + 1] {
        let wrong = InvalidMessage::Length { expected: Upload::LEN, got };
        assert_eq!(Upload::decode(&vec![0; got]).unwrap_err(), wrong.into());
    }
}

#[test]
fn a_liar_that_swaps_its_side_in_both_uploads_fools_nobody() {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let swapped = [&at_a, &at_b].map(|uploaded| {
        let mut bytes = *uploaded.upload_bytes();
        bytes[0] ^= 1;
        Upload::decode(&bytes).unwrap()
    });
    let overlap = compare(&swapped[0], &swapped[1]).unwrap();
    assert_eq!((overlap.items, overlap.forged), (0, 2), "a and b are not interchangeable");
}

#[test]
fn nothing_of_an_upload_or_a_verdict_is_printed() {
    let (a, b) = two();
    let (at_a, at_b) = matched_uploads(&a, &b);
    let uploads = [&at_a, &at_b].map(|uploaded| Upload::decode(uploaded.upload_bytes()).unwrap());
    let overlap = compare(&uploads[0], &uploads[1]).unwrap();
    let printed = format!("{at_a:?} {:?} {overlap:?} {:?}", uploads[0], overlap.to_lo);
    assert_eq!(printed, "Uploaded(redacted) Upload(redacted) Overlap(redacted) Verdict(redacted)");
    assert!(matches!((uploads[0].threshold(), uploads[0].side()), (1, Lower::Lo | Lower::Hi)));
}
