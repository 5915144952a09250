//! Home: open or not, how many are near, and why nobody is found.

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::{Paragraph, Widget},
};
use sighej_crypto::SLOTS;

use super::{Theme, centred, height, wrapped};
use crate::app::{
    state::{App, Life},
    words::fill,
};

/// Dots that the radar shows at most; beyond, the number says how many.
const DOTS: usize = 24;
/// The radar's size, at most.
const RADAR: (u16, u16) = (42, 11);
/// From this height on it is said what it shows.
const ROOM_FOR_A_NOTE: u16 = 12;
/// Lower than this it is left out.
const RADAR_LOWEST: u16 = 3;

pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut above = vec![state(app, theme)];
    if area.height >= ROOM_FOR_A_NOTE {
        above.push(Line::styled(format!("   {}", app.words.radar_note), theme.faint()));
    }
    let below = why(app, theme, area.width);
    above.truncate(usize::from(area.height));
    let top = Rect { height: height(&above).min(area.height), ..area };
    let bottom_height = height(&below).min(area.height.saturating_sub(top.height));
    let bottom = Rect { y: area.y + area.height - bottom_height, height: bottom_height, ..area };
    frame.render_widget(Paragraph::new(above), top);
    frame.render_widget(Paragraph::new(below), bottom);
    let space = Rect { y: area.y + top.height, height: area.height - top.height - bottom.height, ..area };
    if space.height >= RADAR_LOWEST {
        frame.render_widget(Radar { near: app.near(), open: app.life == Life::Open, theme }, space);
    }
}

fn state(app: &App, theme: Theme) -> Line<'static> {
    let words = &app.words;
    let near = match app.near() {
        0 => words.near_none.clone(),
        1 => words.near_one.clone(),
        n => fill(&words.near_many, &[("n", &n.to_string())]),
    };
    let (mark, text, style) = match app.life {
        Life::Open => ("●", format!("{} · {near}", words.open), theme.alive()),
        Life::Closed => ("○", words.closed.clone(), theme.strong()),
        Life::Paused { until } => {
            let left = until.saturating_sub(app.now.elapsed).as_secs().div_ceil(60);
            ("◌", fill(&words.paused_until, &[("minutes", &left.to_string())]), theme.strong())
        }
    };
    Line::from(vec![Span::styled(format!(" {mark} "), style), Span::styled(text, style)])
}

fn why(app: &App, theme: Theme, width: u16) -> Vec<Line<'static>> {
    let words = &app.words;
    let text = match app.why_alone() {
        Some(why) => format!("{}{why}", words.why_alone),
        None if app.newest().is_some() => words.nudged_lately.clone(),
        // Its card was put away.
        None => String::new(),
    };
    let chosen = match app.picker.chosen().len() {
        0 => words.interests_none.clone(),
        n => fill(&words.interests_some, &[("n", &n.to_string()), ("most", &SLOTS.to_string())]),
    };
    let mut lines = wrapped(&text, width);
    lines.extend(wrapped(&chosen, width).into_iter().map(|line| line.style(theme.faint())));
    lines
}

/// Rings with a dot for each person near. Where a dot stands follows from the number alone, so it tells nothing.
struct Radar {
    near: usize,
    open: bool,
    theme: Theme,
}

impl Widget for Radar {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = centred(area, RADAR.0, RADAR.1);
        let (half_width, half_height) = (f64::from(area.width - 1) / 2.0, f64::from(area.height - 1) / 2.0);
        let mut put = |angle: f64, reach: f64, symbol: &str, style| {
            let x = half_width + half_width * reach * angle.cos();
            let y = half_height + half_height * reach * angle.sin();
            let (x, y) = (area.x + x.round() as u16, area.y + y.round() as u16);
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_symbol(symbol).set_style(style);
            }
        };
        for (ring, steps) in [(1.0, 48), (0.55, 28)] {
            for step in 0..steps {
                put(
                    f64::from(step) / f64::from(steps) * std::f64::consts::TAU,
                    ring,
                    "·",
                    self.theme.faint(),
                );
            }
        }
        let centre = if self.open { "◉" } else { "○" };
        put(0.0, 0.0, centre, if self.open { self.theme.alive() } else { self.theme.faint() });
        for dot in 0..self.near.min(DOTS) {
            // The golden angle spreads any number evenly.
            let angle = dot as f64 * 2.399_963;
            let reach = 0.3 + 0.5 * ((dot % 5) as f64 / 4.0);
            put(angle, reach, "●", self.theme.alive());
        }
    }
}
