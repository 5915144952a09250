//! What iced does not have by itself.

mod afresh;
mod around;
mod cards;
mod press;
mod reveal;

pub(crate) use afresh::Afresh;
pub(crate) use cards::Cards;
pub(crate) use press::Press;
pub(crate) use reveal::{PAGE, reveal, scroll, scroll_to_end};

use iced::widget::{Text, button, text};
use iced::{Center, Element, Fill};

use crate::look::style::{self, Weight};
use crate::look::{Look, pad, size};

/// A button with a word on it, for mouse and keyboard.
pub(crate) fn press<'a, Message: Clone + 'a>(
    look: &Look,
    label: impl text::IntoFragment<'a>,
    weight: Weight,
    on_press: Option<Message>,
) -> Element<'a, Message> {
    let (size, padding) =
        if look.is_small { (size::SMALL, pad::SMALL_BUTTON) } else { (size::BODY, pad::BUTTON) };
    let inner = button(text(label).size(size).align_y(Center))
        .padding(padding)
        .style(style::press(look.tones, weight))
        .on_press_maybe(on_press.clone());
    Press::new(inner, on_press, look.tones.focus).into()
}

/// A button as wide as what it stands in.
pub(crate) fn wide<'a, Message: Clone + 'a>(
    look: &Look,
    label: impl text::IntoFragment<'a>,
    weight: Weight,
    on_press: Message,
) -> Element<'a, Message> {
    let inner = button(text(label).size(size::BODY).align_y(Center))
        .padding(pad::BUTTON)
        .width(Fill)
        .style(style::press(look.tones, weight))
        .on_press(on_press.clone());
    Press::new(inner, Some(on_press), look.tones.focus).into()
}

/// One of several to choose from.
pub(crate) fn choice<'a, Message: Clone + 'a>(
    look: &Look,
    label: impl text::IntoFragment<'a>,
    is_chosen: bool,
    on_press: Message,
) -> Element<'a, Message> {
    let weight = if is_chosen { Weight::Chosen } else { Weight::Usual };
    press(look, label, weight, Some(on_press))
}

/// Text that comes second.
pub(crate) fn soft<'a>(look: &Look, content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(size::SMALL).color(look.tones.soft)
}

/// The name of a part.
pub(crate) fn label<'a>(look: &Look, content: impl text::IntoFragment<'a>) -> Text<'a> {
    text(content).size(size::LABEL).color(look.tones.text)
}
