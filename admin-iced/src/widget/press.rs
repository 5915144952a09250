//! A button that the keyboard reaches: iced's own buttons know the mouse alone.

use iced::advanced::widget::{Operation, operation::Focusable};
use iced::advanced::{Shell, mouse, renderer};
use iced::keyboard::{self, key};
use iced::{Border, Color, Element, Event, Rectangle, Renderer, border, touch};

use super::around::{Addition, Around};
use crate::look::RADIUS;

/// How far around the button the ring is drawn.
const RING: f32 = 3.0;

/// A button, and what Enter and Space do where it has the focus. Tab goes from one to the next.
pub(crate) type Press<'a, Message> = Around<'a, Message, OnPress<Message>>;

pub(crate) struct OnPress<Message> {
    says: Option<Message>,
    ring: Color,
}

impl<'a, Message> Press<'a, Message> {
    /// `on_press` is what the button itself says when it is clicked; without it the focus passes it over.
    pub(crate) fn new(
        inner: impl Into<Element<'a, Message>>,
        on_press: Option<Message>,
        ring: Color,
    ) -> Self {
        Self { inner: inner.into(), addition: OnPress { says: on_press, ring } }
    }
}

#[derive(Default)]
pub(crate) struct State {
    is_focused: bool,
}

impl Focusable for State {
    fn is_focused(&self) -> bool {
        self.is_focused
    }

    fn focus(&mut self) {
        self.is_focused = true;
    }

    fn unfocus(&mut self) {
        self.is_focused = false;
    }
}

impl<Message: Clone> Addition<Message> for OnPress<Message> {
    type State = State;

    fn operate(&self, state: &mut State, bounds: Rectangle, operation: &mut dyn Operation) {
        if self.says.is_some() {
            operation.focusable(None, bounds, state);
        }
    }

    fn takes(&self, state: &mut State, event: &Event, shell: &mut Shell<'_, Message>) -> bool {
        if is_click(event) {
            state.is_focused = false;
        } else if state.is_focused
            && is_press(event)
            && let Some(message) = &self.says
        {
            shell.publish(message.clone());
            shell.capture_event();
            return true;
        }
        false
    }

    fn over(&self, state: &State, renderer: &mut Renderer, bounds: Rectangle) {
        if state.is_focused && self.says.is_some() {
            let border = Border { color: self.ring, width: 2.0, radius: border::radius(RADIUS + RING) };
            let quad = renderer::Quad { bounds: bounds.expand(RING), border, ..renderer::Quad::default() };
            renderer::Renderer::fill_quad(renderer, quad, Color::TRANSPARENT);
        }
    }
}

/// The mouse takes the focus away: whoever clicks needs no ring.
fn is_click(event: &Event) -> bool {
    matches!(
        event,
        Event::Mouse(mouse::Event::ButtonPressed(_)) | Event::Touch(touch::Event::FingerPressed { .. })
    )
}

fn is_press(event: &Event) -> bool {
    let Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, .. }) = event else { return false };
    modifiers.is_empty() && matches!(key, keyboard::Key::Named(key::Named::Enter | key::Named::Space))
}
