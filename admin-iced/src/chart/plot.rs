//! Several lines over one time, each in a panel with a scale of its own, with a crosshair through all of them.

use iced::advanced::text::Alignment;
use iced::alignment::Vertical;
use iced::widget::canvas::{self, Action, Cache, Event, Frame, Geometry, Path, Stroke};
use iced::{Color, Element, Fill, Point, Rectangle, Renderer, Size, Theme, mouse};

use super::{At, Kept, Room, axis, write};
use crate::look::{Look, size};
use crate::words::{self, Word};

/// Room for the numbers on the left.
const LEFT: f32 = 64.0;
const RIGHT: f32 = 16.0;
/// Room for a panel's name and its peak.
const HEAD: f32 = 30.0;
/// Room for the times below, and below them for the one that is pointed at: texts of both are drawn over everything.
const FOOT: f32 = 48.0;
/// From one written time to the next.
const TICK: f32 = 90.0;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) label: &'static str,
    pub(crate) color: Color,
    pub(crate) values: Vec<u64>,
}

/// All lines, with their geometry.
#[derive(Debug)]
pub(crate) struct Plot {
    start: u64,
    step: u64,
    lines: Vec<Line>,
    cache: Cache,
}

/// What is pointed at, by mouse or keys: the place of a bucket.
pub(crate) type Pointed = Option<usize>;

impl Plot {
    /// `start` is when the first bucket begins, in seconds since 1970; `step` is a bucket's length in seconds.
    pub(crate) fn new(start: u64, step: u64, lines: Vec<Line>) -> Self {
        Self { start, step, lines, cache: Cache::new() }
    }

    /// Buckets of each line.
    pub(crate) fn len(&self) -> usize {
        self.lines.iter().map(|line| line.values.len()).max().unwrap_or(0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn room(&self, bounds: Size, panel: usize) -> Room {
        let height = (bounds.height - FOOT) / self.lines.len().max(1) as f32;
        let most = self.lines.get(panel).and_then(|line| line.values.iter().copied().max()).unwrap_or(0);
        Room {
            left: LEFT,
            top: panel as f32 * height + HEAD,
            width: (bounds.width - LEFT - RIGHT).max(0.0),
            height: (height - HEAD - 10.0).max(0.0),
            most: axis::round_up(most),
        }
    }

    fn pointed_at(&self, x: f32, width: f32) -> Pointed {
        let last = self.len().checked_sub(1)?;
        let part = ((x - LEFT) / (width - LEFT - RIGHT).max(1.0)).clamp(0.0, 1.0);
        Some((part * last as f32).round() as usize)
    }

    /// When a bucket begins, for people.
    pub(crate) fn time(&self, place: usize, look: &Look) -> String {
        let at = self.start + place as u64 * self.step;
        if self.step >= 86_400 {
            return words::date(at, &jiff::tz::TimeZone::UTC, look.lang);
        }
        let long = self.len() as u64 * self.step > 86_400;
        let clock = words::clock(at, &look.zone);
        if long { format!("{} {clock}", words::date(at, &look.zone, look.lang)) } else { clock }
    }
}

/// The plot as an element; `point` says what the mouse points at.
pub(crate) fn plot<'a, Message: 'a>(
    plot: &'a Plot,
    look: &'a Look,
    pointed: Pointed,
    point: fn(Pointed) -> Message,
) -> Element<'a, Message> {
    canvas::Canvas::new(View { plot, look, pointed, point }).width(Fill).height(Fill).into()
}

struct View<'a, Message> {
    plot: &'a Plot,
    look: &'a Look,
    pointed: Pointed,
    point: fn(Pointed) -> Message,
}

