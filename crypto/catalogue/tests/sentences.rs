//! The sentence of a nudge, word for word.

use proptest::prelude::*;
use sighej_catalogue::{Lang, Reach, all, categories, get, sentence};

fn english(shared: &[&str]) -> String {
    sentence(Lang::En, shared, Reach::InRange)
}

fn danish(shared: &[&str]) -> String {
    sentence(Lang::Da, shared, Reach::InRange)
}

#[test]
fn work_and_music_make_the_sentence_that_the_product_promises() {
    let shared = ["devops", "hardstyle"];
    assert_eq!(english(&shared), "Someone nearby also works with DevOps and enjoys hardstyle");
    assert_eq!(danish(&shared), "En i nærheden arbejder også med DevOps og er til hardstyle");
}

/// One interest of each category, and what is said of it after "Someone nearby" and "En i nærheden".
const PHRASES: [(&str, &str, &str); 28] = [
    ("rust", "also works with Rust", "arbejder også med Rust"),
    ("robotics", "also works with robotics", "arbejder også med robotter"),
    ("nursing", "also works in nursing", "arbejder også inden for sygepleje"),
    ("techno", "also enjoys techno", "er også til techno"),
    ("drums", "also plays drums", "spiller også trommer"),
    ("lindy-hop", "also dances Lindy Hop", "danser også lindy hop"),
    ("roskilde-festival", "also goes to Roskilde Festival", "tager også til Roskilde Festival"),
    ("handball", "is also into handball", "dyrker også håndbold"),
    ("formula-1", "also follows Formula 1", "følger også med i Formel 1"),
    ("winter-bathing", "also enjoys winter bathing", "er også til vinterbadning"),
    ("board-games", "also plays board games", "spiller også brætspil"),
    ("smorrebrod", "also loves smørrebrød", "er også vild med smørrebrød"),
    ("knitting", "is also keen on knitting", "går også op i strikning"),
    ("printing-3d", "also tinkers with 3D printing", "nørder også med 3D-print"),
    ("vinyl-records", "also collects vinyl records", "samler også på vinylplader"),
    ("photography", "is also interested in photography", "interesserer sig også for fotografi"),
    ("matador", "also watches Matador", "ser også Matador"),
    ("crime-novels", "also reads crime novels", "læser også krimier"),
    ("astronomy", "is also curious about astronomy", "er også optaget af astronomi"),
    ("faroese", "also speaks Faroese", "taler også færøsk"),
    ("cats", "is also fond of cats", "er også glad for katte"),
    ("lunch-boxes", "also spends time on packed lunches", "bruger også tid på madpakker"),
    ("interrail", "also dreams of Interrail", "drømmer også om interrail"),
    ("repair-cafes", "also cares about repair cafés", "brænder også for repaircaféer"),
    ("buddhism", "also finds meaning in Buddhism", "finder også mening i buddhismen"),
    ("adhd", "also has experience with ADHD", "har også erfaring med ADHD"),
    ("lesbian", "is also lesbian", "er også lesbisk"),
    ("local-politics", "is also engaged in local politics", "engagerer sig også i kommunalpolitik"),
];

#[test]
fn every_category_says_also_in_its_right_place() {
    for (interest, en, da) in PHRASES {
        assert_eq!(english(&[interest]), format!("Someone nearby {en}"));
        assert_eq!(danish(&[interest]), format!("En i nærheden {da}"));
    }
}

/// What the table says first is also right after another phrase, where "also" has been said.
#[test]
fn every_category_leaves_also_out_after_the_first_phrase() {
    for (interest, en, da) in PHRASES.into_iter().skip(3) {
        let (en, da) = (en.replacen("also ", "", 1), da.replacen("også ", "", 1));
        let shared = [interest, "devops"];
        assert_eq!(english(&shared), format!("Someone nearby also works with DevOps and {en}"));
        assert_eq!(danish(&shared), format!("En i nærheden arbejder også med DevOps og {da}"));
    }
    assert_eq!(english(&["devops", "law"]), "Someone nearby also works with DevOps and works in law",);
    assert_eq!(
        danish(&["devops", "law"]),
        "En i nærheden arbejder også med DevOps og arbejder inden for jura",
    );
}

#[test]
fn the_table_of_phrases_leaves_no_category_out() {
    let spoken: Vec<&str> = PHRASES.iter().map(|(id, ..)| get(id).unwrap().category().id()).collect();
    let every: Vec<&str> = categories().iter().map(|category| category.id()).collect();
    assert_eq!(spoken, every);
}

#[test]
fn several_of_one_category_stand_in_one_list() {
    let two = ["techno", "jazz"];
    assert_eq!(english(&two), "Someone nearby also enjoys jazz and techno");
    assert_eq!(danish(&two), "En i nærheden er også til jazz og techno");
    let three = ["techno", "hardstyle", "jazz"];
    assert_eq!(english(&three), "Someone nearby also enjoys hardstyle, jazz and techno");
    assert_eq!(danish(&three), "En i nærheden er også til hardstyle, jazz og techno");
}

