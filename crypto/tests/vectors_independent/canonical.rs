//! Specification, sections 3.1 and 3.2.

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

use crate::format::{self, Canonical};

/// Steps 1 to 5, once.
fn round(text: &str) -> String {
    let composed: String = text.nfkc().collect();
    let folded: String = default_case_fold_str(&composed).nfkc().collect();
    let selectors = |c: &char| matches!(u32::from(*c), 0xfe00..=0xfe0f | 0xe0100..=0xe01ef);
    let visible: String = folded.chars().filter(|c| !selectors(c)).collect();
    visible.split(char::is_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_refused(c: char) -> bool {
    const RANGES: [(u32, u32); 17] = [
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x200b, 0x200b),
        (0x200e, 0x200f),
        (0x2028, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff0, 0xfffb),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0000, 0xe0fff),
    ];
    c.is_control() || RANGES.iter().any(|(from, to)| (*from..=*to).contains(&u32::from(c)))
}

/// The canonical form of a text, or the error's name.
fn canonical(text: &str) -> Result<String, &'static str> {
    if text.len() > 512 {
        return Err("TooLong");
    }
    let mut rounds = std::iter::successors(Some(text.to_owned()), |text| Some(round(text))).take(5);
    let mut last = rounds.next().unwrap();
    let settled = loop {
        let next = rounds.next().ok_or("ControlCharacter")?;
        if next == last {
            break next;
        }
        last = next;
    };
    match &settled[..] {
        "" => Err("Empty"),
        text if text.chars().any(is_refused) => Err("ControlCharacter"),
        text if text.len() > 64 => Err("TooLong"),
        _ => Ok(settled),
    }
}

#[test]
fn each_text_has_this_canonical_form_or_this_error() {
    let file: Canonical = format::read("canonical.json");
    assert!(file.accepted.len() >= 20 && file.refused.len() >= 20);
    for case in file.accepted {
        let canonical = canonical(&case.text).unwrap();
        assert_eq!((canonical.as_bytes(), &canonical), (&case.utf8.0[..], &case.canonical));
    }
    for case in file.refused {
        assert_eq!(canonical(&case.text), Err(&case.error[..]), "{:?}", case.text);
    }
}

#[test]
fn each_list_of_texts_is_this_set_or_is_refused() {
    let file: Canonical = format::read("canonical.json");
    for case in file.sets {
        let mut set: Vec<String> = case.texts.iter().map(|text| canonical(text).unwrap()).collect();
        set.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        set.dedup();
        if set.len() > 16 {
            assert_eq!((case.set, case.error.as_deref()), (None, Some("TooMany")));
        } else {
            assert_eq!((case.set, case.error), (Some(set), None));
        }
    }
}
