//! The keyboard, beside what fields and buttons do with it themselves.

use iced::keyboard::{Event, Key, Modifiers, key::Named};
use iced::widget::operation;
use iced::{Task, keyboard};

use super::{App, Message, Stage, Tab};
use crate::screen::over_time;
use crate::widget;

/// How far the page goes with an arrow, and with Page Up and Page Down.
const LINE: f32 = 60.0;
const LEAF: f32 = 320.0;

/// What a key means.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Next,
    Previous,
    Show(Tab),
    Wall,
    Leave,
    Export,
    Again,
    Resize {
        larger: bool,
    },
    Move(isize),
    /// Down, where it is not negative.
    Scroll(f32),
    End(bool),
}

/// Does what a key means that nobody took for himself.
pub(super) fn pressed(app: &mut App, event: Event) -> Task<Message> {
    let Event::KeyPressed { key, modifiers, .. } = event else { return Task::none() };
    let Some(meaning) = meaning(&key, modifiers) else { return Task::none() };
    match meaning {
        Meaning::Next => operation::focus_next().chain(widget::reveal()),
        Meaning::Previous => operation::focus_previous().chain(widget::reveal()),
        Meaning::Scroll(by) => widget::scroll(by),
        Meaning::End(is_end) => widget::scroll_to_end(is_end),
        Meaning::Show(tab) => app.update(Message::Go(tab)),
        Meaning::Wall => app.wall(!app.is_wall),
        Meaning::Leave if app.is_wall => app.wall(false),
        Meaning::Leave if matches!(app.stage, Stage::Connect { .. }) => {
            app.connecting(crate::screen::connect::Message::Back)
        }
        Meaning::Leave => Task::none(),
        Meaning::Export => app.export(),
        Meaning::Again => app.update(Message::TryNow),
        Meaning::Resize { larger } => app.resize(larger),
        Meaning::Move(by) => app.update(Message::OverTime(over_time::Message::Move(by))),
    }
}

fn meaning(key: &Key, modifiers: Modifiers) -> Option<Meaning> {
    let far = if modifiers.shift() { 10 } else { 1 };
    let named = [
        (Named::Tab, if modifiers.shift() { Meaning::Previous } else { Meaning::Next }),
        (Named::F11, Meaning::Wall),
        (Named::Escape, Meaning::Leave),
        (Named::ArrowLeft, Meaning::Move(-far)),
        (Named::ArrowRight, Meaning::Move(far)),
        (Named::ArrowUp, Meaning::Scroll(-LINE)),
        (Named::ArrowDown, Meaning::Scroll(LINE)),
        (Named::PageUp, Meaning::Scroll(-LEAF)),
        (Named::PageDown, Meaning::Scroll(LEAF)),
        (Named::Home, Meaning::End(false)),
        (Named::End, Meaning::End(true)),
    ];
    match key.as_ref() {
        keyboard::Key::Named(key) => {
            named.into_iter().find(|(known, _)| *known == key).map(|(_, meaning)| meaning)
        }
        keyboard::Key::Character(text) if modifiers.command() => match text {
            "1" => Some(Meaning::Show(Tab::Now)),
            "2" => Some(Meaning::Show(Tab::OverTime)),
            "3" => Some(Meaning::Show(Tab::Interests)),
            "4" => Some(Meaning::Show(Tab::Health)),
            "5" => Some(Meaning::Show(Tab::Settings)),
            "e" | "E" => Some(Meaning::Export),
            "r" | "R" => Some(Meaning::Again),
            "+" | "=" => Some(Meaning::Resize { larger: true }),
            "-" => Some(Meaning::Resize { larger: false }),
            _ => None,
        },
        keyboard::Key::Character(_) | keyboard::Key::Unidentified => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_has_its_number_and_letters_alone_mean_nothing() {
        let character = |text: &str| Key::Character(text.into());
        for (number, tab) in ["1", "2", "3", "4", "5"].into_iter().zip(Tab::ALL) {
            assert_eq!(meaning(&character(number), Modifiers::COMMAND), Some(Meaning::Show(tab)));
            assert_eq!(meaning(&character(number), Modifiers::empty()), None);
        }
        assert_eq!(meaning(&Key::Named(Named::Tab), Modifiers::SHIFT), Some(Meaning::Previous));
        assert_eq!(meaning(&Key::Named(Named::ArrowRight), Modifiers::empty()), Some(Meaning::Move(1)));
        assert_eq!(meaning(&Key::Named(Named::PageDown), Modifiers::empty()), Some(Meaning::Scroll(LEAF)));
        assert_eq!(meaning(&Key::Named(Named::Home), Modifiers::empty()), Some(Meaning::End(false)));
    }
}