#[test]
fn categories_of_which_one_says_the_same_share_a_phrase() {
    assert_eq!(
        english(&["kubernetes", "robotics"]),
        "Someone nearby also works with Kubernetes and robotics"
    );
    assert_eq!(danish(&["chess", "guitar"]), "En i nærheden spiller også guitar og skak");
    assert_eq!(danish(&["jazz", "søvn på rim"]), "En i nærheden er også til jazz og søvn på rim");
}

#[test]
fn three_phrases_are_joined_as_each_language_does_it() {
    let shared = ["devops", "hardstyle", "dogs"];
    assert_eq!(
        english(&shared),
        "Someone nearby also works with DevOps, enjoys hardstyle and is fond of dogs"
    );
    assert_eq!(
        danish(&shared),
        "En i nærheden arbejder også med DevOps, er til hardstyle og er glad for hunde"
    );
}

#[test]
fn beside_a_list_english_sets_a_comma_and_danish_none() {
    let shared = ["devops", "rust", "hardstyle"];
    assert_eq!(english(&shared), "Someone nearby also works with DevOps and Rust, and enjoys hardstyle");
    assert_eq!(danish(&shared), "En i nærheden arbejder også med DevOps og Rust og er til hardstyle");
}

#[test]
fn someone_further_away_is_said_to_be_so() {
    let shared = ["devops"];
    for hops in [1, 2, u8::MAX] {
        assert_eq!(
            sentence(Lang::En, &shared, Reach::Hops(hops)),
            "Someone a little further away also works with DevOps"
        );
        assert_eq!(
            sentence(Lang::Da, &shared, Reach::Hops(hops)),
            "En lidt længere væk arbejder også med DevOps"
        );
    }
    assert_eq!(sentence(Lang::Da, &shared, Reach::Hops(0)), danish(&shared));
}

#[test]
fn free_interests_have_a_phrase_of_their_own_and_come_last() {
    assert_eq!(english(&["urban exploring"]), "Someone nearby is also into urban exploring");
    assert_eq!(danish(&["at løse gåder"]), "En i nærheden er også til at løse gåder");
    assert_eq!(
        english(&["beekeeping law", "devops", "aerial silks"]),
        "Someone nearby also works with DevOps, and is into aerial silks and beekeeping law"
    );
}

#[test]
fn an_alias_is_spoken_of_by_the_label_and_once() {
    assert_eq!(english(&["k8s", "kubernetes"]), "Someone nearby also works with Kubernetes");
    assert_eq!(danish(&["brætspil"]), "En i nærheden spiller også brætspil");
}

#[test]
fn free_text_cannot_turn_the_sentence_around() {
    assert_eq!(
        english(&["a\u{202e}b\u{2067}", "devops"]),
        "Someone nearby also works with DevOps and is into ab"
    );
    assert_eq!(english(&["one\nline"]), "Someone nearby is also into one line");
    assert_eq!(english(&["موسيقى"]), "Someone nearby is also into \u{2068}موسيقى\u{2069}");
}

#[test]
fn without_anything_to_name_there_is_still_a_sentence() {
    for shared in [&[][..], &["\u{202e}"], &[" "]] {
        assert_eq!(english(shared), "Someone nearby has something in common with you");
        assert_eq!(danish(shared), "En i nærheden har noget til fælles med dig");
    }
}

fn turns_or_breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}' | '\u{2067}')
}

proptest! {
    #[test]
    fn the_order_of_what_is_shared_changes_nothing(
        shared in prop::sample::subsequence(all().iter().map(|entry| entry.id()).collect::<Vec<_>>(), 1..=16)
            .prop_flat_map(|ids| (Just(ids.clone()), Just(ids).prop_shuffle())),
    ) {
        let (sorted, shuffled) = shared;
        for (lang, also) in [(Lang::En, " also "), (Lang::Da, " også ")] {
            let text = sentence(lang, &sorted, Reach::InRange);
            prop_assert_eq!(sentence(lang, &shuffled, Reach::InRange), &text[..]);
            prop_assert_eq!(text.matches(also).count(), 1, "{}", text);
            for id in &sorted {
                prop_assert!(text.contains(get(id).unwrap().label(lang)), "{} lacks {}", text, id);
            }
        }
    }

    #[test]
    fn whatever_was_typed_the_sentence_is_one_line_that_reads_forward(
        texts in prop::collection::vec(any::<String>(), 0..16),
    ) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let text = danish(&texts);
        prop_assert!(text.starts_with("En i nærheden "));
        prop_assert!(!text.chars().any(turns_or_breaks));
        prop_assert_eq!(text.matches('\u{2068}').count(), text.matches('\u{2069}').count());
    }
}
