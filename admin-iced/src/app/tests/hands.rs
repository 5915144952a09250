//! Somebody at the window: presses keys, and points with the mouse, at an interface that remembers its focus.

use iced::advanced::widget::operation::Outcome;
use iced::keyboard::{Key, Modifiers, key::Named};
use iced::{Point, Rectangle, mouse};
use iced_test::core::renderer::{Headless, Style};
use iced_test::core::{Event, clipboard};
use iced_test::futures::futures::{FutureExt, StreamExt, executor::block_on};
use iced_test::runtime::user_interface::{Cache, State};
use iced_test::runtime::{Action, UserInterface, task};
use iced_test::selector::Candidate;
use iced_test::{Selector, simulator};

use super::*;

type Interface<'a> = UserInterface<'a, Message, iced::Theme, iced::Renderer>;

/// An app's window, and what was done to it.
pub(super) struct Hands<'a> {
    app: &'a mut App,
    size: Size,
    renderer: iced::Renderer,
    cache: Option<Cache>,
}

/// What has the focus: where it is as it is seen, all of it and the part that is visible.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stop {
    pub(super) all: Rectangle,
    pub(super) seen: Rectangle,
}

impl<'a> Hands<'a> {
    pub(super) fn at(app: &'a mut App, size: Size) -> Self {
        let renderer = block_on(<iced::Renderer as Headless>::new(FONT, 16.0.into(), None)).unwrap();
        Self { app, size, renderer, cache: None }
    }

    /// Presses Tab, and lets the app move the focus, scroll, and so on. Gives what has the focus then.
    pub(super) fn tab(&mut self, modifiers: Modifiers) -> Option<Stop> {
        let event = key(Named::Tab, modifiers);
        let messages = self.does(&[Event::Keyboard(event.clone())], mouse::Cursor::Unavailable).1;
        assert!(messages.is_empty(), "nothing on the screen takes Tab for itself");
        let task = keys::pressed(self.app, event);
        let Some(mut actions) = task::into_stream(task) else { return self.focus() };
        while let Some(Some(action)) = actions.next().now_or_never() {
            if let Action::Widget(operation) = action {
                self.on_interface(|interface, renderer| {
                    let mut next = Some(operation);
                    while let Some(mut operation) = next.take() {
                        interface.operate(renderer, operation.as_mut());
                        if let Outcome::Chain(then) = operation.finish() {
                            next = Some(then);
                        }
                    }
                });
            }
        }
        self.focus()
    }

    /// What a key says where the focus is. The app is not told.
    pub(super) fn says(&mut self, named: Named) -> Vec<Message> {
        let event = Event::Keyboard(key(named, Modifiers::empty()));
        self.does(&[event], mouse::Cursor::Unavailable).1
    }

    pub(super) fn says_typed(&mut self, text: &str) -> Vec<Message> {
        let event = simulator::press_key(Key::Character(text.into()), Some(text.into()));
        self.does(&[event], mouse::Cursor::Unavailable).1
    }

    /// What a click there says. The app is not told, and the focus is gone.
    pub(super) fn says_clicked(&mut self, at: Point) -> Vec<Message> {
        let clicks: Vec<Event> = simulator::click().collect();
        self.does(&clicks, mouse::Cursor::Available(at)).1
    }

    /// What the mouse's pointer looks like in each of these places.
    pub(super) fn pointers(&mut self, places: &[Point]) -> Vec<mouse::Interaction> {
        self.on_interface(|interface, renderer| {
            let pointer = |at: &Point| {
                let (moved, cursor) = (mouse::Event::CursorMoved { position: *at }, *at);
                let (events, cursor) = ([Event::Mouse(moved)], mouse::Cursor::Available(cursor));
                match interface.update(&events, cursor, renderer, &mut clipboard::Null, &mut Vec::new()).0 {
                    State::Updated { mouse_interaction, .. } => mouse_interaction,
                    State::Outdated => mouse::Interaction::None,
                }
            };
            places.iter().map(pointer).collect()
        })
    }

    /// The window's pixels, four bytes each, as many as it has logical ones.
    pub(super) fn picture(&mut self) -> Vec<u8> {
        let (theme, size) = (self.app.look.tones.theme(), self.size);
        let style = Style { text_color: self.app.look.tones.text };
        let ground = self.app.look.tones.ground;
        // What has the focus learns on this event how it looks.
        let redraw = Event::Window(iced::window::Event::RedrawRequested(std::time::Instant::now()));
        self.on_interface(|interface, renderer| {
            let unavailable = mouse::Cursor::Unavailable;
            interface.update(&[redraw], unavailable, renderer, &mut clipboard::Null, &mut Vec::new());
            interface.draw(renderer, &theme, &style, mouse::Cursor::Unavailable);
            let pixels = Size::new(size.width as u32, size.height as u32);
            renderer.screenshot(pixels, 1.0, ground)
        })
    }

    fn focus(&mut self) -> Option<Stop> {
        self.on_interface(|interface, renderer| {
            find(interface, renderer, |candidate| match candidate {
                Candidate::Focusable { state, bounds, visible_bounds, .. } if state.is_focused() => {
                    Some(Stop { all: *bounds, seen: (*visible_bounds)? })
                }
                Candidate::Focusable { .. }
                | Candidate::Container { .. }
                | Candidate::Scrollable { .. }
                | Candidate::TextInput { .. }
                | Candidate::Text { .. }
                | Candidate::Custom { .. } => None,
            })
        })
    }

    fn does(&mut self, events: &[Event], cursor: mouse::Cursor) -> (State, Vec<Message>) {
        self.on_interface(|interface, renderer| {
            let mut messages = Vec::new();
            let (state, _) = interface.update(events, cursor, renderer, &mut clipboard::Null, &mut messages);
            (state, messages)
        })
    }

    fn on_interface<T>(&mut self, work: impl FnOnce(&mut Interface<'_>, &mut iced::Renderer) -> T) -> T {
        let cache = self.cache.take().unwrap_or_default();
        let mut interface = UserInterface::build(self.app.view(), self.size, cache, &mut self.renderer);
        let done = work(&mut interface, &mut self.renderer);
        self.cache = Some(interface.into_cache());
        done
    }
}

fn key(named: Named, modifiers: Modifiers) -> keyboard::Event {
    let Event::Keyboard(mut event) = simulator::press_key(Key::Named(named), None) else { unreachable!() };
    if let keyboard::Event::KeyPressed { modifiers: held, .. } = &mut event {
        *held = modifiers;
    }
    event
}

/// The first that fits.
fn find<T: Clone + Send>(
    interface: &mut Interface<'_>,
    renderer: &iced::Renderer,
    fits: impl Fn(&Candidate<'_>) -> Option<T> + Send,
) -> Option<T> {
    use iced::advanced::widget::Operation;
    let mut operation = Fits(fits).find();
    interface.operate(renderer, &mut iced::advanced::widget::operation::black_box(&mut operation));
    match operation.finish() {
        Outcome::Some(found) => found,
        Outcome::None | Outcome::Chain(_) => None,
    }
}

struct Fits<F>(F);

impl<T, F: Fn(&Candidate<'_>) -> Option<T>> Selector for Fits<F> {
    type Output = T;

    fn select(&mut self, candidate: Candidate<'_>) -> Option<T> {
        (self.0)(&candidate)
    }

    fn description(&self) -> String {
        "what fits".to_owned()
    }
}
