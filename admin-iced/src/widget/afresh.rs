//! Draws the whole window afresh where what is written changed.
//!
//! The software renderer repaints a text that changed within the bounds of its layout. Glyphs reach a fraction of a pixel beyond
//! them, so that dots of what was written before would stay beside what is written now, and glyphs that are drawn once more
//! would grow darker at their edges.

use std::hash::{DefaultHasher, Hash, Hasher};

use iced::advanced::widget::operation::{Scrollable, TextInput};
use iced::advanced::widget::{Id, Operation};
use iced::advanced::{Shell, renderer};
use iced::{Color, Element, Event, Rectangle, Renderer, Vector, window};

use super::around::{Addition, Around};

/// Everything in a window.
pub(crate) type Afresh<'a, Message> = Around<'a, Message, Whole<Message>>;

pub(crate) struct Whole<Message> {
    on_software: Option<Message>,
}

impl<'a, Message> Afresh<'a, Message> {
    pub(crate) fn new(inner: impl Into<Element<'a, Message>>) -> Self {
        Self { inner: inner.into(), addition: Whole { on_software: None } }
    }

    /// What is said, once, where the processor draws.
    #[cfg(feature = "gpu")]
    #[cfg_attr(test, expect(dead_code, reason = "a simulator has no graphics card"))]
    pub(crate) fn on_software(self, message: Message) -> Self {
        Self { addition: Whole { on_software: Some(message) }, ..self }
    }
}

#[derive(Default)]
pub(crate) struct State {
    /// Stands for what is written, and where.
    written: u64,
    is_told: bool,
}

impl<Message: Clone> Addition<Message> for Whole<Message> {
    type State = State;

    fn after(
        &self,
        state: &mut State,
        event: &Event,
        inside: &mut dyn FnMut(&mut dyn Operation),
        renderer: &Renderer,
        shell: &mut Shell<'_, Message>,
    ) {
        if !matches!(event, Event::Window(window::Event::RedrawRequested(_))) {
            return;
        }
        let mut written = Written::default();
        inside(&mut written);
        state.written = written.0.finish();
        if let Some(message) = self.on_software.as_ref().filter(|_| !state.is_told && is_software(renderer)) {
            shell.publish(message.clone());
            state.is_told = true;
        }
    }

    fn under(&self, state: &State, renderer: &mut Renderer, bounds: Rectangle) {
        // Nobody sees it; the renderer repaints what is under a rectangle whose colour is another than before.
        let quad = renderer::Quad { bounds, ..renderer::Quad::default() };
        renderer::Renderer::fill_quad(renderer, quad, unseen(state.written));
    }
}

#[cfg(feature = "gpu")]
fn is_software(renderer: &Renderer) -> bool {
    matches!(renderer, Renderer::Secondary(_))
}

#[cfg(not(feature = "gpu"))]
fn is_software(_: &Renderer) -> bool {
    true
}

/// A colour that covers nothing, another one for each number.
fn unseen(number: u64) -> Color {
    let part = |shift: u32| (number >> shift & 0x1f_ffff) as f32 / 0x20_0000 as f32;
    Color::from_rgba(part(0), part(21), part(42), 0.0)
}

/// Takes down every text with its place, and how far a page is scrolled. What is typed may be secret: of it the length.
#[derive(Default)]
struct Written(DefaultHasher);

impl Written {
    fn at(&mut self, bounds: Rectangle) {
        [bounds.x, bounds.y, bounds.width, bounds.height].map(f32::to_bits).hash(&mut self.0);
    }
}

impl Operation for Written {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn text(&mut self, _: Option<&Id>, bounds: Rectangle, text: &str) {
        text.hash(&mut self.0);
        self.at(bounds);
    }

    fn text_input(&mut self, _: Option<&Id>, bounds: Rectangle, state: &mut dyn TextInput) {
        state.text().len().hash(&mut self.0);
        self.at(bounds);
    }

    fn scrollable(
        &mut self,
        _: Option<&Id>,
        bounds: Rectangle,
        _: Rectangle,
        translation: Vector,
        _: &mut dyn Scrollable,
    ) {
        [translation.x, translation.y].map(f32::to_bits).hash(&mut self.0);
        self.at(bounds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_a_colour_of_its_own_that_nobody_sees() {
        let numbers = [0, 1, 1 << 20, 1 << 21, 1 << 41, 1 << 42, 1 << 62, u64::MAX >> 1];
        for (at, number) in numbers.into_iter().enumerate() {
            let color = unseen(number);
            assert!([color.r, color.g, color.b].iter().all(|part| (0.0..1.0).contains(part)));
            assert!(color.a.abs() < f32::EPSILON);
            assert!(numbers[..at].iter().all(|other| unseen(*other) != color), "{number}");
        }
    }
}