impl<Message> canvas::Program<Message> for View<'_, Message> {
    type State = Kept<(usize, u64, Vec<u64>)>;

    fn update(
        &self,
        _: &mut Self::State,
        event: &Event,
        bounds: Rectangle,
        cursor: mouse::Cursor,
    ) -> Option<Action<Message>> {
        let Event::Mouse(mouse::Event::CursorMoved { .. }) = event else { return None };
        let position = cursor.position_in(bounds)?;
        let pointed = self.plot.pointed_at(position.x, bounds.width);
        (pointed != self.pointed).then(|| Action::publish((self.point)(pointed)))
    }

    fn draw(
        &self,
        kept: &Self::State,
        renderer: &Renderer,
        _: &Theme,
        bounds: Rectangle,
        _: mouse::Cursor,
    ) -> Vec<Geometry> {
        let size = bounds.size();
        let still = self.plot.cache.draw(renderer, size, |frame| {
            self.times(frame, size);
            for panel in 0..self.plot.lines.len() {
                self.panel(frame, size, panel);
            }
        });
        let Some(pointed) = self.pointed else { return vec![still] };
        let values = self.plot.lines.iter().filter_map(|line| line.values.get(pointed)).copied().collect();
        let key = (pointed, self.plot.start, values);
        vec![still, kept.draw(key, renderer, size, |frame| self.crosshair(frame, size, pointed))]
    }
}

