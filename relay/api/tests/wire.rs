//! The wire: its vectors, and what is no message of it.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read fails the test")]

use proptest::prelude::*;
use serde_json::Value;
use sighej_relay_api::wire::{
    Bye, ClientMessage, LONGEST, PairEnd, PairNumber, Refusal, RelayMessage, WireError, WireId,
};

/// A vector, read by name.
struct Vector(Value);

impl Vector {
    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    fn frame(&self) -> Vec<u8> {
        hex::decode(self.0["frame"].as_str().unwrap()).unwrap()
    }

    fn number(&self, field: &str) -> u64 {
        self.0["fields"][field].as_u64().unwrap()
    }

    fn pair(&self) -> PairNumber {
        PairNumber(self.number("pair") as u32)
    }

    fn flag(&self, field: &str) -> bool {
        self.0["fields"][field].as_bool().unwrap()
    }

    fn bytes<const N: usize>(&self, field: &str) -> [u8; N] {
        hex::decode(self.0["fields"][field].as_str().unwrap()).unwrap().try_into().unwrap()
    }

    fn id(&self, field: &str) -> WireId {
        WireId::from_bytes(self.bytes(field))
    }
}

fn vectors() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../vectors/relay-wire.json")).unwrap();
    file["frames"].as_array().unwrap().iter().cloned().map(Vector).collect()
}

