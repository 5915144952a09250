//! How everything looks: tones, sizes, styles. The screens draw with nothing else.

pub(crate) mod style;
mod tones;

use jiff::tz::TimeZone;

use crate::words::{Lang, Word};

pub(crate) use tones::{ThemeName, Tones};

/// The scale of texts, in logical pixels.
pub(crate) mod size {
    /// Captions, axes.
    pub(crate) const SMALL: f32 = 13.0;
    /// Whatever is read.
    pub(crate) const BODY: f32 = 15.0;
    /// What stands above a card.
    pub(crate) const LABEL: f32 = 17.0;
    /// The name of a screen.
    pub(crate) const TITLE: f32 = 26.0;
    /// A number on a card.
    pub(crate) const FIGURE: f32 = 46.0;
    /// A number that is read across the room.
    pub(crate) const WALL: f32 = 132.0;
}

/// The scale of distances.
pub(crate) mod gap {
    pub(crate) const TINY: f32 = 4.0;
    pub(crate) const SMALL: f32 = 8.0;
    pub(crate) const MEDIUM: f32 = 16.0;
    pub(crate) const LARGE: f32 = 24.0;
    pub(crate) const HUGE: f32 = 40.0;
}

/// The same distances as whole numbers, for paddings.
pub(crate) mod pad {
    pub(crate) const BUTTON: [u16; 2] = [8, 14];
    pub(crate) const CARD: u16 = 20;
    pub(crate) const BANNER: [u16; 2] = [12, 20];
    pub(crate) const SCREEN: u16 = 28;
    pub(crate) const SMALL_BUTTON: [u16; 2] = [3, 8];
    pub(crate) const SMALL_BANNER: [u16; 2] = [6, 10];
    pub(crate) const SMALL_SCREEN: u16 = 12;
}

/// Corners of cards and buttons.
pub(crate) const RADIUS: f32 = 10.0;

/// What a view has to know to speak and to draw.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) tones: Tones,
    pub(crate) lang: Lang,
    pub(crate) zone: TimeZone,
    /// Whether there is little room, as there is with large text: what is around the numbers takes less of it.
    pub(crate) is_small: bool,
}

impl Look {
    /// Around a screen.
    pub(crate) fn margin(&self) -> u16 {
        if self.is_small { pad::SMALL_SCREEN } else { pad::SCREEN }
    }

    /// The size of a screen's name.
    pub(crate) fn title(&self) -> f32 {
        if self.is_small { size::LABEL } else { size::TITLE }
    }

    pub(crate) fn say(&self, word: Word) -> &'static str {
        self.lang.say(word)
    }
}
