//! Draws the whole window afresh where what is written changed.
//!
//! The software renderer repaints a text that changed within the bounds of its layout. Glyphs reach a fraction of a pixel beyond
//! them, so that dots of what was written before would stay beside what is written now, and glyphs that are drawn once more
//! would grow darker at their edges.

use std::hash::{DefaultHasher, Hash, Hasher};

use iced::advanced::layout::{self, Layout};
use iced::advanced::widget::operation::{Scrollable, TextInput};
use iced::advanced::widget::{Id, Operation, Tree, tree};
use iced::advanced::{Clipboard, Shell, Widget, mouse, overlay, renderer};
use iced::{Color, Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector, window};

/// Everything in a window.
pub(crate) struct Afresh<'a, Message> {
    inner: Element<'a, Message>,
    on_software: Option<Message>,
}

impl<'a, Message> Afresh<'a, Message> {
    pub(crate) fn new(inner: impl Into<Element<'a, Message>>) -> Self {
        Self { inner: inner.into(), on_software: None }
    }

    /// What is said, once, where the processor draws.
    #[cfg(feature = "gpu")]
    #[cfg_attr(test, expect(dead_code, reason = "a simulator has no graphics card"))]
    pub(crate) fn on_software(self, message: Message) -> Self {
        Self { on_software: Some(message), ..self }
    }
}

#[derive(Default)]
struct State {
    /// Stands for what is written, and where.
    written: u64,
    is_told: bool,
}

impl<Message: Clone> Widget<Message, Theme, Renderer> for Afresh<'_, Message> {
    fn size(&self) -> Size<Length> {
        self.inner.as_widget().size()
    }

    fn size_hint(&self) -> Size<Length> {
        self.inner.as_widget().size_hint()
    }

    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.inner)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.inner));
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &layout::Limits) -> layout::Node {
        self.inner.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        self.inner.as_widget_mut().operate(&mut tree.children[0], layout, renderer, operation);
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        viewport: &Rectangle,
    ) {
        let (inner, within) = (self.inner.as_widget_mut(), &mut tree.children[0]);
        inner.update(within, event, layout, cursor, renderer, clipboard, shell, viewport);
        if matches!(event, Event::Window(window::Event::RedrawRequested(_))) {
            let mut written = Written::default();
            inner.operate(within, layout, renderer, &mut written);
            let state = tree.state.downcast_mut::<State>();
            state.written = written.0.finish();
            if let Some(message) =
                self.on_software.as_ref().filter(|_| !state.is_told && is_software(renderer))
            {
                shell.publish(message.clone());
                state.is_told = true;
            }
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        // Nobody sees it; the renderer repaints what is under a rectangle whose colour is another than before.
        let quad = renderer::Quad { bounds: layout.bounds(), ..renderer::Quad::default() };
        renderer::Renderer::fill_quad(renderer, quad, unseen(tree.state.downcast_ref::<State>().written));
        self.inner.as_widget().draw(&tree.children[0], renderer, theme, style, layout, cursor, viewport);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        self.inner.as_widget().mouse_interaction(&tree.children[0], layout, cursor, viewport, renderer)
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        self.inner.as_widget_mut().overlay(&mut tree.children[0], layout, renderer, viewport, translation)
    }
}

impl<'a, Message: Clone + 'a> From<Afresh<'a, Message>> for Element<'a, Message> {
    fn from(afresh: Afresh<'a, Message>) -> Self {
        Self::new(afresh)
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
