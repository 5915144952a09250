//! Styles of containers, buttons and fields.

use iced::border;
use iced::widget::{button, container, scrollable, text_input};
use iced::{Border, Color, Shadow, Theme};

use super::{RADIUS, Tones};

/// A card.
pub(crate) fn card(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        text_color: Some(tones.text),
        background: Some(tones.card.into()),
        border: Border { color: tones.line, width: 1.0, radius: border::radius(RADIUS) },
        ..container::Style::default()
    }
}

/// Behind the names of the screens.
pub(crate) fn side(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        text_color: Some(tones.text),
        background: Some(tones.card.into()),
        ..container::Style::default()
    }
}

/// A banner; its edge has the colour of what it says.
pub(crate) fn banner(tones: Tones, edge: Color) -> impl Fn(&Theme) -> container::Style {
    move |_| container::Style {
        text_color: Some(tones.text),
        background: Some(tones.raised.into()),
        border: Border { color: edge, width: 2.0, radius: border::radius(RADIUS) },
        ..container::Style::default()
    }
}

/// Over what is not of now: the ground shines through it.
pub(crate) fn veil(tones: Tones) -> impl Fn(&Theme) -> container::Style {
    const VEIL: f32 = 0.4;
    move |_| container::Style {
        background: Some(tones.ground.scale_alpha(VEIL).into()),
        ..container::Style::default()
    }
}

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// The one thing to do.
    Strong,
    /// One of several.
    Usual,
    /// One of several, and chosen.
    Chosen,
    /// Hardly a button.
    Faint,
}

/// A button.
pub(crate) fn press(tones: Tones, weight: Weight) -> impl Fn(&Theme, button::Status) -> button::Style {
    move |_, status| {
        let (background, text, edge) = match weight {
            Weight::Strong => (tones.accent, tones.on_accent, tones.accent),
            Weight::Usual => (tones.card, tones.text, tones.line),
            Weight::Chosen => (tones.raised, tones.text, tones.accent),
            Weight::Faint => (Color::TRANSPARENT, tones.soft, Color::TRANSPARENT),
        };
        let (background, text) = match status {
            button::Status::Active => (background, text),
            button::Status::Hovered | button::Status::Pressed if weight == Weight::Strong => {
                (iced::theme::palette::mix(background, tones.text, 0.15), text)
            }
            button::Status::Hovered | button::Status::Pressed => (tones.raised, tones.text),
            button::Status::Disabled => (background.scale_alpha(0.5), text.scale_alpha(0.5)),
        };
        button::Style {
            background: Some(background.into()),
            text_color: text,
            border: Border { color: edge, width: 1.0, radius: border::radius(RADIUS) },
            shadow: Shadow::default(),
            snap: true,
        }
    }
}

/// A field to type into.
pub(crate) fn field(tones: Tones) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |_, status| {
        let (edge, width) = match status {
            text_input::Status::Focused { .. } => (tones.focus, 2.0),
            text_input::Status::Hovered => (tones.soft, 1.0),
            text_input::Status::Active | text_input::Status::Disabled => (tones.line, 1.0),
        };
        text_input::Style {
            background: tones.ground.into(),
            border: Border { color: edge, width, radius: border::radius(RADIUS) },
            icon: tones.soft,
            placeholder: tones.soft.scale_alpha(0.8),
            value: tones.text,
            selection: tones.focus.scale_alpha(0.35),
        }
    }
}

/// What scrolls.
pub(crate) fn scroll(tones: Tones) -> impl Fn(&Theme, scrollable::Status) -> scrollable::Style {
    move |theme, status| {
        let mut style = scrollable::default(theme, status);
        for rail in [&mut style.vertical_rail, &mut style.horizontal_rail] {
            rail.background = None;
            rail.scroller.background = tones.line.into();
        }
        style
    }
}
