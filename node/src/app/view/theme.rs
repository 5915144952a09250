//! Colours, where there are any: everything is told by words and shapes as well.

use ratatui::style::{Color, Modifier, Style};
use sighej_crypto::Colour;

/// How much colour there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// None: bold, reversed and dim alone.
    Plain,
    /// 256 colours.
    Indexed,
    /// Any colour.
    True,
}

impl Theme {
    pub(crate) fn title(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    pub(crate) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(crate) fn faint(self) -> Style {
        match self {
            Theme::Plain => Style::new(),
            Theme::Indexed | Theme::True => Style::new().fg(Color::Indexed(245)),
        }
    }

    pub(crate) fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Open, and somebody near.
    pub(crate) fn alive(self) -> Style {
        match self {
            Theme::Plain => self.strong(),
            Theme::Indexed | Theme::True => self.strong().fg(self.colour((0, 158, 115))),
        }
    }

    /// The card's frame: filled while it is lit. Without colours it is reversed.
    pub(crate) fn cue(self, colour: &Colour, is_lit: bool) -> Style {
        match (self, is_lit) {
            (Theme::Plain, true) => Style::new().add_modifier(Modifier::REVERSED),
            (Theme::Plain, false) => Style::new(),
            (_, true) => Style::new().bg(self.colour(colour.rgb)).fg(Color::Black),
            (_, false) => Style::new().fg(self.colour(colour.rgb)),
        }
    }

    fn colour(self, (red, green, blue): (u8, u8, u8)) -> Color {
        match self {
            Theme::Plain => Color::Reset,
            Theme::Indexed => Color::Indexed(16 + 36 * sixth(red) + 6 * sixth(green) + sixth(blue)),
            Theme::True => Color::Rgb(red, green, blue),
        }
    }
}

/// The nearest of the six steps of the colour cube.
fn sixth(value: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    (0_u8..6).zip(STEPS).min_by_key(|(_, step)| step.abs_diff(value)).map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sighej_crypto::COLOURS;

    use super::*;

    #[test]
    fn the_eight_colours_stay_eight_with_256() {
        let told = COLOURS.iter().map(|colour| format!("{:?}", Theme::Indexed.colour(colour.rgb)));
        assert_eq!(told.collect::<BTreeSet<_>>().len(), 8);
    }

    #[test]
    fn without_colours_there_is_none() {
        for style in [
            Theme::Plain.faint(),
            Theme::Plain.alive(),
            Theme::Plain.cue(&COLOURS[0], true),
            Theme::Plain.cue(&COLOURS[0], false),
        ] {
            assert!(style.fg.is_none() && style.bg.is_none(), "{style:?}");
        }
        assert_ne!(Theme::Plain.cue(&COLOURS[0], true), Theme::Plain.cue(&COLOURS[0], false));
    }
}
