//! Devices with all that they draw, and commitments that are refused.

use sighej_crypto::{Commitment, EpochNumber, EpochSecrets};

use crate::{
    common::{
        interests,
        second::{self, Draws},
    },
    format::{Commitments, DeviceVector, Hex, NamedDevice, RefusedCommitment, all},
    name_of,
    replay::{Replay, wide},
};

/// Epoch of the vectors: 2026-11-24, 10:00 UTC.
pub(crate) const EPOCH: u32 = 2_992_524;

/// A device by the crate, drawing what is listed, in the order that `EpochSecrets::draw` documents.
pub(crate) fn device(vector: &DeviceVector) -> EpochSecrets {
    let texts: Vec<&str> = vector.interests.iter().map(String::as_str).collect();
    let mut parts = vec![vector.x.0.clone(), vector.y.0.clone(), wide(&vector.k.0).to_vec()];
    parts.extend(vector.dummies.iter().map(|dummy| dummy.0.clone()));
    parts.extend(vector.blinds.iter().map(|blind| wide(&blind.0).to_vec()));
    let mut rng = Replay::of(parts);
    let secrets = EpochSecrets::draw(&interests(&texts), EpochNumber(vector.epoch), &mut rng);
    rng.is_over();
    secrets
}

/// A device's vector: what it draws is random by `seed`; its commitment is the crate's.
pub(crate) fn vector(epoch: u32, texts: &[&str], seed: u64) -> DeviceVector {
    let mut texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    texts.sort();
    let draws = Draws::random(texts.len(), seed);
    let inputs = second::device::inputs(&texts, &draws.dummies);
    let mut vector = DeviceVector {
        epoch,
        slots: second::Device::new(&texts, epoch, &draws).slots,
        interests: texts,
        x: draws.x.into(),
        y: draws.y.into(),
        k: draws.k.into(),
        dummies: all(&draws.dummies),
        blinds: all(&draws.blinds),
        hashed: all(inputs.iter().map(|input| second::group::hash_to_group(input))),
        inputs: all(inputs),
        commitment: Hex(Vec::new()),
        digest: Hex(Vec::new()),
        token: Hex(Vec::new()),
    };
    let secrets = device(&vector);
    vector.commitment = secrets.commitment().as_bytes().into();
    vector.digest = secrets.digest().as_bytes().into();
    vector.token = secrets.token().as_bytes().into();
    vector
}

pub(crate) fn fresh() -> Commitments {
    let sixteen: Vec<String> = (0..16).map(|n| format!("interest {n}")).collect();
    let sixteen: Vec<&str> = sixteen.iter().map(String::as_str).collect();
    let named = |name: &str, epoch, texts: &[&str], seed| NamedDevice {
        name: name.to_owned(),
        device: vector(epoch, texts, seed),
    };
    let accepted = vec![
        named("three interests", EPOCH, &["devops", "hardstyle", "knitting"], 1),
        named("no interest", EPOCH, &[], 2),
        named("sixteen interests", EPOCH, &sixteen, 3),
        named("an interest beyond ASCII", EPOCH, &["br\u{e6}tspil"], 4),
        named("the first epoch", 0, &["chess"], 5),
        named("the last epoch", u32::MAX, &["chess"], 6),
    ];
    Commitments { refused: refused(&accepted), accepted }
}

/// Commitments with one fault each, beside the first device.
fn refused(accepted: &[NamedDevice]) -> Vec<RefusedCommitment> {
    let (reader, sender) = (&accepted[0], &accepted[1].device);
    let own = &reader.device.commitment.0;
    let case = |why: &str, edit: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = sender.commitment.0.clone();
        edit(&mut bytes);
        let verdict = Commitment::decode(&bytes)
            .and_then(|it| Ok(it.check_against(device(&reader.device).commitment())?));
        RefusedCommitment {
            why: why.to_owned(),
            reader: reader.name.clone(),
            commitment: Hex(bytes),
            error: name_of(&verdict.err().unwrap()),
        }
    };
    let put = |at: usize, bytes: &str| {
        let bytes = hex::decode(bytes).unwrap();
        move |commitment: &mut Vec<u8>| commitment[at..at + bytes.len()].copy_from_slice(&bytes)
    };
    let epoch = |epoch: u32| put(1, &hex::encode(epoch.to_be_bytes()));
    let negative = "0100000000000000000000000000000000000000000000000000000000000000";
    let above_p = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
    let no_point = "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371";
    let order_8 = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";
    let high_bit = "0900000000000000000000000000000000000000000000000000000000000080";
    let zero = "0000000000000000000000000000000000000000000000000000000000000000";
    vec![
        case("a byte is missing", &|c| c.truncate(612)),
        case("a byte too many", &|c| c.push(0)),
        case("version 2", &put(0, "02")),
        case("two epochs early", &epoch(EPOCH - 2)),
        case("two epochs late", &epoch(EPOCH + 2)),
        case("X is zero", &put(5, zero)),
        case("X has its highest bit set", &put(5, high_bit)),
        case("Y is of order 8", &put(37, order_8)),
        case("Y is p, a second zero", &put(37, above_p)),
        case("K is negative", &put(69, negative)),
        case("K is no point", &put(69, no_point)),
        case("K is the identity", &put(69, zero)),
        case("the first c is the identity", &put(101, zero)),
        case("the last c is not below p", &put(101 + 15 * 32, &"ff".repeat(32))),
        case("two c are swapped", &|c| c[101..165].rotate_left(32)),
        case("a c is repeated", &|c| c.copy_within(101..133, 133)),
        case("K is the reader's", &|c| c[69..101].copy_from_slice(&own[69..101])),
        case("a c is one of the reader's", &|c| {
            let mut blinded: Vec<Vec<u8>> = c[101..].chunks(32).map(<[u8]>::to_vec).collect();
            blinded[7] = own[101 + 3 * 32..][..32].to_vec();
            blinded.sort();
            c.splice(101.., blinded.concat());
        }),
    ]
}
