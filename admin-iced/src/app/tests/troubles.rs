//! What is wrong is told in words that say what to do, in both languages: before a relay is watched, and while it is.

use super::seen::Seen;
use super::*;

/// A trouble, and of each language what is wrong and what to do.
struct Case {
    trouble: Trouble,
    english: [&'static str; 2],
    danish: [&'static str; 2],
}

fn cases() -> [Case; 4] {
    [
        Case {
            trouble: Trouble::WrongToken,
            english: [
                "The relay does not know this token.",
                "Make one there: sighej-relay admin-token create NAME.",
            ],
            danish: ["Relæet kender ikke dette token.", "Lav et dér: sighej-relay admin-token create NAVN."],
        },
        Case {
            trouble: Trouble::Unreachable,
            english: [
                "The relay cannot be reached.",
                "Check the network between here and the relay, and whether its port is for https:// or http://.",
            ],
            danish: [
                "Relæet kan ikke nås.",
                "Se på nettet herfra til relæet, og om dets port er til https:// eller http://.",
            ],
        },
        Case {
            trouble: Trouble::WrongCertificate { seen: "a7".repeat(32).parse().unwrap() },
            english: [
                "The certificate does not match the pin.",
                "Ask whoever runs the relay, and compare with pin= of a fresh `sighej-relay invite`:",
            ],
            danish: [
                "Certifikatet passer ikke til pin.",
                "Spørg den, der driver relæet, og sammenlign med pin= i en ny `sighej-relay invite`:",
            ],
        },
        Case {
            trouble: Trouble::TooOld { version: "0.0.9".into() },
            english: [
                "The relay's version 0.0.9 is too old for this program.",
                "Update the relay to 0.1 or later.",
            ],
            danish: [
                "Relæets version 0.0.9 er for gammel til dette program.",
                "Opdatér relæet til 0.1 eller nyere.",
            ],
        },
    ]
}

#[test]
fn a_relay_that_cannot_be_opened_is_told_with_what_to_do() {
    for Case { trouble, english, danish } in cases() {
        let fingerprint = trouble.seen().map(|_| vec!["a7a7"; 16].join(" "));
        let relay = Remembered { address: "https://relay.example:7412".parse().unwrap(), pin: None };
        let checked = (relay, nobody(), token(), Err(trouble));
        let checked = Message::Connect(connect::Message::Checked(Box::new(checked)));
        for (lang, words) in [(Lang::En, english), (Lang::Da, danish)] {
            let mut app = fresh(ThemeName::Light, lang);
            act(&mut app, checked.clone());
            says(&app, words.into_iter().chain(fingerprint.as_deref()));
        }
    }
}

#[test]
fn a_relay_that_is_lost_is_told_with_what_to_do_over_its_last_numbers() {
    for Case { trouble, english, danish } in cases() {
        let fingerprint = trouble.seen().map(|_| vec!["a7a7"; 16].join(" "));
        let lost = Heard::Lost { trouble, pause: Duration::from_secs(30) };
        for (lang, words, number) in [(Lang::En, english, "1,284"), (Lang::Da, danish, "1.284")] {
            let mut app = watching(ThemeName::Contrast, lang);
            hear(&mut app, lost.clone());
            says(&app, words.into_iter().chain(fingerprint.as_deref()).chain([number]));
        }
    }
}

#[test]
fn clocks_that_differ_are_told_with_what_to_do() {
    for (lang, ahead, behind) in [
        (
            Lang::En,
            "The relay's clock is 5 min ahead of this machine's. Set both by the network",
            "The relay's clock is 5 min behind this machine's. Set both by the network",
        ),
        (
            Lang::Da,
            "Relæets ur er 5 min foran denne maskines. Stil begge efter nettet",
            "Relæets ur er 5 min bagud for denne maskines. Stil begge efter nettet",
        ),
    ] {
        let mut app = watching(ThemeName::Dark, lang);
        for (relays, told) in [(NOW + 300, ahead), (NOW - 300, behind)] {
            hear(&mut app, numbers(5, None, relays));
            says(&app, [told]);
        }
        hear(&mut app, numbers(5, None, NOW));
        assert!(!Seen::of(&app, WINDOW).says(&told_of_clocks(lang)), "both are right again");
    }
}

fn told_of_clocks(lang: Lang) -> String {
    let whole = lang.say(Word::ClocksApartAhead);
    whole.split("{}").next().unwrap_or(whole).to_owned()
}

fn says<'a>(app: &App, parts: impl IntoIterator<Item = &'a str>) {
    let seen = Seen::of(app, WINDOW);
    for part in parts {
        assert!(seen.says(part), "{part:?} is not on the screen");
    }
}
