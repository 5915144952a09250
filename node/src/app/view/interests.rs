//! Choosing interests.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};
use sighej_catalogue::Entry;
use unicode_width::UnicodeWidthStr;

use super::{Theme, cut, padded, wrapped};
use crate::app::{
    picker::{Heading, Row},
    state::App,
    words::fill,
};

pub(super) fn keys(app: &App) -> &str {
    if app.picker.asks().is_some() { &app.words.sensitive_keys } else { &app.words.interests_keys }
}

pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    if let Some(entry) = app.picker.asks() {
        return question(app, entry, theme, frame, area);
    }
    let [top, list] = [Rect { height: 1, ..area }, Rect { y: area.y + 1, height: area.height - 1, ..area }];
    frame.render_widget(search(app, theme, area.width), top);
    let rows = app.picker.rows();
    let cursor = app.picker.cursor();
    let first = first_shown(cursor, rows.len(), usize::from(list.height));
    let lines: Vec<Line<'_>> = rows
        .iter()
        .enumerate()
        .skip(first)
        .take(usize::from(list.height))
        .map(|(index, row)| line(app, row, index == cursor, theme, list.width))
        .collect();
    frame.render_widget(Paragraph::new(lines), list);
}

/// Keeps the cursor in the middle where there is more on both sides.
fn first_shown(cursor: usize, rows: usize, height: usize) -> usize {
    cursor.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

fn search(app: &App, theme: Theme, width: u16) -> Line<'static> {
    let words = &app.words;
    let query = app.picker.query();
    if query.is_empty() {
        return Line::from(vec![
            Span::styled(words.search.clone(), theme.strong()),
            Span::styled("▏", theme.strong()),
            Span::styled(words.search_hint.clone(), theme.faint()),
        ]);
    }
    let room = usize::from(width).saturating_sub(words.search.width() + 1);
    // The end of it is what is being typed.
    let from = query.char_indices().map(|(at, _)| at).find(|at| query[*at..].width() <= room);
    let shown = query[from.unwrap_or(0)..].to_owned();
    Line::from(vec![
        Span::styled(words.search.clone(), theme.strong()),
        Span::raw(shown),
        Span::styled("▏", theme.strong()),
    ])
}

fn line(app: &App, row: &Row, is_here: bool, theme: Theme, width: u16) -> Line<'static> {
    let words = &app.words;
    let text = match row {
        Row::Heading(heading) => {
            return Line::styled(cut(&heading_text(app, *heading), width.into()), theme.faint());
        }
        Row::Category(id) => {
            let category = sighej_catalogue::categories().iter().find(|category| category.id() == *id);
            format!("  ▸ {}", category.map_or(*id, |category| category.label(app.lang)))
        }
        Row::Entry(entry) => entry_text(app, entry),
        Row::Own(interest) => format!("  [x] {} ({})", interest.as_str(), words.own_words),
        Row::Add(text) => format!("  + {}", fill(&words.add_as_typed, &[("text", text)])),
    };
    if is_here {
        // Without reversed text the arrow says the same.
        return Line::styled(padded(&text.replacen(' ', ">", 1), width), theme.cursor());
    }
    Line::raw(cut(&text, width.into()))
}

fn heading_text(app: &App, heading: Heading) -> String {
    let words = &app.words;
    match heading {
        Heading::Chosen => words.heading_chosen.clone(),
        Heading::Categories => words.heading_categories.clone(),
        Heading::Sensitive => words.heading_sensitive.clone(),
        Heading::Found => words.heading_found.clone(),
        Heading::FoundSensitive => words.heading_found_sensitive.clone(),
        Heading::Of(id) => {
            let category = sighej_catalogue::categories().iter().find(|category| category.id() == id);
            category.map_or(id, |category| category.label(app.lang)).to_owned()
        }
    }
}

fn entry_text(app: &App, entry: &Entry) -> String {
    let words = &app.words;
    let mark = if app.picker.has(entry) { "[x]" } else { "[ ]" };
    let mut text = format!("  {mark} {}", entry.label(app.lang));
    if entry.is_sensitive() {
        text += &format!(" ({})", words.sensitive_mark);
    }
    if !app.picker.query().is_empty() && !entry.aliases().is_empty() {
        text += &format!("  {}", fill(&words.also_called, &[("names", &entry.aliases().join(", "))]));
    }
    text
}

fn question(app: &App, entry: &Entry, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = vec![Line::styled(app.words.sensitive_title.clone(), theme.strong())];
    lines.extend(wrapped(&fill(&app.words.sensitive_why, &[("label", entry.label(app.lang))]), area.width));
    frame.render_widget(Paragraph::new(lines), area);
}
