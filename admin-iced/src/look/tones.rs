//! The colours. Lines are drawn in those of Okabe and Ito, which people tell apart whatever colours they see; in each
//! theme they are as light or dark as its ground wants them.

use iced::theme::Palette;
use iced::{Color, Theme};
use serde::{Deserialize, Serialize};

use crate::model::counters::Measure;
use crate::words::Word;

/// A theme, as it is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ThemeName {
    /// For a bright room.
    Light,
    /// For a dim one.
    #[default]
    Dark,
    /// Black, white, and as much contrast as a screen has.
    Contrast,
}

impl ThemeName {
    pub(crate) const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Contrast];

    pub(crate) fn word(self) -> Word {
        match self {
            Self::Light => Word::ThemeLight,
            Self::Dark => Word::ThemeDark,
            Self::Contrast => Word::ThemeContrast,
        }
    }

    pub(crate) fn tones(self) -> Tones {
        match self {
            Self::Light => LIGHT,
            Self::Dark => DARK,
            Self::Contrast => CONTRAST,
        }
    }
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tones {
    name: &'static str,
    /// Behind everything.
    pub(crate) ground: Color,
    /// A card.
    pub(crate) card: Color,
    /// What is pointed at, or chosen.
    pub(crate) raised: Color,
    /// Borders and grids.
    pub(crate) line: Color,
    /// Text.
    pub(crate) text: Color,
    /// Text that comes second.
    pub(crate) soft: Color,
    /// The brand's orange: nudges, and what to press.
    pub(crate) accent: Color,
    /// Text on it.
    pub(crate) on_accent: Color,
    /// All is well.
    pub(crate) good: Color,
    /// Something is wrong.
    pub(crate) bad: Color,
    /// Around what the keyboard is at.
    pub(crate) focus: Color,
    sessions: Color,
    pings: Color,
    exchanges: Color,
    matches: Color,
}

const fn rgb(hex: u32) -> Color {
    Color::from_rgb8((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Tones = Tones {
    name: "SigHej dark",
    ground: rgb(0x0e_13_19),
    card: rgb(0x17_1e_26),
    raised: rgb(0x24_2e_3a),
    line: rgb(0x2c_38_45),
    text: rgb(0xed_f1_f5),
    soft: rgb(0xa2_b0_bd),
    accent: rgb(0xf2_a3_2c),
    on_accent: rgb(0x1b_13_02),
    good: rgb(0x3a_c4_98),
    bad: rgb(0xff_8a_5c),
    focus: rgb(0x8f_d0_ff),
    sessions: rgb(0x56_b4_e9),
    pings: rgb(0xd7_8b_b5),
    exchanges: rgb(0xee_e0_6a),
    matches: rgb(0x3a_c4_98),
};

const LIGHT: Tones = Tones {
    name: "SigHej light",
    ground: rgb(0xf5_f3_ef),
    card: rgb(0xff_ff_ff),
    raised: rgb(0xec_e8_e1),
    line: rgb(0xdd_d7_cd),
    text: rgb(0x1c_22_29),
    soft: rgb(0x5a_65_70),
    accent: rgb(0xb4_5f_06),
    on_accent: rgb(0xff_ff_ff),
    good: rgb(0x00_76_56),
    bad: rgb(0xb4_3c_00),
    focus: rgb(0x00_5a_9c),
    sessions: rgb(0x00_72_b2),
    pings: rgb(0xa8_4b_80),
    exchanges: rgb(0x7d_6f_00),
    matches: rgb(0x00_85_61),
};

const CONTRAST: Tones = Tones {
    name: "SigHej high contrast",
    ground: rgb(0x00_00_00),
    card: rgb(0x00_00_00),
    raised: rgb(0x33_33_33),
    line: rgb(0xff_ff_ff),
    text: rgb(0xff_ff_ff),
    soft: rgb(0xf0_f0_f0),
    accent: rgb(0xff_b0_00),
    on_accent: rgb(0x00_00_00),
    good: rgb(0x40_ff_c0),
    bad: rgb(0xff_9a_6a),
    focus: rgb(0xff_ff_00),
    sessions: rgb(0x7c_cc_ff),
    pings: rgb(0xff_a8_d8),
    exchanges: rgb(0xff_f2_4a),
    matches: rgb(0x40_ff_c0),
};

impl Tones {
    /// The colour of a measure, on every screen the same.
    pub(crate) fn of(&self, measure: Measure) -> Color {
        match measure {
            Measure::Sessions => self.sessions,
            Measure::Pings => self.pings,
            Measure::Exchanges => self.exchanges,
            Measure::Matches => self.matches,
            Measure::Nudges => self.accent,
        }
    }

    /// For what iced draws by itself.
    pub(crate) fn theme(&self) -> Theme {
        let palette = Palette {
            background: self.ground,
            text: self.text,
            primary: self.accent,
            success: self.good,
            warning: self.exchanges,
            danger: self.bad,
        };
        Theme::custom(self.name, palette)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast that WCAG 2 asks of text is 4.5 to 1, of lines 3 to 1; of text in high contrast 7 to 1.
    #[test]
    fn everything_can_be_read_on_what_it_stands_on() {
        for name in ThemeName::ALL {
            let tones = name.tones();
            let of_text = if name == ThemeName::Contrast { 7.0 } else { 4.5 };
            for ground in [tones.ground, tones.card, tones.raised] {
                for text in [tones.text, tones.soft] {
                    assert!(ground.relative_contrast(text) >= of_text, "{name:?} {ground:?} {text:?}");
                }
            }
            for text in [tones.good, tones.bad, tones.accent] {
                assert!(tones.card.relative_contrast(text) >= 4.5, "{name:?} {text:?}");
            }
            assert!(tones.accent.relative_contrast(tones.on_accent) >= 4.5, "{name:?}");
            for measure in Measure::ALL {
                assert!(tones.card.relative_contrast(tones.of(measure)) >= 3.0, "{name:?} {measure:?}");
            }
            assert!(tones.ground.relative_contrast(tones.focus) >= 3.0, "{name:?}");
        }
    }
}