#[test]
fn what_a_device_says_is_written_and_read_as_in_the_vectors() {
    let check = |vector: &Vector, message: ClientMessage<'_>| {
        assert_eq!(message.encode(), vector.frame(), "{}", vector.name());
        assert!(ClientMessage::decode(&vector.frame()) == Ok(message), "{}", vector.name());
    };
    let mut checked = 0;
    for vector in vectors().iter().filter(|vector| vector.frame()[0] < 0x41) {
        let pair = || vector.pair();
        match vector.name() {
            "register" => {
                let epoch = vector.number("epoch") as u32;
                let registration = &vector.bytes("registration");
                check(vector, ClientMessage::Register { epoch, registration });
            }
            "join" => {
                check(vector, ClientMessage::Join { room: vector.id("room"), open: vector.flag("open") })
            }
            "knock" => {
                check(vector, ClientMessage::Knock { to: vector.id("to"), knock: &vector.bytes("knock") });
            }
            "knock proposed" => {
                check(vector, ClientMessage::KnockProposed { pair: pair(), knock: &vector.bytes("knock") });
            }
            "accept" => {
                check(vector, ClientMessage::Accept { pair: pair(), accept: &vector.bytes("accept") })
            }
            "seal" => check(vector, ClientMessage::Seal { pair: pair(), seal: &vector.bytes("seal") }),
            "upload" => {
                check(vector, ClientMessage::Upload { pair: pair(), upload: &vector.bytes("upload") })
            }
            "done" => check(vector, ClientMessage::Done { pair: pair() }),
            "goodbye" => check(vector, ClientMessage::Goodbye),
            other => panic!("a vector of no message: {other}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 9);
}

#[test]
fn what_a_relay_says_is_written_and_read_as_in_the_vectors() {
    let check = |vector: &Vector, message: RelayMessage<'_>| {
        assert_eq!(message.encode(), vector.frame(), "{}", vector.name());
        assert!(RelayMessage::decode(&vector.frame()) == Ok(message), "{}", vector.name());
    };
    let mut checked = 0;
    for vector in vectors().iter().filter(|vector| vector.frame()[0] >= 0x41) {
        let pair = || vector.pair();
        match vector.name() {
            "welcome" => {
                let (utc_ms, epoch_secs) = (vector.number("utc_ms"), vector.number("epoch_secs") as u32);
                let challenge = &vector.bytes("challenge");
                check(vector, RelayMessage::Welcome { challenge, utc_ms, epoch_secs });
            }
            "registered" => check(vector, RelayMessage::Registered { resumed: vector.flag("resumed") }),
            "knocked" => {
                let (room, knock) = (vector.id("room"), &vector.bytes("knock"));
                check(vector, RelayMessage::Knocked { pair: pair(), room, knock });
            }
            "proposed" => check(vector, RelayMessage::Proposed { pair: pair(), room: vector.id("room") }),
            "accepted" => {
                let (id, accept) = (vector.id("id"), &vector.bytes("accept"));
                check(vector, RelayMessage::Accepted { pair: pair(), id, accept });
            }
            "sealed" => check(vector, RelayMessage::Sealed { pair: pair(), seal: &vector.bytes("seal") }),
            "verdict" => {
                check(vector, RelayMessage::Verdict { pair: pair(), verdict: &vector.bytes("verdict") });
            }
            "ended" => check(vector, RelayMessage::Ended { pair: pair(), why: PairEnd::TooLate }),
            "refused" => check(vector, RelayMessage::Refused { name: vector.id("name"), why: Refusal::Busy }),
            "bye" => check(vector, RelayMessage::Bye { why: Bye::Restart, after_secs: 3 }),
            other => panic!("a vector of no message: {other}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 10);
}

#[test]
fn a_frame_of_another_length_is_refused_by_its_type() {
    for vector in vectors() {
        let frame = vector.frame();
        let refused = |bytes: &[u8]| {
            if frame[0] < 0x41 {
                ClientMessage::decode(bytes).err()
            } else {
                RelayMessage::decode(bytes).err()
            }
        };
        let length = |got| Some(WireError::Length { kind: frame[0], expected: frame.len(), got });
        assert_eq!(refused(&[&frame[..], &[0]].concat()), length(frame.len() + 1));
        if frame.len() > 1 {
            assert_eq!(refused(&frame[..frame.len() - 1]), length(frame.len() - 1));
        }
        assert!(frame.len() <= LONGEST);
    }
    assert_eq!(ClientMessage::decode(&[]), Err(WireError::Empty));
    assert_eq!(RelayMessage::decode(&[]), Err(WireError::Empty));
}

#[test]
fn neither_side_reads_the_other_s_messages_or_a_value_that_means_nothing() {
    for vector in vectors() {
        let frame = vector.frame();
        let crossed = if frame[0] < 0x41 {
            RelayMessage::decode(&frame).err()
        } else {
            ClientMessage::decode(&frame).err()
        };
        assert_eq!(crossed, Some(WireError::UnknownType(frame[0])));
    }
    let value = |kind, value| Some(WireError::Value { kind, value });
    assert_eq!(ClientMessage::decode(&[&[2; 17][..], &[2]].concat()).err(), value(2, 2));
    assert_eq!(RelayMessage::decode(&[0x42, 9]).err(), value(0x42, 9));
    assert_eq!(RelayMessage::decode(&[0x48, 0, 0, 0, 1, 0]).err(), value(0x48, 0));
    assert_eq!(RelayMessage::decode(&[0x4a, 12, 0, 0, 0, 0]).err(), value(0x4a, 12));
}

#[test]
fn nothing_that_a_message_carries_is_printed() {
    for vector in vectors() {
        let frame = vector.frame();
        let printed = if frame[0] < 0x41 {
            format!("{:?}", ClientMessage::decode(&frame).unwrap())
        } else {
            format!("{:?}", RelayMessage::decode(&frame).unwrap())
        };
        assert!(printed.len() < 50 && !printed.contains('['), "{printed}");
    }
    assert_eq!(format!("{:?}", WireId::from_bytes([7; 16])), "WireId(redacted)");
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_that_writes_itself_again_or_are_refused(
        kind in prop_oneof![any::<u8>(), 1..10_u8, 0x41..0x4b_u8],
        rest in prop::collection::vec(any::<u8>(), 0..800),
        length in prop::sample::select(vec![0_usize, 1, 4, 5, 17, 20, 60, 84, 517, 518, 649, 661, 665, 741]),
    ) {
        let mut fields = rest;
        fields.resize(length, 0);
        let frame = [&[kind][..], &fields].concat();
        if let Ok(message) = ClientMessage::decode(&frame) {
            prop_assert_eq!(message.encode(), frame.clone());
        }
        if let Ok(message) = RelayMessage::decode(&frame) {
            prop_assert_eq!(message.encode(), frame);
        }
    }
}
