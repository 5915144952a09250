//! The terminal: keys in, frames out, and left as it was found.

use std::io::{self, Stdout};

use crossterm::{
    cursor::Show,
    event::{
        DisableBracketedPaste, EnableBracketedPaste, Event, EventStream, KeyCode, KeyEvent, KeyEventKind,
        KeyModifiers,
    },
    execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use futures::StreamExt;
use ratatui::{Frame, Terminal as Inner, backend::CrosstermBackend};

use super::{Key, view::Theme};

/// A terminal that belongs to the app. Dropping it gives it back.
pub(super) struct Terminal {
    inner: Inner<CrosstermBackend<Stdout>>,
    events: EventStream,
}

/// What came from the terminal.
pub(super) enum Typed {
    /// Keys; a paste is many at once.
    Keys(Vec<Key>),
    /// Its size changed, or something came that means nothing here.
    Redraw,
    /// It is gone.
    Gone,
}

impl Terminal {
    /// Takes it over.
    ///
    /// # Errors
    /// Where it cannot be set up.
    pub(super) fn take() -> io::Result<Terminal> {
        enable_raw_mode()?;
        let taken = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
            .and_then(|()| Inner::new(CrosstermBackend::new(io::stdout())));
        match taken {
            Ok(inner) => Ok(Terminal { inner, events: EventStream::new() }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// # Errors
    /// Where nothing can be written to it.
    pub(super) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.inner.draw(view).map(|_| ())
    }

    /// What is typed next. May be cancelled without loss.
    pub(super) async fn typed(&mut self) -> Typed {
        match self.events.next().await {
            Some(Ok(Event::Key(key))) => key_of(key).map_or(Typed::Redraw, |key| Typed::Keys(vec![key])),
            Some(Ok(Event::Paste(text))) => {
                Typed::Keys(text.chars().filter(|letter| !letter.is_control()).map(Key::Char).collect())
            }
            Some(Ok(Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Resize(..))) => {
                Typed::Redraw
            }
            Some(Err(_)) | None => Typed::Gone,
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// As far as it goes: there may be nothing left to give back.
fn give_back() {
    let _shown = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _cooked = disable_raw_mode();
}

fn key_of(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let is_control = event.modifiers.contains(KeyModifiers::CONTROL);
    #[expect(clippy::wildcard_enum_match_arm, reason = "keyboards have keys that mean nothing here")]
    Some(match event.code {
        KeyCode::Char('c') if is_control => Key::Quit,
        KeyCode::Char(_) if is_control => return None,
        KeyCode::Char(letter) => Key::Char(letter),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Up => Key::Up,
        KeyCode::Down | KeyCode::Tab => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        // Phones' keyboards lack one or the other.
        KeyCode::Delete | KeyCode::F(9) => Key::Wipe,
        _ => return None,
    })
}

/// How much colour there is: what the terminal says, unless its owner has declined (see no-color.org).
pub(super) fn theme() -> Theme {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    if !variable("NO_COLOR").is_empty() || variable("TERM") == "dumb" {
        Theme::Plain
    } else if ["truecolor", "24bit"].contains(&variable("COLORTERM").as_str()) {
        Theme::True
    } else {
        Theme::Indexed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_they_say_and_are_pressed_once() {
        let key = |code, modifiers| key_of(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('å'), KeyModifiers::NONE), Some(Key::Char('å')));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Key::Quit));
        assert_eq!(key(KeyCode::Char('x'), KeyModifiers::CONTROL), None);
        assert_eq!(key(KeyCode::Delete, KeyModifiers::NONE), Some(Key::Wipe));
        assert_eq!(key(KeyCode::F(9), KeyModifiers::NONE), Some(Key::Wipe));
        let release = KeyEvent::new_with_kind(KeyCode::Delete, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(key_of(release), None);
    }
}
