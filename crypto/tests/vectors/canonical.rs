//! Text to canonical bytes, and its refusals.

use sighej_crypto::{Interest, InterestSet};

use crate::{
    format::{AcceptedText, Canonical, RefusedText, TextSet},
    name_of,
};

const ACCEPTED: [&str; 20] = [
    "devops",
    "DevOps",
    "  Board\t games \n",
    "no-break\u{a0}and\u{3000}wide space",
    "\u{ff24}\u{ff45}\u{ff56}\u{ff2f}\u{ff50}\u{ff53}",
    "STRASSE",
    "stra\u{df}e",
    "Br\u{e6}tspil om AFTENEN",
    "cafe\u{301}",
    "CAF\u{c9}",
    "\u{1e9e}",
    "\u{fb01}ne art",
    "\u{130}stanbul",
    "\u{3a3}\u{3af}\u{3c3}\u{3c5}\u{3c6}\u{3bf}\u{3c2}",
    "\u{2460} chess",
    "\u{2764}\u{fe0f} hygge",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
    "\u{390}\u{3b9}\u{308}\u{301}",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

/// Texts that are refused: empty, forbidden, too long.
fn refused() -> Vec<String> {
    let mut texts: Vec<String> =
        ["", " \t\n", "\u{fe0f}", "\u{a0}\u{3000}"].map(str::to_owned).into_iter().collect();
    let forbidden = ['\u{7}', '\u{7f}', '\u{ad}', '\u{34f}', '\u{61c}', '\u{115f}', '\u{180e}', '\u{200b}'];
    let more = ['\u{200e}', '\u{202e}', '\u{2060}', '\u{3164}', '\u{feff}', '\u{fffb}', '\u{e0041}'];
    texts.extend(forbidden.into_iter().chain(more).map(|c| format!("a{c}b")));
    texts.extend([
        "x".repeat(65),
        "\u{df}".repeat(33),
        "\u{fb03}".repeat(22),
        " ".repeat(513),
        "x".repeat(513),
    ]);
    texts
}

fn sets() -> Vec<Vec<String>> {
    let numbered = |n: usize| (0..n).map(|i| format!("interest {i}")).collect::<Vec<_>>();
    vec![
        Vec::new(),
        vec!["Yoga".into(), "chess".into(), "CHESS ".into(), "\u{e6}bler".into(), "zen".into()],
        numbered(16),
        [numbered(16), numbered(16)].concat(),
        numbered(17),
    ]
}

pub(crate) fn fresh() -> Canonical {
    let accepted = ACCEPTED.map(|text| {
        let canonical = Interest::parse(text).unwrap().as_str().to_owned();
        AcceptedText { text: text.to_owned(), utf8: canonical.as_bytes().into(), canonical }
    });
    let refused = refused().into_iter().map(|text| {
        let error = name_of(&Interest::parse(&text).err().unwrap());
        RefusedText { text, error }
    });
    let sets = sets().into_iter().map(|texts| {
        let set = InterestSet::new(texts.iter().map(|text| Interest::parse(text).unwrap()));
        let error = set.as_ref().err().map(name_of);
        let set = set.ok().map(|set| set.iter().map(|interest| interest.as_str().to_owned()).collect());
        TextSet { texts, set, error }
    });
    Canonical { accepted: accepted.into(), refused: refused.collect(), sets: sets.collect() }
}
