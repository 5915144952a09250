//! The screens: each draws what it reads from the state, and changes nothing.

mod card;
mod home;
mod interests;
mod pages;
mod theme;

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
    widgets::Paragraph,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(crate) use theme::Theme;

use super::state::{App, Screen};

/// Below it nothing sensible fits.
const NARROWEST: u16 = 24;
const LOWEST: u16 = 8;

/// Draws the screen of this moment.
pub(crate) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < NARROWEST || area.height < LOWEST {
        frame.render_widget(Paragraph::new(wrapped(&app.words.too_small, area.width)), area);
        return;
    }
    if app.screen == Screen::Card && app.card().is_some() {
        return card::draw(app, theme, frame, area);
    }
    let (title, keys) = match app.screen {
        Screen::Home | Screen::Card => (app.words.about.as_str(), app.words.home_keys.as_str()),
        Screen::Interests => (app.words.interests_title.as_str(), interests::keys(app)),
        Screen::Policy => (app.words.policy_title.as_str(), app.words.policy_keys.as_str()),
        Screen::Help => (app.words.help_title.as_str(), app.words.help_keys.as_str()),
    };
    let keys = wrapped(keys, area.width);
    let notice = app.notice().map(|text| wrapped(text, area.width)).unwrap_or_default();
    let [top, body, middle, bottom] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(height(&notice)),
        Constraint::Length(height(&keys)),
    ])
    .areas(area);
    let bar = padded(&format!(" {title}"), area.width);
    frame.render_widget(Line::from(Span::styled(bar, theme.title())), top);
    match app.screen {
        Screen::Home | Screen::Card => home::draw(app, theme, frame, body),
        Screen::Interests => interests::draw(app, theme, frame, body),
        Screen::Policy => pages::policy(app, theme, frame, body),
        Screen::Help => pages::help(app, theme, frame, body),
    }
    frame.render_widget(Paragraph::new(notice).style(theme.strong()), middle);
    frame.render_widget(Paragraph::new(keys).style(theme.faint()), bottom);
}

fn height(lines: &[Line<'_>]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

/// Breaks a text between words; a word that is wider than the line is broken within. Counts columns, not letters.
fn wrapped(text: &str, width: u16) -> Vec<Line<'static>> {
    let width = usize::from(width.max(2));
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(Line::from(std::mem::take(&mut line)));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars() {
            if line.width() + letter.width().unwrap_or(0) > width {
                lines.push(Line::from(std::mem::take(&mut line)));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        lines.push(Line::from(line));
    }
    lines
}

/// Cuts a text to so many columns, and says by an ellipsis that it did.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if short.width() + letter.width().unwrap_or(0) + 1 > width {
            break;
        }
        short.push(letter);
    }
    if width > 0 {
        short.push('…');
    }
    short
}

/// Cuts or fills up to exactly so many columns.
fn padded(text: &str, width: u16) -> String {
    let width = usize::from(width);
    let mut text = cut(text, width);
    let missing = width.saturating_sub(text.width());
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// The middle of an area.
fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};
    use sighej_node::report::Lang;

    use super::*;
    use crate::app::state::{
        Input, Now,
        tests::{app, nudge},
    };

    /// What stands on a screen of this size.
    fn shown(app: &App, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| draw(app, Theme::Plain, frame)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn every_screen_can_be_drawn_at_any_size_in_every_language() {
        let own = "日本の古いトラクターを直す会";
        for lang in Lang::ALL {
            let mut app = app(lang, &["chess", own]);
            app.handle(Input::Node(&nudge(0, &["chess", own])), Now::default());
            for screen in [Screen::Home, Screen::Interests, Screen::Card, Screen::Policy, Screen::Help] {
                app.screen = screen;
                for (columns, rows) in [(1, 1), (24, 8), (40, 15), (80, 24), (200, 60)] {
                    shown(&app, columns, rows);
                }
            }
        }
    }

    #[test]
    fn a_card_of_forty_by_fifteen_says_all_there_is_to_know() {
        for (lang, wanted) in [
            (Lang::En, ["sky blue · octopus", "chess", "short, short, long", "n not now", "x never again"]),
            (Lang::Da, ["himmelblå · blæksprutte", "skak", "kort, kort, lang", "n ikke nu", "x aldrig mere"]),
        ] {
            let mut app = app(lang, &["chess"]);
            app.handle(Input::Node(&nudge(0, &["chess"])), Now::default());
            let screen = shown(&app, 40, 15);
            let flowing = screen.replace('"', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(wanted.iter().all(|part| flowing.contains(part)), "{screen}");
        }
    }

    fn text(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_text_is_broken_by_columns_and_not_by_letters() {
        assert_eq!(text(&wrapped("say hi to somebody", 10)), ["say hi to", "somebody"]);
        assert_eq!(text(&wrapped("日本語テスト", 5)), ["日本", "語テ", "スト"]);
        assert_eq!(text(&wrapped("🦊🦊 🦊", 4)), ["🦊🦊", "🦊"]);
        assert!(wrapped("", 9).is_empty());
    }

    #[test]
    fn a_text_is_cut_to_whole_wide_letters() {
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(padded("日本語", 4), "日… ");
        assert_eq!(cut("abc", 0), "");
    }
}
