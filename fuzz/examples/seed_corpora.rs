//! Writes the first inputs of each target's corpus: `cargo run --release --manifest-path fuzz/Cargo.toml --example
//! seed_corpora`, after a change on the wire. What a fuzzer found beside them stays.

use std::{fs, io, path::Path};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sighej_ble::{
    Presence,
    advert::{Advert, PowerClass},
    wire::Fragmenter,
};
use sighej_crypto::{Commitment, EpochNumber, EpochSecrets, Evaluation, InterestSet, MetBlock};
use sighej_relay_api::wire::{Bye, ClientMessage, PairEnd, PairNumber, Refusal, RelayMessage, WireId};

fn main() -> io::Result<()> {
    for (target, name, bytes) in [
        commitments(),
        proofs(),
        interests(),
        initiator(),
        responder(),
        relay(),
        strangers(),
        pairs(),
        neighbours(),
        adverts(),
        packets(),
    ]
    .concat()
    .into_iter()
    .chain([wire_client(), wire_relay(), sessions()].concat())
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

type Seeds = Vec<(&'static str, String, Vec<u8>)>;

fn commitments() -> Seeds {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let secrets = EpochSecrets::draw(&InterestSet::default(), EpochNumber(3_000_000), &mut rng);
    let honest = secrets.commitment().as_bytes().to_vec();
    let with = |at: usize, value: &[u8]| {
        let mut bytes = honest.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes
    };
    let [version, x, y, key, first, second] = [0, 5, 37, 69, 101, 133];
    let seeds = [
        ("honest", honest.clone()),
        ("empty", Vec::new()),
        ("truncated", honest[..honest.len() - 1].to_vec()),
        ("of-another-version", with(version, &[2])),
        ("low-order-x", with(x, &[0; 32])),
        ("non-canonical-y", with(y, &[0xff; 32])),
        ("identity-key", with(key, &[0; 32])),
        ("identity-element", with(first, &[0; 32])),
        ("non-canonical-element", with(first, &[1; 32])),
        ("repeated-element", with(second, &honest[first..second])),
    ];
    seeds.map(|(name, bytes)| ("commitment_decode", name.to_owned(), bytes)).into()
}

fn proofs() -> Seeds {
    let mask_at = |at: usize| [vec![0; at], vec![1]].concat();
    let seeds = [
        ("honest", Vec::new()),
        ("first-element", mask_at(0)),
        ("second-element", mask_at(32)),
        ("challenge", mask_at(64)),
        ("response", mask_at(96)),
        ("zeros", vec![0; 128]),
        ("ones", vec![0xff; 128]),
    ];
    seeds.map(|(name, bytes)| ("voprf_element_proof", name.to_owned(), bytes)).into()
}

fn interests() -> Seeds {
    let seeds = [
        ("plain", "hardstyle"),
        ("empty", ""),
        ("white-space", " \t\u{a0}\u{3000}  "),
        ("spread-out", "  Board\u{2003}\tGAMES "),
        ("composed-and-decomposed", "Caf\u{e9}\nCafe\u{301}"),
        ("compatibility", "\u{fb01}lm \u{ff26}\u{ff29}\u{ff2c}\u{ff2d}"),
        ("folds-longer", "Stra\u{df}e \u{130}stanbul \u{149}"),
        ("greek", "\u{1f80}\u{345}\u{3c2}\u{3a3}"),
        ("hangul", "\u{1112}\u{1161}\u{11ab}"),
        ("invisible", "a\u{200b}b\u{202e}c\u{ad}d\u{feff}"),
        ("control", "a\u{0}b\u{7f}c\u{85}"),
        ("expands", "\u{fdfa}\u{fdfa}\u{fdfa}\u{fdfa}"),
        ("longest", "0123456789012345678901234567890123456789012345678901234567890123"),
        ("too-long", "01234567890123456789012345678901234567890123456789012345678901234"),
        ("seventeen", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq"),
    ];
    seeds.map(|(name, text)| ("interest_parse", name.to_owned(), text.into())).into()
}

fn initiator() -> Seeds {
    // Message 2 on the wire, inside, and inside with the liar heard; message 4 on the wire, inside, and behind a gate.
    let commitment = [("wire2", 0), ("inside2", 4), ("liar2", 4 | 16)];
    let answer = [("wire4", 1), ("inside4", 5), ("gated4", 5 | 8)];
    seeds_of("exchange_initiator", &[(&commitment, &COMMITMENT_PARTS), (&answer, &ANSWER_PARTS)])
}

fn responder() -> Seeds {
    let hello = [("wire1", 0)];
    let offer = [("wire3", 1), ("inside3", 5), ("echo3", 5 | 16), ("gated3", 5 | 8)];
    let tags = [("wire5", 2), ("inside5", 6), ("gated5", 6 | 8)];
    let mut seeds =
        seeds_of("exchange_responder", &[(&hello, &[0, 16]), (&offer, &COMMITMENT_PARTS), (&tags, &[0, 16])]);
    let behind_the_commitment = ANSWER_PARTS.map(|at| Commitment::LEN as u16 + at);
    seeds.extend(seeds_of("exchange_responder", &[(&offer[1..], &behind_the_commitment[..5])]));
    seeds
}

fn relay() -> Seeds {
    let short = [("challenge", 0), ("registration", 1)];
    let opaque = [("knock", 2), ("accept", 3), ("seal", 6)];
    let inside = [("inside-knock", 4), ("inside-accept", 5)];
    let rows = [("upload", 7), ("verdict", 15)];
    let [side, threshold, first, second] = [0, 1, 2, 34];
    seeds_of(
        "relay_pairing",
        &[
            (&short, &[0, 16, 48]),
            (&opaque, &[0, 16]),
            (&inside, &COMMITMENT_PARTS),
            (&rows, &[side, threshold, first, second]),
        ],
    )
}

/// Scripts of what befalls one device; see `engine_presence`.
fn strangers() -> Seeds {
    let open: &[u8] = &[0, 0, 0];
    let [close, pause, resume, wipe] = [[0, 0, 2], [0, 5, 3], [0, 0, 4], [0, 0, 5]];
    let advert: &[u8] = &[1, 3, 0x10, 0xc4, 3];
    let bare: &[u8] = &[2, 0xc4, 5];
    let (lan_link, radio_link): (&[u8], &[u8]) = (&[3, 0], &[3, 131]);
    let presence: &[u8] = &[&[6, 1, 1, 0x10][..], &[9; 8]].concat();
    let channel: &[u8] = &[7, 1];
    let hello: &[u8] = &[&[8, 1, 1][..], &[9; 32]].concat();
    let garbage: &[u8] = &[&[8, 1, 2, 40, 0][..], &[0xff; 40]].concat();
    let (four_seconds, ring): (&[u8], &[u8]) = (&[9, 103], &[9, 200]);
    let seeds = [
        ("before-consent", [advert, lan_link, presence, channel, hello, ring].concat()),
        ("opened-and-closed", [open, &pause, &resume, &close, open, &wipe, ring].concat()),
        ("heard-past-dwell", [open, advert, four_seconds, advert, ring, radio_link, ring].concat()),
        ("heard-bare", [open, bare, four_seconds, bare, ring, radio_link, presence, ring].concat()),
        ("presence", [open, lan_link, presence, ring, ring].concat()),
        ("hello", [open, lan_link, presence, channel, hello, ring, ring].concat()),
        ("garbage", [open, lan_link, presence, channel, garbage, ring].concat()),
        ("garbage-after-hello", [open, lan_link, presence, channel, hello, garbage, ring].concat()),
        ("no-presence", [open, lan_link, channel, hello, ring].concat()),
        ("many-links", [open, &lan_link.repeat(140), presence, ring].concat()),
        ("boundary", [open, lan_link, presence, &[9, 199].repeat(6), ring, ring].concat()),
        ("link-down", [open, lan_link, presence, channel, hello, &[4, 1], ring].concat()),
        ("dial-failed", [open, advert, four_seconds, advert, &[5, 3], ring, ring].concat()),
    ];
    seeds.map(|(name, script)| ("engine_presence", name.to_owned(), script)).into()
}

/// Each step names a neighbour and what it does; see `engine_mesh`.
fn neighbours() -> Seeds {
    let told: &[u8] = &[0, 3, 0, 0, 2, 5, 9, 0, 1];
    let called: &[u8] = &[0, 3, 1, 1, 1, 5, 0, 7];
    let called_again: &[u8] = &[1, 3, 1, 1, 2, 5, 9, 7];
    let said: &[u8] = &[0, 3, 1, 2, 0, 7];
    let ended: &[u8] = &[0, 3, 1, 3];
    let garbage: &[u8] = &[2, 0, 5, 0, 9, 9, 9, 9, 9];
    let (wait, ring): (&[u8], &[u8]) = (&[0, 1, 100], &[0, 2]);
    let seeds = [
        ("told", [told, ring, wait, ring, wait, ring].concat()),
        ("called", [told, called, said, ended, ring].concat()),
        ("called-untold", [called, said, called_again, ended, wait, ring].concat()),
        ("flood", [&told.repeat(30)[..], ring, called].concat()),
        ("garbage", [told, garbage, ring, wait, ring].concat()),
    ];
    seeds.map(|(name, script)| ("engine_mesh", name.to_owned(), script)).into()
}

/// One delivery of a run is interfered with; see `engine_frames`.
fn pairs() -> Seeds {
    let ways: [(&str, &[u8]); 6] = [
        ("dropped", &[128]),
        ("repeated", &[144]),
        ("replaced", &[160, 3, 0, 1, 2, 3]),
        ("truncated", &[176, 5]),
        ("preceded", &[192, 9, 0, 0x10, 1, 2, 3, 4, 5, 6, 7, 8]),
        ("flipped", &[208, 0, 0, 1]),
    ];
    let mut seeds = vec![("engine_frames", "honest".to_owned(), Vec::new())];
    for at in 0..8 {
        seeds.extend(ways.map(|(name, how)| {
            ("engine_frames", format!("{name}-at-{at}"), [&vec![0; at][..], how].concat())
        }));
    }
    seeds
}

const PAIR: PairNumber = PairNumber(7);
const NAME: WireId = WireId::from_bytes([9; 16]);

/// Every message of a device, and what is nearly one.
fn wire_client() -> Seeds {
    let messages = [
        ("register", ClientMessage::Register { epoch: 3_000_000, registration: &[1; 80] }),
        ("join", ClientMessage::Join { room: NAME, open: true }),
        ("knock", ClientMessage::Knock { to: NAME, knock: &[2; 645] }),
        ("knock-proposed", ClientMessage::KnockProposed { pair: PAIR, knock: &[2; 645] }),
        ("accept", ClientMessage::Accept { pair: PAIR, accept: &[3; 645] }),
        ("seal", ClientMessage::Seal { pair: PAIR, seal: &[4; 737] }),
        ("upload", ClientMessage::Upload { pair: PAIR, upload: &[5; 514] }),
        ("done", ClientMessage::Done { pair: PAIR }),
        ("goodbye", ClientMessage::Goodbye),
    ];
    nearly("wire_client", messages.map(|(name, message)| (name, message.encode())).into())
}

/// Every message of a relay, and what is nearly one.
fn wire_relay() -> Seeds {
    let messages = [
        (
            "welcome",
            RelayMessage::Welcome { challenge: &[1; 48], utc_ms: 1_800_000_000_000, epoch_secs: 600 },
        ),
        ("registered", RelayMessage::Registered { resumed: true }),
        ("knocked", RelayMessage::Knocked { pair: PAIR, room: NAME, knock: &[2; 645] }),
        ("proposed", RelayMessage::Proposed { pair: PAIR, room: NAME }),
        ("accepted", RelayMessage::Accepted { pair: PAIR, id: NAME, accept: &[3; 645] }),
        ("sealed", RelayMessage::Sealed { pair: PAIR, seal: &[4; 737] }),
        ("verdict", RelayMessage::Verdict { pair: PAIR, verdict: &[5; 513] }),
        ("ended", RelayMessage::Ended { pair: PAIR, why: PairEnd::TooLate }),
        ("refused", RelayMessage::Refused { name: NAME, why: Refusal::Busy }),
        ("bye", RelayMessage::Bye { why: Bye::Flood, after_secs: 60 }),
    ];
    nearly("wire_relay", messages.map(|(name, message)| (name, message.encode())).into())
}

/// Each message as it is, too short, too long, and with another value in its last byte.
fn nearly(target: &'static str, messages: Vec<(&'static str, Vec<u8>)>) -> Seeds {
    let mut seeds =
        vec![(target, "empty".to_owned(), Vec::new()), (target, "unknown".to_owned(), vec![0x77])];
    for (name, honest) in messages {
        let (short, long) = (honest[..honest.len() - 1].to_vec(), [&honest[..], &[0]].concat());
        let mut other = honest.clone();
        if let Some(last) = other.last_mut() {
            *last = 0xee;
        }
        for (how, bytes) in [("honest", honest), ("short", short), ("long", long), ("other", other)] {
            seeds.push((target, format!("{name}-{how}"), bytes));
        }
    }
    seeds
}

/// Scripts of what a few devices do at a relay; see `matcher_sessions`.
fn sessions() -> Seeds {
    let [one, two, three]: [&[u8]; 3] = [&[0, 0, 2], &[0, 1, 2], &[0, 2, 2]];
    let both = [one, two].concat();
    let [knock, accept, seal_0, seal_1]: [&[u8]; 4] =
        [&[4, 0, 1, 0, 1], &[4, 1, 3, 1], &[4, 0, 4, 1], &[4, 1, 4, 1]];
    let seals = [&both[..], knock, accept, seal_0, seal_1].concat();
    let upload = |by: u8, side: u8, how: &[u8]| [&[4, by, 5, 1, side, 2][..], how].concat();
    let (as_it_is, forged): (&[u8], &[u8]) = (&[0xff, 0xff], &[18, 0, 1]);
    let [done_0, done_1]: [&[u8]; 2] = [&[4, 0, 6, 1], &[4, 1, 6, 1]];
    let [lost, back]: [&[u8]; 2] = [&[1, 1], two];
    let [join_0, join_1, ring]: [&[u8]; 3] = [&[4, 0, 0, 0, 1, 0], &[4, 1, 0, 0, 1, 0], &[3, 255]];
    let proposed = [&both[..], join_0, join_1, ring].concat();
    let [knock_0, knock_1]: [&[u8]; 2] = [&[4, 0, 2, 1], &[4, 1, 2, 1]];
    let garbage: &[u8] = &[&[2, 0, 40, 0][..], &[0xff; 40]].concat();
    let uploads = |hi: &[u8]| [upload(0, 0, as_it_is), upload(1, 1, hi)].concat();
    let crossing: &[u8] = &[4, 1, 1, 0, 0];
    let seeds = [
        ("match", [&seals[..], &uploads(as_it_is), done_0, done_1].concat()),
        ("forged-seals", [&seals[..], &uploads(forged), done_0, done_1].concat()),
        ("same-side", [&seals[..], &upload(0, 0, as_it_is), &upload(1, 0, as_it_is)].concat()),
        ("repeated-rows", [&seals[..], &upload(0, 0, as_it_is), &upload(1, 1, &[2, 0, 0x80])].concat()),
        (
            "lost-before-the-verdict",
            [&seals[..], &upload(0, 0, as_it_is), lost, &uploads(as_it_is), back, ring].concat(),
        ),
        ("lost-for-good", [&seals[..], &upload(0, 0, as_it_is), lost, ring, ring, ring].concat()),
        ("crossing-knocks", [&both[..], knock, crossing, seal_0, seal_1, &uploads(as_it_is)].concat()),
        ("proposed", [&proposed[..], knock_0, knock_1, accept, &[4, 0, 3, 1], seal_0, seal_1].concat()),
        ("out-of-turn", [&both[..], knock, seal_1, &uploads(as_it_is), knock_1, done_1].concat()),
        ("replaced", [one, one, one, knock, ring].concat()),
        ("full", [&both[..], three, &[0, 3, 2], knock, &[4, 0, 1, 0, 2], &[4, 2, 1, 0, 1]].concat()),
        ("wrong-epoch", [&[0, 0, 0][..], &[0, 1, 4], knock, ring].concat()),
        ("goodbye", [&seals[..], &[4, 0, 7, 0], accept, ring].concat()),
        ("flood", [&both[..], &done_0.repeat(70), knock].concat()),
        ("garbage", [&both[..], garbage, knock].concat()),
        ("registers-again", [&both[..], &[4, 0, 8, 0], knock].concat()),
    ];
    seeds.map(|(name, script)| ("matcher_sessions", name.to_owned(), script)).into()
}

/// Where a commitment's version, epoch, X, Y, K and first elements stand.
const COMMITMENT_PARTS: [u16; 7] = [0, 4, 5, 37, 69, 101, 133];
/// Where an answer's evaluation, proof, met block, threshold and tags stand.
const ANSWER_PARTS: [u16; 6] = {
    let met = Evaluation::LEN as u16;
    let threshold = met + MetBlock::LEN as u16;
    [0, met - 64, met - 32, met, threshold, threshold + 1]
};

/// Names for the ways to choose one message by the first byte.
type Choices<'a> = &'a [(&'a str, u8)];

/// For each way to choose a message: it unaltered, replaced, and each of its parts altered.
fn seeds_of(target: &'static str, messages: &[(Choices<'_>, &[u16])]) -> Seeds {
    let mut seeds = Seeds::new();
    for (choices, parts) in messages {
        for (name, choice) in *choices {
            let mut add = |how: String, data: &[u8]| {
                seeds.push((target, format!("{name}-{how}"), [&[*choice], data].concat()));
            };
            add("honest".into(), &[]);
            add("emptied".into(), &[0]);
            add("replaced".into(), &[&[0][..], &[0x5a; 32]].concat());
            for at in *parts {
                let [low, high] = at.to_le_bytes();
                add(format!("flip-at-{at}"), &[2, low, high, 1]);
                add(format!("zero-at-{at}"), &[3, low, high, 0]);
            }
            for (what, which) in [("base-point", 3), ("reflected-key", 4)] {
                let [low, high] = parts[parts.len() - 2].to_le_bytes();
                add(format!("{what}-inside"), &[3, low, high, which]);
            }
        }
    }
    seeds
}

fn adverts() -> Seeds {
    let advert = |power| Advert::Full { presence: Presence([0x10; 9]), power };
    let data = |length| vec![0; length];
    let seeds = [
        ("full", advert(PowerClass::Usual).encode()),
        ("full-of-high-power", advert(PowerClass::High).encode()),
        ("bare", Advert::Bare.encode()),
        ("bare-and-full", [Advert::Bare.encode(), advert(PowerClass::Usual).encode()].concat()),
        ("cut-off", advert(PowerClass::Usual).encode()[..20].to_vec()),
        ("empty-structure", vec![0; 31]),
        ("service-data", data(10)),
        ("service-data-too-short", data(9)),
        ("service-data-of-unknown-power", [data(9), vec![2]].concat()),
    ];
    seeds.map(|(name, bytes)| ("ble_advert", name.to_owned(), bytes)).into()
}

/// Packets, each preceded by its length.
fn packets() -> Seeds {
    let mut fragmenter = Fragmenter::new(20);
    let mut cut = |message: &[u8]| fragmenter.packets(message).unwrap_or_default();
    let open = cut(&[0, 0, 1]);
    let frame = cut(&[[0, 0].as_slice(), &[7; 60]].concat());
    let close = cut(&[2, 0]);
    let honest = [open, frame, close].concat();
    let reversed = honest.iter().rev().cloned().collect();
    let twice = honest.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect();
    let fragment = |number, place, length| [&[number, place], vec![7; length].as_slice()].concat();
    let flood = (1..=8).flat_map(|number| (0..60).map(move |index| (number, index)));
    let seeds = [
        ("honest", honest),
        ("reversed", reversed),
        ("twice", twice),
        ("too-long", vec![fragment(0, 0x80, 520)]),
        ("too-far-ahead", vec![fragment(8, 0x80, 1)]),
        ("contradiction", vec![fragment(0, 0, 18), fragment(0, 0, 19)]),
        ("uneven", vec![fragment(0, 0, 18), fragment(0, 1, 19)]),
        ("behind-last", vec![fragment(0, 0x81, 9), fragment(0, 2, 18)]),
        ("message-too-long", vec![fragment(0, 4, 510)]),
        ("flood", flood.map(|(number, index)| fragment(number, index, 18)).collect()),
    ];
    seeds
        .map(|(name, packets)| {
            let length = |packet: &Vec<u8>| u16::try_from(packet.len()).unwrap_or_default().to_le_bytes();
            let bytes = packets.iter().flat_map(|packet| [length(packet).to_vec(), packet.clone()].concat());
            ("ble_reassembly", name.to_owned(), bytes.collect())
        })
        .into()
}
