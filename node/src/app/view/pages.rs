//! Pages to read: what protects the attendee and why, and the keys.

use std::mem;

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::Paragraph,
};
use unicode_width::UnicodeWidthStr as _;

use super::{Theme, wrapped};
use crate::app::{
    policy::{Rule, rules},
    state::App,
    words::fill,
};

pub(super) fn policy(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = Vec::new();
    for Rule { name, now, why } in rules(app) {
        let heading = format!("{name}: {now}");
        lines.extend(wrapped(&heading, area.width).into_iter().map(|line| line.style(theme.strong())));
        lines.extend(wrapped(&why, area.width.saturating_sub(2)).into_iter().map(indented));
    }
    let file = match &app.settings.file {
        Some(file) => fill(&app.words.policy_file, &[("file", &file.display().to_string())]),
        None => app.words.policy_file_none.clone(),
    };
    lines.extend(wrapped(&file, area.width).into_iter().map(|line| line.style(theme.faint())));
    scrolled(app, lines, frame, area);
}

pub(super) fn help(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let words = &app.words;
    let minutes = (app.settings.pause.as_secs() / 60).to_string();
    let keys = [
        &words.key_open,
        &words.key_interests,
        &words.key_card,
        &words.key_not_now,
        &words.key_never,
        &words.key_pause,
        &words.key_quiet,
        &words.key_policy,
        &words.key_lang,
        &words.key_wipe,
        &words.key_quit,
    ];
    let keys = keys.map(|text| text.split_once('|').unwrap_or((text, "")));
    let column = keys.iter().map(|(key, _)| key.width()).max().unwrap_or_default() + 2;
    let mut lines = Vec::new();
    for (key, meaning) in keys {
        let meaning = fill(meaning, &[("minutes", &minutes)]);
        let mut key = format!("{key}{}", " ".repeat(column - key.width()));
        for row in wrapped(&meaning, area.width.saturating_sub(column as u16)) {
            let blank = " ".repeat(column);
            let mut spans = vec![Span::styled(mem::replace(&mut key, blank), theme.strong())];
            spans.extend(row.spans);
            lines.push(Line::from(spans));
        }
    }
    scrolled(app, lines, frame, area);
}

fn indented(line: Line<'static>) -> Line<'static> {
    let mut spans = vec![Span::raw("  ")];
    spans.extend(line.spans);
    Line::from(spans)
}

/// Never further than to the last line.
fn scrolled(app: &App, lines: Vec<Line<'static>>, frame: &mut Frame<'_>, area: Rect) {
    let most = super::height(&lines).saturating_sub(area.height);
    frame.render_widget(Paragraph::new(lines).scroll((app.scroll.min(most), 0)), area);
}