impl<Message> View<'_, Message> {
    fn times(&self, frame: &mut Frame, bounds: Size) {
        let (plot, look) = (self.plot, self.look);
        let room = plot.room(bounds, 0);
        let secs = plot.len().saturating_sub(1) as u64 * plot.step;
        let most = (room.width / TICK) as usize;
        // Days are those of UTC, and are written so.
        let utc = jiff::tz::TimeZone::UTC;
        let zone = if plot.step >= 86_400 { &utc } else { &look.zone };
        for (at, text) in axis::times(plot.start, secs.max(1), most.max(1), zone, look.lang) {
            let x = room.left + room.width * (at - plot.start) as f32 / secs.max(1) as f32;
            let bottom = bounds.height - FOOT;
            let path = Path::line(Point::new(x, 8.0), Point::new(x, bottom));
            frame.stroke(
                &path,
                Stroke::default().with_color(look.tones.line.scale_alpha(0.6)).with_width(1.0),
            );
            let at = At { point: Point::new(x, bottom + 6.0), x: Alignment::Center, y: Vertical::Top };
            write(frame, text, size::SMALL, look.tones.soft, at);
        }
    }

    fn panel(&self, frame: &mut Frame, bounds: Size, panel: usize) {
        let (tones, room) = (self.look.tones, self.plot.room(bounds, panel));
        let Some(line) = self.plot.lines.get(panel) else { return };
        for value in [0, room.most] {
            let y = room.y(value);
            let path = Path::line(Point::new(room.left, y), Point::new(room.left + room.width, y));
            frame.stroke(&path, Stroke::default().with_color(tones.line).with_width(1.0));
            let at = At { point: Point::new(room.left - 8.0, y), x: Alignment::Right, y: Vertical::Center };
            write(frame, words::number(value, self.look.lang), size::SMALL, tones.soft, at);
        }
        room.draw(frame, &line.values, line.color, 2.0);
        let at =
            At { point: Point::new(room.left, room.top - HEAD + 6.0), x: Alignment::Left, y: Vertical::Top };
        write(frame, line.label.to_owned(), size::BODY, line.color, at);
        self.peak(frame, &room, line);
    }

    /// The highest value: a ring around it, and its words at the panel's right.
    fn peak(&self, frame: &mut Frame, room: &Room, line: &Line) {
        let highest = line.values.iter().enumerate().rev().max_by_key(|(_, value)| **value);
        let Some((place, value)) = highest.filter(|(_, value)| **value > 0) else { return };
        let point = Point::new(room.x(place, line.values.len()), room.y(*value));
        frame.fill(&Path::circle(point, 4.0), self.look.tones.card);
        frame.stroke(&Path::circle(point, 4.0), Stroke::default().with_color(line.color).with_width(2.0));
        let number = words::number(*value, self.look.lang);
        let text = self.look.lang.fill(Word::Peak, &[&number, &self.plot.time(place, self.look)]);
        let point = Point::new(room.left + room.width, room.top - HEAD + 7.0);
        let at = At { point, x: Alignment::Right, y: Vertical::Top };
        write(frame, text, size::SMALL, self.look.tones.soft, at);
    }

    fn crosshair(&self, frame: &mut Frame, bounds: Size, pointed: usize) {
        let (tones, plot) = (self.look.tones, self.plot);
        let x = plot.room(bounds, 0).x(pointed, plot.len());
        let path = Path::line(Point::new(x, 8.0), Point::new(x, bounds.height - FOOT));
        frame.stroke(&path, Stroke::default().with_color(tones.soft).with_width(1.0));
        for (panel, line) in plot.lines.iter().enumerate() {
            let Some(value) = line.values.get(pointed) else { continue };
            let room = plot.room(bounds, panel);
            let point = Point::new(x, room.y(*value));
            frame.fill(&Path::circle(point, 4.5), line.color);
            self.tag(frame, &room, point, &words::number(*value, self.look.lang));
        }
        let text = plot.time(pointed, self.look);
        let width = 14.0 + 8.0 * text.chars().count() as f32;
        // Where there is too little room for both ends, the beginning is seen.
        let center = x.min(bounds.width - width / 2.0).max(width / 2.0);
        let top = bounds.height - FOOT / 2.0;
        frame.fill_rectangle(
            Point::new(center - width / 2.0, top),
            Size::new(width, FOOT / 2.0),
            tones.raised,
        );
        let at =
            At { point: Point::new(center, top + FOOT / 4.0), x: Alignment::Center, y: Vertical::Center };
        write(frame, text, size::SMALL, tones.text, at);
    }

    /// A value beside its point, on the side where there is room.
    fn tag(&self, frame: &mut Frame, room: &Room, point: Point, text: &str) {
        let width = 16.0 + 9.0 * text.chars().count() as f32;
        let is_right = point.x + width + 10.0 < room.left + room.width;
        let left = if is_right { point.x + 8.0 } else { point.x - 8.0 - width };
        let top = (point.y - 11.0).min(room.top + room.height - 18.0).max(room.top - 6.0);
        frame.fill_rectangle(Point::new(left, top), Size::new(width, 22.0), self.look.tones.raised);
        let point = Point::new(left + width / 2.0, top + 11.0);
        let at = At { point, x: Alignment::Center, y: Vertical::Center };
        write(frame, text.to_owned(), size::BODY, self.look.tones.text, at);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use canvas::Program;
    use iced::advanced::renderer::Headless;
    use iced::{Pixels, futures::executor::block_on};

    use super::*;
    use crate::chart::FONT;
    use crate::look::ThemeName;
    use crate::words::Lang;

    /// What is kept costs at most this part of what is drawn.
    const KEPT: f64 = 0.1;

    #[test]
    fn lines_are_drawn_once_and_kept_while_the_mouse_moves_over_them() {
        let renderer = block_on(<Renderer as Headless>::new(FONT, Pixels(16.0), None)).unwrap();
        let look = Look {
            tones: ThemeName::Dark.tones(),
            lang: Lang::En,
            zone: jiff::tz::TimeZone::UTC,
            is_small: false,
        };
        let bounds = Rectangle::with_size(Size::new(1_000.0, 600.0));
        let time = |plot: &Plot| {
            let view = View { plot, look: &look, pointed: None, point: |_| () };
            let (kept, begun) = (Kept::default(), Instant::now());
            let drawn = view.draw(&kept, &renderer, &Theme::Dark, bounds, mouse::Cursor::Unavailable);
            let took = begun.elapsed();
            assert_eq!(drawn.len(), 1);
            took
        };
        let (mut first, mut again) = (Vec::new(), Vec::new());
        for _ in 0..9 {
            let values: Vec<u64> = (0..10_000).map(|at| at * 7_919 % 310).collect();
            let plot = Plot::new(0, 60, vec![Line { label: "x", color: Color::BLACK, values }]);
            first.push(time(&plot));
            again.push(time(&plot));
        }
        let [first, again]: [Duration; 2] = [first, again].map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        assert!(again < first.mul_f64(KEPT), "drawn in {first:?}, and again in {again:?}");
    }

    #[test]
    fn the_mouse_points_at_the_nearest_bucket() {
        let line = Line { label: "x", color: Color::BLACK, values: vec![0; 11] };
        let plot = Plot::new(0, 60, vec![line]);
        let width = LEFT + RIGHT + 100.0;
        for (x, place) in [(0.0, 0), (LEFT, 0), (LEFT + 14.0, 1), (LEFT + 16.0, 2), (LEFT + 500.0, 10)] {
            assert_eq!(plot.pointed_at(x, width), Some(place));
        }
        assert_eq!(Plot::new(0, 60, vec![]).pointed_at(50.0, width), None);
    }
}
