//! The card of a nudge: held up for the other to see, so the cue is large and the words are few.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Clear, Paragraph},
};
use sighej_node::{Nudge, Reach, report};
use unicode_width::UnicodeWidthStr;

use super::{Theme, height, padded, wrapped};
use crate::app::{
    state::App,
    words::{Words, fill},
};

/// Rows of the band above, at least and at most.
const BAND: (u16, u16) = (1, 13);

pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let Some((nudge, place, all)) = app.card() else { return };
    let is_lit = !app.settings.pulse || nudge.cue.rhythm.is_lit(app.now.utc);
    let inner = Rect { x: area.x + 1, width: area.width - 2, ..area };
    let mut text = words_of(app, nudge, theme, inner.width);
    if all > 1 {
        let more = fill(&app.words.card_more, &[("n", &place.to_string()), ("all", &all.to_string())]);
        text.push(Line::styled(more, theme.faint()));
    }
    let keys: Vec<Line<'_>> = wrapped(&app.words.card_keys, inner.width)
        .into_iter()
        .map(|line| line.style(theme.faint()))
        .collect();
    let spare = area.height.saturating_sub(height(&text) + height(&keys));
    let band = Rect { height: spare.clamp(BAND.0, BAND.1).min(area.height), ..area };
    let bottom_height = height(&keys).min(area.height - band.height);
    let bottom = Rect { y: area.y + area.height - bottom_height, height: bottom_height, ..inner };
    let middle = Rect { y: area.y + band.height, height: area.height - band.height - bottom_height, ..inner };
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(band_of(app, nudge, theme, is_lit, band)), band);
    frame.render_widget(Paragraph::new(text), middle);
    frame.render_widget(Paragraph::new(keys), bottom);
}

/// The colour, and the emoji as often as it fits: in the middle row stands what it is called, too.
fn band_of(app: &App, nudge: &Nudge, theme: Theme, is_lit: bool, area: Rect) -> Vec<Line<'static>> {
    let style = theme.cue(nudge.cue.colour, is_lit);
    let (colour, name) = report::cue_names(nudge.cue, app.lang);
    let emoji = nudge.cue.emoji;
    let called = format!("{emoji}  {} · {colour} · {name}  {emoji}", app.words.card_title);
    let row = "░".repeat(usize::from(area.width));
    (0..area.height)
        .map(|line| {
            let text = if line == area.height / 2 {
                let margin = usize::from(area.width).saturating_sub(called.width()) / 2;
                padded(&format!("{}{called}", " ".repeat(margin)), area.width)
            } else if is_lit {
                " ".repeat(usize::from(area.width))
            } else {
                row.clone()
            };
            Line::from(Span::styled(text, style))
        })
        .collect()
}

fn words_of(app: &App, nudge: &Nudge, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let sentence = format!("{}.", report::sentence(nudge, app.lang));
    let mut lines: Vec<Line<'static>> =
        wrapped(&sentence, width).into_iter().map(|line| line.style(theme.strong())).collect();
    lines.extend(wrapped(&look(app, nudge, &app.words), width));
    lines
}

fn look(app: &App, nudge: &Nudge, words: &Words) -> String {
    let (_, emoji_name) = report::cue_names(nudge.cue, app.lang);
    let rhythm = report::rhythm_name(nudge.cue, app.lang);
    let look = fill(&words.card_look, &[("emoji_name", emoji_name), ("rhythm", rhythm)]);
    match nudge.reach {
        Reach::InRange | Reach::Hops(_) => look,
        Reach::Relay => format!("{} {look}", words.card_relay),
    }
}
