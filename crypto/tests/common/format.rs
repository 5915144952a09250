//! The shapes of the files in `crypto/vectors/`; their README explains every field.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "what cannot go on has failed")]

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};

/// Bytes, in the files as lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hex(pub(crate) Vec<u8>);

impl Hex {
    /// So many bytes as the caller wants.
    pub(crate) fn array<const N: usize>(&self) -> [u8; N] {
        self.0[..].try_into().unwrap()
    }
}

impl<T: AsRef<[u8]>> From<T> for Hex {
    fn from(bytes: T) -> Self {
        Self(bytes.as_ref().to_vec())
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hex::encode(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

/// Each of some byte strings.
pub(crate) fn all<T: AsRef<[u8]>>(items: impl IntoIterator<Item = T>) -> Vec<Hex> {
    items.into_iter().map(Hex::from).collect()
}

/// Each as an array.
pub(crate) fn arrays<const N: usize>(items: &[Hex]) -> Vec<[u8; N]> {
    items.iter().map(Hex::array).collect()
}

/// `canonical.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Canonical {
    pub(crate) accepted: Vec<AcceptedText>,
    pub(crate) refused: Vec<RefusedText>,
    pub(crate) sets: Vec<TextSet>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedText {
    pub(crate) text: String,
    pub(crate) canonical: String,
    pub(crate) utf8: Hex,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusedText {
    pub(crate) text: String,
    pub(crate) error: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextSet {
    pub(crate) texts: Vec<String>,
    pub(crate) set: Option<Vec<String>>,
    pub(crate) error: Option<String>,
}

/// `commitment.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Commitments {
    pub(crate) accepted: Vec<NamedDevice>,
    pub(crate) refused: Vec<RefusedCommitment>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedDevice {
    pub(crate) name: String,
    pub(crate) device: DeviceVector,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceVector {
    pub(crate) epoch: u32,
    pub(crate) interests: Vec<String>,
    pub(crate) x: Hex,
    pub(crate) y: Hex,
    pub(crate) k: Hex,
    pub(crate) dummies: Vec<Hex>,
    pub(crate) blinds: Vec<Hex>,
    pub(crate) inputs: Vec<Hex>,
    pub(crate) hashed: Vec<Hex>,
    pub(crate) slots: Vec<usize>,
    pub(crate) commitment: Hex,
    pub(crate) digest: Hex,
    pub(crate) token: Hex,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusedCommitment {
    pub(crate) why: String,
    pub(crate) reader: String,
    pub(crate) commitment: Hex,
    pub(crate) error: String,
}

/// `exchange.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchanges {
    pub(crate) cases: Vec<ExchangeCase>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExchangeCase {
    pub(crate) name: String,
    pub(crate) initiator: SideVector,
    pub(crate) responder: SideVector,
    pub(crate) lo: String,
    pub(crate) messages: Vec<Hex>,
    pub(crate) payloads: Vec<Hex>,
    pub(crate) h: Hex,
    pub(crate) pair: PairVector,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SideVector {
    pub(crate) device: DeviceVector,
    pub(crate) ephemeral: Hex,
    pub(crate) proof_random: Hex,
    pub(crate) remembers: Vec<String>,
    pub(crate) markers: Vec<Hex>,
    pub(crate) met_fill: Vec<Hex>,
    pub(crate) threshold: u8,
    pub(crate) gate: String,
    pub(crate) random_tags: Vec<Hex>,
    pub(crate) own_outputs: Vec<Hex>,
    pub(crate) peer_outputs: Vec<Hex>,
    pub(crate) shared_items: Vec<Hex>,
    pub(crate) own_tags: Vec<Hex>,
    pub(crate) expected_tags: Vec<Hex>,
    pub(crate) recognised: Vec<usize>,
    pub(crate) conclusion: String,
    pub(crate) shared: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairVector {
    pub(crate) key: Hex,
    pub(crate) colour: usize,
    pub(crate) emoji: usize,
    pub(crate) rhythm: usize,
    pub(crate) marker: Hex,
}

/// `relay.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Relay {
    pub(crate) registrations: Vec<RegistrationVector>,
    pub(crate) rooms: Vec<RoomVector>,
    pub(crate) refused_rooms: Vec<RefusedText>,
    pub(crate) pairings: Vec<PairingCase>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrationVector {
    pub(crate) device: DeviceVector,
    pub(crate) e_secret: Hex,
    pub(crate) nonce: Hex,
    pub(crate) challenge: Hex,
    pub(crate) id: Hex,
    pub(crate) key: Hex,
    pub(crate) registration: Hex,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoomVector {
    pub(crate) secret: Hex,
    pub(crate) text: String,
    pub(crate) id: Hex,
    pub(crate) key: Hex,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairingCase {
    pub(crate) name: String,
    pub(crate) room: Option<Hex>,
    pub(crate) introduced_under: Hex,
    pub(crate) knocker: PairingSide,
    pub(crate) answerer: PairingSide,
    pub(crate) knock: Hex,
    pub(crate) accept: Hex,
    pub(crate) pair: PairVector,
    pub(crate) relay_pair: Hex,
    pub(crate) items: usize,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairingSide {
    pub(crate) device: DeviceVector,
    pub(crate) side: String,
    pub(crate) introduction_salt: Hex,
    pub(crate) proof_random: Hex,
    pub(crate) met_fill: Vec<Hex>,
    pub(crate) threshold: u8,
    pub(crate) seal_salt: Hex,
    pub(crate) gate: String,
    pub(crate) random_items: Vec<Hex>,
    pub(crate) sealed: Hex,
    pub(crate) seal: Hex,
    pub(crate) shared_items: Vec<Hex>,
    pub(crate) uploaded_items: Vec<Hex>,
    pub(crate) a: Vec<Hex>,
    pub(crate) b: Vec<Hex>,
    pub(crate) m: Vec<Hex>,
    pub(crate) upload: Hex,
    pub(crate) verdict: Hex,
    pub(crate) conclusion: String,
    pub(crate) shared: Vec<String>,
}

/// `cues.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cues {
    pub(crate) colours: Vec<ColourRow>,
    pub(crate) emoji: Vec<EmojiRow>,
    pub(crate) rhythms: Vec<RhythmRow>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RhythmRow {
    pub(crate) index: usize,
    pub(crate) beats: String,
    pub(crate) en: String,
    pub(crate) da: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColourRow {
    pub(crate) index: usize,
    pub(crate) en: String,
    pub(crate) da: String,
    pub(crate) rgb: (u8, u8, u8),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmojiRow {
    pub(crate) index: usize,
    pub(crate) emoji: String,
    pub(crate) en: String,
    pub(crate) da: String,
}

/// Reads one of the files.
pub(crate) fn read<T: DeserializeOwned>(file: &str) -> T {
    serde_json::from_str(&std::fs::read_to_string(path(file)).unwrap()).unwrap()
}

/// Where a file lies.
pub(crate) fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file)
}

/// The text of a file: indented, in ASCII, so that no editor changes it.
pub(crate) fn text(value: &impl Serialize) -> String {
    let pretty = serde_json::to_string_pretty(value).unwrap();
    let mut out = String::new();
    let mut units = [0; 2];
    for c in pretty.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            out.push(c);
        } else {
            c.encode_utf16(&mut units).iter().for_each(|unit| out += &format!("\\u{unit:04x}"));
        }
    }
    out + "\n"
}
