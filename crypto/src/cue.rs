//! The cue: a colour and an emoji, the same on both screens, so that two strangers find each other without a name
//! (specification, section 6.3). Both tables are part of the protocol: their order and length never change within a version.

use crate::{
    redacted::redacted,
    rhythm::{RHYTHMS, Rhythm},
};

/// What both screens show.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// The colour of the card.
    pub colour: &'static Colour,
    /// The emoji on it: one code point, drawn two columns wide.
    pub emoji: &'static str,
    /// The emoji's name in English, for screens and readers that cannot draw it.
    pub name: &'static str,
    /// The emoji's name in Danish.
    pub name_da: &'static str,
    /// In what rhythm the card is lit.
    pub rhythm: &'static Rhythm,
}

impl Cue {
    /// Reads 6 bytes of the pair key's derivation: three big-endian numbers, each modulo a table of a power of two.
    pub(crate) fn from_bytes(bytes: [u8; 6]) -> Self {
        let colour = usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) % COLOURS.len();
        let emoji = usize::from(u16::from_be_bytes([bytes[2], bytes[3]])) % EMOJI.len();
        let rhythm = usize::from(u16::from_be_bytes([bytes[4], bytes[5]])) % RHYTHMS.len();
        let (emoji, name, name_da) = EMOJI[emoji];
        Self { colour: &COLOURS[colour], emoji, name, name_da, rhythm: &RHYTHMS[rhythm] }
    }
}

// A cue points at two people: it is shown by those who were nudged, and never printed by the way.
redacted!(Cue);

/// One of eight colours that the colour-blind can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Its name in English.
    pub name_en: &'static str,
    /// Its name in Danish.
    pub name_da: &'static str,
    /// Red, green, blue.
    pub rgb: (u8, u8, u8),
}

/// The colours, by index. After Okabe and Ito (2008), grey for their black.
pub static COLOURS: [Colour; 8] = [
    Colour { name_en: "orange", name_da: "orange", rgb: (230, 159, 0) },
    Colour { name_en: "sky blue", name_da: "himmelblå", rgb: (86, 180, 233) },
    Colour { name_en: "green", name_da: "grøn", rgb: (0, 158, 115) },
    Colour { name_en: "yellow", name_da: "gul", rgb: (240, 228, 66) },
    Colour { name_en: "blue", name_da: "blå", rgb: (0, 114, 178) },
    Colour { name_en: "red", name_da: "rød", rgb: (213, 94, 0) },
    Colour { name_en: "pink", name_da: "lyserød", rgb: (204, 121, 167) },
    Colour { name_en: "grey", name_da: "grå", rgb: (120, 120, 120) },
];

/// The emoji with their names in English and Danish, by index.
pub static EMOJI: [(&str, &str, &str); 64] = [
    ("🦊", "fox", "ræv"),
    ("🐙", "octopus", "blæksprutte"),
    ("🦉", "owl", "ugle"),
    ("🐢", "turtle", "skildpadde"),
    ("🐬", "dolphin", "delfin"),
    ("🦋", "butterfly", "sommerfugl"),
    ("🐝", "bee", "bi"),
    ("🐘", "elephant", "elefant"),
    ("🦁", "lion", "løve"),
    ("🐧", "penguin", "pingvin"),
    ("🐸", "frog", "frø"),
    ("🦀", "crab", "krabbe"),
    ("🐌", "snail", "snegl"),
    ("🦄", "unicorn", "enhjørning"),
    ("🐳", "whale", "hval"),
    ("🐼", "panda", "panda"),
    ("🌻", "sunflower", "solsikke"),
    ("🌵", "cactus", "kaktus"),
    ("🍄", "mushroom", "svamp"),
    ("🌈", "rainbow", "regnbue"),
    ("🌙", "moon", "måne"),
    ("⭐", "star", "stjerne"),
    ("🔥", "flame", "flamme"),
    ("🌊", "wave", "bølge"),
    ("🍉", "watermelon", "vandmelon"),
    ("🍋", "lemon", "citron"),
    ("🍒", "cherries", "kirsebær"),
    ("🍍", "pineapple", "ananas"),
    ("🥑", "avocado", "avocado"),
    ("🍕", "pizza", "pizza"),
    ("🥐", "croissant", "croissant"),
    ("🍩", "doughnut", "donut"),
    ("🍪", "cookie", "småkage"),
    ("🍦", "ice cream", "softice"),
    ("🎈", "balloon", "ballon"),
    ("🎁", "present", "gave"),
    ("🎸", "guitar", "guitar"),
    ("🎺", "trumpet", "trompet"),
    ("🥁", "drum", "tromme"),
    ("🎲", "die", "terning"),
    ("🎯", "target", "skydeskive"),
    ("🎨", "palette", "palet"),
    ("🎩", "top hat", "høj hat"),
    ("👑", "crown", "krone"),
    ("💎", "diamond", "diamant"),
    ("🔑", "key", "nøgle"),
    ("🔔", "bell", "klokke"),
    ("💡", "light bulb", "pære"),
    ("📚", "books", "bøger"),
    ("🔭", "telescope", "teleskop"),
    ("🧲", "magnet", "magnet"),
    ("🚀", "rocket", "raket"),
    ("🚲", "bicycle", "cykel"),
    ("🚂", "locomotive", "lokomotiv"),
    ("🚁", "helicopter", "helikopter"),
    ("⛵", "sailing boat", "sejlbåd"),
    ("⚓", "anchor", "anker"),
    ("⛺", "tent", "telt"),
    ("🏰", "castle", "slot"),
    ("🎪", "circus tent", "cirkustelt"),
    ("🎡", "Ferris wheel", "pariserhjul"),
    ("👻", "ghost", "spøgelse"),
    ("🤖", "robot", "robot"),
    ("👾", "alien monster", "rumvæsen"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_cue_is_told_apart_by_symbol_and_by_name() {
        assert_eq!(EMOJI.iter().map(|e| e.0).collect::<BTreeSet<_>>().len(), 64);
        assert_eq!(EMOJI.iter().map(|e| e.1).collect::<BTreeSet<_>>().len(), 64);
        assert_eq!(EMOJI.iter().map(|e| e.2).collect::<BTreeSet<_>>().len(), 64);
        assert_eq!(COLOURS.iter().map(|c| c.rgb).collect::<BTreeSet<_>>().len(), 8);
        assert!(EMOJI.iter().all(|e| e.0.chars().count() == 1));
    }

    #[test]
    fn bytes_pick_rows_without_bias() {
        let cue = Cue::from_bytes([0, 9, 1, 2, 3, 11]);
        assert_eq!((cue.colour.name_en, cue.name), ("sky blue", "owl"));
        assert_eq!(cue.rhythm, &RHYTHMS[3]);
        assert_eq!(65536 % COLOURS.len() + 65536 % EMOJI.len() + 65536 % RHYTHMS.len(), 0);
        assert_eq!(format!("{cue:?}"), "Cue(redacted)");
    }
}
