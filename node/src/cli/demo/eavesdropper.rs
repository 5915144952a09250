//! What somebody learns who records every byte between the sockets.

use sighej_catalogue::Lang;
use sighej_crypto::{Interest, VERSION};

use super::{
    attendee::Role,
    proxy::{Capture, Direction},
};

/// Shorter words turn up in random bytes by chance.
const SHORTEST_WORD: usize = 4;
/// What libp2p says before its own encryption begins; finding it shows that the search finds what is there.
const IN_CLEAR: &str = "/noise";

/// Something that must not be in a recording.
pub(super) struct Secret {
    pub(super) what: &'static str,
    bytes: Vec<u8>,
}

/// The result of a search.
pub(super) struct Findings {
    pub(super) looked_for: usize,
    /// What was found, which is a failure.
    pub(super) found: Vec<&'static str>,
    /// Whether the handshake's opening words were found, as they must.
    pub(super) sees_libp2p: bool,
}

/// Every name that the attendees' interests have, and how any commitment of the epoch begins.
pub(super) fn secrets<'a>(roles: impl IntoIterator<Item = &'a Role>, epoch: Option<u32>) -> Vec<Secret> {
    let mut secrets = Vec::new();
    let mut word = |what, text: &str| {
        if text.len() >= SHORTEST_WORD {
            secrets.push(Secret { what, bytes: text.to_lowercase().into_bytes() });
        }
    };
    for text in roles.into_iter().flat_map(|role| role.interests) {
        word("an interest as typed", text);
        let Ok(canonical) = Interest::parse(text) else { continue };
        word("an interest's canonical bytes", canonical.as_str());
        if let Some(entry) = sighej_catalogue::resolve(canonical.as_str()) {
            word("an interest's id", entry.id());
            word("an interest's name", entry.label(Lang::En));
            word("an interest's name", entry.label(Lang::Da));
            entry.aliases().iter().for_each(|alias| word("an interest's other name", alias));
        }
    }
    if let Some(epoch) = epoch {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&epoch.to_be_bytes());
        secrets.push(Secret { what: "a commitment", bytes });
    }
    secrets
}

/// On a direct link not even the name of the protocol shows: it is agreed inside libp2p's encryption. To a relay it does.
pub(super) fn word_of_ours(secrets: &mut Vec<Secret>) {
    secrets.push(Secret { what: "the protocol's name", bytes: b"sighej".to_vec() });
}

/// Looks through all recordings, letters of either case alike.
pub(super) fn search(captures: &[Capture], secrets: &[Secret]) -> Findings {
    let recordings: Vec<Vec<u8>> = captures
        .iter()
        .flat_map(|capture| [&capture.forth, &capture.back])
        .map(|direction| direction.kept.to_ascii_lowercase())
        .collect();
    let occurs = |bytes: &[u8]| recordings.iter().any(|recording| contains(recording, bytes));
    let mut found: Vec<&'static str> = secrets
        .iter()
        .filter(|secret| occurs(&secret.bytes.to_ascii_lowercase()))
        .map(|secret| secret.what)
        .collect();
    found.dedup();
    Findings { looked_for: secrets.len(), found, sees_libp2p: occurs(IN_CLEAR.as_bytes()) }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && haystack.windows(needle.len()).any(|window| window == needle)
}

/// The first bytes, sixteen a line, in hexadecimal and as far as they are letters.
pub(super) fn hexdump(direction: &Direction, lines: usize) -> Vec<String> {
    let line = |(index, bytes): (usize, &[u8])| {
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let letters: String =
            bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
        format!("{:04x}  {:47}  {letters}", index * 16, hex.join(" "))
    };
    direction.kept.chunks(16).enumerate().take(lines).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(bytes: &[u8]) -> Capture {
        let mut capture = Capture::default();
        capture.back.kept = bytes.to_vec();
        capture
    }

    const ROLES: [Role; 1] = [Role { name: "Asta", interests: &["DevOps", "k8s"], open: true }];

    #[test]
    fn what_is_planted_is_found() {
        let mut secrets = secrets(&ROLES, Some(0x0102_0304));
        word_of_ours(&mut secrets);
        for planted in [&b"..devops.."[..], b"DEVOPS", b"kubernetes", b"\x01\x01\x02\x03\x04", b"/SigHej/1"] {
            let findings = search(&[recording(b"/noise"), recording(planted)], &secrets);
            assert!(!findings.found.is_empty(), "{planted:?}");
            assert!(findings.sees_libp2p);
        }
    }

    #[test]
    fn nothing_is_found_in_noise() {
        let findings = search(&[recording(&[0x5a; 4096])], &secrets(&ROLES, Some(7)));
        assert!(findings.found.is_empty() && !findings.sees_libp2p && findings.looked_for > 5);
    }

    #[test]
    fn a_hexdump_reads_like_one() {
        let lines = hexdump(&recording(b"/noise\x00\xff0123456789").back, 2);
        assert_eq!(lines[0], "0000  2f 6e 6f 69 73 65 00 ff 30 31 32 33 34 35 36 37  /noise..01234567");
        assert!(lines[1].starts_with("0010  38 39 "));
    }
}
